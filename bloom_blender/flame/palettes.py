"""The 701 palettes that flam3 knows by number, and turning the hue of any.

They are flam3's own (Scott Draves and the Electric Sheep, GPL-3.0-or-later), packed by
``tools/make_palettes.py``.
"""

from __future__ import annotations

import colorsys
from functools import cache
from pathlib import Path

import numpy as np

from ..errors import BloomError

Color = tuple[float, float, float]

_FILE = Path(__file__).with_name("palettes.npz")


@cache
def _levels() -> np.ndarray:
    """(palettes, 256, 3) uint8: the file holds what changes from colour to colour, channel by channel."""
    with np.load(_FILE, allow_pickle=False) as file:
        levels = np.cumsum(file["steps"], axis=2, dtype=np.uint8).transpose(0, 2, 1)
    levels.flags.writeable = False
    return levels


@cache
def palette_names() -> tuple[str, ...]:
    """Names of the numbered palettes, by number; a few names occur twice."""
    with np.load(_FILE, allow_pickle=False) as file:
        return tuple(file["names"].tolist())


def numbered_palette(number: int, hue: float = 0.0) -> tuple[Color, ...]:
    """The 256 colours of flam3's palette ``number``, turned by ``hue`` (1 is once around).

    BloomError if there is none of that number.
    """
    levels = _levels()
    if not 0 <= number < len(levels):
        raise BloomError(f"There is no palette {number}: choose 0 to {len(levels) - 1}.")
    return with_hue(tuple(map(tuple, (levels[number] / 255.0).tolist())), hue)


def with_hue(colors: tuple[Color, ...], turn: float) -> tuple[Color, ...]:
    """The colours with their HSV hue turned, as flam3 does for its attribute ``hue``."""
    if not turn % 1.0:
        return colors
    converted = (colorsys.rgb_to_hsv(*color) for color in colors)
    return tuple(colorsys.hsv_to_rgb((hue + turn) % 1.0, s, v) for hue, s, v in converted)
