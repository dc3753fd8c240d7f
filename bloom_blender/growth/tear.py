"""What a diverged run does to a flame: it tears open, its parts fly apart, and it does not come back."""

from __future__ import annotations

import math

import numpy as np

from ..flame.model import Flame
from .chance import Chance

SPREAD = math.log(1.6)  # the linear part of every map grows by this factor, so that nothing holds together
APART = 0.7  # of the picture's reach: how far each map's place is thrown
TWIST = 0.5  # radians by which each map is wrung, either way

_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))


def tear(flame: Flame, names: tuple[str, ...], values: np.ndarray, torn: np.ndarray, seed: int) -> np.ndarray:
    """`values` (N, P) of a flame that is torn by `torn` (N,): 0 leaves them as they are, 1 is in shreds.

    Each map's linear part is blown up and wrung, and its place is thrown in a direction of its own.
    """
    column = {name: index for index, name in enumerate(names)}
    shreds = values.copy()
    camera = flame.camera
    reach = APART * 0.5 * min(camera.size) / camera.pixels_per_unit
    chance = Chance(seed)
    start = 2.0 * math.pi * chance.uniform()
    for number in range(1, len(flame.xforms) + 1):
        coefs = [column[f"xform{number}.coefs[{element}]"] for element in range(6)]
        a, d, b, e, x, y = values[:, coefs].T
        grown, angle = np.exp(SPREAD * torn), chance.sign() * TWIST * torn
        c, s = grown * np.cos(angle), grown * np.sin(angle)
        away = start + number * _GOLDEN
        shreds[:, coefs] = np.stack(
            [
                *(a * c + b * s, d * c + e * s, b * c - a * s, e * c - d * s),
                *(x + reach * torn * math.cos(away), y + reach * torn * math.sin(away)),
            ],
            axis=1,
        )
    return shreds
