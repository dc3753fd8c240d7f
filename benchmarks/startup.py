"""Processor seconds until the first thousand points: kernels to compile, and kernels found on disk.

    python benchmarks/startup.py

Each figure is a process of its own, numba's import included; the cache folder is new. "xforms" is what the
flame's own xforms take of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from common import ROOT, flames, machine, table

SCRIPT = """
import sys, time
from bloom_blender.chaos.kernels.build import game_of
from bloom_blender.chaos.points import compute_points
from bloom_blender.chaos.structure import structure_of
from bloom_blender.flame.xml import read_flame
flame = read_flame(sys.argv[1])
import numba
began = time.process_time()
game_of(structure_of(flame))
xforms = time.process_time() - began
compute_points(flame, 1000)
print(time.process_time(), xforms)
"""


def seconds(path: str, cache: str) -> tuple[float, float]:
    """Time to the first points in a new process, and of its xforms."""
    environment = os.environ | {"BLOOM_CACHE_DIR": cache, "PYTHONPATH": str(ROOT), "NUMBA_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, path], env=environment, capture_output=True, text=True, check=True
    )
    whole, xforms = run.stdout.split()
    return float(whole), float(xforms)


def main() -> None:
    """Measure and print."""
    rows = []
    with tempfile.TemporaryDirectory() as shared:
        for number, (name, path) in enumerate(flames().items()):
            with tempfile.TemporaryDirectory() as cache:
                new = seconds(str(path), cache)[0] if number == 0 else None
            first, xforms = seconds(str(path), shared)
            again = min(seconds(str(path), shared)[0] for _ in range(3))
            rows.append([name, "" if new is None else new, first, xforms, again])
    print(machine(), time.strftime("%Y-%m-%d"))
    table(["flame", "nothing compiled", "its xforms to compile", "xforms", "all on disk"], rows)


if __name__ == "__main__":
    main()
