"""What a person wants to see of a run beside its flame: its metrics frame by frame, and its milestones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..trajectory import Series, Trajectory
from .divergence import divergence_of
from .path import quality_metrics

MOST_METRICS = 16
"""Metrics that are shown at most; those that say how good the model is come first."""

MOST_MARKS = 10
"""Epochs, or steps, that are marked at most: every 2nd, 5th, 10th … where there are more."""

_MEAN = 0.02  # share of a metric's values whose mean tells where it is: single steps tremble
_HALVINGS = 4
_LATE = 0.02  # of the steps that a film shows: as far after the last of them counts as its end
_HELD_OUT = ("val", "eval", "test", "dev")


@dataclass(frozen=True)
class Milestone:
    """A moment of a run, by its name and step."""

    name: str
    step: float


def metrics_of(trajectory: Trajectory) -> tuple[Series, ...]:
    """The metrics of a run that are one number and change, those that say how good the model is first."""
    metrics = [one for one in trajectory.series if one.kind == "metric" and _width(one) == 1]
    good = {one.name for one in quality_metrics(trajectory)}
    metrics.sort(key=lambda one: one.name not in good)
    return tuple(one for one in metrics if len(np.unique(_measured(one)[1])) > 1)[:MOST_METRICS]


def metrics_shown(trajectory: Trajectory, steps: np.ndarray) -> dict[str, np.ndarray]:
    """The values of the run's metrics at the steps that the frames of a film show.

    Between the steps at which a metric was measured the values go straight, before and after them they stand
    still; so does a metric that is not a finite number any more.

    Parameters
    ----------
    trajectory
    steps : (N,)
        From `grow.film_steps`.

    Returns
    -------
    dict of str to (N,) float64
        By the names of the series, in the order of `metrics_of`.
    """
    return {one.name: np.interp(steps, *_measured(one)) for one in metrics_of(trajectory)}


def epochs_of(trajectory: Trajectory, most: int = MOST_MARKS) -> tuple[Milestone, ...]:
    """Where epochs were complete, `most` of them at most; of a run that knows none, round numbers of steps.

    A metric named *epoch* counts them; or a metric with *epoch* in its name was measured after each; or
    the snapshots of a run without series are numbered by them.
    """
    ends = _epoch_ends(trajectory)
    if ends is None:
        first, last = _span(trajectory)
        every = _every(last, most)
        first = int(np.floor(first / every)) + 1
        steps = every * np.arange(first, int(last // every) + 1)
        return tuple(Milestone(f"Step {step:,}", float(step)) for step in steps.tolist())
    every = _every(len(ends), most)
    return tuple(Milestone(f"Epoch {n}", float(ends[n - 1])) for n in range(every, len(ends) + 1, every))


def loss_milestones(trajectory: Trajectory) -> tuple[Milestone, ...]:
    """Where the loss had halved, and halved again; the best held-out loss; and the end, or the divergence.

    The loss is the first metric with *loss* in its name that isn't held out. It has halved where the mean of
    its last values, 2 % of all, is half of what it was at first, for the first time.
    """
    losses = [one for one in metrics_of(trajectory) if "loss" in one.name.lower()]
    held_out = [one for one in losses if _is_held_out(one)]
    own = [one for one in losses if not _is_held_out(one)]
    found = []
    if own:
        steps, values = _measured(own[0])
        steps, means = _means(steps, values)
        for halving in range(1, _HALVINGS + 1) if means[0] > 0.0 else ():
            below = np.flatnonzero(means <= means[0] * 0.5**halving)
            if len(below):
                name = "Loss halved" if halving == 1 else f"Loss 1/{2**halving}"
                found.append(Milestone(name, float(steps[below[0]])))
    if held_out and len(held_out[0].steps) > 2:
        steps, values = _measured(held_out[0])
        name = held_out[0].name.replace("_", " ").replace("/", " ")
        found.append(Milestone(f"Best {name}", float(steps[np.argmin(values)])))
    diverged = divergence_of(trajectory, trajectory.updates)
    if diverged is None:
        return (*found, Milestone("End of training", _span(trajectory)[1]))
    steps = np.concatenate([one.steps for one in trajectory.series])
    return (*found, Milestone("Diverged", float(steps[steps < diverged].max(initial=steps.min()))))


def rows_of(milestones: tuple[Milestone, ...], steps: np.ndarray) -> dict[int, str]:
    """Rows of a film and the names of the milestones that it shows there.

    A milestone is in the first frame that shows its step or a later one; one just after the last step
    that is shown is in the frame of that. Those outside of what the film shows are left out.

    Parameters
    ----------
    milestones
    steps : (N,)
        From `grow.film_steps`; in a loop only the way forth counts.
    """
    turn = int(np.argmax(steps))
    forth = np.maximum.accumulate(steps[: turn + 1])
    span = float(forth[-1] - forth[0])
    slack = 1e-6 * (span + 1.0)
    rows: dict[int, str] = {}
    for one in sorted(milestones, key=lambda one: one.step):
        if not forth[0] - slack < one.step <= forth[-1] + max(_LATE * span, 1.0):
            continue
        row = min(int(np.searchsorted(forth, one.step - slack)), turn)
        rows[row] = f"{rows[row]} · {one.name}" if row in rows else one.name
    return rows


def _width(series: Series) -> int:
    return series.values.reshape(len(series.steps), -1).shape[1]


def _measured(series: Series) -> tuple[np.ndarray, np.ndarray]:
    """Steps and values of a metric where it is a finite number."""
    values = series.values.reshape(len(series.steps), -1)[:, 0]
    finite = np.isfinite(values)
    return series.steps[finite].astype(np.float64), values[finite]


def _means(steps: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means of the last values at each step but the very first ones."""
    width = max(round(_MEAN * len(values)), 1)
    total = np.concatenate([[0.0], np.cumsum(values)])
    return steps[width - 1 :], (total[width:] - total[:-width]) / width


def _is_held_out(series: Series) -> bool:
    return any(word in series.name.lower() for word in _HELD_OUT)


def _span(trajectory: Trajectory) -> tuple[float, float]:
    """First and last step of the series, of the tables where there are none."""
    members = trajectory.series or trajectory.embeddings
    return float(min(one.steps[0] for one in members)), float(max(one.steps[-1] for one in members))


def _epoch_ends(trajectory: Trajectory) -> np.ndarray | None:
    """The step at which each epoch was complete; None where the run does not tell."""
    metrics = [one for one in trajectory.series if one.kind == "metric" and _width(one) == 1]
    for one in metrics:
        if one.name.lower().rpartition("/")[2] in ("epoch", "epochs"):
            return _counted(*_measured(one))
    for one in metrics:
        if "epoch" in one.name.lower() and len(one.steps) > 1:
            return one.steps.astype(np.float64)
    if not trajectory.series and (np.diff(trajectory.embeddings[0].steps) == 1).all():
        steps = trajectory.embeddings[0].steps
        return steps[1:].astype(np.float64) if len(steps) > 1 else None
    return None


def _counted(steps: np.ndarray, counter: np.ndarray) -> np.ndarray | None:
    """Ends of epochs by a metric that counts them, as whole numbers (from 0 or 1) or as a fraction."""
    if len(steps) < 2 or counter[-1] <= counter[0]:
        return None
    whole = np.floor(counter + 1e-6).astype(np.int64)
    if (np.abs(counter - np.rint(counter)) < 1e-6).all():
        # The number of the epoch that is going on: it ends with its last entry.
        ends = steps[np.flatnonzero(np.diff(whole, append=whole[-1] + 1) > 0)]
    else:
        ends = steps[np.flatnonzero(np.diff(whole, prepend=whole[0]) > 0)]
    return ends if len(ends) else None


def _every(count: float, most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that fits into a number at most `most` times."""
    every, factors = 1, (2.0, 2.5, 2.0)
    turn = 0
    while count / every > most:
        every = round(every * factors[turn % 3])
        turn += 1
    return every
