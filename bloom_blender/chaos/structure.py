"""What of a flame decides the code of its kernel, and the order of the numbers that the code reads.

The *structure* is which variations stand in which xform. It is all that a kernel is compiled for. The
*values* (weights, coefs, parameters …) are one flat float32 array, so a keyframe never recompiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..flame.model import Flame, Variation, Xform
from ..flame.variations import registry

#: Floats of an xform before its variations: coefs, post, color, color speed, opacity, direct color.
HEADER = 16
COEFS, POST, COLOR, COLOR_SPEED, OPACITY, DIRECT_COLOR = 0, 6, 12, 13, 14, 15


@dataclass(frozen=True)
class VariationSlot:
    """One variation of an xform in the kernel: its place in the values starts at ``offset``."""

    name: str
    form: str
    offset: int


@dataclass(frozen=True)
class XformSlot:
    """One xform in the kernel; ``offset`` is where its values start."""

    offset: int
    variations: tuple[VariationSlot, ...]


@dataclass(frozen=True)
class Structure:
    """Everything a kernel is compiled for; two flames with equal structures share a kernel."""

    xforms: tuple[XformSlot, ...]
    finals: tuple[XformSlot, ...]
    xaos: bool
    size: int  # floats in the values array


def known_entry(variation: Variation) -> registry.Entry | None:
    """What the registry holds of a variation, None where nothing."""
    try:
        return registry.lookup(variation.name)
    except KeyError:
        return None


def structure_of(flame: Flame) -> Structure:
    """The structure of a flame. Variations that the registry does not know are left out."""
    offset = 0

    def slots(xforms: tuple[Xform, ...]) -> tuple[XformSlot, ...]:
        nonlocal offset
        result = []
        for xform in xforms:
            start = offset
            offset += HEADER
            variations = []
            for variation in xform.variations:
                entry = known_entry(variation)
                if entry is not None:
                    variations.append(VariationSlot(entry.name, variation.form, offset))
                    offset += 1 + len(entry.parameters)
            result.append(XformSlot(start, tuple(variations)))
        return tuple(result)

    xforms, finals = slots(flame.xforms), slots(flame.finals)
    return Structure(xforms, finals, any(any(x != 1.0 for x in form.xaos) for form in flame.xforms), offset)


def values_of(flame: Flame, structure: Structure) -> np.ndarray:
    """The numbers of a flame in the order its kernel reads them, (structure.size,) float32.

    Integer parameters are rounded and every parameter is brought into its range here (ember does so
    on assignment), so curves may hold any value in between.
    """
    values = np.zeros(structure.size, np.float64)
    for slot, xform in zip(structure.xforms + structure.finals, flame.xforms + flame.finals, strict=True):
        head = values[slot.offset :]
        head[COEFS : COEFS + 6] = xform.coefs
        head[POST : POST + 6] = xform.post
        head[COLOR], head[COLOR_SPEED] = xform.color, xform.color_speed
        head[OPACITY] = min(max(_finite(xform.opacity), 0.0), 1.0)
        head[DIRECT_COLOR] = xform.direct_color
        known = [(v, entry) for v in xform.variations if (entry := known_entry(v)) is not None]
        for place, (variation, entry) in zip(slot.variations, known, strict=True):
            values[place.offset] = variation.weight
            values[place.offset + 1 : place.offset + 1 + len(entry.parameters)] = entry.values(variation)
    return values.astype(np.float32)


def probabilities(flame: Flame) -> np.ndarray:
    """Chance of each xform after each xform: (xforms + 1, xforms), the last row for the first step.

    This is the one place that decides what the chaos game makes of an odd weight: a negative weight
    counts with its absolute value (in the original Bloom animation that brought back 69 of 70 black
    frames, clamping to zero none), one that is not finite counts as 0, and where nothing is left
    (all zero, or an xaos row of zeros) all xforms are equally likely.
    """
    weights = np.array([abs(_finite(xform.weight)) for xform in flame.xforms])
    count = weights.size
    table = np.tile(weights, (count + 1, 1))
    for row, xform in enumerate(flame.xforms):
        for column, factor in enumerate(xform.xaos[:count]):
            table[row, column] *= abs(_finite(factor))
    # Scaled before the sum, which could overflow.
    table /= np.maximum(table.max(1, keepdims=True), 1e-300)
    table[table.sum(1) <= 0.0] = 1.0
    return table / table.sum(1, keepdims=True)


def thresholds(flame: Flame) -> np.ndarray:
    """Cumulative chances as 32-bit numbers, (xforms + 1, xforms) uint32; see ``probabilities``."""
    cumulative = np.cumsum(probabilities(flame), 1)
    scaled = np.minimum(np.floor(cumulative * 2.0**32), 2.0**32 - 1)
    scaled[:, -1] = 2.0**32 - 1
    return scaled.astype(np.uint32)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
