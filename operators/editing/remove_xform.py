"""Remove an xform of the active flame."""

from __future__ import annotations

import bpy

from ...bloom_blender.flame import editing
from .edit_flame import EditXform


class BLOOM_OT_remove_xform(EditXform, bpy.types.Operator):
    """Remove the active xform with its animation; the xforms after it are renumbered and keep theirs"""

    bl_idname = "bloom.remove_xform"
    bl_label = "Remove Xform"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        """Remove it; the next one becomes active."""
        return self.edit(context, lambda flame: editing.remove(flame, self.place(context)))
