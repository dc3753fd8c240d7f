"""The time axis of the film: which moment of the run each moment of the film shows, and how it is smoothed.

Everything is computed on a grid of `GRID` + 1 moments, film time 0 to 1, and read off at the frames, so
that a film of 72 frames and one of 900 show the same run at the same places.
"""

from __future__ import annotations

import math

import numpy as np

from .path import Path

GRID = 2048
PACE = 0.5  # share of the film's time given by the run's progress; the rest by its steps
EASE = 1.0  # exponent of the slowing down towards the end
SMOOTH = 0.012  # standard deviation of the smoothing, as a share of the film
SMOOTH_FRAMES = 3.0  # but at least this many frames

WIDEST = 0.2  # and never more than this share
THERE = 0.75  # share of a loop that goes forth; the rest goes back

FILM = np.linspace(0.0, 1.0, GRID + 1)


def width_for(frames: int, smoothing: float = 1.0) -> float:
    """Standard deviation of the smoothing for a film of so many frames, as a share of the film."""
    return min(smoothing * min(max(SMOOTH, SMOOTH_FRAMES / max(frames - 1, 1)), 0.1), WIDEST)


def run_times(path: Path, by: str = "learning", learned: np.ndarray | None = None) -> np.ndarray:
    """The run's time, 0 to 1, that each moment of the grid shows; not decreasing, (GRID + 1,).

    Parameters
    ----------
    path
    by : {"learning", "step", "log", "loss"}
        ``"learning"``: a clock that goes `PACE` parts by progress and the rest by steps runs from 0 to 1
        over the run; the film shows the moment at which it stands at ``1 - (1 - film) ** EASE``. ``"step"``:
        steps pass evenly. ``"log"``: so does the logarithm of their number. ``"loss"``: so does
        what a metric had still to gain, for 0.98 parts, and the steps for the rest.
    learned : (N + 1,), for ``by="loss"``
        How much of its way the metric had come before each step of the path and at the end, 0 … 1.
    """
    times = _times(path)
    if by == "step":
        return FILM.copy()
    if by == "log":
        count = max(float(path.counts.sum()), 1.0)
        return np.expm1(FILM * np.log1p(count)) / count
    if by == "loss" and learned is not None:
        clock = 0.98 * learned + 0.02 * times
        return np.interp(FILM, clock / clock[-1], times)
    clock = PACE * progress_steps(path) + (1.0 - PACE) * times
    return np.interp(1.0 - (1.0 - FILM) ** EASE, clock / clock[-1], times)


def progress_steps(path: Path) -> np.ndarray:
    """Share of the movement done before each step and at the end: 0 … 1, (N + 1,)."""
    progress = np.concatenate([[0.0], np.cumsum(path.lengths)])
    return progress / progress[-1]


def along(values: np.ndarray, path: Path, moments: np.ndarray) -> np.ndarray:
    """`values` (N + 1, C), known before each step and at the end, at `moments` of the run: (M, C)."""
    times = _times(path)
    found = [np.interp(moments, times, column) for column in values.T]
    return np.stack(found, axis=1) if found else np.zeros((len(moments), 0))


def restlessness(path: Path, moments: np.ndarray, window: float = 0.05) -> np.ndarray:
    """How much the steps of the run within ± `window` differ: a standard deviation, a length per step, (M,).

    A run that goes straight on has none.
    """
    times = _times(path)
    early, late = np.maximum(moments - window, 0.0), np.minimum(moments + window, 1.0)

    def within(amounts: np.ndarray) -> np.ndarray:
        total = np.concatenate([[0.0], np.cumsum(amounts)])
        return np.interp(late, times, total) - np.interp(early, times, total)

    return np.sqrt(np.maximum(within(path.trembles), 0.0) / np.maximum(within(path.counts), 1.0))


def smooth(values: np.ndarray, width: float, *, keep_start: bool = False) -> np.ndarray:
    """Smooth (GRID + 1, C) values that end on 0 by a Gaussian, without moving the end.

    Before the film the first value stands still; after it the film goes on as its own negative
    backwards, so that the end stays exactly 0 and what fell steadily still does. Values within
    -1 … 1 stay there, and none changes faster than ``2 / (width * sqrt(2 pi))`` per film.
    With `keep_start` the film is mirrored in its first point as well, which keeps that and every
    straight line, but not the bounds.
    """
    if width * GRID < 0.25:
        return np.concatenate([values[:-1], np.zeros_like(values[-1:])])
    reach = min(math.ceil(4.0 * width * GRID), GRID)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (width * GRID)) ** 2)
    kernel /= kernel.sum()
    before, after = np.repeat(values[:1], reach, axis=0), -values[::-1][1 : reach + 1]
    if keep_start:
        before = 2.0 * values[:1] - values[1 : reach + 1][::-1]
    padded = np.concatenate([before, values, after])
    columns = [np.convolve(column, kernel, mode="valid") for column in padded.T]
    smoothed = np.stack(columns, axis=1) if columns else values.copy()
    smoothed[-1] = 0.0
    return smoothed


def smoothed(values: np.ndarray, width: float) -> np.ndarray:
    """Smooth (GRID + 1, C) values that may end anywhere; a column that is constant stays so."""
    return smooth(values - values[-1:], width) + values[-1:]


def moments_of(frames: int, *, loop: bool = False) -> np.ndarray:
    """The film's time, 0 to 1, at each frame: (frames,).

    Without `loop` from the first moment to the last, evenly. With it the film begins gently, is at its end at
    frame `turn_of`, and goes back the way it came, faster, to where a frame more would be the first again.
    """
    if not loop:
        return np.linspace(0.0, 1.0, frames)
    turn = turn_of(frames, loop=True)
    there = np.arange(turn) / turn
    back = np.arange(frames - turn) / (frames - turn)
    return np.concatenate([there**2 * (2.0 - there), 1.0 - back**2 * (3.0 - 2.0 * back)])


def turn_of(frames: int, *, loop: bool = False) -> int:
    """The row of the frame that shows the end of the run: the last, or in a loop one that 3/4 lie before."""
    return min(max(round(THERE * frames), 1), frames - 1) if loop else frames - 1


def at_moments(values: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """(GRID + 1, C) values at M moments of the film: (M, C)."""
    return np.stack([np.interp(moments, FILM, column) for column in values.T], axis=1)


def _times(path: Path) -> np.ndarray:
    return np.concatenate([[0.0], path.times])
