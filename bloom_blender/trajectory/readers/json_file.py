"""A JSON file: the state of a Hugging Face Trainer, the history of Keras, a list of rows.

The document is read as a whole and known by its shape:

- ``{"log_history": [{"step": …, "loss": …}, …]}``: trainer_state.json;
- ``{"loss": [1.5, …], "val_loss": […]}``, also within ``{"history": …}``, with epochs as steps: Keras;
- ``{"loss": {"0": 1.5, …}}``: the same as pandas writes it;
- ``[{"step": …, "loss": …}, …]``: rows;
- ``[[time, step, value], …]``: one curve as TensorBoard downloads it;
- ``[1.5, …]``: one curve.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ...errors import BloomError
from ..measurements import Measurements
from ..options import Options
from ..source import Source
from ..trajectory import Trajectory
from .rows import Rows, as_number, is_clock, whole

FORMAT = "JSON"
TRAINER_STATE, HISTORY, ROWS = "Hugging Face trainer state", "Keras history", "JSON rows"

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|["\[\]{},]', re.S)


def recognizes(source: Source) -> bool:
    """Whether the first character opens an object or a list."""
    text = source.head_text
    if re.match(r"\s*\[[\d\s,./-]*\][ \t]*[^\s,\]]", text):  # "[10] loss 3.1", a line of a log
        return False
    if re.match(
        r"\s*\[\s*\d[\d.eE+-]*[^\d\s,.\]eE+-]|\s*\[\d+-\d|\s*\[\d+[ \t]+[^\s,\]]", text
    ):  # "[05/01 12:00:00 …]"
        return False
    return re.match(r'\s*(\{\s*["}]|\[\s*([\[\]{"\d-]|NaN\b|-?Infinity\b|null\b))', text) is not None


def read(source: Source, options: Options) -> Trajectory:
    """Read the numbers of the document."""
    measured = Measurements(options.selection)
    document = parse(source, options, measured.remarks)
    name = source.run_name
    if _is_trainer_state(document):
        _add_rows(document["log_history"], measured)
        name = _folder_name(source)
        form = TRAINER_STATE
    elif isinstance(document, list) and any(isinstance(row, dict) for row in document):
        _add_rows(document, measured)
        form = ROWS
    else:
        _add_curves(document, source, measured)
        form = HISTORY
    return measured.trajectory(name, source.name, {"origin": form})


def parse(source: Source, options: Options, remarks: list[str]) -> Any:
    """The document of a file; what is whole of a damaged one with ``options.partial``."""
    text = source.text()
    try:
        return json.loads(text)
    except RecursionError:
        raise BloomError(f"{source.name} is nested too deep for a log: choose another file.") from None
    except ValueError as error:
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "some place"
        if options.partial:
            try:
                document = json.loads(repaired(text))
                remarks.append(f"{source.name} is cut off or damaged at {place}")
                return document
            except (ValueError, RecursionError):
                pass
        raise BloomError(
            f"{source.name} is cut off or damaged at {place}: copy it again, or ask for what is readable."
        ) from None


def repaired(text: str) -> str:
    """A document that was cut off, with its last whole value and everything closed that is open."""
    closers: list[str] = []
    end, closing = 0, ""
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign == '"':  # a text that has no end
            break
        if sign in "[{":
            closers.append("]" if sign == "[" else "}")
            end, closing = token.end(), "".join(reversed(closers))
        elif sign in "]}":
            if not closers or closers.pop() != sign:
                break
            end, closing = token.end(), "".join(reversed(closers))
        elif sign == ",":
            end, closing = token.start(), "".join(reversed(closers))
    return text[:end] + closing


def _is_trainer_state(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("log_history"), list)


def _folder_name(source: Source) -> str:
    """A trainer_state.json is called by the folder of its run, not by that of its checkpoint."""
    folder = source.path.resolve().parent
    if re.fullmatch(r"checkpoint-\d+", folder.name):
        folder = folder.parent
    return folder.name or source.path.stem


def _add_rows(rows: list, measured: Measurements) -> None:
    adder = Rows(measured)
    for row in rows:
        if isinstance(row, dict):
            adder.add(row)
    adder.finish()


def _add_curves(document: Any, source: Source, measured: Measurements) -> None:
    if isinstance(document, list):
        _add_list(source.path.stem, document, measured)
        return
    if not isinstance(document, dict):
        return
    inner = document.get("history")
    curves = inner if isinstance(inner, dict) else document
    epochs = document.get("epoch") if curves is inner else None
    for name, values in curves.items():
        if not name or is_clock(name):
            continue
        if isinstance(values, dict):
            pairs = [(whole(key), value) for key, value in values.items()]
            if pairs and all(step is not None for step, _ in pairs):
                for step, value in pairs:
                    _add(name, step, value, measured)
        elif isinstance(values, list):
            steps = _steps(epochs, len(values))
            for step, value in zip(steps, values, strict=True):
                _add(name, step, value, measured)
    if not measured.names and any(as_number(value) is not None for value in curves.values()):
        raise BloomError(
            f"{source.name} holds one value of each quantity and no course: choose the history "
            f"(wandb-history.jsonl, a .wandb file, an exported CSV) in its place."
        )


def _add_list(name: str, values: list, measured: Measurements) -> None:
    triples = [one for one in values if isinstance(one, list) and len(one) == 3]
    if triples and len(triples) == len(values):
        for _, step, value in triples:
            at = whole(step)
            if at is not None:
                _add(name, at, value, measured)
        return
    for step, value in enumerate(values):
        _add(name, step, value, measured)


def _add(name: str, step: int | None, value: Any, measured: Measurements) -> None:
    number = as_number(value)
    if number is not None and step is not None:
        measured.add(name, step, number)


def _steps(epochs: Any, count: int) -> list[int]:
    if isinstance(epochs, list) and len(epochs) == count:
        steps = [whole(epoch) for epoch in epochs]
        if all(step is not None for step in steps):
            return steps  # type: ignore[return-value]
    return list(range(count))
