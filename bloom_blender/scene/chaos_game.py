"""The door from the scene to the numba core, which is imported when it is first needed."""

from __future__ import annotations

import os
import sys

import bpy

from ..errors import BloomError
from ..flame.model import Flame


def compute(flame: Flame, count: int, seed: int):
    """Return ``count`` points of ``flame`` as a ``PointCloud``.

    The first call for a flame of new structure compiles its kernel, which takes some seconds; compiled
    kernels are kept on disk.

    Raises
    ------
    BloomError
        If the numba core cannot be loaded, or cannot compute this flame.
    """
    if not is_loaded():
        _choose_cache_folder()
    try:
        from ..chaos.points import compute_points
    except ImportError as error:
        raise BloomError(
            f"Bloom cannot compute points, as {error.name or 'numba'} is missing: reinstall the extension."
        ) from error
    return compute_points(flame, count, seed=seed)


def is_loaded() -> bool:
    """Whether the numba core is in memory; until then the first computation takes some seconds."""
    return "numba" in sys.modules


def _choose_cache_folder() -> None:
    """Keep compiled kernels in the extension's user folder, which is always writable."""
    from ..chaos.compiling import set_cache_folder

    if "BLOOM_CACHE_DIR" in os.environ:
        return
    package = __package__.rpartition(".bloom_blender.")[0]
    try:
        set_cache_folder(bpy.utils.extension_path_user(package, path="kernels", create=True))
    except (ValueError, OSError):
        pass  # not running as an installed extension: the chaos game finds a folder itself
