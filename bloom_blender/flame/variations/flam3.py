"""Forms that are flam3's own: flat ones, and parameters that are neither rounded nor limited.

Measured on flam3 3.1.1 (``benchmarks/golden.py --variations``). Other forms of flam3 stand beside the common
ones: auger, cardioid, circus, hole, lazysusan.
"""

from __future__ import annotations

import math
from dataclasses import replace

from . import complex_numbers, parametric, polar, scatter, three_d, tilings  # noqa: F401  (registered first)
from .registry import P, lookup, variation
from .vocabulary import cos, floor, pi, sin


def _free(parameter: P) -> P:
    """The parameter as flam3 takes it: any real number."""
    return replace(parameter, kind="real", minimum=-math.inf, maximum=math.inf)


for _name in ("cpow", "julian", "juliascope", "ngon", "stripes", "wedge", "wedge_sph"):
    _entry = lookup(_name)
    variation(
        _name,
        parameters=tuple(map(_free, _entry.parameters)),
        z=_entry.z,
        mode=_entry.mode,
        keeps=_entry.keeps,
        compatibility="flam3",
    )(_entry.function)


@variation("bubble", compatibility="flam3")
def flat_bubble(x, y, w):
    """w / (1 + r² / 4) (x, y). Paper, variation 28."""
    q = 0.25 * (x * x + y * y) + 1.0
    return w * x / q, w * y / q, 0.0


@variation("cylinder", compatibility="flam3")
def flat_cylinder(x, y, w):
    """w (sin x, y). Paper, variation 29."""
    return w * sin(x), w * y, 0.0


@variation("waves2", parameters=lookup("waves2").parameters, z="wz", compatibility="flam3")
def flat_waves2(x, y, z, w, freqx, scalex, freqy, scaley, freqz, scalez):
    """w (x + sx sin(fx y), y + sy sin(fy x)): flam3 has no waves in depth."""
    return w * (x + scalex * sin(y * freqx)), w * (y + scaley * sin(x * freqy)), w * z


@variation("pie", parameters=tuple(map(_free, lookup("pie").parameters)), mode="sum", compatibility="flam3")
def pie_of_any_slices(w, slices, rotation, thickness, u0, u1, u2):
    """w u (cos a, sin a), a = rotation + 2 π (k + u thickness) / slices, k = floor(u slices + 1/2).

    Paper, variation 37; with a whole number of slices the same as the common form.
    """
    a = rotation + 2.0 * pi * (floor(u0 * slices + 0.5) + u1 * thickness) / slices
    return w * u2 * cos(a), w * u2 * sin(a), 0.0
