"""See one xform of the active flame alone."""

from __future__ import annotations

import bpy

from ...bloom_blender.errors import BloomError
from ...bloom_blender.flame.editing import part_at
from ...bloom_blender.scene.editing import edits
from ...bloom_blender.scene.flame.object import structure_of
from .edit_flame import EditXform


class BLOOM_OT_solo_xform(EditXform, bpy.types.Operator):
    """Show the points of this xform alone while you work, or of all again; renders show all of them"""

    bl_idname = "bloom.solo_xform"
    bl_label = "Solo Xform"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        """Turn it on, or off where it is on."""
        obj = context.active_object
        try:
            flame, place = structure_of(obj), self.place(context)
            prefix = part_at(flame, place)[0]
            if place >= len(flame.xforms):
                raise BloomError(
                    "All points pass the final xform, so it has none alone: choose another xform."
                )
            edits.toggle_solo(obj, prefix)
            context.view_layer.update()
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
