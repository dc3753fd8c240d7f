"""A flame's picture, as Fractorium's renderer makes it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..chaos.histogram import Grid, Histogram, grid_of
from ..errors import BloomError
from ..flame.compatibility import Rules
from ..flame.model import Flame, Tone
from .filters import filtered
from .light import light_of
from .tone import corrected, curved, display

#: Bytes of a bucket while a picture is developed: histogram, light, and the filter's first axis.
_BYTES_OF_BUCKET = 16 + 16 + 16
#: … and of a pixel: filtered light, display colours, file.
_BYTES_OF_PIXEL = 16 + 16 + 8
#: Points of a picture that nobody lives to see.
_TOO_MANY = 1e15
#: Memory of a machine that does not tell.
_ASSUMED_MEMORY = 8 * 2**30


def resized(flame: Flame, width: int) -> Flame:
    """The same picture, ``width`` pixels wide: size and scale change together."""
    if width < 1:
        raise BloomError(f"The width is {width}: give 1 pixel or more.")
    factor = width / flame.camera.size[0]
    height = max(round(flame.camera.size[1] * factor), 1)
    camera = replace(flame.camera, size=(width, height), scale=flame.camera.scale * factor)
    return replace(flame, camera=camera)


def prepared(
    flame: Flame, *, width: int | None = None, quality: float | None = None, supersample: int | None = None
) -> Flame:
    """The flame at the size, quality and supersample of a picture; None leaves the flame's own.

    Raises
    ------
    BloomError
        If a number is out of range, or there is not enough memory for such a picture.
    """
    if width is not None:
        flame = resized(flame, width)
    tone = flame.tone
    tone = replace(
        tone,
        quality=tone.quality if quality is None else quality,
        supersample=tone.supersample if supersample is None else supersample,
    )
    flame = replace(flame, tone=tone)
    iterations_for(flame)
    check_memory(flame.camera.size, flame.tone.supersample)
    return flame


def iterations_for(flame: Flame, quality: float | None = None) -> int:
    """Points that a picture of a quality needs; BloomError if they are beyond reason."""
    wanted = flame.tone.quality if quality is None else quality
    if not wanted > 0.0:
        raise BloomError(f"The quality is {wanted:g}: give more than 0.")
    width, height = flame.camera.size
    points = float(np.float64(wanted) * np.float64(4.0) ** min(flame.camera.zoom, 400.0) * width * height)
    if not points < _TOO_MANY:
        raise BloomError(f"The picture needs {points:.3g} points: choose a smaller size, quality or zoom.")
    return max(round(points), 1)


def check_memory(size: tuple[int, int], supersample: int) -> int:
    """Bytes that a picture of ``size`` pixels needs; BloomError if they are not there."""
    grid = grid_of(size, supersample)
    width, height = size
    needed = grid.buckets * _BYTES_OF_BUCKET + width * height * _BYTES_OF_PIXEL + 64 * 2**20
    available = available_memory()
    if needed > available:
        raise BloomError(
            f"A picture of {width} x {height} pixels with supersample {grid.supersample} needs "
            f"{needed / 2**30:.1f} GB of memory and {available / 2**30:.1f} GB are free: "
            "choose a smaller size or supersample."
        )
    return needed


def available_memory() -> int:
    """Bytes that are free; `_ASSUMED_MEMORY` where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError, IndexError):
        pass
    try:  # macOS and others: what there is in all
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return _ASSUMED_MEMORY


def develop(histogram: Histogram, *, early_clip: bool = False) -> np.ndarray:
    """The picture of a histogram as it is now: (height, width, 4) float32, display colours and alpha.

    The background is behind the colours already. Nothing of the histogram changes, so it may go on. With
    ``early_clip`` buckets become display colours before the spatial filter and not after it.
    """
    return develop_buckets(
        histogram.buckets, histogram.grid, histogram.flame, histogram.shown,
        early_clip=early_clip, threads=histogram.threads,
    )  # fmt: skip


def develop_buckets(
    buckets: np.ndarray,
    grid: Grid,
    flame: Flame,
    iterations: int,
    *,
    early_clip: bool = False,
    threads: int | None = None,
) -> np.ndarray:
    """The picture of any buckets that ``iterations`` shown points have filled; see `develop`."""
    tone, rules = flame.tone, flame.rules
    settings = (grid, tone, iterations, flame.camera.pixels_per_unit, rules)
    if early_clip:
        light = _spread(buckets, *settings, threads)
        return curved(filtered(corrected(light, tone, rules), grid, tone), tone, rules)
    return display(exposed(buckets, *settings, threads=threads), tone, rules)


def exposed(
    buckets: np.ndarray,
    grid: Grid,
    tone: Tone,
    iterations: int,
    pixels_per_unit: float,
    rules: Rules,
    *,
    threads: int | None = None,
) -> np.ndarray:
    """Logarithmic light of the pixels, (height, width, 4) float32: what `tone.display` makes a picture of.

    A hit counts by its share in ``iterations`` and by the area of a pixel, so that neither quality nor size
    change the brightness.
    """
    return filtered(_spread(buckets, grid, tone, iterations, pixels_per_unit, rules, threads), grid, tone)


def _spread(
    buckets: np.ndarray,
    grid: Grid,
    tone: Tone,
    iterations: int,
    pixels_per_unit: float,
    rules: Rules,
    threads: int | None,
) -> np.ndarray:
    """Logarithmic light of the buckets, (rows, columns, 4) float32; see `exposed`."""
    step = pixels_per_unit * grid.supersample
    density = step * step / max(iterations, 1)  # hits to hits per unit of area and point
    if rules.density_controls and tone.logscale_k2:
        density = tone.logscale_k2
    scale = tone.brightness * rules.brightness
    return light_of(buckets, grid, tone, density=density, scale=scale, threads=threads)


def render(
    flame: Flame,
    *,
    width: int | None = None,
    quality: float | None = None,
    supersample: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    compatibility: str | None = None,
    early_clip: bool = False,
    progress: Callable[[Histogram, int], None] | None = None,
) -> np.ndarray:
    """The picture of a flame: (height, width, 4) float32, display colours with background, and alpha.

    Parameters
    ----------
    width
        In pixels; the height and the scale follow.
    quality
        Points per pixel (times 4**zoom), rounded up to a step of all orbits (some thousand points).
    seed
        Chooses the random numbers. The picture does not depend on the number of ``threads``.
    compatibility
        The renderer whose rules hold, instead of the flame's own.
    early_clip
        See `develop`.
    progress
        Called with the histogram and the points that it will have, after each part of a second. What it
        raises ends the work; `develop` makes a picture of what is there.
    """
    if width is not None:
        flame = resized(flame, width)
    if compatibility is not None:
        flame = replace(flame, compatibility=compatibility)
    total = iterations_for(flame, quality)
    check_memory(flame.camera.size, supersample or flame.tone.supersample)
    histogram = Histogram(flame, supersample=supersample, seed=seed, threads=threads)
    fill(histogram, total, progress)
    return develop(histogram, early_clip=early_clip)


def fill(histogram: Histogram, total: int, progress: Callable[[Histogram, int], None] | None = None) -> None:
    """Add to a histogram until it has ``total`` points; see `render` for ``progress``."""
    histogram.start()
    while histogram.iterations < total:
        # Whole rounds but for the last one, so that a pause in between changes no bit.
        histogram.add(min(total - histogram.iterations, histogram.round))
        if progress is not None:
            progress(histogram, total)
