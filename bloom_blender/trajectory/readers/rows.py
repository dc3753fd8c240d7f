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
    "iterations", "iter", "iter_num", "update", "_step", "batch", "batch_idx", "batch_index", "batch_id",
    "minibatch", "mini_batch", "time/total_timesteps", "total_timesteps", "epoch", "epochs",
)  # fmt: skip

EPOCHS = ("epoch", "epochs", "ep")

# Other clocks, which are not measurements.
TIMES = (
    "_timestamp", "_runtime", "timestamp", "wall_time", "wall time", "walltime", "relative time", "time",
    "datetime", "date",
)  # fmt: skip

NUMBER = re.compile(
    r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf|infinity)", re.I | re.A
)

_PERCENT = re.compile(rf"({NUMBER.pattern})\s?%", re.I | re.A)

# Where a row says whether it was trained or evaluated.
PHASES = ("split", "phase", "mode", "stage", "subset", "set")
_EVALUATED = re.compile(r"(val(?:id(?:ation)?)?|test(?:ing)?|eval(?:uation)?|dev)(?![a-z])", re.I)

_SAMPLE = 200  # rows by which the clock is chosen
_DEEPEST = 4


class EpochClock:
    """One count of steps from a counter of epochs and one beside it, which may begin again in each epoch.

    Whether it does, shows where the epoch goes up: a counter that falls there counts within epochs, and the
    steps of the epochs before are added to it. A counter that goes on is the step as it is.
    """

    def __init__(self) -> None:
        self._epoch: int | None = None
        self._count = 0
        self._highest = 0  # of the counts in this epoch
        self._offset = 0
        self._starts: dict[int, int] = {}  # what is added within each epoch
        self._stride = 0  # the smallest distance of two counts, 0 before there are two
        self._restarts = False

    def step(self, epoch: int | None, count: int, length: int | None = None) -> int:
        """The step of a row.

        Parameters
        ----------
        epoch : int or None
            None if the row has none: that of the row before.
        count : int
        length : int, optional
            How many steps an epoch has, where the log tells that.
        """
        before = self._epoch
        now = before if epoch is None else epoch
        if now is None:
            return count
        if before is None or now == before:
            distance = abs(count - self._count)
            if before is not None and distance and (not self._stride or distance < self._stride):
                self._stride = distance
        elif now in self._starts:  # again from a checkpoint, or late
            self._offset = self._starts[now]
        else:
            if now > before and self._begins_again(count):
                self._restarts = True
                span = length or self._highest - count + (self._stride or max(count, 1))
                self._offset += span * (now - before)
            self._highest = count
        self._epoch = now
        self._starts.setdefault(now, self._offset)
        self._count, self._highest = count, max(self._highest, count)
        return self._offset + count

    def _begins_again(self, count: int) -> bool:
        """Whether the counter fell; one that tells the same number in all epochs begins again, too."""
        return count < self._highest or (count == self._highest and (self._restarts or not self._stride))


class Rows:
    """Takes rows one by one; call `finish` after the last."""

    def __init__(self, measured: Measurements):
        self._measured = measured
        self._waiting: list[Mapping[str, Any]] = []
        self._clock: str | None = None
        self._decided = False
        self._step = -1
        self._epochs = EpochClock()
        self._epoch: int | None = None

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
        lower = {key.lower(): value for key, value in row.items()}
        before = next((before_names(lower[key]) for key in PHASES if key in lower), "")
        if self._clock is None:
            self._step += 1
        else:
            step = whole(lower.get(self._clock))
            epoch = None if self._clock in EPOCHS else epoch_in(lower)
            if self._epoch is not None and (
                before if epoch == self._epoch else epoch is None and step == self._epoch < self._step
            ):
                step = None  # rows of an evaluation: mmcv's have a counter of their own, mmengine's the epoch
            if step is not None:
                self._step = self._epochs.step(epoch, step)
            self._epoch = self._epoch if epoch is None else epoch
        for name, number in numbers_in(row):
            self._measured.add(named(name, before), max(self._step, 0), number)


def choose_clock(rows: list[Mapping[str, Any]]) -> str | None:
    """The first of `CLOCKS` that half of the rows have as a whole number; None if there is none."""
    for clock in CLOCKS:
        values = [value for row in rows for key, value in row.items() if key.lower() == clock]
        if values and 2 * len(values) >= len(rows) and all(whole(value) is not None for value in values):
            return clock
    return None


def epoch_in(row: Mapping[str, Any]) -> int | None:
    """The epoch of a row, whose keys are in lower case; None if it tells none that is a whole number."""
    return next((whole(row[key]) for key in EPOCHS if key in row), None)


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


def before_names(phase: Any) -> str:
    """What goes before the names of a row that says it is of an evaluation, like "val/"."""
    phase = phase.strip() if isinstance(phase, str) else ""
    return f"{phase}/" if _EVALUATED.fullmatch(phase) else ""


def named(name: str, before: str) -> str:
    """A name with what goes before it, unless it says by itself that it is of an evaluation."""
    return name if _EVALUATED.match(name) else before + name


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
            return math.inf if value > 0 else -math.inf
    if isinstance(value, str):
        text = value.strip()
        return float(text) if NUMBER.fullmatch(text) else percentage(text)
    return None


def percentage(text: str) -> float | None:
    """The number before a percent sign, ``93.5`` for ``"93.5 %"``; None for other texts."""
    match = _PERCENT.fullmatch(text.strip())
    return float(match[1]) if match else None


def whole(value: Any) -> int | None:
    """A value as a whole number; None if it is none."""
    number = as_number(value)
    if number is None or not math.isfinite(number) or number != int(number) or abs(number) >= 2**53:
        return None
    return int(number)
