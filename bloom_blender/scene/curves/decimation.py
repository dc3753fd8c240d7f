"""Few keys where a person has many, and the many again.

A run's own curves are made with few or all keys, as the growth's settings say. This is for the others: keyed
by hand, or changed since the run made them. What they were is kept in an action of its own, from which
they come back, unless they were changed with their few keys.
"""

from __future__ import annotations

import bpy
import numpy as np

from .. import versions
from ..flame.object import flames
from . import curve_colors, keyframes

LEAST = 3
"""Curves of fewer keys are left as they are."""


def decimate(obj: bpy.types.Object, error: float) -> int:
    """Give the curves of an object few keys, all but those that a run made and nobody has changed.

    Parameters
    ----------
    obj : bpy.types.Object
    error : float
        How far a curve may go astray in any whole frame, as a share of its range.

    Returns
    -------
    int
        How many curves have fewer keys than before.
    """
    if obj.animation_data is None or obj.animation_data.action is None:
        return 0
    bag = keyframes.channelbag_of(obj)
    given = {(path, index): mark for path, index, mark in keyframes.few_lines(obj)}
    changed = 0
    for fcurve in keyframes.edited_curves(obj, bag):
        place = (fcurve.data_path, fcurve.array_index)
        source = fcurve
        if place in given and given[place] == keyframes.fingerprint(fcurve):
            source = _kept(obj, place) or fcurve
        keys = _keys_of(source, error)
        if keys is None or (source == fcurve and len(keys.rows) >= len(fcurve.keyframe_points)):
            continue
        if source == fcurve:
            _keep(obj, fcurve)
        keyframes.write_few_keys(fcurve, keys)
        given[place] = keyframes.fingerprint(fcurve)
        changed += 1
    obj.bloom.few_curves = "\n".join(f"{path}\t{index}\t{mark}" for (path, index), mark in given.items())
    obj.animation_data.action.update_tag()
    obj.update_tag()
    return changed


def restore(obj: bpy.types.Object) -> int:
    """Give curves all their keys back, but for those that were changed with few; returns how many."""
    given = keyframes.few_lines(obj)
    if not given or obj.animation_data is None or obj.animation_data.action is None:
        return 0
    bag = keyframes.channelbag_of(obj)
    changed = 0
    for path, index, mark in given:
        fcurve = bag.fcurves.find(path, index=index)
        kept = _kept(obj, (path, index))
        if fcurve is None or kept is None or keyframes.fingerprint(fcurve) != mark:
            continue
        keyframes.copy_keys(kept, fcurve, modifiers=False)
        changed += 1
    obj.bloom.few_curves = ""
    obj.animation_data.action.update_tag()
    obj.update_tag()
    return changed


def _keys_of(fcurve: bpy.types.FCurve, error: float):
    """Few keys for a curve as it is in every whole frame; None for one that has few or never changes."""
    from ...growth.few_keys import few_keys

    points = fcurve.keyframe_points
    if len(points) < LEAST:
        return None
    places = keyframes.read_keys(fcurve, "co")
    first, last = float(places[0, 0]), float(places[-1, 0])
    inside = np.arange(np.floor(first) + 1.0, np.ceil(last))
    frames = np.concatenate([[first], inside, [last]])
    muted = [modifier for modifier in fcurve.modifiers if not modifier.mute]
    for modifier in muted:  # they go on working on the few keys
        modifier.mute = True
    values = np.array([fcurve.evaluate(frame) for frame in frames], dtype=np.float32)
    for modifier in muted:
        modifier.mute = False
    keys = few_keys(frames, values[:, None], error)[0]
    return keys if len(keys.rows) > 1 else None


def _kept(obj: bpy.types.Object, place: tuple[str, int]) -> bpy.types.FCurve | None:
    action = obj.bloom.all_keys
    for slot in action.slots if action is not None else ():
        bag = versions.channelbag(action, slot, create=False)
        found = bag.fcurves.find(place[0], index=place[1]) if bag is not None else None
        if found is not None:
            return found
    return None


def _keep(obj: bpy.types.Object, fcurve: bpy.types.FCurve) -> None:
    """Put a copy of a curve into the action of all keys, in place of an earlier one."""
    action = obj.bloom.all_keys
    if action is None:
        action = obj.bloom.all_keys = bpy.data.actions.new(f"{obj.name} All Keys")
    elif action.library is not None or any(o.bloom.all_keys == action for o in flames() if o != obj):
        action = obj.bloom.all_keys = action.copy()
    slot = action.slots[0] if action.slots else action.slots.new(id_type=obj.id_type, name=obj.name)
    bag = versions.channelbag(action, slot)
    copy = bag.fcurves.find(fcurve.data_path, index=fcurve.array_index)
    if copy is not None:
        bag.fcurves.remove(copy)
    group = fcurve.group.name if fcurve.group is not None else ""
    if group:
        group = curve_colors.group_in(bag, group)
    copy = versions.new_fcurve(bag, fcurve.data_path, fcurve.array_index, group)
    copy.color_mode, copy.color = fcurve.color_mode, fcurve.color
    keyframes.copy_keys(fcurve, copy)
