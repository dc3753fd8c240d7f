"""A flame object that becomes a relative of itself."""

from __future__ import annotations

from dataclasses import replace

import bpy

from ..flame.editing import Edit
from ..flame.model import Flame, Xform
from ..flame.parameters import parts_of
from . import chaos_game, editing, growing
from .flame_object import base_flame

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
    editing.edit(obj, lambda _: done, keep_values=False)
    if obj.bloom.growth.run is not None:
        growing.update(obj)
    return done.flame.camera != before.camera


def mutation(flame: Flame, seed: int, strength: float) -> Edit:
    """Return a relative of a flame that keeps its name, and which xforms it has from it."""
    from ..garden import mutate as change

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
