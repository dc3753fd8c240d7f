"""Whose rules a flame follows: what differs between the renderers, in one table.

A flame's `model.Flame.rules` are those of its `compatibility`, which a file may say and whose default comes
from the program that wrote the file (`compatibility_of`). Everything that differs asks them; which formula a
variation has is found by `Rules.name` in `variations.registry.lookup`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

COMPATIBILITIES = ("1.0.0.14", "current", "flam3")
"""ember 1.0.0.14 (which made the first Bloom's pictures, and the default), ember 25, flam3 3.1."""


@dataclass(frozen=True)
class Rules:
    """One renderer's rules.

    Parameters
    ----------
    name
        One of `COMPATIBILITIES`.
    brightness
        Factor on the brightness. 268/256 is an old one, for the rounding of palettes to bytes.
    splines
        Tone curves are splines through their points, and ``overall_curve`` and its kin are read; otherwise
        the ``curves`` are rational Bezier curves.
    palette_gaps
        What a colour index of 1 falls short of the number of colours: index i shows colour (n - gaps) i.
    opacity_power
        Hits of an xform count with its opacity to this power. (The opacity of a final xform is a chance.)
    settle
        An orbit that escapes is hidden until it has come back to the attractor. In flam3 it counts again
        after one step.
    depth
        There is a third dimension. Old flat flames of programs that have one are read with a ``flatten``.
    density_controls
        ``logscale_k2`` and ``blur_curve`` are read.
    white
        Factor on display colours before they are cut at 1: flam3 has 256 levels for them and keeps 255.
    pre_alone
        An xform that has variations before the sum and none in it passes its point on. In flam3 the sum is
        empty, and the image of every point is the origin.
    scans_palettes
        Hexadecimal palettes are read as C's ``scanf`` does, which shifts those whose bytes are padded with
        blanks. flam3 once wrote such ones, and made its pictures of what it read.
    defaults
        Attributes of a flame, where a file lacks them.
    """

    name: str
    brightness: float = 1.0
    splines: bool = False
    palette_gaps: int = 1
    opacity_power: float = 1.0
    settle: bool = True
    depth: bool = True
    density_controls: bool = False
    white: float = 1.0
    pre_alone: bool = True
    scans_palettes: bool = False
    defaults: tuple[tuple[str, str], ...] = ()

    def opacity(self, opacity: float) -> float:
        """What a hit counts."""
        return opacity if self.opacity_power == 1.0 or opacity <= 0.0 else opacity**self.opacity_power


RULES = {
    rules.name: rules
    for rules in (
        Rules("1.0.0.14", brightness=268.0 / 256.0),
        Rules("current", splines=True, density_controls=True),
        Rules(
            "flam3",
            brightness=268.0 / 256.0,
            palette_gaps=0,
            opacity_power=math.log2(10.0),
            settle=False,
            depth=False,
            white=256.0 / 255.0,
            pre_alone=False,
            scans_palettes=True,
            defaults=(("highlight_power", "-1"), ("palette_mode", "step")),
        ),
    )
}


def compatibility_of(version: str) -> str:
    """The compatibility that the ``version`` attribute of a file asks for.

    ember names its own version; 1 means the generation of 1.0.0.14. flam3, what is built on it, and
    files that name no program (flam3 did not always) follow flam3. Apophysis, JWildfire and all others
    follow 1.0.0.14, whose three-dimensional variations, Bezier curves and plain opacities are theirs.
    """
    words = version.lower()
    if "ember" in words:
        number = re.search(r"(\d+)\.\d", words)
        return "1.0.0.14" if number is None or int(number[1]) < 2 else "current"
    return "flam3" if not words.strip() or words.startswith(("flam3", "fr0st")) else "1.0.0.14"
