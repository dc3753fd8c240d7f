"""The volume of a flame."""

from __future__ import annotations

import bpy

from ..bloom_blender.scene.flame.object import is_flame
from ..bloom_blender.scene.flame.parts import volume_of
from ..bloom_blender.scene.volume import volume_material
from .common import FlamePanel, draw_text


class BLOOM_PT_volume(FlamePanel, bpy.types.Panel):
    """Voxels, bounds and light of a flame's volume"""

    bl_idname = "BLOOM_PT_volume"
    bl_label = "Volume"
    bl_parent_id = "BLOOM_PT_flame"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        """Show it for flames that have a volume."""
        return is_flame(context.object) and volume_of(context.object) is not None

    def draw(self, context):
        """Draw the settings."""
        layout = self.layout
        layout.use_property_split = True
        obj = context.object
        settings, shown = obj.bloom, volume_of(obj)
        if settings.volume_source == "BAKED":
            draw_text(layout, "Shows its baked files (panel Bake)", "FILE_CACHE", context.region.width)
        column = layout.column()
        column.active = settings.volume_source == "LIVE"
        sub = column.column(align=True)
        sub.prop(settings, "volume_resolution_render", text="Resolution")
        sub.prop(settings, "volume_resolution_viewport", text="Viewport")
        sub = column.column(align=True)
        sub.prop(settings, "volume_points_render", text="M Points")
        sub.prop(settings, "volume_points_viewport", text="Viewport")
        column.prop(settings, "volume_smoothness")
        column.prop(settings, "volume_bounds")
        if settings.volume_bounds == "FIXED":
            sub = column.column(align=True)
            sub.prop(settings, "volume_low")
            sub.prop(settings, "volume_high")
            column.operator("bloom.fit_volume", icon="SHADING_BBOX")
        node = volume_material.material_node(shown.active_material) if shown is not None else None
        if node is not None:
            column = layout.column(align=True)
            for socket in node.inputs:
                column.prop(socket, "default_value", text=socket.name)
