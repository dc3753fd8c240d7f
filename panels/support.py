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


def _label(name: str) -> str:
    """Return ``xform1.color_speed`` as Color Speed; names of variations keep their spelling."""
    last = name.rpartition(".")[2]
    known = ("weight", "opacity", "color", "color_speed", "coefs", "post", "xaos", "phase")
    special = {"coefs": "Affine", "post": "Post Affine"}
    if last not in known:
        return last
    return special.get(last, last.replace("_", " ").title())
