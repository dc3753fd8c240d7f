"""Blender's start-up cube, which stands where the first flower opens."""

from __future__ import annotations

import bpy
import numpy as np

#: Corners of the cube that a new file of Blender has.
_CORNERS = {(x, y, z) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)}


def hide_cube(context: bpy.types.Context) -> bool:
    """Hide the start-up cube, unless anything was done with it; whether one was hidden.

    Only a file that was never saved has a start-up cube. It is not deleted: its eye and its camera in the
    outliner bring it back, and so does undo.
    """
    if bpy.data.filepath:
        return False
    for obj in context.view_layer.objects:
        if is_startup_cube(obj) and not obj.hide_get():
            obj.hide_set(True)
            obj.hide_render = True
            return True
    return False


def is_startup_cube(obj: bpy.types.Object) -> bool:
    """Whether an object is as Blender's own start-up file has it."""
    if obj.name != "Cube" or obj.type != "MESH" or len(obj.data.vertices) != 8 or len(obj.data.polygons) != 6:
        return False
    corners = np.empty(24, np.float32)
    obj.data.vertices.foreach_get("co", corners)
    if {tuple(corner) for corner in corners.reshape(8, 3).tolist()} != _CORNERS:
        return False
    place = (*obj.location, *obj.rotation_euler, *obj.scale)
    made_into = obj.modifiers or obj.constraints or obj.animation_data or obj.children or obj.parent
    return place == (0, 0, 0, 0, 0, 0, 1, 1, 1) and not made_into
