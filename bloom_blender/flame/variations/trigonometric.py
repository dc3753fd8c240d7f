"""Trigonometric and hyperbolic functions of x + i y, and waves of sines.

Complex functions after M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 1964, sections 4.3
and 4.5; flam3 has them under the same names. w is the weight, r² = x² + y².
"""

from __future__ import annotations

from .helpers import bounded, sign
from .registry import P, variation
from .vocabulary import (
    EPSILON,
    atan2,
    cos,
    cosh,
    exp,
    fabs,
    log,
    maximum,
    pi,
    pow,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    zeps,
)


@variation("exp")
def exponential_function(x, y, w):
    """w e^(x + i y): flam3 variation "exp"."""
    k = w * exp(x)
    return k * cos(y), k * sin(y), 0.0


@variation(
    "log",
    parameters=(P("base", 2.718281828459045, minimum=EPSILON, description="Base of the logarithm"),),
    z="wz",
)
def logarithm(x, y, z, w, base):
    """w (ln r / ln base, φ): the complex logarithm. flam3 variation "log"."""
    return w * 0.5 * log(x * x + y * y) / log(base), w * atan2(y, x), w * z


@variation("sin")
def sine(x, y, w):
    """w sin(x + i y)."""
    return w * sin(x) * cosh(y), w * cos(x) * sinh(y), 0.0


@variation("sin", compatibility="current")
def sine_of_pi(x, y, w):
    """w sin(π/2 (x + i y)) as ember 25 has it."""
    p = 0.5 * pi * x
    q = 0.5 * pi * y
    return w * sin(p) * cosh(q), w * cos(p) * sinh(q), 0.0


@variation("cos")
def cosine_function(x, y, w):
    """w cos(x + i y)."""
    return w * cos(x) * cosh(y), -w * sin(x) * sinh(y), 0.0


@variation("cos", compatibility="current")
def cosine_of_pi(x, y, w):
    """w cos(π/2 (x + i y)) as ember 25 has it."""
    p = 0.5 * pi * x
    q = 0.5 * pi * y
    return w * cos(p) * cosh(q), -w * sin(p) * sinh(q), 0.0


@variation("tan")
def tangent_function(x, y, w):
    """w tan(x + i y) = w / (cos 2x + cosh 2y) (sin 2x, sinh 2y)."""
    t = bounded(2.0 * y, 86.0)
    k = w / zeps(cos(2.0 * x) + cosh(t))
    return k * sin(2.0 * x), k * sinh(t), 0.0


@variation("csc")
def cosecant(x, y, w):
    """w csc(x + i y) = 2 w / (cosh 2y - cos 2x) (sin x cosh y, -cos x sinh y)."""
    t = bounded(y, 43.0)
    k = 2.0 * w / zeps(cosh(2.0 * t) - cos(2.0 * x))
    return k * sin(x) * cosh(t), -k * cos(x) * sinh(t), 0.0


@variation("cot")
def cotangent(x, y, w):
    """w cot(x + i y) = w / (cosh 2y - cos 2x) (sin 2x, -sinh 2y)."""
    t = bounded(2.0 * y, 86.0)
    k = w / zeps(cosh(t) - cos(2.0 * x))
    return k * sin(2.0 * x), -k * sinh(t), 0.0


@variation("sinh")
def hyperbolic_sine(x, y, w):
    """w sinh(x + i y)."""
    return w * sinh(x) * cos(y), w * cosh(x) * sin(y), 0.0


@variation("cosh")
def hyperbolic_cosine(x, y, w):
    """w cosh(x + i y)."""
    return w * cosh(x) * cos(y), w * sinh(x) * sin(y), 0.0


@variation("tanh")
def hyperbolic_tangent(x, y, w):
    """w tanh(x + i y) = w / (cos 2y + cosh 2x) (sinh 2x, sin 2y)."""
    t = bounded(2.0 * x, 86.0)
    k = w / zeps(cos(2.0 * y) + cosh(t))
    return k * sinh(t), k * sin(2.0 * y), 0.0


@variation("sech")
def hyperbolic_secant(x, y, w):
    """w sech(x + i y) = 2 w / (cos 2y + cosh 2x) (cos y cosh x, -sin y sinh x)."""
    t = bounded(x, 43.0)
    k = 2.0 * w / zeps(cos(2.0 * y) + cosh(2.0 * t))
    return k * cos(y) * cosh(t), -k * sin(y) * sinh(t), 0.0


@variation("csch")
def hyperbolic_cosecant(x, y, w):
    """w csch(x + i y) = 2 w / (cosh 2x - cos 2y) (sinh x cos y, -cosh x sin y)."""
    t = bounded(x, 43.0)
    k = 2.0 * w / zeps(cosh(2.0 * t) - cos(2.0 * y))
    return k * sinh(t) * cos(y), -k * cosh(t) * sin(y), 0.0


@variation("coth")
def hyperbolic_cotangent(x, y, w):
    """w / (cosh 2x - cos 2y) (sinh 2x, sin 2y): the conjugate of coth(x + i y)."""
    t = bounded(2.0 * x, 86.0)
    k = w / zeps(cosh(t) - cos(2.0 * y))
    return k * sinh(t), k * sin(2.0 * y), 0.0


@variation("tan", compatibility="current")
def tangent_of_pi(x, y, w):
    """w tan(π/4 (x + i y)) as ember 25 has it."""
    t = bounded(0.5 * pi * y, 86.0)
    k = w / zeps(cos(0.5 * pi * x) + cosh(t))
    return k * sin(0.5 * pi * x), k * sinh(t), 0.0


@variation("csc", compatibility="current")
def cosecant_of_pi(x, y, w):
    """w csc(π/2 (x - i y)) as ember 25 has it."""
    p = 0.5 * pi * x
    q = bounded(0.5 * pi * y, 43.0)
    k = 2.0 * w / zeps(cosh(2.0 * q) - cos(2.0 * p))
    return k * sin(p) * cosh(q), k * cos(p) * sinh(q), 0.0


@variation("cot", compatibility="current")
def cotangent_of_pi(x, y, w):
    """w cot(π/4 (x - i y)) as ember 25 has it."""
    t = bounded(0.5 * pi * y, 86.0)
    k = w / zeps(cosh(t) - cos(0.5 * pi * x))
    return k * sin(0.5 * pi * x), k * sinh(t), 0.0


@variation("sinh", compatibility="current")
def hyperbolic_sine_of_pi(x, y, w):
    """w sinh(π/4 (x + i y)) as ember 25 has it."""
    p = 0.25 * pi * x
    q = 0.25 * pi * y
    return w * sinh(p) * cos(q), w * cosh(p) * sin(q), 0.0


@variation("cosh", compatibility="current")
def hyperbolic_cosine_of_pi(x, y, w):
    """w cosh(π/2 (x + i y)) as ember 25 has it."""
    p = 0.5 * pi * x
    q = 0.5 * pi * y
    return w * cosh(p) * cos(q), w * sinh(p) * sin(q), 0.0


@variation("tanh", compatibility="current")
def hyperbolic_tangent_of_pi(x, y, w):
    """w tanh(π/4 (x + i y)) as ember 25 has it."""
    t = bounded(0.5 * pi * x, 86.0)
    k = w / zeps(cos(0.5 * pi * y) + cosh(t))
    return k * sinh(t), k * sin(0.5 * pi * y), 0.0


@variation("sech", compatibility="current")
def hyperbolic_secant_of_pi(x, y, w):
    """w sech(π/4 (x - i y)) as ember 25 has it."""
    p = bounded(0.25 * pi * x, 43.0)
    q = 0.25 * pi * y
    k = 2.0 * w / zeps(cos(2.0 * q) + cosh(2.0 * p))
    return k * cos(q) * cosh(p), k * sin(q) * sinh(p), 0.0


@variation("csch", compatibility="current")
def hyperbolic_cosecant_of_pi(x, y, w):
    """w csch(π/4 (x - i y)) as ember 25 has it."""
    p = bounded(0.25 * pi * x, 43.0)
    q = 0.25 * pi * y
    k = 2.0 * w / zeps(cosh(2.0 * p) - cos(2.0 * q))
    return k * sinh(p) * cos(q), k * cosh(p) * sin(q), 0.0


@variation("coth", compatibility="current")
def hyperbolic_cotangent_of_pi(x, y, w):
    """w / (cosh π x/2 - cos π y/2) (sinh π x/2, sin π y/2): as ember 25 has it."""
    t = bounded(0.5 * pi * x, 86.0)
    k = w / zeps(cosh(t) - cos(0.5 * pi * y))
    return k * sinh(t), k * sin(0.5 * pi * y), 0.0


@variation("exponential")
def exponential(x, y, w):
    """w e^(x - 1) (cos π y, sin π y). Paper, variation 18."""
    k = w * exp(x - 1.0)
    return k * cos(pi * y), k * sin(pi * y), 0.0


@variation("cosine")
def cosine(x, y, w):
    """w (cos π x cosh y, -sin π x sinh y). Paper, variation 20."""
    return w * cos(pi * x) * cosh(y), -w * sin(pi * x) * sinh(y), 0.0


@variation("tangent")
def tangent(x, y, w):
    """w (sin x / cos y, tan y). Paper, variation 42."""
    return w * sin(x) / cos(y), w * tan(y), 0.0


@variation("secant2")
def secant2(x, y, w):
    """w (x, 1 / c ± 1, plus where c < 0), c = cos(w r). Paper, variation 46, joined."""
    c = cos(w * sqrt(x * x + y * y))
    return w * x, w * (1.0 / c + (1.0 if c < 0.0 else -1.0)), 0.0


@variation("waves")
def waves(x, y, w, cb, cc, ce, cf):
    """w (x + b sin(y / c²), y + e sin(x / f²)) with the xform's coefficients. Paper, variation 15."""
    return w * (x + cb * sin(y / zeps(cc * cc))), w * (y + ce * sin(x / zeps(cf * cf))), 0.0


@variation("popcorn")
def popcorn(x, y, w, cc, cf):
    """w (x + c sin tan 3y, y + f sin tan 3x) with the xform's coefficients. Paper, variation 17."""
    return w * (x + cc * sin(tan(3.0 * y))), w * (y + cf * sin(tan(3.0 * x))), 0.0


@variation(
    "popcorn2",
    parameters=(
        P("x", 0.1, description="Height in x"),
        P("y", 0.1, description="Height in y"),
        P("c", 3.0, description="Frequency"),
    ),
)
def popcorn2(x, y, w, x_, y_, c):
    """w (x + X sin tan(c y), y + Y sin tan(c x)): flam3 variation "popcorn2"."""
    return w * (x + x_ * sin(tan(c * y))), w * (y + y_ * sin(tan(c * x))), 0.0


@variation(
    "pdj",
    parameters=(
        P("a", 0.0, description="Frequency of y in x"),
        P("b", 0.0, description="Frequency of x in x"),
        P("c", 0.0, description="Frequency of x in y"),
        P("d", 0.0, description="Frequency of y in y"),
    ),
    z="wz",
)
def pdj(x, y, z, w, a, b, c, d):
    """w (sin(a y) - cos(b x), sin(c x) - cos(d y)): an attractor of Peter de Jong. Paper, variation 24."""
    return w * (sin(a * y) - cos(b * x)), w * (sin(c * x) - cos(d * y)), w * z


_CURVE = (
    P("xamp", 0.0, description="Height in x"),
    P("yamp", 0.0, description="Height in y"),
    P("xlength", 1.0, description="Length of the bump in x"),
    P("ylength", 1.0, description="Length of the bump in y"),
)


@variation("curve", parameters=_CURVE)
def curve(x, y, w, xamp, yamp, xlength, ylength):
    """w (x + X exp(-y² / l²), y + Y exp(-x² / m²)): flam3 variation "curve"."""
    p = x + xamp * exp(-y * y / maximum(xlength * xlength, 1e-20))
    q = y + yamp * exp(-x * x / maximum(ylength * ylength, 1e-20))
    return w * p, w * q, 0.0


@variation("curve", parameters=_CURVE, compatibility="current")
def curve_of_plain_lengths(x, y, w, xamp, yamp, xlength, ylength):
    """As ember 25 has it: w (x + X exp(-y² / l), y + Y exp(-x² / m))."""
    p = x + xamp * exp(-y * y / maximum(xlength, 1e-20))
    q = y + yamp * exp(-x * x / maximum(ylength, 1e-20))
    return w * p, w * q, 0.0


@variation("funnel", parameters=(P("effect", 8, kind="integer", description="Strength, in π"),))
def funnel(x, y, w, effect):
    """w (1 / cos y + effect π) (tanh x, tanh y)."""
    return w * tanh(x) * (1.0 / cos(y) + effect * pi), w * tanh(y) * (1.0 / cos(y) + effect * pi), 0.0


@variation(
    "sigmoid",
    parameters=(
        P("shiftx", 1.0, description="Slope in x"),
        P("shifty", 1.0, description="Slope in y"),
    ),
)
def sigmoid(x, y, w, shiftx, shifty):
    """|w| (2 / (1 + exp(-5 s x)) - 1), y alike: the logistic function.

    Slopes s below 1 are taken as 1 / s.
    """
    sx = shiftx
    sy = shifty
    sx = (1.0 if sx == 0.0 else 1.0 / sx) if fabs(sx) < 1.0 else sx
    sy = (1.0 if sy == 0.0 else 1.0 / sy) if fabs(sy) < 1.0 else sy
    p = 2.0 / (1.0 + exp(-5.0 * sx * x)) - 1.0
    q = 2.0 / (1.0 + exp(-5.0 * sy * y)) - 1.0
    return fabs(w) * p, fabs(w) * q, 0.0


@variation("sintrange", parameters=(P("w", 1.0, description="Factor"),))
def sintrange(x, y, w, w_):
    """w ((x² + v) sin x, (y² + v) sin y), v = W (1 - r²)."""
    v = w_ * (1.0 - x * x - y * y)
    return w * (x * x + v) * sin(x), w * (y * y + v) * sin(y), 0.0


@variation(
    "sinusgrid",
    parameters=(
        P("ampx", 0.5, description="Share of the waves in x"),
        P("ampy", 0.5, description="Share of the waves in y"),
        P("freqx", 1.0, description="Frequency in x"),
        P("freqy", 1.0, description="Frequency in y"),
    ),
)
def sinusgrid(x, y, w, ampx, ampy, freqx, freqy):
    """w (x + X (-cos(2 π f x) - x)), y alike."""
    return (
        w * (x + ampx * (-cos(2.0 * pi * freqx * x) - x)),
        w * (y + ampy * (-cos(2.0 * pi * freqy * y) - y)),
        0.0,
    )


@variation(
    "pressure_wave",
    parameters=(
        P("x_freq", 1.0, description="Frequency in x"),
        P("y_freq", 1.0, description="Frequency in y"),
    ),
)
def pressure_wave(x, y, w, x_freq, y_freq):
    """w (x + sin(2 π f x) / (2 π f)), y alike."""
    p = 1.0 if x_freq == 0.0 else 2.0 * pi * x_freq
    q = 1.0 if y_freq == 0.0 else 2.0 * pi * y_freq
    return w * (x + sin(p * x) / p), w * (y + sin(q * y) / q), 0.0


@variation(
    "polynomial",
    parameters=(
        P("powx", 1.0, description="Power of x"),
        P("powy", 1.0, description="Power of y"),
        P("lcx", 0.0, description="Linear part in x"),
        P("lcy", 0.0, description="Linear part in y"),
        P("scx", 0.0, description="Shift of x"),
        P("scy", 0.0, description="Shift of y"),
    ),
    z="wz",
)
def polynomial(x, y, z, w, powx, powy, lcx, lcy, scx, scy):
    """±|w x|^X + lcx x + scx with the sign of x, y alike."""
    p = pow(fabs(w * x), powx) * sign(x)
    q = pow(fabs(w * y), powy) * sign(y)
    return p + lcx * x + scx, q + lcy * y + scy, w * z


@variation(
    "q_ode",
    parameters=(
        P("01", 1.0, joint="", description="Shift of x"),
        P("02", -1.0, joint="", description="Part of x in x, times the weight"),
        P("03", 0.0, joint="", description="Part of x squared in x"),
        P("04", 0.0, joint="", description="Part of x y in x"),
        P("05", 0.0, joint="", description="Part of y in x"),
        P("06", 0.0, joint="", description="Part of y squared in x"),
        P("07", 1.0, joint="", description="Shift of y"),
        P("08", 0.0, joint="", description="Part of x in y"),
        P("09", 0.0, joint="", description="Part of x squared in y"),
        P("10", 0.0, joint="", description="Part of x y in y"),
        P("11", 0.0, joint="", description="Part of y in y, times the weight"),
        P("12", 0.0, joint="", description="Part of y squared in y"),
    ),
)
def q_ode(x, y, w, _01, _02, _03, _04, _05, _06, _07, _08, _09, _10, _11, _12):
    """The right sides of two quadratic differential equations (dark-beam, after P. Bourke).

    a1 + w a2 x + a3 x² + a4 x y + a5 y + a6 y², and a7 + a8 x + a9 x² + a10 x y + w a11 y + a12 y².
    """
    p = _01 + w * _02 * x + _03 * x * x + _04 * x * y + _05 * y + _06 * y * y
    q = _07 + _08 * x + _09 * x * x + _10 * x * y + w * _11 * y + _12 * y * y
    return p, q, 0.0


@variation("mask")
def mask(x, y, w):
    """w / r² (cosh y + 1) sin² x (sin x, cos x)."""
    k = w / zeps(x * x + y * y) * (cosh(y) + 1.0) * sin(x) * sin(x)
    return k * sin(x), k * cos(x), 0.0


@variation("bisplit")
def bisplit(x, y, w):
    """w / 10 (cos y / tan x, -y / sin x)."""
    return 0.1 * w / tan(x) * cos(y), -0.1 * w / sin(x) * y, 0.0


@variation(
    "waves2_radial",
    parameters=(
        P("freqx", 7.0, description="Frequency in x"),
        P("scalex", 0.1, description="Height in x"),
        P("freqy", 13.0, description="Frequency in y"),
        P("scaley", 0.1, description="Height in y"),
        P("null", 2.0, description="Radius of the quiet middle"),
        P("distance", 10.0, description="Radius of the full waves"),
    ),
)
def waves2_radial(x, y, w, freqx, scalex, freqy, scaley, null, distance):
    """`waves2` with a share that grows from 0 at the radius null to 1 at the radius distance."""
    d = sqrt(x * x + y * y)
    f = 0.0 if d < null else (1.0 if d > distance else (d - null) / (distance - null))
    return w * (x + f * sin(y * freqx) * scalex), w * (y + f * sin(x * freqy) * scaley), 0.0


@variation("crescents")
def crescents(x, y, w):
    """w (cosh y + 1) sin² x (sin x, cos x): `mask` without the division by r²."""
    k = w * (cosh(y) + 1.0) * sin(x) * sin(x)
    return k * sin(x), k * cos(x), 0.0
