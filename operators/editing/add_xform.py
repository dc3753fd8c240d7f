"""Add an xform to the active flame."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ...bloom_blender.flame import editing
from .edit_flame import EditXform


class BLOOM_OT_add_xform(EditXform, bpy.types.Operator):
    """Add an xform after the active one: one more smaller copy of the whole flame inside of it"""

    bl_idname = "bloom.add_xform"
    bl_label = "Add Xform"
    bl_options = {"REGISTER", "UNDO"}

    kind: EnumProperty(
        name="Kind",
        description="What is added",
        items=(
            ("XFORM", "Xform", "One of those among which the chaos game chooses at every step"),
            ("FINAL", "Final Xform", "A lens through which all points are seen, without a part in the game"),
        ),
    )

    def execute(self, context):
        """Add it and make it the active one."""
        if self.kind == "FINAL":
            return self.edit(context, editing.add_final)
        return self.edit(context, lambda flame: editing.add_xform(flame, self.place(context)))
