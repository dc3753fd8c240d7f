"""Variations that think in polar coordinates: rings, fans, wedges, flowers.

r² = x² + y², θ = atan2(x, y), φ = atan2(y, x), w is the weight, u a uniform random number in [0, 1).
Paper is Draves & Reckase, The Fractal Flame Algorithm, 2008.
"""

from __future__ import annotations

from .registry import P, variation
from .vocabulary import atan2, cos, fabs, floor, fmod, log, pi, pow, sin, sqrt, trunc, zeps


@variation("power")
def power_of_sine(x, y, w):
    """w r^(sin θ) (cos θ, sin θ). Paper, variation 19."""
    r = zeps(sqrt(x * x + y * y))
    k = w * pow(r, x / r) / r
    return k * y, k * x, 0.0


@variation("rings")
def rings(x, y, w, cc):
    """w ((r + d) mod 2d - d + r (1 - d)) (cos θ, sin θ), d = c² of the xform. Paper, variation 21."""
    r = sqrt(x * x + y * y)
    d = zeps(cc * cc)
    k = w * (fmod(r + d, 2.0 * d) - d + r * (1.0 - d)) / zeps(r)
    return k * y, k * x, 0.0


@variation("rings2", parameters=(P("val", 1.0, description="Width of the rings"),), z="wz")
def rings2(x, y, z, w, val):
    """w (r - 2 d trunc((r + d) / 2d) + r (1 - d)) (sin θ, cos θ), d = val². Paper, variation 26."""
    r = sqrt(x * x + y * y)
    d = zeps(val * val)
    k = w * (2.0 - d - 2.0 * d * trunc((r + d) / (2.0 * d)) / zeps(r))
    return k * x, k * y, w * z


@variation("fan")
def fan(x, y, w, cc, cf):
    """w r (cos a, sin a), a = θ moved by half a blade of d = π c².

    It goes down where (θ + f) mod d is over half of d, else up. Paper, variation 22.
    """
    a = atan2(x, y)
    d = pi * zeps(cc * cc)
    a = a - 0.5 * d if fmod(a + cf, d) > 0.5 * d else a + 0.5 * d
    k = w * sqrt(x * x + y * y)
    return k * cos(a), k * sin(a), 0.0


_FAN2 = (
    P("x", 0.0, description="Width of a blade"),
    P("y", 0.0, description="Turn of the blades"),
)


@variation("fan2", parameters=_FAN2, z="wz")
def fan2(x, y, z, w, x_, y_):
    """w r (sin a, cos a), a = θ moved by half a blade of d = π X².

    It goes down where (θ + Y) mod d is over half of d, else up. Paper, variation 25.
    """
    a = atan2(x, y)
    d = pi * zeps(x_ * x_)
    t = a + y_ - d * trunc((a + y_) / d)
    a = a - 0.5 * d if t > 0.5 * d else a + 0.5 * d
    k = w * sqrt(x * x + y * y)
    return k * sin(a), k * cos(a), w * z


@variation(
    "blob",
    parameters=(
        P("low", 0.0, description="Radius of the dents"),
        P("high", 1.0, description="Radius of the bulges"),
        P("waves", 1.0, description="Number of waves"),
    ),
)
def blob(x, y, w, low, high, waves):
    """w (low + (high - low) (1 + sin(waves θ)) / 2) (x, y). Paper, variation 23."""
    k = w * (low + (high - low) * (0.5 + 0.5 * sin(waves * atan2(x, y))))
    return k * x, k * y, 0.0


@variation(
    "perspective",
    parameters=(
        P("angle", 0.0, description="Tilt in quarter turns"),
        P("dist", 0.0, description="Distance of the eye"),
    ),
)
def perspective(x, y, w, angle, dist):
    """w d / (d - y sin a) (x, y cos a), a = angle π / 2. Paper, variation 30."""
    a = 0.5 * pi * angle
    k = w * dist / zeps(dist - y * sin(a))
    return k * x, k * y * cos(a), 0.0


@variation(
    "disc2",
    parameters=(
        P("rot", 0.0, description="Turn per length"),
        P("twist", 0.0, description="Twist"),
    ),
)
def disc2(x, y, w, rot, twist):
    """w θ / π (sin t + cos twist - 1, cos t + sin twist), t = π rot (x + y).

    The terms of the twist grow where it is beyond ±2 π. Paper, variation 49.
    """
    t = pi * rot * (x + y)
    k = 1.0
    k = 1.0 + twist - 2.0 * pi if twist > 2.0 * pi else k
    k = 1.0 + twist + 2.0 * pi if twist < -2.0 * pi else k
    r = w * atan2(x, y) / pi
    return r * (sin(t) + k * (cos(twist) - 1.0)), r * (cos(t) + k * sin(twist)), 0.0


@variation(
    "super_shape",
    parameters=(
        P("m", 0.0, description="Symmetry"),
        P("n1", 1.0, description="First power"),
        P("n2", 1.0, description="Second power"),
        P("n3", 1.0, description="Third power"),
        P("rnd", 0.0, description="Share of randomness"),
        P("holes", 0.0, description="Radius of the hole"),
    ),
)
def super_shape(x, y, w, m, n1, n2, n3, rnd, holes, u0):
    """w (rnd u + (1 - rnd) r - holes) (|cos t|^n2 + |sin t|^n3)^(-1/n1) (cos φ, sin φ), t = (m φ + π) / 4.

    Superformula of J. Gielis, 2003. Paper, variation 50.
    """
    r = sqrt(x * x + y * y)
    t = 0.25 * (m * atan2(y, x) + pi)
    s = pow(fabs(cos(t)), n2) + pow(fabs(sin(t)), n3)
    k = w * (rnd * u0 + (1.0 - rnd) * r - holes) * pow(s, -1.0 / n1) / zeps(r)
    return k * x, k * y, 0.0


@variation(
    "flower",
    parameters=(
        P("petals", 0.0, description="Petals"),
        P("holes", 0.0, description="Radius of the hole"),
    ),
)
def flower(x, y, w, petals, holes, u0):
    """w (u - holes) cos(petals φ) (cos φ, sin φ). Paper, variation 51."""
    k = w * (u0 - holes) * cos(petals * atan2(y, x)) / zeps(sqrt(x * x + y * y))
    return k * x, k * y, 0.0


@variation(
    "conic",
    parameters=(
        P("eccentricity", 1.0, description="Eccentricity"),
        P("holes", 0.0, description="Radius of the hole"),
    ),
)
def conic(x, y, w, eccentricity, holes, u0):
    """w (u - holes) e / (1 + e cos φ) (cos φ, sin φ). Paper, variation 52."""
    r = zeps(sqrt(x * x + y * y))
    k = w * (u0 - holes) * eccentricity / zeps(1.0 + eccentricity * x / r) / r
    return k * x, k * y, 0.0


@variation(
    "parabola",
    parameters=(
        P("height", 0.0, description="Height"),
        P("width", 0.0, description="Width"),
    ),
)
def parabola(x, y, w, height, width, u0, u1):
    """w (height u sin² r, width u cos r). Paper, variation 53."""
    r = sqrt(x * x + y * y)
    s = sin(r)
    return w * height * s * s * u0, w * width * cos(r) * u1, 0.0


@variation("polar2", z="wz")
def polar2(x, y, z, w):
    """w (θ, ln r) / π: flam3 variation "polar2"."""
    return w * atan2(x, y) / pi, w * 0.5 * log(x * x + y * y) / pi, w * z


@variation(
    "fan2",
    parameters=(
        P("x", 0.7071067811865476, description=_FAN2[0].description),
        P("y", -0.7071067811865476, description=_FAN2[1].description),
    ),
    z="wz",
    compatibility="current",
)
def fan2_exchanged(x, y, z, w, x_, y_):
    """As ember 25 has it: x and y exchanged."""
    a = atan2(x, y)
    d = pi * zeps(x_ * x_)
    t = a + y_ - d * trunc((a + y_) / d)
    a = a - 0.5 * d if t > 0.5 * d else a + 0.5 * d
    k = w * sqrt(x * x + y * y)
    return k * cos(a), k * sin(a), w * z


@variation(
    "wedge",
    parameters=(
        P("angle", 0.5 * pi, description="Angle of a wedge"),
        P("hole", 0.0, description="Radius of the hole"),
        P("count", 2, kind="integer", minimum=1, description="Number of wedges"),
        P("swirl", 0.0, description="Swirl"),
    ),
    z="wz",
)
def wedge(x, y, z, w, angle, hole, count, swirl):
    """w (r + hole) (cos a, sin a): a = φ + swirl r, squeezed into sectors.

    Wedges of an angle remain free between them. With n =
    floor((count a + π) / 2π): a (1 - angle count / 2π) + n angle. flam3 variation "wedge".
    """
    r = sqrt(x * x + y * y)
    a = atan2(y, x) + swirl * r
    n = floor((count * a + pi) / (2.0 * pi))
    a = a * (1.0 - angle * count / (2.0 * pi)) + n * angle
    return w * (r + hole) * cos(a), w * (r + hole) * sin(a), w * z


@variation(
    "wedge_sph",
    parameters=(
        P("angle", 0.5 * pi, description="Angle of a wedge"),
        P("count", 2, kind="integer", minimum=1, description="Number of wedges"),
        P("hole", 0.0, description="Radius of the hole"),
        P("swirl", 0.0, description="Swirl"),
    ),
)
def wedge_sph(x, y, w, angle, count, hole, swirl):
    """As `wedge`, of the inverted radius 1 / r: flam3 variation "wedge_sph"."""
    r = 1.0 / zeps(sqrt(x * x + y * y))
    a = atan2(y, x) + swirl * r
    n = floor((count * a + pi) / (2.0 * pi))
    a = a * (1.0 - angle * count / (2.0 * pi)) + n * angle
    return w * (r + hole) * cos(a), w * (r + hole) * sin(a), 0.0


@variation(
    "whorl",
    parameters=(
        P("inside", 1.0, description="Strength inside"),
        P("outside", 1.0, description="Strength outside"),
    ),
)
def whorl(x, y, w, inside, outside):
    """w r (cos a, sin a), a = φ + s / (w - r), s one of two strengths inside and outside of radius w.

    flam3 variation "whorl".
    """
    r = sqrt(x * x + y * y)
    a = atan2(y, x) + (inside if r < w else outside) / zeps(w - r)
    return w * r * cos(a), w * r * sin(a), 0.0
