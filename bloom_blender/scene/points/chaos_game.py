"""The scene's access to the numba core, which is imported when it is first needed."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import bpy
import numpy as np

from ...flame.model import Flame
from ..flame.requests import PointsRequest
from ..flame.snapshot import Snapshot
from . import motion
from .materials import DENSE, THIN

#: Radii of opaque points in thin parts and in cores, over the point size.
GRAINS = {"SOLID": (0.5, 0.8), "DUST": (0.65, 0.85)}


def compute(flame: Flame, request: PointsRequest):
    """Return the points of ``flame`` as a ``PointCloud``.

    The first call on a computer compiles what all flames share, some seconds; later a flame of new structure
    costs some 0.1 s. Both are kept on disk.

    Raises
    ------
    BloomError
        If the numba core cannot be loaded, or cannot compute this flame.
    """
    load()
    from ...chaos.points import compute_points

    options = _options(flame, request)
    cloud = compute_points(flame, request.count, **options)
    if request.style in GRAINS:
        return replace(cloud, radius=_grains(cloud, options["footprint"].smallest, GRAINS[request.style]))
    return cloud


def velocities(snapshot: Snapshot) -> np.ndarray | None:
    """Velocity of each point, (N, 3) float32 flame units per frame; None where no motion is wanted."""
    if snapshot.around is None:
        return None
    rest, request = snapshot.structure.rest, snapshot.points
    return motion.velocities(rest, snapshot.around, lambda flame: play(flame, request))


def play(flame: Flame, request: PointsRequest):
    """Return the points of ``flame`` as a ``Play``, without what follows from neighbours; see `compute`."""
    load()
    from ...chaos import points

    return points.play(flame, request.count, **_options(flame, request))


def _grains(cloud, smallest: float, limits: tuple[float, float]) -> np.ndarray:
    """Radii of opaque points, (N,) float32: small, and smaller where they are few.

    There a large one would be a speck before the flower behind it. Hidden points have none.
    """
    share = np.clip((cloud.density - THIN) / (DENSE - THIN), 0.0, 1.0)
    radius = smallest * (limits[0] + (limits[1] - limits[0]) * share)
    return np.where(cloud.radius > 0.0, radius, 0.0).astype(np.float32)


def _options(flame: Flame, request: PointsRequest) -> dict[str, Any]:
    """What the core is asked for beside the flame and the number of its points."""
    from ...chaos.density import footprint_of

    footprint = footprint_of(flame, overlap=request.smoothness, smallest=request.point_size)
    return {"seed": request.seed, "detail": request.detail, "footprint": footprint}


def load() -> None:
    """Have the numba core keep its kernels where the extension may write.

    Raises
    ------
    BloomError
        If numba is missing, or another add-on brought one that does not do.
    """
    from ...codegen import requirements, store

    requirements.check()
    folder = _cache_folder()
    if folder:
        store.set_cache_folder(folder)


def is_loaded() -> bool:
    """Whether the numba core is in memory; until then the first computation takes some seconds."""
    return "numba" in sys.modules


def _cache_folder() -> str | None:
    """Return the extension's user folder, which is always writable; None outside an installed extension."""
    package = __package__.rpartition(".bloom_blender.")[0]
    try:
        return bpy.utils.extension_path_user(package, path="cache", create=True)
    except (ValueError, OSError):
        return None
