"""Volumes as OpenVDB files, through the library that Blender ships."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import BloomError
from .. import versions
from ..work import claims

DENSITY = "density"
COLOR = "bloom_color"
"""Names of the grids. Blender and other programs look for ``density`` by themselves; an attribute called
``color`` is black in Cycles."""

STATE = "bloom_state"
"""Metadata of a file: the flame and state that it shows."""


def write(path: Path, volume: Any, state: str) -> None:
    """Write a ``chaos.voxels.Volume``; the file appears as a whole or not at all.

    Raises
    ------
    BloomError
        If the library is missing or the file cannot be written.
    """
    openvdb = versions.openvdb()
    density, color = openvdb.FloatGrid(), openvdb.Vec3SGrid()
    edge = volume.density.shape[1]
    for place, values, colors in zip(
        (volume.places * edge).tolist(), volume.density, volume.colors, strict=True
    ):
        corner = tuple(place)
        density.copyFromArray(values, ijk=corner)
        color.copyFromArray(colors, ijk=corner)
    size = volume.box.voxel
    # An index is the middle of its voxel.
    middle = [start + size / 2.0 for start in volume.box.origin]
    rows = [[size, 0.0, 0.0, 0.0], [0.0, size, 0.0, 0.0], [0.0, 0.0, size, 0.0], [*middle, 1.0]]
    for name, grid in ((DENSITY, density), (COLOR, color)):
        grid.name = name
        grid.transform = openvdb.createLinearTransform(rows)
        grid.saveFloatAsHalf = True
    density.gridClass = openvdb.GridClass.FOG_VOLUME
    temporary = claims.part(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        openvdb.write(str(temporary), grids=[density, color], metadata={STATE: state})
        os.replace(temporary, path)
    except (OSError, RuntimeError) as error:
        temporary.unlink(missing_ok=True)
        raise BloomError(f"{path} cannot be written: choose another folder. ({error})") from error


def state_in(path: Path) -> str:
    """The state that a file shows; "" if it is no such file, or damaged."""
    if not path.is_file():
        return ""
    try:
        state = versions.openvdb().readMetadata(str(path)).get(STATE, "")
    except (RuntimeError, OSError, ValueError, LookupError, MemoryError):  # by a size that lies
        return ""
    return state if isinstance(state, str) else ""


def read(path: Path) -> tuple[np.ndarray, np.ndarray, tuple[float, float, float], float]:
    """Density (x, y, z), colour (x, y, z, 3), the middle of the first voxel, and the voxel's edge."""
    openvdb = versions.openvdb()
    density, color = (openvdb.read(str(path), name) for name in (DENSITY, COLOR))
    low, high = density.evalActiveVoxelBoundingBox()
    shape = [b - a + 1 for a, b in zip(low, high, strict=True)]
    values, colors = np.zeros(shape, np.float32), np.zeros((*shape, 3), np.float32)
    density.copyToArray(values, ijk=low)
    color.copyToArray(colors, ijk=low)
    x, y, z = density.transform.indexToWorld(low)
    return values, colors, (x, y, z), density.transform.voxelSize()[0]
