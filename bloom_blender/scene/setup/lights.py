"""Lights for a flame of dust in a scene that has none."""

from __future__ import annotations

import bpy
from mathutils import Euler

#: Name, direction (Euler angles in the camera's space), strength and colour of the lights that we add:
#: one from above and the side, one from behind for rims, and a weak one from below for the shadows.
LIGHTS = (
    ("Bloom Key", (-0.9, 0.7, 0.0), 4.6, (1.0, 0.9, 0.76)),
    ("Bloom Rim", (2.5, -0.5, 0.0), 5.0, (0.62, 0.78, 1.0)),
    ("Bloom Fill", (0.8, -0.6, 0.0), 1.2, (0.62, 0.68, 1.0)),
)


def add_lights(scene: bpy.types.Scene) -> None:
    """Add three suns that shine on whatever the scene's camera sees, unless the scene has lights."""
    if any(obj.type == "LIGHT" for obj in scene.objects):
        return
    turn = scene.camera.matrix_world.to_3x3().normalized() if scene.camera is not None else None
    for name, angles, strength, color in LIGHTS:
        data = bpy.data.lights.new(name, "SUN")
        data.energy, data.color, data.angle = strength, color, 0.25
        obj = bpy.data.objects.new(name, data)
        direction = Euler(angles).to_matrix()
        obj.rotation_euler = ((turn @ direction) if turn is not None else direction).to_euler()
        scene.collection.objects.link(obj)
