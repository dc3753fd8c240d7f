"""The parts of a flame object beside its mesh: the modifier that makes its points, and its volume object."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

POINTS = "Bloom Points"
"""Name of the modifier that makes points, and of its node group."""

VOLUME_STATE = "bloom_volume"
"""Custom property of volume data: the flame and state that it shows."""


def points_modifiers(obj: bpy.types.Object) -> Iterator[bpy.types.Modifier]:
    """The modifiers that make points of a flame object's vertices: one, where nobody has copied it."""
    return (m for m in obj.modifiers if m.type == "NODES" and m.name.startswith(POINTS))


def shows_points(obj: bpy.types.Object, *, render: bool) -> bool:
    """Whether a flame object has use for points: not where its modifier is switched off."""
    modifier = next(points_modifiers(obj), None)
    if modifier is None:
        return True
    return modifier.show_render if render else modifier.show_viewport


def volume_of(obj: bpy.types.Object) -> bpy.types.Object | None:
    """The volume object of a flame object, if it has one."""
    return next(
        (child for child in obj.children if child.type == "VOLUME" and VOLUME_STATE in child.data), None
    )


def shows_volume(obj: bpy.types.Object, *, render: bool) -> bool:
    """Whether a flame object has a volume that is not hidden for good, in renders or in the window."""
    volume = volume_of(obj)
    return volume is not None and not (volume.hide_render if render else volume.hide_viewport)
