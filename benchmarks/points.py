"""Milliseconds per million points of each flame, on one and two threads.

    python benchmarks/points.py

``game`` is the chaos game with final xform and colours, ``cloud`` adds what a particle needs (neighbour
count, radius, light), ``detail 4`` has four candidates compete for each point.
"""

from __future__ import annotations

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
        works = [partial(game, threads=1), partial(game, threads=2)]
        works += [partial(cloud, threads=1), partial(cloud, threads=2), partial(cloud, threads=2, detail=4)]
        rows.append([name, *(1e3 * best(work) for work in works)])
    print(machine())
    table(
        ["flame", "game, 1 thread", "game, 2", "cloud, 1 thread", "cloud, 2", "cloud, 2, detail 4"],
        rows,
    )


if __name__ == "__main__":
    main()
