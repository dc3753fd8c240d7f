"""Changes of a flame object's structure that keep what its user set and keyed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import bpy

from ...errors import BloomError
from ...flame.editing import Edit, Place, moves, renamed, renamed_part
from ...flame.model import Flame
from ...flame.parameters import parameters_of
from ...flame.xml import parse_flames, write_flame
from ..curves import keyframes
from ..flame.object import Value, set_property, set_structure, structure_of, values_of
from ..growth import growing


def edit(obj: bpy.types.Object, change: Callable[[Flame], Edit], *, keep_values: bool = True) -> Edit:
    """Change the structure of a flame object.

    Values, F-Curves, drivers, bindings of a run and the xform that is shown alone go with the xforms that
    they belong to; those of what is removed are removed.

    Parameters
    ----------
    obj : bpy.types.Object
        Flame object.
    change : callable
        Makes an edit of the flame at rest, one of ``flame.editing``.
    keep_values : bool
        Whether parameters that were there keep the values that they are set to; else all rest.

    Raises
    ------
    BloomError
        If it cannot be done; nothing has changed then.
    """
    before = structure_of(obj)
    done = change(before)
    if parse_flames(write_flame(done.flame), source=obj.name) != (done.flame,):
        raise BloomError(f"{obj.name} could not be stored so: give every final xform a variation.")
    moved = moves(before, done)
    values = _values_after(done.flame, values_of(obj) if keep_values else {}, moved)
    set_structure(obj, done.flame)
    for parameter in parameters_of(done.flame):
        set_property(obj, parameter, values[parameter.name])
    keyframes.follow(obj, moved)
    settings = obj.bloom
    with growing.quiet():
        for binding in settings.growth.bindings:
            binding.target = renamed(binding.target, done) or ""
    if settings.solo:
        settings.solo = (renamed(f"{settings.solo}.", done) or "").rstrip(".")
    settings.active_xform = done.active
    obj.update_tag()
    return done


def rename_xform(obj: bpy.types.Object, place: int, name: str) -> None:
    """Rename the xform at a place of a flame object's list; what is wrong is printed."""
    try:
        structure_of(obj)
        edit(obj, lambda flame: renamed_part(flame, place, name))
    except BloomError as error:
        print(f"bloom: {error}")


def toggle_solo(obj: bpy.types.Object, prefix: str) -> None:
    """Show the points of one xform alone in the window, or of all again."""
    obj.bloom.solo = "" if obj.bloom.solo == prefix else prefix


def _values_after(
    flame: Flame, before: Mapping[str, Value], moved: Mapping[Place, tuple]
) -> dict[str, Value]:
    """Values of the parameters of a changed flame: those that they had, or at rest."""
    after: dict[str, Value | list[float]] = {
        p.name: list(p.value) if isinstance(p.value, tuple) else p.value for p in parameters_of(flame)
    }
    for (name, index), targets in moved.items():
        if name not in before:
            continue
        old = before[name]
        value = old[index] if isinstance(old, tuple) and index is not None else old
        for to, number, _ in targets:
            if number is None:
                after[to] = value
            else:
                after[to][number] = value  # type: ignore[index]
    return {name: tuple(value) if isinstance(value, list) else value for name, value in after.items()}
