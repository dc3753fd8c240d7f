"""Few keys for many: cubic Bezier curves through some of the frames that stay near all of them.

The keys of a curve lie on frames of the original, at its very values, and each has one slope, so the curve
that they make has no kinks. Handles reach a third of the way to the next key: then the time along a Bezier
curve is the time of the film, and a piece of it is a cubic polynomial, given by the values and slopes
at its ends (C. Hermite). For given keys the best slopes are a linear least-squares problem with
three diagonals. Keys are added where a piece goes furthest astray, at its worst frame (as U. Ramer 1972 and
D. Douglas and T. Peucker 1973 do it with straight lines, and P. Schneider 1990 with Bezier curves), and then
those are taken away which the others can do without.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np

SPARE = 0.97
"""Of the bound that is used; the rest is for rounding to float32, in which F-Curves are kept."""

HANDLE_STEPS = 4096.0
"""How finely handles are set, in parts of a curve's range; so a handle that was moved can be told from one
that was merely rounded."""

_ROUNDED = 0.75 * 0.5  # how far that moves a curve at most, as a share of their distance
_FLOAT32 = 8 * 2.0**-23  # of the largest value: what is finer than this is lost in an F-Curve
_AT_ONCE = 2_000_000  # values of curves that are worked on together
_STIFF = 1e-3  # weight of the slope that neighbours suggest, for pieces that have no say in it
_ROUNDS = 6  # how often keys are looked for that can be done without
_PATIENCE = 40  # rounds of one new key per piece; a curve that needs more is noise, and gets them all at once
_PROMISING = 2.0  # times the bound: with the neighbours' slopes as they are, before they are fitted
_MANY = 0.3  # share of the frames that have keys from which on it's not worth the time to look


@dataclass(frozen=True, eq=False)
class Keys:
    """The keys of one curve.

    Attributes
    ----------
    rows : (K,) int64
        Which frames of the original they lie on; the first and the last are among them.
    places : (K, 2) float64
        Frame and value.
    left, right : (K, 2) float64
        Where the handles end, a third of the way to the next key, in line with each other. The longer
        one ends a multiple of `handle_grid` of the keys' values above or below its key.
    """

    rows: np.ndarray
    places: np.ndarray
    left: np.ndarray
    right: np.ndarray


def few_keys(frames: np.ndarray, values: np.ndarray, error: float) -> tuple[Keys, ...]:
    """Keys of Bezier curves that stay near given values.

    Parameters
    ----------
    frames : (N,) increasing
    values : (N, P) finite
        P curves.
    error : float
        The furthest that a curve may go astray in any of the frames, as a share of its range (its highest
        minus its lowest value).

    Returns
    -------
    tuple of Keys, length P
        A curve that never changes has one key, in the first frame.
    """
    frames = np.asarray(frames, dtype=np.float64)
    columns = np.ascontiguousarray(np.asarray(values, dtype=np.float64).T)
    at_once = max(_AT_ONCE // len(frames), 1)
    parts = (columns[first : first + at_once] for first in range(0, len(columns), at_once))
    return tuple(keys for part in parts for keys in _few_keys(frames, part, error))


def handle_grid(values: np.ndarray) -> float:
    """Distance of the heights, above or below their keys, on which handles of keys at `values` end."""
    return max(float(np.ptp(values)) / HANDLE_STEPS, _FLOAT32 * float(np.abs(values).max()))


def _few_keys(frames: np.ndarray, columns: np.ndarray, error: float) -> list[Keys]:
    length = len(frames)
    spans = np.ptp(columns, axis=1)
    still = np.zeros(1, dtype=np.int64), np.zeros(1)
    found = [_keys(frames, column, *still) for column in columns]
    moving = np.flatnonzero((spans > 0.0) & (length > 1))
    if len(moving) == 0:
        return found
    grids = np.array([handle_grid(column) for column in columns[moving]])
    bounds = np.maximum(SPARE * error * spans[moving] - _ROUNDED * grids, 0.0)
    fit = _Fit(frames, columns[moving], bounds)
    fit.is_knot[bounds == 0.0] = True  # float32 is too coarse for less
    fit.refine()
    smooth = np.flatnonzero(fit.is_knot.sum(axis=1) <= _MANY * length)
    part = fit.part(smooth)
    part.thin()
    fit.join(part, smooth)
    for number, is_knot, slopes in zip(moving, fit.is_knot, fit.slopes, strict=True):
        rows = np.flatnonzero(is_knot)
        found[number] = _keys(frames, columns[number], rows, slopes[rows])
    return found


class _Fit:
    """The knots of many curves, and the slopes there that fit best.

    All curves' frames lie one behind the other; a knot is a place among them.

    Attributes
    ----------
    is_knot : (P, N) bool
    slopes : (P, N)
        At the knots.
    """

    def __init__(self, frames: np.ndarray, columns: np.ndarray, bounds: np.ndarray) -> None:
        self.columns, self.bounds = columns, bounds
        self.count, self.length = columns.shape
        self.values = columns.ravel()
        self.frames = np.tile(frames, self.count)
        self.is_knot = np.zeros(columns.shape, dtype=bool)
        self.is_knot[:, [0, -1]] = True
        self.slopes = np.gradient(columns, frames, axis=1)
        self._suggested = self.slopes.ravel().copy()

    def part(self, numbers: np.ndarray) -> _Fit:
        """Some of the curves, with the knots and slopes that they have."""
        part = _Fit(self.frames[: self.length], self.columns[numbers], self.bounds[numbers])
        part.is_knot[:], part.slopes[:] = self.is_knot[numbers], self.slopes[numbers]
        return part

    def join(self, part: _Fit, numbers: np.ndarray) -> None:
        """Take over the knots and slopes of a part."""
        self.is_knot[numbers], self.slopes[numbers] = part.is_knot, part.slopes

    def refine(self, allowed: np.ndarray | None = None, rounds: int = 0) -> None:
        """Add knots until all curves are within their bounds, among the ``allowed`` (P, N) where they do.

        ``rounds`` is the number of rounds that these curves have had.
        """
        for turn in count(rounds):
            astray = self._solve()
            worst = self._worst(astray, allowed) if turn < _PATIENCE else np.flatnonzero(astray > 1.0)
            if len(worst) == 0:
                return
            self.is_knot.ravel()[worst] = True
            out = np.unique(worst // self.length)
            if 2 * len(out) <= self.count:  # the others are done
                part = self.part(out)
                part.refine(None if allowed is None else allowed[out], turn + 1)
                self.join(part, out)
                return

    def thin(self) -> None:
        """Take knots away that the others can do without."""
        tried = np.zeros_like(self.is_knot)
        tried[:, [0, -1]] = True
        for _ in range(_ROUNDS if self.count else 0):
            needless = self._needless(tried.ravel())
            if len(needless) == 0:
                return
            before = self.is_knot.copy()
            self.is_knot.ravel()[needless] = False
            self.refine(before)
            tried.ravel()[needless] |= self.is_knot.ravel()[needless]

    def _solve(self) -> np.ndarray:
        """Find the slopes; returns how far astray each value is, as a share of the bound."""
        knots = np.flatnonzero(self.is_knot)
        piece, share, width, rest = self._pieces(knots)
        one, other = _bases(share, width)
        total = len(knots)

        def summed(amounts: np.ndarray) -> np.ndarray:
            return np.add.reduceat(amounts, knots)

        diagonal, beside, wanted = summed(one * one), summed(one * other), summed(one * rest)
        diagonal[1:] += summed(other * other)[:-1]
        wanted[1:] += summed(other * rest)[:-1]
        widths = np.diff(self.frames[knots], append=0.0)
        stiff = np.where(widths > 0.0, widths**2, 0.0)
        stiff[1:] += stiff[:-1].copy()
        stiff *= _STIFF
        slopes = _tridiagonal(diagonal + stiff, beside, wanted + stiff * self._suggested[knots])
        self.slopes.ravel()[knots] = slopes
        right = np.minimum(piece + 1, total - 1)
        astray = self._shares(np.abs(rest - slopes[piece] * one - slopes[right] * other))
        astray[knots] = 0.0
        return astray

    def _pieces(self, knots: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """For each value its piece, the share of that before it, its width, and what slopes must explain."""
        piece = np.repeat(np.arange(len(knots)), np.diff(knots, append=len(self.values)))
        right = np.minimum(np.arange(1, len(knots) + 1), len(knots) - 1)
        widths = self.frames[knots[right]] - self.frames[knots]
        widths[widths <= 0.0] = 1.0  # from a curve's last value to the next one's first
        width = widths[piece]
        share = (self.frames - self.frames[knots][piece]) / width
        begin, rise = self.values[knots], self.values[knots[right]] - self.values[knots]
        rest = self.values - begin[piece] - rise[piece] * share * share * (3.0 - 2.0 * share)
        return piece, share, width, rest

    def _shares(self, astray: np.ndarray) -> np.ndarray:
        bounds = np.maximum(self.bounds, 1e-12 * np.abs(self.columns).max(axis=1))
        return (astray.reshape(self.columns.shape) / bounds[:, None]).ravel()

    def _worst(self, astray: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
        """The worst place of each piece that is out of bounds."""
        knots = np.flatnonzero(self.is_knot)
        out = np.maximum.reduceat(astray, knots) > 1.0
        if not out.any():
            return np.zeros(0, dtype=np.int64)
        places = np.flatnonzero(np.repeat(out, np.diff(knots, append=len(astray))) & ~self.is_knot.ravel())
        piece = np.searchsorted(knots, places, side="right")
        last_resort = np.zeros(len(places), bool) if allowed is None else ~allowed.ravel()[places]
        order = np.lexsort((-astray[places], last_resort, piece))
        _, first = np.unique(piece[order], return_index=True)
        return places[order[first]]

    def _needless(self, tried: np.ndarray) -> np.ndarray:
        """Knots, no two of them neighbours, whose two pieces one cubic can replace as far as is seen here."""
        knots = np.flatnonzero(self.is_knot)
        slopes = self.slopes.ravel()
        cost = np.full(len(knots), np.inf)
        inner = ~(np.isin(knots % self.length, (0, self.length - 1)) | tried[knots])
        for parity in (0, 1):
            chosen = inner & (np.arange(len(knots)) % 2 == parity)
            kept = knots[~chosen]
            piece, share, width, rest = self._pieces(kept)
            one, other = _bases(share, width)
            right = np.minimum(piece + 1, len(kept) - 1)
            astray = np.abs(rest - slopes[kept][piece] * one - slopes[kept][right] * other)
            peaks = np.maximum.reduceat(self._shares(astray), kept)
            cost[chosen] = peaks[np.searchsorted(kept, knots[chosen]) - 1]
        before, after = np.roll(cost, 1), np.roll(cost, -1)
        return knots[(cost < _PROMISING) & (cost < before) & (cost <= after)]


def _bases(share: np.ndarray, width: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a slope of 1 at the begin, and at the end, adds to a piece."""
    return width * share * (1.0 - share) ** 2, -width * share**2 * (1.0 - share)


def _tridiagonal(diagonal: np.ndarray, beside: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Solve a symmetric system of three diagonals (L. Thomas, 1949); (K,) each."""
    along, beside_, right = diagonal.tolist(), beside.tolist(), wanted.tolist()
    for k in range(1, len(along)):
        factor = beside_[k - 1] / along[k - 1]
        along[k] -= factor * beside_[k - 1]
        right[k] -= factor * right[k - 1]
    right[-1] /= along[-1]
    for k in range(len(along) - 2, -1, -1):
        right[k] = (right[k] - beside_[k] * right[k + 1]) / along[k]
    return np.array(right)


def _keys(frames: np.ndarray, column: np.ndarray, rows: np.ndarray, slopes: np.ndarray) -> Keys:
    """Keys with handles; the longer handle of each is rounded, and the other one follows."""
    at, values = frames[rows], column[rows]
    widths = np.diff(at) / 3.0 if len(at) > 1 else np.ones(1)
    back = np.concatenate([widths[:1], widths])[: len(at)]
    forth = np.concatenate([widths, widths[-1:]])[-len(at) :]
    longer = np.maximum(back, forth)
    if (grid := handle_grid(values)) > 0.0:
        slopes = np.rint(slopes * longer / grid) * grid / longer
    return Keys(
        rows,
        np.stack([at, values], axis=1),
        np.stack([at - back, values - slopes * back], axis=1),
        np.stack([at + forth, values + slopes * forth], axis=1),
    )
