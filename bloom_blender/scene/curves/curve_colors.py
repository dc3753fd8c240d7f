"""How a flame's F-Curves look in Blender's editors: groups by xform, with names and colours to know them by.

Groups are called as the xforms in the panel, with what they do: ``Xform 2: julian, linear``. All curves of an
xform have its hue, each in a lightness of its own; golden angles between hues keep any two apart. Colours
are given once, when a curve or group is made, and are a person's from then on.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterable, Sequence

import bpy
import numpy as np

from ...flame.color import display_of_oklab, in_gamut

TRAINING = "Training"
"""Group of the metrics of a run, which move nothing."""

_OWN = re.compile(r"(Final )?Xform( \d+)?")

_FIRST_HUE = math.radians(25.0)
_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))
_CHROMA = 0.13
_LIGHTNESS = (0.58, 0.86)  # readable on the dark background of the editors
_PLACE = re.compile(r'\["([a-z]+)(\d*)\.(.*)"\]')


def group_in(bag, title: str) -> str:
    """Return the name of the group for a title, made if there is none: ``Xform 2`` is found by that alone."""
    for group in bag.groups:
        if _stem(group.name) == _stem(title):
            return group.name
    group = bag.groups.new(title)
    hue, chroma = _hue(_stem(title))
    group.color_set = "CUSTOM"
    shades = _colors([(lightness, hue, chroma) for lightness in (0.45, 0.65, 0.8)])
    group.colors.normal, group.colors.select, group.colors.active = shades
    return group.name


def paint(fcurves: Sequence[bpy.types.FCurve]) -> None:
    """Give new curves their colours; those of a palette's colours are red, green and blue."""
    plain = []
    for fcurve in fcurves:
        if fcurve.data_path.startswith('["palette.color'):
            fcurve.color_mode = "AUTO_RGB"
        else:
            plain.append(fcurve)
    shades = _colors([_shade(fcurve.data_path, fcurve.array_index) for fcurve in plain])
    for fcurve, shade in zip(plain, shades, strict=True):
        fcurve.color_mode = "CUSTOM"
        fcurve.color = shade


def regroup(fcurve: bpy.types.FCurve, bag, title: str) -> None:
    """Have a curve lie in the group of a title and look like it, unless a person grouped or coloured it."""
    if fcurve.group is not None and _OWN.fullmatch(_stem(fcurve.group.name)):
        fcurve.group = bag.groups[group_in(bag, title)]


def retitle(bag, titles: Iterable[str]) -> None:
    """Bring the names of the groups of xforms up to date, and remove those that are empty."""
    wanted = {_stem(title): title for title in titles}
    for group in list(bag.groups):
        stem = _stem(group.name)
        if not _OWN.fullmatch(stem):
            continue
        if stem in wanted:
            if group.name != wanted[stem]:
                group.name = wanted[stem]
        elif not any(fcurve.group == group for fcurve in bag.fcurves):
            bag.groups.remove(group)


def looks_like(fcurve: bpy.types.FCurve, place: tuple[str, int]) -> bool:
    """Whether a curve still has the colour that it was given at a data path and index."""
    if fcurve.color_mode != "CUSTOM":
        return False
    return bool(np.allclose(fcurve.color, _colors([_shade(*place)])[0], atol=1e-3))


def _stem(title: str) -> str:
    return title.partition(":")[0]


def _hue(name: str) -> tuple[float, float]:
    """Hue and chroma of what a group, or the part of a parameter's name before the dot, is about."""
    word, _, number = name.lower().replace(" ", "").partition("xform")
    if word.startswith("final"):
        return 0.0, 0.0
    digits = re.match(r"\d+", number)
    if digits:
        return _FIRST_HUE + _GOLDEN * (int(digits[0]) - 1), _CHROMA
    return (math.radians(85.0), 0.14) if word.startswith("training") else (math.radians(250.0), 0.03)


def _shade(path: str, index: int) -> tuple[float, float, float]:
    """Lightness, hue and chroma of a curve."""
    found = _PLACE.fullmatch(path)
    part, key = (f"{found[1]}{found[2]}", found[3]) if found else ("", path)
    hue, chroma = _hue(part)
    share = (zlib.crc32(key.encode()) % 997 / 997.0 + 0.382 * index) % 1.0
    low, high = _LIGHTNESS
    return low + (high - low) * share, hue, chroma


def _colors(shades: Sequence[tuple[float, float, float]]) -> list[tuple[float, ...]]:
    """SRGB display values of colours given by lightness, hue and chroma in OKLab."""
    if not shades:
        return []
    lightness, hue, chroma = np.array(shades).T
    lab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=1)
    return [tuple(color) for color in np.clip(display_of_oklab(in_gamut(lab)), 0.0, 1.0).tolist()]
