"""Milliseconds per million points of each flame, on one and two threads.

    python benchmarks/points.py

``game`` is the chaos game with final xform and colours, ``cloud`` adds what a particle needs (neighbour
count, radius, light), ``detail 4`` has four candidates compete for each point.
"""

from __future__ import annotations

from common import best, flames, machine, table

from bloom_blender.chaos.points import compute_points, play
from bloom_blender.flame.xml import read_flame

COUNT = 1_000_000


def main() -> None:
    """Measure and print."""
    rows = []
    for name, path in flames().items():
        flame = read_flame(path)
        row: list[object] = [name]
        for threads in (1, 2):
            row.append(1e3 * best(lambda threads=threads: play(flame, COUNT, threads=threads)))
        for threads in (1, 2):
            row.append(1e3 * best(lambda threads=threads: compute_points(flame, COUNT, threads=threads)))
        row.append(1e3 * best(lambda: compute_points(flame, COUNT, threads=2, detail=4), 3))
        rows.append(row)
    print(machine())
    table(
        ["flame", "game, 1 thread", "game, 2", "cloud, 1 thread", "cloud, 2", "cloud, 2, detail 4"],
        rows,
    )


if __name__ == "__main__":
    main()
