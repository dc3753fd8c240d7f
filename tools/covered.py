"""Which share of the lines of each room the tests ran, from the data that coverage.py wrote.

Used by run_tests.py, which measures the tests of the newest Blender and those of the recorder with PyTorch.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: The share of lines that the tests have to run in each room of more than a few lines.
GOAL, FEW = 0.90, 100
#: Files and folders that are left out of the sums, with the reason.
EXCEPTIONS = {
    "bloom_blender/codegen/targets/wgsl.py": "as bloom_blender/device",
    "bloom_blender/device": "needs wgpu and a graphics card, or a driver that imitates one",
    "bloom_blender/record/accelerate.py": "needs Accelerate, which CI's job for the recorder has",
    "bloom_blender/record/huggingface.py": "needs Transformers, likewise",
    "bloom_blender/record/keras.py": "needs Keras, likewise",
    "bloom_blender/record/lightning.py": "needs Lightning, likewise",
    "bloom_blender/record/torch_adapters.py": "is what the ones before share",
    "bloom_blender/scene/editing/sheet_drawing.py": "draws in a window: tests/application/tour.py runs it",
    "bloom_blender/scene/engine/viewport_picture.py": "draws in a window, likewise",
    "operators/bake/render_preview.py": "shows a picture in a window, likewise",
    "operators/bake/second_blender_work.py": "runs by a window's timer, likewise",
    "operators/choose_by_picture.py": "draws in a window, likewise",
    "operators/editing/mutate_grid.py": "draws in a window, likewise",
    "operators/flame/random_grid.py": "draws in a window, likewise",
}
#: Rooms whose share is shown and not asked for, with the reason.
NOT_ASKED = {"bloom_blender/record": "much of it runs in processes of frameworks, and only where PyTorch is"}


@dataclass(frozen=True)
class Room:
    """Lines of a room that can run, and how many of them did."""

    name: str
    lines: int
    run: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.run / self.lines if self.lines else 1.0

    @property
    def falls_short(self) -> bool:
        """Whether the tests run so little of it that the test command fails."""
        return self.share < GOAL and self.lines >= FEW and self.name not in NOT_ASKED


def room_of(path: str) -> str:
    """The room of a file: ``bloom_blender/flame``, or ``bloom_blender`` for the files at its top."""
    parts = Path(path.replace("\\", "/")).parts
    if parts[0] != "bloom_blender":
        return parts[0]
    return "bloom_blender" if len(parts) == 2 else "/".join(parts[:2])


def rooms(files: dict[str, dict]) -> list[Room]:
    """Sums per room of the files of coverage.py's JSON report, by name."""
    lines: Counter[str] = Counter()
    run: Counter[str] = Counter()
    for name, found in files.items():
        path = name.replace("\\", "/")
        if any(path == left or path.startswith(left + "/") for left in EXCEPTIONS):
            continue
        lines[room_of(path)] += found["summary"]["num_statements"]
        run[room_of(path)] += found["summary"]["covered_lines"]
    return [Room(name, lines[name], run[name]) for name in sorted(lines)]


def measured(python: Path, folder: Path) -> list[Room]:
    """Combine the data files of a folder and sum them up; empty if there are none.

    Raises
    ------
    subprocess.CalledProcessError : coverage.py failed; what it said is in ``stdout``.
    """
    data = sorted(str(path) for path in folder.glob("data*"))
    if not data:
        return []
    command = [str(python), "-m", "coverage"]
    options = ["--rcfile", str(ROOT / "pyproject.toml"), "--data-file", str(folder / "whole")]
    report = folder / "report.json"
    for verb in (["combine", *options, "-q", *data], ["json", *options, "-q", "-o", str(report)]):
        subprocess.run(
            [*command, *verb],
            cwd=ROOT,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    return rooms(json.loads(report.read_text(encoding="utf-8"))["files"])


def table(found: list[Room]) -> str:
    """A line for each room, and one for each exception."""
    lines = []
    for room in found:
        remark = f"  below {GOAL:.0%}" if room.share < GOAL else ""
        if room.name in NOT_ASKED:
            remark = f"  not asked for: {NOT_ASKED[room.name]}"
        lines.append(f"{room.share:7.1%} of {room.lines:5d} lines  {room.name}{remark}")
    return "\n".join([*lines, *(f"left out: {name} {reason}" for name, reason in EXCEPTIONS.items())])
