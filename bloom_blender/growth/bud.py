"""The bud: how closed a flame is, and what that means for its parameters."""

from __future__ import annotations

import math

import numpy as np

from ..flame.model import Flame
from .drives import calm, keeps_distances

SMALL = math.log(0.75)  # a closed flame has 0.75 of its size; at 0.42 a film began with a speck
SQUEEZE = math.log(0.95)  # its main xform sends points 0.95 as far, so that the middle folds into a cup
WIND_UP = -0.3  # and is turned by this angle, in radians, so that the petals lie around each other


def close_bud(flame: Flame, names: tuple[str, ...], values: np.ndarray, closedness: np.ndarray) -> np.ndarray:
    """`values` (N, P) of a flame that is closed by `closedness` (N,): 0 leaves them as they are, 1 is a bud.

    Three things at once. The whole flame is small: with a final xform by its variations' weights, else by
    a change of scale of every xform (F becomes k F(x / k): weights times k, linear parts divided by
    k, translations of post maps times k). The linear part of the main xform is squeezed, and wound up.
    """
    column = {name: index for index, name in enumerate(names)}
    closed = values.copy()

    def scale(name: str, exponent: float) -> None:
        if name in column:
            closed[:, column[name]] *= np.exp(exponent * closedness)

    small = _room(flame)
    if any(variation.form == "regular" for final in flame.finals[:1] for variation in final.variations):
        for variation in flame.finals[0].variations:
            if variation.form == "regular":
                scale(f"final.{variation.attribute}", small)
    else:
        for number, xform in enumerate(flame.xforms, start=1):
            if keeps_distances(xform):  # as large as before, but nearer to the origin
                for element in (4, 5):
                    scale(f"xform{number}.coefs[{element}]", small)
                continue
            for variation in xform.variations:
                if variation.form == "regular":
                    scale(f"xform{number}.{variation.attribute}", small)
            for element in range(4):
                scale(f"xform{number}.coefs[{element}]", -small)
            for element in (4, 5):
                scale(f"xform{number}.post[{element}]", small)
    main = _main(flame)
    if main is None:
        return closed
    share = calm(flame, flame.xforms[main - 1])
    for element in range(4):
        scale(f"xform{main}.coefs[{element}]", share * SQUEEZE)
    a, d, b, e = (closed[:, column[f"xform{main}.coefs[{element}]"]].copy() for element in range(4))
    angle = share * WIND_UP * closedness
    c, s = np.cos(angle), np.sin(angle)
    for element, turned in enumerate((a * c + b * s, d * c + e * s, b * c - a * s, e * c - d * s)):
        closed[:, column[f"xform{main}.coefs[{element}]"]] = turned
    return closed


def _main(flame: Flame) -> int | None:
    """Number of the heaviest xform, from 1, without those that only turn or mirror: they make symmetry."""
    numbers = [k for k, xform in enumerate(flame.xforms) if not keeps_distances(xform)]
    return 1 + max(numbers, key=lambda k: (flame.xforms[k].weight, -k)) if numbers else None


def _room(flame: Flame) -> float:
    """Logarithm of the size of the bud: `SMALL`, or more where a bud at the origin would leave the view."""
    camera = flame.camera
    reach = 0.5 * min(camera.size) / camera.pixels_per_unit
    distance = math.hypot(*camera.center)
    if distance == 0.0:
        return SMALL
    return max(SMALL, math.log(max(1.0 - 0.6 * reach / distance, 1e-9)))
