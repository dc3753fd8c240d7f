"""What the project's own flames are drawn with: palettes through a few colors, maps, xforms and petals.

`make_presets.py` and `masterpieces.py` hold the flames. A palette is drawn through a few colors of OKLCH
(B. Ottosson, "A perceptual color space for image processing", 2020).
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bloom_blender.flame.model import IDENTITY, Camera, Flame, Palette, Tone, Variation, Xform
from bloom_blender.flame.variations import split_attribute

GOLDEN_ANGLE = 180.0 * (3.0 - math.sqrt(5.0))

#: Ottosson's matrices: OKLab to the cube roots of cone responses, and these cubed to linear sRGB.
_LAB_TO_ROOTS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_CONES_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def oklch_to_srgb(lightness: np.ndarray, chroma: np.ndarray, hue: np.ndarray) -> np.ndarray:
    """Display colours (n, 3) in 0..1 of OKLCH; hue in degrees. Chroma shrinks to what sRGB can show."""

    def linear(share: np.ndarray) -> np.ndarray:
        angle = np.radians(hue)
        lab = np.stack([lightness, share * chroma * np.cos(angle), share * chroma * np.sin(angle)], -1)
        return (lab @ _LAB_TO_ROOTS.T) ** 3 @ _CONES_TO_RGB.T

    low, high = np.zeros_like(chroma), np.ones_like(chroma)
    for _ in range(20):
        middle = 0.5 * (low + high)
        fits = ((linear(middle) >= -1e-4) & (linear(middle) <= 1.0001)).all(-1)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    rgb = np.clip(linear(low), 0.0, 1.0)
    return np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1.0 / 2.4) - 0.055)


def palette(*stops: tuple[float, float, float, float]) -> Palette:
    """256 colours through stops (index 0..1, lightness 0..1, chroma, hue in degrees), by smooth steps.

    Hues are taken as they are, so 350 to 370 goes through red and 350 to 10 around the wheel.
    """
    table = np.array(stops)
    index = np.linspace(0.0, 1.0, 256)
    segment = np.clip(np.searchsorted(table[:, 0], index, "right") - 1, 0, len(stops) - 2)
    start, end = table[segment], table[segment + 1]
    t = np.clip((index - start[:, 0]) / (end[:, 0] - start[:, 0]), 0.0, 1.0)
    t = (0.5 * t + 0.5 * t * t * (3.0 - 2.0 * t))[:, None]
    lch = start[:, 1:] + (end - start)[:, 1:] * t
    levels = np.round(oklch_to_srgb(lch[:, 0], lch[:, 1], lch[:, 2]) * 255.0)
    return Palette(tuple(map(tuple, (levels / 255.0).tolist())))


def turn(scale: float = 1.0, degrees: float = 0.0, x: float = 0.0, y: float = 0.0) -> tuple[float, ...]:
    """Coefs of a similarity: turned by `degrees`, scaled, moved to (x, y)."""
    return stretch(scale, scale, degrees, x, y)


def stretch(
    across: float, along: float, degrees: float = 0.0, x: float = 0.0, y: float = 0.0
) -> tuple[float, ...]:
    """Coefs that scale the two axes, then turn by `degrees`, then move to (x, y)."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return tuple(round(v, 6) + 0.0 for v in (across * c, across * s, -along * s, along * c, x, y))


def xform(
    weight: float = 1.0,
    coefs: tuple[float, ...] = IDENTITY,
    color: float = 0.0,
    speed: float = 0.5,
    opacity: float = 1.0,
    post: tuple[float, ...] = IDENTITY,
    name: str = "",
    xaos: tuple[float, ...] = (),
    **variations: float | tuple[float, dict[str, float]],
) -> Xform:
    """An xform; each variation by its attribute, as a weight or as (weight, {parameter: value})."""
    made = []
    for attribute, given in variations.items():
        form, entry = split_attribute(attribute)  # type: ignore[misc]
        value, named = given if isinstance(given, tuple) else (given, {})
        unknown = set(named) - {parameter.name for parameter in entry.parameters}
        if unknown:
            raise ValueError(f"{attribute} has no parameter {', '.join(sorted(unknown))}")
        parameters = tuple((p.name, float(named.get(p.name, p.default))) for p in entry.parameters)
        made.append(Variation(entry.name, value, parameters, form))
    return Xform(weight, coefs, post, tuple(made), color, speed, opacity=opacity, name=name, xaos=xaos)


def flower(
    name: str, xforms: list[Xform], final: Xform | None, colors: Palette, camera: Camera, tone: Tone
) -> Flame:
    """A flame of this project."""
    finals = () if final is None else (final,)
    return Flame(name, tuple(xforms), finals, colors, camera, tone, "BLOOM 0.1")


NOWHERE = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Coefs that forget the point: what follows draws a fresh shape around the origin."""


FOOT = {"Re_B": 1.0}
"""A Möbius map that moves the corner at -1 to the origin."""


def sheet(start: float, end: float, half: float, veins: float = 0.0) -> dict[str, Any]:
    """Pre variations that scatter points over a rectangle, x from start to end and |y| up to half.

    `veins` of them run along x: `pressure_wave` crowds the points there.
    """
    made: dict[str, Any] = {"pre_flatten": 1, "pre_blur_square": 1}
    if veins:
        made["pre_pressure_wave"] = (1, {"x_freq": 0.0, "y_freq": veins})
    place = {"scaleX": (end - start) / 2, "scaleY": half, "translateX": (start + end) / 2}
    return made | {"pre_affine3D": (1, place)}


def shaded(low: float, high: float, reach: float) -> dict[str, Any]:
    """A pre variation that colours from `low` at x = 0 to `high` at x = `reach`.

    The pre form of `dc_linear` adds the point to itself first, hence no 2 in its scale.
    """
    scale = reach / (high - low)
    return {"pre_dc_linear": (1, {"scale": round(scale, 4), "offset": round((low - 0.5) * 2.0 * scale, 4)})}


def petal(start: float, end: float, half: float, veins: float, colors: tuple[float, float]) -> dict[str, Any]:
    """Pre variations of one flat petal with its foot at the origin and its tip towards x = 2.

    tanh (x + i y) makes a lens with corners at -1 and 1 of a strip |y| <= half (a disc where half is π / 4),
    and arcs from corner to corner of the lines along it: veins. A strip that ends early has a round tip.
    Colours run from foot to tip.
    """
    made = sheet(start, end, half, veins)
    reach = 1.0 + math.sinh(2.0 * end) / (math.cos(2.0 * half) + math.cosh(2.0 * end))
    return made | {"pre_tanh": 1, "pre_Mobius": (1, FOOT), **shaded(*colors, reach)}


def bowl(size: float, depth: float = 1.0, **shape: float) -> dict[str, Any]:
    """Variations that wrap the plane around a sphere standing on the origin, `size` / `depth` across.

    Inversion in space makes a sphere through the origin of the plane `depth` below it. All of it is moved up
    by a regular variation, which a bud scales along with the inversion. `shape` holds parameters of the
    affine map of space that comes last.
    """
    made: dict[str, Any] = {"pre_ztranslate": -depth, "Spherical3D": size, "ztranslate": size / depth}
    return made | ({"post_affine3D": (1, shape)} if shape else {})
