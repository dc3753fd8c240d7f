"""Solid things in front of a flame: the depth beyond which each bucket sees nothing."""

from __future__ import annotations

import numpy as np

from .histogram import Grid
from .kernels.build import occlusion_kernel, run
from .projection import Projection


class Blockers:
    """A depth buffer over the buckets of a histogram.

    Attributes
    ----------
    depths
        (rows, columns) float32, infinite where nothing stands in the way.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.depths = np.full((grid.rows, grid.columns), np.inf, np.float32)

    def add(self, points: np.ndarray, triangles: np.ndarray, projection: Projection) -> None:
        """Put triangles in the way.

        Parameters
        ----------
        points
            (N, 3), in the space whose projection is given.
        triangles
            (T, 3) whole numbers of points.
        """
        step, gutter = self.grid.supersample, self.grid.gutter
        rows = np.array(projection.matrix, np.float64)
        rows[:2] = rows[:2] * step + gutter * rows[2]
        seen = points.astype(np.float64) @ rows[:, :3].T + rows[:, 3]
        near = max(projection.near, -1e30)
        corners = np.ascontiguousarray(triangles, np.int64)
        run(occlusion_kernel().draw_triangles, 1, 1, seen, corners, np.float64(near), self.depths)
