"""Flames that fill the frame: a core, a spiral, and a root that brings infinity to the middle.

The spiral turns and enlarges the core again and again and lifts it, with textures added at every step. The
last map is `julia3D` with a negative power, a root of the inverse of space. Companions of little opacity
become filaments and lights. The shipped flames of this kind are in `tools/masterpieces.py`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

from ..flame.model import Camera, Variation, Xform
from ..flame.variations import lookup
from .parts import Affine

#: A number, or a range from which one is drawn; a list is a choice.
Drawn = float | tuple[float, float] | list[float]
#: Variations of a part: name, with a range of weights and of parameters; `pre_` in front for that form.
Part = dict[str, tuple[Drawn, dict[str, Drawn]]]

_NONE: dict[str, Drawn] = {}
_CELLS: dict[str, Drawn] = {"power": (0.1, 0.5), "distort": 1.0, "scale": 1.0, "z": 0.0}
_WAVES: dict[str, Drawn] = {
    "freqx": (1.0, 6.0), "scalex": 1.0, "freqy": (0.3, 5.0), "scaley": 1.0, "freqz": (0.0, 4.0),
    "scalez": (0.0, 1.0),
}  # fmt: skip
_FINE_WAVES: dict[str, Drawn] = {
    "freqx": (3.0, 9.0), "scalex": 1.0, "freqy": (3.0, 9.0), "scaley": 1.0, "freqz": 0.0, "scalez": 0.0,
}  # fmt: skip

CORES: tuple[Part, ...] = (
    {"gaussian_blur": ((0.1, 0.5), _NONE)},
    {"blur_circle": ((0.2, 0.5), _NONE)},
    {"crackle": ((0.3, 0.6), {"cellsize": (0.2, 0.6), **_CELLS})},
    {"blur_square": ((0.2, 0.6), _NONE)},
    {"starblur": ((0.2, 0.4), {"power": [5.0, 6.0, 8.0], "range": (0.3, 0.5)})},
    {"pre_gaussian_blur": ((0.3, 0.7), _NONE), "diamond": ((0.35, 0.8), _NONE)},
    {"pre_gaussian_blur": ((0.3, 0.7), _NONE), "diamond": ((0.35, 0.8), _NONE)},
    {"pre_gaussian_blur": ((0.3, 0.8), _NONE), "disc": ((0.3, 0.8), _NONE)},
    {
        "pre_gaussian_blur": ((0.3, 1.0), _NONE),
        "sinusoidal": ((0.3, 0.8), _NONE),
        "waves2": (0.2, _FINE_WAVES),
    },
    {
        "pre_gaussian_blur": ((0.3, 0.8), _NONE),
        "julian": ((0.3, 0.6), {"power": [3.0, 4.0, 5.0, 8.0], "dist": (0.8, 2.0)}),
    },
)
"""Shapes of the core, which become the petals."""

TEXTURES: tuple[Part, ...] = (
    {"waves2": ((-0.2, 0.2), _WAVES)},
    {"waves2": ((0.02, 0.2), _WAVES)},
    {"cross": ((0.01, 0.3), _NONE)},
    {"bubble": ((-0.25, 0.25), _NONE)},
    {"spherical": ((-0.2, 0.2), _NONE)},
    {"curl": ((-0.35, 0.35), {"c1": (0.3, 1.0), "c2": (-0.3, 0.3)})},
    {"curl3D": ((-0.25, 0.25), {"cx": (-0.3, 0.3), "cy": (-0.3, 0.3), "cz": (-0.3, 0.3)})},
    {"blur_pixelize": ((0.05, 0.25), {"size": (0.08, 0.3), "scale": (0.5, 1.0)})},
    {"arch": ((-0.09, 0.09), _NONE)},
    {"taurus": ((0.01, 0.06), {"r": 3.0, "n": [3.0, 5.0, 7.0], "inv": 1.5, "sor": 1.0})},
    {"popcorn2": ((0.05, 0.28), {"x": (0.2, 1.0), "y": (0.2, 1.0), "c": (1.0, 4.0)})},
    {"julian": ((0.05, 0.3), {"power": [3.0, 5.0], "dist": (0.6, 1.4)})},
    {"epispiral": ((0.02, 0.12), {"n": [1.0, 3.0, 5.0, 6.0], "thickness": [0.0, 0.3], "holes": (0.3, 1.0)})},
    {"sinusoidal": ((-0.4, 0.4), _NONE)},
    {"hemisphere": ((-0.25, 0.25), _NONE)},
    {"disc": ((-0.25, 0.25), _NONE)},
    {"crackle": ((0.03, 0.1), {"cellsize": (0.2, 1.0), **_CELLS})},
    {"gaussian_blur": ((0.01, 0.05), _NONE)},
)
"""What roughens the spiral; one to three of them."""

COMPANIONS: tuple[Part, ...] = (
    {"cylinder": ((-0.25, 0.25), _NONE)},
    {"zblur": ((0.5, 3.5), _NONE)},
    {"diamond": ((0.2, 0.6), _NONE), "curl": ((-0.9, 0.9), {"c1": 1.0, "c2": 0.0})},
    {"gaussian_blur": ((0.02, 0.15), _NONE)},
    {"blur_circle": ((0.03, 0.2), _NONE), "zblur": ((0.0, 0.5), _NONE)},
    {"swirl": ((0.05, 0.3), _NONE)},
    {"bubble": ((-0.3, 0.3), _NONE)},
    {"julian": ((0.1, 0.5), {"power": [3.0, 5.0, 12.0], "dist": (0.5, 2.0)})},
    {"pie": ((0.1, 0.5), {"slices": [5.0, 6.0, 8.0], "thickness": (0.2, 0.6)})},
    {"hemisphere": ((0.2, 0.8), _NONE)},
    {
        "crackle": (
            (2.0, 2.6),
            {"cellsize": (0.2, 0.4), "power": 1.0, "distort": 1.0, "scale": 0.04, "z": 0.0},
        )
    },
)
"""Shapes of filaments, lights and dust."""


def spiral(chance: Random, powers: list[float]) -> tuple[tuple[Xform, ...], tuple[Xform, ...]]:
    """Xforms and the final xform of a new flame; the root is one of `powers`."""
    x, y = _number(chance, (-0.9, 0.9)), _number(chance, (-0.6, 0.6))
    at = (1.0, 0.0, 0.0, 1.0, x, y)
    size = chance.uniform(1.2, 1.75)
    degrees = chance.choice(
        [137.5, -136.3, 222.5, 99.5, chance.uniform(20.0, 340.0), chance.uniform(100.0, 160.0)]
    )
    across, along = size * chance.uniform(0.88, 1.12), size * chance.uniform(0.88, 1.12)
    along *= chance.choice([1.0, 1.0, -1.0])
    path = _turned(across, along, degrees, chance.uniform(-0.5, 0.5), chance.uniform(-0.9, 0.9))
    lift: Part = {
        "linear3D": ([0.9, 1.0], _NONE), "zcone": ((-0.5, 0.6), _NONE), "ztranslate": ((-0.7, 0.9), _NONE)
    }  # fmt: skip
    for _ in range(chance.choice([1, 2, 2, 3])):
        lift = chance.choice(TEXTURES) | lift
    outer, inner = chance.choice([(0.03, 0.6), (0.6, 0.05), (chance.random(), chance.random())])
    xforms = [
        _xform(
            chance,
            chance.choice(CORES) | {"flatten": (1.0, _NONE)},
            0.5,
            at,
            outer,
            chance.choice([0.5, 0.9]),
        ),
        _xform(chance, lift, 5.0, path, inner, chance.choice([0.05, 0.08, 0.12])),
    ]
    far = _turned(
        1.1,
        1.1,
        chance.uniform(0.0, 360.0),
        chance.uniform(-1.5, 1.5),
        chance.choice([-1.0, 1.0]) * chance.uniform(1.0, 3.6),
    )
    for _ in range(chance.choice([1, 2, 2, 3])):
        part = chance.choice(COMPANIONS) | {"ztranslate": ((-0.5, 0.6), _NONE)}
        turn = _turned(chance.uniform(0.4, 1.0), None, chance.uniform(0.0, 360.0), x, y)
        made = _xform(
            chance, part, chance.choice([0.1, 0.1, 0.3]), chance.choice([at, turn]), chance.random(), 0.9
        )
        post = far if chance.random() < 0.7 else made.post
        xforms.append(replace(made, opacity=chance.choice([0.1, 0.3]), post=post))
    if chance.random() < 0.4:
        shape: Part = {"swirl": (0.05, _NONE)} if chance.random() < 0.5 else {"linear3D": (1.0, _NONE)}
        turn = _turned(chance.uniform(0.6, 1.0), None, chance.uniform(0.0, 360.0), 0.0, 0.0)
        xforms.append(_xform(chance, shape, 0.25, turn, chance.random(), chance.uniform(0.3, 0.9)))
    before = _turned(
        1.0, None, chance.uniform(0.0, 360.0), chance.uniform(-0.8, 0.8), chance.uniform(-1.2, 1.2)
    )
    root: Part = {"julia3D": (2.0, {"power": powers})}
    return tuple(xforms), (_xform(chance, root, 1.0, before, 0.0, 0.0),)


def viewed(chance: Random, camera: Camera) -> Camera:
    """The camera turned and tilted by chance, with perspective and depth blur."""
    return replace(
        camera, rotate=_number(chance, (-40.0, 40.0)), yaw=_number(chance, (-3.0, 3.0)),
        pitch=_number(chance, (0.3, 1.05)), perspective=_number(chance, (0.08, 0.35)),
        dof=_number(chance, (0.08, 0.3)),
    )  # fmt: skip


def _turned(across: float, along: float | None, degrees: float, x: float, y: float) -> Affine:
    """A map that scales the two axes (both alike without `along`), turns by degrees and moves to (x, y)."""
    along = across if along is None else along
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    values = (across * c, across * s, -along * s, along * c, x, y)
    return tuple(round(value, 6) for value in values)  # type: ignore[return-value]


def _number(chance: Random, drawn: Drawn) -> float:
    if isinstance(drawn, tuple):
        return round(chance.uniform(*drawn), 6)
    return chance.choice(drawn) if isinstance(drawn, list) else drawn


def _xform(chance: Random, part: Part, weight: float, coefs: Affine, color: float, speed: float) -> Xform:
    """An xform of the drawn variations of a part."""
    variations = []
    for attribute, (amount, drawn) in part.items():
        form = "pre" if attribute.startswith("pre_") else "regular"
        entry = lookup(attribute.removeprefix("pre_"))
        values = tuple(
            (p.name, p.conform(_number(chance, drawn.get(p.name, p.default)))) for p in entry.parameters
        )
        variations.append(Variation(entry.name, _number(chance, amount), values, form))  # type: ignore[arg-type]
    return Xform(
        weight=weight,
        coefs=coefs,
        variations=tuple(variations),
        color=round(color, 6),
        color_speed=round(speed, 6),
    )
