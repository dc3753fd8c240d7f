"""The one door: a run and a flame go in, curves come out."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable

from ..errors import BloomError
from ..flame.model import Flame
from ..trajectory import Trajectory
from .classic import classic
from .curves import Curves
from .robust import robust

MAPPINGS: dict[str, Callable[..., Curves]] = {"robust": robust, "classic": classic}

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
        Of `robust`: ``bud``, ``wind``, ``gain``, ``seed``, ``source``. Of `classic`: ``epochs``,
        ``skip_words``, ``permutation``, ``seed``, ``source``, ``end_on_base``, which is True here. ``None``
        stands for the default.
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
    for name in ("bud", "wind", "gain"):
        if name in options:
            options[name] = _strength(name, options[name])
    for name, least in (("seed", 0), ("epochs", 1), ("skip_words", 0)):
        if name in options:
            _check_whole(name, options[name], least)
    try:
        curves = function(trajectory, flame, frames=int(frames), **options)
    except BloomError as error:
        if trajectory.name in str(error):
            raise
        raise BloomError(f"{trajectory.name}: {error}") from None
    return curves.in_time_order() if order == "time" else curves


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
