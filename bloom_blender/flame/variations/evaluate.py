"""Reference evaluation of a variation: numpy, float64, from the source of the functions.

For tests of kernels and for looking at a variation; the chaos room has the fast way.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from ..model import FORMS
from .registry import MINIMUM_WEIGHT, Entry, lookup
from .source import array_function


def evaluate_variation(
    name: str,
    points: np.ndarray,
    *,
    weight: float = 1.0,
    parameters: Mapping[str, float] = MappingProxyType({}),
    form: str = "regular",
    affine: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    compatibility: str = "1.0.0.14",
    seed: int = 0,
    colors: np.ndarray | None = None,
) -> np.ndarray:
    """What a variation makes of points.

    Parameters
    ----------
    name
        As in the registry, in any capitals.
    points
        (N, 3) array, points after the xform's affine map.
    weight
        Below 1e-6 in magnitude the variation is absent.
    parameters
        Short name to value; absent ones have their default, all are conformed (`P.conform`).
    form
        ``"regular"``, ``"pre"`` or ``"post"``.
    affine
        ``(a, b, c, d, e, f)`` of the xform, for variations that look at it; not applied here.
    compatibility
        Program whose formula to use.
    seed
        Of the random numbers.
    colors
        (N,) colour coordinates of the points, for variations that look at them; absent ones are 0.

    Returns
    -------
    (N, 3) float64 array: for the regular form the addend to the running sum, which is 0, 0, 0 before; for
    the other forms the point afterwards.

    Raises
    ------
    KeyError
        for a name that is not registered.
    """
    points = _checked(points, form)
    entry = lookup(name, compatibility)
    if abs(weight) < MINIMUM_WEIGHT:
        return np.zeros_like(points) if form == "regular" else points
    colors = np.zeros(len(points)) if colors is None else _checked_colors(colors, points)
    results = _returned(entry, points, colors, weight, parameters, form, affine, seed)
    return _applied(entry, form, points, results[:, :3])


def evaluate_color(
    name: str,
    points: np.ndarray,
    colors: np.ndarray,
    *,
    weight: float = 1.0,
    parameters: Mapping[str, float] = MappingProxyType({}),
    form: str = "regular",
    affine: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    compatibility: str = "1.0.0.14",
    seed: int = 0,
) -> np.ndarray:
    """What a variation makes of the colour coordinates of points.

    The parameters are those of `evaluate_variation`, and `colors` (N,): the xform's blend of its own
    colour with that of the point. The xform's ``var_color`` is not applied.

    Returns
    -------
    (N,) float64 array, a copy of `colors` unless the variation is one of `Entry.colors`.
    """
    points = _checked(points, form)
    colors = _checked_colors(colors, points)
    entry = lookup(name, compatibility)
    if abs(weight) < MINIMUM_WEIGHT or not entry.colors:
        return colors
    return _returned(entry, points, colors, weight, parameters, form, affine, seed)[:, 3]


def _checked(points: np.ndarray, form: str) -> np.ndarray:
    """The points as a fresh (N, 3) float64 array; ValueError for another shape or an unknown form."""
    if form not in FORMS:
        raise ValueError(f"form {form!r} is none of {FORMS}")
    points = np.array(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3:
        raise ValueError(f"points have the shape {points.shape}, not (N, 3)")
    return points


def _checked_colors(colors: np.ndarray, points: np.ndarray) -> np.ndarray:
    colors = np.array(colors, dtype=np.float64)
    if colors.shape != points.shape[:1]:
        raise ValueError(f"colors have the shape {colors.shape}, not ({len(points)},)")
    return colors


def _returned(
    entry: Entry,
    points: np.ndarray,
    colors: np.ndarray,
    weight: float,
    parameters: Mapping[str, float],
    form: str,
    affine: tuple[float, ...],
    seed: int,
) -> np.ndarray:
    """What the variation's function returns, a column each: three, or four with the colour."""
    before = np.zeros_like(points) if form == "regular" else points
    scalars = dict(zip((p.argument for p in entry.parameters), entry.values(parameters), strict=True))
    scalars |= dict(zip(("ca", "cb", "cc", "cd", "ce", "cf"), affine, strict=True))
    scalars |= {"w": weight}
    known = {name: np.full(len(points), value) for name, value in scalars.items()}
    known |= {"dc": colors}
    known |= dict(zip(("x", "y", "z"), points.T, strict=True))
    known |= dict(zip(("ax", "ay", "az"), before.T, strict=True))
    known |= dict.fromkeys(("sumx", "sumy", "sumz"), np.zeros(len(points)))
    random = np.random.default_rng(seed).random((len(points), entry.randoms))
    known |= {f"u{k}": column for k, column in enumerate(random.T)}
    with np.errstate(all="ignore"):
        result = array_function(entry.function)(*(known[name] for name in entry.arguments))
    return np.stack([np.broadcast_to(column, len(points)) for column in result], axis=1).astype(np.float64)


def _applied(entry: Entry, form: str, points: np.ndarray, results: np.ndarray) -> np.ndarray:
    """The results as the form uses them: see `Entry.mode` and `Entry.keeps`."""
    if form == "regular":
        return results
    if entry.mode == "sum":
        return points + results
    for axis in map("xyz".index, entry.keeps):
        results[:, axis] = points[:, axis]
    return results
