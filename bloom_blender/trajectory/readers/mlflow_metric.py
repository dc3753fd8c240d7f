"""Metrics of MLflow's file store: ``mlruns/<experiment>/<run>/metrics/<name>``, a line for each value.

A line holds the time in milliseconds, the value and the step (old versions wrote no step). A name may
have slashes, which are folders then. Source: mlflow/store/tracking/file_store.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ...errors import BloomError
from ...files import open_regular
from ..measurements import Measurements
from ..options import Options
from ..source import Source
from ..trajectory import Trajectory
from .rows import as_number

FORMAT = "MLflow metrics"

_LINE = re.compile(r"(-?\d{1,18}) (\S+)(?: (-?\d{1,18}))?", re.A)
_START = re.compile(r"\d{10,14} \S+( -?\d+)?", re.A)


def recognizes(source: Source) -> bool:
    """Whether the first lines are a time, a value and perhaps a step."""
    lines = source.head_lines[:5]
    return bool(lines) and all(
        _START.fullmatch(line.strip()) and as_number(line.split(" ")[1]) is not None for line in lines
    )


def read(source: Source, options: Options) -> Trajectory:
    """Read one metric, called by its file."""
    measured = Measurements(options.selection)
    _add(source, source.name, measured, options)
    return measured.trajectory(source.name, source.name, {"origin": FORMAT})


def is_run(folder: Path) -> bool:
    """Whether a folder is a run of the file store."""
    return (folder / "metrics").is_dir() and (folder / "meta.yaml").is_file()


def run_name(folder: Path) -> str:
    """What the run is called, by its tags or description, or by its folder."""
    tag = folder / "tags" / "mlflow.runName"
    for path, pattern in (
        (tag, r"\s*(.+?)\s*"),
        (folder / "meta.yaml", r"(?s).*^run_name: *['\"]?(.+?)['\"]?$.*"),
    ):
        try:
            with open_regular(path) as file:
                match = re.fullmatch(pattern, file.read(100_000).decode("utf-8", "replace"), re.M)
        except (OSError, BloomError):
            continue
        if match and match[1].strip():
            return match[1].strip()
    return folder.name


def read_run(folder: Path, options: Options) -> Trajectory:
    """Read all metrics of a run."""
    measured = Measurements(options.selection)
    root = folder / "metrics"
    for path in sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith(".")):
        _add(Source(path), path.relative_to(root).as_posix(), measured, options)
    return measured.trajectory(run_name(folder), str(folder), {"origin": FORMAT})


def add_metric(
    name: str,
    times: Sequence[int],
    values: Sequence[float],
    steps: Sequence[int | None],
    measured: Measurements,
) -> None:
    """Add what was logged of one metric; without steps, values are counted in the order of their times.

    MLflow writes the step 0 for a value that is logged without one, older versions wrote none.
    """
    if len(set(steps)) == 1 and (len(steps) > 1 or steps[0] is None):
        order = sorted(range(len(times)), key=times.__getitem__)
        for count, place in enumerate(order):
            measured.add(name, count, values[place])
        if len(steps) > 1:
            measured.remarks.append(
                f"{name} was logged without steps: its values are counted in order of time"
            )
        return
    for count, (value, step) in enumerate(zip(values, steps, strict=True)):
        measured.add(name, count if step is None else step, value)


def _add(source: Source, name: str, measured: Measurements, options: Options) -> None:
    times: list[int] = []
    values: list[float] = []
    steps: list[int | None] = []
    left_out: list[int] = []
    for number, line in enumerate(source.lines(partial=options.partial), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        value = as_number(match[2]) if match else None
        if match is None or value is None:
            if options.partial:
                left_out.append(number)
                continue
            raise BloomError(
                f"line {number} of {source.name} is not a time, value and step: "
                f"copy it again, or ask for what is readable."
            )
        times.append(int(match[1]))
        values.append(value)
        steps.append(None if match[3] is None else int(match[3]))
    add_metric(name, times, values, steps, measured)
    if left_out:
        measured.remarks.append(
            f"{len(left_out)} lines of {source.name} are left out, the first is {left_out[0]}"
        )
    measured.remarks += source.remarks
