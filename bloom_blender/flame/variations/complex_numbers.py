"""Maps of the complex plane: Moebius maps, powers, conformal coordinates.

p = x + i y, r² = x² + y², φ = atan2(y, x), w is the weight, u a uniform random number in [0, 1).
"""

from __future__ import annotations

from .registry import P, variation
from .vocabulary import (
    acos,
    atan2,
    cos,
    cosh,
    exp,
    fabs,
    floor,
    fmod,
    log,
    maximum,
    pi,
    pow,
    sin,
    sinh,
    sqrt,
    trunc,
    zeps,
)


@variation(
    "Mobius",
    parameters=(
        P("Re_A", 1.0, description="Real part of a"),
        P("Im_A", 0.0, description="Imaginary part of a"),
        P("Re_B", 0.0, description="Real part of b"),
        P("Im_B", 0.0, description="Imaginary part of b"),
        P("Re_C", 0.0, description="Real part of c"),
        P("Im_C", 0.0, description="Imaginary part of c"),
        P("Re_D", 1.0, description="Real part of d"),
        P("Im_D", 0.0, description="Imaginary part of d"),
    ),
    z="wz",
)
def mobius(x, y, z, w, Re_A, Im_A, Re_B, Im_B, Re_C, Im_C, Re_D, Im_D):
    """w (a p + b) / (c p + d): a Moebius map."""
    re = Re_A * x - Im_A * y + Re_B
    im = Re_A * y + Im_A * x + Im_B
    s = Re_C * x - Im_C * y + Re_D
    t = Re_C * y + Im_C * x + Im_D
    k = w / zeps(s * s + t * t)
    return k * (re * s + im * t), k * (im * s - re * t), w * z


@variation("bipolar", parameters=(P("shift", 0.0, description="Shift along the arcs"),), z="wz")
def bipolar(x, y, z, w, shift):
    """w / π (ln(((x + 1)² + y²) / ((x - 1)² + y²)) / 2, 2 v): bipolar coordinates.

    v = atan2(2 y, r² - 1) / 2 - shift π / 2, wrapped into -π/2 … π/2. (0, 0) at the poles (±1, 0). flam3
    variation "bipolar".
    """
    t = x * x + y * y + 1.0
    v = 0.5 * atan2(2.0 * y, t - 2.0) - 0.5 * pi * shift
    v = (
        -0.5 * pi + fmod(v + 0.5 * pi, pi)
        if v > 0.5 * pi
        else (0.5 * pi - fmod(0.5 * pi - v, pi) if v < -0.5 * pi else v)
    )
    f = t + 2.0 * x
    g = t - 2.0 * x
    pole = f <= 0.0 or g <= 0.0
    return (0.0 if pole else w * 0.5 / pi * log(f / g)), (0.0 if pole else w * 2.0 / pi * v), w * z


@variation(
    "cpow",
    parameters=(
        P("r", 1.0, description="Real part of the power"),
        P("i", 0.0, description="Imaginary part of the power"),
        P("power", 1, kind="integer_nonzero", description="Divisor of the power"),
    ),
)
def cpow(x, y, w, r, i, power, u0):
    """w p^((R + i I) / n), one of its |n| branches at random: paper, variation 56 ("cpow").

    With c = R / n, d = I / n: modulus exp(c ln r - d φ), angle c φ + d ln r + 2π / n floor(n u).
    """
    a = atan2(y, x)
    n = 0.5 * log(x * x + y * y)
    c = r / power
    d = i / power
    k = w * exp(c * n - d * a)
    t = c * a + d * n + 2.0 * pi / power * floor(power * u0)
    return k * cos(t), k * sin(t), 0.0


@variation("escher", parameters=(P("beta", 0.0, description="Angle of the spiral"),), z="wz")
def escher(x, y, z, w, beta):
    """w p^(c + i d), c = (1 + cos β) / 2, d = sin β / 2: the map behind M. C. Escher's Print Gallery.

    B. de Smit, H. Lenstra, 2003; flam3 variation "escher".
    """
    a = atan2(y, x)
    n = 0.5 * log(x * x + y * y)
    c = 0.5 + 0.5 * cos(beta)
    d = 0.5 * sin(beta)
    k = w * exp(c * n - d * a)
    t = c * a + d * n
    return k * cos(t), k * sin(t), w * z


@variation(
    "escher", parameters=(P("beta", 3.0, description="Angle of the spiral"),), z="wz", compatibility="current"
)
def escher_from_the_y_axis(x, y, z, w, beta):
    """As ember 25 has it: the angle counts from the y axis."""
    a = atan2(x, y)
    n = 0.5 * log(x * x + y * y)
    c = 0.5 + 0.5 * cos(beta)
    d = 0.5 * sin(beta)
    k = w * exp(c * n - d * a)
    t = c * a + d * n
    return k * cos(t), k * sin(t), w * z


@variation("elliptic")
def elliptic(x, y, w):
    """2 w / π (atan2(a, b), ±ln(m + sqrt(m - 1))): elliptic coordinates, the sign that of y.

    m = (|p + 1| + |p - 1|) / 2, a = x / m, b = sqrt(1 - a²). flam3 variation "elliptic".
    """
    t = x * x + y * y + 1.0
    m = 0.5 * (sqrt(t + 2.0 * x) + sqrt(maximum(t - 2.0 * x, 0.0)))
    a = x / m
    b = sqrt(maximum(1.0 - a * a, 0.0))
    v = log(m + sqrt(maximum(m - 1.0, 0.0)))
    k = 2.0 * w / pi
    return k * atan2(a, b), (k * v if y > 0.0 else -k * v), 0.0


@variation("edisc")
def edisc(x, y, w):
    """w / 11.57034632 (cosh v cos s, ∓sinh v sin s): flam3 variation "edisc", a disc of elliptic coordinates.

    m = (|p + 1| + |p - 1|) / 2, s = ln(m + sqrt(m - 1)), v = -acos(x / m).
    """
    t = x * x + y * y + 1.0
    m = 0.5 * (sqrt(t + 2.0 * x) + sqrt(t - 2.0 * x))
    s = log(m + sqrt(maximum(m - 1.0, 0.0)))
    v = -acos(x / m)
    k = w / 11.57034632
    return k * cosh(v) * cos(s), (-k if y > 0.0 else k) * sinh(v) * sin(s), 0.0


@variation("edisc", compatibility="current")
def edisc_mirrored(x, y, w):
    """As ember 25 has it: mirrored in the x axis."""
    t = x * x + y * y + 1.0
    m = 0.5 * (sqrt(t + 2.0 * x) + sqrt(t - 2.0 * x))
    s = log(m + sqrt(maximum(m - 1.0, 0.0)))
    v = -acos(x / m)
    k = w / 11.57034632
    return k * cosh(v) * cos(s), (k if y > 0.0 else -k) * sinh(v) * sin(s), 0.0


@variation("flux", parameters=(P("spread", 0.0, description="Spread"),), z="own", three_d=False)
def flux(x, y, z, w, spread):
    """w (2 + spread) sqrt(|p + w| / |p - w|) (cos a, sin a), a half the angle between p - w and p + w.

    flam3 variation "flux"; depth passes unweighted.
    """
    f = x + w
    g = x - w
    k = w * (2.0 + spread) * sqrt(sqrt(y * y + f * f) / sqrt(y * y + g * g))
    a = 0.5 * (atan2(y, g) - atan2(y, f))
    return k * cos(a), k * sin(a), z


@variation(
    "juliascope",
    parameters=(
        P("dist", 1.0, description="Power of the distance"),
        P("power", 1.0, kind="real_nonzero", description="Branches"),
    ),
    z="wz",
)
def juliascope(x, y, z, w, dist, power, u0):
    """w r^(dist / n) (cos t, sin t), t = (2 π k ± φ) / n, minus for odd k: paper, variation 33."""
    k = floor(fabs(power) * u0)
    odd = k - 2.0 * floor(0.5 * k)
    t = (2.0 * pi * k + (atan2(y, x) if odd < 0.5 else -atan2(y, x))) / power
    m = w * pow(x * x + y * y, 0.5 * dist / power)
    return m * cos(t), m * sin(t), w * z


_WEDGE_JULIA = (
    P("angle", 0.0, description="Angle of a wedge"),
    P("count", 1.0, description="Number of wedges"),
    P("power", 1.0, description="Branches"),
    P("dist", 0.0, description="Power of the distance"),
)


@variation("wedge_julia", parameters=_WEDGE_JULIA)
def wedge_julia(x, y, w, angle, count, power, dist, u0):
    """A `julian` whose angle a is squeezed into sectors as in `wedge`: flam3 variation "wedge_julia"."""
    m = w * pow(x * x + y * y, 0.5 * dist / power)
    a = (atan2(y, x) + 2.0 * pi * trunc(fabs(power) * u0)) / power
    n = floor((count * a + pi) / (2.0 * pi))
    a = a * (1.0 - angle * count / (2.0 * pi)) + n * angle
    return m * cos(a), m * sin(a), 0.0


@variation("wedge_julia", parameters=_WEDGE_JULIA, compatibility="current")
def wedge_julia_of_whole_branches(x, y, w, angle, count, power, dist, u0):
    """As ember 25 has it: a power that is not whole has the branches of the whole number below."""
    m = w * pow(x * x + y * y, 0.5 * dist / power)
    a = (atan2(y, x) + 2.0 * pi * floor(trunc(fabs(power)) * u0)) / power
    n = floor((count * a + pi) / (2.0 * pi))
    a = a * (1.0 - angle * count / (2.0 * pi)) + n * angle
    return m * cos(a), m * sin(a), 0.0
