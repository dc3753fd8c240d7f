"""What Bloom's panels share: where they are shown, and how parameters are drawn."""

from __future__ import annotations

import bpy

from ..bloom_blender.flame.parameters import Parameter
from ..bloom_blender.scene.flame_object import data_path, is_flame


class FlamePanel:
    """Mixin: a panel for flame objects in Properties > Object."""

    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "object"

    @classmethod
    def poll(cls, context):
        """Show it for flames only."""
        return is_flame(context.object)


def draw_parameters(layout: bpy.types.UILayout, obj: bpy.types.Object, parameters: list[Parameter]) -> None:
    """Draw parameters' custom properties, each with its keyframe dot."""
    for parameter in parameters:
        label = _label(parameter.name)
        if parameter.name in obj:
            layout.prop(obj, data_path(parameter.name), text=label)
        else:
            layout.label(text=f"{label} was deleted, resting value in use", icon="INFO")


def draw_text(layout: bpy.types.UILayout, text: str, icon: str, width: int) -> None:
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


def _label(name: str) -> str:
    """Return ``xform1.color_speed`` as Color Speed; names of variations keep their spelling."""
    last = name.rpartition(".")[2]
    known = ("weight", "opacity", "color", "color_speed", "coefs", "post", "xaos", "phase")
    special = {"coefs": "Affine", "post": "Post Affine"}
    if last not in known:
        return last
    return special.get(last, last.replace("_", " ").title())
