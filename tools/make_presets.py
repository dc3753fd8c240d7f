"""Write the project's own flames, bloom_blender/presets/*.flame, from their definitions here.

    python tools/make_presets.py [name ...]

with --thumbnails the small square pictures of them, bloom_blender/presets/*.png, for Blender's menus,
and with --pictures those of docs/flowers.md, docs/images/flower-*.jpg.

A flower is data: its xforms, its camera, its tone and its palette; `drawing.py` holds what it is drawn with,
`masterpieces.py` the flames that fill the whole frame.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

_TOOLS = Path(__file__).resolve().parent
sys.path[:0] = [str(_TOOLS.parent), str(_TOOLS)]

import masterpieces  # noqa: E402
from drawing import (  # noqa: E402
    GOLDEN_ANGLE,
    NOWHERE,
    bowl,
    flower,
    oklch_to_srgb,
    palette,
    petal,
    stretch,
    turn,
    xform,
)

from bloom_blender.flame.model import IDENTITY, Camera, Flame, Tone  # noqa: E402
from bloom_blender.flame.xml import write_flame  # noqa: E402

__all__ = ["PRESETS", "THUMBNAIL", "oklch_to_srgb", "palette", "thumbnail", "write_flame"]

FOLDER = Path(__file__).resolve().parent.parent / "bloom_blender" / "presets"
PICTURES = Path(__file__).resolve().parent.parent / "docs" / "images"


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
            xform(0.8, NOWHERE, 0.04, 0.92, name="petal", post=stretch(1.0, 0.5, 0.0, 0.98, 0.0),
                  pre_flatten=1, pre_gaussian_blur=0.66, diamond=1, **boat),
            xform(0.3, turn(0.6, 20.0), 0.5, 0.6, name="veins", post=stretch(1.0, 0.45, 0.0, 0.98, 0.0),
                  pre_flatten=1, pre_gaussian_blur=0.16, diamond=1, **boat),
            xform(5.0, turn(1.0, 45.0), 0.0, 0.0, name="around", linear=1),
            xform(0.75, turn(0.74, 22.5), 0.72, 0.4, name="inwards", linear=1, zcone=0.25,
                  waves2=(0.02, ripple)),
            xform(0.06, NOWHERE, 0.88, 0.97, name="stamens", pre_flatten=1, pre_gaussian_blur=0.17,
                  linear=1, zcone=1.2, zblur=0.05, ztranslate=0.15),
            xform(0.012, (0.0, 0.0, 0.0, 0.0, 1.3, 0.3), 1.0, 1.0, name="dew", pre_flatten=1,
                  pre_gaussian_blur=0.03, linear=1, zblur=0.03, ztranslate=0.3),
        ],
        None,
        palette(
            (0.00, 0.22, 0.13, 272), (0.10, 0.33, 0.19, 286), (0.25, 0.50, 0.24, 322),
            (0.42, 0.64, 0.24, 350), (0.60, 0.74, 0.20, 370), (0.74, 0.85, 0.13, 400),
            (0.86, 0.90, 0.15, 445), (0.94, 0.80, 0.16, 430), (1.00, 0.88, 0.12, 560),
        ),
        Camera(
            size=(1280, 720), scale=188, pitch=0.72, yaw=0.25, perspective=0.16, center=(0.0, 0.28), dof=0.08,
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
            xform(1.0, NOWHERE, 0.04, 0.9, name="petal", pre_flatten=1, pre_gaussian_blur=0.6, **leaf),
            xform(0.7, turn(0.5, 33.0), 0.3, 0.7, name="silk", pre_flatten=1, pre_gaussian_blur=0.16, **leaf),
            xform(14.0, turn(0.962, GOLDEN_ANGLE), 0.8, 0.05, name="spiral", linear=1, zcone=0.045),
            xform(0.1, NOWHERE, 0.95, 0.9, name="stamens", pre_flatten=1, pre_gaussian_blur=0.14, linear=1,
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
            xform(1.0, NOWHERE, 0.03, 0.92, name="petal", post=stretch(0.7, 0.22, 0.0, 0.8, 0.0),
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
            xform(0.16, NOWHERE, 0.35, 0.95, shine, name="stalk", pre_flatten=1, pre_gaussian_blur=0.005,
                  linear=1, zblur=0.224, ztranslate=0.44, **lean),
            xform(0.09, NOWHERE, 0.10, 0.97, shine, name="seed", pre_flatten=1, pre_gaussian_blur=0.018,
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


def poppy() -> Flame:
    """Two and two wide bowls of crumpled silk, dark at the foot, around a wreath of stamens."""
    crumple = {"freqx": 9, "freqy": 8, "scalex": 0.05, "scaley": 0.06, "freqz": 11, "scalez": 0.09}
    silk = bowl(1.5, 0.8, scaleZ=0.75) | {"post_waves2": (1, crumple)}
    two = {"r": 2.0, "power": 2}
    return flower(
        "Poppy",
        [
            xform(1.0, NOWHERE, 0.5, 0.5, name="outer pair", **petal(-1.6, 0.3, 0.78, 6.0, (0.1, 0.6)),
                  pre_cpow=(0.62, two), **silk),
            xform(1.0, NOWHERE, 0.5, 0.5, name="inner pair", **petal(-1.6, 0.3, 0.78, 6.0, (0.1, 0.7)),
                  pre_cpow=(0.55, two), **silk, post=turn(1.0, 90.0)),
            xform(0.16, (0.0, 0.0, 0.0, 0.0, 0.42, 0.0), 0.02, 0.96, name="stamens", pre_flatten=1,
                  pre_gaussian_blur=0.05, julian=(0.5, {"power": 48, "dist": 30}), zcone=0.45, zblur=0.03,
                  ztranslate=0.1),
            xform(0.05, NOWHERE, 0.95, 0.97, name="capsule", pre_flatten=1, pre_gaussian_blur=0.09, linear=1,
                  hemisphere=0.12, ztranslate=0.3, zblur=0.03),
        ],
        None,
        palette(
            (0.00, 0.30, 0.10, 300), (0.08, 0.16, 0.08, 330), (0.16, 0.16, 0.08, 350),
            (0.20, 0.40, 0.18, 385), (0.40, 0.58, 0.22, 391), (0.56, 0.67, 0.22, 395),
            (0.70, 0.75, 0.18, 404), (0.84, 0.85, 0.12, 420), (0.92, 0.80, 0.12, 470),
            (1.00, 0.72, 0.13, 490),
        ),
        Camera(
            size=(1280, 720), scale=260, pitch=0.7, yaw=0.35, perspective=0.16, center=(0.0, -0.2), dof=0.08,
        ),
        Tone(brightness=3.8, gamma=2.3),
    )  # fmt: skip


def cherry_blossom() -> Flame:
    """A spray of blossoms: five pale petals, and each blossom a smaller one beside the one before.

    A root that `cpow` takes of one veined petal at the origin makes all five of it, wide at the rim.
    """
    return flower(
        "Cherry Blossom",
        [
            xform(1.6, NOWHERE, 0.5, 0.5, name="petals", **petal(-2.2, 1.0, 0.83, 3.5, (0.03, 0.7)),
                  cpow=(0.75, {"r": 2.2, "power": 5}), zcone=0.26),
            xform(0.12, NOWHERE, 0.76, 0.97, name="filaments", pre_flatten=1,
                  pre_blur_linear=(1, {"length": 0.75}), pre_gaussian_blur=0.012,
                  pre_affine3D=(1, {"translateX": 0.06}), julian=(0.5, {"power": 19, "dist": 19}),
                  zcone=0.42),
            xform(0.07, (0.0, 0.0, 0.0, 0.0, 0.95, 0.0), 1.0, 0.97, name="anthers", pre_flatten=1,
                  pre_gaussian_blur=0.12, julian=(0.5, {"power": 19, "dist": 30}), zcone=0.42, zblur=0.02),
            xform(0.05, NOWHERE, 0.88, 0.97, name="heart", pre_flatten=1, pre_gaussian_blur=0.06, linear=1,
                  zblur=0.03, ztranslate=0.03),
            xform(2.0, turn(0.72, 40.0, -1.45, 0.45), 0.6, 0.04, name="next", pre_rotate_x=0.18,
                  pre_rotate_y=-0.22, linear3D=1, ztranslate=-0.3),
        ],
        None,
        palette(
            (0.00, 0.40, 0.19, 362), (0.12, 0.52, 0.21, 360), (0.26, 0.70, 0.17, 357),
            (0.42, 0.85, 0.10, 355), (0.62, 0.95, 0.04, 352), (0.78, 0.97, 0.03, 380),
            (0.92, 0.90, 0.12, 440), (1.00, 0.86, 0.14, 450),
        ),
        Camera(
            size=(1280, 720), scale=205, pitch=0.6, yaw=0.1, perspective=0.16, center=(-1.05, -0.25),
            dof=0.12,
        ),
        Tone(brightness=5.0, gamma=2.3, supersample=2),
    )  # fmt: skip


def passion_flower() -> Flame:
    """Ten pale petals under a crown of 96 threads, banded in violet, white and blue; a star in the heart."""
    return flower(
        "Passion Flower",
        [
            xform(1.0, NOWHERE, 0.70, 0.92, name="petal", post=stretch(0.58, 0.25, 0.0, 1.15, 0.0),
                  pre_flatten=1, pre_gaussian_blur=0.64, diamond=1, hemisphere=0.3, zcone=0.2,
                  ztranslate=-0.5),
            xform(0.42, turn(0.5, 36.0), 0.8, 0.7, name="veins", post=stretch(0.58, 0.22, 0.0, 1.15, 0.0),
                  pre_flatten=1, pre_gaussian_blur=0.12, diamond=1, hemisphere=0.3, zcone=0.2,
                  ztranslate=-0.5),
            xform(5.0, turn(1.0, 36.0), 0.0, 0.0, name="around", linear=1),
            xform(1.2, (0.0, 0.0, 0.0, 0.0, 0.68, 0.0), 0.34, 0.93, name="threads", pre_flatten=1,
                  pre_gaussian_blur=0.2, julian=(1.02, {"power": 40, "dist": 44}), zcone=0.22,
                  ztranslate=-0.1, zblur=0.012),
            xform(0.6, (0.0, 0.0, 0.0, 0.0, 0.5, 0.0), 0.06, 0.95, name="inner threads", pre_flatten=1,
                  pre_gaussian_blur=0.14, julian=(0.62, {"power": 40, "dist": 36}), zcone=0.5, zblur=0.012),
            xform(0.07, NOWHERE, 0.96, 0.97, name="style", post=stretch(0.2, 0.05, 18.0, 0.2, 0.06),
                  pre_flatten=1, pre_gaussian_blur=0.5, diamond=1, ztranslate=0.4, zblur=0.03),
        ],
        None,
        palette(
            (0.00, 0.26, 0.17, 320), (0.12, 0.38, 0.21, 312), (0.26, 0.50, 0.23, 295),
            (0.40, 0.62, 0.19, 280), (0.54, 0.78, 0.11, 275), (0.68, 0.93, 0.04, 290),
            (0.80, 0.92, 0.06, 340), (0.90, 0.90, 0.14, 460), (1.00, 0.88, 0.17, 470),
        ),
        Camera(
            size=(1280, 720), scale=188, pitch=0.62, yaw=0.2, perspective=0.16, center=(0.0, 0.05), dof=0.1,
        ),
        Tone(brightness=3.6, gamma=2.2),
    )  # fmt: skip


def hydrangea() -> Flame:
    """A ball of florets on the golden angle over five leaves.

    In the plane the florets lie on a spiral, each smaller; the final `Spherical3D` inverts that plane to a
    sphere, where they are nearly alike, as the map keeps angles and widens the middle.
    """
    leaf = petal(-1.5, 1.7, 0.5, 5.0, (0.0, 0.13)) | {"pre_Mobius": (1, {"Re_B": 1.4})}
    return flower(
        "Hydrangea",
        [
            xform(0.4, NOWHERE, 0.5, 0.5, name="floret", **petal(-1.5, 0.3, 0.8, 2.5, (0.18, 0.75)),
                  cpow=(0.36, {"r": 2.1, "power": 4}), zcone=-0.04, post=turn(1.0, 0.0, 1.3)),
            xform(0.012, NOWHERE, 0.97, 0.97, name="bead", pre_flatten=1, pre_gaussian_blur=0.03, linear=1,
                  zblur=0.02, post=turn(1.0, 0.0, 1.3)),
            xform(13.0, turn(1.0, GOLDEN_ANGLE), 0.95, 0.02, name="spiral", linear3D=0.965),
            xform(0.7, NOWHERE, 0.5, 0.5, name="leaves", xaos=(1.0, 1.0, 0.0, 1.0), **leaf,
                  pre_cpow=(2.2, {"r": 5, "power": 5}), linear=1, ztranslate=-0.22),
        ],
        xform(1.0, IDENTITY, 0.0, 0.0, pre_ztranslate=1, Spherical3D=2, post_ztranslate=-1),
        palette(
            (0.00, 0.35, 0.10, 145), (0.09, 0.58, 0.13, 135), (0.14, 0.75, 0.12, 130),
            (0.18, 0.96, 0.04, 200), (0.30, 0.75, 0.12, 270), (0.42, 0.54, 0.19, 272),
            (0.54, 0.50, 0.20, 280), (0.65, 0.60, 0.18, 300), (0.76, 0.72, 0.16, 330),
            (0.87, 0.88, 0.09, 350), (1.00, 0.95, 0.08, 455),
        ),
        Camera(
            size=(1280, 720), scale=250, pitch=0.95, yaw=0.4, perspective=0.2, center=(0.0, -0.05), dof=0.05,
        ),
        Tone(brightness=3.6, gamma=2.2),
    )  # fmt: skip


def iris() -> Flame:
    """Three falls that hang and three standards that rise; styles and golden beards between them.

    The falls lie on a sphere below the heart, from yellow through white to violet.
    """
    ruffle = {"freqx": 5, "freqy": 6, "scalex": 0.05, "scaley": 0.06, "freqz": 9, "scalez": 0.07}
    wavy: dict[str, Any] = {"post_waves2": (1, ruffle)}
    hanging = bowl(1.6, scaleZ=-1.0, translateZ=0.2) | wavy
    three = {"r": 3.0, "power": 3}
    return flower(
        "Iris",
        [
            xform(1.0, NOWHERE, 0.5, 0.5, name="falls", **petal(-1.8, 0.75, 0.5, 4.0, (0.0, 0.48)),
                  pre_cpow=(1.5, three), **hanging),
            xform(0.9, NOWHERE, 0.5, 0.5, name="standards", **petal(-1.8, 0.75, 0.52, 3.0, (0.55, 0.84)),
                  pre_cpow=(0.82, three), **bowl(1.6, scaleZ=1.25), **wavy, post=turn(1.0, 60.0)),
            xform(0.16, NOWHERE, 0.5, 0.5, name="styles", **petal(-1.8, 0.4, 0.34, 2.0, (0.7, 0.98)),
                  pre_cpow=(0.6, three), **bowl(1.6, scaleZ=0.6), **wavy),
            xform(0.05, NOWHERE, 0.06, 1.0, name="beards", pre_flatten=1,
                  pre_blur_linear=(1, {"length": 0.55}), pre_gaussian_blur=0.05, pre_cpow=(1.5, three),
                  **hanging, zblur=0.03),
        ],
        None,
        palette(
            (0.00, 0.90, 0.17, 95), (0.08, 0.90, 0.16, 92), (0.14, 0.97, 0.0, 95), (0.142, 0.97, 0.0, 295),
            (0.22, 0.72, 0.13, 295), (0.28, 0.46, 0.22, 293), (0.40, 0.36, 0.22, 287),
            (0.49, 0.50, 0.24, 295), (0.56, 0.44, 0.18, 285), (0.66, 0.62, 0.15, 285),
            (0.78, 0.80, 0.10, 285), (0.86, 0.90, 0.06, 300), (1.00, 0.96, 0.03, 320),
        ),
        Camera(
            size=(1280, 720), scale=208, pitch=1.0, yaw=0.3, perspective=0.16, center=(0.0, -0.14), dof=0.08,
        ),
        Tone(brightness=4.2, gamma=2.3),
    )  # fmt: skip


PRESETS = {
    "lotus": lotus,
    "peony": peony,
    "dahlia": dahlia,
    "dandelion": dandelion,
    "rose": masterpieces.rose,
    "sunflower": masterpieces.sunflower,
    "tulip": masterpieces.tulip,
    "lily": masterpieces.lily,
    "poppy": poppy,
    "cherry_blossom": cherry_blossom,
    "passion_flower": passion_flower,
    "hydrangea": hydrangea,
    "iris": iris,
    **masterpieces.MASTERPIECES,
}
"""File name without its ending, and what makes it."""


THUMBNAIL = 128
"""Pixels of a thumbnail, across and down."""


def render(flame: Flame, path: Path, width: int) -> None:
    """Render a flame as a PNG."""
    from bloom_blender import cli  # it needs numba, which writing flames does not

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "drawn.flame"
        file.write_text(write_flame(flame), encoding="utf-8")
        options = ["--width", str(width), "--quality", "300", "--quiet"]
        if cli.main(["render", str(file), "-o", str(path), *options]):
            raise RuntimeError(f"{path.name} could not be rendered")


def thumbnail(flame: Flame, path: Path, size: int = THUMBNAIL) -> None:
    """Render the middle of a flame's frame as a small square PNG, `size` pixels across."""
    from PIL import Image

    render(replace(flame, camera=replace(flame.camera, size=(760, 760))), path, size)
    with Image.open(path) as drawn:  # 256 colors are enough for it, and half the size
        drawn.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)


def picture(flame: Flame, path: Path) -> None:
    """Render a flame as a JPEG for the documentation."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "picture.png"
        render(flame, drawn, 640)
        Image.open(drawn).convert("RGB").save(path, quality=85, optimize=True)


def main(argv: list[str] | None = None) -> int:
    """Write the named presets, or all; returns the exit status."""
    given = sys.argv[1:] if argv is None else argv
    names = [name for name in given if not name.startswith("--")] or list(PRESETS)
    FOLDER.mkdir(exist_ok=True)
    for name in names:
        if name not in PRESETS:
            print(
                f"make_presets: error: no preset {name!r}: choose of {', '.join(PRESETS)}.", file=sys.stderr
            )
            return 2
        (FOLDER / f"{name}.flame").write_text(write_flame(PRESETS[name]()), encoding="utf-8", newline="\n")
        if "--thumbnails" in given:
            thumbnail(PRESETS[name](), FOLDER / f"{name}.png")
        if "--pictures" in given:
            picture(PRESETS[name](), PICTURES / f"flower-{name.replace('_', '-')}.jpg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
