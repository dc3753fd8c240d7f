"""Tone curves of flame files, as values over 0..1."""

from __future__ import annotations

import numpy as np

from .model import Curve

_RESTING = ((0.0, 0.0), (0.0, 0.0), (1.0, 1.0), (1.0, 1.0))


def bezier(curve: Curve, t: float) -> float:
    """Value at ``t`` of ember 1.0.0.14's tone curve: a rational cubic Bernstein sum, x unused."""
    basis = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    weights = [b * point[2] for b, point in zip(basis, curve, strict=True)]
    total = sum(weights)
    return sum(w * point[1] for w, point in zip(weights, curve, strict=True)) / total if total else t


def is_resting(curves: tuple[Curve, ...]) -> bool:
    """Whether Bezier curves are as a file has them that never touched them; then they are not applied."""
    return all(point[:2] == rest for curve in curves for point, rest in zip(curve, _RESTING, strict=True))


def points_of(curve: Curve) -> Curve:
    """What later embers make of a Bezier curve: its points by x, with doubled ends moved inwards."""
    points = sorted(point[:2] for point in curve)
    if points[:2] == [(0.0, 0.0)] * 2:
        points[1] = (0.25, 0.25)
    if points[-2:] == [(1.0, 1.0)] * 2:
        points[-2] = (0.75, 0.75)
    return tuple(sorted(points))


def spline(curve: Curve, t: np.ndarray) -> np.ndarray:
    """Values at ``t`` of later embers' tone curve: a cubic through the points, level beyond its ends.

    With widths w and slopes s of the pieces, the second derivative is 3 (s_i - s_(i-1)) / (w_i + w_(i-1)) at
    inner points and 0 at the ends; it is linear between.
    """
    points: dict[float, float] = {}
    for at, value in sorted(point[:2] for point in curve):
        points[at] = value  # of points above each other the highest counts
    x, y = np.array(list(points)), np.array(list(points.values()))
    if len(x) < 2:
        return np.full_like(t, y[0])
    widths = np.diff(x)
    slopes = np.diff(y) / widths
    bend = np.zeros(len(x))
    bend[1:-1] = 3.0 * np.diff(slopes) / (widths[1:] + widths[:-1])
    inside = np.clip(t, x[0], x[-1])
    k = np.clip(np.searchsorted(x, inside, side="right") - 1, 0, len(widths) - 1)
    width = widths[k]
    right = (inside - x[k]) / width
    left = 1.0 - right
    cubic = (left**3 - left) * bend[k] + (right**3 - right) * bend[k + 1]
    return left * y[k] + right * y[k + 1] + cubic * width**2 / 6.0
