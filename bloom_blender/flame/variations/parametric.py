"""Variations of the plane with parameters.

r² = x² + y², φ = atan2(y, x), w is the weight, u a uniform random number in [0, 1).
"""

from __future__ import annotations

from .registry import P, variation
from .vocabulary import (
    atan2,
    cos,
    exp,
    fabs,
    floor,
    fmod,
    maximum,
    pi,
    pow,
    sin,
    sqrt,
    zeps,
)


@variation("julia")
def julia(x, y, w, u0):
    """w sqrt(r) (cos t, sin t), t = θ / 2 or θ / 2 + π, θ = atan2(x, y). Paper, variation 13."""
    t = 0.5 * atan2(x, y) + (pi if u0 < 0.5 else 0.0)
    k = w * sqrt(sqrt(x * x + y * y))
    return k * cos(t), k * sin(t), 0.0


@variation(
    "julian",
    parameters=(
        P("dist", 1.0, description="Power of the distance"),
        P("power", 1.0, soft_minimum=-20.0, soft_maximum=20.0, description="Branches"),
    ),
    z="wz",
    compatibility="current",
)
@variation(
    "julian",
    parameters=(
        P("dist", 1.0, description="Power of the distance"),
        P("power", 1, kind="integer_nonzero", soft_minimum=-20, soft_maximum=20, description="Branches"),
    ),
    z="wz",
)
def julian(x, y, z, w, dist, power, u0):
    """w r^(dist / n) (cos t, sin t), t = (φ + 2 π k) / n, k uniform in 0 … |n| - 1. Paper, variation 32."""
    k = w * pow(x * x + y * y, 0.5 * dist / power)
    t = (atan2(y, x) + 2.0 * pi * floor(u0 * fabs(power))) / power
    return k * cos(t), k * sin(t), w * z


@variation(
    "waves2",
    parameters=(
        P("freqx", 2.0, description="Frequency of the waves in x"),
        P("scalex", 0.0, description="Height of the waves in x"),
        P("freqy", 2.0, description="Frequency of the waves in y"),
        P("scaley", 0.0, description="Height of the waves in y"),
        P("freqz", 0.0, description="Frequency of the waves in depth"),
        P("scalez", 0.0, description="Height of the waves in depth"),
    ),
    z="wz",
)
def waves2(x, y, z, w, freqx, scalex, freqy, scaley, freqz, scalez):
    """w (x + sx sin(fx y), y + sy sin(fy x), z + sz sin(fz r))."""
    return (
        w * (x + scalex * sin(y * freqx)),
        w * (y + scaley * sin(x * freqy)),
        w * (z + scalez * sin(sqrt(x * x + y * y) * freqz)),
    )


_AUGER = (
    P("sym", 0.0, description="Symmetry: 0 leaves x, 1 treats it as y"),
    P("weight", 0.5, description="Strength"),
    P("freq", 5.0, description="Frequency"),
    P("scale", 0.1, description="Scale of the waves"),
)


@variation("auger", parameters=_AUGER, z="wz")
def auger(x, y, z, w, sym, weight, freq, scale):
    """With s = sin(freq x), t = sin(freq y): dy = y + weight scale s / (2 + |y| s), dx alike from t,
    and w (x + sym (dx - x), dy).
    """
    s = sin(freq * x)
    t = sin(freq * y)
    dy = y + weight * scale * s / zeps(2.0 + fabs(y) * s)
    dx = x + weight * scale * t / zeps(2.0 + fabs(x) * t)
    return w * (x + sym * (dx - x)), w * dy, w * z


@variation(
    "auger",
    parameters=(*_AUGER, P("half_scale", 0.05, description="Half of the scale, for the record only")),
    z="wz",
    compatibility="current",
)
def auger_of_both(x, y, z, w, sym, weight, freq, scale, half_scale):
    """dy = y + weight (scale s / 2 + |y| s), dx alike; ember 25 writes `half_scale` and does not use it."""
    s = sin(freq * x)
    t = sin(freq * y)
    dy = y + weight * (0.5 * scale * s + fabs(y) * s)
    dx = x + weight * (0.5 * scale * t + fabs(x) * t)
    return w * (x + sym * (dx - x)), w * dy, w * z


@variation(
    "curl",
    parameters=(P("c1", 1.0, description="Linear part"), P("c2", 0.0, description="Square part")),
)
def curl(x, y, w, c1, c2):
    """w p / (1 + c1 p + c2 p²), p = x + i y. Paper, variation 39."""
    re = 1.0 + c1 * x + c2 * (x * x - y * y)
    im = c1 * y + 2.0 * c2 * x * y
    k = w / zeps(re * re + im * im)
    return k * (x * re + y * im), k * (y * re - x * im), 0.0


_EPISPIRAL = (
    P("n", 6.0, soft_minimum=0.0, soft_maximum=20.0, description="Arms"),
    P("thickness", 0.0, description="Spread along the arms"),
    P("holes", 1.0, description="Radius of the hole"),
)


@variation("epispiral", parameters=_EPISPIRAL)
def epispiral(x, y, w, n, thickness, holes, u0):
    """w t (cos φ, sin φ), t = u thickness / cos(n φ) - holes."""
    a = atan2(y, x)
    t = w * (u0 * thickness / cos(n * a) - holes)
    return t * cos(a), t * sin(a), 0.0


@variation("epispiral", parameters=_EPISPIRAL, compatibility="current")
def epispiral_filled(x, y, w, n, thickness, holes, u0):
    """As ember 25 has it: without thickness w (1 / cos(n φ) - holes), a curve in place of a circle."""
    a = atan2(y, x)
    t = w * ((1.0 if thickness == 0.0 else u0 * thickness) / cos(n * a) - holes)
    return t * cos(a), t * sin(a), 0.0


@variation(
    "blocky",
    parameters=(
        P("x", 1.0, description="Width"),
        P("y", 1.0, description="Height"),
        P("mp", 4.0, kind="real_nonzero", description="Distance of the blocks"),
    ),
)
def blocky(x, y, w, x_, y_, mp):
    """Elliptic coordinates with a wave of height, cut into blocks.

    k = w / ((cos x + cos y) / mp + 1); with T = r² + 1, m = (sqrt(T + 2 x) + sqrt(T - 2 x)) / 2 and
    a = x / m, x' = 2 w / π X k atan2(a, sqrt(1 - a²)); y' alike. The weight enters twice.
    """
    k = w / zeps((cos(x) + cos(y)) / mp + 1.0)
    t = x * x + y * y + 1.0
    a = x / zeps(0.5 * (sqrt(t + 2.0 * x) + sqrt(t - 2.0 * x)))
    b = y / zeps(0.5 * (sqrt(t + 2.0 * y) + sqrt(t - 2.0 * y)))
    v = 2.0 * w / pi * k
    return (
        v * x_ * atan2(a, sqrt(maximum(0.0, 1.0 - a * a))),
        v * y_ * atan2(b, sqrt(maximum(0.0, 1.0 - b * b))),
        0.0,
    )


@variation(
    "oscilloscope",
    parameters=(
        P("separation", 1.0, description="Height of the curve above 0", aliases=("oscope_separation",)),
        P("frequency", pi, soft_maximum=20.0, description="Frequency", aliases=("oscope_frequency",)),
        P("amplitude", 1.0, description="Height of the waves", aliases=("oscope_amplitude",)),
        P("damping", 0.0, description="Decay of the waves with |x|", aliases=("oscope_damping",)),
    ),
)
def oscilloscope(x, y, w, separation, frequency, amplitude, damping):
    """w (x, -y) where |y| <= amplitude exp(-|x| damping) cos(2 π frequency x) + separation, else w (x, y)."""
    t = amplitude * exp(-fabs(x) * damping) * cos(2.0 * pi * frequency * x) + separation
    return w * x, (-w * y if fabs(y) <= t else w * y), 0.0


_GLYNN_SIM2 = (
    P("thickness", 0.1, minimum=0.0, maximum=1.0, description="Thickness of the arc"),
    P("contrast", 0.5, minimum=0.0, maximum=1.0, description="Contrast of the outside"),
    P("pow", 1.5, description="Decay of the outside"),
    P("Phi1", 0.0, soft_minimum=-360.0, soft_maximum=360.0, description="Start of the arc in degrees"),
    P("Phi2", 360.0, soft_minimum=-360.0, soft_maximum=360.0, description="End of the arc in degrees"),
)


@variation(
    "GlynnSim2",
    parameters=(P("radius", 1.0, minimum=0.0, description="Radius of the disc"), *_GLYNN_SIM2),
    compatibility="current",
)
@variation("GlynnSim2", parameters=(P("radius", 1.0, description="Radius of the disc"), *_GLYNN_SIM2))
def glynn_sim2(x, y, w, radius, thickness, contrast, pow_, Phi1, Phi2, u0, u1):
    """Inside of the radius R a random point of an arc, outside an inversion at R for some points.

    r < R: radius R + T - T (2R + T) / (R + T) u, angle between Phi1 and Phi2. Otherwise, with a = |R / r|,
    w p if u > contrast a^|pow|, else w a² p.
    """
    r = sqrt(x * x + y * y)
    gamma = thickness * (2.0 * radius + thickness) / zeps(radius + thickness)
    rho = radius + thickness - gamma * u0
    phi = (Phi1 + (Phi2 - Phi1) * u1) * (pi / 180.0)
    a = fabs(radius / zeps(r))
    k = w if u0 > contrast * pow(a, fabs(pow_)) else w * a * a
    inside = r < radius
    return (w * rho * cos(phi) if inside else k * x), (w * rho * sin(phi) if inside else k * y), 0.0


@variation(
    "poincare",
    parameters=(
        P("c1r", 1.0, description="Radius of the first circle"),
        P("c1a", -1.0, kind="cyclic", minimum=-pi, maximum=pi, description="Direction of the first circle"),
        P("c2r", 1.0, description="Radius of the second circle"),
        P("c2a", 1.0, kind="cyclic", minimum=-pi, maximum=pi, description="Direction of the second circle"),
    ),
)
def poincare(x, y, c1r, c1a, c2r, c2a):
    """Inversion in two circles that stand at right angles on the unit circle; the weight only switches on.

    Circle i has the radius r_i and its centre at sqrt(1 + r_i²) in the direction fmod(a_i, π);
    p becomes C + r² (p - C) / |p - C|², for the first, then the second.
    """
    d1 = sqrt(1.0 + c1r * c1r)
    x1 = d1 * cos(fmod(c1a, pi))
    y1 = d1 * sin(fmod(c1a, pi))
    k1 = c1r * c1r / zeps((x - x1) * (x - x1) + (y - y1) * (y - y1))
    px = x1 + k1 * (x - x1)
    py = y1 + k1 * (y - y1)
    d2 = sqrt(1.0 + c2r * c2r)
    x2 = d2 * cos(fmod(c2a, pi))
    y2 = d2 * sin(fmod(c2a, pi))
    k2 = c2r * c2r / zeps((px - x2) * (px - x2) + (py - y2) * (py - y2))
    return x2 + k2 * (px - x2), y2 + k2 * (py - y2), 0.0


@variation(
    "lazysusan",
    parameters=(
        P("spin", pi, description="Turn of the disc"),
        P("space", 0.0, description="Gap around the disc"),
        P("twist", 0.0, description="Turn that grows towards the middle"),
        P("x", 0.0, description="Centre"),
        P("y", 0.0, description="Centre"),
    ),
    z="wz",
)
def lazysusan(x, y, z, w, spin, space, twist, x_, y_):
    """A disc of radius w that turns: flam3 variation "lazysusan".

    With p = (x - X, y + Y): inside of w the point w p turned by spin + twist (w - r), outside
    w (1 + space / r) p; then w (X, -Y) is added.
    """
    px = x - x_
    py = y + y_
    r = sqrt(px * px + py * py)
    a = atan2(py, px) + spin + twist * (w - r)
    k = w * (1.0 + space / zeps(r))
    inside = r < w
    dx = w * r * cos(a) if inside else k * px
    dy = w * r * sin(a) if inside else k * py
    return dx + w * x_, dy - w * y_, w * z


@variation(
    "ngon",
    parameters=(
        P("sides", 5, kind="integer_nonzero", soft_minimum=3, soft_maximum=20, description="Corners"),
        P("power", 3.0, description="Decay with the distance"),
        P("circle", 1.0, description="Share of the circle"),
        P("corners", 2.0, description="Share of the corners"),
    ),
    z="wz",
)
def ngon(x, y, z, w, sides, power, circle, corners):
    """w (corners (1 / cos p - 1) + circle) / r^power (x, y), p = φ folded to a side of 2 π / sides.

    Paper, variation 38.
    """
    a = atan2(y, x)
    b = 2.0 * pi / sides
    p = a - b * floor(a / b)
    p = p - b if p > 0.5 * b else p
    k = w * (corners * (1.0 / cos(p) - 1.0) + circle) / zeps(pow(x * x + y * y, 0.5 * power))
    return k * x, k * y, w * z
