"""A computed point cloud in a mesh: N loose vertices and attributes ``bloom_*``.

The names carry a prefix because Cycles renders attributes called ``color``, ``density``, ``heat``
and some others as black.
"""

from __future__ import annotations

import bpy
import numpy as np

from . import versions

STATE = "bloom_cloud"
"""Custom property of the mesh: which state of which flame its points show (see ``playback``)."""

ATTRIBUTES = {
    "bloom_color": "FLOAT_COLOR",
    "bloom_density": "FLOAT",
    "bloom_radius": "FLOAT",
    "bloom_light": "FLOAT_COLOR",
    "bloom_age": "FLOAT",
    "bloom_id": "INT",
    "bloom_xform": "INT",
}
_FIELD = {"FLOAT_COLOR": "color", "FLOAT": "value", "INT": "value"}
_DTYPE = {"FLOAT_COLOR": np.float32, "FLOAT": np.float32, "INT": np.int32}


def write_cloud(mesh: bpy.types.Mesh, cloud, state: str) -> None:
    """Rewrite ``mesh`` with ``cloud`` and note ``state`` on it.

    Parameters
    ----------
    mesh : bpy.types.Mesh
        Original (not evaluated) mesh. It is resized only where the number of points differs.
    cloud : chaos.points.PointCloud
        N points in flame space.
    state : str
        What :func:`shown_state` is to answer from now on.
    """
    count = len(cloud.positions)
    if len(mesh.vertices) != count or len(mesh.edges):
        mesh.clear_geometry()
        mesh.vertices.add(count)
    values = {
        "bloom_color": cloud.colors,
        "bloom_density": cloud.density,
        "bloom_radius": cloud.radius,
        "bloom_light": cloud.light,
        "bloom_age": cloud.age,
        "bloom_id": cloud.ids,
        "bloom_xform": cloud.xform,
    }
    mesh.attributes["position"].data.foreach_set("vector", _flat(cloud.positions, np.float32))
    for name, kind in ATTRIBUTES.items():
        data = _attribute(mesh, name, kind).data
        data.foreach_set(_FIELD[kind], _flat(values[name], _DTYPE[kind]))
    mesh[STATE] = state
    versions.positions_changed(mesh)


def shown_state(mesh: bpy.types.Mesh) -> str:
    """Return the state that ``mesh`` was last written with, or "" for a mesh that is not as it was left."""
    state = mesh.get(STATE)
    if not isinstance(state, str) or state.partition(":")[0] != str(len(mesh.vertices)):
        return ""
    return state


def forget(mesh: bpy.types.Mesh) -> None:
    """Have ``mesh`` count as out of date."""
    if STATE in mesh:
        del mesh[STATE]


def _attribute(mesh: bpy.types.Mesh, name: str, kind: str) -> bpy.types.Attribute:
    """Return the point attribute ``name``, made anew where it is missing or of another kind."""
    attribute = mesh.attributes.get(name)
    if attribute is not None and (attribute.data_type != kind or attribute.domain != "POINT"):
        mesh.attributes.remove(attribute)
        attribute = None
    return attribute or mesh.attributes.new(name, kind, "POINT")


def _flat(values, dtype) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=dtype).ravel()
