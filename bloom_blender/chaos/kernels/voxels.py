"""Loops over the blocks of a volume.

``chaos/voxels.py`` calls `coarsen_block` and `refine_block`. A volume's counts are a pyramid of levels, each
with half the resolution of the one before. Blocks have EDGE voxels per side on every level, and a voxel holds
four float32 as a bucket of a picture does.
"""

from __future__ import annotations

from ...codegen.numba_internals import allocate, compiled, release
from .layout import F

EDGE = 8
HALF = 4
AROUND = 6  # coarse voxels along the edge of a fine block: its own four, and one on each side


@compiled
def coarsen_block(number, children, fine, coarse):
    """Fill a block of a level with the sums of its eight children, slots of the finer level or -1."""
    for child in range(8):
        slot = children[number, child]
        if slot < 0:
            continue
        x0 = HALF * (child >> 2)
        y0 = HALF * ((child >> 1) & 1)
        z0 = HALF * (child & 1)
        for x in range(EDGE):
            for y in range(EDGE):
                for z in range(EDGE):
                    for c in range(4):
                        coarse[number, x0 + (x >> 1), y0 + (y >> 1), z0 + (z >> 1), c] += fine[
                            slot, x, y, z, c
                        ]


@compiled
def refine_block(number, octants, parents, coarse, fine, doubt):
    """Replace the counts of a block by estimates that lean on the coarser level where counts are few.

    ``parents`` are the slots of the eight coarse blocks that the block's surroundings lie in, -1 where there
    is none; ``octants`` says where in the first of them the block is.
    """
    around = allocate(F(0), (AROUND, AROUND, AROUND, 4))
    ox, oy, oz = octants[number, 0], octants[number, 1], octants[number, 2]
    for x in range(AROUND):
        cx = HALF * ox + x - 1
        px = 1 if cx < 0 or cx >= EDGE else 0
        for y in range(AROUND):
            cy = HALF * oy + y - 1
            py = 1 if cy < 0 or cy >= EDGE else 0
            for z in range(AROUND):
                cz = HALF * oz + z - 1
                pz = 1 if cz < 0 or cz >= EDGE else 0
                slot = parents[number, 4 * px + 2 * py + pz]
                for c in range(4):
                    around[x, y, z, c] = coarse[slot, cx & 7, cy & 7, cz & 7, c] if slot >= 0 else F(0.0)
    expected = allocate(F(0), (4,))
    for x in range(EDGE):
        x1 = (x >> 1) + 1
        x2 = x1 + (1 if x & 1 else -1)
        for y in range(EDGE):
            y1 = (y >> 1) + 1
            y2 = y1 + (1 if y & 1 else -1)
            for z in range(EDGE):
                z1 = (z >> 1) + 1
                z2 = z1 + (1 if z & 1 else -1)
                for c in range(4):
                    # Three quarters of the voxel it lies in, one of the next, on each axis; and an eighth.
                    near = F(9.0) * around[x1, y1, z1, c] + F(3.0) * around[x1, y2, z1, c]
                    near += F(3.0) * around[x1, y1, z2, c] + around[x1, y2, z2, c]
                    far = F(9.0) * around[x2, y1, z1, c] + F(3.0) * around[x2, y2, z1, c]
                    far += F(3.0) * around[x2, y1, z2, c] + around[x2, y2, z2, c]
                    expected[c] = (F(3.0) * near + far) * F(1.0 / 512.0)
                trust = expected[3] / (expected[3] + doubt) if doubt > F(0.0) else F(1.0)
                for c in range(4):
                    estimate = expected[c] + trust * (fine[number, x, y, z, c] - expected[c])
                    fine[number, x, y, z, c] = estimate if estimate > F(0.0) else F(0.0)
    release(around)
    release(expected)
