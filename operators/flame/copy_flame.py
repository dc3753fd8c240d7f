"""The active flame as text in the clipboard."""

from __future__ import annotations

import bpy

from ...bloom_blender.errors import BloomError
from ...bloom_blender.flame.xml import write_flame
from ...bloom_blender.scene.flame.flame_files import flame_now
from ..common import flame_is_active


class BLOOM_OT_copy_flame(bpy.types.Operator):
    """Copy the active flame, as it is at the current frame, as text that flame programs can paste"""

    bl_idname = "bloom.copy_flame"
    bl_label = "Copy Flame"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """A flame has to be active."""
        return flame_is_active(cls, context)

    def execute(self, context):
        """Write its text to the clipboard."""
        try:
            text = write_flame(flame_now(context.active_object, context.evaluated_depsgraph_get()))
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        context.window_manager.clipboard = text
        self.report({"INFO"}, f"Copied {context.active_object.name} as text")
        return {"FINISHED"}
