"""Points of a flame."""

from __future__ import annotations

import bpy

from ..bloom_blender.scene.flame import moments
from ..bloom_blender.scene.flame.settings import LOOKS
from ..bloom_blender.scene.playback import handlers
from ..bloom_blender.scene.points import chaos_game, geometry_nodes
from ..bloom_blender.scene.setup import lights, scene_setup
from .common import FlamePanel, draw_text
from .notices import draw_notices


class BLOOM_PT_flame(FlamePanel, bpy.types.Panel):
    """Number of points, seed and set-up of a flame"""

    bl_idname = "BLOOM_PT_flame"
    bl_label = "Bloom"

    def draw(self, context):
        """Draw the settings, and what is wrong where something is."""
        layout = self.layout
        layout.use_property_split = True
        obj = context.object
        settings = obj.bloom
        problem = handlers.problems.get(obj.name)
        if problem:
            draw_text(layout, problem, "ERROR", context.region.width)
        elif not chaos_game.is_loaded():
            draw_text(
                layout,
                "The first change takes some seconds (kernels are loaded)",
                "INFO",
                context.region.width,
            )
        if geometry_nodes.points_modifier(obj) is None:
            text = "Its modifier Bloom Points is gone, so nothing is rendered: Refresh Points brings it back"
            draw_text(layout, text, "ERROR", context.region.width)
        draw_notices(layout, context)
        if settings.points_source == "BAKED":
            draw_text(layout, "Shows its baked points (panel Bake)", "FILE_CACHE", context.region.width)
        look = scene_setup.look_of(obj, context.scene)
        row = layout.split(factor=0.4)
        row.alignment = "RIGHT"
        row.label(text="Look")
        row.menu("BLOOM_MT_look", text=next(name for identifier, name, _ in LOOKS if identifier == look))
        if look == "DUST" and not lights.is_lit(context.scene, obj):
            text = "Little light reaches it: switch on the collection Bloom Lights, or choose Dust again"
            draw_text(layout, text, "INFO", context.region.width)
        column = layout.column(align=True)
        column.prop(settings, "points_render", text="Points")
        column.prop(settings, "points_viewport", text="Viewport")
        layout.prop(settings, "detail")
        column = layout.column(align=True)
        column.prop(settings, "point_size")
        sub = column.column()
        sub.active = settings.style == "GLOW"
        sub.prop(settings, "smoothness")
        layout.prop(settings, "seed")
        layout.prop(settings, "use_velocity")
        if settings.use_velocity and obj.name in moments.notes:
            draw_text(layout, moments.notes[obj.name], "INFO", context.region.width)
        # Each on its own line: side by side their names are cut off at the default width.
        column = layout.column(align=True)
        column.operator("bloom.refresh", icon="FILE_REFRESH")
        column.operator("bloom.set_up_scene", icon="SCENE").look = look
