"""A computed point cloud in a mesh: N loose vertices and attributes ``bloom_*``.

The names carry a prefix because Cycles renders attributes called ``color``, ``density``, ``heat``
and some others as black.
"""

from __future__ import annotations

import bpy
import numpy as np

from .. import versions

STATE = "bloom_cloud"
"""Custom property of the mesh: the flame and state that its points show (see ``playback``)."""

ATTRIBUTES = {
    "bloom_color": "FLOAT_COLOR",
    "bloom_density": "FLOAT",
    "bloom_radius": "FLOAT",
    "bloom_light": "FLOAT_COLOR",
    "bloom_age": "FLOAT",
    "bloom_id": "INT",
    "bloom_xform": "INT",
}
VELOCITY = "bloom_velocity"
"""Attribute with the motion of each point; only where it is asked for."""

_FIELD = {"FLOAT_COLOR": "color", "FLOAT_VECTOR": "vector", "FLOAT": "value", "INT": "value"}
_DTYPE = {"FLOAT_COLOR": np.float32, "FLOAT_VECTOR": np.float32, "FLOAT": np.float32, "INT": np.int32}
_WIDTH = {"FLOAT_COLOR": 4, "FLOAT_VECTOR": 3, "FLOAT": 1, "INT": 1}
PARTS = {
    "colors": "bloom_color",
    "density": "bloom_density",
    "radius": "bloom_radius",
    "light": "bloom_light",
    "age": "bloom_age",
    "ids": "bloom_id",
    "xform": "bloom_xform",
}
"""Fields of a ``PointCloud`` and the attributes that they become, in the order of `ATTRIBUTES`."""


def write_cloud(mesh: bpy.types.Mesh, cloud, state: str, velocity: np.ndarray | None = None) -> None:
    """Rewrite ``mesh`` with ``cloud`` and note ``state`` on it.

    Parameters
    ----------
    mesh : bpy.types.Mesh
        Original (not evaluated) mesh. It is resized only where the number of points differs.
    cloud : chaos.points.PointCloud
        N points in flame space.
    state : str
        What :func:`shown_state` is to answer from now on.
    velocity : np.ndarray, optional
        (N, 3), flame units per frame.
    """
    count = len(cloud.positions)
    if len(mesh.vertices) != count or len(mesh.edges):
        mesh.clear_geometry()
        mesh.vertices.add(count)
    mesh.attributes["position"].data.foreach_set("vector", _flat(cloud.positions, np.float32))
    for part, name in PARTS.items():
        _write(mesh, name, ATTRIBUTES[name], getattr(cloud, part))
    if velocity is not None:
        _write(mesh, VELOCITY, "FLOAT_VECTOR", velocity)
    elif VELOCITY in mesh.attributes:
        mesh.attributes.remove(mesh.attributes[VELOCITY])
    mesh[STATE] = state
    versions.positions_changed(mesh)


def read_cloud(mesh: bpy.types.Mesh):
    """Return what :func:`write_cloud` wrote, as a ``PointCloud``."""
    from ...chaos.points import PointCloud

    parts = {part: _read(mesh, name, ATTRIBUTES[name]) for part, name in PARTS.items()}
    return PointCloud(positions=_read(mesh, "position", "FLOAT_VECTOR"), **parts)


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


def _write(mesh: bpy.types.Mesh, name: str, kind: str, values: np.ndarray) -> None:
    _attribute(mesh, name, kind).data.foreach_set(_FIELD[kind], _flat(values, _DTYPE[kind]))


def _read(mesh: bpy.types.Mesh, name: str, kind: str) -> np.ndarray:
    width = _WIDTH[kind]
    values = np.empty(len(mesh.vertices) * width, _DTYPE[kind])
    mesh.attributes[name].data.foreach_get(_FIELD[kind], values)
    return values.reshape(-1, width) if width > 1 else values


def _attribute(mesh: bpy.types.Mesh, name: str, kind: str) -> bpy.types.Attribute:
    """Return the point attribute ``name``, created again where it is missing or of another kind."""
    attribute = mesh.attributes.get(name)
    if attribute is not None and (attribute.data_type != kind or attribute.domain != "POINT"):
        mesh.attributes.remove(attribute)
        attribute = None
    return attribute or mesh.attributes.new(name, kind, "POINT")


def _flat(values, dtype) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=dtype).ravel()
