"""What a run holds, to be shown before it is imported."""

from __future__ import annotations

import os
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BloomError
from .embedding_folder import has_embeddings
from .options import Options
from .read import read_trajectory, recognize
from .readers import checkpoints, csv_log, folder, mlflow_store
from .selection import select
from .source import folder_name
from .trajectory import Embeddings, Series, Trajectory

MOST_GAPS = 5  # listed one by one
LARGEST_PREVIEW = 50_000_000  # bytes
MOST_PREVIEWED = 2000  # files in a folder


def describe(
    path: str | PathLike,
    *,
    series: str | Iterable[str] = (),
    steps: str = "",
    run: str | None = None,
    side: str = "auto",
    partial: bool = False,
) -> dict[str, Any]:
    """What `read_trajectory` would give for the same arguments, as JSON has it.

    Of checkpoints only the headers are read. A folder or file with several runs, none of them chosen,
    gives ``{"runs": [names]}``.

    Returns
    -------
    dict
        ``name``, ``format``, ``metadata``, ``series`` and ``embeddings``, or ``runs``. A series has
        ``name``, ``kind``, ``unit``, ``length``, ``width``, ``first_step``, ``last_step``, ``minimum``,
        ``maximum`` (of the finite numbers; None where that is not known), ``nan`` (how many numbers are
        NaN or infinite), ``gaps`` (how many) and ``largest_gaps`` ([from, to] of up to five).

    Raises
    ------
    BloomError
        If there is nothing that Bloom can read.
    """
    path = Path(path)
    options = Options(select(series, steps), run or None, side, partial)
    kind, source = recognize(path, options)
    if kind == "folder" and run is None:
        found = folder.find_runs(path)
        if len(found) > 1:
            return _runs(path.name, [one.name or "." for one in found])
    if kind in (csv_log, mlflow_store) and run is None and source is not None:
        names = kind.runs_of(source, options)  # type: ignore[union-attr]
        if len(names) > 1:
            return _runs(path.name, names)
    weights = _weights(path, kind, options)
    if weights is not None:
        return _planned(weights, options)
    trajectory = read_trajectory(path, series=series, steps=steps, run=run, side=side, partial=partial)
    return describe_trajectory(trajectory) | ({"format": "Bloom"} if kind == "bloom" else {})


def describe_trajectory(trajectory: Trajectory) -> dict[str, Any]:
    """The description of a run that is read."""
    return {
        "name": trajectory.name,
        "format": trajectory.metadata.get("origin", "Bloom"),
        "metadata": dict(trajectory.metadata),
        "series": [_series(series) for series in trajectory.series],
        "embeddings": [_table(table) for table in trajectory.embeddings],
    }


def gaps_in(steps: np.ndarray) -> list[tuple[int, int]]:
    """Neighbouring steps that are more than twice as far apart as is usual (the median), widest first."""
    if len(steps) < 3:
        return []
    distances = np.diff(steps)
    wide = np.flatnonzero(distances > 2 * np.median(distances))
    wide = wide[np.argsort(-distances[wide], kind="stable")]
    return [(int(steps[place]), int(steps[place + 1])) for place in wide]


def summary(description: dict[str, Any]) -> list[str]:
    """Lines for people, one for each series and table, or the names of the runs."""
    if "runs" in description:
        return [f"{len(description['runs'])} runs, choose one:", *description["runs"]]
    lines = [_series_line(series) for series in description["series"]]
    lines += [
        f"embeddings {table['name']!r}: {table['length']} snapshots of {table['words']} words × "
        f"{table['dimensions']}, steps {table['first_step']} to {table['last_step']}"
        for table in description["embeddings"]
    ]
    return lines


def _series_line(series: dict[str, Any]) -> str:
    unit = f" in {series['unit']}" if series["unit"] else ""
    line = (
        f"{series['kind']} {series['name']!r}{unit}: {series['length']} × {series['width']}, "
        f"steps {series['first_step']} to {series['last_step']}"
    )
    if series["minimum"] is not None:
        line += f", {series['minimum']:.4g} to {series['maximum']:.4g}"
    if series["nan"]:
        line += f", {series['nan']} not finite"
    if series["gaps"]:
        first, last = series["largest_gaps"][0]
        count = "a gap" if series["gaps"] == 1 else f"{series['gaps']} gaps, the widest"
        line += f", {count} from {first} to {last}"
    return line


def _runs(name: str, runs: list[str]) -> dict[str, Any]:
    return {"name": name, "runs": runs}


def _weights(path: Path, kind: Any, options: Options) -> tuple[str, list] | None:
    """The checkpoints of a path that holds nothing else, which are too large to be read for a look."""
    if kind is checkpoints:
        return folder_name(path) or "run", checkpoints.series_of(path)
    if kind == "folder":
        run = folder.choose(path, options)
        if len(run.weights) > 1 and not run.parts:
            return run.name or path.resolve().name, run.weights
    return None


def _planned(weights: tuple[str, list], options: Options) -> dict[str, Any]:
    name, files = weights
    plan = checkpoints.plan(files, options)
    steps = np.array(plan["steps"][1:])
    steps = steps[[options.selection.has_step(int(step)) for step in steps]]
    if not steps.size:
        raise options.selection.no_steps(name, min(plan["steps"]), max(plan["steps"]))
    series = []
    for group in plan["groups"]:
        for kind, prefix, width in (
            ("update", "update", options.directions),
            ("norm", "update_norm", 1),
            ("norm", "parameter_norm", 1),
        ):
            if options.selection.has_name(f"{prefix}/{group}"):
                entry = {"name": f"{prefix}/{group}", "kind": kind, "unit": "", "width": width}
                series.append(entry | _step_facts(steps) | {"minimum": None, "maximum": None, "nan": 0})
    if not series:
        options.selection.complain_if_unnamed(name, [f"update/{group}" for group in plan["groups"]])
    parameters = sum(plan["groups"].values())
    return {
        "name": name,
        "format": checkpoints.FORMAT,
        "metadata": {"checkpoints": str(len(files)), "parameters": str(parameters)},
        "series": series,
        "embeddings": [],
    }


def _step_facts(steps: np.ndarray) -> dict[str, Any]:
    gaps = gaps_in(steps)
    return {
        "length": len(steps),
        "first_step": int(steps[0]),
        "last_step": int(steps[-1]),
        "gaps": len(gaps),
        "largest_gaps": [list(gap) for gap in gaps[:MOST_GAPS]],
    }


def _series(series: Series) -> dict[str, Any]:
    finite = np.isfinite(series.values)
    numbers = series.values[finite]
    return {
        "name": series.name,
        "kind": series.kind,
        "unit": series.unit,
        "width": 1 if series.values.ndim == 1 else series.values.shape[1],
        **_step_facts(series.steps),
        "minimum": float(numbers.min()) if numbers.size else None,
        "maximum": float(numbers.max()) if numbers.size else None,
        "nan": int(finite.size - np.count_nonzero(finite)),
    }


def _table(table: Embeddings) -> dict[str, Any]:
    return {
        "name": table.name,
        "words": len(table.words),
        "dimensions": table.vectors.shape[2],
        **_step_facts(table.steps),
    }


def preview(
    path: str | PathLike,
    *,
    series: str = "",
    steps: str = "",
    run: str | None = None,
    side: str = "auto",
    most: int = 12,
) -> list[tuple[str, str]]:
    """What lies at a path in few words, for someone who is choosing: never an error, and in no time.

    Files of more than 50 MB and folders of more than 2000 files are left unread.

    Returns
    -------
    list of (str, str)
        Names of series and tables, with their lengths and steps; or sentences, with nothing.
    """
    path = Path(path)
    try:
        if (
            os.path.isfile(path)
            and path.stat().st_size > LARGEST_PREVIEW
            and not checkpoints.is_candidate(path)
        ):
            return [(f"{path.name} is large: it is read when it is imported.", "")]
        if os.path.isdir(path) and not has_embeddings(path, side):
            folder.find_runs(path, MOST_PREVIEWED)
        found = describe(path, series=series, steps=steps, run=run, side=side)
    except BloomError as error:
        return [(str(error), "")]
    except Exception:  # a person is choosing: what is wrong is told at the import
        return [(f"{path.name} cannot be read.", "")]
    if "runs" in found:
        pairs = [(name, "run") for name in found["runs"]]
    else:
        pairs = [(one["name"], _facts(one)) for one in (*found["series"], *found["embeddings"])]
    if len(pairs) > most:
        pairs = [*pairs[: most - 1], ("…", f"{len(pairs) - most + 1} more")]
    return pairs


def _facts(one: dict[str, Any]) -> str:
    """Length, steps and oddities of a series or table, as short as can be."""
    facts = [f"{one['length']}, steps {one['first_step']}–{one['last_step']}"]
    if "words" in one:
        facts.append(f"{one['words']} words")
    if one.get("nan"):
        facts.append(f"{one['nan']} NaN")
    if one["gaps"]:
        facts.append(f"{one['gaps']} gaps" if one["gaps"] > 1 else "a gap")
    return ", ".join(facts)
