"""From flame objects to flame files, with the values of a frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import bpy

from ...flame.model import Flame
from .object import flame_of


def flame_now(obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> Flame:
    """Return the flame as it is evaluated at the current frame, under the object's name if it has none."""
    flame = flame_of(obj.evaluated_get(depsgraph))
    return flame if flame.name else replace(flame, name=obj.name)


def flames_over_time(obj: bpy.types.Object, scene: bpy.types.Scene, every: int = 1) -> Iterator[Flame]:
    """Yield the flame of every so many frames of the scene's range, and of the last.

    Each carries its frame in its name and in the attribute ``time``, by which renderers of sequences go. The
    scene shows each of these frames meanwhile, and its own again at the end.
    """
    frames = [*range(scene.frame_start, scene.frame_end, every), scene.frame_end]
    shown, subframe = scene.frame_current, scene.frame_subframe
    layer = next((layer for layer in scene.view_layers if obj.name in layer.objects), scene.view_layers[0])
    try:
        for frame in frames:
            scene.frame_set(frame)
            flame = flame_now(obj, layer.depsgraph)
            extra = (*((name, text) for name, text in flame.extra if name != "time"), ("time", str(frame)))
            yield replace(flame, name=f"{flame.name} {frame}", extra=extra)
    finally:
        scene.frame_set(shown, subframe=subframe)
