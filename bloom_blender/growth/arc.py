"""The arc of a film: how far points move from frame to frame, and whether that begins wild and ends calm."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ..errors import BloomError

LEAST = 20  # frames between which an arc can be told
NEIGHBORS = 5  # frames on either side that a jump is compared with
JUMP = 5.0  # times the median of its neighbours is a jump


@dataclass(frozen=True)
class Arc:
    """What a series of displacements says of a film.

    Attributes
    ----------
    frames : int
        Frames of the film.
    rank_correlation : float
        Of the displacement and time (C. Spearman, 1904), -1 where it falls from frame to frame.
    largest_at : float
        The moment of the largest displacement, 0 … 1 of the film.
    first_fifth, last_fifth : float
        Means, in percent of the flame's radius per frame.
    ratio : float
        The first over the last; infinite where the last fifth stands still.
    calmest : float
        The smallest displacement in the last fifth, in percent per frame.
    jumps : tuple of int
        Frames, from 1, into which points move more than `JUMP` times the median of the frames around.
    """

    frames: int
    rank_correlation: float
    largest_at: float
    first_fifth: float
    last_fifth: float
    ratio: float
    calmest: float
    jumps: tuple[int, ...]

    def as_dict(self) -> dict[str, object]:
        """Values that JSON has; None for a ratio without an end."""
        return asdict(self) | {"ratio": self.ratio if np.isfinite(self.ratio) else None}


def arc_of(displacements: np.ndarray) -> Arc:
    """The arc of a film's displacements (N - 1,), the k-th of them from frame k + 1 to k + 2, in percent.

    Raises
    ------
    BloomError
        If there are fewer than `LEAST`.
    """
    moved = np.asarray(displacements, np.float64)
    if len(moved) < LEAST:
        raise BloomError(
            f"a film of {len(moved) + 1} frames is too short to tell its arc: use {LEAST + 1} or more."
        )
    fifth = len(moved) // 5
    first, last = float(moved[:fifth].mean()), float(moved[-fifth:].mean())
    ratio = first / last if last > 0.0 else float("inf")
    return Arc(
        len(moved) + 1,
        rank_correlation(np.arange(len(moved)), moved),
        float(np.argmax(moved) / (len(moved) - 1)),
        first,
        last,
        ratio,
        float(moved[-fifth:].min()),
        jumps_of(moved),
    )


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's, with mean ranks for equal values; 0 where one of both is constant."""
    ranks = [_ranks(np.asarray(values)) for values in (one, other)]
    ranks = [values - values.mean() for values in ranks]
    size = float(np.sqrt((ranks[0] ** 2).sum() * (ranks[1] ** 2).sum()))
    return float((ranks[0] * ranks[1]).sum() / size) if size > 0.0 else 0.0


def jumps_of(moved: np.ndarray, times: float = JUMP) -> tuple[int, ...]:
    """Frames, from 1, into which points move more than ``times`` the median of the frames around."""
    found = []
    for k in range(len(moved)):
        around = np.delete(moved[max(k - NEIGHBORS, 0) : k + NEIGHBORS + 1], min(k, NEIGHBORS))
        if moved[k] > times * np.median(around):
            found.append(k + 2)
    return tuple(found)


def _ranks(values: np.ndarray) -> np.ndarray:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - 0.5 * (counts - 1))[inverse.ravel()]
