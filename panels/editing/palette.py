"""The palette of a flame."""

from __future__ import annotations

import bpy

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.flame.object import parameters_on
from ...bloom_blender.scene.flame.palette_ramp import node_of
from ..common import FlamePanel, draw_parameters


def _draw_ramp(layout: bpy.types.UILayout, obj: bpy.types.Object, *, follows: bool) -> None:
    """Draw the colour ramp, or the way to one; the run's colours rule where it gives the flame some."""
    column = layout.column()
    column.active = follows
    column.template_ID(obj.bloom, "palette_ramp", new="bloom.palette_ramp", text="Color Ramp")
    node = node_of(obj.bloom.palette_ramp)
    if node is not None:
        ramp = column.column()
        ramp.use_property_split = False  # Blender squeezes the stops' numbers else
        ramp.template_color_ramp(node, "color_ramp", expand=True)
        column.prop(obj.bloom, "palette_detail", slider=True)
    if not follows:
        layout.label(text="The training run colors the flame", icon="INFO")


class BLOOM_PT_palette(FlamePanel, bpy.types.Panel):
    """Colors of a flame, from one end of its palette to the other"""

    bl_idname = "BLOOM_PT_palette"
    bl_label = "Palette"
    bl_parent_id = "BLOOM_PT_flame"
    bl_options = {"DEFAULT_CLOSED"}

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
        colors = [p for p in parameters if p.subtype == "COLOR_GAMMA"]
        _draw_ramp(layout, obj, follows=not colors)
        draw_parameters(layout, obj, [p for p in parameters if p.group == "Palette"])
