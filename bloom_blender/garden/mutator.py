"""Flames from flames: small or large changes by chance, kept if the result passes the test of interest."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np

from ..errors import BloomError
from ..flame.model import Flame, Variation, Xform
from ..flame.palettes import with_hue
from ..flame.variations import lookup
from .generator import best
from .interest import framed, interest
from .parts import BODY, chosen, random_affine, random_palette, random_variation

TRIES = 60
FINALISTS = 2


def mutate(
    flame: Flame, seed: int = 0, strength: float = 0.3, *, tries: int = TRIES, finalists: int = FINALISTS
) -> Flame:
    """A relative of a flame that passes the test of interest; the same for the same seed.

    Parameters
    ----------
    strength
        0 to 1: how far numbers move, and how many changes of structure come along (variations, xforms,
        colours). Below 0.2 the structure stays.

    The frame stays if it holds the result, and is refitted if it does not.
    """
    if not 0.0 < strength <= 1.0:
        raise BloomError(f"The strength is {strength:g}: give more than 0, up to 1.")
    chance = Random(f"bloom mutation {seed}")
    name = f"{flame.name} mutation {seed}".strip()

    def candidate() -> Flame:
        xforms = tuple(_moved(chance, xform, strength) for xform in flame.xforms)
        finals = tuple(_moved(chance, final, 0.5 * strength) for final in flame.finals)
        changed = replace(flame, name=name, xforms=xforms, finals=finals)
        for _ in range(_how_many(chance, strength)):
            changed = chance.choice(_CHANGES)(chance, changed)
        return _kept_or_framed(changed)

    try:
        return best((candidate() for _ in range(tries)), finalists)
    except BloomError:
        raise BloomError(
            f"No interesting mutation of {flame.name!r} was found: try another seed or a smaller strength."
        ) from None


def _kept_or_framed(flame: Flame) -> Flame:
    return flame if interest(flame).passes else framed(flame)


def _how_many(chance: Random, strength: float) -> int:
    """Changes of structure: none below 0.2, up to three at 1."""
    return 0 if strength < 0.2 else min(int(chance.uniform(0.5, 1.5) * 2.0 * strength + 0.5), 3)


def _moved(chance: Random, xform: Xform, strength: float) -> Xform:
    """The xform with its numbers moved; one that asks not to be animated (a symmetry) stays."""
    if xform.animate == 0.0:
        return xform
    post = xform.post if xform.post == Xform.post else _moved_affine(chance, xform.post, 0.5 * strength)
    return replace(
        xform,
        weight=round(xform.weight * math.exp(chance.gauss(0.0, 0.5 * strength)), 6),
        coefs=_moved_affine(chance, xform.coefs, strength),
        post=post,
        variations=tuple(_moved_variation(chance, v, strength) for v in xform.variations),
        color=round(min(max(xform.color + chance.gauss(0.0, 0.3 * strength), 0.0), 1.0), 6),
    )


def _moved_affine(chance: Random, coefs: tuple[float, ...], strength: float) -> tuple[float, ...]:
    """A turn, a change of size and a shift after the map."""
    angle, size = chance.gauss(0.0, 0.6 * strength), math.exp(chance.gauss(0.0, 0.25 * strength))
    c, s = size * math.cos(angle), size * math.sin(angle)
    columns = []
    for k in (0, 2):
        x, y = coefs[k : k + 2]
        columns += [c * x - s * y, s * x + c * y]
    shift = [value + chance.gauss(0.0, 0.25 * strength) for value in coefs[4:]]
    return tuple(round(value, 6) for value in (*columns, *shift))


def _moved_variation(chance: Random, variation: Variation, strength: float) -> Variation:
    weight = variation.weight * math.exp(chance.gauss(0.0, 0.3 * strength))
    try:
        kinds = {p.name: p.kind for p in lookup(variation.name).parameters}
    except KeyError:
        return variation
    parameters = []
    for name, value in variation.parameters:
        if kinds.get(name, "integer").startswith("integer"):
            step = chance.choice([-1.0, 0.0, 0.0, 1.0]) if strength >= 0.5 else 0.0
            parameters.append((name, value + step or value))
        else:
            parameters.append(
                (name, round(value + chance.gauss(0.0, 0.2 * strength * (1.0 + abs(value))), 6))
            )
    return replace(variation, weight=round(weight, 6), parameters=tuple(parameters))


# Changes of structure: each takes a flame and returns another, or the same where it does not apply.


def _movable(flame: Flame) -> list[int]:
    return [k for k, xform in enumerate(flame.xforms) if xform.animate != 0.0]


def _with_xform(flame: Flame, place: int, xform: Xform) -> Flame:
    return replace(flame, xforms=(*flame.xforms[:place], xform, *flame.xforms[place + 1 :]))


def _swap_variation(chance: Random, flame: Flame) -> Flame:
    """Another variation in the place of one."""
    places = [k for k in _movable(flame) if flame.xforms[k].with_form("regular")]
    if not places:
        return flame
    place = chance.choice(places)
    xform = flame.xforms[place]
    old = chance.choice(xform.with_form("regular"))
    new = random_variation(chance, chosen(chance, BODY), old.weight)
    kept = [v for v in xform.variations if v.form != "regular" or v.name not in (old.name, new.name)]
    return _with_xform(flame, place, replace(xform, variations=(*kept, new)))


def _add_variation(chance: Random, flame: Flame) -> Flame:
    """One more variation in an xform."""
    if not _movable(flame):
        return flame
    place = chance.choice(_movable(flame))
    xform = flame.xforms[place]
    new = random_variation(chance, chosen(chance, BODY), round(chance.uniform(0.1, 0.5), 6))
    if any(v.form == "regular" and v.name == new.name for v in xform.variations):
        return flame
    return _with_xform(flame, place, replace(xform, variations=(*xform.variations, new)))


def _add_xform(chance: Random, flame: Flame) -> Flame:
    """One more xform; others may go to it and it to others."""
    new = Xform(
        weight=round(sum(abs(x.weight) for x in flame.xforms) / len(flame.xforms), 6),
        coefs=random_affine(chance, (0.3, 0.9)),
        variations=(random_variation(chance, chosen(chance, BODY), 1.0),),
        color=round(chance.random(), 6),
    )
    return replace(flame, xforms=(*flame.xforms, new))


def _drop_xform(chance: Random, flame: Flame) -> Flame:
    """One xform less, and its column of xaos."""
    if len(_movable(flame)) < 3:
        return flame
    place = chance.choice(_movable(flame))
    rest = flame.xforms[:place] + flame.xforms[place + 1 :]
    return replace(flame, xforms=tuple(replace(x, xaos=x.xaos[:place] + x.xaos[place + 1 :]) for x in rest))


def _turn_hue(chance: Random, flame: Flame) -> Flame:
    """The palette with another hue, in the levels of 0 to 255 that files keep."""
    turn = chance.uniform(0.1, 0.9)
    levels = np.round(255.0 * np.array(with_hue(flame.palette.colors, turn))) / 255.0
    anchors = with_hue(flame.palette.anchors, turn)
    return replace(
        flame, palette=replace(flame.palette, colors=tuple(map(tuple, levels.tolist())), anchors=anchors)
    )


def _swap_palette(chance: Random, flame: Flame) -> Flame:
    """Another palette."""
    return replace(flame, palette=random_palette(chance))


def _swap_colors(chance: Random, flame: Flame) -> Flame:
    """The colours of the xforms exchanged."""
    colors = [xform.color for xform in flame.xforms]
    chance.shuffle(colors)
    pairs = zip(flame.xforms, colors, strict=True)
    return replace(flame, xforms=tuple(replace(xform, color=color) for xform, color in pairs))


_CHANGES: tuple[Callable[[Random, Flame], Flame], ...] = (
    _swap_variation, _add_variation, _add_xform, _drop_xform, _turn_hue, _swap_palette, _swap_colors,
)  # fmt: skip
