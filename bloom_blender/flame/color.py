"""Colour values: display-referred sRGB, linear light, and OKLab, where distances are what the eye sees."""

from __future__ import annotations

import numpy as np

# Linear light (Rec. 709 primaries) to CIE XYZ of D65: IEC 61966-2-1 with the rounding of CSS Color 4.
_LIGHT_TO_XYZ = np.array(
    [
        [506752 / 1228815, 87881 / 245763, 12673 / 70218],
        [87098 / 409605, 175762 / 245763, 12673 / 175545],
        [7918 / 409605, 87881 / 737289, 1001167 / 1053270],
    ]
)
# XYZ to the cones' responses, and their cube roots to OKLab: B. Ottosson, "A perceptual color space for image
# processing" (2020), with the digits of CSS Color 4.
_XYZ_TO_CONES = np.array(
    [
        [0.8190224379967030, 0.3619062600528904, -0.1288737815209879],
        [0.0329836539323885, 0.9292868615863434, 0.0361446663506424],
        [0.0481771893596242, 0.2642395317527308, 0.6335478284694309],
    ]
)
_ROOTS_TO_LAB = np.array(
    [
        [0.2104542683093140, 0.7936177747023054, -0.0040720430116193],
        [1.9779985324311684, -2.4285922420485799, 0.4505937096174110],
        [0.0259040424655478, 0.7827717124575296, -0.8086757549230774],
    ]
)
_LIGHT_TO_CONES = _XYZ_TO_CONES @ _LIGHT_TO_XYZ
_CONES_TO_LIGHT = np.linalg.inv(_LIGHT_TO_CONES)
_LAB_TO_ROOTS = np.linalg.inv(_ROOTS_TO_LAB)

_IN_GAMUT = 1e-6  # display values this far outside 0 … 1 count as inside
_HALVINGS = 24


def linear_light(display: np.ndarray) -> np.ndarray:
    """Linear light (Rec. 709 primaries) of sRGB display values in 0..1, by IEC 61966-2-1; any shape."""
    return np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4)


def display_values(light: np.ndarray) -> np.ndarray:
    """sRGB display values of linear light, the inverse of `linear_light`; negative light stays negative."""
    size = np.abs(light)
    bright = 1.055 * np.maximum(size, 0.0031308) ** (1.0 / 2.4) - 0.055
    return np.copysign(np.where(size <= 0.0031308, 12.92 * size, bright), light)


def oklab(display: np.ndarray) -> np.ndarray:
    """OKLab (lightness 0 … 1, a, b) of sRGB display values in 0 … 1; both (…, 3)."""
    cones = linear_light(np.asarray(display, dtype=np.float64)) @ _LIGHT_TO_CONES.T
    return np.cbrt(cones) @ _ROOTS_TO_LAB.T


def display_of_oklab(lab: np.ndarray) -> np.ndarray:
    """sRGB display values of OKLab colours (…, 3); outside of 0 … 1 where a screen cannot show them."""
    roots = np.asarray(lab, dtype=np.float64) @ _LAB_TO_ROOTS.T
    return display_values(roots**3 @ _CONES_TO_LIGHT.T)


def in_gamut(lab: np.ndarray) -> np.ndarray:
    """OKLab colours (…, 3) with as much of their chroma as sRGB can show, at the same lightness and hue."""
    lab = np.array(lab, dtype=np.float64)
    lab[..., 0] = np.clip(lab[..., 0], 0.0, 1.0)

    def inside(share: np.ndarray) -> np.ndarray:
        display = display_of_oklab(lab * np.stack([np.ones_like(share), share, share], axis=-1))
        return ((display >= -_IN_GAMUT) & (display <= 1.0 + _IN_GAMUT)).all(axis=-1)

    fits = inside(np.ones(lab.shape[:-1]))
    low, high = np.zeros(lab.shape[:-1]), np.ones(lab.shape[:-1])
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        good = inside(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return lab * np.where(fits, 1.0, low)[..., None] ** np.array([0.0, 1.0, 1.0])


def blended(anchors: np.ndarray, count: int) -> np.ndarray:
    """`count` display colours (count, 3) along evenly spaced `anchors` (K, 3), blended in OKLab."""
    lab = oklab(np.clip(anchors, 0.0, 1.0))
    place = np.linspace(0.0, len(lab) - 1.0, count)
    between = np.stack([np.interp(place, np.arange(len(lab)), column) for column in lab.T], axis=1)
    return np.clip(display_of_oklab(between), 0.0, 1.0)
