"""The point cloud of a flame: a fixed number of points with an identity, the same in every frame."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from ..flame.model import Flame
from .compiling import kernel_of
from .structure import OPACITY, structure_of, thresholds, values_of

#: Points of one chain. Measured on the six original flames, the picture of chains of this length differs
#: from that of chains ten times as long by no more than two seeds of the long ones do (docs/chaos.md).
STEPS = 250
#: Applications before the first point of a chain is shown; ember's default is 15.
FUSE = 30
#: Points farther from the origin than this are hidden: an outlier at 1e9 ruins a renderer's search tree.
LIMIT = 1e4


@dataclass(frozen=True)
class PointCloud:
    """Points of a flame after its final xform, in flame space (y points down, as in the file).

    Point i is made by the same orbit and the same random numbers in every frame, and a smaller cloud is
    the beginning of a larger one.

    Parameters
    ----------
    positions
        (N, 3) float32. Hidden points (escaped orbits) lie at the origin with opacity 0.
    colors
        (N, 4) float32: palette colour as linear light (Rec. 709 primaries), and opacity 0..1.
    ages
        (N,) float32, applications since the orbit began or was re-seeded.
    xforms
        (N,) int32, the xform that made the point, from 0.
    """

    positions: np.ndarray
    colors: np.ndarray
    ages: np.ndarray
    xforms: np.ndarray


def compute_points(
    flame: Flame, count: int, *, seed: int = 0, threads: int | None = None, phase: float | None = None
) -> PointCloud:
    """``count`` points of a flame.

    Parameters
    ----------
    seed
        Chooses the random numbers; another seed gives other points of the same flame.
    threads
        How many to use; all by default. The points do not depend on it.
    phase
        Cyclic shift of the colour index; the palette's own by default.
    """
    import numba

    structure = structure_of(flame)
    kernel = kernel_of(structure)
    values = values_of(flame, structure)
    opacities = np.array([values[slot.offset + OPACITY] for slot in structure.xforms], np.float32)
    positions = np.empty((count, 3), np.float32)
    colors = np.empty((count, 4), np.float32)
    ages = np.empty(count, np.float32)
    xforms = np.empty(count, np.int32)
    batches = -(-count // (kernel.M * STEPS))
    available = numba.config.NUMBA_NUM_THREADS
    numba.set_num_threads(max(1, min(threads or os.cpu_count() or 1, available)))
    kernel.points(
        batches, FUSE, STEPS, np.uint32(seed & 0xFFFFFFFF), np.float32(LIMIT),
        np.float32(flame.palette.phase if phase is None else phase), values, thresholds(flame), opacities,
        linear_palette(flame), positions, colors, ages, xforms,
    )  # fmt: skip
    return PointCloud(positions, colors, ages, xforms)


def linear_palette(flame: Flame) -> np.ndarray:
    """Palette as linear light, (n, 3) float32, n >= 2. Palettes hold display colours (sRGB)."""
    display = np.clip(np.asarray(flame.palette.colors, np.float64), 0.0, 1.0)
    if display.shape[0] == 1:
        display = np.repeat(display, 2, 0)
    linear = np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4)
    return np.ascontiguousarray(linear, np.float32)
