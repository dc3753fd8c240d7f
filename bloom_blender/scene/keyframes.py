"""A run's curves as F-Curves on a flame object, made in bulk."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator

import bpy
import numpy as np

from ..errors import BloomError
from ..flame.editing import Place
from ..flame.model import Flame
from ..flame.parameters import parameters_of
from . import versions
from .flame_object import Value, data_path, parameters_on, structure_of

LINEAR = 1
"""Number of the interpolation mode LINEAR in ``Keyframe.interpolation``."""

_LARGEST = 3.4e38  # F-Curves are float32

_GROUP = re.compile(r"(Final )?Xform( \d+)?")

_KEY_FIELDS = (
    ("co", 2, np.float32),
    ("handle_left_type", 1, np.int32),
    ("handle_right_type", 1, np.int32),
    ("handle_left", 2, np.float32),
    ("handle_right", 2, np.float32),
    ("interpolation", 1, np.int32),
    ("easing", 1, np.int32),
    ("type", 1, np.int32),
    ("amplitude", 1, np.float32),
    ("back", 1, np.float32),
    ("period", 1, np.float32),
)
"""What makes a key: name, how many numbers, of what kind."""

_CUSTOM = re.compile(r"\[\"(.+)\"\]")
"""Data path of a custom property of a flame; their names need no escapes."""

_FLAT = re.compile(r"(?P<name>.+?)(?:\[(?P<index>\d+)\])?")


def animate(
    obj: bpy.types.Object, curves, *, start_frame: int = 1, replace_edited: bool = False
) -> tuple[str, ...]:
    """Give a flame object the F-Curves of a run.

    Every column of ``curves`` becomes an F-Curve with linear interpolation in the parameter's group;
    one that never changes becomes a single key. Curves of an earlier run that this one lacks are
    removed and their parameters put back to rest. All other F-Curves stay: those of other properties,
    those that a person made, and those of a run whose keys a person has changed since. So do the modifiers
    on the ones that are rewritten.

    Parameters
    ----------
    obj : bpy.types.Object
        Flame object.
    curves : growth.curves.Curves
        P flat names such as ``xform1.coefs[0]`` and N rows of values.
    start_frame : int
        Frame of the first row.
    replace_edited : bool
        Replace curves that a person made or changed too.

    Returns
    -------
    tuple of str
        Names of the curves that were kept as a person made or changed them.

    Raises
    ------
    BloomError
        If a curve moves a parameter that the flame lacks, or a value is not finite. Nothing has been
        changed then.
    """
    curves = curves.in_time_order()
    targets = curve_targets(structure_of(obj), curves)
    values = curves.values.astype(np.float32)
    bag = _channelbag(obj)
    existing = {(fcurve.data_path, fcurve.array_index): fcurve for fcurve in bag.fcurves}
    marks = _marks(obj)
    own = {} if replace_edited else {key: _is_own(fcurve, key, marks) for key, fcurve in existing.items()}
    _remove_earlier_run(obj, bag, existing, keep=set(curves.names), own=own)
    frames = np.arange(start_frame, start_frame + len(values), dtype=np.float32)
    lines, kept = [], []
    columns = np.ascontiguousarray(values.T)
    for name, (path, index, group), column in zip(curves.names, targets, columns, strict=True):
        if own.get((path, index)):
            kept.append(name)
            continue
        fcurve = existing.get((path, index)) or versions.new_fcurve(bag, path, index, group)
        _write_keys(fcurve, frames, column)
        lines.append(f"{name} {_fingerprint(fcurve)}")
    obj.bloom.run_curves = "\n".join(lines)
    obj.animation_data.action.update_tag()
    obj.update_tag()
    return tuple(kept)


def grown_names(obj: bpy.types.Object) -> tuple[str, ...]:
    """Return the names of the curves that a run made on ``obj``, changed by hand or not."""
    return tuple(name for name, _ in _lines(obj))


def keyed_places(obj: bpy.types.Object) -> Iterator[tuple[str, int]]:
    """Yield name and index of every property of ``obj`` with a curve that a person made or changed."""
    data = obj.animation_data
    if data is None or data.action is None or data.action_slot is None:
        return
    bag = versions.channelbag(data.action, data.action_slot, create=False)
    marks = _marks(obj)
    for fcurve in bag.fcurves if bag is not None else ():
        key = fcurve.data_path, fcurve.array_index
        found = _CUSTOM.fullmatch(fcurve.data_path)
        if found and _is_own(fcurve, key, marks):
            yield found[1], fcurve.array_index


def follow(obj: bpy.types.Object, moved: dict[Place, tuple[tuple[str, int | None, str], ...]]) -> None:
    """Have F-Curves, drivers and what is known of a run's curves go with parameters that have moved.

    Parameters
    ----------
    obj : bpy.types.Object
        Flame object.
    moved : dict
        From ``flame.editing.moves``: a curve whose parameter is gone is removed, and one whose parameter is
        in several places is copied. Curves of what is not named stay.
    """
    data = obj.animation_data
    if data is None:
        return
    places = {
        (data_path(name), index or 0): [(data_path(to), number or 0, group) for to, number, group in targets]
        for (name, index), targets in moved.items()
    }
    bags = [] if data.action is None else [_channelbag(obj)]
    bags += [bag for strip in _strips(obj) if (bag := _strip_curves(strip)) is not None]
    for bag in dict.fromkeys(bags):
        _follow_in(
            bag, places, lambda path, index, group, bag=bag: versions.new_fcurve(bag, path, index, group)
        )
    _follow_in(data.drivers, places, None)
    _follow_marks(obj, moved)
    if data.action is not None:
        data.action.update_tag()


def _strips(obj: bpy.types.Object) -> Iterator[bpy.types.NlaStrip]:
    """Strips of the NLA that play an action of this object's own."""
    for track in obj.animation_data.nla_tracks:
        for strip in track.strips:
            if strip.action is not None and strip.action.library is None:
                yield strip


def _strip_curves(strip: bpy.types.NlaStrip):
    slot = strip.action_slot
    return None if slot is None else versions.channelbag(strip.action, slot, create=False)


def _follow_in(owner, places: dict, new: Callable | None) -> None:
    """Move the curves of a channelbag, or an object's drivers (``new`` is None), to their new places."""
    curves = owner.fcurves if new is not None else owner
    # All are read before any is changed, for places are exchanged.
    work = [(curve, places.get((curve.data_path, curve.array_index))) for curve in curves]
    copies = []
    for curve, targets in work:
        if targets is None:
            continue
        if not targets:
            curves.remove(curve)
            continue
        path, index, group = targets[0]
        if (curve.data_path, curve.array_index) != (path, index):
            curve.data_path, curve.array_index = path, index
            # A group that a person named is theirs.
            if new is not None and curve.group is not None and _GROUP.fullmatch(curve.group.name):
                curve.group = owner.groups.get(group) or owner.groups.new(group)
        copies += [(curve, target) for target in targets[1:]]
    for curve, (path, index, group) in copies:
        if new is not None:
            _copy_curve(curve, new(path, index, group))
        else:
            copy = curves.from_existing(src_driver=curve)
            copy.data_path, copy.array_index = path, index


def _copy_curve(source: bpy.types.FCurve, target: bpy.types.FCurve) -> None:
    """Give a new curve the keys and modifiers of another."""
    target.extrapolation = source.extrapolation
    target.mute = source.mute
    count = len(source.keyframe_points)
    target.keyframe_points.add(count)
    for name, width, kind in _KEY_FIELDS:
        values = np.empty(width * count, dtype=kind)
        source.keyframe_points.foreach_get(name, values)
        target.keyframe_points.foreach_set(name, values)
    for modifier in source.modifiers:
        copy = target.modifiers.new(modifier.type)
        for prop in modifier.bl_rna.properties:
            if not prop.is_readonly and prop.identifier not in ("active", "type"):
                setattr(copy, prop.identifier, getattr(modifier, prop.identifier))
    target.update()


def _follow_marks(obj: bpy.types.Object, moved: dict[Place, tuple[tuple[str, int | None, str], ...]]) -> None:
    lines = []
    for flat, mark in _lines(obj):
        name, index = _split(flat)
        place = (name, None if index is None else int(index))
        for to, number, _ in moved.get(place, ((name, place[1], ""),)):
            lines.append(f"{to if number is None else f'{to}[{number}]'} {mark}")
    obj.bloom.run_curves = "\n".join(lines)


def _lines(obj: bpy.types.Object) -> list[tuple[str, str]]:
    """Names of the curves that a run made, and their fingerprints, empty where none was noted."""
    lines = obj.bloom.run_curves.split("\n")
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines if line]


def _marks(obj: bpy.types.Object) -> dict[tuple[str, int], str]:
    """Fingerprint of every curve that a run made, by data path and index."""
    marks = {}
    for flat, mark in _lines(obj):
        name, index = _split(flat)
        marks[data_path(name), int(index or 0)] = mark
    return marks


def _is_own(fcurve: bpy.types.FCurve, key: tuple[str, int], marks: dict[tuple[str, int], str]) -> bool:
    """Whether a person made a curve, or changed the keys that a run had made."""
    mark = marks.get(key)
    return mark is None or (mark != "" and mark != _fingerprint(fcurve))


def _fingerprint(fcurve: bpy.types.FCurve) -> str:
    """Checksum of a curve's keys and how they are interpolated."""
    points = fcurve.keyframe_points
    places = np.empty(2 * len(points), dtype=np.float32)
    modes = np.empty(len(points), dtype=np.int32)
    points.foreach_get("co", places)
    points.foreach_get("interpolation", modes)
    return f"{zlib.crc32(modes.tobytes(), zlib.crc32(places.tobytes())):08x}"


def curve_targets(flame: Flame, curves) -> list[tuple[str, int, str]]:
    """Return data path, array index and group of every curve; BloomError where one has no target."""
    parameters = {parameter.name: parameter for parameter in parameters_of(flame)}
    if np.abs(curves.values).max() > _LARGEST:
        raise BloomError(f"The curves for {flame.name} leave the range of numbers: grow with a smaller gain.")
    targets = []
    for flat in curves.names:
        name, index = _split(flat)
        parameter = parameters.get(name)
        if parameter is None or not _fits(parameter.value, index):
            raise BloomError(f"{flame.name} has no parameter {flat}: grow the run on this flame.")
        targets.append((data_path(parameter.name), int(index or 0), parameter.group))
    return targets


def _split(flat: str) -> tuple[str, str | None]:
    """Return the parameter's name and the index text of ``xform1.coefs[4]``; no index for a plain name."""
    found = _FLAT.fullmatch(flat)
    return (found["name"], found["index"]) if found else (flat, None)


def _fits(value: Value, index: str | None) -> bool:
    if isinstance(value, tuple):
        return index is not None and int(index) < len(value)
    return index is None


def _write_keys(fcurve: bpy.types.FCurve, frames: np.ndarray, values: np.ndarray) -> None:
    """Replace the keys of ``fcurve``; a curve that never changes gets one key."""
    if (values == values[0]).all():
        frames, values = frames[:1], values[:1]
    count = len(values)
    points = fcurve.keyframe_points
    if len(points) != count:
        points.clear()
        points.add(count)
    points.foreach_set("co", np.column_stack((frames, values)).ravel())
    points.foreach_set("interpolation", np.full(count, LINEAR, dtype=np.int32))
    fcurve.update()


def _remove_earlier_run(obj: bpy.types.Object, bag, existing: dict, keep: set[str], own: dict) -> None:
    """Remove the F-Curves that only an earlier run made, and put their parameters to rest."""
    gone = [name for name in grown_names(obj) if name not in keep]
    if not gone:
        return
    resting = {parameter.name: parameter.value for parameter in parameters_on(obj)}
    for flat in gone:
        name, index_text = _split(flat)
        index = int(index_text or 0)
        if own.get((data_path(name), index)):
            continue
        fcurve = existing.pop((data_path(name), index), None)
        if fcurve is not None:
            bag.fcurves.remove(fcurve)
        if name not in resting or name not in obj:
            continue
        value = resting[name]
        if isinstance(value, tuple):
            obj[name][index] = value[index]
        else:
            obj[name] = value


def _channelbag(obj: bpy.types.Object):
    """Return the F-Curves of ``obj``, in an action and slot that no other object is animated by."""
    data = obj.animation_data or obj.animation_data_create()
    action = data.action
    if action is None:
        action = data.action = bpy.data.actions.new(f"{obj.name} Run")
    elif action.library is not None or _is_shared(obj, action, data.action_slot):
        slot = data.action_slot
        identifier = slot.identifier if slot else None
        action = data.action = action.copy()
        if identifier is not None:
            data.action_slot = action.slots.get(identifier)
    if data.action_slot is None:
        data.action_slot = action.slots.new(id_type=obj.id_type, name=obj.name)
    return versions.channelbag(action, data.action_slot)


def _is_shared(obj: bpy.types.Object, action: bpy.types.Action, slot) -> bool:
    """Whether ``slot`` animates something beside ``obj``."""
    return slot is not None and any(user != obj for user in slot.users())
