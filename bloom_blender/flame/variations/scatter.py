"""More variations that scatter points at random; the first ones are in `blurs`.

r² = x² + y², φ = atan2(y, x), w is the weight, u a fresh uniform random number in [0, 1).
"""

from __future__ import annotations

from .registry import P, variation
from .vocabulary import (
    acos,
    asin,
    atan2,
    cos,
    exp,
    fabs,
    floor,
    log,
    maximum,
    minimum,
    pi,
    pow,
    rint,
    sin,
    sqrt,
    trunc,
    zeps,
)


@variation("noise", z="wz")
def noise(x, y, z, w, u0, u1):
    """w u (x cos a, y sin a), a = 2 π u. Paper, variation 31."""
    a = 2.0 * pi * u0
    return w * u1 * x * cos(a), w * u1 * y * sin(a), w * z


@variation(
    "radial_blur", parameters=(P("angle", 0.0, description="Quarter turns from zooming to spinning"),), z="wz"
)
def radial_blur(x, y, z, w, angle, u0, u1, u2, u3):
    """g = w (u + u + u + u - 2): r (cos t, sin t) + (g cos a - 1) (x, y), t = φ + g sin a, a = angle π / 2.

    Paper, variation 36.
    """
    a = 0.5 * pi * angle
    g = w * (u0 + u1 + u2 + u3 - 2.0)
    r = sqrt(x * x + y * y)
    t = atan2(y, x) + g * sin(a)
    k = g * cos(a) - 1.0
    return r * cos(t) + k * x, r * sin(t) + k * y, w * z


@variation(
    "pie",
    parameters=(
        P("slices", 6, kind="integer_nonzero", minimum=1, description="Number of slices"),
        P("rotation", 0.5, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Turn"),
        P("thickness", 0.5, minimum=0.0, maximum=1.0, description="Filled share of a slice"),
    ),
    mode="sum",
)
def pie(w, slices, rotation, thickness, u0, u1, u2):
    """w u (cos a, sin a), a = rotation + 2 π (k + u thickness) / slices, k a random slice.

    Paper, variation 37.
    """
    a = rotation + 2.0 * pi * (floor(u0 * slices) + u1 * thickness) / slices
    return w * u2 * cos(a), w * u2 * sin(a), 0.0


@variation("square", z="wz", mode="sum")
def square(z, w, u0, u1):
    """w (u - 1/2, u - 1/2). Paper, variation 43."""
    return w * (u0 - 0.5), w * (u1 - 0.5), w * z


@variation("blade")
def blade(x, y, w, u0):
    """w x (cos t + sin t, cos t - sin t), t = w u r. Paper, variation 45."""
    t = w * u0 * sqrt(x * x + y * y)
    return w * x * (cos(t) + sin(t)), w * x * (cos(t) - sin(t)), 0.0


@variation("TwinTrian")
def twin_trian(x, y, w, u0):
    """w x (d, d - π sin t), d = log10(sin² t) + cos t, t = w u r. Paper, variation 47."""
    t = w * u0 * sqrt(x * x + y * y)
    s = sin(t)
    d = log(s * s) / 2.302585092994046 + cos(t)
    d = d if d > -30.0 else -30.0
    return w * x * d, w * x * (d - pi * s), 0.0


@variation(
    "sineblur", parameters=(P("power", 1.0, minimum=0.0, description="Power of the density"),), mode="sum"
)
def sineblur(w, power, u0, u1):
    """A disc: w acos(2 u^power - 1) / π (cos a, sin a), a = 2 π u."""
    a = 2.0 * pi * u0
    r = w * acos(2.0 * exp(log(u1) * power) - 1.0) / pi
    return r * cos(a), r * sin(a), 0.0


@variation("blur_circle", z="wz", mode="sum")
def blur_circle(z, w, u0, u1):
    """A disc of even density: w sqrt(u) (cos a, sin a), a = 2 π u."""
    a = 2.0 * pi * u0
    r = w * sqrt(u1)
    return r * cos(a), r * sin(a), w * z


@variation("circleblur", mode="sum")
def circleblur(w, u0, u1):
    """A disc of even density: w sqrt(u) (cos a, sin a), a = 2 π u."""
    a = 2.0 * pi * u0
    r = w * sqrt(u1)
    return r * cos(a), r * sin(a), 0.0


@variation("blur_square", mode="sum")
def blur_square(w, u0, u1):
    """w (2 u - 1, 2 u - 1)."""
    return w * (2.0 * u0 - 1.0), w * (2.0 * u1 - 1.0), 0.0


@variation(
    "blur_linear",
    parameters=(
        P("length", 0.0, description="Length"),
        P("angle", 0.0, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Direction"),
    ),
)
def blur_linear(x, y, w, length, angle, u0):
    """w (x + l cos a, y + l sin a), l = length u."""
    r = length * u0
    return w * (x + r * cos(angle)), w * (y + r * sin(angle)), 0.0


_BLUR_ZOOM = (
    P("length", 0.0, description="Length"),
    P("x", 0.0, description="Centre"),
    P("y", 0.0, description="Centre"),
)


@variation("blur_zoom", parameters=_BLUR_ZOOM, z="wz")
def blur_zoom(x, y, z, w, length, x_, y_, u0):
    """w ((x - X) k + X, (y - Y) k - Y), k = 1 + length u."""
    k = 1.0 + length * u0
    return w * ((x - x_) * k + x_), w * ((y - y_) * k - y_), w * z


@variation("blur_zoom", parameters=_BLUR_ZOOM, z="wz", compatibility="current")
def blur_zoom_about_the_centre(x, y, z, w, length, x_, y_, u0):
    """As ember 25 has it: w ((x - X) k + X, (y + Y) k - Y)."""
    k = 1.0 + length * u0
    return w * ((x - x_) * k + x_), w * ((y + y_) * k - y_), w * z


@variation(
    "rblur",
    parameters=(
        P("strength", 1.0, description="Strength"),
        P("offset", 1.0, description="Radius of the sharp disc"),
        P("center_x", 0.0, description="Centre"),
        P("center_y", 0.0, description="Centre"),
    ),
)
def rblur(x, y, w, strength, offset, center_x, center_y, u0, u1):
    """w (x + s (u - 1/2), y + s (u - 1/2)), s = 2 strength max(0, d - offset).

    d is the distance from the centre.
    """
    d = sqrt((x - center_x) * (x - center_x) + (y - center_y) * (y - center_y)) - offset
    s = 2.0 * strength * maximum(d, 0.0)
    return w * (x + s * (u0 - 0.5)), w * (y + s * (u1 - 0.5)), 0.0


@variation(
    "Lissajous",
    parameters=(
        P("tmin", -pi, description="Start"),
        P("tmax", pi, description="End"),
        P("a", 3.0, description="Frequency in x"),
        P("b", 2.0, description="Frequency in y"),
        P("c", 0.0, description="Slope"),
        P("d", 0.0, description="Phase"),
        P("e", 0.0, description="Thickness"),
    ),
    mode="sum",
)
def lissajous(w, tmin, tmax, a, b, c, d, e, u0, u1):
    """w (sin(a t + d) + c t + e v, sin(b t) + c t + e v), t random between tmin and tmax, v = u - 1/2."""
    t = tmin + (tmax - tmin) * u0
    v = u1 - 0.5
    return w * (sin(a * t + d) + c * t + e * v), w * (sin(b * t) + c * t + e * v), 0.0


@variation(
    "Spirograph",
    parameters=(
        P("a", 3.0, description="Radius of the ring"),
        P("b", 2.0, description="Radius of the wheel"),
        P("d", 1.0, description="Distance of the pen"),
        P("tmin", -1.0, description="Start"),
        P("ymin", -1.0, description="Start of the thickness"),
        P("tmax", 1.0, description="End"),
        P("ymax", 1.0, description="End of the thickness"),
        P("c1", 0.0, description="Factor of the wheel in x"),
        P("c2", 0.0, description="Factor of the wheel in y"),
    ),
    mode="sum",
)
def spirograph(w, a, b, d, tmin, ymin, tmax, ymax, c1, c2, u0, u1):
    """w (s cos t - c1 cos(s t / b) + d cos t + v, s sin t - c2 sin(s t / b) + d sin t + v), s = a + b.

    t and v are random between their limits.
    """
    t = tmin + (tmax - tmin) * u0
    v = ymin + (ymax - ymin) * u1
    s = a + b
    p = s * cos(t) - c1 * cos(s / b * t)
    q = s * sin(t) - c2 * sin(s / b * t)
    return w * (p + d * cos(t) + v), w * (q + d * sin(t) + v), 0.0


_STAR_RANGE = P("range", 0.4016228317, description="Length of the points")


@variation(
    "starblur",
    parameters=(P("power", 5.0, description="Points of the star"), _STAR_RANGE),
    mode="sum",
    compatibility="current",
)
@variation(
    "starblur",
    parameters=(P("power", 5, kind="integer_nonzero", description="Points of the star"), _STAR_RANGE),
    mode="sum",
)
def starblur(w, power, range_, u0, u1):
    """A filled star with power points, of even density."""
    t = pi / power
    m = sqrt(1.0 + range_ * range_ - 2.0 * range_ * cos(t))
    h = asin(sin(t) * range_ / m)
    f = 2.0 * u0 * power
    n = trunc(f)
    p = (f - n) * m
    d = sqrt(1.0 + p * p - 2.0 * p * cos(h))
    g = asin(sin(h) * p / d)
    odd = n - 2.0 * trunc(0.5 * n)
    a = 2.0 * pi / power * trunc(0.5 * n) + g if odd == 0.0 else 2.0 * pi / power * (trunc(0.5 * n) + 1.0) - g
    r = w * d * sqrt(u1)
    return r * sin(a), -r * cos(a), 0.0


@variation(
    "boarders2",
    parameters=(
        P("c", 0.5, description="Size of the inner squares"),
        P("left", 0.5, description="Left border"),
        P("right", 0.5, description="Right border"),
    ),
)
def boarders2(x, y, w, c, left, right, u0):
    """`boarders` with inner squares of size c for a share of 1 - c - c right, and borders c left away."""
    b = fabs(c)
    i = rint(x)
    j = rint(y)
    p = x - i
    q = y - j
    m = b * fabs(left)
    wide = fabs(p) >= fabs(q)
    s = (m if p >= 0.0 else -m) if wide else (m if q >= 0.0 else -m) * p / q
    t = (m if p >= 0.0 else -m) * q / p if wide else (m if q >= 0.0 else -m)
    inner = u0 >= b + b * fabs(right)
    return w * (b * p + i + (0.0 if inner else s)), w * (b * q + j + (0.0 if inner else t)), 0.0


@variation("tile_log", parameters=(P("spread", 1.0, description="Spread"),))
def tile_log(x, y, w, spread, u0, u1):
    """w (x + round(±spread ln u), y), the sign random."""
    return w * (x + rint(spread * log(u0) * (1.0 if u1 < 0.5 else -1.0))), w * y, 0.0


@variation(
    "checks",
    parameters=(
        P("x", 0.5, description="Step in x"),
        P("y", 0.5, description="Step in y"),
        P("size", 0.5, description="Size of a square"),
        P("rnd", 0.0, description="Random part"),
    ),
    z="wz",
)
def checks(x, y, z, w, x_, y_, size, rnd, u0):
    """A checkerboard: even squares move by (X, Y + rnd u), odd squares by (rnd u - X, -Y)."""
    n = rint(x / zeps(size)) + rint(y / zeps(size))
    odd = n - 2.0 * floor(0.5 * n) != 0.0
    p = -x_ + rnd * u0 if odd else x_
    q = -y_ if odd else y_ + rnd * u0
    return w * (x + p), w * (y + q), w * z


_EDGES = (
    P("left", -1.0, description="Left edge"),
    P("top", -1.0, description="Top edge"),
    P("right", 1.0, description="Right edge"),
    P("bottom", 1.0, description="Bottom edge"),
)
_TO_ZERO = P("zero", 0, kind="integer", minimum=0, maximum=1, description="1 sends the outside to the origin")


@variation(
    "crop",
    parameters=(*_EDGES, P("scatter_area", 0.0, description="Width of the scattered border"), _TO_ZERO),
    z="wz",
    compatibility="current",
)
@variation(
    "crop",
    parameters=(
        *_EDGES,
        P("scatter_area", 0.0, minimum=-1.0, maximum=1.0, description="Width of the scattered border"),
        _TO_ZERO,
    ),
    z="wz",
)
def crop(x, y, z, w, left, top, right, bottom, scatter_area, zero, u0, u1):
    """w times the point; what lies outside a rectangle scatters in its border or goes to the origin."""
    x0 = minimum(left, right)
    x1 = maximum(left, right)
    y0 = minimum(top, bottom)
    y1 = maximum(top, bottom)
    h = 0.5 * (x1 - x0) * scatter_area
    v = 0.5 * (y1 - y0) * scatter_area
    p = x0 + u0 * h if x < x0 else (x1 - u0 * h if x > x1 else x)
    q = y0 + u1 * v if y < y0 else (y1 - u1 * v if y > y1 else y)
    away = zero != 0.0 and (x < x0 or x > x1 or y < y0 or y > y1)
    return (0.0 if away else w * p), (0.0 if away else w * q), w * z


@variation(
    "GlynnSim1",
    parameters=(
        P("radius", 1.0, description="Radius of the disc"),
        P("radius1", 0.1, description="Radius of the small disc"),
        P("phi1", 0.0, description="Direction of the small disc in degrees"),
        P("thickness", 0.1, minimum=0.0, maximum=1.0, description="Thickness of the small disc"),
        P("contrast", 1.5, description="Contrast of the outside"),
        P("pow", 0.5, minimum=0.0, maximum=1.0, description="Decay of the outside"),
    ),
)
def glynnsim1(x, y, w, radius, radius1, phi1, thickness, contrast, pow_, u0, u1, u2):
    """Inside of the radius a point of a small disc on its rim, outside an inversion for some points.

    See `GlynnSim2`; the small disc is cut out there.
    """
    px = radius * cos(phi1 * (pi / 180.0))
    py = radius * sin(phi1 * (pi / 180.0))
    r = sqrt(x * x + y * y)
    t = 2.0 * pi * u0
    s = radius1 * (thickness + (1.0 - thickness) * u1)
    a = radius / zeps(r)
    k = 1.0 if u2 > contrast * pow(a, pow_) else a * a
    d = (k * x - px) * (k * x - px) + (k * y - py) * (k * y - py)
    disc = r < radius or d < radius1 * radius1
    return w * (s * cos(t) + px if disc else k * x), w * (s * sin(t) + py if disc else k * y), 0.0
