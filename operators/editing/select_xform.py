"""Choose the xform that the panel shows."""

from __future__ import annotations

import bpy

from ...bloom_blender.errors import BloomError
from ...bloom_blender.flame.editing import part_at
from ...bloom_blender.scene.flame.object import structure_of
from .edit_flame import EditXform


class BLOOM_OT_select_xform(EditXform, bpy.types.Operator):
    """Show the parameters of this xform below"""

    bl_idname = "bloom.select_xform"
    bl_label = "Select Xform"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        """Make it the active one."""
        obj = context.active_object
        try:
            part_at(structure_of(obj), self.place(context))
            obj.bloom.active_xform = self.place(context)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
