"""Lights for a flame of dust that the scene's own light does not reach."""

from __future__ import annotations

import math

import bpy
from mathutils import Euler, Vector

#: Name, direction (Euler angles in the camera's space), strength and colour of the lights that we add:
#: one from above and the side, one from behind for rims, and a weak one from below for the shadows.
LIGHTS = (
    ("Bloom Key", (-0.9, 0.7, 0.0), 4.6, (1.0, 0.9, 0.76)),
    ("Bloom Rim", (2.5, -0.5, 0.0), 5.0, (0.62, 0.78, 1.0)),
    ("Bloom Fill", (0.8, -0.6, 0.0), 1.2, (0.62, 0.68, 1.0)),
)
#: The collection that holds them, and that of the flames that they alone light, where others light the rest.
COLLECTION, LIT = "Bloom Lights", "Bloom Lit"
_OURS = "bloom_lights"
"""Custom property of our collection: it may be renamed."""

ENOUGH = 3.0
"""W/m² at the flame: ours give 10.8, the light of Blender's start-up file 1.5 from its 7 m."""


def add_lights(scene: bpy.types.Scene, flame: bpy.types.Object | None = None) -> None:
    """Add three suns, in a collection of their own, unless the scene is lit.

    Parameters
    ----------
    flame : bpy.types.Object, optional
        What is to be lit. Where the scene has other lights, our suns shine on it alone.
        Without it, suns are added where the scene has no light at all.
    """
    ours = our_collection(scene)
    if ours is not None:
        if flame is not None:
            _let_shine_on(ours, flame)
        return
    others = any(obj.type == "LIGHT" for obj in scene.objects)
    if others if flame is None else is_lit(scene, flame):
        return
    ours = bpy.data.collections.new(COLLECTION)
    ours[_OURS] = True
    scene.collection.children.link(ours)
    turn = scene.camera.matrix_world.to_3x3().normalized() if scene.camera is not None else None
    only = bpy.data.collections.new(LIT) if others else None
    for name, angles, strength, color in LIGHTS:
        data = bpy.data.lights.new(name, "SUN")
        data.energy, data.color, data.angle = strength, color, 0.25
        obj = bpy.data.objects.new(name, data)
        direction = Euler(angles).to_matrix()
        obj.rotation_euler = ((turn @ direction) if turn is not None else direction).to_euler()
        obj.light_linking.receiver_collection = only
        ours.objects.link(obj)
    if flame is not None:
        _let_shine_on(ours, flame)


def our_collection(scene: bpy.types.Scene) -> bpy.types.Collection | None:
    """The collection of our lights in a scene; without its lights it does not count."""
    return next((c for c in scene.collection.children_recursive if _OURS in c and c.objects), None)


def is_lit(scene: bpy.types.Scene, flame: bpy.types.Object) -> bool:
    """Whether the scene's light reaches a flame: an estimate at its origin, without shadows."""
    place = flame.matrix_world.translation
    total = _world_light(scene.world)
    for obj in scene.objects:
        if obj.type == "LIGHT" and _is_rendered(scene, obj):
            total += _light_at(obj, place)
    return total >= ENOUGH


def _let_shine_on(ours: bpy.types.Collection, flame: bpy.types.Object) -> None:
    for obj in ours.objects:
        only = obj.light_linking.receiver_collection
        if only is not None and flame.name not in only.objects:
            only.objects.link(flame)


def _is_rendered(scene: bpy.types.Scene, obj: bpy.types.Object) -> bool:
    if obj.hide_render or all(collection.hide_render for collection in obj.users_collection):
        return False
    return any(layer.objects.get(obj.name) == obj for layer in scene.view_layers)


def _light_at(obj: bpy.types.Object, place: Vector) -> float:
    """Irradiance of a surface that faces a light, W/m²."""
    data = obj.data
    power = data.energy * max(data.color) * 2.0 ** getattr(data, "exposure", 0.0)
    if data.type == "SUN":
        return power
    way = place - obj.matrix_world.translation
    away = max(way.length, 1e-3)
    forward = -obj.matrix_world.to_3x3().col[2].normalized()
    cosine = forward.dot(way) / away
    if data.type == "AREA":
        return power * max(cosine, 0.0) / (math.pi * away * away)
    if data.type == "SPOT" and cosine < math.cos(0.5 * data.spot_size):
        return 0.0
    return power / (4.0 * math.pi * away * away)


def _world_light(world: bpy.types.World | None) -> float:
    """Irradiance from a world of one colour; a world with a picture counts as bright."""
    tree = None if world is None else world.node_tree
    background = next((n for n in tree.nodes if n.type == "BACKGROUND"), None) if tree is not None else None
    if background is None:
        return 0.0
    color, strength = background.inputs["Color"], background.inputs["Strength"]
    if color.links or strength.links:
        return math.inf
    return math.pi * max(color.default_value[:3]) * strength.default_value
