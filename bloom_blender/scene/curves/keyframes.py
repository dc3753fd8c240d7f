"""A run's curves as F-Curves on a flame object, made in bulk: a key in each frame, or few with handles."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import bpy
import numpy as np

from ...errors import BloomError
from ...flame.editing import Place
from ...flame.model import Flame
from ...flame.parameters import parameters_of
from .. import versions
from ..flame.object import Value, data_path, parameters_on, structure_of
from . import curve_colors, training_series

if TYPE_CHECKING:  # growth is loaded at first use, for a quick start
    from ...growth.few_keys import Keys

LINEAR, BEZIER = 1, 2
"""Numbers of interpolation modes in ``Keyframe.interpolation``."""

ALIGNED = 3
"""Number of a type of handles in ``Keyframe.handle_left_type``."""

_LARGEST = 3.4e38  # F-Curves are float32

_FEW = 0.5  # of the frames: with more keys than that a curve is noise, which is not edited by its handles

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
    obj: bpy.types.Object,
    curves,
    *,
    start_frame: int = 1,
    replace_edited: bool = False,
    error: float | None = None,
    metrics: Mapping[str, np.ndarray] | None = None,
) -> tuple[str, ...]:
    """Give a flame object the F-Curves of a run.

    Every column of ``curves`` becomes an F-Curve in the parameter's group; one that never changes becomes a
    single key. Curves of an earlier run that this one lacks are removed and their parameters put back to
    rest. All other F-Curves stay: those of other properties, those that a person made, and those of a run
    whose keys a person has changed since. So do the modifiers on the ones that are rewritten.

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
    error : float, optional
        Make few keys with handles, from which the curves go astray by no more than this share of their range
        in any frame. Otherwise, and where a curve would need a key in every other frame, every frame has a
        key, and values go straight from one to the next.
    metrics : mapping of str to (N,), optional
        Metrics of the run frame by frame, to be looked at: custom properties that move nothing.

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
    flame = structure_of(obj)
    names, targets = list(curves.names), curve_targets(flame, curves)
    columns = list(np.ascontiguousarray(curves.values.T.astype(np.float32)))
    for name, values in training_series.give(obj, metrics or {}).items():
        names.append(name)
        targets.append((data_path(name), 0, curve_colors.TRAINING))
        columns.append(np.clip(values, -_LARGEST, _LARGEST).astype(np.float32))
    bag = channelbag_of(obj)
    existing = {(fcurve.data_path, fcurve.array_index): fcurve for fcurve in bag.fcurves}
    marks = _marks(obj)
    own = {} if replace_edited else {key: _is_own(fcurve, key, marks) for key, fcurve in existing.items()}
    _remove_earlier_run(obj, bag, existing, keep=set(names), own=own)
    frames = np.arange(start_frame, start_frame + curves.frames, dtype=np.float32)
    mine = [k for k, (path, index, _) in enumerate(targets) if not own.get((path, index))]
    written: dict[int, Keys] = {}
    if error is not None and mine:
        from ...growth.few_keys import few_keys

        some = few_keys(frames, np.stack([columns[k] for k in mine], axis=1), error)
        written = dict(zip(mine, some, strict=True))
    lines, new = [], []
    for k in mine:
        path, index, group = targets[k]
        fcurve = existing.get((path, index))
        if fcurve is None:
            fcurve = versions.new_fcurve(bag, path, index, curve_colors.group_in(bag, group))
            fcurve.select = True  # others are drawn faintly
            new.append(fcurve)
        keys = written.get(k)
        if keys is None or not 2 <= len(keys.rows) <= _FEW * len(frames):
            _write_keys(fcurve, frames, columns[k])
        else:
            write_few_keys(fcurve, keys)
        lines.append(f"{names[k]} {fingerprint(fcurve)}")
    curve_colors.paint(new)
    curve_colors.retitle(bag, (parameter.group for parameter in parameters_of(flame)))
    kept = [name for k, name in enumerate(names) if own.get(targets[k][:2])]
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


def edited_curves(obj: bpy.types.Object, bag) -> list[bpy.types.FCurve]:
    """Return the F-Curves that no run made, or that a person has changed since."""
    marks = _marks(obj)
    return [curve for curve in bag.fcurves if _is_own(curve, (curve.data_path, curve.array_index), marks)]


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
    bags = [] if data.action is None else [channelbag_of(obj)]
    bags += [bag for strip in _strips(obj) if (bag := _strip_curves(strip)) is not None]
    if obj.bloom.all_keys is not None:
        bags += [bag for bag in _bags_of(obj.bloom.all_keys) if bag is not None]
    titles = [parameter.group for parameter in parameters_on(obj)]
    for bag in dict.fromkeys(bags):
        _follow_in(
            bag,
            places,
            lambda path, index, group, bag=bag: versions.new_fcurve(
                bag, path, index, curve_colors.group_in(bag, group)
            ),
        )
        curve_colors.retitle(bag, titles)
    _follow_in(data.drivers, places, None)
    _follow_marks(obj, moved)
    obj.bloom.few_curves = "\n".join(
        f"{path}\t{index}\t{mark}"
        for old, number, mark in few_lines(obj)
        for path, index, _ in places.get((old, number), [(old, number, "")])
    )
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


def _bags_of(action: bpy.types.Action) -> Iterator:
    for slot in action.slots:
        yield versions.channelbag(action, slot, create=False)


def few_lines(obj: bpy.types.Object) -> list[tuple[str, int, str]]:
    """Data path, index and fingerprint of the curves that were a person's and that were given few keys."""
    lines = [line.split("\t") for line in obj.bloom.few_curves.split("\n") if line.count("\t") == 2]
    return [(path, int(index), mark) for path, index, mark in lines]


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
            plain = new is not None and curve_colors.looks_like(curve, (curve.data_path, curve.array_index))
            curve.data_path, curve.array_index = path, index
            if new is not None:
                curve_colors.regroup(curve, owner, group)
            if plain:
                curve_colors.paint([curve])
        copies += [(curve, target) for target in targets[1:]]
    for curve, (path, index, group) in copies:
        if new is not None:
            copy = new(path, index, group)
            copy_keys(curve, copy)
            curve_colors.paint([copy])
        else:
            copy = curves.from_existing(src_driver=curve)
            copy.data_path, copy.array_index = path, index


def copy_keys(source: bpy.types.FCurve, target: bpy.types.FCurve, *, modifiers: bool = True) -> None:
    """Give a curve the keys of another, and its modifiers unless they are its own already."""
    target.extrapolation = source.extrapolation
    target.mute = source.mute
    count = len(source.keyframe_points)
    target.keyframe_points.clear()
    target.keyframe_points.add(count)
    for name, width, kind in _KEY_FIELDS:
        values = np.empty(width * count, dtype=kind)
        source.keyframe_points.foreach_get(name, values)
        target.keyframe_points.foreach_set(name, values)
    for modifier in source.modifiers if modifiers else ():
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
    return mark is None or (mark != "" and mark != fingerprint(fcurve))


def fingerprint(fcurve: bpy.types.FCurve) -> str:
    """Checksum of a curve's keys and how they are interpolated.

    Of handles, which Blender realigns now and then, the parts count that `Keys` promises: how far they
    reach in twelfths of a frame, and the height of the longer one of each key.
    """
    points = fcurve.keyframe_points
    places, modes = read_keys(fcurve, "co"), read_keys(fcurve, "interpolation")
    sum_ = zlib.crc32(modes.tobytes(), zlib.crc32(places.tobytes()))
    if len(points) > 1 and (modes == BEZIER).any():
        from ...growth.few_keys import handle_grid

        left = places.astype(np.float64) - read_keys(fcurve, "handle_left")
        right = read_keys(fcurve, "handle_right") - places.astype(np.float64)
        reach = np.rint(12.0 * np.stack([left[:, 0], right[:, 0]]))
        heights = np.where(reach[0] > reach[1], left[:, 1], right[:, 1])
        heights = np.rint(heights / (handle_grid(places[:, 1]) or 1.0))
        kinds = np.stack([read_keys(fcurve, "handle_left_type"), read_keys(fcurve, "handle_right_type")])
        for part in (reach + 0.0, heights + 0.0, kinds):  # + 0: minus zero is zero
            sum_ = zlib.crc32(part.tobytes(), sum_)
    return f"{sum_:08x}"


def read_keys(fcurve: bpy.types.FCurve, name: str) -> np.ndarray:
    """One field of all keys of a curve, (K,) or (K, 2)."""
    width, kind = next((width, kind) for field, width, kind in _KEY_FIELDS if field == name)
    values = np.empty(width * len(fcurve.keyframe_points), dtype=kind)
    fcurve.keyframe_points.foreach_get(name, values)
    return values if width == 1 else values.reshape(-1, width)


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
    if len(points) != count or points[0].handle_left_type == "ALIGNED":
        _new_keys(fcurve, count)  # with automatic handles, for whoever makes them Bezier
    points.foreach_set("co", np.column_stack((frames, values)).ravel())
    points.foreach_set("interpolation", np.full(count, LINEAR, dtype=np.int32))
    fcurve.update()


def write_few_keys(fcurve: bpy.types.FCurve, keys: Keys) -> None:
    """Replace the keys of ``fcurve`` by few, with Bezier interpolation and aligned handles."""
    count = len(keys.rows)
    points = fcurve.keyframe_points
    _new_keys(fcurve, count)
    for name, values in (("co", keys.places), ("handle_left", keys.left), ("handle_right", keys.right)):
        points.foreach_set(name, values.astype(np.float32).ravel())
    for name, value in (
        ("interpolation", BEZIER),
        ("handle_left_type", ALIGNED),
        ("handle_right_type", ALIGNED),
    ):
        points.foreach_set(name, np.full(count, value, dtype=np.int32))
    fcurve.update()


def _new_keys(fcurve: bpy.types.FCurve, count: int) -> None:
    """Give a curve so many keys, none of them selected: that would hide the curve's colour."""
    fcurve.keyframe_points.clear()
    fcurve.keyframe_points.add(count)
    nothing = np.zeros(count, dtype=bool)
    for name in ("select_control_point", "select_left_handle", "select_right_handle"):
        fcurve.keyframe_points.foreach_set(name, nothing)


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
        if training_series.is_one(name):
            training_series.take(obj, name)
        if name not in resting or name not in obj:
            continue
        value = resting[name]
        if isinstance(value, tuple):
            obj[name][index] = value[index]
        else:
            obj[name] = value


def channelbag_of(obj: bpy.types.Object):
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
