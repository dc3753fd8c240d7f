"""A quick picture of a frame: small, with few points and samples."""

from __future__ import annotations

import bpy

from .. import versions
from ..flame.object import flames

#: Longer side of the picture, and what points, samples and voxels are lowered to.
PIXELS, POINTS, SAMPLES, VOXELS, MILLIONS, QUALITY = 640, 200_000, 4, 128, 3.0, 20.0


def reduce(scene: bpy.types.Scene) -> None:
    """Lower a scene's settings in a copy of the file; what is lower already stays."""
    render = scene.render
    longest = max(render.resolution_x, render.resolution_y) * render.resolution_percentage / 100.0
    if longest > PIXELS:
        render.resolution_percentage = max(round(render.resolution_percentage * PIXELS / longest), 1)
    render.use_file_extension = True
    versions.set_image_format(render.image_settings, "PNG")
    if hasattr(scene, "cycles"):
        scene.cycles.samples = min(scene.cycles.samples, SAMPLES)
    if hasattr(scene, "eevee"):
        scene.eevee.taa_render_samples = min(scene.eevee.taa_render_samples, 2 * SAMPLES)
    scene.bloom.quality = min(scene.bloom.quality, QUALITY)
    for obj in flames():
        settings = obj.bloom
        settings.points_render = min(settings.points_render, POINTS)
        settings.detail = 1
        settings.volume_resolution_render = min(settings.volume_resolution_render, VOXELS)
        settings.volume_points_render = min(settings.volume_points_render, MILLIONS)
