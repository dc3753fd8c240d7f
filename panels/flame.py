"""Points of a flame."""

from __future__ import annotations

import bpy

from ..bloom_blender.scene import chaos_game, playback
from .support import FlamePanel


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
        problem = playback.problems.get(obj.name)
        if problem:
            _draw_text(layout, problem, "ERROR", context.region.width)
        elif not chaos_game.is_loaded():
            _draw_text(
                layout, "The first change of a new flame takes some seconds (kernels are compiled)", "INFO",
                context.region.width,
            )  # fmt: skip
        column = layout.column(align=True)
        column.prop(settings, "points_render", text="Points Render")
        column.prop(settings, "points_viewport", text="Viewport")
        layout.prop(settings, "detail")
        column = layout.column(align=True)
        column.prop(settings, "point_size")
        column.prop(settings, "smoothness")
        layout.prop(settings, "seed")
        row = layout.row(align=True)
        row.operator("bloom.refresh", icon="FILE_REFRESH")
        row.operator("bloom.set_up_scene", icon="SCENE")


def _draw_text(layout: bpy.types.UILayout, text: str, icon: str, width: int) -> None:
    """Draw ``text`` over as many lines as a region ``width`` pixels wide needs."""
    per_line = max(20, width // 8)
    lines: list[str] = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= per_line:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    column = layout.column(align=True)
    for number, line in enumerate(lines):
        column.label(text=line, icon=icon if number == 0 else "BLANK1")
