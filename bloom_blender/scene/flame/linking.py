"""Flames that are linked from another file.

Blender lets nobody write to a linked mesh, so a linked flame shows the points that it was saved with. With a
library override and a mesh of its own it plays: values and curves still come from the other file, and what is
edited here is kept here.
"""

from __future__ import annotations

import bpy

from ...errors import BloomError


def has_own_points(obj: bpy.types.Object) -> bool:
    """Whether the points of a flame object are this file's, so that they can follow its values."""
    return obj.library is None and obj.data.library is None


def give_own_points(obj: bpy.types.Object) -> bpy.types.Object:
    """Have a linked flame object follow its values, and return the object that does: its library override.

    The override takes the place of the linked object wherever this file uses it.

    Raises
    ------
    BloomError
        If Blender makes no override, as for an object that a linked collection brings along.
    """
    if obj.library is not None:
        override = obj.override_create(remap_local_usages=True)
        if override is None:
            raise BloomError(
                f"{obj.name} cannot be overridden by itself: override what brings it into this file first "
                "(Object > Library Override > Make)."
            )
        obj = override
    if obj.data.library is not None:
        obj.data = obj.data.copy()
    return obj
