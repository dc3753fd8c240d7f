"""The parameters of a flame, one fold per xform."""

from __future__ import annotations

import bpy

from ..bloom_blender.errors import BloomError
from ..bloom_blender.scene.flame_object import parameters_on
from .support import FlamePanel, draw_parameters


class BLOOM_PT_parameters(FlamePanel, bpy.types.Panel):
    """All parameters of a flame's xforms"""

    bl_idname = "BLOOM_PT_parameters"
    bl_label = "Xforms"
    bl_parent_id = "BLOOM_PT_flame"

    def draw(self, context):
        """Draw one fold per group of parameters; the palette has a panel of its own."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = True
        obj = context.object
        try:
            parameters = parameters_on(obj)
        except BloomError as error:
            layout.label(text=str(error), icon="ERROR")
            return
        groups = dict.fromkeys(parameter.group for parameter in parameters)
        groups.pop("Palette", None)
        for number, group in enumerate(groups):
            header, body = layout.panel(f"bloom_{group}", default_closed=number > 0)
            header.label(text=group)
            if body is not None:
                draw_parameters(body, obj, [p for p in parameters if p.group == group])
