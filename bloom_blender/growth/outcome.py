"""What came of a run: how much it learned, whether it kept that, and when it lost it. See docs/growth.md."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ..trajectory import Series, Trajectory
from .path import Path, path_of, quality_metrics

ENOUGH = 0.25  # of the loss, or of what an accuracy lacked, gone: that opens a flower fully
TOLERANCE = (
    0.15  # of what was learned may be lost again: single numbers tremble, and held-out losses rise a little
)
LEAST = 0.05  # of what was learned: a smaller loss of it is none
WINDOW = 0.02  # share of a metric's values whose median tells where it is
SUDDEN = 0.05  # a loss that takes no more of the run than this is reported by its step
JUDGED = 32  # steps of a run that only its updates can judge, at least
WANDERING = (
    2.0  # square of the way as the crow flies, over the sum of the steps' squares; 1 for a random walk
)
CALMED = 0.7  # late steps over early ones: a run below this has calmed down

HELD_OUT = ("val", "eval", "test", "dev")
_FALLS = ("loss", "nll", "perplexity", "ppl", "bpb", "bpc", "error", "err", "fid", "mae", "mse", "rmse")
_RISES = (
    *(
        "acc",
        "score",
        "reward",
        "return",
        "f1",
        "auc",
        "bleu",
        "rouge",
        "iou",
        "dice",
        "psnr",
        "ssim",
        "elbo",
    ),
)

_TOTAL = re.compile(r"((train|training|val|valid|validation|eval|test|dev|total|epoch|step|loss)[ _/.-]*)+")
"""Names of losses that are no part of another one."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a run.

    Attributes
    ----------
    learned : float
        0 for a run that learned nothing, 1 for one that learned enough for an open flower.
    steps : (N,) float64
        Steps of the run at which the next two are known; between them they go straight.
    reached : (N,) float64
        How far the best value so far had come on the way from the first to the best, 0 … 1, never falling.
    lost : (N,) float64
        How much of what it had learned the run had lost again, 0 … 1.
    memorized : (N,) float64
        How well it did at that moment on what it was trained on, 0 … 1; 0 where no held-out metric judges.
    judged : tuple of str
        The metrics that say so; none where only the updates do.
    sentence : str
        What was seen, in one line.
    """

    learned: float
    steps: np.ndarray
    reached: np.ndarray
    lost: np.ndarray
    memorized: np.ndarray
    judged: tuple[str, ...]
    sentence: str

    @property
    def is_whole(self) -> bool:
        """Whether the run learned enough and kept it: its flower opens fully."""
        return self.learned >= 1.0 and self.lost[-1] <= 0.0


def outcome_of(trajectory: Trajectory, path: Path) -> Outcome:
    """Judge a run by its quality metrics, held-out ones before those of training, or by its updates alone."""
    series = judges_of(trajectory)
    if not series:
        return _by_updates(path)
    grid = np.linspace(path.first, max(path.last, *(float(one.steps[-1]) for one in series)), 1025)
    found = [one for one in (_judged(one, _start_of(one, trajectory)) for one in series) if one is not None]
    if not found:
        return _by_updates(path)
    learned = float(np.mean([one.learned for one in found]))
    reached = np.mean([np.interp(grid, one.steps, one.reached) for one in found], axis=0)
    lost = np.mean([np.interp(grid, one.steps, one.lost) for one in found], axis=0)
    if path.diverged is None:
        reached = reached / (reached[-1] or 1.0)
    names = tuple(one.name for one in found)
    lost = np.where(lost > LEAST, lost, 0.0)
    if path.diverged is None:
        sentence = _sentence(found[0], learned, lost, grid)
    else:
        sentence = _of_diverged(path)
    return Outcome(
        min(learned, 1.0), grid, reached, lost, _memorized(trajectory, found, grid), names, sentence
    )


def sentence_of(trajectory: Trajectory, source: str | None = None, *, metrics: bool = False) -> str:
    """What came of a run, in one line; `source` and `metrics` are those of `path.path_of`."""
    return outcome_of(trajectory, path_of(trajectory, source, metrics=metrics)).sentence


def judges_of(trajectory: Trajectory) -> tuple[Series, ...]:
    """The metrics that judge a run: of those whose direction is known, held-out ones first, losses first."""
    known = [one for one in quality_metrics(trajectory) if one.kind == "metric" and direction_of(one.name)]
    for held_out in (True, False):
        for falls in (True, False):
            chosen = tuple(
                one
                for one in known
                if is_held_out(one.name) == held_out
                and (direction_of(one.name) < 0) == falls
                and _count(one) > 2
            )
            if chosen:
                return tuple(one for one in chosen if _TOTAL.fullmatch(one.name.lower())) or chosen
    return ()


def is_held_out(name: str) -> bool:
    """Whether a metric was measured on what the run did not train on, by its name."""
    return any(word in name.lower() for word in HELD_OUT)


def direction_of(name: str) -> int:
    """-1 for a metric that falls as a model becomes better, 1 for one that rises, 0 where no name tells."""
    name = name.lower()
    if any(word in name for word in _FALLS):
        return -1
    return int(any(word in name for word in _RISES))


@dataclass(frozen=True, eq=False)
class _Judged:
    name: str
    learned: float
    steps: np.ndarray
    reached: np.ndarray
    lost: np.ndarray
    values: np.ndarray
    first: float
    best: float


def _judged(series: Series, start: float | None) -> _Judged | None:
    """One metric's account of a run; a metric that rises is judged upside down."""
    values = series.values.reshape(len(series.steps), -1)[:, 0].astype(np.float64)
    keep = np.isfinite(values)
    steps, values = series.steps[keep].astype(np.float64), values[keep]
    if len(values) < 3:
        return None
    sign = float(direction_of(series.name))
    shown, values = _medians(values), -sign * values
    level = _medians(values)
    first = float(level[0] if start is None else max(level[0], -sign * start))
    best = np.minimum.accumulate(np.minimum(level, first))
    gained = first - best
    if sign < 0.0:
        whole = abs(first)
    else:  # an accuracy cannot rise beyond 1
        whole = 1.0 + first if 0.0 <= -first < 1.0 and values.min() >= -1.0 else abs(gained[-1]) or 1.0
    learned = float(np.clip(gained[-1] / (ENOUGH * whole), 0.0, 1.0)) if whole > 0.0 else 1.0
    noise = 1.5 * float(np.median(np.abs(np.diff(level)))) if len(level) > 8 else 0.0
    if gained[-1] <= noise:
        learned *= 0.5 * gained[-1] / (noise or 1.0)
    scale = np.maximum(gained, 0.2 * whole)
    away = np.clip((level - best) / np.where(scale > 0.0, scale, 1.0), 0.0, 1e9)
    lost = np.clip((away - TOLERANCE) / (1.0 - TOLERANCE), 0.0, 1.0)
    reached = gained / (gained[-1] or 1.0)
    return _Judged(series.name, learned, steps, reached, lost, shown, first, float(best[-1]))


def _memorized(trajectory: Trajectory, found: list[_Judged], grid: np.ndarray) -> np.ndarray:
    """How well a run does on its training data while held-out metrics judge it, (N,): 0 … 1."""
    if not is_held_out(found[0].name):
        return np.zeros(len(grid))
    for one in quality_metrics(trajectory):
        if one.kind == "metric" and "loss" in one.name.lower() and not is_held_out(one.name):
            own = _judged(one, None)
            if own is not None:
                return own.learned * np.interp(grid, own.steps, own.reached * (1.0 - own.lost))
    return np.zeros(len(grid))


def _start_of(series: Series, trajectory: Trajectory) -> float | None:
    """Where a held-out loss began, if the training loss was asked before it and is of its size."""
    if not is_held_out(series.name) or direction_of(series.name) > 0:
        return None
    for one in trajectory.series:
        name = one.name.lower()
        if (
            one.kind == "metric"
            and "loss" in name
            and "loss" in series.name.lower()
            and not is_held_out(name)
        ):
            values = one.values.reshape(len(one.steps), -1)[:, 0]
            values = values[np.isfinite(values)]
            own = series.values.reshape(-1)[np.isfinite(series.values.reshape(-1))]
            if len(values) and len(own) and one.steps[0] < series.steps[0] and 0.0 < values[0] < 3.0 * own[0]:
                return float(values[0])
    return None


def _count(series: Series) -> int:
    return int(np.isfinite(series.values).sum())


def _medians(values: np.ndarray) -> np.ndarray:
    """Running medians, (N,): of the neighbours within `WINDOW`, fewer at the ends."""
    reach = max(int(0.5 * WINDOW * len(values)), int(len(values) >= 32))
    if reach == 0:
        return values
    padded = np.concatenate([np.full(reach, np.nan), values, np.full(reach, np.nan)])
    return np.nanmedian(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1), axis=1)


def _by_updates(path: Path) -> Outcome:
    """Judge a run by its updates: does it go anywhere, and does it calm down?"""
    steps = np.array([path.first, path.last])
    progress = np.array([0.0, 1.0])
    counted = float(path.counts.sum())
    told = "No metric says how good the model became." if path.diverged is None else _of_diverged(path)
    whole = Outcome(1.0, steps, progress, np.zeros(2), np.zeros(2), (), told)
    if counted < JUDGED or len(path.updates) < JUDGED or path.diverged is not None:
        return whole
    squares = float(path.squares.sum())
    straight = float((path.updates.sum(axis=0) ** 2).sum()) / (squares or 1.0)
    tenth = max(len(path.updates) // 10, 1)
    early, late = (
        np.sqrt(path.squares[part].sum() / path.counts[part].sum())
        for part in (slice(None, tenth), slice(-tenth, None))
    )
    if straight >= WANDERING or late <= CALMED * early:
        return whole
    share = float(np.clip((straight - 1.0) / (WANDERING - 1.0), 0.0, 1.0))
    return Outcome(
        share, steps, progress, np.zeros(2), np.zeros(2), (), "The updates lead nowhere and do not calm down."
    )


def _of_diverged(path: Path) -> str:
    share = path.diverged or 0.0
    return f"The run diverged at step {path.last:.0f}, after {share:.0%} of it, and its flower tears there."


def _sentence(one: _Judged, learned: float, lost: np.ndarray, grid: np.ndarray) -> str:
    name = one.name
    first, last = _number(one.values[0]), _number(one.values[-1])
    best = one.values.min() if direction_of(name) < 0 else one.values.max()
    if lost[-1] > 0.0:
        told = f"{name} ended at {last}, its best was {_number(best)}."
        return f"{_lost(one, lost, grid)} and did not come back: {told}"
    if learned < 0.1:
        return f"The run learned next to nothing: {name} went from {first} to {last}."
    if learned < 1.0:
        return f"The run learned little: {name} went from {first} to {last}."
    if lost.max() > 0.3:
        return f"{_lost(one, lost, grid)} and came back: {name} ended at {last}."
    return f"The run learned and kept it: {name} went from {first} to {last}."


def _lost(one: _Judged, lost: np.ndarray, grid: np.ndarray) -> str:
    """Where and how far a metric got worse: ``loss rose 40-fold at step 200``."""
    level, steps = one.values, one.steps
    falls = direction_of(one.name) < 0
    worse = level if falls else -level
    end = int(np.argmax(lost >= 0.5 * lost.max()))
    step = grid[end]
    row = int(np.searchsorted(steps, step))
    best_row = int(np.argmin(worse[: max(row, 1)]))
    worst_row = best_row + int(np.argmax(worse[best_row:]))
    before, after = level[best_row], level[worst_row]
    verb = "rose" if falls else "fell"
    if falls and before > 0.0 and after / before >= 2.0:
        how = f"{one.name} {verb} {_number(after / before)}-fold"
    else:
        how = f"{one.name} {verb} from {_number(before)} to {_number(after)}"
    started = int(np.argmax(lost > 0.0))
    sudden = grid[end] - grid[started] <= SUDDEN * (grid[-1] - grid[0])
    return f"{how} at step {step:.0f}" if sudden else f"{how} from step {grid[started]:.0f} on"


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 100.0 else f"{value:.0f}"
