"""Bake the active flame's volume to files."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, IntProperty

from ..bloom_blender.errors import BloomError
from ..bloom_blender.scene import volume, volume_bake
from ..bloom_blender.scene.flame_object import is_flame
from .support import wait_cursor


class BLOOM_OT_bake_volume(bpy.types.Operator):
    """Write the volume of each frame as an OpenVDB file, and show these files from then on. Files that are \
right already are kept, so a bake that was stopped (Esc) goes on where it was"""

    bl_idname = "bloom.bake_volume"
    bl_label = "Bake Volume"
    bl_options = {"REGISTER", "UNDO"}

    use_scene_range: BoolProperty(
        name="Scene Range", description="Bake the frame range of the scene", default=True
    )
    frame_start: IntProperty(name="Start", description="First frame of a range of its own", default=1, min=0)
    frame_end: IntProperty(name="End", description="Last frame of a range of its own", default=250, min=0)

    @classmethod
    def poll(cls, context):
        """A flame with a volume has to be active."""
        if not is_flame(context.active_object) or volume.volume_of(context.active_object) is None:
            cls.poll_message_set("Select a flame and set up the scene for the look Volume")
            return False
        return True

    def _begin(self, context) -> None:
        scene = context.scene
        start, end = self.frame_start, self.frame_end
        if self.use_scene_range:
            start, end = scene.frame_start, scene.frame_end
        self._name = context.active_object.name
        self._bake = volume_bake.bake(context, context.active_object, start, end)

    def execute(self, context):
        """Bake all frames at once."""
        self._begin(context)
        try:
            with wait_cursor(context):
                for progress in self._bake:
                    self._last = progress
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self._tell()
        return {"FINISHED"}

    def invoke(self, context, event):
        """Bake a frame at each tick, so that the window goes on and Esc stops it."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        self._begin(context)
        manager = context.window_manager
        manager.progress_begin(0.0, 1.0)
        self._timer = manager.event_timer_add(0.01, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        """One more frame, or the end."""
        if event.type == "ESC":
            self._end(context)
            self.report({"WARNING"}, "The bake was stopped; baking again goes on from here")
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"RUNNING_MODAL"}
        try:
            progress = next(self._bake, None)
        except (BloomError, ReferenceError) as error:  # the latter where the flame was deleted meanwhile
            self._end(context)
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if progress is None:
            self._end(context)
            self._tell()
            return {"FINISHED"}
        self._last = progress
        context.window_manager.progress_update(progress.share)
        context.workspace.status_text_set(f"Baking {self._name}: {progress.share:.0%} (Esc stops)")
        return {"RUNNING_MODAL"}

    def cancel(self, context):
        """Blender closes the file or itself."""
        self._end(context)

    def _end(self, context) -> None:
        self._bake.close()
        context.window_manager.progress_end()
        context.window_manager.event_timer_remove(self._timer)
        context.workspace.status_text_set(None)

    def _tell(self) -> None:
        done = self._last
        text = f"{self._name}: {done.written} files written"
        self.report({"INFO"}, f"{text}, {done.kept} kept" if done.kept else text)
