"""A flame as a volume: how much light of which colour is in each voxel of a box.

Only blocks of 8 x 8 x 8 voxels near which points fall are kept (the leaves of an OpenVDB tree have that size,
too), so memory follows what is there. A first, coarse count finds these blocks; the counting itself is that
of pictures.

Counts are noisy where they are few. The estimate for a voxel starts from that of the coarser level, in
which a voxel is eight, spread smoothly; it moves towards the voxel's own count n by a share that the
expected count m decides: m + m / (m + doubt) (n - m). Noise of a count is the square root of m, and what a
flame's density differs by from its surroundings is about m itself, so this is the share that Kalman and
Wiener would choose. The expectation of the estimate stays that of the count.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import BloomError
from ..flame.color import linear_light
from ..flame.model import Flame
from ..flame.view import pinhole
from .counting import Counting
from .histogram import palette_table
from .kernels.build import histogram_kernel, run, voxel_kernel
from .points import compute_points

#: log2 of the voxels along the edge of a block.
BITS = 3
EDGE = 2**BITS
#: Levels of the pyramid; a voxel of the coarsest is 16 voxels wide.
LEVELS = 5
#: One point in so many goes into finding the blocks.
_SHARE = 8
#: Points of a round are 0.5 million for each eight batches; numbers must not depend on threads.
_BATCHES = 16
#: Points that tell how far a flame reaches, and the share of them that may lie outside on each side.
_PROBES = 100_000
_OUTSIDE = 0.1
_MARGIN = 0.08
#: Voxels over whose breadth a volume fades out towards the faces of its box, as a share of its longest side.
_FADE = 0.05
#: Logarithmic density below which a voxel counts as empty.
FAINTEST = 0.01


@dataclass(frozen=True)
class Box:
    """Voxels in flame space.

    Parameters
    ----------
    origin
        Corner with the smallest coordinates, flame units.
    voxel
        Edge of a voxel, flame units.
    blocks
        Number of blocks along x, y, z.
    """

    origin: tuple[float, float, float]
    voxel: float
    blocks: tuple[int, int, int]

    @property
    def size(self) -> np.ndarray:
        """Edges of the box, flame units, (3,)."""
        return np.array(self.blocks) * (EDGE * self.voxel)

    def numbers(self, bits: int, *, phase: float, colors: int) -> np.ndarray:
        """What the kernel's ``enclose`` reads, for blocks of ``2**bits`` voxels or, with 0, blocks alone."""
        edge = 2**bits
        per_unit = edge / (self.voxel * EDGE)
        counts = [n * edge for n in self.blocks]
        return np.array([*self.origin, per_unit, *counts, bits, phase, colors], np.float32)


def box_of(low: Sequence[float], high: Sequence[float], resolution: int) -> Box:
    """The box around two corners (3,) with ``resolution`` voxels along its longest side."""
    start, end = np.array(low, np.float64), np.array(high, np.float64)
    if not (np.isfinite(start).all() and np.isfinite(end).all()):
        raise BloomError("The bounds of the volume are not finite: fit them again.")
    longest = max(float((end - start).max()), 1e-6)
    voxel = longest / resolution
    blocks = np.maximum(np.ceil((end - start) / (EDGE * voxel) - 1e-6), 1).astype(int)
    origin = (start + end - blocks * (EDGE * voxel)) / 2.0
    x, y, z = blocks.tolist()
    return Box(tuple(origin.tolist()), voxel, (x, y, z))


def extent_of(flame: Flame, *, seed: int = 0, threads: int | None = None) -> tuple[list[float], list[float]]:
    """Two corners (3,) of a box, in flame units, that holds what the flame's own camera sees.

    Nearly all visible points that fall into its picture, with a margin: what lies beside it would take most
    of the voxels of a flame that goes on for ever. Where nothing falls into the picture all points count.
    """
    cloud = compute_points(flame, _PROBES, seed=seed, threads=threads)
    seen = cloud.positions[cloud.colors[:, 3] > 0.0].astype(np.float64)
    framed = seen[_in_picture(flame, seen)]
    if len(framed) >= 100:
        seen = framed
    if not len(seen):
        return [-1.0] * 3, [1.0] * 3
    low, high = np.percentile(seen, [_OUTSIDE, 100.0 - _OUTSIDE], axis=0)
    margin = _MARGIN * float((high - low).max())
    return (low - margin).tolist(), (high + margin).tolist()


def _in_picture(flame: Flame, points: np.ndarray) -> np.ndarray:
    """Which points (N, 3) the flame's camera sees."""
    camera = flame.camera
    view = pinhole(camera)
    mirrored = points * [1.0, -1.0, 1.0]
    x, y, z = ((mirrored - view.matrix[:3, 3]) @ view.matrix[:3, :3]).T
    # A parallel projection has one width at any distance, a pinhole one that grows with it.
    width = -z / view.focal_length if view.perspective else np.full_like(z, view.width)
    height = width * camera.size[1] / camera.size[0]
    across, down = x - view.shift[0] * width, y - view.shift[1] * width
    return (width > 0.0) & (np.abs(across) <= width / 2.0) & (np.abs(down) <= height / 2.0)


@dataclass
class Voxels:
    """Counts of a volume.

    Parameters
    ----------
    places
        (n, 3) int32, where in the box each block is, in blocks.
    buckets
        (n, 8, 8, 8, 4) float32: red, green, blue in palette colours, and hits. Axes are x, y, z.
    iterations
        Points played, also those outside.
    """

    box: Box
    places: np.ndarray
    buckets: np.ndarray
    iterations: int


@dataclass(frozen=True)
class Volume:
    """What is written to a file.

    Parameters
    ----------
    places
        (n, 3) int32, blocks with anything in them.
    density
        (n, 8, 8, 8) float32, log2(1 + light per volume): 1 is the density of a flame that fills a cube of its
        picture's height evenly.
    colors
        (n, 8, 8, 8, 3) float32, linear light, of the density 1.
    """

    box: Box
    places: np.ndarray
    density: np.ndarray
    colors: np.ndarray


def count_voxels(
    flame: Flame,
    box: Box,
    points: int,
    *,
    seed: int = 0,
    threads: int | None = None,
    go_on: Callable[[float], bool] | None = None,
) -> Voxels | None:
    """Play about ``points`` points of a flame into the voxels of a box.

    Parameters
    ----------
    threads
        How many to use, all by default. The counts do not depend on it.
    go_on
        Asked with the share that is done; None is returned where it answers no.
    """
    kernel = histogram_kernel()
    palette = palette_table(flame.palette, 2**kernel.PAINT_BITS, flame.rules.palette_gaps)
    go_on = go_on or (lambda share: True)
    every = np.arange(np.prod(box.blocks), dtype=np.int32)

    def play(bits: int, slots: np.ndarray, buckets: np.ndarray, count: int) -> Counting | None:
        view = box.numbers(bits, phase=flame.palette.phase % 1.0, colors=len(palette))
        game = Counting(
            flame, buckets, kernel.VOLUME, view, palette,
            batches=_BATCHES, seed=seed, threads=threads, slots=slots,
        )  # fmt: skip
        while game.iterations < count:
            if not go_on(game.iterations / count if bits else 0.0):
                return None
            game.add(min(game.round, count - game.iterations))
        return game

    found = np.zeros((len(every), 4), np.float32)
    if play(0, every, found, -(-points // _SHARE)) is None:
        return None
    near = _spread(found[:, 3].reshape(box.blocks) > 0.0)
    places = np.argwhere(near).astype(np.int32)
    slots = np.full(box.blocks, -1, np.int32)
    slots[near] = np.arange(len(places), dtype=np.int32)
    if len(places) * EDGE**3 >= 2**31:
        raise BloomError("The volume has more voxels than can be counted: choose a smaller resolution.")
    buckets = np.zeros((len(places), EDGE, EDGE, EDGE, 4), np.float32)
    game = play(BITS, slots, buckets, points)
    return None if game is None else Voxels(box, places, buckets, game.iterations)


def _spread(occupied: np.ndarray) -> np.ndarray:
    """The blocks of a table that are occupied or touch one that is."""
    for axis in range(3):
        wider = occupied.copy()
        before, after = np.moveaxis(wider, axis, 0), np.moveaxis(occupied, axis, 0)
        before[1:] |= after[:-1]
        before[:-1] |= after[1:]
        occupied = wider
    return occupied


def smooth(voxels: Voxels, doubt: float, *, threads: int | None = None) -> None:
    """Replace counts by estimates, in place; ``doubt`` is the count that is trusted by half."""
    kernel = voxel_kernel()
    if doubt <= 0.0 or not len(voxels.places):
        return
    places, buckets, blocks = [voxels.places], [voxels.buckets], [np.array(voxels.box.blocks)]
    links = []
    for _ in range(LEVELS - 1):
        fine = places[-1]
        size = (blocks[-1] + 1) // 2
        table = np.full(size, -1, np.int32)
        table[tuple((fine >> 1).T)] = 0
        coarse = np.argwhere(table == 0).astype(np.int32)
        table[tuple(coarse.T)] = np.arange(len(coarse), dtype=np.int32)
        octants = fine & 1
        children = np.full((len(coarse), 8), -1, np.int32)
        children[table[tuple((fine >> 1).T)], octants @ [4, 2, 1]] = np.arange(len(fine), dtype=np.int32)
        # The block itself, and the one beside it on the side that it lies on, on each axis.
        beside = np.where(octants == 1, 1, -1)
        parents = np.empty((len(fine), 8), np.int32)
        for corner, steps in enumerate(itertools.product((0, 1), repeat=3)):
            at = (fine >> 1) + beside * np.array(steps)
            inside = ((at >= 0) & (at < size)).all(1)
            slots = table[tuple(np.where(inside[:, None], at, 0).T)]
            parents[:, corner] = np.where(inside, slots, -1)
        counts = np.zeros((len(coarse), EDGE, EDGE, EDGE, 4), np.float32)
        run(kernel.coarsen_block, len(coarse), threads, children, buckets[-1], counts)
        links.append((np.ascontiguousarray(octants, np.int32), parents))
        places.append(coarse)
        buckets.append(counts)
        blocks.append(size)
    for level in reversed(range(LEVELS - 1)):
        octants, parents = links[level]
        run(
            kernel.refine_block, len(places[level]), threads,
            octants, parents, buckets[level + 1], buckets[level], np.float32(doubt),
        )  # fmt: skip


def volume_of(voxels: Voxels, flame: Flame) -> Volume:
    """Logarithmic density and colours of counts, without what is empty.

    The density does not depend on resolution or number of points, and fades out towards the box's faces, so
    that what is cut off there shows no plane.
    """
    box = voxels.box
    height = flame.camera.extent[1]
    scale = (height / box.voxel) ** 3 / max(voxels.iterations, 1)
    density = np.log2(1.0 + np.float32(scale) * voxels.buckets[..., 3])
    width = _FADE * max(box.blocks) * EDGE
    for axis, count in enumerate(box.blocks):
        if count * EDGE > 4.0 * width:
            at = voxels.places[:, axis, None] * EDGE + np.arange(EDGE) + 0.5
            to_face = np.minimum(at, count * EDGE - at) / width
            shape = [len(density), 1, 1, 1]
            shape[axis + 1] = EDGE
            density *= np.clip(to_face, 0.0, 1.0).astype(np.float32).reshape(shape)
    density[density < FAINTEST] = 0.0
    kept = density.any((1, 2, 3))
    density, counts = density[kept], voxels.buckets[kept]
    hits = np.maximum(counts[..., 3:], np.float32(1e-20))
    colors = linear_light(np.clip(counts[..., :3] / hits, 0.0, 1.0)).astype(np.float32)
    colors[density == 0.0] = 0.0
    return Volume(box, voxels.places[kept], density, colors)


def compute_volume(
    flame: Flame,
    box: Box,
    points: int,
    *,
    doubt: float = 16.0,
    seed: int = 0,
    threads: int | None = None,
    go_on: Callable[[float], bool] | None = None,
) -> Volume | None:
    """Count, smooth and take the logarithm; see `count_voxels` and `smooth` for the arguments."""
    voxels = count_voxels(flame, box, points, seed=seed, threads=threads, go_on=go_on)
    if voxels is None:
        return None
    smooth(voxels, doubt, threads=threads)
    return volume_of(voxels, flame)
