"""Rows of named values, as JSON has them, to measurements: which value is the step, and which are numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..measurements import Measurements

# What tells the step, the first of these that most rows have; in lower case. Optimizer steps come before
# the count of calls that wandb keeps, and before epochs.
CLOCKS = (
    "trainer/global_step", "train/global_step", "global_step", "step", "steps", "num_updates", "iteration",
    "iterations", "iter", "iter_num", "update", "_step", "batch", "epoch", "epochs",
)  # fmt: skip

# Other clocks, which are no measurements.
TIMES = (
    "_timestamp", "_runtime", "timestamp", "wall_time", "wall time", "walltime", "relative time", "time",
    "datetime", "date",
)  # fmt: skip

NUMBER = re.compile(
    r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf|infinity)", re.I | re.A
)

_SAMPLE = 200  # rows by which the clock is chosen
_DEEPEST = 4


class Rows:
    """Takes rows one by one; call `finish` after the last."""

    def __init__(self, measured: Measurements):
        self._measured = measured
        self._waiting: list[Mapping[str, Any]] = []
        self._clock: str | None = None
        self._decided = False
        self._step = -1

    def add(self, row: Mapping[str, Any]) -> None:
        """Add the values of one step, nested or not; what is not a number is passed over."""
        if self._decided:
            self._emit(row)
            return
        self._waiting.append(row)
        if len(self._waiting) >= _SAMPLE:
            self._decide()

    def finish(self) -> None:
        """Hand over the rows that still wait."""
        if not self._decided:
            self._decide()

    def _decide(self) -> None:
        self._decided = True
        self._clock = choose_clock(self._waiting)
        for row in self._waiting:
            self._emit(row)
        self._waiting = []

    def _emit(self, row: Mapping[str, Any]) -> None:
        """A row without the clock belongs to the step before it; without any clock rows are counted."""
        if self._clock is None:
            self._step += 1
        else:
            value = next((v for key, v in row.items() if key.lower() == self._clock), None)
            step = whole(value)
            if step is not None:
                self._step = step
        for name, number in numbers_in(row):
            self._measured.add(name, max(self._step, 0) if self._clock is None else self._step, number)


def choose_clock(rows: list[Mapping[str, Any]]) -> str | None:
    """The first of `CLOCKS` that half of the rows have as a whole number; None if there is none."""
    for clock in CLOCKS:
        values = [value for row in rows for key, value in row.items() if key.lower() == clock]
        if values and 2 * len(values) >= len(rows) and all(whole(value) is not None for value in values):
            return clock
    return None


def numbers_in(row: Mapping[str, Any], prefix: str = "", depth: int = 1) -> Iterator[tuple[str, float]]:
    """(name, number) of everything in a row that is measured; nested names are joined by dots."""
    for key, value in row.items():
        name = f"{prefix}{key}"
        if not name or (not prefix and is_clock(name)):
            continue
        if isinstance(value, Mapping):
            if "_type" not in value and depth < _DEEPEST and key != "_wandb":
                yield from numbers_in(value, f"{name}.", depth + 1)
            continue
        number = as_number(value)
        if number is not None:
            yield name, number


def is_clock(name: str) -> bool:
    """Whether a value of this name tells when and not what."""
    return name.lower() in CLOCKS or name.lower() in TIMES


def as_number(value: Any) -> float | None:
    """A number, or a text that is one, as float; None for anything else, and for True and False."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.copysign(math.inf, value)
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return float(value)
    return None


def whole(value: Any) -> int | None:
    """A value as a whole number; None if it is none."""
    number = as_number(value)
    if number is None or not math.isfinite(number) or number != int(number) or abs(number) >= 2**53:
        return None
    return int(number)
