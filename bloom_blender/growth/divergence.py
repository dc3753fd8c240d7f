"""Whether a run diverged, and when: its numbers are none any more, or leave all proportion and stay there."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..trajectory import Series, Trajectory

BLOW_UP = 100.0  # an end this many times as far out as the run ever was, is a blow-up
EARLY = 0.25  # the share of a series that says how far out a run goes
_LARGEST = 1e300
LEAST = 8  # series with fewer numbers are too short to judge


def divergence_of(trajectory: Trajectory, used: Iterable[Series]) -> float | None:
    """The first step at which a run no longer trained; None if it never diverged.

    Asked are the series that are used and every metric with "loss" in its name. An update that is no finite
    number ends a run, because parameters never recover from it. A metric ends one where it is not finite
    from there to its end; in between it was merely not measured. Either ends one by a blow-up: `_blow_up`.
    """
    asked = {one.name: one for one in used}
    for one in trajectory.series:
        if one.kind == "metric" and "loss" in one.name.lower():
            asked[one.name] = one
    found = [step for one in asked.values() if (step := _divergence(one)) is not None]
    return min(found) if found else None


def _divergence(series: Series) -> float | None:
    values = series.values.reshape(len(series.steps), -1)
    finite = np.isfinite(values).all(axis=1)
    if series.kind == "update":
        bad = np.flatnonzero(~finite)
        first_bad = int(bad[0]) if len(bad) else len(values)
    else:
        good = np.flatnonzero(finite)
        first_bad = int(good[-1]) + 1 if len(good) else 0
    kept = finite.copy()
    kept[first_bad:] = False
    row = _blow_up(values[kept], is_update=series.kind == "update")
    if row is not None:
        return float(series.steps[kept][row])
    return float(series.steps[first_bad]) if first_bad < len(values) else None


def _blow_up(values: np.ndarray, *, is_update: bool) -> int | None:
    """The row from which on the end of a series is out of proportion.

    How far out a row is: the largest number of an update, or the distance of a metric from its median over
    the first `EARLY` of the rows. The run has blown up if its last row is beyond `BLOW_UP` times the furthest
    of those; it began after the last row that was no further. A spike that the run comes back from is none.
    """
    if len(values) < LEAST:
        return None
    early = max(int(EARLY * len(values)), LEAST // 2)
    with np.errstate(over="ignore"):
        away = values if is_update else values - np.median(values[:early], axis=0)
    out = np.abs(away).max(axis=1)
    usual = out[:early].max()
    if usual == 0.0 or out[-1] <= BLOW_UP * min(usual, _LARGEST):
        return None
    beyond = np.flatnonzero(out <= usual)
    return int(beyond[-1]) + 1
