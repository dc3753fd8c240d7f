"""What Bloom's panels share: where they are shown, and how parameters are drawn."""

from __future__ import annotations

import bpy

from ..bloom_blender.flame.parameters import Parameter
from ..bloom_blender.scene.flame.object import data_path, is_flame
from ..bloom_blender.scene.growth import growing


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
    """Draw parameters' custom properties, each with its keyframe dot.

    Where bindings are made by hand, a button binds a series of the run to each value that it can move.
    """
    bindable = growing.target_names(obj) if is_bound_by_hand(obj) else ()
    bound = {binding.target for binding in obj.bloom.growth.bindings} if bindable else set()
    for parameter in parameters:
        label = _label(parameter.name)
        if parameter.name in obj:
            row = layout.row(align=True)
            row.prop(obj, data_path(parameter.name), text=label)
            if parameter.name in bindable:
                icon = "LINKED" if parameter.name in bound else "UNLINKED"
                line = row.row(align=True)
                line.operator_context = "INVOKE_DEFAULT"
                line.operator("bloom.bind_series", text="", icon=icon).target = parameter.name
        else:
            layout.label(text=f"{label} was deleted, resting value in use", icon="INFO")


def is_bound_by_hand(obj: bpy.types.Object) -> bool:
    """Whether a run moves the flame by bindings that a person makes."""
    growth = obj.bloom.growth
    return (
        growth.run is not None
        and growth.like is None
        and growth.mapping == "robust"
        and growth.drive == "hand"
    )


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
