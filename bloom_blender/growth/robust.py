"""The default mapping: any run moves any flame, from a bud to exactly the base flame. See docs/growth.md."""

from __future__ import annotations

import numpy as np

from ..flame.model import Flame
from ..trajectory import Trajectory
from . import film
from .bud import close_bud
from .chance import Chance
from .curves import Curves
from .drives import WINDY, Drive, drives_of
from .path import Path, path_of
from .principal import principal_directions
from .wind import breeze

COMPONENTS = 24  # directions of the run that are used, at most
OFFSET = 0.6  # how far from the base flame what is still to be learned puts a signal
SWING = 0.9  # and how far the swings of the run around that
LEAST_SWING = 0.1  # of the size of the whole: swings smaller than this are not blown up
SLOW = 0.07  # standard deviation of the smoothing, as a share of the film, that tells swings from the rest

_GRAIN = 2.0**-24  # of the largest number: finer differences don't decide on directions
_NOT_SPANNED = 1e-4  # a direction this weak, relative to the strongest, is not used


def robust(
    trajectory: Trajectory,
    flame: Flame,
    *,
    frames: int,
    bud: float = 1.0,
    wind: float = 1.0,
    gain: float = 1.0,
    seed: int = 0,
    source: str | None = None,
) -> Curves:
    """Move everything that `drives_of` names by what the run still has to learn.

    Parameters
    ----------
    trajectory, flame
    frames : int
        N, 2 or more.
    bud, wind, gain : float
        Strength of the closing at the start, of the tremble at the end, and of the run's own movement;
        0 turns it off, 1 is the design.
    seed : int
        Which direction of the run moves which parameter, and the phases of the wind.
    source : str, optional
        Name of one update series or embedding table; all update series by default, or the first table.

    Returns
    -------
    Curves
        In time order; the last row is the base flame, bit by bit.

    Raises
    ------
    BloomError
        If the run never moves or holds no updates.
    """
    path = path_of(trajectory, source)
    drives = drives_of(flame)
    channels = sum(drive.channels for drive in drives)
    moments = film.run_times(path)
    width = film.width_for(frames)
    left = film.smooth(1.0 - film.along(film.progress_steps(path)[:, None], path, moments), width)
    signals = gain * film.at_frames(_signals(path, moments, left, channels, width, seed), frames)
    closedness = film.at_frames(left, frames)[:, 0]
    if wind:
        speed = film.at_frames(film.speed(path, moments)[:, None], frames)[:, 0]
        signals = signals + wind * breeze(speed, 1.0 - closedness, channels, seed) * _windy(drives)
    names = tuple(name for drive in drives for name in drive.names)
    base = np.array([value for drive in drives for value in drive.base])
    values = close_bud(flame, names, _driven(drives, signals), bud * closedness)
    values[-1] = base
    return Curves(names, base, values)


def _signals(
    path: Path, moments: np.ndarray, left: np.ndarray, channels: int, width: float, seed: int
) -> np.ndarray:
    """One signal per channel over the film's grid: (GRID + 1, channels), 0 at the end.

    No signal is larger than the square root of what is `left` of the movement, which only falls.
    """
    remaining = film.along(_remaining(path), path, moments)
    swings = remaining - film.smooth(remaining, SLOW, keep_start=True)
    size = _root_mean_square(remaining)
    swing_size = np.maximum(_root_mean_square(swings), LEAST_SWING * size)
    mix = _mix(remaining.shape[1], channels, seed)
    offset = (remaining / size) @ mix
    swing = (swings / swing_size) @ mix[:, ::-1]
    return np.sqrt(left) * film.smooth(np.tanh(OFFSET * offset + SWING * swing), width)


def _remaining(path: Path) -> np.ndarray:
    """What is still to come, before each step and at the end, in principal directions: (N + 1, C)."""
    grain = _GRAIN * np.abs(path.updates).max()
    directions, strengths = principal_directions(np.rint(path.updates / grain))
    used = min(COMPONENTS, int((strengths > _NOT_SPANNED * strengths[0]).sum()))
    steps = path.updates @ directions[:used].T
    return np.concatenate([np.cumsum(steps[::-1], axis=0)[::-1], np.zeros((1, used))])


def _root_mean_square(values: np.ndarray) -> np.ndarray:
    """Size of each column over the film, which no sign can cancel; 1 where the column is 0."""
    size = np.sqrt((values**2).mean(axis=0))
    return np.where(size > 0.0, size, 1.0)


def _mix(components: int, channels: int, seed: int) -> np.ndarray:
    """Which components make which channel: (components, channels), columns of length 1.

    Every component comes before any comes again. The first round is pure; later rounds mix in a
    second component, so that no two parameters move alike.
    """
    chance = Chance(seed)
    mix = np.zeros((components, channels))
    for channel in range(channels):
        turn = channel % components
        if turn == 0:
            order = chance.permutation(components)
        mix[order[turn], channel] = chance.sign()
        if channel >= components > 1:
            other = order[(turn + 1 + chance.bits() % (components - 1)) % components]
            mix[order[turn], channel] *= 0.8
            mix[other, channel] = 0.6 * chance.sign()
    return mix


def _windy(drives: tuple[Drive, ...]) -> np.ndarray:
    """1 for each channel that the wind moves, else 0."""
    return np.array(
        [float(drive.is_affine and channel in WINDY) for drive in drives for channel in range(drive.channels)]
    )


def _driven(drives: tuple[Drive, ...], signals: np.ndarray) -> np.ndarray:
    parts, first = [], 0
    for drive in drives:
        base = np.array(drive.base)
        parts.append(drive.law(base, signals[:, first : first + drive.channels]))
        first += drive.channels
    return np.concatenate(parts, axis=1)
