"""Write the project's own flames, bloom_blender/presets/*.flame, from their definitions here.

    python tools/make_presets.py [name ...]

A flower is data: its xforms, its camera, its tone, and a palette drawn through a few colours of OKLCH
(B. Ottosson, "A perceptual color space for image processing", 2020).
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bloom_blender.flame.model import IDENTITY, Camera, Flame, Palette, Tone, Variation, Xform
from bloom_blender.flame.variations import split_attribute
from bloom_blender.flame.xml import write_flame

FOLDER = Path(__file__).resolve().parent.parent / "bloom_blender" / "presets"
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


_NOWHERE = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Coefs that forget the point: what follows draws a fresh shape around the origin."""


def lotus() -> Flame:
    """Rings of eight petals, each ring smaller, turned by half a petal, and steeper than the one outside.

    `diamond` folds a blurred disc into a pointed sheet whose rim and midrib are bright; cone and dome make a
    boat of it. One petal holds a small copy of the whole flower as veins.
    """
    ripple = {"freqx": 4, "freqy": 4, "scalex": 0.5, "scaley": 0.5, "freqz": 5, "scalez": 1}
    boat = {"hemisphere": 0.3, "zcone": 0.35, "ztranslate": -0.56}
    return flower(
        "Lotus",
        [
            xform(0.8, _NOWHERE, 0.04, 0.92, name="petal", post=stretch(1.0, 0.5, 0.0, 0.98, 0.0),
                  pre_flatten=1, pre_gaussian_blur=0.66, diamond=1, **boat),
            xform(0.3, turn(0.6, 20.0), 0.5, 0.6, name="veins", post=stretch(1.0, 0.45, 0.0, 0.98, 0.0),
                  pre_flatten=1, pre_gaussian_blur=0.16, diamond=1, **boat),
            xform(5.0, turn(1.0, 45.0), 0.0, 0.0, name="around", linear=1),
            xform(0.75, turn(0.74, 22.5), 0.72, 0.4, name="inwards", linear=1, zcone=0.25,
                  waves2=(0.02, ripple)),
            xform(0.06, _NOWHERE, 0.88, 0.97, name="stamens", pre_flatten=1, pre_gaussian_blur=0.17,
                  linear=1, zcone=1.2, zblur=0.05, ztranslate=0.15),
            xform(0.012, (0.0, 0.0, 0.0, 0.0, 1.3, 0.3), 1.0, 1.0, name="dew", pre_flatten=1,
                  pre_gaussian_blur=0.03, linear=1, zblur=0.03, ztranslate=0.3),
        ],
        None,
        palette(
            (0.00, 0.22, 0.13, 272), (0.10, 0.33, 0.19, 286), (0.25, 0.50, 0.24, 322),
            (0.42, 0.67, 0.21, 352), (0.60, 0.82, 0.14, 362), (0.74, 0.91, 0.08, 382),
            (0.86, 0.86, 0.15, 442), (0.94, 0.75, 0.16, 420), (1.00, 0.88, 0.12, 560),
        ),
        Camera(
            size=(1280, 720), scale=196, pitch=0.72, yaw=0.25, perspective=0.16, center=(0.0, 0.2), dof=0.1,
        ),
        Tone(brightness=4.2, gamma=2.4),
    )  # fmt: skip


def peony() -> Flame:
    """Silken petals on the golden angle, each turn smaller and a little steeper.

    `disc` rolls a blurred disc into a leaf, waves ruffle it in the plane and in depth; the second xform
    prints the whole flower on every petal.
    """
    ruffle = {"freqx": 5, "freqy": 4.5, "scalex": 0.2, "scaley": 0.2, "freqz": 6.5, "scalez": 0.17}
    leaf = {
        "disc": 0.7,
        "zcone": 0.45,
        "post_waves2": (1.0, ruffle),
        "post": stretch(1.0, 0.9, 0.0, 0.7, 0.0),
    }
    return flower(
        "Peony",
        [
            xform(1.0, _NOWHERE, 0.04, 0.9, name="petal", pre_flatten=1, pre_gaussian_blur=0.6, **leaf),
            xform(0.7, turn(0.5, 33.0), 0.3, 0.7, name="silk", pre_flatten=1, pre_gaussian_blur=0.16, **leaf),
            xform(14.0, turn(0.962, GOLDEN_ANGLE), 0.8, 0.05, name="spiral", linear=1, zcone=0.045),
            xform(0.1, _NOWHERE, 0.95, 0.9, name="stamens", pre_flatten=1, pre_gaussian_blur=0.14, linear=1,
                  zcone=0.8, zblur=0.05, ztranslate=0.1),
        ],
        None,
        palette(
            (0.00, 0.17, 0.09, 350), (0.10, 0.27, 0.14, 365), (0.25, 0.43, 0.19, 374),
            (0.42, 0.60, 0.19, 380), (0.58, 0.74, 0.16, 388), (0.74, 0.87, 0.11, 405),
            (0.85, 0.95, 0.07, 428), (0.93, 0.84, 0.15, 440), (1.00, 0.70, 0.15, 430),
        ),
        Camera(
            size=(1280, 720), scale=285, pitch=0.72, yaw=0.4, perspective=0.16, center=(0.0, -0.16), dof=0.12,
        ),
        Tone(brightness=3.6, gamma=2.3),
    )  # fmt: skip


def dahlia() -> Flame:
    """Narrow petals on the golden angle, close together; the same spiral sows the seeds of the heart."""
    blade = {"diamond": 1, "disc": 0.12, "zcone": 0.12, "post_rotate_y": 0.08}
    return flower(
        "Dahlia",
        [
            xform(1.0, _NOWHERE, 0.03, 0.92, name="petal", post=stretch(0.7, 0.22, 0.0, 0.8, 0.0),
                  pre_flatten=1, pre_gaussian_blur=0.62, **blade),
            xform(0.7, turn(0.6, 33.0), 0.25, 0.75, name="veins", post=stretch(0.7, 0.187, 0.0, 0.8, 0.0),
                  pre_flatten=1, pre_gaussian_blur=0.12, **blade),
            xform(33.0, turn(0.981, GOLDEN_ANGLE), 0.77, 0.036, name="spiral", linear=1, zcone=0.018),
            xform(0.13, (0.0, 0.0, 0.0, 0.0, 0.3, 0.0), 0.93, 0.97, name="seed", pre_flatten=1,
                  pre_gaussian_blur=0.018, linear=1, ztranslate=0.1, zblur=0.01),
            xform(0.012, (0.0, 0.0, 0.0, 0.0, 1.25, 0.2), 1.0, 1.0, name="dew", pre_flatten=1,
                  pre_gaussian_blur=0.02, linear=1, zblur=0.02, ztranslate=0.2),
        ],
        None,
        palette(
            (0.00, 0.20, 0.12, 358), (0.10, 0.30, 0.16, 370), (0.24, 0.45, 0.20, 387),
            (0.40, 0.62, 0.19, 405), (0.58, 0.79, 0.165, 432), (0.72, 0.91, 0.11, 454),
            (0.82, 0.96, 0.06, 462), (0.90, 0.74, 0.16, 440), (0.95, 0.50, 0.12, 420),
            (1.00, 0.75, 0.11, 560),
        ),
        Camera(
            size=(1280, 720), scale=285, pitch=0.68, yaw=0.4, perspective=0.16, center=(0.0, -0.06), dof=0.12,
        ),
        Tone(brightness=3.0, gamma=2.1),
    )  # fmt: skip


def dandelion() -> Flame:
    """Sixty seeds on a sphere and a few that drift away.

    Two turns (a fifth about z, a half about an axis 31.717 degrees from z) generate the rotations of the
    icosahedron, which carry one seed to sixty places. A seed is a stalk under a parachute of 18 rays, the
    roots that `julian` takes of a blurred disc beside the origin. Xaos keeps the drifting seeds single.
    """
    tilt = 31.717474 / 90.0
    lean = {"post_rotate_y": 0.2, "post_rotate_x": 0.12}
    shine, ball, wind = 0.25, (1.0, 1.0, 1.0, 1.0, 1.0, 0.0), (1.0, 1.0, 1.0, 0.0, 0.0, 1.0)
    return flower(
        "Dandelion",
        [
            xform(1.0, (0.0, 0.0, 0.0, 0.0, 0.5, 0.0), 0.82, 0.93, shine, name="parachute", pre_flatten=1,
                  pre_gaussian_blur=0.14, julian=(0.57, {"power": 18, "dist": 36}), zcone=0.3, zblur=0.01,
                  ztranslate=0.8,
                  **lean),
            xform(0.16, _NOWHERE, 0.35, 0.95, shine, name="stalk", pre_flatten=1, pre_gaussian_blur=0.005,
                  linear=1, zblur=0.224, ztranslate=0.44, **lean),
            xform(0.09, _NOWHERE, 0.10, 0.97, shine, name="seed", pre_flatten=1, pre_gaussian_blur=0.018,
                  linear=1, zblur=0.06, ztranslate=0.17, **lean),
            xform(9.0, turn(1.0, 72.0), 0.5, 0.0, name="fifth", xaos=ball, linear=1),
            xform(9.0, IDENTITY, 0.5, 0.0, name="half", xaos=ball, pre_rotate_y=tilt, rotate_z=2,
                  post_rotate_y=-tilt),
            xform(2.5, turn(0.8, -8.0, 0.98, 0.16), 1.0, 0.07, name="drift", xaos=wind, pre_rotate_x=0.12,
                  pre_rotate_y=0.05, linear3D=1, ztranslate=0.36),
        ],
        None,
        palette(
            (0.00, 0.22, 0.07, 40), (0.10, 0.38, 0.11, 52), (0.25, 0.60, 0.12, 85),
            (0.40, 0.50, 0.08, 130), (0.55, 0.60, 0.09, 235), (0.70, 0.78, 0.08, 258),
            (0.85, 0.94, 0.04, 272), (0.94, 0.97, 0.02, 300), (1.00, 0.86, 0.10, 425),
        ),
        Camera(
            size=(1280, 720), scale=262, pitch=0.6, yaw=0.4, perspective=0.2, center=(0.62, -0.1), dof=0.15,
        ),
        Tone(brightness=3.0, gamma=2.2),
    )  # fmt: skip


PRESETS = {"lotus": lotus, "peony": peony, "dahlia": dahlia, "dandelion": dandelion}
"""File name without its ending, and what makes it."""


def main(argv: list[str] | None = None) -> int:
    """Write the named presets, or all; returns the exit status."""
    names = (sys.argv[1:] if argv is None else argv) or list(PRESETS)
    FOLDER.mkdir(exist_ok=True)
    for name in names:
        if name not in PRESETS:
            print(
                f"make_presets: error: no preset {name!r}: choose of {', '.join(PRESETS)}.", file=sys.stderr
            )
            return 2
        (FOLDER / f"{name}.flame").write_text(write_flame(PRESETS[name]()), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
