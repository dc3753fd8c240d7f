"""A new flame object: its structure and properties, an empty mesh, the material and the modifier."""

from __future__ import annotations

import bpy

from ...flame.model import Flame
from ...flame.parameters import parameters_of
from ...flame.xml import write_flame
from ..flame.object import MIRROR, SCHEMA, STRUCTURE, list_parts, set_property
from . import geometry_nodes, materials


def make_flame_object(
    flame: Flame,
    collection: bpy.types.Collection,
    *,
    name: str = "",
    points_render: int | None = None,
    points_viewport: int | None = None,
    seed: int = 0,
) -> bpy.types.Object:
    """Make an object that shows ``flame`` and link it to ``collection``.

    The mesh is empty until ``playback.refresh`` fills it. The name defaults to the flame's, and to
    "Bloom" for a flame without one.
    """
    name = name or flame.name or "Bloom"
    text = write_flame(flame)
    parameters = parameters_of(flame)
    mesh = bpy.data.meshes.new(name)
    obj = bpy.data.objects.new(name, mesh)
    obj.scale = MIRROR
    obj[STRUCTURE] = text
    obj.id_properties_ui(STRUCTURE).update(description="Structure and resting values of the flame, as XML")
    for parameter in parameters:
        set_property(obj, parameter, parameter.value)
    settings = obj.bloom
    settings.schema = SCHEMA
    settings.is_flame = True
    settings.seed = seed
    list_parts(obj)
    settings.growth.active_binding = 0  # Blender 4.5 makes a group when it is first asked for: now
    if points_render is not None:
        settings.points_render = points_render
    if points_viewport is not None:
        settings.points_viewport = points_viewport
    collection.objects.link(obj)
    material = materials.flame_material(settings.style)
    mesh.materials.append(material)
    geometry_nodes.flame_modifier(obj, material)
    return obj
