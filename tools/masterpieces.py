"""Flames that fill the whole frame: flowers and others, with depth, texture, dust and light from a core.

All of them are made the same way, which needs no petals that are drawn. A core is a small shape beside the
origin. A spiral turns and enlarges it again and again and lifts it a little, with some waves or cells for
texture, so that its copies run away towards infinity. A last map, `julia3D` with a negative power,
takes a root
of the inverse: infinity becomes the middle of the picture, the core the petals in the foreground,
as many times
as the power says. Companions, shapes of little opacity far from the core, become filaments, seeds and lights;
the depth blur of the camera makes discs of those that are near.

The numbers were found by drawing thousands of such flames at random, and finished by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drawing import NOWHERE, flower, palette, turn, xform

from bloom_blender.flame.model import Camera, Flame, Tone, Xform


def root(power: int, degrees: float, x: float, y: float) -> Xform:
    """The last map: the root of the inverse of space, turned by `degrees` before, about (x, y)."""
    return xform(1.0, turn(1.0, degrees, x, y), 0.0, 0.0, name="root", julia3D=(2, {"power": power}))


def heart(color: float, weight: float = 0.04) -> Xform:
    """Light in the middle of a fifth root, where otherwise a dot stays dark.

    Orbits end 10¹⁰ from the origin, and the inverse fifth root of that is a hundredth still.
    """
    return xform(weight, NOWHERE, color, 1.0, name="heart", gaussian_blur=2e9, ztranslate=8e9)


def dust(color: float, size: float = 2.4, weight: float = 0.07, opacity: float = 0.7) -> Xform:
    """Grains all over the frame, discs where the depth blur is: cells that have shrunk to their seeds."""
    cells = {"cellsize": 0.3, "power": 1.0, "distort": 1.0, "scale": 0.04}
    return xform(weight, NOWHERE, color, 1.0, opacity, name="dust", crackle=(size, cells))


def view(scale: float, center: tuple[float, float], **changes: float) -> Camera:
    """A camera of 1280 x 720 pixels."""
    return Camera(size=(1280, 720), scale=scale, center=center, **changes)  # type: ignore[arg-type]


def glow(brightness: float = 4.5, gamma: float = 3.2) -> Tone:
    """A soft tone, smoothed where points are few."""
    return Tone(
        brightness=brightness, gamma=gamma, quality=300.0, estimator_radius=9.0, estimator_minimum=0.0
    )


def galaxy() -> Flame:
    """A spiral of suns around a bright core, with clouds and young blue stars in the foreground."""
    at = (1.0, 0.0, 0.0, 1.0, 0.74, 0.5745)
    waves: dict[str, Any] = {"freqx": 5.7, "scalex": 1, "freqy": 2.7, "scaley": 1}
    return flower(
        "Galaxy",
        [
            xform(0.5, at, 0.05, 0.9, name="clouds", gaussian_blur=0.36, flatten=1),
            xform(5, (-0.2307, 1.3784, -1.3653, -0.2285, 0.4829, 0.4477), 0.62, 0.11, name="spiral",
                  linear3D=0.9,
                  zcone=-0.33, ztranslate=0.7047, gaussian_blur=0.03, waves2=(0.1276, waves)),
            xform(0.1, at, 0.78, 0.95, 0.12, name="young stars", blur_circle=0.153, zblur=0.434,
                  ztranslate=0.554),
            xform(0.1, at, 0.9, 0.9, 0.1, name="dust lanes", julian=(0.4813, {"dist": 0.598, "power": 12}),
                  ztranslate=-0.1943),
            xform(0.06, (0, 0, 0, 0, 0.3, 1.1), 1.0, 1.0, 0.5, name="suns", gaussian_blur=0.008, zblur=0.3),
        ],
        root(-3, 161.6, 0.0052, -0.254),
        palette(
            (0.00, 0.22, 0.11, 285), (0.12, 0.36, 0.15, 300), (0.26, 0.52, 0.17, 340),
            (0.40, 0.70, 0.14, 385),
            (0.52, 0.86, 0.10, 430), (0.62, 0.97, 0.04, 440), (0.70, 0.80, 0.10, 560),
            (0.80, 0.78, 0.13, 590),
            (0.90, 0.62, 0.19, 370), (1.00, 0.95, 0.05, 600),
        ),
        view(291, (-0.0112, -0.1671), rotate=38.33, yaw=-0.896, pitch=1.0105, perspective=0.3214, dof=0.12),
        glow(),
    )  # fmt: skip


def cathedral() -> Flame:
    """A dome of five bays of vaults, window over window, up to the light in its lantern."""
    at, away = (1.0, 0.0, 0.0, 1.0, 0.2393, 0.3218), (0.0272, -1.0997, 1.0997, 0.0272, 0.8554, 1.4855)
    waves: dict[str, Any] = {
        "freqx": 2.305,
        "scalex": 1,
        "freqy": 3.663,
        "scaley": 1,
        "freqz": 3.233,
        "scalez": 0.774,
    }
    return flower(
        "Cathedral",
        [
            xform(0.5, at, 0.06, 0.85, name="vault", pre_gaussian_blur=0.6791, diamond=0.4565, flatten=1),
            xform(5, (-1.3041, -1.1742, 1.1215, -1.2455, 0.0802, 0.6784), 0.6, 0.12, name="spiral",
                  linear3D=1,
                  zcone=-0.2152, ztranslate=0.8846, spherical=-0.1463, waves2=(0.0843, waves)),
            xform(0.1, at, 0.78, 0.95, 0.3, post=away, name="windows", pie=(0.4802, {"thickness": 0.5661}),
                  ztranslate=-0.2424),
            xform(0.1, at, 0.9, 0.9, 0.1, post=away, name="arches", hemisphere=0.767, ztranslate=-0.1554),
            heart(0.62),
        ],
        root(-5, -146.1, -0.345, 0.9258),
        palette(
            (0.00, 0.20, 0.08, 275), (0.14, 0.34, 0.11, 270), (0.28, 0.50, 0.13, 290),
            (0.42, 0.68, 0.12, 380),
            (0.54, 0.86, 0.12, 440), (0.62, 0.97, 0.06, 450), (0.70, 0.75, 0.18, 410),
            (0.80, 0.66, 0.20, 390),
            (0.90, 0.62, 0.15, 560), (1.00, 0.80, 0.12, 540),
        ),
        view(248, (0.0371, 0.137), rotate=-25.87, yaw=1.0304, pitch=0.4161, perspective=0.3302, dof=0.2321),
        glow(),
    )  # fmt: skip


def midnight_rose() -> Flame:
    """A rose of glass, wine red to white, with drops that hang on threads before it."""
    away = (-0.2829, -1.063, 1.063, -0.2829, -0.3493, 3.4328)
    return flower(
        "Midnight Rose",
        [
            xform(0.5, (1, 0, 0, 1, 0.6564, 0.3937), 0.04, 0.7, name="petals", pre_gaussian_blur=0.4085,
                  diamond=0.6157,
                  flatten=1),
            xform(5, (-1.3084, 0.7409, -0.7188, -1.2693, -0.2284, 0.0838), 0.6, 0.12, name="spiral",
                  linear3D=1,
                  zcone=0.3676, ztranslate=0.5699, bubble=0.1052),
            xform(0.1, (-0.5151, 0.4857, -0.4857, -0.5151, 0.6564, 0.3937), 0.82, 0.9, 0.3, post=away,
                  name="drops",
                  bubble=0.1836, ztranslate=-0.3649),
            xform(0.3, (0.3872, -0.7675, 0.7675, 0.3872, 0.6564, 0.3937), 0.95, 0.95, 0.1, post=away,
                  name="threads",
                  bubble=-0.2241, ztranslate=-0.2462),
        ],
        root(-2, 136.7, -0.2917, -0.1226),
        palette(
            (0.00, 0.24, 0.12, 300), (0.12, 0.36, 0.17, 335), (0.26, 0.50, 0.21, 365),
            (0.40, 0.66, 0.19, 378),
            (0.52, 0.84, 0.12, 395), (0.62, 0.97, 0.05, 430), (0.72, 0.86, 0.13, 445),
            (0.82, 0.85, 0.10, 560),
            (0.92, 0.60, 0.17, 620), (1.00, 0.72, 0.14, 590),
        ),
        view(600, (0.0255, -0.23), rotate=29, yaw=1.6956, pitch=0.403, perspective=0.1881, dof=0.1399),
        glow(),
    )  # fmt: skip


def chrysanthemum() -> Flame:
    """Hundreds of veined petals, each with a ruby, in five sweeping spirals."""
    at = (1.0, 0.0, 0.0, 1.0, 0.738, 0.0112)
    tiles: dict[str, Any] = {"size": 0.2006, "scale": 0.6005}
    return flower(
        "Chrysanthemum",
        [
            xform(0.5, at, 0.05, 0.8, name="petals", blur_circle=0.3483, flatten=1),
            xform(5, (-1.2887, 1.0215, -0.9608, -1.212, 0.2085, 0.5735), 0.6, 0.1, name="spiral", linear3D=1,
                  zcone=-0.4087, ztranslate=0.0218, blur_pixelize=(0.2114, tiles), cross=0.2983),
            xform(0.1, at, 0.8, 0.9, 0.12, name="rubies", gaussian_blur=0.0673, ztranslate=0.4208),
            xform(0.1, at, 0.9, 0.9, 0.3, name="veins", bubble=-0.1641, ztranslate=-0.0083),
            xform(0.1, at, 1.0, 0.9, 0.1, post=(-0.5183, -0.9703, 0.9703, -0.5183, 0.7791, 2.2107),
                  name="lights",
                  blur_circle=0.1821, zblur=0.2419, ztranslate=-0.2112),
            xform(0.25, (-0.7173, 0.1399, -0.1399, -0.7173, 0, 0), 0.35, 0.46, name="inner", linear=1),
            heart(0.62),
        ],
        root(-5, 77.4, -0.023, -0.7503),
        palette(
            (0.00, 0.30, 0.10, 330), (0.14, 0.44, 0.14, 350), (0.28, 0.58, 0.15, 385),
            (0.42, 0.74, 0.14, 415),
            (0.54, 0.88, 0.13, 445), (0.62, 0.96, 0.08, 460), (0.72, 0.70, 0.20, 380),
            (0.82, 0.60, 0.23, 372),
            (0.90, 0.75, 0.12, 500), (1.00, 0.65, 0.14, 570),
        ),
        view(345, (0.0603, 0.1912), rotate=-30, yaw=-2.0475, pitch=0.5805, perspective=0.1592, dof=0.2747),
        glow(),
    )  # fmt: skip


def aster() -> Flame:
    """Crystals of frost on five times as many petals as one can count, around an ember."""
    at = (1.0, 0.0, 0.0, 1.0, 0.5572, 0.0739)
    cells: dict[str, Any] = {"cellsize": 0.5265, "power": 0.3222, "distort": 1}
    waves: dict[str, Any] = {"freqx": 2.3034, "scalex": 1, "freqy": 1.9457, "scaley": 1}
    return flower(
        "Aster",
        [
            xform(0.5, at, 0.06, 0.8, name="frost", crackle=(0.4599, cells), flatten=1),
            xform(5, (-1.1861, -1.1335, 1.1045, -1.1558, 0.2094, -0.5335), 0.62, 0.1, name="spiral",
                  linear3D=1,
                  zcone=0.4949, ztranslate=-0.1127, cross=0.0975, waves2=(-0.0577, waves)),
            xform(0.1, (-0.3907, 0.2816, -0.2816, -0.3907, 0.5572, 0.0739), 0.8, 0.9, 0.3, name="spikes",
                  diamond=0.5757,
                  curl=(-0.4804, {"c1": 1, "c2": 0}), ztranslate=-0.4322),
            xform(0.1, (-0.4577, 0.0696, -0.0696, -0.4577, 0.5572, 0.0739), 0.92, 0.9, 0.3,
                  post=(-1.0558, 0.3086, -0.3086, -1.0558, 0.9584, 2.4443), name="sparks", bubble=-0.0169,
                  ztranslate=0.173),
            xform(0.25, (0.8109, -0.0903, 0.0903, 0.8109, 0, 0), 0.3, 0.61, name="inner", swirl=0.05),
            heart(0.62),
        ],
        root(-5, -151.0, 0.5289, 0.3416),
        palette(
            (0.00, 0.28, 0.11, 265), (0.14, 0.44, 0.14, 255), (0.28, 0.62, 0.13, 235),
            (0.40, 0.76, 0.11, 215),
            (0.50, 0.80, 0.10, 160), (0.58, 0.88, 0.13, 95), (0.66, 0.85, 0.16, 70), (0.78, 0.66, 0.20, 35),
            (0.88, 0.90, 0.06, -60), (1.00, 0.70, 0.16, -40),
        ),
        view(275, (-0.0039, 0.0823), rotate=-26.4, yaw=0.4564, pitch=0.7217, perspective=0.2471, dof=0.16),
        glow(),
    )  # fmt: skip


def anemone() -> Flame:
    """Rings of light on stalks over a bed of golden grains."""
    away = (1.0951, 0.1042, -0.1042, 1.0951, -1.3228, -1.0554)
    waves: dict[str, Any] = {"freqx": 4.1155, "scalex": 1, "freqy": 2.301, "scaley": 1}
    ring: dict[str, Any] = {"n": 1, "thickness": 0.3, "holes": 0.9928}
    return flower(
        "Anemone",
        [
            xform(0.5, (1, 0, 0, 1, 0.1146, -0.1592), 0.1, 0.85, name="grains",
                  crackle=(0.4111, {"cellsize": 0.2456, "power": 0.2137, "distort": 1}), flatten=1),
            xform(5, (-0.9381, 1.3825, -1.5584, -1.0575, 0.4839, 0.4069), 0.55, 0.09, name="spiral",
                  linear3D=1,
                  zcone=-0.024, ztranslate=-0.0172, waves2=(0.0866, waves), epispiral=(0.0613, ring)),
            xform(0.3, (0.2129, -0.7786, 0.7786, 0.2129, 0.1146, -0.1592), 0.75, 0.9, 0.1, post=away,
                  name="bells",
                  hemisphere=0.6845, ztranslate=0.0594),
            xform(0.1, (-0.6366, 0.1267, -0.1267, -0.6366, 0.1146, -0.1592), 0.9, 0.9, 0.3, post=away,
                  name="threads",
                  cylinder=-0.0135, ztranslate=-0.3941),
            xform(0.1, (0.1933, 0.7707, -0.7707, 0.1933, 0.1146, -0.1592), 1.0, 0.6, 0.1, name="rays",
                  zblur=0.9979,
                  ztranslate=-0.1895),
        ],
        root(-2, -34.0, -0.0928, 0.992),
        palette(
            (0.00, 0.25, 0.08, 200), (0.14, 0.42, 0.10, 190), (0.28, 0.60, 0.12, 160),
            (0.42, 0.78, 0.14, 120),
            (0.55, 0.92, 0.12, 90), (0.66, 0.70, 0.19, 20), (0.76, 0.66, 0.21, 5), (0.86, 0.80, 0.12, -60),
            (0.93, 0.75, 0.13, -110), (1.00, 0.62, 0.19, -20),
        ),
        view(351, (0.1549, 0.4289), rotate=-9.4, yaw=1.0099, pitch=0.9327, perspective=0.2819, dof=0.31),
        glow(),
    )  # fmt: skip


def protea() -> Flame:
    """A chalice of ruffled scales, gold within and blue without, that opens towards the light."""
    at = (1.0, 0.0, 0.0, 1.0, -0.5567, 0.1631)
    waves: dict[str, Any] = {
        "freqx": 1.2128,
        "scalex": 1,
        "freqy": 3.0354,
        "scaley": 1,
        "freqz": 1.6357,
        "scalez": 0.9269,
    }
    return flower(
        "Protea",
        [
            xform(0.5, at, 0.04, 0.9, name="scales", pre_gaussian_blur=0.6287, diamond=0.5625, flatten=1),
            xform(5, (-0.9881, -0.9443, 0.9255, -0.9685, -0.0722, -0.7906), 0.62, 0.14, name="spiral",
                  linear3D=0.9,
                  zcone=0.5959, ztranslate=0.8162, waves2=(0.1604, waves), arch=0.0867),
            xform(0.1, at, 0.8, 0.6, 0.1, name="tips", pie=(0.3606, {"rotation": 0.5, "thickness": 0.4154}),
                  ztranslate=0.2207),
            xform(0.1, (-0.523, 0.2387, -0.2387, -0.523, -0.5567, 0.1631), 0.95, 0.8, 0.1, name="stamens",
                  zblur=1.5206,
                  ztranslate=0.1202),
            dust(1.0, weight=0.1),
        ],
        root(-3, -44.0, 0.7563, -0.8569),
        palette(
            (0.00, 0.42, 0.15, 262), (0.12, 0.50, 0.18, 275), (0.26, 0.55, 0.19, 310),
            (0.40, 0.64, 0.18, 360),
            (0.52, 0.78, 0.16, 410), (0.62, 0.92, 0.13, 445), (0.72, 0.85, 0.12, 400),
            (0.82, 0.80, 0.10, 380),
            (0.92, 0.75, 0.15, 400), (1.00, 0.70, 0.12, 560),
        ),
        view(430, (0.0117, -0.30), rotate=10, yaw=-1.0273, pitch=0.4918, perspective=0.1314, dof=0.3139),
        glow(),
    )  # fmt: skip


def nebula() -> Flame:
    """A cloud that is lit from within, dark lanes before it, and a field of stars."""
    at = (1.0, 0.0, 0.0, 1.0, 0.6038, -0.0832)
    cells: dict[str, Any] = {"cellsize": 0.4174, "power": 0.3875, "distort": 1}
    fine: dict[str, Any] = {"cellsize": 0.8795, "power": 0.2, "distort": 1}
    return flower(
        "Nebula",
        [
            xform(0.5, at, 0.05, 0.9, name="cloud", crackle=(0.5528, cells), flatten=1),
            xform(5, (-1.2329, -1.1101, -1.2066, 1.3401, -0.4321, -0.4207), 0.6, 0.05, name="spiral",
                  linear3D=1, zcone=0.5637, ztranslate=-0.3834, hemisphere=0.0283,
                  crackle=(0.0753, fine), julian=(0.2352, {"dist": 1.0588, "power": 5})),
            xform(0.1, (0.227, 0.6746, -0.6746, 0.227, 0.6038, -0.0832), 0.85, 0.95, 0.3,
                  post=(-1.0656, 0.2731, -0.2731, -1.0656, -0.4627, -3.1507), name="filaments",
                  gaussian_blur=0.1481, ztranslate=0.2573),
            xform(0.3, at, 0.97, 0.95, 0.3, name="veil", diamond=0.5419,
                  curl=(-0.8431, {"c1": 1, "c2": 0}), ztranslate=0.0041),
            xform(0.25, (-0.4825, 0.5603, -0.5603, -0.4825, 0, 0), 0.4, 0.65, name="inner", swirl=0.05),
            dust(0.72),
        ],
        root(-2, -50.2, 0.6522, 0.2895),
        palette(
            (0.00, 0.34, 0.14, 290), (0.14, 0.44, 0.17, 315), (0.28, 0.56, 0.18, 350),
            (0.42, 0.70, 0.16, 390), (0.54, 0.88, 0.12, 425), (0.62, 0.97, 0.05, 440),
            (0.72, 0.90, 0.06, 560), (0.84, 0.75, 0.13, 550), (0.92, 0.60, 0.16, 600),
            (1.00, 0.46, 0.18, 630),
        ),
        view(290, (0.22, -0.10), rotate=40, yaw=-1.3711, pitch=0.8747, perspective=0.3184, dof=0.1491),
        glow(6.0, 3.2),
    )  # fmt: skip


def coral() -> Flame:
    """A reef that hangs in blue water, with glowing polyps on long stalks."""
    at, away = (1.0, 0.0, 0.0, 1.0, 0.5923, -0.241), (1.0255, -0.398, 0.398, 1.0255, -1.3699, -3.0927)
    return flower(
        "Coral",
        [
            xform(0.5, at, 0.02, 0.9, name="reef", starblur=(0.3148, {"range": 0.3918}), flatten=1),
            xform(5, (-1.2868, -1.2297, 1.2928, -1.3528, -0.4832, -0.2134), 0.6, 0.09, name="spiral",
                  linear3D=0.9, zcone=-0.4335, ztranslate=-0.0456, arch=-0.0438,
                  epispiral=(0.0634, {"n": 1, "holes": 0.8781}), taurus=0.0428),
            xform(0.1, at, 0.74, 0.9, 0.3, post=away, name="threads",
                  julian=(0.2183, {"dist": 0.7799, "power": 12}), ztranslate=0.0756),
            xform(0.1, (-0.0207, -0.7369, 0.7369, -0.0207, 0.5923, -0.241), 0.9, 0.9, 0.1, post=away,
                  name="mist", blur_circle=0.0644, zblur=0.4813, ztranslate=0.4326),
            xform(0.12, at, 0.8, 0.75, 0.3, name="polyps", gaussian_blur=0.0278, ztranslate=0.3666),
            heart(0.62),
        ],
        root(-5, 10.5, 0.7352, -1.162),
        palette(
            (0.00, 0.32, 0.12, 265), (0.12, 0.42, 0.15, 285), (0.24, 0.54, 0.18, 330),
            (0.36, 0.66, 0.18, 375), (0.48, 0.78, 0.15, 400), (0.60, 0.92, 0.11, 440),
            (0.72, 0.85, 0.12, 545), (0.82, 0.90, 0.13, 450), (0.92, 0.55, 0.13, 600),
            (1.00, 0.75, 0.10, 570),
        ),
        view(345, (-0.0027, 0.52), rotate=-18.8, yaw=2.5179, pitch=1.0382, perspective=0.3144, dof=0.22),
        glow(5.5),
    )  # fmt: skip


def feather() -> Flame:
    """The plumage of a bird of paradise: barb over barb, and long plumes that fall from the crown."""
    return flower(
        "Feather",
        [
            xform(0.5, (1, 0, 0, 1, -0.7056, -0.2101), 0.02, 0.85, name="barbs",
                  starblur=(0.3512, {"power": 6, "range": 0.3544}), flatten=1),
            xform(5, (-0.3181, 1.9009, -1.5557, -0.2603, -0.0213, -0.2838), 0.6, 0.09, name="spiral",
                  linear3D=1, zcone=-0.4254, ztranslate=-0.6002, gaussian_blur=0.0167),
            xform(0.3, (-0.4804, -0.229, 0.229, -0.4804, -0.7056, -0.2101), 0.8, 0.9, 0.4, name="plumes",
                  julian=(0.2036, {"dist": 1.1894, "power": 3}), ztranslate=0.4132),
            xform(0.14, (0.198, -0.82, 0.82, 0.198, 0, 0), 0.3, 0.5162, name="down", spherical=0.3),
        ],
        root(-3, -45.9, -0.4805, -0.7722),
        palette(
            (0.00, 0.30, 0.10, 250), (0.12, 0.46, 0.13, 230), (0.24, 0.62, 0.13, 195),
            (0.34, 0.66, 0.14, 150), (0.44, 0.66, 0.16, 90), (0.52, 0.80, 0.16, 75), (0.60, 0.95, 0.08, 80),
            (0.70, 0.70, 0.18, -20), (0.82, 0.66, 0.21, -40), (0.92, 0.60, 0.20, -80), (1.00, 0.60, 0.2, -60),
        ),
        view(470, (-0.2009, 0.60), rotate=-6.3, yaw=-2.5531, pitch=1.0277, perspective=0.2115, dof=0.1354),
        glow(5.5),
    )  # fmt: skip


def zinnia() -> Flame:
    """Cupped petals, each with a lens of cells, violet at the rim and rose at the heart."""
    at = (1.0, 0.0, 0.0, 1.0, 0.4028, -0.1158)
    return flower(
        "Zinnia",
        [
            xform(0.5, at, 0.04, 0.9, name="petals", pre_gaussian_blur=0.641, diamond=0.6386, flatten=1),
            xform(5, (-1.2423, -1.1186, 1.0214, -1.1343, 0.3883, -0.4117), 0.62, 0.07, name="spiral",
                  linear3D=1, zcone=0.4312, ztranslate=-0.4875, cross=0.0675, arch=0.0028),
            xform(0.3, at, 0.76, 0.95, 0.3, name="rays", julian=(0.2769, {"dist": 1.1343, "power": 12}),
                  ztranslate=0.176),
            xform(0.3, (0.1602, 0.702, -0.702, 0.1602, 0.4028, -0.1158), 0.9, 0.6, 0.3,
                  post=(1.0472, 0.3366, -0.3366, 1.0472, -0.5763, 1.9546), name="lenses",
                  crackle=(0.7828, {"cellsize": 0.1971, "distort": 1}), ztranslate=-0.1136),
            xform(0.25, (-0.6315, -0.2389, 0.2389, -0.6315, 0, 0), 0.4, 0.67, name="inner", linear=1),
        ],
        root(-3, -168.7, -0.0542, -0.4763),
        palette(
            (0.00, 0.36, 0.15, 280), (0.14, 0.48, 0.19, 295), (0.28, 0.58, 0.21, 330),
            (0.42, 0.70, 0.18, 365), (0.54, 0.86, 0.11, 400), (0.62, 0.96, 0.07, 440),
            (0.74, 0.80, 0.14, 440), (0.84, 0.66, 0.14, 600), (0.92, 0.68, 0.15, 580),
            (1.00, 0.60, 0.17, 600),
        ),
        view(301, (-0.0687, 0.0622), rotate=-7.4, yaw=-0.8687, pitch=0.45, perspective=0.16, dof=0.25),
        glow(),
    )  # fmt: skip


def medusa() -> Flame:
    """A jellyfish of the deep sea: veils, arms, and plankton that glows in the dark."""
    at, away = (1.0, 0.0, 0.0, 1.0, 0.6871, -0.048), (1.059, -0.2974, 0.2974, 1.059, -0.4876, -1.5299)
    waves: dict[str, Any] = {"freqx": 8.1487, "scalex": 1, "freqy": 3.1975, "scaley": 1}
    return flower(
        "Medusa",
        [
            xform(0.5, at, 0.03, 0.9, name="veil",
                  crackle=(0.4486, {"cellsize": 0.3934, "power": 0.4972, "distort": 1}), flatten=1),
            xform(5, (-1.152, 1.0557, -1.1504, -1.2555, 0.1684, -0.6817), 0.62, 0.13, name="spiral",
                  linear3D=1, zcone=-0.4435, ztranslate=0.8439, bubble=-0.1068, spherical=-0.0386),
            xform(0.1, at, 0.8, 0.7, 0.3, post=away, name="arms", linear=0.6145, waves2=(0.2, waves),
                  ztranslate=0.4047),
            xform(0.1, (0.8438, -0.5343, 0.5343, 0.8438, 0.6871, -0.048), 0.9, 0.95, 0.3, post=away,
                  name="plankton", zblur=2.3528, ztranslate=0.2942),
            xform(0.3, at, 1.0, 0.9, 0.15, name="threads", diamond=0.391, curl=-0.7452, ztranslate=-0.3536),
            xform(0.25, (-0.5914, -0.595, 0.595, -0.5914, 0, 0), 0.35, 0.3151, name="inner", swirl=0.05),
        ],
        root(-2, 111.8, -0.6311, -0.6439),
        palette(
            (0.00, 0.36, 0.12, 255), (0.14, 0.50, 0.16, 270), (0.28, 0.62, 0.17, 300),
            (0.42, 0.75, 0.15, 340), (0.54, 0.88, 0.09, 390), (0.62, 0.97, 0.04, 420),
            (0.74, 0.80, 0.14, 530), (0.84, 0.85, 0.13, 520), (0.92, 0.75, 0.17, 400),
            (1.00, 0.60, 0.18, 620),
        ),
        view(430, (0.10, 0.40), rotate=-29.8, yaw=0.6834, pitch=0.8711, perspective=0.171, dof=0.2),
        glow(3.6, 2.9),
    )  # fmt: skip


def rose() -> Flame:
    """Velvet petals, ring in ring, dark at the fold and light at the rim, around golden stamens."""
    at, away = (1.0, 0.0, 0.0, 1.0, 0.5504, 0.1211), (-0.391, 1.0282, -1.0282, -0.391, -0.4524, -3.5941)
    crumple: dict[str, Any] = {"x": 0.5774, "y": 0.4527, "c": 1.567}
    return flower(
        "Rose",
        [
            xform(0.5, at, 0.04, 0.8, name="petals", gaussian_blur=0.4834, flatten=1),
            xform(5, (-1.048, 0.845, -0.911, -1.1299, 0.4153, -0.5458), 0.6, 0.13, name="spiral",
                  linear3D=1, zcone=0.1366, ztranslate=0.0918, spherical=0.3023,
                  popcorn2=(0.2586, crumple)),
            xform(0.1, at, 0.8, 0.95, 0.3, post=away, name="stamens", blur_circle=0.2, zblur=0.4153,
                  ztranslate=-0.3913),
            xform(0.1, (-0.7892, 0.1419, -0.1419, -0.7892, 0.5504, 0.1211), 0.72, 0.9, 0.3, post=away,
                  name="threads", julian=(0.3268, {"dist": 0.6908, "power": -2}), ztranslate=0.5697),
            xform(0.1, at, 0.95, 0.8, 0.3, post=away, name="dew", swirl=0.0785, ztranslate=0.5136),
        ],
        root(-2, -121.5, 0.7648, 0.236),
        palette(
            (0.00, 0.22, 0.10, 345), (0.12, 0.34, 0.15, 360), (0.26, 0.48, 0.20, 380),
            (0.40, 0.62, 0.21, 388), (0.52, 0.78, 0.15, 395), (0.60, 0.93, 0.08, 430),
            (0.70, 0.82, 0.15, 445), (0.80, 0.88, 0.15, 455), (0.90, 0.62, 0.15, 510),
            (1.00, 0.60, 0.17, 680),
        ),
        view(640, (0.065, -0.0453), rotate=-6.3, yaw=-1.5242, pitch=0.66, perspective=0.2337, dof=0.2),
        glow(5.0),
    )  # fmt: skip


def sunflower() -> Flame:
    """Rays of gold around a dark heart of seeds, with green leaves out of focus."""
    return flower(
        "Sunflower",
        [
            xform(0.5, (1, 0, 0, 1, 0.7145, 0.358), 0.02, 0.7, name="leaves", blur_circle=0.2805, flatten=1),
            xform(5, (-0.9558, -0.8606, 0.9359, -1.0395, 0.1153, 0.591), 0.6, 0.085, name="spiral",
                  linear3D=1, zcone=0.4474, ztranslate=-0.1503, cross=0.0822, hemisphere=0.2356),
            xform(0.1, (1, 0, 0, 1, 0.7145, 0.358), 0.85, 0.8, 0.1,
                  post=(-0.9903, -0.4788, 0.4788, -0.9903, -0.7201, 3.252), name="veins",
                  cylinder=-0.2142, ztranslate=0.0939),
            dust(0.95, weight=0.05),
            heart(0.5),
        ],
        root(-5, 169.3, 0.4346, -0.3583),
        palette(
            (0.00, 0.42, 0.12, 140), (0.08, 0.56, 0.14, 128), (0.16, 0.72, 0.16, 105),
            (0.26, 0.86, 0.17, 92), (0.36, 0.82, 0.17, 78), (0.46, 0.62, 0.16, 60), (0.54, 0.42, 0.11, 48),
            (0.60, 0.30, 0.08, 40), (0.74, 0.80, 0.15, 70), (0.86, 0.92, 0.14, 98), (1.00, 0.75, 0.12, 220),
        ),
        view(287, (-0.0015, 0.0694), rotate=2.6, yaw=2.6508, pitch=0.4298, perspective=0.2671, dof=0.14),
        glow(5.0),
    )  # fmt: skip


def tulip() -> Flame:
    """A cup that one looks into: yellow at the foot, rose at the rim, with drops that hang between."""
    away = (-0.7409, -0.8131, 0.8131, -0.7409, -0.6289, -1.3597)
    return flower(
        "Tulip",
        [
            xform(0.5, (1, 0, 0, 1, -0.0116, -0.2654), 0.04, 0.8, name="petals", pre_gaussian_blur=0.3055,
                  diamond=0.7999, flatten=1),
            xform(5, (-0.8703, 0.7975, -0.7552, -0.8241, 0.2869, 0.604), 0.6, 0.1, name="spiral",
                  linear3D=1, zcone=-0.2292, ztranslate=0.6401, sinusoidal=0.097),
            xform(0.1, (-0.0205, 0.7273, -0.7273, -0.0205, -0.0116, -0.2654), 0.85, 0.9, 0.3, post=away,
                  name="drops", gaussian_blur=0.0756, ztranslate=0.1189),
            xform(0.1, (-0.5741, 0.3322, -0.3322, -0.5741, -0.0116, -0.2654), 0.95, 0.95, 0.1,
                  name="threads", swirl=0.136, ztranslate=-0.2423),
            xform(0.15, (0.2425, 0.724, -0.724, 0.2425, 0, 0), 0.3, 0.3442, name="inner", spherical=0.3),
        ],
        root(-2, -7.2, 0.1981, -1.0121),
        palette(
            (0.00, 0.36, 0.15, 330), (0.12, 0.48, 0.20, 350), (0.26, 0.60, 0.21, 372),
            (0.38, 0.70, 0.18, 395), (0.50, 0.84, 0.16, 435), (0.60, 0.94, 0.12, 460),
            (0.74, 0.80, 0.15, 480), (0.85, 0.88, 0.08, 560), (0.93, 0.60, 0.15, 510),
            (1.00, 0.60, 0.15, 500),
        ),
        view(351, (0.0926, -0.3818), rotate=1.7, yaw=2.4922, pitch=1.0282, perspective=0.21, dof=0.16),
        glow(4.5),
    )  # fmt: skip


def lily() -> Flame:
    """White petals with a flush of rose, six deep, before leaves that are out of focus."""
    return flower(
        "Lily",
        [
            xform(0.5, (1, 0, 0, 1, 0.0742, 0.2282), 0.04, 0.6, name="petals", gaussian_blur=0.4805,
                  flatten=1),
            xform(5, (-1.16, -1.0445, 0.9334, -1.0366, -0.0395, -0.2508), 0.6, 0.07, name="spiral",
                  linear3D=0.9, zcone=-0.0859, ztranslate=-0.1354, hemisphere=0.1483, cross=0.251),
            xform(0.3, (0.7614, 0.5646, -0.5646, 0.7614, 0.0742, 0.2282), 0.8, 0.9, 0.3, name="flush",
                  gaussian_blur=0.1453, ztranslate=0.5661),
            xform(0.1, (0.312, -0.8592, 0.8592, 0.312, 0.0742, 0.2282), 0.95, 0.95, 0.3,
                  post=(1.0231, 0.4042, -0.4042, 1.0231, -1.0015, 2.7917), name="stamens", cylinder=0.1666,
                  ztranslate=-0.2817),
            dust(0.9, weight=0.05),
        ],
        root(-1, -32.5, 0.6642, 0.8527),
        palette(
            (0.00, 0.34, 0.10, 150), (0.10, 0.46, 0.11, 175), (0.20, 0.66, 0.09, 300),
            (0.32, 0.82, 0.09, 345), (0.46, 0.93, 0.04, 360), (0.60, 0.95, 0.10, 470),
            (0.70, 0.76, 0.17, 385), (0.80, 0.66, 0.21, 365), (0.90, 0.88, 0.12, 450),
            (1.00, 0.70, 0.17, 410),
        ),
        view(800, (-0.40, -0.24), rotate=-27.2, yaw=1.468, pitch=0.6765, perspective=0.2078, dof=0.3),
        glow(4.0),
    )  # fmt: skip


MASTERPIECES: dict[str, Callable[[], Flame]] = {
    "galaxy": galaxy,
    "nebula": nebula,
    "coral": coral,
    "feather": feather,
    "medusa": medusa,
    "cathedral": cathedral,
    "midnight_rose": midnight_rose,
    "chrysanthemum": chrysanthemum,
    "aster": aster,
    "anemone": anemone,
    "protea": protea,
    "zinnia": zinnia,
}
"""File name without its ending, and what makes it."""
