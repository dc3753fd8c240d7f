"""Million points per second into the histogram, beside flam3, and the seconds of developing.

    python benchmarks/pictures.py [FLAME ...]

One thread each, in processor seconds, which a busy machine disturbs less than wall time; the runs of both
programs alternate, and the best of each counts. flam3 is ``flam3-render`` (Debian: flam3-utils); its rate is
that of the points between two qualities, so that start and filter do not count. "2 threads" is how much
faster two are in wall time, and means nothing unless two cores are free.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, machine, table

from bloom_blender.chaos.histogram import Histogram
from bloom_blender.develop import develop
from bloom_blender.errors import BloomError
from bloom_blender.flame.model import Flame
from bloom_blender.flame.xml import read_flame

POINTS = 8_000_000
REPEATS = 5


def flam3_seconds(path: Path, factor: float) -> float:
    """Processor seconds of flam3 for a flame's quality times ``factor``."""
    with tempfile.TemporaryDirectory() as folder, open(path, "rb") as file:
        settings = {"out": f"{folder}/out.png", "qs": str(factor), "nthreads": "1", "ss": "1"}
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run(
            ["flam3-render"], stdin=file, env={**os.environ, **settings}, capture_output=True, check=True
        )
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def flam3_rate(path: Path, flame: Flame) -> float:
    """Points per processor second."""
    width, height = flame.camera.size
    few, many = (points / (width * height * flame.tone.quality) for points in (POINTS / 8, POINTS))
    return (POINTS * 7 / 8) / (flam3_seconds(path, many) - flam3_seconds(path, few))


def rate(flame: Flame, threads: int, clock) -> tuple[float, Histogram]:
    """Points per second of ours, and the histogram."""
    histogram = Histogram(flame, supersample=1, threads=threads)
    histogram.add(histogram.round)
    began = clock()
    played = histogram.add(POINTS)
    return played / (clock() - began), histogram


def measure(path: Path) -> list[object]:
    """A row of the table."""
    flame = read_flame(path)
    known = shutil.which("flam3-render") and "ember" not in flame.version.lower()
    ours, theirs, one, two = 0.0, 0.0, 0.0, 0.0
    for _ in range(REPEATS):
        speed, histogram = rate(flame, 1, time.process_time)
        ours = max(ours, speed)
        if known:
            theirs = max(theirs, flam3_rate(path, flame))
        one = max(one, rate(flame, 1, time.perf_counter)[0])
        two = max(two, rate(flame, 2, time.perf_counter)[0])
    began = time.process_time()
    develop(histogram)
    seconds = time.process_time() - began
    against = [theirs / 1e6, f"{ours / theirs:.2f}×"] if known else ["–", "–"]
    return [path.stem, ours / 1e6, *against, f"{two / one:.2f}×", seconds]


def main() -> None:
    """Measure and print."""
    folder = Path(os.environ.get("BLOOM_DATA", ROOT.parent / "shared")) / "data" / "bench"
    paths = [Path(name) for name in sys.argv[1:]] or sorted(folder.glob("*.flame"))
    if not paths:
        raise BloomError(f"There are no flames in {folder}: name some.")
    print(machine())
    head = ["flame", "Bloom, M/s", "flam3, M/s", "ratio", "2 threads", "develop, s"]
    table(head, [measure(path) for path in paths])


if __name__ == "__main__":
    main()
