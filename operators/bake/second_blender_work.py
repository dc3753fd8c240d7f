"""What operators share whose work is done by a second Blender: start, progress, stop, end."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.work import second_blender, work_state
from ..common import redraw

#: Seconds between two looks at the work.
_TICK = 0.2


def may_begin(cls, context) -> bool:
    """Whether no other work goes on; says so where one does (``poll`` of an operator)."""
    work = work_state.running(context)
    if work is not None:
        cls.poll_message_set(f"{work.title} is under way: wait for its end, or stop it")
        return False
    return True


class RangeOptions:
    """Mixin: the frames that are baked."""

    use_scene_range: BoolProperty(
        name="Scene Range", description="Bake the frame range of the scene", default=True
    )
    frame_start: IntProperty(name="Start", description="First frame of a range of its own", default=1, min=0)
    frame_end: IntProperty(name="End", description="Last frame of a range of its own", default=250, min=0)

    def frames(self, scene: bpy.types.Scene) -> range:
        """The frames that are asked for."""
        if self.use_scene_range:
            return range(scene.frame_start, scene.frame_end + 1)
        return range(self.frame_start, self.frame_end + 1)


class ChildWork:
    """Mixin: an operator that starts a `second_blender.Work` and looks after it until it ends."""

    _work: Any = None
    """None until the work begins: Esc in the dialog before cancels the operator, too."""
    _timer: Any = None

    def look_after(self: Any, context, work: second_blender.Work, title: str) -> set[str]:
        """Begin to (``invoke``)."""
        self._work, self._shown = work, ""
        work_state.begin(context, title)
        self._window = context.window
        self._timer = context.window_manager.event_timer_add(_TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        self._show(context)
        return {"RUNNING_MODAL"}

    def modal(self: Any, context, event) -> set[str]:
        """Show how far it is, and leave everything else to the window."""
        state = work_state.running(context)
        if (event.type == "ESC" and event.value == "PRESS") or state is None or state.stop:
            self._leave(context)
            self.report({"WARNING"}, f"{self.bl_label} was stopped; the same again goes on from here")
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if self._work.poll():
            self._show(context)
            return {"PASS_THROUGH"}
        self._leave(context)
        if self._work.failure:
            self.report({"ERROR"}, self._work.failure)
            return {"CANCELLED"}
        try:
            self.finished(context, self._work)
        except (BloomError, ReferenceError) as error:  # the latter where what it was for was deleted
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}

    def cancel(self: Any, context) -> None:
        """Blender closes the file or itself."""
        self._leave(context)

    def _leave(self: Any, context) -> None:
        if self._work is None:
            return
        self._work.stop()
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        work_state.end(context)
        if context.workspace is not None:
            context.workspace.status_text_set(None)
        redraw(context)

    def _show(self: Any, context) -> None:
        work, state = self._work, context.window_manager.bloom_work
        text = "Starting a second Blender…"
        if work.frames:
            text = f"Frame {min(work.done + 1, work.frames)} of {work.frames}"
            left = work.seconds_left
            if left is not None:
                text += f", {second_blender.duration(left)} left"
        if text != self._shown:
            self._shown = state.text = text
            state.share = work.share
            if context.workspace is not None:
                context.workspace.status_text_set(f"{state.title}: {text}   (Esc stops)")
            redraw(context)
