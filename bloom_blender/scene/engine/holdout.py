"""Meshes of the scene that stand in front of its flames."""

from __future__ import annotations

import bpy
import numpy as np

from ...develop.exposure import View
from ...flame.model import Flame, Xform
from ..flame.object import is_flame

_SOLID = {"MESH", "CURVE", "SURFACE", "META", "FONT"}
_REST = Flame("", (Xform(),))


def blockers_of(depsgraph: bpy.types.Depsgraph, view: View, supersample: int) -> np.ndarray | None:
    """Depth of the nearest surface in each bucket, (rows, columns) float32; None where there is none.

    Every surface hides what is behind it, also a transparent one.
    """
    from ...chaos.histogram import grid_of
    from ...chaos.occlusion import Blockers

    blockers = None
    for instance in depsgraph.object_instances:
        obj = instance.object
        if obj.type not in _SOLID or is_flame(obj.original) or not instance.show_self:
            continue
        mesh = obj.to_mesh()
        if mesh is None:
            continue
        points, triangles = _surface(mesh)
        if len(triangles):
            blockers = blockers or Blockers(grid_of(view.size, supersample))
            blockers.add(points, triangles, view.projection(_REST, instance.matrix_world))
        obj.to_mesh_clear()
    return None if blockers is None else blockers.depths


def _surface(mesh: bpy.types.Mesh) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 3) and triangles (T, 3) of a mesh."""
    mesh.calc_loop_triangles()
    triangles = np.empty(3 * len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get("vertices", triangles)
    points = np.empty(3 * len(mesh.vertices), np.float32)
    if len(mesh.vertices):
        mesh.attributes["position"].data.foreach_get("vector", points)
    return points.reshape(-1, 3), triangles.reshape(-1, 3)
