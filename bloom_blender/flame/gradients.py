"""Palettes from gradient files: UltraFractal's and Apophysis's .ugr and .gradient, Fractint's .map.

An UltraFractal file holds blocks ``name { gradient: … index=0 color=8716288 … }``. Its 400 places
are a circle; a colour is one number, 65536 blue + 256 green + red. Apophysis writes the same. A .map is lines
of red, green and blue.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..errors import BloomError
from ..files import read_regular
from .model import Palette

PLACES = 400
"""Places on UltraFractal's circle."""
COLORS = 256
"""Colours of the palettes that are made of gradients."""
MAXIMUM_GRADIENTS = 4096
MAXIMUM_SIZE = 2**24
"""Bytes of a gradient file; the largest collections have some hundred kilobytes."""

_QUOTED = re.compile(r'"[^"\n]*"')


def read_gradients(path: str | os.PathLike[str]) -> dict[str, Palette]:
    """Name to palette of every gradient of a file, in order; a .map is one, named like the file.

    BloomError names the file and the remedy.
    """
    data = read_regular(path, MAXIMUM_SIZE, advice="choose a .ugr, .gradient or .map file")
    return parse_gradients(data.decode("utf-8", "replace"), Path(path).name)


def parse_gradients(text: str, source: str = "text") -> dict[str, Palette]:
    """Name to palette of every gradient in `text`; `source` stands for it in errors and names a .map."""
    text = text.removeprefix("\ufeff")
    if "{" not in text:
        return {Path(source).stem: _map(text, source)}
    if text.count("}") > MAXIMUM_GRADIENTS:
        raise BloomError(f"{source} has too many gradients: give {MAXIMUM_GRADIENTS} or fewer.")
    gradients: dict[str, Palette] = {}
    numbers: dict[str, int] = {}
    lines = (line for line in text.splitlines() if not line.lstrip().startswith(";"))
    for block in _QUOTED.sub("", "\n".join(lines)).split("}"):
        name, _, body = block.rpartition("{")
        stops = dict(_stops(body, source))
        if stops:
            free = _free(" ".join(name.split()) or Path(source).stem, gradients, numbers)
            gradients[free] = _palette(stops)
    if not gradients:
        raise BloomError(f"{source} holds no gradient: choose a .ugr, .gradient or .map file.")
    return gradients


def _free(name: str, taken: dict[str, Palette], numbers: dict[str, int]) -> str:
    """`name`, with a number behind it where it is taken; ``numbers`` are the last ones."""
    if name not in taken:
        return name
    number = numbers.get(name, 1) + 1
    while f"{name} {number}" in taken:
        number += 1
    numbers[name] = number
    return f"{name} {number}"


def _stops(body: str, source: str) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """Place 0..399 and levels of each stop of a block; nothing where the block is something else."""
    section = "gradient"
    place = rotation = 0
    for word in body.split():
        key, equals, value = word.lower().partition("=")
        if not equals:
            section = key[:-1] if key.endswith(":") else section
        elif section == "gradient" and key == "rotation":
            rotation = _integer(value, key, source)
        elif section == "gradient" and key == "index":
            place = _integer(value, key, source)
        elif section == "gradient" and key == "color":
            number = _integer(value, key, source)
            yield (place + rotation) % PLACES, (number & 255, number >> 8 & 255, number >> 16 & 255)


def _integer(text: str, what: str, source: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BloomError(f"{source} has the {what} {text[:40]!r}: give a whole number.") from None


def _palette(stops: dict[int, tuple[int, int, int]]) -> Palette:
    """256 colours around the circle, blended linearly between stops."""
    places = sorted(stops)
    levels = np.array([stops[place] for place in places], np.float64)
    at = np.arange(COLORS) * (PLACES / COLORS)
    colors = np.stack([np.interp(at, places, channel, period=PLACES) for channel in levels.T], axis=1)
    return Palette(np.round(colors) / 255.0)  # type: ignore[arg-type]


def _map(text: str, source: str) -> Palette:
    """The palette of a .map: up to 256 lines of three numbers; what follows them is a remark."""
    colors = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split(";")[0].split()
        if not words:
            continue
        try:
            color = [int(word) for word in words[:3]]
        except ValueError:
            color = []
        if len(color) != 3 or min(color) < 0 or max(color) > 255:
            raise BloomError(
                f"{source} is not a gradient (line {number} is not three numbers of 0 to 255): "
                "choose a .ugr, .gradient or .map file."
            )
        colors.append(color)
        if len(colors) == COLORS:
            break
    if not colors:
        raise BloomError(f"{source} is empty: choose a .ugr, .gradient or .map file.")
    return Palette(np.array(colors) / 255.0)  # type: ignore[arg-type]
