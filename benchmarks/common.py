"""What the benchmarks share: which flames, best-of timing, and a table."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own start, as `python -m` would do; nothing is installed

ORIGINALS = ("brick", "crucible", "fireflies", "hearts", "neon", "willowisp")


def flames() -> dict[str, Path]:
    """The shipped flames, and the original Bloom's six where ``$BLOOM_DATA`` (or ``../shared``) has them."""
    found = {path.stem: path for path in sorted((ROOT / "bloom_blender" / "presets").glob("*.flame"))}
    folder = Path(os.environ.get("BLOOM_DATA", ROOT.parent / "shared")) / "data" / "bloom" / "flames"
    found |= {name: folder / f"{name}.flame" for name in ORIGINALS if (folder / f"{name}.flame").exists()}
    return found


def best(
    work: Callable[[], object], repeats: int = 7, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Shortest of ``repeats`` times of ``work``, seconds, after one run that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        began = clock()
        work()
        times.append(clock() - began)
    return min(times)


def machine() -> str:
    """Processor, cores and Python in a line."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows as a Markdown table."""
    texts = [[f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[k]) for row in [list(head), *texts]) for k in range(len(head))]
    for row in [list(head), ["-" * width for width in widths], *texts]:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
