"""Compute the active flame's points anew."""

from __future__ import annotations

import bpy

from ..bloom_blender.errors import BloomError
from ..bloom_blender.scene import playback, volume
from ..bloom_blender.scene.cloud import forget
from ..bloom_blender.scene.flame_object import is_flame, list_parts
from .support import wait_cursor


class BLOOM_OT_refresh(bpy.types.Operator):
    """Compute the points of the active flame again from its properties"""

    bl_idname = "bloom.refresh"
    bl_label = "Refresh Points"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """A flame has to be active."""
        if not is_flame(context.active_object):
            cls.poll_message_set("Select a flame first")
            return False
        return True

    def execute(self, context):
        """Recompute, whatever the mesh holds."""
        obj = context.active_object
        depsgraph = context.evaluated_depsgraph_get()
        forget(obj.data)
        volume.forget(obj)
        list_parts(obj)
        try:
            with wait_cursor(context):
                playback.refresh(obj, obj.evaluated_get(depsgraph))
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
