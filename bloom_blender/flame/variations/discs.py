"""Variations about discs and circles.

r² = x² + y², θ = atan2(x, y), φ = atan2(y, x), w is the weight, u a uniform random number in [0, 1).
"""

from __future__ import annotations

from .helpers import square_angle
from .registry import P, variation
from .vocabulary import EPSILON, atan2, cos, fabs, fmod, log, maximum, pi, pow, sin, sqrt, tan, tanh, zeps


@variation("idisc")
def idisc(x, y, w):
    """w φ / π (cos a, sin a), a = π / (r + 1)."""
    a = pi / (sqrt(x * x + y * y) + 1.0)
    k = w * atan2(y, x) / pi
    return k * cos(a), k * sin(a), 0.0


@variation("fdisc")
def fdisc(x, y, w):
    """w (φ / π + 1) / 2 (cos a, sin a), a = 2 π / (r + 1)."""
    a = 2.0 * pi / (sqrt(x * x + y * y) + 1.0)
    k = 0.5 * w * (atan2(y, x) / pi + 1.0)
    return k * cos(a), k * sin(a), 0.0


@variation("wdisc")
def wdisc(x, y, w):
    """w φ / π (cos a, sin a), a = π / (r + 1), π minus that where φ > 0."""
    a = pi / (sqrt(x * x + y * y) + 1.0)
    t = atan2(y, x) / pi
    a = pi - a if t > 0.0 else a
    return w * t * cos(a), w * t * sin(a), 0.0


_CARDIOID = (P("a", 1.0, description="Frequency"),)


@variation("cardioid", parameters=_CARDIOID)
def cardioid(x, y, w, a):
    """w sqrt(r² + sin(a φ) + 1) (sin φ, cos φ), the coordinates exchanged."""
    q = x * x + y * y
    k = w * sqrt(q + sin(atan2(y, x) * a) + 1.0) / zeps(sqrt(q))
    return k * y, k * x, 0.0


@variation("cardioid", parameters=_CARDIOID, compatibility="flam3")
@variation("cardioid", parameters=_CARDIOID, compatibility="current")
def cardioid_straight(x, y, w, a):
    """w sqrt(r² + sin(a φ) + 1) (cos φ, sin φ)."""
    q = x * x + y * y
    k = w * sqrt(q + sin(atan2(y, x) * a) + 1.0) / zeps(sqrt(q))
    return k * x, k * y, 0.0


_CIRCUS = (P("scale", 1.0, description="Factor inside of the unit circle"),)


@variation("circus", parameters=_CIRCUS)
def circus(x, y, w, scale):
    """w s (y, x), s = scale inside of the unit circle, 1 / scale outside; the coordinates exchanged."""
    k = w * (scale if x * x + y * y <= 1.0 else 1.0 / zeps(scale))
    return k * y, k * x, 0.0


@variation("circus", parameters=_CIRCUS, compatibility="flam3")
@variation("circus", parameters=_CIRCUS, compatibility="current")
def circus_straight(x, y, w, scale):
    """w s (x, y), s = scale inside of the unit circle, 1 / scale outside."""
    k = w * (scale if x * x + y * y <= 1.0 else 1.0 / zeps(scale))
    return k * x, k * y, 0.0


_HOLE = (
    P("a", 1.0, description="Power of the angle"),
    P("inside", 0, kind="integer", minimum=0, maximum=1, description="1 shows the inside"),
)


@variation("hole", parameters=_HOLE)
def hole(x, y, w, a, inside):
    """(w r + d) (sin φ, cos φ), or w d / (r + d) inside, d = (φ / π + 1)^a.

    The coordinates are exchanged.
    """
    r = sqrt(x * x + y * y)
    d = pow(atan2(y, x) / pi + 1.0, a)
    k = (w * d / zeps(r + d) if inside != 0.0 else w * r + d) / zeps(r)
    return k * y, k * x, 0.0


@variation("hole", parameters=_HOLE, compatibility="flam3")
@variation("hole", parameters=_HOLE, compatibility="current")
def hole_straight(x, y, w, a, inside):
    """(w r + d) (cos φ, sin φ), or w d / (r + d) inside, d = (φ / π + 1)^a."""
    r = sqrt(x * x + y * y)
    d = pow(atan2(y, x) / pi + 1.0, a)
    k = (w * d / zeps(r + d) if inside != 0.0 else w * r + d) / zeps(r)
    return k * x, k * y, 0.0


@variation(
    "circlesplit",
    parameters=(
        P("radius", 1.0, description="Radius"),
        P("split", 0.5, description="Width of the ring that moves"),
    ),
)
def circlesplit(x, y, w, radius, split):
    """w (x, y) inside of radius - split, else w (r + split) (cos φ, sin φ)."""
    r = sqrt(x * x + y * y)
    k = w if r < radius - split else w * (r + split) / zeps(r)
    return k * x, k * y, 0.0


@variation("circlize", parameters=(P("hole", 0.0, description="Radius of the hole"),))
def circlize(x, y, w, hole):
    """Squares around the origin become circles of radius 4 w / π s + hole, s half the edge."""
    s = maximum(fabs(x), fabs(y))
    r = 4.0 * w / pi * s + hole
    a = square_angle(x, y)
    return r * cos(a), r * sin(a), 0.0


@variation("circlize2", parameters=(P("hole", 0.0, description="Radius of the hole"),))
def circlize2(x, y, w, hole):
    """Squares around the origin become circles of radius w (s + hole), s half the edge."""
    r = w * (maximum(fabs(x), fabs(y)) + hole)
    a = square_angle(x, y)
    return r * cos(a), r * sin(a), 0.0


@variation("squarize")
def squarize(x, y, w):
    """Circles around the origin become squares of half the edge w r."""
    r = sqrt(x * x + y * y)
    a = atan2(y, x)
    p = 4.0 * r * (a + 2.0 * pi if a < 0.0 else a) / pi
    s = p - 6.0 * r if p <= 7.0 * r else r
    s = -r if p <= 5.0 * r else s
    s = 2.0 * r - p if p <= 3.0 * r else s
    t = -r if p <= 7.0 * r else p - 8.0 * r
    t = 4.0 * r - p if p <= 5.0 * r else t
    t = r if p <= 3.0 * r else t
    return w * (r if p <= r else s), w * (p if p <= r else t), 0.0


@variation("twoface")
def twoface(x, y, w):
    """w (x, y), divided by r² where x > 0."""
    k = w / zeps(x * x + y * y) if x > 0.0 else w
    return k * x, k * y, 0.0


@variation(
    "eclipse", parameters=(P("shift", 0.0, kind="cyclic", minimum=-2.0, maximum=2.0, description="Shift"),)
)
def eclipse(x, y, w, shift):
    """In the disc of radius w: -w x where |x + shift w| leaves the chord, else w (x + shift w)."""
    c = sqrt(maximum(w * w - y * y, 0.0))
    s = x + shift * w
    inside = fabs(y) <= w and fabs(x) <= c
    return (w * (-x if fabs(s) >= c else s) if inside else w * x), w * y, 0.0


@variation("flipcircle")
def flipcircle(x, y, w):
    """w (x, -y) inside of radius w, else w (x, y)."""
    return w * x, (w * y if x * x + y * y > w * w else -w * y), 0.0


@variation("flipy")
def flipy(x, y, w):
    """w (x, -y) where x > 0, else w (x, y)."""
    return w * x, (-w * y if x > 0.0 else w * y), 0.0


@variation("loonie3")
def loonie3(x, y, w):
    """`loonie` with x and y over s = (r² / x)² in place of r², where x > 0: 2 w² elsewhere."""
    q = x * x + y * y
    s = q / x * (q / x) if x > 2.220446049250313e-16 else 2.0 * w * w
    k = w * sqrt(w * w / s - 1.0) if s < w * w else w
    return k * x, k * y, 0.0


@variation("roundspher")
def roundspher(x, y, w):
    """w² / (1 + (2 / π)² r²) (x, y)."""
    q = x * x + y * y
    k = w * w / (1.0 + q * 4.0 / (pi * pi))
    return k * x, k * y, 0.0


@variation("tancos")
def tancos(x, y, w):
    """w / r² (2 x tanh r², 2 y cos r²)."""
    q = zeps(x * x + y * y)
    return w / q * tanh(q) * 2.0 * x, w / q * cos(q) * 2.0 * y, 0.0


@variation("rippled")
def rippled(x, y, w):
    """w (x tanh r², y cos r²)."""
    q = zeps(x * x + y * y)
    return w * tanh(q) * x, w * cos(q) * y, 0.0


@variation("spiralwing")
def spiralwing(x, y, w):
    """w / r² sin y² (cos x², sin x²)."""
    k = w / zeps(x * x + y * y) * sin(y * y)
    return k * cos(x * x), k * sin(x * x), 0.0


@variation(
    "target",
    parameters=(
        P("even", 0.0, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Turn of the even rings"),
        P("odd", 0.0, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Turn of the odd rings"),
        P("size", 1.0, minimum=EPSILON, description="Width of a ring"),
    ),
)
def target(x, y, even, odd, size):
    """Rings of equal width in ln r, turned in turn by even and odd; the weight only switches on."""
    r = sqrt(x * x + y * y)
    t = log(r)
    t = t - 0.5 * size if t < 0.0 else t
    t = fmod(fabs(t), size)
    a = atan2(y, x) + (even if t < 0.5 * size else odd)
    return r * cos(a), r * sin(a), 0.0


@variation("curvature")
def curvature(x, y, w):
    """(w / r, φ): the angle without the weight."""
    return w / zeps(sqrt(x * x + y * y)), atan2(y, x), 0.0


@variation("cylinder2")
def cylinder2(x, y, w):
    """w (x / sqrt(x² + 1), y)."""
    return w * x / sqrt(x * x + 1.0), w * y, 0.0


@variation(
    "squirrel",
    parameters=(
        P("a", 1.0, description="Factor of x²"),
        P("b", 1.0, description="Factor of y²"),
    ),
)
def squirrel(x, y, w, a, b):
    """w (cos v tan x, sin v tan y), v = sqrt(a x² + b y²)."""
    v = sqrt(zeps(a * x * x + b * y * y))
    return w * cos(v) * tan(x), w * sin(v) * tan(y), 0.0


@variation(
    "xheart",
    parameters=(
        P("angle", 0.0, description="Angle"),
        P("ratio", 0.0, description="Ratio"),
    ),
)
def xheart(x, y, w, angle, ratio):
    """A heart of two inverted ellipses: 4 / (r² + 4) (x, R y), R = (6 + 2 ratio) / 4, turned; x < 0 mirrored.

    The angle is π / 4 (1 + angle / 2).
    """
    c = cos(0.25 * pi * (1.0 + 0.5 * angle))
    s = sin(0.25 * pi * (1.0 + 0.5 * angle))
    k = w / zeps(x * x + y * y + 4.0)
    p = c * 4.0 * k * x - s * (6.0 + 2.0 * ratio) * k * y
    q = s * 4.0 * k * x + c * (6.0 + 2.0 * ratio) * k * y
    return p, (q if p > 0.0 else -q), 0.0


@variation(
    "trade",
    parameters=(
        P("r1", 1.0, minimum=EPSILON, description="Radius of the right disc"),
        P("d1", 1.0, minimum=0.0, description="Distance of the right disc"),
        P("r2", 1.0, minimum=EPSILON, description="Radius of the left disc"),
        P("d2", 1.0, minimum=0.0, description="Distance of the left disc"),
    ),
)
def trade(x, y, w, r1, d1, r2, d2):
    """Two discs, at x = r1 + d1 and x = -r2 - d2, change their contents."""
    c1 = r1 + d1
    c2 = r2 + d2
    right = x > 0.0
    p = c1 - x if right else -c2 - x
    k = (r2 / r1 if right else r1 / r2) if sqrt(p * p + y * y) <= (r1 if right else r2) else 0.0
    s = k * p - c2 if right else k * p + c1
    return w * (s if k != 0.0 else x), w * (k * y if k != 0.0 else y), 0.0


@variation(
    "fourth",
    parameters=(
        P("spin", pi, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Turn of the left disc"),
        P("space", 0.0, description="Gap around the disc"),
        P("twist", 0.0, description="Twist of the disc"),
        P("x", 0.0, description="Centre"),
        P("y", 0.0, description="Centre"),
    ),
)
def fourth(x, y, w, spin, space, twist, x_, y_):
    """Another map in every quarter: an inversion, `loonie`, `lazysusan`, nothing."""
    r = sqrt(x * x + y * y)
    px = x - x_
    py = y + y_
    q = sqrt(px * px + py * py)
    a = atan2(py, px) + spin + twist * (w - q)
    k = w * (1.0 + space / zeps(q))
    sx = (w * q * cos(a) if q < w else k * px) + x_
    sy = (w * q * sin(a) if q < w else k * py) - y_
    m = w * sqrt(fabs(w * w / zeps(r * r) - 1.0)) if r < w else w
    n = w / zeps(r * r)
    first = x > 0.0 and y > 0.0
    second = x > 0.0 and y < 0.0
    third = x < 0.0 and y > 0.0
    rx = n * x if first else (m * x if second else (sx if third else w * x))
    ry = n * y if first else (m * y if second else (sy if third else w * y))
    return rx, ry, 0.0
