"""From hits to light: the logarithm of the density, and density estimation.

Density estimation spreads the light of a bucket over its neighbourhood, the wider the fewer hits lie there,
so that thin parts of a flame turn smooth and dense ones stay sharp.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..chaos.histogram import Grid
from ..chaos.kernels.build import develop_kernel, run
from ..flame.model import Tone

#: Widest kernel in pixels; files in use have 9 to 30.
WIDEST = 200.0


@dataclass(frozen=True)
class Estimator:
    """The kernels of density estimation, from the widest (for one hit) to the narrowest.

    Parameters
    ----------
    weights
        All kernels one after the other, each a square of (2 reach + 1)**2 numbers whose sum is 1.
    begins, reaches
        Where each begins, and how many buckets it reaches.
    most
        Counts above this have the last kernel.
    curve
        Exponent by which counts above 100 share kernels.
    """

    weights: np.ndarray
    begins: np.ndarray
    reaches: np.ndarray
    most: float
    curve: float


def estimator_of(tone: Tone, supersample: int) -> Estimator:
    """The kernels that ember makes of a radius, a minimum and a curve."""
    widest = min(tone.estimator_radius, WIDEST) * supersample + 1.0
    least = min(tone.estimator_minimum, WIDEST) * supersample + 1.0
    curve = tone.estimator_curve if tone.estimator_curve > 0.0 else 0.5
    with np.errstate(over="ignore"):
        counts = np.ceil(np.float64(widest / least) ** (1.0 / curve))
        if counts > 100.0:
            over = (counts - 100.0) ** curve if np.isfinite(counts) else widest / least
            number = math.ceil(100.0 + over) + 1
            most = np.floor(np.float64(number - 100) ** (1.0 / curve)) + 100.0
        else:
            number, most = max(int(counts), 1), max(counts, 1.0)
        kernels = []
        for n in range(number):
            hits = n + 1.0 if n < 100 else np.float64(n - 100) ** (1.0 / curve) + 101.0
            radius = float(widest / np.float64(hits) ** curve)
            kernels.append(_kernel(max(radius, least)))
            if radius <= least:
                break
    sizes = [kernel.size for kernel in kernels]
    return Estimator(
        weights=np.concatenate([kernel.ravel() for kernel in kernels]).astype(np.float32),
        begins=np.cumsum([0, *sizes[:-1]]).astype(np.int64),
        reaches=np.array([len(kernel) // 2 for kernel in kernels], np.int64),
        most=float(most),
        curve=curve,
    )


def _kernel(radius: float) -> np.ndarray:
    """A Gaussian within a circle, whose sum is 1."""
    reach = math.floor(radius)
    offsets = np.arange(-reach, reach + 1) / radius
    square = offsets[:, None] ** 2 + offsets**2
    weights = np.where(square <= 1.0, np.exp(-4.5 * square), 0.0)
    return weights / weights.sum()


def light_of(
    buckets: np.ndarray, grid: Grid, tone: Tone, *, density: float, scale: float, threads: int | None = None
) -> np.ndarray:
    """Logarithmic light of each bucket, (rows, columns, 4) float32.

    A bucket of ``a`` hits becomes ``scale * ln(1 + density * a) / a`` times what it is.
    """
    if tone.estimator_radius <= 0.0:
        hits = buckets[..., 3:]
        with np.errstate(invalid="ignore", divide="ignore"):
            factor = np.float32(scale) * np.log1p(hits * np.float32(density)) / hits
        return buckets * np.where(hits > 0.0, factor, np.float32(0.0))
    estimator = estimator_of(tone, grid.supersample)
    light = np.zeros_like(buckets)
    box = grid.supersample // 2 if grid.supersample > 1 else 0
    even = grid.supersample % 2 == 0
    share = (grid.supersample / (grid.supersample + 1.0)) ** 2 if even else 1.0
    kernel = develop_kernel()
    run(
        kernel.spread_band, -(-grid.rows // kernel.BAND), threads,
        buckets.reshape(-1), light.reshape(-1), grid.rows, grid.columns, box, share, estimator.most,
        estimator.curve, float(scale), float(density), estimator.weights, estimator.begins, estimator.reaches,
    )  # fmt: skip
    return light
