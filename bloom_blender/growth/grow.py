"""The public entry point: a run and a flame go in, curves come out."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..errors import BloomError
from ..flame.model import Flame
from ..trajectory import Trajectory
from .classic import EPOCHS, classic
from .colors import color_curves, fit_colors
from .curves import Curves
from .mapping import Choices, Mapping, fit
from .robust import robust

MAPPINGS: dict[str, Callable[..., Curves]] = {"robust": robust, "classic": classic}

COLORS = ("flame", "embeddings")

MOST_FRAMES = 1_000_000
STRONGEST = 10.0


def grow(
    trajectory: Trajectory,
    flame: Flame,
    *,
    mapping: str = "robust",
    frames: int,
    **options,
) -> Curves:
    """Curves of a film in which `trajectory` moves `flame`.

    Parameters
    ----------
    trajectory, flame
        What moves and what is moved.
    mapping : {"robust", "classic"}
    frames : int
        How many frames the film has, 2 or more.
    **options
        Those of `robust` or of `classic`; `classic` has ``end_on_base`` True here. ``None`` stands for the
        default. For `robust`, ``like`` may also be a `Mapping` that was fitted with the same drive, source,
        time, metric and bindings.
        For either: ``colors``, ``"flame"`` (the default) or ``"embeddings"``, which adds a palette that
        the run's word vectors make, with the options of `colors.color_curves`: ``tables`` and ``hue``.
        For either: ``order``, ``"time"`` (the default) or ``"emitted"``, which leaves the rows of the
        classic mapping as it emits them, the end of the film first.

    Returns
    -------
    Curves
        In time order, ending on the base flame, unless the options ask otherwise.

    Raises
    ------
    BloomError
        If an option is unknown or out of range, or the run does not suffice.
    """
    if mapping not in MAPPINGS:
        raise BloomError(f"there is no mapping {mapping!r}: choose one of {', '.join(MAPPINGS)}.")
    coloring = {name: options.pop(name, None) for name in ("colors", "tables", "hue")}
    order = options.pop("order", None) or "time"
    if order not in ("time", "emitted"):
        raise BloomError(f"the order is {order!r}: choose time or emitted.")
    options = {name: value for name, value in options.items() if value is not None}
    function = MAPPINGS[mapping]
    known = set(inspect.signature(function).parameters) - {"trajectory", "flame", "frames"}
    for name in options:
        if name not in known:
            raise BloomError(
                f"the {mapping} mapping has no option {name!r}: choose among {', '.join(sorted(known))}."
            )
    if mapping == "classic":
        options.setdefault("end_on_base", True)
    _check_whole("frames", frames, 2, MOST_FRAMES)
    for name in ("bud", "wind", "gain", "smoothing"):
        if name in options:
            options[name] = _strength(name, options[name])
    for name, least in (("seed", 0), ("epochs", 1), ("skip_words", 0)):
        if name in options:
            _check_whole(name, options[name], least)
    colored = coloring["colors"] or "flame"
    if colored not in COLORS:
        raise BloomError(f"colors is {colored!r}: choose one of {', '.join(COLORS)}.")
    try:
        if mapping == "robust":
            fitted = _fitted(trajectory, options)
            like = fitted.own[0]
            curves = fitted.apply(trajectory, flame, frames=int(frames))
        else:
            like = trajectory
            curves = function(trajectory, flame, frames=int(frames), **options)
        if colored == "embeddings":
            if mapping == "robust":
                steps = fitted.steps_shown(trajectory, int(frames))
            else:
                steps = _classic_steps(trajectory, curves.frames, options)
                steps = steps[::-1] if curves.order == "reversed" else steps
            colors = fit_colors(like, coloring["tables"], hue=float(coloring["hue"] or 0.0))
            curves = _joined(curves, *color_curves(colors, trajectory, steps))
    except BloomError as error:
        if trajectory.name in str(error):
            raise
        raise BloomError(f"{trajectory.name}: {error}") from None
    return curves.in_time_order() if order == "time" else curves


def film_steps(trajectory: Trajectory, *, mapping: str = "robust", frames: int, **options) -> np.ndarray:
    """The step of the run that each frame of a film shows, (frames,), in time order.

    Options are those of `grow`, which is to be called first: it checks them.
    """
    for name in ("colors", "tables", "hue", "order"):
        options.pop(name, None)
    options = {name: value for name, value in options.items() if value is not None}
    if mapping == "classic":
        return _classic_steps(trajectory, int(frames), options)
    return _fitted(trajectory, options).steps_shown(trajectory, int(frames))


def _fitted(trajectory: Trajectory, options: dict) -> Mapping:
    """The mapping that options of `robust` ask for."""
    options = dict(options)
    like = options.pop("like", None) or trajectory
    choices = Choices(**options)
    return replace(like, choices=choices) if isinstance(like, Mapping) else fit(like, choices)


def _classic_steps(trajectory: Trajectory, frames: int, options: dict) -> np.ndarray:
    """The step that each frame of a classic film shows, to the end of the table in its last frame."""
    steps = trajectory.embedding(options.get("source")).steps
    epochs = min(options.get("epochs", EPOCHS), len(steps) - 1)
    shown = np.interp(np.linspace(0, epochs, frames), np.arange(len(steps)), steps)
    shown[-1] = steps[-1]
    return shown


def _joined(curves: Curves, names: tuple[str, ...], base: np.ndarray, values: np.ndarray) -> Curves:
    """Curves with more of them; those of the same names, as of a palette that withers, are replaced."""
    kept = [k for k, name in enumerate(curves.names) if name not in names]
    return Curves(
        tuple(curves.names[k] for k in kept) + names,
        np.concatenate([curves.base[kept], base]),
        np.concatenate([curves.values[:, kept], values], axis=1),
        curves.order,
    )


def _check_whole(name: str, value: object, least: int, most: int = 2**63 - 1) -> None:
    try:
        whole = int(value) == value and not isinstance(value, bool)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        whole = False
    if not whole or not least <= value <= most:  # type: ignore[operator]
        limits = f"{least} or more" if most >= 2**62 else f"{least} to {most}"
        raise BloomError(f"{name} is {value!r}: give a whole number, {limits}.")


def _strength(name: str, value: object) -> float:
    try:
        strength = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        strength = math.nan
    if not 0.0 <= strength <= STRONGEST:
        raise BloomError(f"{name} is {value!r}: give a number from 0 to {STRONGEST:g}.")
    return strength
