"""Seconds until the first thousand points: kernels to compile, and kernels found on disk.

    python benchmarks/startup.py

Each figure is a process of its own, numba's import included; the cache folder is new.
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
began = time.perf_counter()
from bloom_blender.chaos.points import compute_points
from bloom_blender.flame.xml import read_flame
compute_points(read_flame(sys.argv[1]), 1000)
print(time.perf_counter() - began)
"""


def seconds(path: str, cache: str) -> float:
    """Time to the first points in a new process."""
    environment = os.environ | {"BLOOM_CACHE_DIR": cache, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, path], env=environment, capture_output=True, text=True, check=True
    )
    return float(run.stdout)


def main() -> None:
    """Measure and print."""
    rows = []
    with tempfile.TemporaryDirectory() as shared:
        for number, (name, path) in enumerate(flames().items()):
            with tempfile.TemporaryDirectory() as cache:
                began = seconds(str(path), cache) if number == 0 else None
            first = seconds(str(path), shared)
            again = min(seconds(str(path), shared) for _ in range(3))
            rows.append([name, "" if began is None else began, first, again])
    print(machine(), time.strftime("%Y-%m-%d"))
    table(["flame", "nothing compiled", "its xforms to compile", "all on disk"], rows)


if __name__ == "__main__":
    main()
