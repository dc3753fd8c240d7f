"""Million points per second into the histogram, beside flam3, and the seconds of developing.

    python benchmarks/pictures.py [FLAME ...]

One thread each, in processor seconds, which a busy machine disturbs less than wall time; the runs of both
programs alternate, and the best of each counts. flam3 is ``flam3-render`` (Debian: flam3-utils); its rate is
that of the points between two qualities, so that start and filter do not count. The goals are multiples of
its rate on ``classic``. "2 threads" is how much faster two are in wall time, and means nothing unless two
cores are free.
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
#: Points for the gain of two threads: half a second, as waking the second one takes milliseconds.
MANY = 60_000_000


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


def rate(flame: Flame, threads: int, clock, points: int = POINTS) -> tuple[float, Histogram]:
    """Points per second of ours, and the histogram."""
    histogram = Histogram(flame, supersample=1, threads=threads)
    histogram.add(histogram.round)
    began = clock()
    played = histogram.add(points)
    return played / (clock() - began), histogram


def measure(path: Path) -> tuple[str, float, float, float, float]:
    """Name, our rate and flam3's (0 if it cannot), gain of two threads, seconds of developing."""
    flame = read_flame(path)
    known = shutil.which("flam3-render") and "ember" not in flame.version.lower()
    ours, theirs, one, two = 0.0, 0.0, 0.0, 0.0
    for _ in range(REPEATS):
        speed, histogram = rate(flame, 1, time.process_time)
        ours = max(ours, speed)
        if known:
            theirs = max(theirs, flam3_rate(path, flame))
        one = max(one, rate(flame, 1, time.perf_counter, MANY)[0])
        two = max(two, rate(flame, 2, time.perf_counter, MANY)[0])
    began = time.process_time()
    develop(histogram)
    seconds = time.process_time() - began
    return path.stem, ours / 1e6, theirs / 1e6, two / one, seconds


def main() -> None:
    """Measure and print."""
    folder = Path(os.environ.get("BLOOM_DATA", ROOT.parent / "shared")) / "data" / "bench"
    paths = [Path(name) for name in sys.argv[1:]] or sorted(folder.glob("*.flame"))
    if not paths:
        raise BloomError(f"There are no flames in {folder}: name some.")
    print(machine())
    measured = [measure(path) for path in paths]
    classic = next((theirs for name, _, theirs, *_ in measured if name == "classic"), 0.0)
    rows = []
    for name, ours, theirs, two, seconds in measured:
        ratios = [f"{ours / rate:.2f}×" if rate else "–" for rate in (theirs, classic)]
        rows.append([name, ours, theirs or "–", *ratios, f"{two:.2f}×", seconds])
    head = ["flame", "Bloom, M/s", "flam3, M/s", "ratio", "over classic", "2 threads", "develop, s"]
    table(head, rows)


if __name__ == "__main__":
    main()
