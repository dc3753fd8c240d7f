"""Fit the bounds of the active flame's volume."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.flame.object import flame_of, is_flame
from ...bloom_blender.scene.flame.parts import volume_of
from ...bloom_blender.scene.volume import volume_object
from ..common import wait_cursor

#: Frames of an animation that are looked at.
_SAMPLES = 24


class BLOOM_OT_fit_volume(bpy.types.Operator):
    """Fit the fixed bounds of the volume to what the flame's own camera sees of it"""

    bl_idname = "bloom.fit_volume"
    bl_label = "Fit Bounds"
    bl_options = {"REGISTER", "UNDO"}

    whole_range: BoolProperty(
        name="Whole Range",
        description="Hold the flame of every frame of the scene's range, not only of this one",
        default=True,
    )

    @classmethod
    def poll(cls, context):
        """A flame with a volume has to be active."""
        if not is_flame(context.active_object) or volume_of(context.active_object) is None:
            cls.poll_message_set("Select a flame and set up the scene for the look Volume")
            return False
        return True

    def execute(self, context):
        """Look at some frames, then set the bounds once."""
        obj = context.active_object
        try:
            with wait_cursor(context):
                volume_object.set_bounds(obj, self._flames(context, obj))
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}

    def _flames(self, context, obj) -> list:
        scene = context.scene
        before, frames = (scene.frame_current, scene.frame_subframe), [scene.frame_current]
        if self.whole_range:
            span = range(scene.frame_start, scene.frame_end + 1)
            frames = sorted({span[round(k * (len(span) - 1) / (_SAMPLES - 1))] for k in range(_SAMPLES)})
        flames = []
        volume_object.paused.add(obj.name)
        try:
            for frame in frames:
                scene.frame_set(frame)
                flames.append(flame_of(obj.evaluated_get(context.evaluated_depsgraph_get())))
        finally:
            volume_object.paused.discard(obj.name)
            scene.frame_set(before[0], subframe=before[1])
        return flames
