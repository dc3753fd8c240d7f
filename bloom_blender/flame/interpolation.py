"""Flames between flames, as flam3 and ember find them.

Keyframes are first made alike (`align`): an xform that one of them lacks is added with weight 0 as something
that does nothing, and a variation that one of them lacks with weight 0 and the parameters of its neighbour.
Then every number is a weighted mean over the keyframes. The weights sum to 1; they are 1 - t and t between
two keyframes, and a Catmull-Rom spline's among four.

The affine map is blended column by column, the angle and the logarithm of the length of each, so that a turn
stays a turn. Formulas: S. Draves, E. Reckase, "The Fractal Flame Algorithm" (2008), section 9, and what flam3
prints.
"""

from __future__ import annotations

import colorsys
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from ..errors import BloomError
from .color import display_of_oklab, oklab
from .model import Camera, Curve, Flame, Palette, Tone, Variation, Xform
from .variations import lookup

AFFINES = ("log", "linear")
PALETTES = ("hsv_circular", "hsv", "rgb", "oklab", "sweep")

_HOLES = frozenset(["spherical", "ngon", "julian", "juliascope", "polar", "wedge_sph", "wedge_julia"])
"""Variations that tear a hole on the way to the identity, and none to the half turn of minus the identity."""

_IDENTITIES = {
    "rectangles": {"x": 0.0, "y": 0.0},
    "rings2": {"val": 0.0},
    "fan2": {"x": 0.0, "y": 0.0},
    "blob": {"low": 1.0, "high": 1.0, "waves": 1.0},
    "perspective": {"angle": 0.0},
    "curl": {"c1": 0.0, "c2": 0.0},
    "super_shape": {"n1": 2.0, "n2": 2.0, "n3": 2.0, "rnd": 0.0, "holes": 0.0},
}
"""Variations that are the identity for some parameters."""

_MIRRORED = frozenset(["fan", "rings"])
"""Variations that an affine map with its axes exchanged keeps still."""

_TINY = math.exp(-10.0)
"""Columns of the affine map shorter than this are blended by length instead of its logarithm."""


# ---------------------------------------------------------------------------------- public functions


def interpolate(
    a: Flame, b: Flame, t: float, *, affine: str | None = None, palette: str | None = None
) -> Flame:
    """The flame at `t`, from `a` at 0 to `b` at 1, which are returned as they are.

    Parameters
    ----------
    affine
        One of `AFFINES`, by default the file's ``interpolation_type``, otherwise ``"log"``.
    palette
        One of `PALETTES`, by default the file's ``palette_interpolation``, otherwise ``"hsv_circular"``,
        which takes the shorter way around the hues.
    """
    return interpolate_sequence((a, b), t, smooth=False, affine=affine, palette=palette)


def interpolate_sequence(
    flames: Sequence[Flame],
    time: float,
    *,
    smooth: bool = True,
    affine: str | None = None,
    palette: str | None = None,
) -> Flame:
    """The flame at `time` of keyframes that stand at 0, 1, 2 …; a keyframe itself is returned as it is.

    Parameters
    ----------
    smooth
        Catmull-Rom among four keyframes where there are two on either side, else along a line.
    affine, palette
        See `interpolate`.
    """
    if not flames or not 0.0 <= time <= len(flames) - 1:
        raise BloomError(f"The time is {time:g} in {len(flames)} keyframes: give 0 to {len(flames) - 1}.")
    first = min(int(time), max(len(flames) - 2, 0))
    t = time - first
    if t in (0.0, 1.0):
        return flames[first + int(t)]
    keys: Sequence[Flame] = flames[first : first + 2]
    shares: tuple[float, ...] = (1.0 - t, t)
    if smooth and 0 < first < len(flames) - 2:
        keys, shares = flames[first - 1 : first + 3], catmull_rom(t)
    return blend(keys, shares, affine=affine, palette=palette, lead=len(keys) // 2 - 1)


def key_times(flames: Sequence[Flame]) -> tuple[float, ...] | None:
    """When keyframes are shown, as files say (``time``); None where one does not, or they do not rise."""
    texts = [dict(flame.extra).get("time", "") for flame in flames]
    try:
        times = tuple(float(text) for text in texts)
    except ValueError:
        return None
    rising = all(math.isfinite(b - a) and b > a for a, b in itertools.pairwise(times))
    return times if rising and math.isfinite(times[0]) else None


def place_among(times: Sequence[float], time: float) -> float:
    """Where `time` stands among rising `times`: 1.5 is half way from the second to the third.

    As in flam3 each interval is crossed at a speed of its own; times outside count as the first or last.
    """
    return float(np.interp(time, times, np.arange(len(times))))


def catmull_rom(t: float) -> tuple[float, float, float, float]:
    """Shares of four keyframes at `t` from the second (0) to the third (1)."""
    return (
        (2 * t**2 - t - t**3) / 2,
        (3 * t**3 - 5 * t**2 + 2) / 2,
        (4 * t**2 - 3 * t**3 + t) / 2,
        (t**3 - t**2) / 2,
    )


def blend(
    flames: Sequence[Flame],
    shares: Sequence[float],
    *,
    affine: str | None = None,
    palette: str | None = None,
    lead: int = 0,
) -> Flame:
    """The mean of flames by shares that sum to 1; what cannot be blended is that of flame number `lead`."""
    leader = flames[lead]
    said = dict(leader.extra)
    affine = _chosen(affine, said.get("interpolation_type"), AFFINES, "affine")
    palette = _chosen(palette, said.get("palette_interpolation"), PALETTES, "palette")
    aligned = align(flames, affine=affine)

    def parts(name: str) -> tuple[Xform, ...]:
        columns = zip(*(getattr(flame, name) for flame in aligned), strict=True)
        return tuple(_blended_xform(xforms, shares, affine, lead) for xforms in columns)

    return replace(
        leader,
        xforms=parts("xforms"),
        finals=parts("finals"),
        palette=_blended_palette([flame.palette for flame in flames], shares, palette, lead),
        camera=_blended_camera([flame.camera for flame in flames], shares, lead),
        tone=_blended_tone([flame.tone for flame in flames], shares, lead),
    )


def _chosen(wanted: str | None, said: str | None, choices: tuple[str, ...], what: str) -> str:
    """What is asked for, else what the file says, else the first choice."""
    if wanted is None:
        return said if said in choices else choices[0]
    if wanted not in choices:
        raise BloomError(f"The {what} interpolation is {wanted!r}: choose one of {', '.join(choices)}.")
    return wanted


# --------------------------------------------------------------------------------------- alignment


def align(flames: Sequence[Flame], *, affine: str = "log") -> tuple[Flame, ...]:
    """The flames with equally many xforms, final xforms, variations and xaos, which look as before.

    The half turns that stand for variations with holes are of use for ``"log"`` only. They turn depth upside
    down, so that flames with depth do without them in a final xform.
    """
    count = max(len(flame.xforms) for flame in flames)
    finals = max(len(flame.finals) for flame in flames)
    turn = affine == "log"
    flat = all(flame.camera.is_flat for flame in flames)
    xforms = [
        _column([f.xforms for f in flames], k, Xform(weight=0.0, color=k % 2.0), turn) for k in range(count)
    ]
    # flam3 counts final xforms after the others and lets an added one leave the colours alone.
    still = [Xform(color=(count + k) % 2.0, color_speed=0.0) for k in range(finals)]
    last = [_column([f.finals for f in flames], k, still[k], turn and flat) for k in range(finals)]
    if any(len({len(xform.xaos) for xform in column}) > 1 for column in xforms):
        xforms = [[replace(x, xaos=_filled_xaos(x, count)) for x in column] for column in xforms]
    return tuple(
        replace(flame, xforms=tuple(c[k] for c in xforms), finals=tuple(c[k] for c in last))
        for k, flame in enumerate(flames)
    )


def _column(rows: Sequence[tuple[Xform, ...]], place: int, added: Xform, turn: bool) -> list[Xform]:
    """The xforms that stand at a place in all flames, made alike; where none stands, `added` does."""
    found = [row[place] if place < len(row) else None for row in rows]
    filled = [xform or _padding(_neighbours(found, k), added, turn) for k, xform in enumerate(found)]
    return _with_same_variations(filled)


def _neighbours(found: Sequence[Xform | None], k: int) -> list[Xform]:
    """The xforms of the keyframes before and after, without what is not there."""
    return [xform for i in (k - 1, k + 1) if 0 <= i < len(found) and (xform := found[i]) is not None]


def _padding(neighbours: Iterable[Xform], added: Xform, turn: bool) -> Xform:
    """`added` as an xform that does nothing, in the form from which its neighbours grow best.

    With `turn` it may be two half turns of the plane.
    """
    regular = [v for x in neighbours for v in x.with_form("regular") if v.weight > 0.0]
    names = {v.name.lower() for v in regular}
    plain = replace(added, variations=(Variation("linear"),))
    if turn and names & _HOLES:
        turned = (-1.0, 0.0, 0.0, -1.0, 0.0, 0.0)
        return replace(plain, coefs=turned, variations=(Variation("linear", -1.0),))
    alike = {v.name.lower(): v for v in regular if v.name.lower() in _IDENTITIES}
    if alike:
        share = 1.0 / len(alike)
        return replace(plain, variations=tuple(_identity(v, share) for v in alike.values()))
    mirrored = sorted(names & _MIRRORED)
    if mirrored:
        share = 1.0 / len(mirrored)
        variations = tuple(Variation(lookup(name).name, share) for name in mirrored)
        return replace(plain, coefs=(0.0, 1.0, 1.0, 0.0, 0.0, 0.0), variations=variations)
    return plain


def _identity(variation: Variation, weight: float) -> Variation:
    """`variation` with the parameters for which it is the identity."""
    fixed = _IDENTITIES[variation.name.lower()]
    parameters = tuple((name, fixed.get(name, value)) for name, value in variation.parameters)
    return replace(variation, weight=weight, parameters=parameters)


def _with_same_variations(xforms: list[Xform]) -> list[Xform]:
    """The xforms with the same variations in the same order; added ones have weight 0."""
    rows = [{(v.form, v.name): v for v in xform.variations} for xform in xforms]
    names = list(dict.fromkeys(name for row in rows for name in row))
    if all(list(row) == names for row in rows):
        return xforms
    columns = {}
    for name in names:
        known = [k for k, row in enumerate(rows) if name in row]
        nearest = [min(known, key=lambda i, k=k: abs(i - k)) for k in range(len(rows))]  # type: ignore[misc]
        columns[name] = [
            row[name] if name in row else replace(rows[i][name], weight=0.0)
            for i, row in zip(nearest, rows, strict=True)
        ]
    return [
        replace(xform, variations=tuple(columns[name][k] for name in names)) for k, xform in enumerate(xforms)
    ]


def _filled_xaos(xform: Xform, count: int) -> tuple[float, ...]:
    return (xform.xaos + (1.0,) * count)[:count]


# --------------------------------------------------------------------------------------- numbers


def _mean(values: Sequence[float], shares: Sequence[float]) -> float:
    """The weighted mean, to the bit where all values are the same."""
    if all(value == values[0] for value in values):
        return values[0]
    return sum(value * share for value, share in zip(values, shares, strict=True))


def _means(rows: Sequence[Sequence[float]], shares: Sequence[float]) -> tuple[float, ...]:
    return tuple(_mean(column, shares) for column in zip(*rows, strict=True))


def _within(value: float, low: float, high: float, keys: Sequence[float]) -> float:
    """`value` in the range, which is widened to the keyframes' own values: a spline swings beyond them."""
    return min(max(value, min(low, *keys)), max(high, *keys))


def _blended_xform(xforms: Sequence[Xform], shares: Sequence[float], affine: str, lead: int) -> Xform:
    leader = xforms[lead]
    free = (-math.inf, math.inf)
    limits = {
        "weight": (0.0, math.inf), "color": (0.0, 1.0), "color_speed": (-1.0, 1.0), "opacity": free,
        "direct_color": free, "animate": free,
    }  # fmt: skip
    changes: dict[str, Any] = {}
    for name, (low, high) in limits.items():
        keys = [getattr(xform, name) for xform in xforms]
        changes[name] = _within(_mean(keys, shares), low, high, keys)
    rows = list(zip(*(xform.variations for xform in xforms), strict=True))
    factors = [xform.xaos for xform in xforms]
    if len(set(map(len, factors))) > 1:  # of final xforms, where it means nothing
        factors = [leader.xaos] * len(xforms)
    changes |= {
        name: _blended_affine([getattr(x, name) for x in xforms], shares, affine)
        for name in ("coefs", "post")
    }
    return replace(
        leader,
        **changes,
        xaos=tuple(_within(_mean(keys, shares), 0.0, math.inf, keys) for keys in zip(*factors, strict=True)),
        variations=tuple(_blended_variation(row, shares) for row in rows),
    )


def _blended_variation(variations: Sequence[Variation], shares: Sequence[float]) -> Variation:
    first = variations[0]
    rows = [dict(variation.parameters) for variation in variations]
    parameters = tuple(
        (name, _mean([row.get(name, value) for row in rows], shares)) for name, value in first.parameters
    )
    return replace(first, weight=_mean([v.weight for v in variations], shares), parameters=parameters)


def _blended_affine(
    maps: Sequence[tuple[float, ...]], shares: Sequence[float], kind: str
) -> tuple[float, ...]:
    """Blend of maps ``a d b e c f``: in ``"log"`` the columns (a, d) and (b, e) by angle and length."""
    if kind == "linear" or all(other == maps[0] for other in maps):
        return _means(maps, shares)
    angles = [_angles(values) for values in maps]
    columns = []
    for k in (0, 1):
        angle = _mean(_unwound([pair[k] for pair in angles], math.pi), shares)
        length = _blended_length([math.hypot(*values[2 * k : 2 * k + 2]) for values in maps], shares)
        columns += [length * math.cos(angle), length * math.sin(angle)]
    return (*columns, *_means([values[4:] for values in maps], shares))


def _angles(values: tuple[float, ...]) -> tuple[float, float]:
    """Angles of the columns (a, d) and (b, e); one of length 0 has the other's."""
    a, d, b, e = values[:4]
    first = math.atan2(d, a) if a or d else math.atan2(e, b)
    return first, math.atan2(e, b) if b or e else first


def _blended_length(lengths: Sequence[float], shares: Sequence[float]) -> float:
    """Mean of the logarithms, or of the lengths themselves where one of them is tiny."""
    if min(lengths) < _TINY:
        return _mean(lengths, shares)
    return math.exp(_mean([math.log(length) for length in lengths], shares))


def _unwound(angles: Sequence[float], half: float) -> list[float]:
    """Each angle the shorter way from the one before, forwards where both are as long; `half` a turn."""
    result = [angles[0]]
    for angle in angles[1:]:
        step = (angle - result[-1]) % (2.0 * half)
        result.append(result[-1] + (step if step <= half * (1.0 + 1e-12) else step - 2.0 * half))
    return result


# --------------------------------------------------------------------------------------- the rest


def _blended_palette(palettes: Sequence[Palette], shares: Sequence[float], kind: str, lead: int) -> Palette:
    leader = palettes[lead]
    phase = _mean([palette.phase for palette in palettes], shares)
    if all(other.colors == leader.colors and other.anchors == leader.anchors for other in palettes):
        return replace(leader, phase=phase)
    count = max(len(palette.array) for palette in palettes)
    rows = np.stack([_resampled(palette.array, count) for palette in palettes])
    if kind == "sweep":
        place = np.arange(count) / count
        colors = np.where(
            (place < shares[min(lead + 1, len(shares) - 1)])[:, None], rows[-1 - lead], rows[lead]
        )
    else:
        to, back = _SPACES[kind]
        mixed = _spaced(to(rows), kind)
        colors = back(np.tensordot(np.array(shares), mixed, 1))
    return Palette(np.clip(colors, 0.0, 1.0), leader.mode, phase)  # type: ignore[arg-type]


def _resampled(colors: np.ndarray, count: int) -> np.ndarray:
    """(count, 3) colours at equal distances."""
    if len(colors) == count:
        return colors
    place = np.linspace(0.0, len(colors) - 1.0, count)
    return np.stack([np.interp(place, np.arange(len(colors)), channel) for channel in colors.T], axis=1)


def _hsv(colors: np.ndarray) -> np.ndarray:
    rows = [colorsys.rgb_to_hsv(*color) for color in colors.reshape(-1, 3).tolist()]
    return np.array(rows).reshape(colors.shape)


def _rgb_of_hsv(colors: np.ndarray) -> np.ndarray:
    limited = colors.copy()
    limited[:, 1:] = np.clip(colors[:, 1:], 0.0, 1.0)
    return np.array([colorsys.hsv_to_rgb(hue % 1.0, s, v) for hue, s, v in limited.tolist()])


def _spaced(colors: np.ndarray, kind: str) -> np.ndarray:
    """(keyframes, count, 3) colours, with each hue the shorter way from that of the keyframe before."""
    if kind == "hsv_circular":
        for previous, current in itertools.pairwise(colors):
            current[:, 0] += np.round(previous[:, 0] - current[:, 0])
    return colors


_SPACES: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "hsv": (_hsv, _rgb_of_hsv),
    "hsv_circular": (_hsv, _rgb_of_hsv),
    "rgb": (np.array, np.array),
    "oklab": (oklab, display_of_oklab),
}

_POSITIVE = frozenset(["scale", "gamma"])
_NOT_NEGATIVE = frozenset(
    ["zoom", "quality", "gamma_threshold", "filter_radius", "estimator_radius", "estimator_minimum"]
)


def _blended_scalars(things: Sequence[Camera] | Sequence[Tone], shares: Sequence[float]) -> dict[str, Any]:
    """Blends of the fields that are numbers; those that must be positive stay so where a spline swings."""
    result: dict[str, Any] = {}
    for field in fields(things[0]):
        if field.type != "float":
            continue
        keys = [getattr(thing, field.name) for thing in things]
        low = 0.25 * min(keys) if field.name in _POSITIVE else 0.0
        value = _mean(keys, shares)
        bounded = field.name in _POSITIVE or field.name in _NOT_NEGATIVE
        result[field.name] = max(value, low) if bounded else value
    return result


def _blended_camera(cameras: Sequence[Camera], shares: Sequence[float], lead: int) -> Camera:
    width, height = _means([camera.size for camera in cameras], shares)
    return replace(
        cameras[lead],
        size=(max(round(width), 1), max(round(height), 1)),
        center=_means([camera.center for camera in cameras], shares),  # type: ignore[arg-type]
        **_blended_scalars(cameras, shares)
        | {"rotate": _mean(_unwound([camera.rotate for camera in cameras], 180.0), shares)},
    )


def _blended_tone(tones: Sequence[Tone], shares: Sequence[float], lead: int) -> Tone:
    leader = tones[lead]
    background = tuple(min(max(v, 0.0), 1.0) for v in _means([tone.background for tone in tones], shares))
    return replace(
        leader,
        **_blended_scalars(tones, shares),
        supersample=max(round(_mean([tone.supersample for tone in tones], shares)), 1),
        background=background,  # type: ignore[arg-type]
        curves=_blended_curves([tone.curves for tone in tones], shares, lead),
        splines=_blended_curves([tone.splines for tone in tones], shares, lead),
    )


def _blended_curves(
    curves: Sequence[tuple[Curve, ...]], shares: Sequence[float], lead: int
) -> tuple[Curve, ...]:
    """Point by point where the keyframes' curves have the same numbers of points."""
    if len({tuple(len(curve) for curve in four) for four in curves}) > 1:
        return curves[lead]
    return tuple(
        tuple(_means(points, shares) for points in zip(*column, strict=True))
        for column in zip(*curves, strict=True)
    )
