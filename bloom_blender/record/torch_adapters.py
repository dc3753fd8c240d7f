"""What the adapters of PyTorch's training frameworks share."""

from __future__ import annotations

from collections.abc import Mapping

from .pytorch import record
from .recorder import Recorder


def open_recorder(model, optimizers, path, every: int, step: int, options: Mapping) -> Recorder:
    """Begin to record; at a step above 0 the run goes on in its file, unless the options say otherwise."""
    options = {"resume": step or False, **options}
    return record(model, optimizers, path, every, **options)


def log_numbers(recorder: Recorder | None, values: Mapping) -> None:
    """Log what is a number, or a tensor of one, among anything that a framework logs."""
    if recorder is None or not recorder.writes:
        return
    recorder.log(**{str(name): value for name, value in values.items() if _is_number(value)})


def _is_number(value) -> bool:
    if isinstance(value, (int, float)):
        return not isinstance(value, bool)
    return getattr(value, "ndim", None) == 0 and hasattr(value, "item")
