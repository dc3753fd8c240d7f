"""The variations: one small pure function each, registered with what a kernel needs to know of it."""

from __future__ import annotations

from . import (  # noqa: F401  (importing registers)
    basic,
    blurs,
    branches,
    cells,
    complex_numbers,
    coordinates,
    depth_blurs,
    direct_color,
    discs,
    flam3,
    hyperbolic_plane,
    julia,
    mappings,
    parametric,
    polar,
    quaternions,
    ripples,
    running_sum,
    scatter,
    shapes,
    solids,
    space,
    special_functions,
    synth,
    three_d,
    tilings,
    trigonometric,
    truchet,
)
from .registry import HELPERS, VARIATIONS, Entry, P, lookup, split_attribute

__all__ = ["HELPERS", "VARIATIONS", "Entry", "P", "lookup", "split_attribute"]
