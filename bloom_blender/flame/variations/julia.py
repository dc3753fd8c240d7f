"""Roots: the relatives of `julia` and `julian`, and powers of p = x + i y.

r² = x² + y², φ = atan2(y, x), w is the weight, u a uniform random number in [0, 1), k a random branch.
"""

from __future__ import annotations

from .helpers import any_branch
from .registry import P, variation
from .vocabulary import atan2, cos, exp, fabs, floor, fmod, log, pi, pow, sin, sqrt, trunc, zeps

_MAP = (
    P("a", 1.0, description="x of x"),
    P("b", 0.0, description="y in x"),
    P("c", 0.0, description="x in y"),
    P("d", 1.0, description="y of y"),
    P("e", 0.0, description="Shift of x"),
    P("f", 0.0, description="Shift of y"),
)
_DIST = P("dist", 1.0, description="Power of the distance")


@variation(
    "julian2",
    parameters=(*_MAP, P("power", 2.0, kind="real_nonzero", description="Branches"), _DIST),
    compatibility="current",
)
@variation(
    "julian2", parameters=(*_MAP, P("power", 2, kind="integer_nonzero", description="Branches"), _DIST)
)
def julian2(x, y, w, a, b, c, d, e, f, power, dist, u0):
    """`julian` after an affine map: (a x + b y + e, c x + d y + f)."""
    p = a * x + b * y + e
    q = c * x + d * y + f
    t = (atan2(q, p) + 2.0 * pi * floor(u0 * fabs(power))) / power
    k = w * pow(p * p + q * q, 0.5 * dist / power)
    return k * cos(t), k * sin(t), 0.0


@variation(
    "juliaq",
    parameters=(
        P("power", 3.0, kind="real_nonzero", description="Branches"),
        P("divisor", 2.0, kind="real_nonzero", description="Divisor of the branches"),
    ),
    compatibility="current",
)
def juliaq_of_any_power(x, y, w, power, divisor, u0):
    """As ember 25 has it: `juliaq` of a power that need not be whole."""
    t = atan2(y, x) * divisor / power + any_branch(u0, power)
    k = w * pow(x * x + y * y, 0.5 * divisor / power)
    return k * cos(t), k * sin(t), 0.0


@variation(
    "juliaq",
    parameters=(
        P("power", 3, kind="integer_nonzero", description="Branches"),
        P("divisor", 2, kind="integer_nonzero", description="Divisor of the branches"),
    ),
)
def juliaq(x, y, w, power, divisor, u0):
    """w r^(m / n) (cos t, sin t), t = (m φ + 2 π k) / n, m the divisor."""
    t = (atan2(y, x) * divisor + 2.0 * pi * floor(u0 * fabs(power))) / power
    k = w * pow(x * x + y * y, 0.5 * divisor / power)
    return k * cos(t), k * sin(t), 0.0


@variation(
    "Juliac",
    parameters=(
        P("re", 2.0, description="Real part of the power's inverse"),
        P("im", 1.0, description="Imaginary part of the power, in hundredths"),
        P("dist", 1.0, description="Power of the distance"),
    ),
)
def juliac(x, y, w, re, im, dist, u0):
    """w p^(1 / re + i im / 100), the modulus to the power dist, of a random branch."""
    c = 1.0 / zeps(re)
    d = 0.01 * im
    a = atan2(y, x) + 2.0 * pi * fmod(floor(65536.0 * u0), re)
    m = 0.5 * dist * log(x * x + y * y)
    t = a * c + d * m
    k = w * exp(m * c - d * a)
    return k * cos(t), k * sin(t), 0.0


@variation("glynnia")
def glynnia(x, y, w, u0):
    """Square roots of p and of its inverse, half and half; x changes sign inside of r = 1."""
    r = sqrt(x * x + y * y)
    d = r + x
    n = sqrt(zeps(d))
    m = sqrt(zeps(r * (y * y + d * d)))
    first = u0 > 0.5
    s = 1.0 if r > 1.0 else -1.0
    v = w * 0.7071067811865476
    p = v * n if first else w * d / m
    q = -v / n * y if first else w * y / m
    return s * p, q, 0.0


@variation(
    "murl",
    parameters=(
        P("c", 0.0, description="Strength"),
        P("power", 2.0, minimum=2.0, description="Power"),
    ),
    compatibility="current",
)
@variation(
    "murl",
    parameters=(
        P("c", 0.0, description="Strength"),
        P("power", 2, kind="integer", minimum=2, maximum=2147483647, description="Power"),
    ),
)
def murl(x, y, w, c, power):
    """w (c + 1) p / (1 + c p^n), c divided by n - 1."""
    k = c / (power - 1.0) if power != 1.0 else c
    a = atan2(y, x) * power
    r = k * pow(x * x + y * y, 0.5 * power)
    re = r * cos(a) + 1.0
    im = r * sin(a)
    m = w * (k + 1.0) / zeps(re * re + im * im)
    return m * (x * re + y * im), m * (y * re - x * im), 0.0


@variation(
    "murl2",
    parameters=(
        P("c", 0.0, minimum=-1.0, maximum=1.0, description="Strength"),
        P("power", 1.0, description="Power"),
    ),
    compatibility="current",
)
@variation(
    "murl2",
    parameters=(
        P("c", 0.0, minimum=-1.0, maximum=1.0, description="Strength"),
        P("power", 1, kind="integer_nonzero", description="Power"),
    ),
)
def murl2(x, y, w, c, power):
    """w (c + 1)^(2 / n) p / (1 + c p^n)^(2 / n)."""
    a = atan2(y, x) * power
    r = c * pow(x * x + y * y, 0.5 * power)
    re = r * cos(a) + 1.0
    im = r * sin(a)
    d = pow(re * re + im * im, 1.0 / power)
    t = atan2(im, re) * 2.0 / power
    m = (0.0 if c == -1.0 else w * pow(c + 1.0, 2.0 / power)) / zeps(d * d)
    return m * (x * d * cos(t) + y * d * sin(t)), m * (y * d * cos(t) - x * d * sin(t)), 0.0


@variation(
    "rational3",
    parameters=(
        P("t3", 1.0, description="p³ above"),
        P("t2", 0.0, description="p² above"),
        P("t1", 0.0, description="p above"),
        P("tc", 1.0, description="Constant above"),
        P("b3", 0.0, description="p³ below"),
        P("b2", 1.0, description="p² below"),
        P("b1", 0.0, description="p below"),
        P("bc", 1.0, description="Constant below"),
    ),
)
def rational3(x, y, w, t3, t2, t1, tc, b3, b2, b1, bc):
    """w (t3 p³ + t2 p² + t1 p + tc) / (b3 p³ + b2 p² + b1 p + bc)."""
    s2 = x * x - y * y
    i2 = 2.0 * x * y
    s3 = x * x * x - 3.0 * x * y * y
    i3 = 3.0 * x * x * y - y * y * y
    tr = t3 * s3 + t2 * s2 + t1 * x + tc
    ti = t3 * i3 + t2 * i2 + t1 * y
    br = b3 * s3 + b2 * s2 + b1 * x + bc
    bi = b3 * i3 + b2 * i2 + b1 * y
    k = w / zeps(br * br + bi * bi)
    return k * (tr * br + ti * bi), k * (ti * br - tr * bi), 0.0


@variation("ennepers")
def ennepers(x, y, w):
    """(w (x - x³ / 3) + x y², w (y - y³ / 3) + x² y): A. Enneper's surface from above."""
    return w * (x - x * x * x / 3.0) + x * y * y, w * (y - y * y * y / 3.0) + x * x * y, 0.0


@variation(
    "expo",
    parameters=(
        P("real", -1.0, description="Real part of the factor"),
        P("imaginary", 1.0, description="Imaginary part of the factor"),
    ),
)
def expo(x, y, w, real, imaginary):
    """w c^p, c = real + i imaginary."""
    m = 0.5 * log(real * real + imaginary * imaginary)
    a = atan2(imaginary, real)
    k = w * exp(m * x - a * y)
    t = m * y + a * x
    return k * cos(t), k * sin(t), 0.0


@variation("fibonacci")
def fibonacci(x, y, w):
    """w (φ^p - (-φ)^(-p)) / sqrt 5 with the golden ratio φ: J. Binet's formula for complex numbers."""
    n = 0.48121182505960347
    a = y * n
    b = -(x * pi + y * n)
    k = exp(x * n)
    m = exp(-(x * n - y * pi))
    return w * (k * cos(a) - m * cos(b)) / sqrt(5.0), w * (k * sin(a) - m * sin(b)) / sqrt(5.0), 0.0


@variation(
    "fibonacci2",
    parameters=(
        P("sc", 1.0, description="Factor"),
        P("sc2", 1.0, description="Factor of the exponent"),
    ),
)
def fibonacci2(x, y, w, sc, sc2):
    """`fibonacci`, its moduli sc e^(sc2 …)."""
    n = 0.48121182505960347
    a = y * n
    b = -(x * pi + y * n)
    k = sc * exp(sc2 * x * n)
    m = sc * exp(-sc2 * (x * n - y * pi))
    return w * (k * cos(a) - m * cos(b)) / sqrt(5.0), w * (k * sin(a) - m * sin(b)) / sqrt(5.0), 0.0


_SPHERICALN = (
    P("Power", 1.0, description="Branches"),
    P("Dist", 1.0, description="Power of the distance"),
)


@variation("SphericalN", parameters=_SPHERICALN)
def sphericaln(x, y, w, Power, Dist, u0):
    """w / r^dist (cos t, sin t), t = φ + 2 π k / power."""
    t = atan2(y, x) + 2.0 * pi / Power * floor(trunc(Power) * u0)
    k = w / zeps(pow(sqrt(x * x + y * y), Dist))
    return k * cos(t), k * sin(t), 0.0


@variation("SphericalN", parameters=_SPHERICALN, compatibility="current")
def sphericaln_exchanged(x, y, w, Power, Dist, u0):
    """As ember 25 has it: x and y exchanged."""
    t = atan2(y, x) + 2.0 * pi / Power * floor(trunc(Power) * u0)
    k = w / zeps(pow(sqrt(x * x + y * y), Dist))
    return k * sin(t), k * cos(t), 0.0


@variation(
    "cpow2",
    parameters=(
        P("r", 1.0, description="Modulus of the power"),
        P("a", 0.0, description="Direction of the power in quarter turns"),
        P("divisor", 1, kind="integer_nonzero", description="Divisor of the power"),
        P("spread", 1, kind="integer", minimum=1, maximum=2147483647, description="Branches of the angle"),
    ),
)
def cpow2(x, y, w, r, a, divisor, spread, u0, u1, u2):
    """w p^(r e^(i a π / 2) / n), with a random branch of the angle and of the root.

    The angle gets k full turns, k below spread, and may lose spread turns again.
    """
    c = r * cos(0.5 * pi * a) / divisor
    d = r * sin(0.5 * pi * a) / divisor
    n = floor(spread * u0)
    t = atan2(y, x)
    n = n + 1.0 if t < 0.0 else n
    t = t + 2.0 * pi * n
    t = t - 2.0 * pi * spread if cos(0.5 * t / spread) < 2.0 * u1 - 1.0 else t
    q = log(x * x + y * y)
    k = w * exp(0.5 * c * q - d * t)
    s = c * t + 0.5 * d * q + 2.0 * pi / divisor * floor(divisor * u2)
    return k * cos(s), k * sin(s), 0.0


@variation(
    "cpow2",
    parameters=(
        P("r", 1.0, description="Modulus of the power"),
        P("a", 0.0, description="Direction of the power in quarter turns"),
        P("divisor", 1.0, description="Divisor of the power"),
        P("spread", 1.0, description="Branches of the angle"),
    ),
    compatibility="current",
)
def cpow2_of_any_divisor(x, y, w, r, a, divisor, spread, u0, u1, u2):
    """As ember 25 has it: `cpow2` of a divisor and a spread that need not be whole."""
    c = r * cos(0.5 * pi * a) / divisor
    d = r * sin(0.5 * pi * a) / divisor
    n = floor(trunc(spread) * u0)
    t = atan2(y, x)
    n = n + 1.0 if t < 0.0 else n
    t = t + 2.0 * pi * n
    t = t - 2.0 * pi * spread if cos(0.5 * t / spread) < 2.0 * u1 - 1.0 else t
    q = log(x * x + y * y)
    k = w * exp(0.5 * c * q - d * t)
    s = c * t + 0.5 * d * q + any_branch(u2, divisor)
    return k * cos(s), k * sin(s), 0.0
