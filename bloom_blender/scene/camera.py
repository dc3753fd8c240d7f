"""The flame's own camera as a Blender camera."""

from __future__ import annotations

import bpy


def flame_camera(scene: bpy.types.Scene, flame, obj: bpy.types.Object) -> bpy.types.Object:
    """Make the camera that frames ``obj`` as the flame's file does, and make it the scene's camera."""
    data = bpy.data.cameras.new(f"{obj.name} Camera")
    camera = bpy.data.objects.new(data.name, data)
    camera.location = (0.0, 0.0, 5.0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    return camera
