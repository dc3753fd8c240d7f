"""What of a flame decides the code of its kernels, and the order of the numbers that the code reads.

The *structure* is which variations stand in which xform. It is all that kernels are compiled for, xform by
xform. The *values* (weights, coefs, parameters …) are one flat float32 array: a keyframe never recompiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import BloomError
from ..flame.compatibility import Rules
from ..flame.model import Flame, Variation, Xform
from ..flame.variations import registry

#: Floats of an xform before its variations: coefs, post, color, color speed, opacity, direct color.
HEADER = 16
#: The number of an xform has 20 bits in a record of the histogram.
MOST_XFORMS = 2**20
#: More xforms than that need too large a table where they have xaos.
MOST_WITH_XAOS = 4096
COEFS, POST, COLOR, COLOR_SPEED, OPACITY, DIRECT_COLOR = 0, 6, 12, 13, 14, 15


@dataclass(frozen=True)
class VariationSlot:
    """One variation of an xform's kernel: weight and parameters start at ``offset`` of its values.

    ``compatibility`` names the program whose formula it has; most have one for all programs.
    """

    name: str
    form: str
    offset: int
    compatibility: str = "1.0.0.14"

    @property
    def entry(self) -> registry.Entry:
        """What the registry holds of it."""
        return registry.lookup(self.name, self.compatibility)


@dataclass(frozen=True)
class XformStructure:
    """Everything that an xform's kernel is compiled for; ``size`` is how many values it reads."""

    variations: tuple[VariationSlot, ...]
    final: bool
    size: int


@dataclass(frozen=True)
class Structure:
    """Structures of the xforms, then of the final xforms, and where the values of each begin."""

    parts: tuple[XformStructure, ...]
    offsets: tuple[int, ...]
    xforms: int
    size: int


def known_entry(variation: Variation, rules: Rules) -> registry.Entry | None:
    """What the registry holds of a variation under a program's rules, None where nothing."""
    try:
        return registry.lookup(variation.name, rules.name)
    except KeyError:
        return None


def used_variations(xform: Xform, rules: Rules) -> list[tuple[Variation, registry.Entry]]:
    """The variations that a kernel computes, each with what the registry holds of it."""
    found = [(variation, known_entry(variation, rules)) for variation in xform.variations]
    known = [(variation, entry) for variation, entry in found if entry is not None]
    if not rules.pre_alone and not any(variation.form == "regular" for variation, _ in known):
        return [pair for pair in known if pair[0].form != "pre"]
    return known


def xform_structure(xform: Xform, rules: Rules, *, final: bool) -> XformStructure:
    """The structure of an xform. Variations that the registry does not know are left out."""
    offset = HEADER
    slots = []
    for variation, entry in used_variations(xform, rules):
        slots.append(VariationSlot(entry.name, variation.form, offset, entry.compatibility))
        offset += 1 + len(entry.parameters)
    return XformStructure(tuple(slots), final, offset)


def structure_of(flame: Flame) -> Structure:
    """The structure of a flame; BloomError if it has too many xforms."""
    if len(flame.xforms) > MOST_XFORMS:
        raise BloomError(
            f"The flame {flame.name!r} has {len(flame.xforms)} xforms: use at most {MOST_XFORMS}."
        )
    parts = [xform_structure(xform, flame.rules, final=False) for xform in flame.xforms]
    parts += [xform_structure(xform, flame.rules, final=True) for xform in flame.finals]
    offsets = np.cumsum([0, *(part.size for part in parts)]).tolist()
    return Structure(tuple(parts), tuple(offsets[:-1]), len(flame.xforms), offsets[-1])


def values_of(flame: Flame, structure: Structure) -> np.ndarray:
    """The numbers of a flame in the order its kernels read them, (structure.size,) float32.

    Integer parameters are rounded and every parameter is brought into its range here (ember does so
    on assignment), so curves may hold any value in between.
    """
    values: list[float] = []
    for number, xform in enumerate(flame.xforms + flame.finals):
        opacity = min(max(_finite(xform.opacity), 0.0), 1.0)
        if number < len(flame.xforms):  # that of a final xform is a chance, see `xforms`
            opacity = flame.rules.opacity(opacity)
        values += (*xform.coefs, *xform.post, xform.color, xform.color_speed, opacity, xform.direct_color)
        for variation, entry in used_variations(xform, flame.rules):
            values += (variation.weight, *entry.values(variation))
    if len(values) != structure.size:
        raise ValueError("the structure is that of another flame")
    return np.array(values, np.float32)


def probabilities(flame: Flame) -> np.ndarray:
    """Chance of each xform: (1, xforms), or with xaos that after each xform, (xforms + 1, xforms).

    With xaos the last row is for the first step.

    This is the one place that decides what the chaos game makes of an odd weight: a negative weight
    counts with its absolute value (in the original Bloom animation that brought back 69 of 70 black
    frames, clamping to zero none), one that is not finite counts as 0, and where nothing is left
    (all zero, or an xaos row of zeros) all xforms are equally likely.
    """
    weights = np.array([abs(_finite(xform.weight)) for xform in flame.xforms])
    count = weights.size
    table = weights[None, :].copy()
    if any(factor != 1.0 for xform in flame.xforms for factor in xform.xaos[:count]):
        if count > MOST_WITH_XAOS:
            raise BloomError(
                f"The flame {flame.name!r} has {count} xforms with xaos: use at most {MOST_WITH_XAOS}, "
                "or no xaos."
            )
        table = np.tile(weights, (count + 1, 1))
        for row, xform in enumerate(flame.xforms):
            for column, factor in enumerate(xform.xaos[:count]):
                table[row, column] *= abs(_finite(factor))
    # Scaled before the sum, which could overflow.
    table /= np.maximum(table.max(1, keepdims=True), 1e-300)
    table[table.sum(1) <= 0.0] = 1.0
    return table / table.sum(1, keepdims=True)


def settling(flame: Flame, steps: int) -> int:
    """Applications after which an orbit counts: ``steps`` of those that bring it nearer to the attractor.

    The turns and mirrors of a symmetry do not, and with many of them few others are drawn. Always ``steps``
    times 1, 2, 4 ... and at most 20, and far from a change where a symmetry's shares usually lie: a number
    that followed animated weights would make every point another one from one frame to the next.
    """
    moving = [not _is_rigid(xform) for xform in flame.xforms]
    share = max(float(probabilities(flame)[-1] @ moving), 0.05)
    return steps * min(2 ** max(math.ceil(math.log2(0.9 / share)), 0), 20)


def _is_rigid(xform: Xform) -> bool:
    """Whether an xform keeps all distances: linear alone, of weight 1 or -1, in maps that turn or mirror."""
    names = {v.name for v in xform.variations if abs(v.weight) >= registry.MINIMUM_WEIGHT}
    if not names or not names <= {"linear", "linear3D", "flatten"}:
        return False
    total = sum(v.weight for v in xform.variations if v.name.startswith("linear"))
    maps = [np.reshape(numbers[:4], (2, 2)) for numbers in (xform.coefs, xform.post)]
    return abs(abs(total) - 1.0) < 1e-4 and all(np.allclose(m @ m.T, np.eye(2), atol=1e-4) for m in maps)


def thresholds(flame: Flame) -> np.ndarray:
    """Cumulative chances as 32-bit numbers, uint32 in the shape of `probabilities`."""
    cumulative = np.cumsum(probabilities(flame), 1)
    scaled = np.minimum(np.floor(cumulative * 2.0**32), 2.0**32 - 1)
    scaled[:, -1] = 2.0**32 - 1
    return scaled.astype(np.uint32)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
