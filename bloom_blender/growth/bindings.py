"""Bindings by hand: this series moves that parameter, so far."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import BloomError
from ..flame.model import Flame
from .drives import AFFINE_WORDS, Drive, drives_of, phase_drive

BUD = "bud"
"""The target that is not a parameter: how closed the flame is."""


@dataclass(frozen=True)
class Binding:
    """A series of a run that moves one parameter of a flame.

    Parameters
    ----------
    series : str
        Name of an update series, a metric or a norm.
    target : str
        A parameter that is one number (``xform1.weight``); what an affine map does (``xform1.coefs.turn``,
        and size, aspect, shear, right, down); ``palette.phase``; or ``bud``.
    gain : float
        1 moves it as far as a run may; a negative one the other way.
    """

    series: str
    target: str
    gain: float = 1.0

    def __post_init__(self):
        if not math.isfinite(self.gain) or abs(self.gain) > 10.0:
            raise BloomError(f"the gain of {self.target} is {self.gain}: give a number from -10 to 10.")


def parse_binding(text: str) -> Binding:
    """A binding of ``SERIES=TARGET`` or ``SERIES=TARGET:GAIN``."""
    series, equals, rest = text.rpartition("=")
    target, colon, gain = rest.partition(":")
    try:
        number = float(gain) if colon else 1.0
    except ValueError:
        number = math.nan
    if not equals or not series.strip() or not target.strip() or math.isnan(number):
        raise BloomError(f"the binding {text!r} is not understood: write it as loss=xform1.weight:0.5.")
    return Binding(series.strip(), target.strip(), number)


def targets_of(flame: Flame) -> tuple[str, ...]:
    """Everything of a flame that a series can be bound to."""
    drives = (*drives_of(flame), phase_drive(flame))
    return (BUD, *(name for drive in drives for name in _names(drive)))


def target_of(target: str, drives: tuple[Drive, ...]) -> int | None:
    """The channel of a target, counted over all drives; None for the bud."""
    if target == BUD:
        return None
    names = [name for drive in drives for name in _names(drive)]
    if target not in names:
        stem = target.partition(".")[0]
        near = [name for name in names if name.startswith(f"{stem}.")] or names
        raise BloomError(
            f"nothing can be bound to {target!r}: choose bud or, for example, {', '.join(near[:6])}."
        )
    return names.index(target)


def _names(drive: Drive) -> tuple[str, ...]:
    """Names of a drive's channels, in order."""
    if drive.is_affine:
        stem = drive.names[0].partition("[")[0]
        return tuple(f"{stem}.{word}" for word in AFFINE_WORDS)
    return drive.names
