"""Remove a variation of an xform."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from ...bloom_blender.flame import editing
from .edit_flame import EditXform


class BLOOM_OT_remove_variation(EditXform, bpy.types.Operator):
    """Remove this variation from the active xform, with its parameters and their animation"""

    bl_idname = "bloom.remove_variation"
    bl_label = "Remove Variation"
    bl_options = {"REGISTER", "UNDO"}

    variation: StringProperty(
        name="Variation", description="Its name as in flame files: julian, pre_blur, post_curl"
    )

    def execute(self, context):
        """Remove it."""
        return self.edit(
            context, lambda flame: editing.remove_variation(flame, self.place(context), self.variation)
        )
