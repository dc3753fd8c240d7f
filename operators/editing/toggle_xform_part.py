"""Give an xform a post affine map or xaos, or take it away."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ...bloom_blender.flame import editing
from .edit_flame import EditXform


class BLOOM_OT_toggle_xform_part(EditXform, bpy.types.Operator):
    """Give the active xform what few xforms have, or take it away with its animation"""

    bl_idname = "bloom.toggle_xform_part"
    bl_label = "Toggle Part of Xform"
    bl_options = {"REGISTER", "UNDO"}

    part: EnumProperty(
        name="Part",
        description="What the xform gets or loses",
        items=(
            ("POST", "Post Affine", "An affine map after the variations: turns, scales and shifts their sum"),
            ("XAOS", "Xaos", "A factor for each xform on how often it follows this one"),
        ),
    )

    @classmethod
    def description(cls, context, properties):
        """Say what the part does."""
        items = cls.bl_rna.properties["part"].enum_items
        return f"{items[properties.part].description}. Adds or removes it"

    def execute(self, context):
        """Add or remove it."""
        change = editing.toggle_post if self.part == "POST" else editing.toggle_xaos
        return self.edit(context, lambda flame: change(flame, self.place(context)))
