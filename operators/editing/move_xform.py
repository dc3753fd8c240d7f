"""Move an xform of the active flame up or down."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ...bloom_blender.flame import editing
from .edit_flame import EditXform


class BLOOM_OT_move_xform(EditXform, bpy.types.Operator):
    """Move the active xform up or down in the list, with its animation; the order of final xforms matters"""

    bl_idname = "bloom.move_xform"
    bl_label = "Move Xform"
    bl_options = {"REGISTER", "UNDO"}

    direction: EnumProperty(
        name="Direction",
        description="Where to",
        items=(("UP", "Up", "Towards the first"), ("DOWN", "Down", "Towards the last")),
    )

    def execute(self, context):
        """Move it by one place."""
        step = -1 if self.direction == "UP" else 1
        return self.edit(context, lambda flame: editing.move(flame, self.place(context), step))
