"""Forms that are flam3's own: flat ones, other formulas, and parameters that are neither rounded nor limited.

Measured on flam3 3.1.1: its pictures of each variation, and the defaults that it writes for parameters which
a file leaves out. cardioid, circus and hole have a form of flam3 beside the common ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from . import (  # noqa: F401  (registered first)
    complex_numbers,
    parametric,
    polar,
    scatter,
    three_d,
    tilings,
    trigonometric,
)
from .registry import lookup, variation
from .vocabulary import atan2, cos, fabs, floor, log, pi, sin, sqrt, zeps


def _form(name: str, **defaults: float) -> Callable[[Callable], Callable]:
    """Register flam3's form of a variation: any real parameters, some with other defaults."""
    entry = lookup(name)
    parameters = tuple(
        replace(p, kind="real", minimum=-math.inf, maximum=math.inf, default=defaults.get(p.name, p.default))
        for p in entry.parameters
    )
    return variation(name, parameters=parameters, z=entry.z, mode=entry.mode, compatibility="flam3")


for _name, _defaults in {
    "cpow": {},
    "julian": {},
    "juliascope": {},
    "Mobius": {"Re_A": 0.0, "Re_D": 0.0},
    "modulus": {"x": 0.0, "y": 0.0},
    "ngon": {},
    "popcorn2": {"x": 0.0, "y": 0.0, "c": 0.0},
    "rings2": {"val": 0.0},
    "separation": {"x": 0.0, "y": 0.0},
    "split": {"xsize": 0.0, "ysize": 0.0},
    "stripes": {"space": 0.0},
    "wedge": {"angle": 0.0, "count": 1.0},
    "wedge_sph": {"angle": 0.0, "count": 1.0},
    "whorl": {"inside": 0.0, "outside": 0.0},
}.items():
    _form(_name, **_defaults)(lookup(_name).function)


@variation("bubble", compatibility="flam3")
def flat_bubble(x, y, w):
    """w / (1 + r² / 4) (x, y). Paper, variation 28."""
    q = 0.25 * (x * x + y * y) + 1.0
    return w * x / q, w * y / q, 0.0


@variation("cylinder", compatibility="flam3")
def flat_cylinder(x, y, w):
    """w (sin x, y). Paper, variation 29."""
    return w * sin(x), w * y, 0.0


@_form("waves2", freqx=0.0, freqy=0.0)
def flat_waves2(x, y, z, w, freqx, scalex, freqy, scaley, freqz, scalez):
    """w (x + sx sin(fx y), y + sy sin(fy x)): flam3 has no waves in depth."""
    return w * (x + scalex * sin(y * freqx)), w * (y + scaley * sin(x * freqy)), w * z


@_form("auger", freq=1.0, scale=1.0)
def auger_halved(x, y, z, w, sym, weight, freq, scale):
    """dy = y + weight (scale s / 2 + |y| s) with s = sin(freq x), dx alike; w (x + sym (dx - x), dy)."""
    s = sin(freq * x)
    t = sin(freq * y)
    dy = y + weight * (0.5 * scale * s + fabs(y) * s)
    dx = x + weight * (0.5 * scale * t + fabs(x) * t)
    return w * (x + sym * (dx - x)), w * dy, w * z


@_form("lazysusan", spin=0.0)
def lazysusan_off_centre(x, y, z, w, spin, space, twist, x_, y_):
    """`lazysusan` whose centre (X, -Y) is added without the weight."""
    px = x - x_
    py = y + y_
    r = sqrt(px * px + py * py)
    a = atan2(py, px) + spin + twist * (w - r)
    k = w * (1.0 + space / zeps(r))
    inside = r < w
    dx = w * r * cos(a) if inside else k * px
    dy = w * r * sin(a) if inside else k * py
    return dx + x_, dy - y_, w * z


@_form("log")
def natural_logarithm(x, y, z, w, base):
    """w (ln r, φ): flam3's has no base."""
    return w * 0.5 * log(x * x + y * y), w * atan2(y, x), w * z


@_form("pie", rotation=0.0)
def pie_of_any_slices(w, slices, rotation, thickness, u0, u1, u2):
    """w u (cos a, sin a), a = rotation + 2 π (k + u thickness) / slices, k = floor(u slices + 1/2).

    Paper, variation 37; with a whole number of slices the same as the common form.
    """
    a = rotation + 2.0 * pi * (floor(u0 * slices + 0.5) + u1 * thickness) / slices
    return w * u2 * cos(a), w * u2 * sin(a), 0.0
