"""Milliseconds per million points of each flame: processor time of one thread, wall time of two.

    python benchmarks/points.py

``game`` is the chaos game with final xform, positions, palette colours, ages and xforms written, ``cloud``
adds what a particle needs (neighbours, radius, light), ``detail 4`` has four candidates compete for a point.
"""

from __future__ import annotations

import time
from functools import partial

from common import best, flames, machine, table

from bloom_blender.chaos.points import compute_points, play
from bloom_blender.flame.xml import read_flame

COUNT = 1_000_000


def main() -> None:
    """Measure and print."""
    rows = []
    for name, path in flames().items():
        flame = read_flame(path)
        game = partial(play, flame, COUNT)
        cloud = partial(compute_points, flame, COUNT)
        one = [partial(game, threads=1), partial(cloud, threads=1), partial(cloud, threads=1, detail=4)]
        two = [partial(game, threads=2), partial(cloud, threads=2)]
        times = [best(work, clock=time.process_time) for work in one] + [best(work) for work in two]
        rows.append([name, *(1e3 * seconds for seconds in times)])
    print(machine())
    table(
        ["flame", "game", "cloud", "cloud, detail 4", "game, 2 threads", "cloud, 2 threads"],
        rows,
    )


if __name__ == "__main__":
    main()
