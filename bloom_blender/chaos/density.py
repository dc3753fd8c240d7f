"""What a point looks like: its size and its light follow how many points lie around it.

Density estimation for particles. A point in a crowd is small and bright, a lonely one is wide and faint,
and both send out the same energy; so dense cores keep their detail and thin petals are smooth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..flame.model import Flame
from .array_pool import empty, zeros
from .kernels.build import cloud_kernel, run

#: Cells of the neighbour count over the height of the picture.
CELLS = 160


@dataclass(frozen=True)
class Footprint:
    """How points spread. Lengths in flame units.

    Parameters
    ----------
    cell
        Edge of the cube in which neighbours are counted.
    overlap
        Radius over the distance to the neighbours.
    smallest, largest
        Limits of the radius.
    area
        Area over which a cloud spreads its light: the radiance of the points adds up to a mean of 1 over it.
    """

    cell: float
    overlap: float
    smallest: float
    largest: float
    area: float


def footprint_of(
    flame: Flame, *, overlap: float = 1.0, smallest: float = 1.5, spread: float = 6.0
) -> Footprint:
    """The footprint for a flame, from what its camera sees: points would make it jump between frames.

    Parameters
    ----------
    overlap
        See `Footprint`; larger is smoother and slower to render.
    smallest
        Smallest radius in thousandths of the picture's height.
    spread
        Largest radius over the smallest.
    """
    camera = flame.camera
    height = camera.extent[1]
    least = smallest * height / 1000.0
    return Footprint(height / CELLS, overlap, least, least * spread, height * height)


def empty_table() -> np.ndarray:
    """A table of counts for the kernels, (BUCKETS,) uint32 zeros."""
    return zeros(cloud_kernel().BUCKETS, np.uint32)


def spread_points(
    positions: np.ndarray,
    colors: np.ndarray,
    energy: np.ndarray,
    table: np.ndarray,
    share: float,
    footprint: Footprint,
    threads: int | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Density, radius and light of each point.

    Counts are blended over the eight nearest cells, so they change continuously as a point moves.

    Parameters
    ----------
    energy
        (N,) float32, the share of the light that each point carries, 1 on average.
    table
        Counts by cell.
    share
        Points of the cloud per counted point.
    threads
        How many to use; all by default.

    Returns
    -------
    density
        (N,) float32, points of the cloud in the cube.
    radii
        (N,) float32, flame units; 0 for hidden points.
    light
        (N, 4) float32, radiance (linear RGB), and what it would be of a white point: density.
    """
    count = len(positions)
    density = empty(count, np.float32)
    radii = empty(count, np.float32)
    light = empty((count, 4), np.float32)
    kernel = cloud_kernel()
    run(
        kernel.spread_chunk, -(-count // kernel.CHUNK), threads,
        positions.reshape(-1), colors.reshape(-1), energy, np.float32(1.0 / footprint.cell), table,
        np.float32(share),
        np.float32(footprint.overlap * footprint.cell), np.float32(footprint.smallest),
        np.float32(footprint.largest), np.float32(footprint.area / (math.pi * max(count, 1))),
        density, radii, light.reshape(-1),
    )  # fmt: skip
    return density, radii, light
