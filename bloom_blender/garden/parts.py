"""What new flames are made of: variations with numbers that suit them, maps and palettes, all by chance."""

from __future__ import annotations

import math
from random import Random

import numpy as np

from ..flame.color import display_of_oklab, in_gamut
from ..flame.model import Palette, Variation
from ..flame.palettes import numbered_palette, palette_names
from ..flame.variations import lookup
from ..flame.variations.registry import P

Affine = tuple[float, float, float, float, float, float]

#: Variations for the body of a flame, with how often they are chosen. All are smooth and fill areas.
BODY = {
    "linear": 5, "spherical": 4, "swirl": 2, "horseshoe": 2, "polar": 1, "handkerchief": 1, "heart": 1,
    "disc": 2, "spiral": 1, "hyperbolic": 1, "diamond": 1, "ex": 1, "julia": 3, "bent": 1, "fisheye": 1,
    "eyefish": 2,
    "bubble": 3, "cylinder": 1, "julian": 5, "juliascope": 4, "blob": 1, "pdj": 2, "curl": 3, "bipolar": 1,
    "waves2": 2, "popcorn2": 1, "sinusoidal": 2, "cosine": 1, "elliptic": 2, "escher": 2, "loonie": 2,
    "Mobius": 2, "foci": 1, "edisc": 1, "lazysusan": 1, "cpow": 1, "whorl": 1, "bent2": 1, "auger": 1,
}  # fmt: skip
#: Variations that turn any body into petals around a middle, when they come last.
PETALS = {"julian": 5, "juliascope": 5, "julia3D": 1}

_RANGES: dict[tuple[str, str], tuple[float, float]] = {
    ("dist", "julian"): (0.6, 1.4), ("dist", "juliascope"): (0.6, 1.4),
    ("low", "blob"): (0.3, 0.9), ("high", "blob"): (0.9, 1.4), ("waves", "blob"): (2.0, 7.0),
    ("c1", "curl"): (-1.0, 1.0), ("c2", "curl"): (-0.6, 0.6),
    ("shift", "bipolar"): (-0.5, 0.5), ("beta", "escher"): (-1.2, 1.2),
    ("scalex", "waves2"): (0.02, 0.4), ("scaley", "waves2"): (0.02, 0.4), ("scalez", "waves2"): (0.0, 0.0),
    ("spin", "lazysusan"): (-3.0, 3.0), ("space", "lazysusan"): (0.0, 1.0),
    ("twist", "lazysusan"): (-0.5, 0.5), ("x", "lazysusan"): (-0.3, 0.3), ("y", "lazysusan"): (-0.3, 0.3),
    ("r", "cpow"): (0.6, 1.4), ("i", "cpow"): (-0.3, 0.3),
    ("sym", "auger"): (0.0, 1.0), ("scale", "auger"): (0.05, 0.4), ("weight", "auger"): (0.1, 0.6),
}  # fmt: skip
"""Where parameters are good to look at, by parameter and variation; others are drawn around their default."""


def chosen(chance: Random, weighted: dict[str, int]) -> str:
    """One of the names, as often as their numbers say."""
    return chance.choices(list(weighted), list(weighted.values()))[0]


def random_variation(chance: Random, name: str, weight: float, petals: int | None = None) -> Variation:
    """A variation with parameters that suit it; with `petals` it folds the plane into so many."""
    entry = lookup(name)
    values = tuple((p.name, _random_value(chance, entry.name, p, petals)) for p in entry.parameters)
    return Variation(entry.name, weight, values)


def _random_value(chance: Random, name: str, parameter: P, petals: int | None) -> float:
    if petals and parameter.name == "dist":  # radii to a power below 1, and not so low that all is a ring
        return round(petals * chance.uniform(0.3, 0.8), 6)
    if parameter.name == "power" and parameter.kind in ("integer_nonzero", "real_nonzero"):
        power = petals or chance.choice([2, 2, 3, 3, 4, 5, 6])
        return float(power if chance.random() < 0.45 else -power)
    low, high = _RANGES.get((parameter.name, name), (parameter.default - 0.7, parameter.default + 0.7))
    return round(parameter.conform(chance.uniform(low, high)), 6)


def random_affine(chance: Random, scale: tuple[float, float] = (0.45, 1.05), reach: float = 0.7) -> Affine:
    """A turn, a scale, a slight shear and a shift by up to `reach`; sometimes mirrored."""
    angle, shear = chance.uniform(-math.pi, math.pi), chance.gauss(0.0, 0.25)
    a, b = chance.uniform(*scale), chance.uniform(*scale) * chance.choice([1.0, 1.0, 1.0, -1.0])
    c, s = math.cos(angle), math.sin(angle)
    other = angle + math.pi / 2.0 + shear
    values = (
        a * c, a * s, b * math.cos(other), b * math.sin(other),
        chance.uniform(-reach, reach), chance.uniform(-reach, reach),
    )  # fmt: skip
    return tuple(round(value, 6) for value in values)  # type: ignore[return-value]


def turned(angle: float) -> Affine:
    """A turn about the origin."""
    c, s = round(math.cos(angle), 9), round(math.sin(angle), 9)
    return (c, s, -s, c, 0.0, 0.0)


def random_palette(chance: Random) -> Palette:
    """One of flam3's palettes that is neither dark nor grey."""
    for _ in range(50):
        palette = Palette(numbered_palette(chance.randrange(len(palette_names()))))
        light, chroma = palette.array.max(1), palette.array.max(1) - palette.array.min(1)
        if light.mean() > 0.55 and chroma.mean() > 0.22:
            break
    return palette


#: Turns of the hue, in degrees, among which a palette chooses.
_SCHEMES = (
    (0, 30, 180, 210), (0, 40, 150, 200), (0, 60, 120, 240), (0, -40, 160, 120), (0, 25, -30, 170),
    (0, 90, 180, 270),
)  # fmt: skip


def hued_palette(chance: Random) -> Palette:
    """Five to seven colors of several hues, one of them nearly white; between them the hue turns.

    A straight way between two hues would lead through grey.
    """
    base, scheme, count = chance.uniform(0.0, 360.0), chance.choice(_SCHEMES), chance.choice([5, 6, 7])
    white, hue = chance.randrange(count), base
    stops = []
    for k in range(count):
        turn = base + chance.choice(scheme) + chance.uniform(-15.0, 15.0) - hue
        hue += (turn + 180.0) % 360.0 - 180.0  # the shorter way around
        stops.append((0.95 if k == white else chance.uniform(0.3, 0.85), chance.uniform(0.07, 0.24), hue))
    place = np.linspace(0.0, count - 1.0, 256)
    lightness, chroma, hues = (
        np.interp(place, np.arange(count), column) for column in zip(*stops, strict=True)
    )
    angle = np.radians(hues)
    lab = in_gamut(np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], axis=1))
    levels = np.round(255.0 * np.clip(display_of_oklab(lab), 0.0, 1.0)) / 255.0
    return Palette(tuple(map(tuple, levels.tolist())))
