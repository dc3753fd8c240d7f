"""The time axis of the film: which moment of the run each moment of the film shows, and how it is smoothed.

Everything is computed on a grid of `GRID` + 1 moments, film time 0 to 1, and read off at the frames, so
that a film of 72 frames and one of 900 show the same run at the same places.
"""

from __future__ import annotations

import math

import numpy as np

from .path import Path

GRID = 2048
PACE = 0.85  # share of the film's time given by the run's progress; the rest by its steps
EASE = 1.3  # exponent of the slowing down towards the end
SMOOTH = 0.012  # standard deviation of the smoothing, as a share of the film
SMOOTH_FRAMES = 3.0  # but at least this many frames

FILM = np.linspace(0.0, 1.0, GRID + 1)


def width_for(frames: int) -> float:
    """Standard deviation of the smoothing for a film of so many frames, as a share of the film."""
    return min(max(SMOOTH, SMOOTH_FRAMES / max(frames - 1, 1)), 0.1)


def run_times(path: Path) -> np.ndarray:
    """The run's time, 0 to 1, that each moment of the grid shows; not decreasing, (GRID + 1,).

    A clock that goes `PACE` parts by progress and the rest by steps runs from 0 to 1 over the run; the
    film shows the moment at which it stands at ``1 - (1 - film) ** EASE``.
    """
    times = _times(path)
    clock = PACE * progress_steps(path) + (1.0 - PACE) * times
    return np.interp(1.0 - (1.0 - FILM) ** EASE, clock / clock[-1], times)


def progress_steps(path: Path) -> np.ndarray:
    """Share of the movement done before each step and at the end: 0 … 1, (N + 1,)."""
    progress = np.concatenate([[0.0], np.cumsum(path.lengths)])
    return progress / progress[-1]


def along(values: np.ndarray, path: Path, moments: np.ndarray) -> np.ndarray:
    """`values` (N + 1, C), known before each step and at the end, at `moments` of the run: (M, C)."""
    times = _times(path)
    return np.stack([np.interp(moments, times, column) for column in values.T], axis=1)


def speed(path: Path, moments: np.ndarray, window: float = 0.05) -> np.ndarray:
    """How fast the run moves around `moments`, relative to its average: progress within ± `window`."""
    times, progress = _times(path), progress_steps(path)
    early, late = np.maximum(moments - window, 0.0), np.minimum(moments + window, 1.0)
    return (np.interp(late, times, progress) - np.interp(early, times, progress)) / (late - early)


def smooth(values: np.ndarray, width: float, *, keep_start: bool = False) -> np.ndarray:
    """Smooth (GRID + 1, C) values that end on 0 by a Gaussian, without moving the end.

    Before the film the first value stands still; after it the film goes on as its own negative
    backwards, so that the end stays exactly 0 and what fell steadily still does. Values within
    -1 … 1 stay there, and none changes faster than ``2 / (width * sqrt(2 pi))`` per film.
    With `keep_start` the film is mirrored in its first point as well, which keeps that and every
    straight line, but not the bounds.
    """
    reach = min(math.ceil(4.0 * width * GRID), GRID)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (width * GRID)) ** 2)
    kernel /= kernel.sum()
    before, after = np.repeat(values[:1], reach, axis=0), -values[::-1][1 : reach + 1]
    if keep_start:
        before = 2.0 * values[:1] - values[1 : reach + 1][::-1]
    padded = np.concatenate([before, values, after])
    smoothed = np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1)
    smoothed[-1] = 0.0
    return smoothed


def at_frames(values: np.ndarray, frames: int) -> np.ndarray:
    """(GRID + 1, C) values at `frames` moments from the first to the last: (frames, C)."""
    moments = np.linspace(0.0, 1.0, frames)
    return np.stack([np.interp(moments, FILM, column) for column in values.T], axis=1)


def _times(path: Path) -> np.ndarray:
    return np.concatenate([[0.0], path.times])
