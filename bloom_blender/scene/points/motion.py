"""How points move: their velocity, and what stays still while a shutter is open.

Point i is the same point of the flame in every frame (coherent orbits), so the difference of two clouds is
motion. Some points are exceptions: an orbit that a changed weight sends another way, or a candidate of the
``detail`` that loses its election, is elsewhere from one moment to the next without having moved there. Such
points have leapt; they have no velocity and no blur.
"""

from __future__ import annotations

from dataclasses import fields, replace

import bpy
import numpy as np

from ...flame.parameters import with_parameters
from .. import versions
from ..flame.object import Value, data_path, structure_of, values_of

#: Half the time between the two moments whose difference is the velocity, frames.
STEP = 1.0 / 64.0
#: A leap is as many times longer than the median of all motions, and longer than this share of the picture.
LEAP, LEAST = 16.0, 0.02

notes: dict[str, str] = {}
"""What keeps the velocity of an object's points from being whole, by name of the object; for the panel."""


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


def moments(obj: bpy.types.Object, source: bpy.types.Object, frame: float) -> list[dict[str, Value]]:
    """Values of a flame's parameters a little before and after ``frame``, by its F-Curves.

    A parameter that a driver or a strip of the NLA moves counts as still, which a note says.

    Parameters
    ----------
    obj, source : bpy.types.Object
        The original object, and as it is evaluated at ``frame``.
    """
    now = values_of(source)
    data = obj.animation_data
    curves = _curves(data)
    driven = {driver.data_path for driver in data.drivers} if data is not None else set()
    paths = {data_path(name): name for name in now}
    unknown = sorted(paths[path] for path in driven if path in paths)
    if data is not None and any(not track.mute and track.strips for track in data.nla_tracks):
        curves, unknown = [], ["what the NLA moves"]
    if unknown:
        notes[obj.name] = f"Velocity is not known for {', '.join(unknown)}: bake the motion to keys."
    else:
        notes.pop(obj.name, None)
    found = []
    for time in (frame - STEP, frame + STEP):
        values = dict(now)
        for curve in curves:
            name = paths.get(curve.data_path)
            if name is None or curve.mute or curve.data_path in driven:
                continue
            value = curve.evaluate(time)
            before = values[name]
            if isinstance(before, tuple):
                whole = list(before)
                whole[curve.array_index] = value
                values[name] = tuple(whole)
            else:
                values[name] = value
        found.append(values)
    return found


def _curves(data) -> list[bpy.types.FCurve]:
    if data is None or data.action is None or data.action_slot is None:
        return []
    bag = versions.channelbag(data.action, data.action_slot, create=False)
    return [] if bag is None else list(bag.fcurves)


def velocities(source: bpy.types.Object, around: list[dict[str, Value]], play) -> np.ndarray:
    """Velocity of each point, (N, 3) float32: flame units per frame; 0 for points that leapt or are hidden.

    Parameters
    ----------
    around : list of dict
        From :func:`moments`.
    play : callable
        Plays the chaos game for a flame: ``chaos_game.play`` for the object's request.
    """
    rest = structure_of(source)
    before, after = (play(with_parameters(rest, values)) for values in around)
    leapt = has_leapt(before, after, rest.camera.extent[1])
    hidden = (before.colors[:, 3] <= 0.0) | (after.colors[:, 3] <= 0.0)
    speed = (after.positions - before.positions) / np.float32(2.0 * STEP)
    speed[leapt | hidden] = 0.0
    return speed
