"""The numba core: points, histograms and density of a flame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .points import PointCloud, compute_points

__all__ = ["PointCloud", "compute_points"]


def __getattr__(name: str) -> Any:
    if name in __all__:  # at first use, because Blender loads this package whenever it starts
        from . import points

        return getattr(points, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
