"""How points move: their velocity, and what stays still while a shutter is open.

Point i is the same point of the flame in every frame (coherent orbits), so the difference of two clouds is
motion. Some points are exceptions: an orbit that a changed weight sends another way, or a candidate of the
``detail`` that loses its election, is elsewhere from one moment to the next without having moved there. Such
points have leapt; they have no velocity and no blur.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from ...flame.model import Flame
from ...flame.parameters import with_parameters
from ..flame.moments import STEP
from ..flame.object import Value

#: A leap is as many times longer than the median of all motions, and longer than this share of the picture.
LEAP, LEAST = 16.0, 0.02


def has_leapt(before, after, height: float) -> np.ndarray:
    """Which points are elsewhere without having moved there, (N,) bool.

    Parameters
    ----------
    before, after : PointCloud, Play or the like
        Positions (N, 3), age (N,) and xform (N,) of the same points at two moments.
    height : float
        Height of the flame's picture, flame units.
    """
    distance = np.linalg.norm(after.positions - before.positions, axis=1)
    # Another candidate has another age, another last choice another xform; older choices show by distance.
    other = (before.age != after.age) | (before.xform != after.xform)
    usual = float(np.median(distance[~other])) if not other.all() else 0.0
    return other | (distance > max(LEAP * usual, LEAST * height))


def hold(before, after, height: float):
    """Return the cloud ``after``, in which points that have leapt since ``before`` are as they were."""
    kept = has_leapt(before, after, height)
    names = [field.name for field in fields(after) if getattr(after, field.name) is not None]
    changed = {}
    for name in names:
        values = getattr(after, name).copy()
        values[kept] = getattr(before, name)[kept]
        changed[name] = values
    return replace(after, **changed)


def velocities(rest: Flame, around: list[dict[str, Value]], play: Callable[[Flame], Any]) -> np.ndarray:
    """Velocity of each point, (N, 3) float32: flame units per frame; 0 for points that leapt or are hidden.

    Parameters
    ----------
    rest : Flame
        The flame at rest.
    around : list of dict
        Its values a little before and after, from `moments`.
    play : callable
        Plays the chaos game for a flame.
    """
    before, after = (play(with_parameters(rest, values)) for values in around)
    leapt = has_leapt(before, after, rest.camera.extent[1])
    hidden = (before.colors[:, 3] <= 0.0) | (after.colors[:, 3] <= 0.0)
    speed = (after.positions - before.positions) / np.float32(2.0 * STEP)
    speed[leapt | hidden] = 0.0
    return speed
