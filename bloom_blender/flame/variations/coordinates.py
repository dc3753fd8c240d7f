"""Variations that move points in elliptic, bipolar or other curved coordinates.

Elliptic: x + i y = cosh(μ + i ν), so that cosh μ = (|p + 1| + |p - 1|) / 2 and cos ν = x / cosh μ, ν with
the sign of y. Bipolar: x = sinh τ / (cosh τ - cos σ), y = sin σ / (cosh τ - cos σ), so that τ = ln(|p + 1| /
|p - 1|) and σ is the angle under which p sees -1 … 1 (both in any book on curvilinear coordinates). Known as
the "e" and "b" families of Apophysis plugins. w is the weight, u a uniform random number in [0, 1).
"""

from __future__ import annotations

from .helpers import bipolar_sigma, bipolar_tau, collided, elliptic_mu, elliptic_nu, three_signs
from .registry import P, variation
from .vocabulary import EPSILON, atan2, cos, cosh, exp, fabs, floor, fmod, pi, sin, sinh, sqrt, trunc, zeps


@variation(
    "eSwirl",
    parameters=(
        P("in", 0.0, description="Swirl that grows inwards"),
        P("out", 0.0, description="Swirl that grows outwards"),
    ),
)
def eswirl(x, y, w, in_, out):
    """Turns along the ellipses: ν + μ out + in / μ."""
    m = elliptic_mu(x, y)
    n = elliptic_nu(x, y) + m * out + in_ / m
    return w * cosh(m) * cos(n), w * sinh(m) * sin(n), 0.0


@variation(
    "eMotion",
    parameters=(
        P("move", 0.0, description="Way across the ellipses"),
        P("rotate", 0.0, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Turn along them"),
    ),
)
def emotion(x, y, w, move, rotate):
    """Moves μ by move, up where ν < 0, down elsewhere (through the focal line), then ν by rotate."""
    m = elliptic_mu(x, y)
    n = elliptic_nu(x, y)
    m = m + move if n < 0.0 else m - move
    n = (-n if m <= 0.0 else n) + rotate
    return w * cosh(m) * cos(n), w * sinh(fabs(m)) * sin(n), 0.0


@variation(
    "ePush",
    parameters=(
        P("push", 0.0, description="Addend to μ"),
        P("dist", 1.0, description="Factor of μ"),
        P("rotate", 0.0, kind="cyclic", minimum=-pi, maximum=pi, description="Turn along the ellipses"),
    ),
)
def epush(x, y, w, push, dist, rotate):
    """μ dist + push, ν + rotate."""
    m = elliptic_mu(x, y) * dist + push
    n = elliptic_nu(x, y) + rotate
    return w * cosh(m) * cos(n), w * sinh(m) * sin(n), 0.0


@variation(
    "eRotate",
    parameters=(
        P("rotate", 0.0, kind="cyclic", minimum=-pi, maximum=pi, description="Turn along the ellipses"),
    ),
)
def erotate(x, y, w, rotate):
    """ν + rotate."""
    m = elliptic_mu(x, y)
    n = elliptic_nu(x, y) + rotate
    return w * cosh(m) * cos(n), w * sinh(m) * sin(n), 0.0


@variation(
    "eScale",
    parameters=(
        P("scale", 1.0, kind="real_nonzero", minimum=0.0, maximum=1.0, description="Factor"),
        P("angle", 0.0, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Direction of the gap"),
    ),
)
def escale(x, y, w, scale, angle):
    """μ times the scale s, ν brought into a sector: (s (ν + π + angle) mod 2 π s) - angle - s π."""
    m = elliptic_mu(x, y) * scale
    n = fmod(fmod(scale * (elliptic_nu(x, y) + pi + angle), 2.0 * pi * scale) - angle - scale * pi, 2.0 * pi)
    return w * cosh(m) * cos(n), w * sinh(m) * sin(n), 0.0


@variation(
    "eMod",
    parameters=(
        P("radius", 1.0, minimum=0.0, description="Limit of μ"),
        P("distance", 0.0, kind="cyclic", minimum=0.0, maximum=2.0, description="Way in limits"),
    ),
)
def emod(x, y, w, radius, distance):
    """Where μ is below the radius R, μ becomes (μ + R + d R mod 2 R) - R, and the mirror image for ν <= 0."""
    m = elliptic_mu(x, y)
    n = elliptic_nu(x, y)
    s = 1.0 if n > 0.0 else -1.0
    m = s * (fmod(s * m + radius + distance * radius, 2.0 * radius) - radius) if fabs(m) < radius else m
    return w * cosh(m) * cos(n), w * sinh(m) * sin(n), 0.0


@variation(
    "eCollide",
    parameters=(
        P("a", 0.0, kind="cyclic", minimum=0.0, maximum=1.0, description="Turn of the sectors"),
        P("num", 1, kind="integer", minimum=1, maximum=2147483647, description="Number of sectors"),
    ),
)
def ecollide(x, y, w, a, num):
    """Every other sector of ν, π / num wide, turns one way by a π / num, the others the other way."""
    m = elliptic_mu(x, y)
    n = collided(elliptic_nu(x, y), a, num)
    return w * cosh(m) * cos(n), w * sinh(m) * sin(n), 0.0


@variation(
    "collideoscope",
    parameters=(
        P("a", 0.0, description="Turn of the sectors"),
        P("num", 1.0, description="Number of sectors"),
    ),
    compatibility="current",
)
@variation(
    "collideoscope",
    parameters=(
        P("a", 0.0, kind="cyclic", minimum=0.0, maximum=1.0, description="Turn of the sectors"),
        P("num", 1, kind="integer", description="Number of sectors"),
    ),
)
def collideoscope(x, y, w, a, num):
    """Every other sector of φ, π / num wide, turns one way by a π / num, the others the other way."""
    r = w * sqrt(x * x + y * y)
    t = collided(atan2(y, x), a, num)
    return r * cos(t), r * sin(t), 0.0


@variation("eJulia", parameters=(P("power", 2, kind="integer_nonzero", description="Branches"),))
def ejulia(x, y, w, power, u0):
    """The n-th roots in elliptic coordinates: μ / n, (ν + 2 π k) / n, from 1 / p where n < 0."""
    k = 1.0 if power > 0.0 else 1.0 / zeps(x * x + y * y)
    m = elliptic_mu(x * k, y) / power
    n = elliptic_nu(x * k, y) / power + 2.0 * pi / power * floor(u0 * power)
    return w * cosh(m) * cos(n), w * sinh(m) * sin(n), 0.0


@variation(
    "bSwirl",
    parameters=(
        P("in", 0.0, description="Swirl that grows inwards"),
        P("out", 0.0, description="Swirl that grows outwards"),
    ),
)
def bswirl(x, y, w, in_, out):
    """σ + τ out + in / τ."""
    t = bipolar_tau(x, y)
    s = bipolar_sigma(x, y) + t * out + in_ / zeps(t)
    k = w / zeps(cosh(t) - cos(s))
    return k * sinh(t), k * sin(s), 0.0


@variation(
    "bMod",
    parameters=(
        P("radius", 1.0, minimum=0.0, description="Limit of τ"),
        P("distance", 0.0, kind="cyclic", minimum=0.0, maximum=2.0, description="Way in limits"),
    ),
)
def bmod(x, y, w, radius, distance):
    """Where |τ| is below the radius R, τ becomes (τ + R + d R mod 2 R) - R."""
    t = bipolar_tau(x, y)
    s = bipolar_sigma(x, y)
    t = fmod(t + radius + distance * radius, 2.0 * radius) - radius if fabs(t) < radius else t
    k = w / zeps(cosh(t) - cos(s))
    return k * sinh(t), k * sin(s), 0.0


_ROTATE = P("rotate", 0.0, description="Turn along the circles")
_MOVES = (
    P("move", 0.0, description="Way across the circles"),
    P("split", 0.0, description="Split of the halves"),
)


@variation(
    "bTransform",
    parameters=(
        _ROTATE,
        P("power", 1.0, kind="real_nonzero", minimum=1.0, maximum=2147483647, description="Branches"),
        *_MOVES,
    ),
    compatibility="current",
)
@variation(
    "bTransform",
    parameters=(
        _ROTATE,
        P("power", 1, kind="integer", minimum=1, maximum=2147483647, description="Branches"),
        *_MOVES,
    ),
)
def btransform(x, y, w, rotate, power, move, split, u0):
    """τ / n + move ± split (plus where x >= 0), (σ + rotate + 2 π k) / n."""
    t = bipolar_tau(x, y) / power + move + (split if x >= 0.0 else -split)
    s = (bipolar_sigma(x, y) + rotate) / power + 2.0 * pi / power * floor(u0 * power)
    k = w / zeps(cosh(t) - cos(s))
    return k * sinh(t), k * sin(s), 0.0


@variation(
    "bCollide",
    parameters=(
        P("a", 0.0, kind="cyclic", minimum=-1.0, maximum=1.0, description="Turn of the sectors"),
        P("num", 1.0, minimum=EPSILON, maximum=2147483647, description="Number of sectors"),
    ),
    compatibility="current",
)
@variation(
    "bCollide",
    parameters=(
        P("a", 0.0, kind="cyclic", minimum=0.0, maximum=1.0, description="Turn of the sectors"),
        P("num", 1, kind="integer", minimum=1, maximum=2147483647, description="Number of sectors"),
    ),
)
def bcollide(x, y, w, a, num):
    """Every other sector of σ, π / num wide, turns one way by a π / num, the others the other way."""
    t = bipolar_tau(x, y)
    s = bipolar_sigma(x, y)
    j = trunc(s * num / pi)
    g = 1.0 if j - 2.0 * trunc(0.5 * j) == 0.0 else -1.0
    s = j * pi / num + fmod(s + g * pi * a / num, pi / num)
    k = w / zeps(cosh(t) - cos(s))
    return k * sinh(t), k * sin(s), 0.0


@variation(
    "barycentroid",
    parameters=(
        P("a", 1.0, description="x of a vector"),
        P("b", 0.0, description="y of a vector"),
        P("c", 0.0, description="x of another vector"),
        P("d", 1.0, description="y of another vector"),
    ),
    z="wz",
)
def barycentroid(x, y, z, w, a, b, c, d):
    """w (±sqrt(u² + x²), ±sqrt(v² + y²)) with the signs of the point's coordinates in two vectors.

    The coordinates u, v solve p = u (a, b) + v (c, d).
    """
    k = (a * a + b * b) * (c * c + d * d) - (a * c + b * d) * (a * c + b * d)
    p = ((c * c + d * d) * (a * x + b * y) - (a * c + b * d) * (c * x + d * y)) / k
    q = ((a * a + b * b) * (c * x + d * y) - (a * c + b * d) * (a * x + b * y)) / k
    s = sqrt(p * p + x * x)
    t = sqrt(q * q + y * y)
    return w * s * three_signs(p), w * t * three_signs(q), w * z


@variation("deltaa")
def deltaa(x, y, w):
    """w |p + 1| / |p - 1| (cos a, sin a), a half the angle between p - 1 and p + 1."""
    k = w * sqrt(y * y + (x + 1.0) * (x + 1.0)) / sqrt(y * y + (x - 1.0) * (x - 1.0))
    a = 0.5 * (atan2(y, x - 1.0) - atan2(y, x + 1.0))
    return k * cos(a), k * sin(a), 0.0


@variation("unpolar")
def unpolar(x, y, w):
    """w e^y / (2 π) (sin x, cos x): `polar2` undone."""
    k = 0.5 * w / pi * exp(y)
    return k * sin(x), k * cos(x), 0.0


@variation("panorama1")
def panorama1(x, y, w):
    """w (θ / π, s - 1/2), s = r / sqrt(r² + 1): the plane as a sphere, unrolled."""
    r2 = x * x + y * y
    return w * atan2(x, y) / pi, w * (sqrt(r2 / (r2 + 1.0)) - 0.5), 0.0


@variation("panorama2")
def panorama2(x, y, w):
    """w (θ / π, s - 1/2), s = r / (r + 1)."""
    r = sqrt(x * x + y * y)
    return w * atan2(x, y) / pi, w * (r / (r + 1.0) - 0.5), 0.0
