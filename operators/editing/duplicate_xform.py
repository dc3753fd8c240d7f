"""Duplicate an xform of the active flame."""

from __future__ import annotations

import bpy

from ...bloom_blender.flame import editing
from .edit_flame import EditXform


class BLOOM_OT_duplicate_xform(EditXform, bpy.types.Operator):
    """Duplicate the active xform, with its values and its animation"""

    bl_idname = "bloom.duplicate_xform"
    bl_label = "Duplicate Xform"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        """Add the duplicate after it and make that the active one."""
        return self.edit(context, lambda flame: editing.duplicate(flame, self.place(context)))
