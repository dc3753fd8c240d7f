"""Values of a flame a little before and after a frame, read from its F-Curves."""

from __future__ import annotations

from collections.abc import Mapping

import bpy

from .. import versions
from .object import Value

STEP = 1.0 / 64.0
"""Time from the frame to either moment, frames."""

notes: dict[str, str] = {}
"""What keeps the velocity of an object's points from being whole, by name of the object; for the panel."""


def moments(
    obj: bpy.types.Object, now: Mapping[str, Value], paths: Mapping[str, str], frame: float
) -> list[dict[str, Value]]:
    """Values of a flame's parameters a little before and after ``frame``, by its F-Curves.

    A parameter that a driver or a strip of the NLA moves counts as still, which a note says.

    Parameters
    ----------
    obj : bpy.types.Object
        The original object.
    now : mapping
        Its values as they are evaluated at ``frame``.
    paths : mapping
        Their names by the RNA paths of their properties.
    """
    data = obj.animation_data
    curves = _curves(data)
    driven = {driver.data_path for driver in data.drivers} if data is not None else set()
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
