"""All modules of variations: importing them registers everything, in an eighth of a second.

Only the registry imports this, when a variation is first asked for.
"""

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
