"""What a run holds, to be shown before it is imported."""

from __future__ import annotations

import os
import re
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
MOST_LINES = 16  # of metrics, and of groups of parameters, in a summary
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
        NaN or infinite), ``gaps`` (how many) and ``largest_gaps`` ([from, to] of up to five). A metric with
        finite values also has ``first``, ``last``, ``best``, ``best_step`` and ``fell``; see `_course`.

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
    metrics = [one for one in description["series"] if one["kind"] == "metric"]
    others = [one for one in description["series"] if one["kind"] != "metric"]
    lines = [_metric_line(one) for one in sorted(metrics, key=lambda one: not _is_loss(one["name"]))]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"… and {len(lines) - MOST_LINES} more metrics"]
    lines += [_series_line(one) for one in others] if len(others) <= MOST_LINES else _folded_lines(others)
    lines += [
        f"embeddings {table['name']!r}: {table['length']} snapshots of {table['words']} words × "
        f"{table['dimensions']}, steps {table['first_step']} to {table['last_step']}"
        for table in description["embeddings"]
    ]
    return lines


def _metric_line(series: dict[str, Any]) -> str:
    """First, last and best value of a metric, and whether it fell if it is a loss."""
    unit = f" in {series['unit']}" if series["unit"] else ""
    line = f"metric {series['name']!r}{unit}"
    if series.get("first") is not None:
        if _is_loss(series["name"]) and series["length"] > 1:
            line += " fell" if series["fell"] else " did not fall"
        line += f": {series['first']:.4g} → {series['last']:.4g}"
        if series["best"] is not None:
            line += f", best {series['best']:.4g} at step {series['best_step']}"
        else:
            line += f", {series['minimum']:.4g} to {series['maximum']:.4g}"
    else:
        line += ":"
    line += f", {series['length']} × {series['width']}, steps {series['first_step']} to {series['last_step']}"
    return line + _oddities(series)


_LOSS = re.compile(
    r"(.*[^a-z])?([a-z]*loss(es)?|errors?|perplexity|ppl|nll|mse|rmse|mae|cross_?entropy|ce|wer|cer)([^a-z].*)?"
)
_SCORE = re.compile(
    r"(.*[^a-z])?(acc(uracy)?\d*|top[-_]?\d+|f1|bleu|rouge|auc|map|miou|iou|precision|recall|r2|rewards?|scores?|return"
    r"|psnr|ssim|mrr|ndcg)([^a-z].*)?"
)


def _is_loss(name: str) -> bool:
    """Whether the smallest value of a metric of this name is the best."""
    return _LOSS.fullmatch(name.lower()) is not None


def _is_score(name: str) -> bool:
    """Whether the largest value of a metric of this name is the best."""
    return _SCORE.fullmatch(name.lower()) is not None


def _folded_lines(many: list[dict[str, Any]]) -> list[str]:
    """A line for each sort of group: those whose names differ in a number only, as the layers of a model."""
    groups: dict[str, dict[str, dict[str, Any]]] = {}
    for one in many:
        prefix, _, group = one["name"].partition("/")
        groups.setdefault(group, {})[prefix] = one
    folded: dict[str, list[str]] = {}
    for group in groups:
        folded.setdefault(re.sub(r"\d+", "#", group), []).append(group)
    lines = [f"{len(groups)} groups of parameters, each of them with --json or --series:"]
    for pattern, names in folded.items():
        members = [one for name in names for one in groups[name].values()]
        first, last = min(one["first_step"] for one in members), max(one["last_step"] for one in members)
        lengths = sorted({one["length"] for one in members})
        length = f"{lengths[0]}" if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
        line = f"  {_range_name(pattern, names)}: {length} values each, steps {first} to {last}"
        norms = [found for name in names if (found := groups[name].get("update_norm"))]
        known = [one for one in norms if one["minimum"] is not None]
        if known:
            low, high = min(one["minimum"] for one in known), max(one["maximum"] for one in known)
            line += f", update norms {low:.4g} to {high:.4g}"
        lines.append(line)
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"  … and {len(lines) - MOST_LINES} more sorts of groups"]
    return lines


def _range_name(pattern: str, names: list[str]) -> str:
    """``h.0…23.attn`` for the names of the layers 0 to 23."""
    if len(names) == 1:
        return repr(names[0])
    numbers = [[int(one) for one in re.findall(r"\d+", name)] for name in names]
    pieces = pattern.split("#")
    text = pieces[0]
    for place, piece in enumerate(pieces[1:]):
        values = [one[place] for one in numbers]
        low, high = min(values), max(values)
        text += (str(low) if low == high else f"{low}…{high}") + piece
    return f"{text!r} ({len(names)})"


def _series_line(series: dict[str, Any]) -> str:
    unit = f" in {series['unit']}" if series["unit"] else ""
    line = (
        f"{series['kind']} {series['name']!r}{unit}: {series['length']} × {series['width']}, "
        f"steps {series['first_step']} to {series['last_step']}"
    )
    if series["minimum"] is not None:
        line += f", {series['minimum']:.4g} to {series['maximum']:.4g}"
    return line + _oddities(series)


def _oddities(series: dict[str, Any]) -> str:
    text = f", {series['nan']} not finite" if series["nan"] else ""
    if series["gaps"]:
        first, last = series["largest_gaps"][0]
        count = "a gap" if series["gaps"] == 1 else f"{series['gaps']} gaps, the widest"
        text += f", {count} from {first} to {last}"
    return text


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
        **(_course(series, finite) if series.kind == "metric" and numbers.size else {}),
    }


def _course(series: Series, finite: np.ndarray) -> dict[str, Any]:
    """How a metric went, of its finite values: first, last, best and its step, and whether it fell.

    Which value is best tells the name; None where it does not. It fell if the mean of the last tenth is below
    that of the first tenth, and the last value of all is finite.
    """
    if series.values.ndim != 1:
        return {}
    values, steps = series.values[finite], series.steps[finite]
    place = None
    if _is_loss(series.name):
        place = int(np.argmin(values))
    elif _is_score(series.name):
        place = int(np.argmax(values))
    tenth = max(1, len(values) // 10)
    # Halved before they are added, since the largest numbers have no sum.
    first, last = (float(np.mean(part / 2)) for part in (values[:tenth], values[-tenth:]))
    return {
        "first": float(values[0]),
        "last": float(values[-1]),
        "best": None if place is None else float(values[place]),
        "best_step": None if place is None else int(steps[place]),
        "fell": bool(last < first and finite[-1]),
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
    except Exception:  # while a person chooses; the import reports the error
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
