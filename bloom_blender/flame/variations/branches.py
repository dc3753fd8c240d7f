"""Roots, powers and logarithms of a random branch, and the Glynn family.

p = x + i y, r = |p|, φ = atan2(y, x), w is the weight, u a fresh uniform random number in [0, 1).
"""

from __future__ import annotations

from .helpers import any_branch
from .registry import P, variation
from .vocabulary import (
    atan2,
    cos,
    exp,
    fabs,
    floor,
    fmod,
    log,
    maximum,
    minimum,
    pi,
    pow,
    rint,
    sin,
    sqrt,
    tan,
    trunc,
    zeps,
)


@variation(
    "pow_block",
    parameters=(
        P("numerator", 3.0, description="Numerator of the power"),
        P("denominator", 2.0, description="Denominator of the power, and branches"),
        P("root", 1.0, description="Distance of the branches"),
        P("correctn", 1.0, description="Divisor of the radius' power"),
        P("correctd", 1.0, description="Factor of the radius' power"),
    ),
)
def pow_block(x, y, w, numerator, denominator, root, correctn, correctd, u0):
    """w r^(n / d') (cos t, sin t), t = n (φ + 2 π root k) / d, k below d, d' = d correctn / correctd."""
    k = w * pow(x * x + y * y, 0.5 * numerator / zeps(denominator * correctn / correctd))
    branch = root * 2.0 * pi * floor(u0 * denominator)
    t = numerator * (atan2(y, x) / zeps(denominator) + branch / zeps(denominator))
    return k * cos(t), k * sin(t), 0.0


_PHOENIX = (
    P("power", 2.0, description="Branches"),
    P("dist", 1.0, description="Power of the distance"),
    P("x_distort", -0.5, description="Stretch in x before the angle is taken"),
    P("y_distort", 0.0, description="Stretch in y before the angle is taken"),
)


@variation("phoenix_julia", parameters=_PHOENIX)
def phoenix_julia(x, y, w, power, dist, x_distort, y_distort, u0):
    """w r^(dist / n) (cos t, sin t), t = (dist φ' + 2 π k) / n, φ' the angle of the stretched point."""
    n = zeps(power)
    a = atan2(y * (y_distort + 1.0), x * (x_distort + 1.0)) * dist / n
    t = a + any_branch(u0, n)
    k = w * pow(x * x + y * y, 0.5 * dist / n)
    return k * cos(t), k * sin(t), 0.0


@variation("phoenix_julia", parameters=_PHOENIX, compatibility="current")
def phoenix_julia_of_few_branches(x, y, w, power, dist, x_distort, y_distort, u0):
    """As ember 25 has it: the branches k below the power, also where it is not whole."""
    n = zeps(power)
    a = atan2(y * (y_distort + 1.0), x * (x_distort + 1.0)) * dist / n
    t = a + 2.0 * pi / n * floor(n * u0)
    k = w * pow(x * x + y * y, 0.5 * dist / n)
    return k * cos(t), k * sin(t), 0.0


@variation(
    "MobiusN",
    parameters=(
        P("Re_A", 1.0, description="a, real part", joint=""),
        P("Im_A", 0.0, description="a, imaginary part", joint=""),
        P("Re_B", 0.0, description="b, real part", joint=""),
        P("Im_B", 0.0, description="b, imaginary part", joint=""),
        P("Re_C", 0.0, description="c, real part", joint=""),
        P("Im_C", 0.0, description="c, imaginary part", joint=""),
        P("Re_D", 1.0, description="d, real part", joint=""),
        P("Im_D", 0.0, description="d, imaginary part", joint=""),
        P("Power", 2.0, description="Copies around the origin"),
        P("Dist", 1.0, description="Power of the distance"),
    ),
)
def mobius_n(x, y, w, Re_A, Im_A, Re_B, Im_B, Re_C, Im_C, Re_D, Im_D, Power, Dist, u0):
    """(a q + b) / (c q + d) between a power and its root of a random branch.

    q has the angle n φ and the radius r^(4 dist / n); ember's own mixture of the two exponents.
    """
    n = 1.0 if fabs(Power) < 1.0 else Power
    e = 4.0 * Dist / n
    m = pow(sqrt(x * x + y * y), e)
    a = atan2(y, x) * n
    p = m * cos(a)
    q = m * sin(a)
    ur = Re_A * p - Im_A * q + Re_B
    ui = Re_A * q + Im_A * p + Im_B
    vr = Re_C * p - Im_C * q + Re_D
    vi = Re_C * q + Im_C * p + Im_D
    d = vr * vr + vi * vi
    s = (ur * vr + ui * vi) / d
    t = (ui * vr - ur * vi) / d
    k = w * pow(sqrt(s * s + t * t), 1.0 / e)
    b = (atan2(t, s) + 2.0 * pi * floor(n * u0)) / floor(n)
    return k * cos(b), k * sin(b), 0.0


_CPOW3 = (
    P("r", 1.0, description="Modulus of the power"),
    P("d", 1.0, kind="real_nonzero", description="Growth of a turn"),
)


@variation(
    "cpow3",
    parameters=(
        *_CPOW3,
        P("divisor", 1.0, kind="real_nonzero", description="Divisor of the power, and branches"),
        P("spread", 1.0, description="Spread of the turns"),
    ),
    compatibility="current",
)
@variation(
    "cpow3",
    parameters=(
        *_CPOW3,
        P("divisor", 1, kind="integer_nonzero", description="Divisor of the power, and branches"),
        P("spread", 1.0, description="Spread of the turns"),
    ),
)
def cpow3(x, y, w, r, d, divisor, spread, u0, u1, u2, u3):
    """w p^(c + i s), c + i s = r cos a e^(i a) / n, tan a = ±r ln |d| / 2 π, with random full turns.

    The turns are ±round(0.095 spread ln u / s), none where s is 0.
    """
    a = atan2((-log(-d) if d < 0.0 else log(d)) * r, 2.0 * pi)
    c = cos(a) * r * cos(a) / divisor
    s = cos(a) * r * sin(a) / divisor
    t = atan2(y, x)
    t = t + 2.0 * pi if t < 0.0 else t
    t = t - 2.0 * pi if cos(0.5 * t) < 2.0 * u0 - 1.0 else t
    turns = rint(log(u1) * (0.0 if s == 0.0 else -0.095 * spread / s))
    t = t + (2.0 * pi if u2 < 0.5 else -2.0 * pi) * turns
    m = log(x * x + y * y)
    k = w * exp(0.5 * c * m - s * t)
    b = c * t + 0.5 * s * m + any_branch(u3, divisor)
    return k * cos(b), k * sin(b), 0.0


@variation(
    "log_db",
    parameters=(
        P("base", 1.0, description="Base of the logarithm in units of e"),
        P("fix_period", 1.0, description="Length of a period in half turns"),
    ),
    z="wz",
)
def log_db(x, y, z, w, base, fix_period, u0, u1, u2, u3, u4, u5, u6):
    """w (ln r / ln(e base), φ + π k fix_period), k a sum of seven random steps. By dark-beam.

    A step is -2 … 2 with a chance of 1/10 each, but 0 with a chance of 6/10.
    """
    k = 0.0
    s = floor(10.0 * u0) - 5.0
    k = k + s if fabs(s) < 3.0 else k
    s = floor(10.0 * u1) - 5.0
    k = k + s if fabs(s) < 3.0 else k
    s = floor(10.0 * u2) - 5.0
    k = k + s if fabs(s) < 3.0 else k
    s = floor(10.0 * u3) - 5.0
    k = k + s if fabs(s) < 3.0 else k
    s = floor(10.0 * u4) - 5.0
    k = k + s if fabs(s) < 3.0 else k
    s = floor(10.0 * u5) - 5.0
    k = k + s if fabs(s) < 3.0 else k
    s = floor(10.0 * u6) - 5.0
    k = k + s if fabs(s) < 3.0 else k
    m = 0.5 / (log(2.718281828459045 * base) if base > 2.220446049250313e-16 else 1.0)
    period = pi * fix_period if fix_period > 2.220446049250313e-16 else pi
    return w * m * log(x * x + y * y), w * (atan2(y, x) + k * period), w * z


@variation(
    "GlynnSim3",
    parameters=(
        P("radius", 1.0, description="Radius of the disc"),
        P("thickness", 0.1, description="Thickness of the ring"),
        P("thickness2", 0.1, description="Not used by any program"),
        P("contrast", 0.5, minimum=0.0, maximum=1.0, description="Contrast of the outside"),
        P("pow", 1.5, description="Decay of the outside"),
    ),
)
def glynn_sim3(x, y, w, radius, thickness, thickness2, contrast, pow_, u0, u1, u2):
    """Inside of R1 = R + thickness one of the circles of radius R1 and R² / R1, outside as in `GlynnSim2`."""
    outer = radius + thickness
    inner = radius * radius / zeps(outer)
    c = w * (outer if u0 < outer / zeps(outer + inner) else inner)
    t = 2.0 * pi * u1
    r = sqrt(x * x + y * y)
    a = fabs(radius / zeps(r))
    k = w if u2 > contrast * pow(a, pow_) else w * a * a
    inside = r < outer
    return (c * cos(t) if inside else k * x), (c * sin(t) if inside else k * y), 0.0


@variation(
    "GlynnSim4",
    parameters=(
        P("radius", 1.0, description="Radius of the disc"),
        P("contrast", 0.5, minimum=0.0, maximum=1.0, description="Contrast of the outside"),
        P("pow", 1.5, description="Decay of the outside"),
        P("X", 0.0, description="Where the inside goes"),
        P("Y", 0.0, description="Where the inside goes"),
    ),
)
def glynn_sim4(x, y, w, radius, contrast, pow_, X, Y, u0):
    """Inside of the radius the point w (X, Y), outside as in `GlynnSim2`."""
    r = sqrt(x * x + y * y)
    a = fabs(radius / zeps(r))
    k = w if u0 > contrast * pow(a, pow_) else w * a * a
    inside = r < radius
    return (w * X if inside else k * x), (w * Y if inside else k * y), 0.0


@variation(
    "GlynnSim5",
    parameters=(
        P("radius", 1.0, description="Radius of the disc"),
        P("thickness", 0.1, description="Width of the rim that is cut too"),
        P("contrast", 0.5, minimum=0.0, maximum=1.0, description="Contrast of the outside"),
        P("pow", 1.5, description="Decay of the outside"),
    ),
)
def glynn_sim5(x, y, w, radius, thickness, contrast, pow_, u0):
    """Inside of the radius and its rim the origin, outside the point or, at times, w (R / r)² (1, 1)."""
    r = sqrt(x * x + y * y)
    a = fabs(radius / zeps(r))
    stays = u0 > contrast * pow(a, pow_)
    inside = r < radius + thickness
    p = w * x if stays else w * a * a
    q = w * y if stays else w * a * a
    return (0.0 if inside else p), (0.0 if inside else q), 0.0


@variation(
    "npolar",
    parameters=(
        P("parity", 0.0, description="Even: in polar coordinates"),
        P("n", 1.0, description="Branches"),
    ),
    compatibility="current",
)
def npolar_current(x, y, w, parity, n, u0):
    """As ember 25 has it: the parity is a factor of the even case."""
    odd = fmod(fabs(parity), 2.0) != 0.0
    p = x if odd else w / pi * atan2(x, y)
    q = y if odd else 0.5 * w / pi * log(zeps(x * x + y * y))
    t = (atan2(q, p) + 2.0 * pi * floor(u0 * maximum(1.0, trunc(fabs(n))))) / zeps(n)
    r = w * pow(p * p + q * q, 0.5 / zeps(n)) * (1.0 if odd else parity)
    a = r * cos(t)
    b = r * sin(t)
    return (a if odd else 0.5 * w / pi * log(zeps(a * a + b * b))), (b if odd else w / pi * atan2(a, b)), 0.0


@variation(
    "npolar",
    parameters=(
        P("parity", 0, kind="integer", description="Even: in polar coordinates"),
        P("n", 1, kind="integer", description="Branches"),
    ),
)
def npolar(x, y, w, parity, n, u0):
    """w p^(1/n) of a random branch, parity times; if that is even, of w / π (atan2(x, y), ln r), and back."""
    odd = fmod(fabs(parity), 2.0) != 0.0
    p = x if odd else w / pi * atan2(x, y)
    q = y if odd else 0.5 * w / pi * log(zeps(x * x + y * y))
    t = (atan2(q, p) + 2.0 * pi * floor(u0 * maximum(1.0, fabs(n)))) / zeps(n)
    r = w * pow(p * p + q * q, 0.5 / zeps(n)) * (parity if odd else 1.0)
    a = r * cos(t)
    b = r * sin(t)
    return (a if odd else 0.5 * w / pi * log(zeps(a * a + b * b))), (b if odd else w / pi * atan2(a, b)), 0.0


@variation("glynnia2")
def glynnia2(x, y, w, u0):
    """One of two square roots by chance, the x of both with the sign of y.

    With d = r + x they are w sqrt(d / 2) (1, -y / d) and w (d, y) / sqrt(r (y² + d²)).
    """
    r = sqrt(x * x + y * y)
    d = maximum(r + x, 0.0)
    first = u0 > 0.5
    k = w / zeps(sqrt(r * (y * y + d * d)))
    p = w * sqrt(0.5 * d) if first else k * d
    q = -w * y / zeps(sqrt(2.0 * d)) if first else k * y
    return (p if y > 0.0 else -p), q, 0.0


@variation("spher")
def spher(x, y, w, u0):
    """Outside of the unit circle w p or w p / r², by chance; the inside goes to the origin."""
    r = x * x + y * y
    k = (w if u0 < 0.5 else w / zeps(r)) if r > 1.0 else 0.0
    return k * x, k * y, 0.0


@variation(
    "xtrb",
    parameters=(
        P("power", 2, kind="integer_nonzero", description="Copies around the origin"),
        P("radius", 1.0, description="Radius of the triangles' inner circles"),
        P("width", 0.5, description="Size of the inner triangles"),
        P("dist", 1.0, description="Power of the distance"),
        P("a", 1.0, description="First angle less 0.047"),
        P("b", 1.0, description="Second angle less 0.047"),
    ),
)
def xtrb(x, y, w, power, radius, width, dist, a, b, u0, u1):
    """Triangles in the triangles of a tiling, in the distances from their sides; then a root. By Xyrus02.

    With the distances d_i from the sides, of which the third is that of side c: a share width² of the points
    goes to width d_i, the others to the frame around, in the sector of the nearest sides.
    """
    t = 0.047 + a
    g = 0.047 + b
    ta = 1.0 / tan(0.5 * (t + g))
    tb = tan(0.5 * t)
    tc = tan(0.5 * g)
    sa = radius * (tc + tb)
    sb = radius * (tc + ta)
    sc = radius * (tb + ta)
    area = radius * (sa + sb + sc)
    # Distances within a cell of the lattice of triangles, in the triangle itself or its mirror image.
    u = y + radius
    v = x * sin(g) - y * cos(g) + radius
    i = floor(u * sa / area)
    j = floor(v * sb / area)
    u = u - i * area / sa
    v = v - j * area / sb
    o = (area - sa * u - sb * v) / sc
    flipped = o <= 0.0
    u = area / sa - u if flipped else u
    v = area / sb - v if flipped else v
    o = fabs(o)
    ul = u <= v and u <= o
    vl = not ul and v <= o
    um = not ul and (u <= o if vl else u <= v)
    vm = not vl and (v <= o if ul else v < u)
    near = sa if ul else (sb if vl else sc)
    middle = sa if um else (sb if vm else sc)
    p = minimum(u, minimum(v, o))
    q = u if um else (v if vm else o)
    inner = u0 >= 1.0 - width * width
    h = width * area / 3.0
    r = width * q if inner else (1.0 - width) * q + h / (sa + sb + sc - near) * (3.0 - p / zeps(q))
    p = width * p if inner else (1.0 - width) * p + h / near * p / zeps(q)
    far = (area - near * p - middle * r) / (sa + sb + sc - near - middle)
    u = p if ul else (r if um else far)
    v = p if vl else (r if vm else far)
    u = (area / sa - u if flipped else u) + i * area / sa - radius
    v = (area / sb - v if flipped else v) + j * area / sb - radius
    p = (v + u * cos(g)) / sin(g)
    t = (atan2(u, p) + 2.0 * pi * floor(u1 * fabs(power))) / power
    k = w * w * pow(p * p + u * u, 0.5 * dist / power)
    return k * cos(t), k * sin(t), 0.0
