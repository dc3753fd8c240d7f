"""The point cloud of a flame: a fixed number of points with an identity, the same in every frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..codegen.threads import threads_of
from ..flame.color import linear_light
from ..flame.model import Flame
from .array_pool import empty
from .density import Footprint, empty_table, footprint_of, spread_points
from .kernels import layout
from .kernels.build import cloud_kernel, game_of, run
from .mixing import mixing_of
from .structure import OPACITY, settling, structure_of, thresholds, values_of

#: Points of one chain. Measured on the six original flames, the picture of chains of this length differs
#: from that of chains ten times as long by no more than two seeds of the long ones do (docs/chaos.md).
STEPS = 250
#: Applications before the first point of a chain is shown; ember's default is 15.
FUSE = 30
#: Colours between which points choose: 64 KB, which stay in a cache.
SHADES = 4096
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
    density
        (N,) float32, log2(1 + neighbours per million points); see `density.spread_points`.
    radius
        (N,) float32, flame units, larger where points are few.
    light
        (N, 4) float32, radiance of the point (linear RGB): colour times energy over area, and that without
        the colour.
    age
        (N,) float32, applications since the orbit began or was re-seeded.
    ids
        (N,) int32, the point's index.
    xform
        (N,) int32, the xform that made the point, from 0.
    """

    positions: np.ndarray
    colors: np.ndarray
    density: np.ndarray
    radius: np.ndarray
    light: np.ndarray
    age: np.ndarray
    ids: np.ndarray
    xform: np.ndarray


@dataclass(frozen=True)
class Play:
    """What the chaos game itself leaves behind: `PointCloud` without what follows from neighbours.

    ``energy`` (N,) float32 is the share of the light that each point carries, 1 on average; ``cells`` counts
    the candidates by cell, and ``share`` is the points of the cloud per counted candidate.
    """

    positions: np.ndarray
    colors: np.ndarray
    energy: np.ndarray
    age: np.ndarray
    xform: np.ndarray
    cells: np.ndarray
    share: float


def play(
    flame: Flame,
    count: int,
    *,
    seed: int = 0,
    detail: int = 1,
    threads: int | None = None,
    footprint: Footprint | None = None,
) -> Play:
    """Play the chaos game for ``count`` points; see `compute_points` for the arguments."""
    structure = structure_of(flame)
    kernel = cloud_kernel()
    game, offsets = game_of(structure), np.array(structure.offsets, np.int64)
    values, table = values_of(flame, structure), thresholds(flame)
    opacities = values[offsets[: structure.xforms] + OPACITY]
    positions, colors = empty((count, 3), np.float32), empty((count, 4), np.float32)
    energy, age = empty(count, np.float32), empty(count, np.float32)
    xform, homes = empty(count, np.int32), empty(count, np.uint32)
    steps = max(STEPS // detail, 1)
    batches = -(-count // (layout.ORBITS * steps))
    per_unit = np.float32(1.0 / (footprint or footprint_of(flame)).cell)
    rules = (np.uint32(seed & 0xFFFFFFFF), np.float32(LIMIT), per_unit)
    flame_data = (game, offsets, values, table, opacities)
    cells, fuse = empty_table(), settling(flame, FUSE)
    warm = mixing_of(flame, threads).warm
    if detail > 1:
        run(kernel.count_batch, batches, threads, warm, fuse, steps * detail, *rules, *flame_data, cells)
    run(
        kernel.points_batch, batches, threads,
        warm, fuse, steps, detail, *rules, np.float32(flame.palette.phase), *flame_data,
        linear_palette(flame).reshape(-1), cells, positions.reshape(-1), colors.reshape(-1), energy, age,
        xform, homes,
    )  # fmt: skip
    if detail == 1:
        parts = threads_of(threads)
        run(kernel.count_part, parts, threads, parts, homes, cells)
    share = count / max(batches * layout.ORBITS * steps * detail, 1) if detail > 1 else 1.0
    return Play(positions, colors, energy, age, xform, cells, share)


def compute_points(
    flame: Flame,
    count: int,
    *,
    seed: int = 0,
    detail: int = 1,
    threads: int | None = None,
    footprint: Footprint | None = None,
) -> PointCloud:
    """``count`` points of a flame.

    Parameters
    ----------
    seed
        Chooses the random numbers; another seed gives other points of the same flame.
    detail
        How many candidates compete for each point. Above 1 thin parts of the flame win more points than
        their share and these carry less light, so petals turn smooth while the sum stays right.
    threads
        How many to use; all by default. The points do not depend on it.
    footprint
        How points spread, by default `density.footprint_of` the flame.
    """
    footprint = footprint or footprint_of(flame)
    played = play(flame, count, seed=seed, detail=detail, threads=threads, footprint=footprint)
    density, radius, light = spread_points(
        played.positions, played.colors, played.energy, played.cells, played.share, footprint, threads
    )
    density *= np.float32(1e6 / max(count, 1))
    return PointCloud(
        positions=played.positions,
        colors=played.colors,
        density=np.log2(density + np.float32(1.0), out=density),
        radius=radius,
        light=light,
        age=played.age,
        ids=np.arange(count, dtype=np.int32),
        xform=played.xform,
    )


def linear_palette(flame: Flame) -> np.ndarray:
    """Palette (display colours, sRGB) as linear light, (SHADES, 4) float32, the last column 0."""
    linear = linear_light(np.clip(flame.palette.array, 0.0, 1.0))
    places = np.linspace(0.0, len(linear) - 1.0, SHADES)
    shades = [np.interp(places, np.arange(len(linear)), channel) for channel in linear.T]
    return np.stack([*shades, np.zeros(SHADES)], 1).astype(np.float32)
