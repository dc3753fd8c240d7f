"""From rows as a log has them, in the order of the file, to series over increasing steps."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

import numpy as np

from ..errors import BloomError
from .selection import Selection, listed
from .trajectory import Series, Trajectory

FARTHEST_STEP = 2**62
MOST_NAMES = 20_000
_MOST_FORGETTING = 500_000
SLACK = 8  # steps that come late by up to this many entries are out of order, by more: a restart


class NothingMeasured(BloomError):
    """The file is whole but holds no series."""


class Measurements:
    """Collects numbers by name and step; what is not selected takes no memory.

    Rows may come doubled (the last counts), a little out of order, or again from an earlier step, when
    a run was restarted from a checkpoint: then what was measured from there on before is forgotten.
    """

    def __init__(self, selection: Selection):
        self.selection = selection
        self.names: dict[str, None] = {}  # all that came by, in order
        self.remarks: list[str] = []
        self._columns: dict[str, tuple[array, array]] = {}
        self._units: dict[str, str] = {}
        self._range: tuple[int, int] | None = None
        self._highest = -FARTHEST_STEP  # of the steps that are kept
        self._forgetting = 0  # series looked at because the run was restarted

    def add(self, name: str, step: int, value: float, unit: str = "") -> None:
        """Add what was measured at a step; NaN and infinity are kept."""
        if not -FARTHEST_STEP < step < FARTHEST_STEP:
            raise BloomError(f"the step {step} of {name!r} is too far: number the steps from 0.")
        if name not in self.names:
            self.names[name] = None
            if len(self.names) > MOST_NAMES:
                raise BloomError(
                    f"there are more than {MOST_NAMES} names: choose a log with a name for each quantity."
                )
        if not self.selection.has_name(name):
            return
        low, high = self._range or (step, step)
        self._range = (min(low, step), max(high, step))
        if not self.selection.has_step(step):
            return
        columns = self._columns.get(name)
        if columns is None:
            columns = self._columns[name] = (array("q"), array("d"))
            self._units[name] = unit
        self._highest = max(self._highest, step)
        columns[0].append(step)
        columns[1].append(value)

    def restart(self, step: int) -> None:
        """Forget everything from that step on: the run was restarted there."""
        if step > self._highest:
            return
        self._highest = step - 1
        self._forgetting += len(self._columns)
        if self._forgetting > _MOST_FORGETTING:
            raise BloomError("the run goes back too often to be one: choose the files of a single run.")
        for name, (steps, values) in self._columns.items():
            keep = np.frombuffer(steps, dtype=np.int64) < step if steps else np.zeros(0, dtype=bool)
            if not keep.all():
                self._columns[name] = (
                    array("q", np.array(steps, dtype=np.int64)[keep].tobytes()),
                    array("d", np.array(values, dtype=np.float64)[keep].tobytes()),
                )

    def series(self) -> tuple[Series, ...]:
        """All that was selected, as metrics."""
        made = []
        doubled: dict[str, int] = {}
        for raw, (steps, values) in self._columns.items():
            if not steps:
                continue
            name = raw.encode("utf-8", "replace").decode("utf-8")
            ordered, numbers, restarts = in_order(
                np.array(steps, dtype=np.int64), np.array(values, dtype=np.float64)
            )
            if restarts:
                self.remarks.append(f"{name} goes back {restarts} times: the later values are kept")
            elif len(ordered) < len(steps) and (count := _contradictions(steps, values)):
                doubled[name] = count
            made.append(Series(name, ordered, numbers, "metric", self._units[raw]))
        if doubled:
            self.remarks.append(
                f"{sum(doubled.values())} values of {listed(doubled, 3)} share their step with a later one, "
                f"which counts"
            )
        return tuple(made)

    def trajectory(self, name: str, file: str, metadata: Mapping[str, str]) -> Trajectory:
        """The run of these series.

        Raises
        ------
        BloomError
            `NothingMeasured` if there are none; another if none was selected. `file` names the file in it.
        """
        if not self.names:
            raise NothingMeasured(f"{file} holds no measured numbers: choose the log of a run that has some.")
        self.selection.complain_if_unnamed(file, self.names)
        series = self.series()
        if not series:
            assert self._range is not None
            raise self.selection.no_steps(file, *self._range)
        remarks = {"remarks": "; ".join(self.remarks[:20])} if self.remarks else {}
        return Trajectory(name, series, (), {**metadata, **remarks})


def _contradictions(steps: array, values: array) -> int:
    """How many of the values have the step of another one and differ from it."""
    at, numbers = np.array(steps, dtype=np.int64), np.array(values, dtype=np.float64).view(np.int64)
    order = np.lexsort((numbers, at))
    at, numbers = at[order], numbers[order]
    return int(np.count_nonzero((at[1:] == at[:-1]) & (numbers[1:] != numbers[:-1])))


def in_order(steps: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Put (T,) steps and (T, …) values in strictly increasing order; also returns the number of restarts.

    A restart is a step that goes back behind what came more than `SLACK` entries earlier: it replaces
    everything from its step on. Of equal steps the last is kept. A file that only goes back is read from
    its end, and one without any order (more than a quarter of it goes back) is only sorted.
    """
    distances = np.diff(steps)
    if not distances.size or distances.min() > 0:
        return steps, values, 0
    back = np.flatnonzero(distances < 0) + 1
    restarts = 0
    if back.size and back.size == np.count_nonzero(distances):
        steps, values = steps[::-1], values[::-1]
    elif back.size and back.size <= len(steps) // 4:
        highest = np.maximum.accumulate(steps)
        back = back[(back > SLACK) & (highest[np.maximum(back - SLACK - 1, 0)] >= steps[back])]
        restarts = back.size
        bound = np.full(len(steps), np.iinfo(np.int64).max)
        bound[back - 1] = steps[back]  # what comes before a restart has to be below its step
        bound = np.minimum.accumulate(bound[::-1])[::-1]
        steps, values = steps[steps < bound], values[steps < bound]
    order = np.argsort(steps, kind="stable")
    steps, values = steps[order], values[order]
    last = np.append(steps[1:] != steps[:-1], True)
    return steps[last], values[last], restarts
