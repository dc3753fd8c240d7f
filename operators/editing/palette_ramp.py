"""Edit the palette of the active flame as a colour ramp."""

from __future__ import annotations

import bpy

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.flame import palette_ramp
from ...bloom_blender.scene.flame.object import structure_of
from .edit_flame import EditFlame


class BLOOM_OT_palette_ramp(EditFlame, bpy.types.Operator):
    """Make a colour ramp that the palette follows from now on; without it the flame has its own again"""

    bl_idname = "bloom.palette_ramp"
    bl_label = "Edit as Color Ramp"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        """Fit a ramp to the palette."""
        obj = context.active_object
        try:
            obj.bloom.palette_ramp = palette_ramp.new_ramp(obj.name, structure_of(obj).palette)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        context.view_layer.update()
        return {"FINISHED"}
