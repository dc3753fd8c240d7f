"""Flames at random: flowers and general ones, tried until some pass the test of interest.

Two in three fill the frame with a spiral (`spirals`), the others are bodies of a few xforms. `random_flame`
draws candidates from a seed and measures each (`interest.interest`). The first few that pass compete by their
`Interest.beauty`, so that most results are worth keeping.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from random import Random

from ..errors import BloomError
from ..flame.model import Camera, Flame, Tone, Xform
from .interest import framed, interest
from .parts import (
    BODY,
    PETALS,
    chosen,
    hued_palette,
    random_affine,
    random_palette,
    random_variation,
    turned,
)
from .spirals import spiral, viewed

TRIES = 200
"""Candidates before giving up; about four in five pass."""
FINALISTS = 8
"""Of how many that pass the best is taken."""
SPIRALS = 0.65
"""How often a candidate is a spiral."""
KINDS = ("any", "flower", "general")


def random_flame(
    seed: int = 0,
    *,
    kind: str = "any",
    size: tuple[int, int] = (1280, 960),
    tries: int = TRIES,
    finalists: int = FINALISTS,
) -> Flame:
    """A new flame that passes the test of interest; the same for the same seed.

    Parameters
    ----------
    kind
        ``"flower"`` for petals around a middle, ``"general"`` for the rest, ``"any"`` for either.
    size
        Of its picture, in pixels; the flame is framed to fill it.
    finalists
        Of how many interesting candidates the most beautiful is taken.
    """
    if kind not in KINDS:
        raise BloomError(f"The kind of flame is {kind!r}: choose one of {', '.join(KINDS)}.")
    chance = Random(f"bloom {kind} {seed}")
    name = f"{'flame' if kind == 'any' else kind} {seed}"
    camera, tone = Camera(size=size), Tone(quality=200.0, gamma=3.0, estimator_radius=6.0)

    def candidate() -> Flame:
        flower = kind == "flower" or (kind == "any" and chance.random() < 0.5)
        if chance.random() < SPIRALS:
            xforms, finals = spiral(chance, [-2.0, -3.0, -5.0] if flower else [-1.0, -2.0, -3.0])
            wide = replace(tone, brightness=4.5, gamma=3.2, estimator_radius=9.0)
            seen = Flame(name, xforms, finals, hued_palette(chance), viewed(chance, camera), wide)
            return framed(seen, cut=0.1, margin=1.0)
        xforms, finals = (_flower if flower else _general)(chance)
        colors = hued_palette(chance) if chance.random() < 0.5 else random_palette(chance)
        return framed(Flame(name, xforms, finals, colors, camera, tone))

    return best((candidate() for _ in range(tries)), finalists)


def best(candidates: Iterable[Flame], finalists: int) -> Flame:
    """The most beautiful of the first that pass the test; BloomError if none does."""
    found: list[tuple[float, Flame]] = []
    for flame in candidates:
        measures = interest(flame)
        if measures.passes:
            found.append((measures.beauty, flame))
        if len(found) == finalists:
            break
    if not found:
        raise BloomError("No interesting flame was found: try another seed.")
    return max(found, key=lambda pair: pair[0])[1]


def _body(chance: Random, count: int, scale: tuple[float, float]) -> list[Xform]:
    """Xforms of one or two variations, with colours along the palette."""
    xforms = []
    for k in range(count):
        share = chance.uniform(0.5, 1.0)
        variations = [random_variation(chance, chosen(chance, BODY), round(share, 6))]
        if chance.random() < 0.4:
            other = chosen(chance, BODY)
            if other != variations[0].name:
                variations.append(random_variation(chance, other, round(1.0 - 0.6 * share, 6)))
        post = random_affine(chance, (0.6, 1.1), 0.4) if chance.random() < 0.2 else Xform.post
        color = (k + chance.uniform(-0.2, 0.2)) / max(count - 1, 1)
        xforms.append(
            Xform(
                weight=round(chance.uniform(0.3, 1.0), 6),
                coefs=random_affine(chance, scale),
                post=post,
                variations=tuple(variations),
                color=round(min(max(color, 0.0), 1.0), 6),
                color_speed=round(chance.uniform(0.3, 0.6), 6),
            )
        )
    return xforms


def _general(chance: Random) -> tuple[tuple[Xform, ...], tuple[Xform, ...]]:
    """Two to four xforms, sometimes with a final one or with a turn that repeats them around the middle."""
    xforms = _body(chance, chance.choice([2, 2, 3, 3, 4]), (0.45, 1.0))
    if chance.random() < 0.3:
        xforms.append(_turn(chance, chance.choice([2, 3, 4, 5, 6]), xforms))
    finals: tuple[Xform, ...] = ()
    if chance.random() < 0.35:
        name = chosen(chance, BODY)
        final = random_variation(chance, name, 1.0)
        finals = (Xform(coefs=random_affine(chance, (0.7, 1.1), 0.3), variations=(final,), color_speed=0.0),)
    return tuple(xforms), finals


def _flower(chance: Random) -> tuple[tuple[Xform, ...], tuple[Xform, ...]]:
    """A body that is turned around the middle, or folded into petals by a final xform, or both."""
    petals = chance.choice([3, 4, 5, 5, 6, 6, 7, 8, 9, 12])
    xforms = _body(chance, chance.choice([2, 2, 3]), (0.4, 0.95))
    finals: tuple[Xform, ...] = ()
    way = chance.random()
    if way < 0.6:
        xforms.append(_turn(chance, petals, xforms))
    if way > 0.4:
        final = random_variation(chance, chosen(chance, PETALS), 1.0, petals)
        finals = (Xform(coefs=random_affine(chance, (0.8, 1.1), 0.25), variations=(final,), color_speed=0.0),)
    return tuple(xforms), finals


def _turn(chance: Random, petals: int, others: list[Xform]) -> Xform:
    """An xform that turns by a petal and leaves colours alone; it comes up petals - 1 times of petals."""
    weight = sum(xform.weight for xform in others) * (petals - 1)
    linear = random_variation(chance, "linear", 1.0)
    angle = 2.0 * math.pi / petals * chance.choice([1, 1, 1, -1])
    return Xform(
        weight=round(weight, 6), coefs=turned(angle), variations=(linear,), color_speed=0.0, animate=0.0
    )
