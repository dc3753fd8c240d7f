"""Whether rays and the window meet a flame object, so that its points are needed."""

from __future__ import annotations

import bpy

RAYS = ("camera", "diffuse", "glossy", "transmission", "volume_scatter", "shadow")
"""Kinds of rays that Blender can hide an object from."""


def is_unseen(obj: bpy.types.Object) -> bool:
    """Whether no ray meets an object, so that a render needs none of its points."""
    return not any(getattr(obj, f"visible_{ray}") for ray in RAYS)


def set_seen(obj: bpy.types.Object, seen: bool) -> None:
    """Let all rays meet an object, or none."""
    for ray in RAYS:
        setattr(obj, f"visible_{ray}", seen)


def is_hidden(obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> bool:
    """Whether the window hides ``obj``; a render's graph holds only objects that it needs.

    An object that is in the scene through a collection instance alone cannot be asked and counts as
    visible.
    """
    layer = depsgraph.view_layer
    if depsgraph.mode == "RENDER" or layer.objects.get(obj.name) != obj:
        return False
    return not obj.visible_get(view_layer=layer)
