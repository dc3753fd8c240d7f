"""What of a flame a run may move, and how far: one law per kind of parameter.

A law takes base values (P,) and signals (N, C), each within -1 … 1 at a gain of 1, and gives values
(N, P). A signal of 0 gives the base.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..flame.model import IDENTITY, Flame, Variation, Xform
from ..flame.variations import lookup
from ..flame.variations.registry import MINIMUM_WEIGHT

# The reach of a signal of 1 for each kind of parameter, chosen by eye.
WEIGHT = math.log(2.5)  # the weight of an xform is multiplied or divided by up to this factor
AMOUNT = math.log(1.15)  # so is the weight of a variation, which also scales what the map makes
QUANTITY = math.log(1.15)  # and so is a parameter of a variation
OPACITY = 0.6
COLOR = 0.08  # palettes change fast along their length: more than this flickers
TURN = 0.45  # radians
SIZE = math.log(1.15)
ASPECT = math.log(1.15)
SHEAR = 0.15
MOVE = 0.3  # of the distance between the origin and where it is sent, see `affine`
FINAL = 0.35  # final xforms and post affine maps move everything at once, so they move less

STEADY = 1.6  # of the inverse of how often a change of a map adds up
LEAST = 0.08  # of the reach: what a map that is applied over and over still has
_PLAIN = (
    "linear",
    "linear3D",
    "flatten",
    "zcone",
    "zscale",
    "ztranslate",
    "waves2",
    "rotate_x",
    "rotate_y",
    "rotate_z",
)

PHASE = 0.5  # of once around the palette, where a series is bound to that by hand

AFFINE_CHANNELS = 6
AFFINE_WORDS = ("turn", "size", "aspect", "shear", "right", "down")  # what each of them does
WINDY = (0, 3, 4, 5)  # the channels of an affine map that a breeze may move: turn, shear and place


@dataclass(frozen=True)
class Drive:
    """A group of flat parameters that one law moves by `channels` signals."""

    names: tuple[str, ...]
    base: tuple[float, ...]
    channels: int
    law: Callable[[np.ndarray, np.ndarray], np.ndarray]

    @property
    def is_affine(self) -> bool:
        """Whether the group is an affine map, whose signals are those of `affine`."""
        return self.channels == AFFINE_CHANNELS

    @property
    def sways(self) -> tuple[bool, ...]:
        """Which channels sway: the turn, shear and place of maps, and what variations are made of.

        Not how many points an xform makes, nor how it looks: a point would become another one.
        """
        if self.is_affine:
            return tuple(channel in WINDY for channel in range(self.channels))
        return (self.names[0].partition(".")[2] not in ("weight", "opacity", "color", "phase"),)


def drives_of(flame: Flame) -> tuple[Drive, ...]:
    """Everything in `flame` that a run moves, in the order of its parameters.

    Left alone, because a little change of them is a jump or has no bound: parameters of variations that
    are whole numbers, wrap around or are 0, weights of xforms that are 0 or negative, opacities and
    colours that have no room between 0 and 1, colour speeds, xaos and the palette.
    """
    drives: list[Drive] = []
    seen: set[str] = set()
    for prefix, xform, share in _parts(flame):
        for drive in _xform_drives(prefix, xform, share, flame.rules.name):
            if seen.isdisjoint(drive.names):
                seen.update(drive.names)
                drives.append(drive)
    return tuple(drives)


def phase_drive(flame: Flame) -> Drive:
    """The shift of the palette, which a run moves only if it is bound by hand."""
    return Drive(("palette.phase",), (flame.palette.phase,), 1, partial(shifted, reach=PHASE))


def shifted(base: np.ndarray, signals: np.ndarray, reach: float) -> np.ndarray:
    """``base + reach * signal``."""
    return base + reach * signals


def multiplied(base: np.ndarray, signals: np.ndarray, reach: float) -> np.ndarray:
    """``base * exp(reach * signal)``: the sign stays, so does a factor's bound."""
    return base * np.exp(reach * signals)


def limited(
    base: np.ndarray, signals: np.ndarray, reach: float, minimum: float, maximum: float
) -> np.ndarray:
    """``base * exp(reach * signal)`` within limits that the base obeys."""
    return np.clip(multiplied(base, signals, reach), minimum, maximum)


def within(base: np.ndarray, signals: np.ndarray, reach: float) -> np.ndarray:
    """A value in 0 … 1 that stays there: up and down by `reach` times the distance of the nearer limit.

    Signals beyond -1 … 1 count as -1 or 1.
    """
    room = np.minimum(base, 1.0 - base)
    return base + reach * room * np.clip(signals, -1.0, 1.0)


def affine(base: np.ndarray, signals: np.ndarray, share: float) -> np.ndarray:
    """An affine map (a, d, b, e, c, f) turned, scaled, stretched, sheared and moved.

    With A the linear part and signals (turn, size, aspect, shear, right, down), each times its reach and
    `share`: A' = A · rotation · diag(exp(size + aspect), exp(size - aspect)) · shear. Then A' is shrunk
    to the largest stretch (singular value) that `_stretch_limit` allows, so that a map that brings points
    together still does. The translation moves by up to MOVE times its own length, taken within 0.2 … 1.
    """
    turn, size, aspect, shear, right, down = (share * signals).T
    c, s = np.cos(TURN * turn), np.sin(TURN * turn)
    wide, high = np.exp(SIZE * size + ASPECT * aspect), np.exp(SIZE * size - ASPECT * aspect)
    m00, m01, m10, m11 = c * wide, -s * high, s * wide, c * high
    m01, m11 = m01 + SHEAR * shear * m00, m11 + SHEAR * shear * m10
    a, d, b, e, x, y = base
    linear = np.stack([a * m00 + b * m10, d * m00 + e * m10, a * m01 + b * m11, d * m01 + e * m11], axis=1)
    stretch = _largest_stretch(*linear.T)
    limit = _stretch_limit(float(_largest_stretch(a, d, b, e)))
    linear *= np.where(stretch > limit, limit / np.where(stretch > 0.0, stretch, 1.0), 1.0)[:, None]
    reach = MOVE * min(max(math.hypot(x, y), 0.2), 1.0)
    return np.concatenate([linear, np.stack([x + reach * right, y + reach * down], axis=1)], axis=1)


def turned(base: np.ndarray, signals: np.ndarray, reach: float) -> np.ndarray:
    """An affine map turned, and nothing else: what keeps distances still does."""
    angle = reach * signals[:, 0]
    c, s = np.cos(angle), np.sin(angle)
    a, d, b, e, x, y = base
    linear = np.stack([a * c + b * s, d * c + e * s, b * c - a * s, e * c - d * s], axis=1)
    return np.concatenate([linear, np.tile([x, y], (len(signals), 1))], axis=1)


def _largest_stretch(a, d, b, e):
    """Larger singular value of [[a, b], [d, e]]."""
    return 0.5 * (np.hypot(a + e, d - b) + np.hypot(a - e, d + b))


def _stretch_limit(stretch: float) -> float:
    """A map that contracts may lose half of what it contracts by; one that does not, stretches 5 % more."""
    return max(0.5 * (1.0 + stretch), stretch) if stretch < 0.9 else 1.05 * stretch


def calm(flame: Flame, xform: Xform) -> float:
    """The share of the full reach for a map that is applied again and again: 0 … 1.

    Maps are applied to what maps have made. If they scale by S on average, a change of one that is chosen
    with the chance p adds up to p (1 + S + S² + …) = p / (1 - S) times as much, so its share of the reach
    goes by the inverse of that.
    """
    total = sum(max(one.weight, 0.0) for one in flame.xforms)
    scales = [_scale(one) for one in flame.xforms]
    if total <= 0.0 or _scale(xform) < 0.5:
        return 1.0
    again = sum(max(one.weight, 0.0) / total * scale for one, scale in zip(flame.xforms, scales, strict=True))
    chance = max(xform.weight, 0.0) / total
    return float(np.clip(STEADY * (1.0 - min(again, 1.0)) / (1.5 * chance + 0.25), LEAST, 1.0))


def _scale(xform: Xform) -> float:
    """By how much a map stretches what it is applied to, 0 … 1; 0 for one that bends it or makes its own."""
    if any(abs(one.weight) >= MINIMUM_WEIGHT and one.name not in _PLAIN for one in xform.variations):
        return 0.0
    scale = float(_largest_stretch(*xform.coefs[:4])) * float(_largest_stretch(*xform.post[:4]))
    scale *= abs(sum(one.weight for one in xform.variations if one.name in ("linear", "linear3D")))
    return min(scale, 1.0)


def keeps_distances(xform: Xform) -> bool:
    """Whether a map only turns or mirrors: what makes a flower symmetric."""
    if xform.post != IDENTITY or not xform.weight > 0.0:
        return False
    names = {variation.name for variation in xform.variations if abs(variation.weight) >= MINIMUM_WEIGHT}
    if not names or not names <= {"linear", "linear3D", "flatten"}:
        return False
    weight = sum(variation.weight for variation in xform.variations if variation.name.startswith("linear"))
    linear = np.reshape(xform.coefs[:4], (2, 2))
    return abs(abs(weight) - 1.0) < 1e-4 and bool(np.allclose(linear @ linear.T, np.eye(2), atol=1e-4))


def _parts(flame: Flame) -> Iterator[tuple[str, Xform, float]]:
    """Prefix of the names, xform, and the share of the full reach."""
    for number, xform in enumerate(flame.xforms, start=1):
        yield f"xform{number}", xform, calm(flame, xform)
    for number, xform in enumerate(flame.finals, start=1):
        yield "final" if number == 1 else f"final{number}", xform, FINAL


def _xform_drives(prefix: str, xform: Xform, share: float, compatibility: str) -> Iterator[Drive]:
    is_final = prefix.startswith("final")
    rigid = keeps_distances(xform) and not is_final
    if xform.weight > 0.0 and not is_final and not rigid:
        yield _scalar(f"{prefix}.weight", xform.weight, multiplied, share * WEIGHT)
    if 0.0 < xform.opacity < 1.0 and not is_final:
        yield _scalar(f"{prefix}.opacity", xform.opacity, within, OPACITY)
    if 0.0 < xform.color < 1.0:
        yield _scalar(f"{prefix}.color", xform.color, within, share * COLOR)
    if rigid:
        names = tuple(f"{prefix}.coefs[{element}]" for element in range(6))
        yield Drive(names, xform.coefs, 1, partial(turned, reach=share * TURN))
    else:
        yield _map(f"{prefix}.coefs", xform.coefs, share)
    if rigid:
        return
    if xform.post != IDENTITY:
        yield _map(f"{prefix}.post", xform.post, FINAL)
    for variation in xform.variations:
        yield from _variation_drives(prefix, variation, share, compatibility)


def _variation_drives(prefix: str, variation: Variation, share: float, compatibility: str) -> Iterator[Drive]:
    try:
        entry = lookup(variation.name, compatibility)
    except KeyError:
        return
    if abs(variation.weight) < MINIMUM_WEIGHT:
        return
    name = f"{prefix}.{variation.attribute}"
    yield _scalar(name, variation.weight, multiplied, share * AMOUNT)
    known = {p.name: p for p in entry.parameters}
    for short, value in variation.parameters:
        p = known.get(short)
        if p is None or p.kind not in ("real", "real_nonzero") or value == 0.0:
            continue
        if p.minimum <= value <= p.maximum:
            law = partial(limited, reach=share * QUANTITY, minimum=p.minimum, maximum=p.maximum)
            yield Drive((f"{name}_{short}",), (value,), 1, law)


def _scalar(name: str, value: float, law: Callable, reach: float) -> Drive:
    return Drive((name,), (value,), 1, partial(law, reach=reach))


def _map(name: str, values: tuple[float, ...], share: float) -> Drive:
    names = tuple(f"{name}[{element}]" for element in range(6))
    return Drive(names, values, AFFINE_CHANNELS, partial(affine, share=share))
