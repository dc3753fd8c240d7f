"""The palette of a flame."""

from __future__ import annotations

import bpy

from ..bloom_blender.errors import BloomError
from ..bloom_blender.scene.flame_object import parameters_on
from .support import FlamePanel, draw_parameters


class BLOOM_PT_palette(FlamePanel, bpy.types.Panel):
    """Shift of a flame's palette"""

    bl_idname = "BLOOM_PT_palette"
    bl_label = "Palette"
    bl_parent_id = "BLOOM_PT_flame"

    def draw(self, context):
        """Draw the palette's parameters."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = True
        obj = context.object
        try:
            parameters = parameters_on(obj)
        except BloomError:
            return  # told by the panel of the xforms
        draw_parameters(layout, obj, [p for p in parameters if p.group == "Palette"])
