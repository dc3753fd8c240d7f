"""A flame object that becomes a relative of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import bpy

from ...flame.editing import Edit, Place, moves
from ...flame.model import Flame, Xform
from ...flame.parameters import parameters_of, parts_of, with_parameters
from ..curves import keyframes
from ..flame import palette_ramp
from ..flame.object import Value, base_flame, structure_of
from ..growth import growing
from ..points import chaos_game
from . import edits

_TAG = "bloom_origin"
"""Attribute that an xform carries through a mutation, so that its curves find it again."""


def mutate(obj: bpy.types.Object, seed: int, strength: float) -> bool:
    """Change numbers and structure of a flame object by chance, to one that passes the test of interest.

    What a person keyed stays keyed, and goes with its xform. A flame with a run is grown again.

    Parameters
    ----------
    obj : bpy.types.Object
        Flame object.
    seed : int
        Another seed gives another relative of the same flame.
    strength : float
        More than 0, up to 1; see ``garden.mutate``.

    Returns
    -------
    bool
        Whether the flame left its frame, so that another camera would show it better.

    Raises
    ------
    BloomError
        If none is found, or the flame cannot be computed; nothing has changed then.
    """
    chaos_game.load()
    before = base_flame(obj)
    done = mutation(before, seed, strength)
    tree, colors = obj.bloom.palette_ramp, done.flame.palette
    if tree is not None and colors == before.palette:  # the ramp goes on, and the file's palette behind it
        done = replace(done, flame=replace(done.flame, palette=structure_of(obj).palette))
    edits.edit(obj, lambda _: done, keep_values=False)
    if tree is not None and colors != before.palette:
        palette_ramp.fit(tree, colors)
    if obj.bloom.growth.run is not None:
        growing.update(obj)
    return done.flame.camera != before.camera


@dataclass(frozen=True)
class Preview:
    """What mutations of a flame object will look like, without a change of it.

    Parameters
    ----------
    flame
        The flame that they come from: open, where a run opens it.
    keyed
        Parameters, and which of their numbers, that a person keyed and that therefore stay as they are now.
    """

    flame: Flame
    keyed: Mapping[Place, float]

    def mutated(self, seed: int, strength: float) -> Flame:
        """Return what `mutate` makes of it."""
        done = mutation(self.flame, seed, strength)
        values: dict[str, Value] = {p.name: p.value for p in parameters_of(done.flame)}
        for place, targets in moves(self.flame, done).items():
            if place not in self.keyed:
                continue
            for name, index, _ in targets:
                values[name] = _with_number(values[name], index, self.keyed[place])
        return with_parameters(done.flame, values)


def preview_of(obj: bpy.types.Object) -> Preview:
    """Return the preview of a flame object's mutations, at the current frame."""
    chaos_game.load()
    flame = base_flame(obj)
    values = {p.name: p.value for p in parameters_of(flame)}
    keyed: dict[Place, float] = {}
    for name, index in keyframes.keyed_places(obj):
        value = values.get(name)
        if isinstance(value, tuple) and index < len(value):
            keyed[name, index] = value[index]
        elif isinstance(value, float):
            keyed[name, None] = value
    return Preview(flame, keyed)


def _with_number(value: Value, index: int | None, number: float) -> Value:
    if not isinstance(value, tuple) or index is None:
        return number
    return (*value[:index], number, *value[index + 1 :])


def mutation(flame: Flame, seed: int, strength: float) -> Edit:
    """Return a relative of a flame that keeps its name, and which xforms it has from it."""
    from ...garden import mutate as change

    tagged = replace(
        flame,
        xforms=tuple(_tagged(xform, f"xform{k + 1}") for k, xform in enumerate(flame.xforms)),
    )
    changed = change(tagged, seed, strength)
    origins = {prefix: _tag(xform) for prefix, _, xform in parts_of(changed)}
    finals = {prefix: prefix for prefix in origins if prefix.startswith("final")}
    xforms = tuple(_untagged(xform) for xform in changed.xforms)
    kept = {prefix: origin for prefix, origin in origins.items() if origin is not None}
    return Edit(replace(changed, name=flame.name, xforms=xforms), kept | finals)


def _tagged(xform: Xform, origin: str) -> Xform:
    return replace(xform, extra=(*xform.extra, (_TAG, origin)))


def _tag(xform: Xform) -> str | None:
    return dict(xform.extra).get(_TAG)


def _untagged(xform: Xform) -> Xform:
    return replace(xform, extra=tuple(pair for pair in xform.extra if pair[0] != _TAG))
