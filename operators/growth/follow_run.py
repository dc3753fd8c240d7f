"""Follow a training run while it is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.growth.following import Follow, following, is_following
from ..common import flame_is_active, redraw


class BLOOM_OT_follow_run(bpy.types.Operator, ImportHelper):
    """Let the active flame grow with a training run while that is being recorded"""

    bl_idname = "bloom.follow_run"
    bl_label = "Follow Training Run"
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = ".bloom"
    filepath: StringProperty(
        name="File",
        description="The .bloom file that the training writes; it may be still to come",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )
    filter_glob: StringProperty(default="*.bloom", options={"HIDDEN"})
    interval: FloatProperty(
        name="Interval",
        description="Time between two looks at the file",
        default=2.0,
        min=0.1,
        soft_max=60.0,
        subtype="TIME_ABSOLUTE",
    )
    frames_per_step: FloatProperty(
        name="Step Frames",
        description="How many frames each recorded step gets",
        default=1.0,
        min=0.001,
        soft_max=10.0,
    )
    most_frames: IntProperty(
        name="Most Frames", description="Frames that a long run is spread over at most", default=1_000, min=2
    )
    set_range: BoolProperty(
        name="Set Frame Range", description="Let the scene's frame range end with the run", default=True
    )
    stay_at_end: BoolProperty(
        name="Stay at the End",
        description="Show the newest frame after each look, unless the timeline plays",
        default=True,
    )

    _follow: Follow | None = None
    """None until a file was chosen: Esc in the browser cancels the operator, too."""
    _timer: Any = None

    @classmethod
    def poll(cls, context):
        """A flame that follows nothing yet has to be active."""
        if not flame_is_active(cls, context):
            return False
        if is_following(context.active_object):
            cls.poll_message_set("This flame follows a run already")
            return False
        return True

    def execute(self, context):
        """Look once, and go on looking where there is a window."""
        obj = context.active_object
        self._follow = Follow(obj, self.filepath, frames_per_step=self.frames_per_step, most=self.most_frames)
        try:
            self._look(context)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if bpy.app.background or context.window is None:
            return {"FINISHED"}
        following[obj.name] = self._follow
        self._timer = context.window_manager.event_timer_add(self.interval, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        """Look at every tick; everything else goes its way."""
        if self._follow is None or following.get(self._follow.name) is not self._follow:
            return self._end(context)
        if event.type == "TIMER":
            try:
                self._look(context)
            except BloomError as error:
                self.report({"ERROR"}, str(error))
                return self._end(context)
            if self._follow.quiet_for > self.interval:
                redraw(context)  # the panel says how long nothing has come
        return {"PASS_THROUGH"}

    def cancel(self, context):
        """Blender closes the file or itself."""
        self._end(context)

    def _look(self, context) -> None:
        scene = context.scene
        assert self._follow is not None
        if not self._follow.look(scene if self.set_range else None):
            return
        playing = context.screen is not None and context.screen.is_animation_playing
        if self.stay_at_end and not playing:
            scene.frame_set(scene.frame_end)
        name = Path(self.filepath).name
        if not bpy.app.background:
            self.report({"INFO"}, f"{self._follow.name}: {self._follow.steps} steps of {name}")

    def _end(self, context) -> set[str]:
        if self._follow is not None and following.get(self._follow.name) is self._follow:
            del following[self._follow.name]
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        return {"FINISHED"}  # so that one undo takes back all that was grown


class BLOOM_OT_stop_following(bpy.types.Operator):
    """Stop following the training run; the flame keeps what has grown"""

    bl_idname = "bloom.stop_following"
    bl_label = "Stop Following"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """The active flame has to follow a run."""
        return is_following(context.active_object)

    def execute(self, context):
        """Take it out; its operator ends at the next event."""
        following.pop(context.active_object.name, None)
        redraw(context)
        return {"FINISHED"}
