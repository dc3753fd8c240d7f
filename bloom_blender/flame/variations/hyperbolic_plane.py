"""Tilings of the hyperbolic plane and space in the Poincaré disc.

A tiling {p, q} has p-sided tiles, q around every corner. Moving the disc by a, |a| = r < 1, is
(p + a) / (1 + a* p); with P = 2 π / p, Q = 2 π / q the centre of the neighbour tile lies at
r² = 1 / (1 - (cos P - 1) / (cos P + cos Q)) (H. S. M. Coxeter, Regular Polytopes). w is the weight.
"""

from __future__ import annotations

from .helpers import any_branch, space_tile_distance, tile_distance
from .registry import P, variation
from .vocabulary import (
    atan2,
    cos,
    fabs,
    floor,
    fmod,
    pi,
    sin,
    sqrt,
    zeps,
)

_TILES = (
    P("p", 3.0, description="Sides of a tile"),
    P("q", 7.0, description="Tiles around a corner"),
)


@variation(
    "hypertile",
    parameters=(*_TILES, P("n", 0.0, description="Which neighbour")),
    compatibility="current",
)
@variation(
    "hypertile",
    parameters=(
        P("p", 3, kind="integer", minimum=3, maximum=2147483647, description="Sides of a tile"),
        P("q", 7, kind="integer", minimum=3, maximum=2147483647, description="Tiles around a corner"),
        P("n", 0, kind="integer", description="Which neighbour"),
    ),
)
def hypertile(x, y, w, p, q, n):
    """Moves the disc to neighbour n of the middle tile."""
    r = tile_distance(p, q)
    re = r * cos(2.0 * pi * n / p)
    im = r * sin(2.0 * pi * n / p)
    a = x + re
    b = y - im
    c = re * x - im * y + 1.0
    d = re * y + im * x
    k = w / zeps(c * c + d * d)
    return k * (a * c + b * d), k * (b * c - a * d), 0.0


@variation("hypertile1", parameters=_TILES, compatibility="current")
@variation(
    "hypertile1",
    parameters=(
        P("p", 3, kind="integer", minimum=3, maximum=2147483647, description="Sides of a tile"),
        P("q", 7, kind="integer", minimum=3, maximum=2147483647, description="Tiles around a corner"),
    ),
)
def hypertile1(x, y, w, p, q, u0):
    """Moves the disc to a random neighbour of the middle tile."""
    r = tile_distance(p, q)
    t = 2.0 * pi * floor(p * u0) / p
    re = r * cos(t)
    im = r * sin(t)
    a = x + re
    b = y - im
    c = re * x - im * y + 1.0
    d = re * y + im * x
    k = w / zeps(c * c + d * d)
    return k * (a * c + b * d), k * (b * c - a * d), 0.0


@variation(
    "hypertile2",
    parameters=(
        P("p", 3, kind="integer", minimum=3, maximum=2147483647, description="Sides of a tile"),
        P("q", 7, kind="integer", minimum=3, maximum=2147483647, description="Tiles around a corner"),
    ),
)
def hypertile2(x, y, w, p, q, u0):
    """Moves the disc to the first neighbour, then turns it by a random multiple of 2 π / p."""
    r = tile_distance(p, q)
    a = x + r
    c = r * x + 1.0
    d = r * y
    k = w / zeps(c * c + d * d)
    s = k * (a * c + y * d)
    v = k * (y * c - a * d)
    t = 2.0 * pi * floor(p * u0) / p
    return s * cos(t) + v * sin(t), v * cos(t) - s * sin(t), 0.0


@variation("hypertile2", parameters=_TILES, compatibility="current")
def hypertile2_of_any_tiling(x, y, w, p, q, u0):
    """As ember 25 has it: p and q need not be whole."""
    r = tile_distance(p, q)
    a = x + r
    c = r * x + 1.0
    d = r * y
    k = w / zeps(c * c + d * d)
    s = k * (a * c + y * d)
    v = k * (y * c - a * d)
    t = any_branch(u0, p)
    return s * cos(t) + v * sin(t), v * cos(t) - s * sin(t), 0.0


@variation(
    "hypertile3D",
    parameters=(
        P("p", 3, kind="integer", minimum=3, maximum=2147483647, description="Sides of a tile"),
        P("q", 7, kind="integer", minimum=3, maximum=2147483647, description="Tiles around a corner"),
        P("n", 0, kind="integer", description="Which neighbour"),
    ),
    z="own",
)
def hypertile_3d(x, y, z, w, p, q, n):
    """As `hypertile`, for the ball: ((1 - r²) p + (1 + 2 a · p + |p|²) a) / (1 + 2 a · p + r² |p|²).

    Where |p|² stands, the depth is not squared.
    """
    r = space_tile_distance(p, q)
    a = r * cos(2.0 * pi * n / p)
    b = -r * sin(2.0 * pi * n / p)
    s = x * x + y * y + z
    t = 1.0 + 2.0 * (a * x + b * y)
    k = w / zeps(t + r * r * s)
    return k * ((1.0 - r * r) * x + (t + s) * a), k * ((1.0 - r * r) * y + (t + s) * b), k * (1.0 - r * r) * z


@variation(
    "hypertile3D1",
    parameters=(
        P("p", 3, kind="integer", minimum=3, maximum=2147483647, description="Sides of a tile"),
        P("q", 7, kind="integer", minimum=3, maximum=2147483647, description="Tiles around a corner"),
    ),
    z="own",
)
def hypertile3d1(x, y, z, w, p, q, u0):
    """As `hypertile3D`, to a random neighbour of the middle tile, but not quite.

    In the terms of x and of the divisor that should hold y, ember 1.0.0.14 has x.
    """
    r = space_tile_distance(p, q)
    v = 2.0 * pi * floor(p * u0) / p
    a = r * cos(v)
    b = r * sin(v)
    s = x * x + y * y + z * z
    k = w / zeps(r * r * s + 2.0 * (a - b) * x + 1.0)
    c = a * a - b * b
    return (
        k * (x * (1.0 + c) - a * (2.0 * b * x - s - 1.0)),
        k * (y * (1.0 - c) - b * (2.0 * a * x + s + 1.0)),
        k * (1.0 - r * r) * z,
    )


@variation(
    "hypertile3D1",
    parameters=(
        P("p", 3, kind="integer", minimum=3, maximum=2147483647, description="Sides of a tile"),
        P("q", 7, kind="integer", minimum=3, maximum=2147483647, description="Tiles around a corner"),
    ),
    z="own",
    compatibility="current",
)
def hypertile3d1_mended(x, y, z, w, p, q, u0):
    """As ember 25 has it: `hypertile3D`, to a random neighbour of the middle tile."""
    r = space_tile_distance(p, q)
    v = 2.0 * pi * floor(p * u0) / p
    a = r * cos(v)
    b = r * sin(v)
    s = x * x + y * y + z * z
    t = 1.0 + 2.0 * (a * x + b * y)
    k = w / zeps(t + r * r * s)
    c = 1.0 - r * r
    return k * (c * x + (t + s) * a), k * (c * y + (t + s) * b), k * c * z


@variation(
    "hypertile3D2",
    parameters=(
        P("p", 3, kind="integer", minimum=3, maximum=2147483647, description="Sides of a tile"),
        P("q", 7, kind="integer", minimum=3, maximum=2147483647, description="Tiles around a corner"),
    ),
    z="own",
)
def hypertile3d2(x, y, z, w, p, q, u0):
    """As `hypertile3D` with the first neighbour, then turned by a random multiple of 2 π / p."""
    r = space_tile_distance(p, q)
    s = x * x + y * y + z * z
    t = 1.0 + 2.0 * r * x
    k = w / zeps(t + r * r * s)
    a = k * ((1.0 - r * r) * x + (t + s) * r)
    b = k * (1.0 - r * r) * y
    v = 2.0 * pi * floor(p * u0) / p
    return a * cos(v) + b * sin(v), b * cos(v) - a * sin(v), k * (1.0 - r * r) * z


@variation(
    "poincare3D",
    parameters=(
        P("r", 0.0, description="Length of the move"),
        P("a", 0.0, description="Direction in the plane"),
        P("b", 0.0, description="Direction in depth"),
    ),
    z="wz",
)
def poincare_3d(x, y, z, w, r, a, b):
    """Moves the Poincaré ball by a: ((1 - |a|²) p + (1 + 2 a · p + |p|²) a) / (1 + 2 a · p + |a|² |p|²).

    a has the length r and two directions in quarter turns.
    """
    c = r * cos(0.5 * pi * a) * cos(0.5 * pi * b)
    d = -r * sin(0.5 * pi * a) * cos(0.5 * pi * b)
    e = r * sin(0.5 * pi * b)
    s = x * x + y * y + z * z
    t = 1.0 + 2.0 * (c * x + d * y + e * z)
    k = w / zeps(t + r * r * s)
    m = 1.0 - r * r
    return k * (m * x + (t + s) * c), k * (m * y + (t + s) * d), k * (m * z + (t + s) * e)


@variation(
    "hypercrop",
    parameters=(
        P("n", 4.0, description="Sides"),
        P("rad", 1.0, description="Radius of the holes"),
        P("zero", 0.0, description="What the holes show"),
    ),
    z="own",
)
def hypercrop(x, y, z, w, n, rad, zero):
    """Cuts circles around the corners of an n-gon: points in them go to the rim, the centre or the origin.

    The circles stand at distance 1 / cos(π / n) with the radius rad tan(π / n).
    """
    h = pi / n
    c = 1.0 / cos(h)
    d = rad * sin(h) * c
    t = 2.0 * h * floor(atan2(y, x) / (2.0 * h)) + h
    p = c * cos(t)
    q = c * sin(t)
    v = atan2(y - q, x - p)
    hit = sqrt((x - p) * (x - p) + (y - q) * (y - q)) < d
    rx = p if zero > 1.5 else (0.0 if zero > 0.5 else p + d * cos(v))
    ry = q if zero > 1.5 else (0.0 if zero > 0.5 else q + d * sin(v))
    return w * (rx if hit else x), w * (ry if hit else y), (0.0 if hit else w * z)


@variation(
    "ortho",
    parameters=(
        P("in", 0.0, kind="cyclic", minimum=-pi, maximum=pi, description="Way inside"),
        P("out", 0.0, kind="cyclic", minimum=-pi, maximum=pi, description="Way outside"),
    ),
)
def ortho(x, y, w, in_, out):
    """The point moves along a circle through ±i that stands at right angles on the unit circle.

    The outside by way of the inversion in the unit circle. On the y axis, where that circle is straight, y
    becomes fmod(y + way + 1, 2) - 1. By Xyrus02.
    """
    r = zeps(x * x + y * y)
    k = 1.0 if r < 1.0 else 1.0 / r
    p = fabs(x) * k
    q = y * k
    way = in_ if r < 1.0 else out
    m = 0.5 * (p * p + q * q + 1.0) / zeps(p)
    d = sqrt((m - p) * (m - p) + q * q)
    t = atan2(1.0, d)
    a = fmod(way * t + atan2(q, m - p) + t, 2.0 * t) - t
    straight = p < 1e-7
    s = 0.0 if straight else m - d * cos(a)
    v = fmod(way + q + 1.0, 2.0) - 1.0 if straight else d * sin(a)
    k = w if r < 1.0 else w / zeps(s * s + v * v)
    return (k * s if x >= 0.0 else -k * s), k * v, 0.0


@variation(
    "poincare2",
    parameters=(
        P("p", 3.0, description="Sides of a tile"),
        P("q", 7.0, description="Tiles around a corner"),
    ),
)
def poincare2(x, y, w, p, q):
    """w (z + b) / (1 + conj(b) z) with b = -r exp(2 π i / p): the move to a neighbour of the middle tile."""
    r = tile_distance(p, q)
    re = -r * cos(2.0 * pi / p)
    im = -r * sin(2.0 * pi / p)
    c = 1.0 + re * x + im * y
    d = re * y - im * x
    k = w / zeps(c * c + d * d)
    return k * ((x + re) * c + (y + im) * d), k * ((y + im) * c - (x + re) * d), 0.0
