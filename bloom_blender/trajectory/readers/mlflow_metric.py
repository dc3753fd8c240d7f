"""Metrics of MLflow's file store: ``mlruns/<experiment>/<run>/metrics/<name>``, a line for each value.

A line holds the time in milliseconds, the value and the step (old versions wrote no step). A name may
have slashes, which are folders then. Source: mlflow/store/tracking/file_store.py.
"""

from __future__ import annotations

import re
from pathlib import Path

from ...errors import BloomError
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
            with open(path, encoding="utf-8", errors="replace") as file:
                match = re.fullmatch(pattern, file.read(100_000), re.M)
        except OSError:
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


def _add(source: Source, name: str, measured: Measurements, options: Options) -> None:
    for number, line in enumerate(source.lines(partial=options.partial), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        value = as_number(match[2]) if match else None
        if match is None or value is None:
            if options.partial:
                continue
            raise BloomError(
                f"line {number} of {source.name} is no time, value and step: "
                f"copy it again, or ask for what is readable."
            )
        measured.add(name, number - 1 if match[3] is None else int(match[3]), value)
