"""Complex functions of the quaternion x + i y + j z.

With h = hypot(y, z) the function of x + i h gives real and imaginary part; the imaginary part is laid along
(y, z) / h. (W. R. Hamilton's calculus; Apophysis plugins with the ending "q".) w is the weight.
"""

from __future__ import annotations

from .registry import P, variation
from .vocabulary import EPSILON, atan2, cos, cosh, exp, log, sin, sinh, sqrt, zeps


@variation("estiq", z="own")
def estiq(x, y, z, w):
    """w exp(q)."""
    h = zeps(sqrt(y * y + z * z))
    e = w * exp(x)
    k = e * sin(h) / h
    return e * cos(h), k * y, k * z


@variation(
    "loq",
    parameters=(P("base", 2.718281828459045, minimum=EPSILON, description="Base of the logarithm"),),
    z="own",
)
def loq(x, y, z, w, base):
    """(ln |q| / ln base, w angle of q): the real part without the weight."""
    h = zeps(sqrt(y * y + z * z))
    k = w * atan2(h, x) / h
    return 0.5 / log(base) * log(x * x + h * h), k * y, k * z


@variation("sinq", z="own")
def sinq(x, y, z, w):
    """w sin(q)."""
    h = zeps(sqrt(y * y + z * z))
    k = w * cos(x) * sinh(h) / h
    return w * sin(x) * cosh(h), k * y, k * z


@variation("cosq", z="own")
def cosq(x, y, z, w):
    """w cos(q)."""
    h = zeps(sqrt(y * y + z * z))
    k = -w * sin(x) * sinh(h) / h
    return w * cos(x) * cosh(h), k * y, k * z


@variation("tanq", z="own")
def tanq(x, y, z, w):
    """w sin(q) cos(q)* / |q|²; the true tan(q) would divide by the square of the divisor."""
    h = zeps(sqrt(y * y + z * z))
    d = w / zeps(x * x + h * h)
    k = d * sinh(h) * cosh(h) / h
    return d * sin(x) * cos(x), k * y, k * z


@variation("cotq", z="own")
def cotq(x, y, z, w):
    """w cos(q) sin(q)* / |q|²; the true cot(q) would divide by the square of the divisor."""
    h = zeps(sqrt(y * y + z * z))
    d = w / zeps(x * x + h * h)
    k = -d * sinh(h) * cosh(h) / h
    return d * sin(x) * cos(x), k * y, k * z


@variation("secq", z="own")
def secq(x, y, z, w):
    """w cos(q)* / |q|²; the true sec(q) would divide by the square of the divisor."""
    h = zeps(sqrt(y * y + z * z))
    d = w / zeps(x * x + h * h)
    k = d * sin(x) * sinh(h) / h
    return d * cos(x) * cosh(h), k * y, k * z


@variation("cscq", z="own")
def cscq(x, y, z, w):
    """w sin(q)* / |q|²; the true csc(q) would divide by the square of the divisor."""
    h = zeps(sqrt(y * y + z * z))
    d = w / zeps(x * x + h * h)
    k = -d * cos(x) * sinh(h) / h
    return d * sin(x) * cosh(h), k * y, k * z


@variation("sinhq", z="own")
def sinhq(x, y, z, w):
    """w sinh(q)."""
    h = zeps(sqrt(y * y + z * z))
    k = w * cosh(x) * sin(h) / h
    return w * sinh(x) * cos(h), k * y, k * z


@variation("coshq", z="own")
def coshq(x, y, z, w):
    """w cosh(q)."""
    h = zeps(sqrt(y * y + z * z))
    k = w * sinh(x) * sin(h) / h
    return w * cosh(x) * cos(h), k * y, k * z


@variation("tanhq", z="own")
def tanhq(x, y, z, w):
    """w sinh(q) cosh(q)* / |q|²; the true tanh(q) would divide by the square of the divisor."""
    h = zeps(sqrt(y * y + z * z))
    d = w / zeps(x * x + h * h)
    k = d * sin(h) * cos(h) / h
    return d * sinh(x) * cosh(x), k * y, k * z


@variation("cothq", z="own")
def cothq(x, y, z, w):
    """w (cosh(q) sinh(q)*)* / |q|⁴; the true coth(q) would divide by the square of the divisor."""
    h = zeps(sqrt(y * y + z * z))
    d = w / zeps((x * x + h * h) * (x * x + h * h))
    k = d * sin(h) * cos(h) / h
    return d * sinh(x) * cosh(x), k * y, k * z


@variation("sechq", z="own")
def sechq(x, y, z, w):
    """w cosh(q)* / |q|²; the true sech(q) would divide by the square of the divisor."""
    h = zeps(sqrt(y * y + z * z))
    d = w / zeps(x * x + h * h)
    k = -d * sinh(x) * sin(h) / h
    return d * cosh(x) * cos(h), k * y, k * z


@variation("cschq", z="own")
def cschq(x, y, z, w):
    """w sinh(q)* / |q|²; the true csch(q) would divide by the square of the divisor."""
    h = zeps(sqrt(y * y + z * z))
    d = w / zeps(x * x + h * h)
    k = -d * cosh(x) * sin(h) / h
    return d * sinh(x) * cos(h), k * y, k * z


@variation(
    "mobiq",
    parameters=(
        P("at", 1.0, description="Real part of a"),
        P("ax", 0.0, description="i part of a"),
        P("ay", 0.0, description="j part of a"),
        P("az", 0.0, description="k part of a"),
        P("bt", 0.0, description="Real part of b"),
        P("bx", 0.0, description="i part of b"),
        P("by", 0.0, description="j part of b"),
        P("bz", 0.0, description="k part of b"),
        P("ct", 0.0, description="Real part of c"),
        P("cx", 0.0, description="i part of c"),
        P("cy", 0.0, description="j part of c"),
        P("cz", 0.0, description="k part of c"),
        P("dt", 1.0, description="Real part of d"),
        P("dx", 0.0, description="i part of d"),
        P("dy", 0.0, description="j part of d"),
        P("dz", 0.0, description="k part of d"),
    ),
    z="wz",
)
def mobiq(x, y, z, w, at, ax_, ay_, az_, bt, bx, by, bz, ct, cx, cy, cz, dt, dx, dy, dz):
    """w (a q + b) (c q + d)^-1 with quaternions: a Moebius map of space."""
    t1 = at * x - ax_ * y - ay_ * z + bt
    t2 = at * y + ax_ * x - az_ * z + bx
    t3 = at * z + ay_ * x + az_ * y + by
    t4 = ax_ * z - ay_ * y + az_ * x + bz
    s1 = ct * x - cx * y - cy * z + dt
    s2 = ct * y + cx * x - cz * z + dx
    s3 = ct * z + cy * x + cz * y + dy
    s4 = cx * z - cy * y + cz * x + dz
    k = w / zeps(s1 * s1 + s2 * s2 + s3 * s3 + s4 * s4)
    return (
        k * (t1 * s1 + t2 * s2 + t3 * s3 + t4 * s4),
        k * (t2 * s1 - t1 * s2 - t3 * s4 + t4 * s3),
        k * (t3 * s1 - t1 * s3 - t4 * s2 + t2 * s4),
    )
