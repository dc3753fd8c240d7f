"""Measure the arc of the films that runs make of flames, as one table.

    python tools/measure_arcs.py examples/runs/*.bloom --flames lotus,rose
    python tools/measure_arcs.py logs/*.json --flames lotus --csv arcs.csv

For each film: the rank correlation of the displacement with time, where it is largest, the first fifth
against the last, the calmest frame of the last fifth, jumps, and the largest drop of the flame's size.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bloom_blender.cli.measure import POINTS, followed
from bloom_blender.errors import BloomError
from bloom_blender.flame.presets import find_flame
from bloom_blender.growth import fit
from bloom_blender.growth.arc import arc_of
from bloom_blender.trajectory import read_trajectory

COLUMNS = (
    "run",
    "flame",
    "ends",
    "rank",
    "largest at",
    "first",
    "last",
    "ratio",
    "calmest",
    "jumps",
    "peak",
    "shrinks",
)


def measured(case: tuple[str, str], frames: int = 240) -> dict[str, object] | str:
    """One film's numbers, or why there is none."""
    path, name = case
    warnings.simplefilter("ignore")
    try:
        run = read_trajectory(path)
        mapping = fit(run)
        flame = find_flame(name)
        curves = mapping.apply(run, flame, frames=frames)
    except BloomError as error:
        return f"{path}: {error}"
    moved, sizes = followed(flame, curves, points=POINTS)
    arc = arc_of(moved)
    outcome = mapping.outcome(run)
    ends = (
        "torn"
        if mapping.own[1].diverged is not None
        else "whole"
        if outcome.is_whole
        else "bud"
        if outcome.learned < 1
        else "withered"
    )
    slow = np.convolve(np.pad(sizes, 12, mode="edge"), np.ones(25) / 25, mode="valid")
    shrinks = float((np.maximum.accumulate(slow) - slow).max())
    return {
        "run": "/".join(Path(path).parts[-3:])[-44:],
        "flame": name,
        "ends": ends,
        "rank": round(arc.rank_correlation, 2),
        "largest at": round(arc.largest_at, 2),
        "first": round(arc.first_fifth, 2),
        "last": round(arc.last_fifth, 3),
        "ratio": round(arc.ratio, 1),
        "calmest": round(arc.calmest, 3),
        "jumps": len(arc.jumps),
        "peak": round(float(slow.max())),
        "shrinks": round(shrinks, 1),
    }


def main() -> None:
    """Measure all pairs, print a table, and how many meet each bound."""
    parser = argparse.ArgumentParser(description="Measure the arcs of films.")
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--flames", default="lotus,rose,peony,dahlia,iris")
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    cases = list(product(options.runs, options.flames.split(",")))
    rows = []
    with ProcessPoolExecutor(options.processes) as pool:
        for row in pool.map(measured, cases):
            if isinstance(row, str):
                print(row, file=sys.stderr)
                continue
            rows.append(row)
            print(" ".join(f"{row[name]!s:>{44 if name == 'run' else 7}}" for name in COLUMNS), flush=True)
    if options.csv:
        with options.csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    tell(rows)


def tell(rows: list[dict]) -> None:
    """How many films meet each bound."""
    for ends in ("whole", "withered", "bud", "torn"):
        some = [row for row in rows if row["ends"] == ends]
        if not some:
            continue
        bounds = {
            "largest in the first tenth": [row["largest at"] <= 0.1 for row in some],
            "rank <= -0.8": [row["rank"] <= -0.8 for row in some],
            "ratio >= 10": [row["ratio"] >= 10 for row in some],
            "last fifth 0.05 to 0.4": [0.05 <= row["last"] <= 0.4 for row in some],
            "calmest >= 0.05": [row["calmest"] >= 0.05 for row in some],
            "no jumps": [row["jumps"] == 0 for row in some],
            "shrinks <= 2 %": [row["shrinks"] <= 2.0 for row in some],
        }
        told = ", ".join(f"{name} {sum(found)}" for name, found in bounds.items())
        print(f"{ends}, {len(some)} films: {told}")


if __name__ == "__main__":
    main()
