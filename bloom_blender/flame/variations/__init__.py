"""The variations: one small pure function each, registered with what a kernel needs to know of it."""

from __future__ import annotations

from . import (  # noqa: F401  (importing registers)
    basic,
    blurs,
    complex_numbers,
    coordinates,
    discs,
    hyperbolic_plane,
    julia,
    parametric,
    polar,
    quaternions,
    scatter,
    space,
    three_d,
    tilings,
    trigonometric,
)
from .registry import HELPERS, VARIATIONS, Entry, P, lookup, split_attribute

__all__ = ["HELPERS", "VARIATIONS", "Entry", "P", "lookup", "split_attribute"]
