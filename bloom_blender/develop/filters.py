"""The spatial filter: from buckets to pixels."""

from __future__ import annotations

import numpy as np

from ..chaos.histogram import Grid
from ..flame.model import Tone


def _sinc(x: np.ndarray) -> np.ndarray:
    return np.sinc(x)  # sin(pi x) / (pi x)


def _mitchell(x: np.ndarray) -> np.ndarray:
    """D. Mitchell, A. Netravali, Reconstruction Filters in Computer Graphics, 1988, with B = C = 1/3."""
    inner = (7.0 * x**3 - 12.0 * x**2 + 16.0 / 3.0) / 6.0
    outer = (-7.0 / 3.0 * x**3 + 12.0 * x**2 - 20.0 * x + 32.0 / 3.0) / 6.0
    return np.where(x < 1.0, inner, np.where(x < 2.0, outer, 0.0))


def _catrom(x: np.ndarray) -> np.ndarray:
    inner = 1.5 * x**3 - 2.5 * x**2 + 1.0
    outer = -0.5 * x**3 + 2.5 * x**2 - 4.0 * x + 2.0
    return np.where(x < 1.0, inner, np.where(x < 2.0, outer, 0.0))


def _bspline(x: np.ndarray) -> np.ndarray:
    inner = 0.5 * x**3 - x**2 + 2.0 / 3.0
    return np.where(x < 1.0, inner, np.where(x < 2.0, (2.0 - x) ** 3 / 6.0, 0.0))


def _bell(x: np.ndarray) -> np.ndarray:
    return np.where(x < 0.5, 0.75 - x**2, np.where(x < 1.5, 0.5 * (x - 1.5) ** 2, 0.0))


#: Support and value over |x| of each shape.
SHAPES = {
    "gaussian": (1.5, lambda x: np.exp(-2.0 * x**2)),
    "hermite": (1.0, lambda x: np.where(x < 1.0, (2.0 * x - 3.0) * x**2 + 1.0, 0.0)),
    "box": (0.5, lambda x: np.where(x <= 0.5, 1.0, 0.0)),
    "triangle": (1.0, lambda x: np.maximum(1.0 - x, 0.0)),
    "bell": (1.5, _bell),
    "bspline": (2.0, _bspline),
    "lanczos3": (3.0, lambda x: np.where(x < 3.0, _sinc(x) * _sinc(x / 3.0), 0.0)),
    "lanczos2": (2.0, lambda x: np.where(x < 2.0, _sinc(x) * _sinc(x / 2.0), 0.0)),
    "mitchell": (2.0, _mitchell),
    "blackman": (1.0, lambda x: 0.42 + 0.5 * np.cos(np.pi * x) + 0.08 * np.cos(2.0 * np.pi * x)),
    "catrom": (2.0, _catrom),
    "hamming": (1.0, lambda x: 0.54 + 0.46 * np.cos(np.pi * x)),
    "hanning": (1.0, lambda x: 0.5 + 0.5 * np.cos(np.pi * x)),
    "quadratic": (1.5, _bell),
}


#: A wider filter spreads light evenly over any picture, and would take for ever to say so.
MOST_TAPS = 32768.0


def taps_of(tone: Tone, supersample: int) -> np.ndarray:
    """The filter along one axis, whose sum is 1; as many taps as make it lie in the middle of a pixel."""
    support, shape = SHAPES[tone.filter_shape]
    whole = min(2.0 * support * supersample * tone.filter_radius, MOST_TAPS)
    width = int(whole) + 1
    width += (width ^ supersample) & 1
    reach = support * width / whole if whole > 0.0 else 1.0
    taps = np.asarray(shape(np.abs(((2.0 * np.arange(width) + 1.0) / width - 1.0) * reach)), np.float64)
    total = taps.sum()
    return taps / total if abs(total) > 1e-12 else np.full(width, 1.0 / width)


def filtered(light: np.ndarray, grid: Grid, tone: Tone) -> np.ndarray:
    """Pixels of the picture, (height, width, channels) float32."""
    taps = taps_of(tone, grid.supersample)
    across = _along(np.swapaxes(light, 0, 1), taps, grid)
    return _along(np.swapaxes(across, 0, 1), taps, grid)


def _along(light: np.ndarray, taps: np.ndarray, grid: Grid) -> np.ndarray:
    """Filter the first axis and leave out its gutters."""
    step = grid.supersample
    pixels = (light.shape[0] - 2 * grid.gutter) // step
    first = grid.gutter - (len(taps) - step) // 2
    result = np.zeros((pixels, *light.shape[1:]), np.float32)
    for k, tap in enumerate(taps):
        start = first + k
        # A filter wider than the gutter sees nothing beyond it.
        low = max(0, -(start // step))
        high = min(pixels, (light.shape[0] - 1 - start) // step + 1)
        if tap and high > low:
            begin = start + low * step
            result[low:high] += np.float32(tap) * light[begin : begin + (high - low - 1) * step + 1 : step]
    return result
