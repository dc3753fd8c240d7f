"""Lines of JSON, an object for each step: wandb-history.jsonl, and what many training scripts write."""

from __future__ import annotations

import json

from ...errors import BloomError
from ..measurements import Measurements
from ..options import Options
from ..source import Source
from ..trajectory import Trajectory
from .rows import Rows

FORMAT = "JSON lines"


def recognizes(source: Source) -> bool:
    """Whether the first line is a JSON object, and more than one or one row of numbers follows."""
    lines = source.head_lines
    if not lines or not lines[0].lstrip().startswith("{"):
        return False
    try:
        first = json.loads(lines[0])
    except (ValueError, RecursionError):
        return False
    if len(lines) > 1 or "summary" in source.name:
        return len(lines) > 1 and lines[1].lstrip().startswith("{")
    return isinstance(first, dict) and any(clock in first for clock in ("_step", "step", "global_step")) and (
        "log_history" not in first and "_wandb" not in first
    )  # fmt: skip


def read(source: Source, options: Options) -> Trajectory:
    """Read all numbers of all lines."""
    measured = Measurements(options.selection)
    rows = Rows(measured)
    bad: tuple[int, str] | None = None
    left_out: list[int] = []
    for number, line in enumerate(source.lines(partial=options.partial), start=1):
        if not line.strip():
            continue
        if bad is not None:
            raise _damaged(source, bad[0])
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            rows.add(row)
        elif options.partial:
            left_out.append(number)
        else:
            bad = (number, line)
    if bad is not None:
        # The last line of a run that is going on, or was killed, is often half written.
        if source.ends_with_newline():
            raise _damaged(source, bad[0])
        measured.remarks.append(f"{source.name} ends within line {bad[0]}")
    rows.finish()
    if left_out:
        measured.remarks.append(
            f"{len(left_out)} damaged lines are left out, the first is line {left_out[0]}"
        )
    measured.remarks += source.remarks
    return measured.trajectory(source.run_name, source.name, {"origin": FORMAT})


def _damaged(source: Source, number: int) -> BloomError:
    return BloomError(
        f"line {number} of {source.name} is not a JSON object: copy it again, or ask for what is readable."
    )
