"""Simple maps of the plane that later programs than 1.0.0.14 know: shifts, turns, folds, quadratic maps.

r² = x² + y², φ = atan2(y, x), w is the weight. Formulas after ember 25, to whose values they are fitted.
"""

from __future__ import annotations

from .helpers import bounded, polygon_x, polygon_y, shader_hash
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
    pi,
    rint,
    sin,
    sinh,
    sqrt,
    tan,
    zeps,
)


@variation("flipx")
def flip_in_x(x, y, w):
    """w (±x, y): x changes its sign in the upper half plane."""
    return (-w * x if y > 0.0 else w * x), w * y, 0.0


@variation(
    "rotate", parameters=(P("angle", 0.0, soft_minimum=-180, soft_maximum=180, description="Degrees"),)
)
def rotate(x, y, w, angle):
    """w (x cos a - y sin a, x sin a + y cos a), a in degrees."""
    c = cos(angle * (pi / 180.0))
    s = sin(angle * (pi / 180.0))
    return w * (x * c - y * s), w * (x * s + y * c), 0.0


@variation(
    "shift",
    parameters=(
        P("x", 0.0, description="Way along the direction"),
        P("y", 0.0, description="Way across the direction"),
        P("angle", 0.0, soft_minimum=-180, soft_maximum=180, description="Direction in degrees"),
    ),
)
def shift(x, y, w, x_, y_, angle):
    """w (x + X cos a - Y sin a, y - Y cos a - X sin a), a in degrees."""
    c = cos(angle * (pi / 180.0))
    s = sin(angle * (pi / 180.0))
    return w * (x + c * x_ - s * y_), w * (y - c * y_ - s * x_), 0.0


@variation("lens")
def lens(x, y, w):
    """w p² / 2, p = x + i y. By tatasz."""
    return 0.5 * w * (x * x - y * y), w * x * y, 0.0


@variation("henon", parameters=(P("a", 0.5, description="Curvature"), P("b", 1.0, description="Scale of y")))
def henon(x, y, w, a, b):
    """w (1 - a x² + y, b x): the map of M. Hénon, 1976."""
    return w * (1.0 - a * x * x + y), w * b * x, 0.0


@variation("lozi", parameters=(P("a", 0.5, description="Steepness"), P("b", 1.0, description="Scale of y")))
def lozi(x, y, w, a, b):
    """w (1 - a |x| + y, b x): the map of R. Lozi, 1978."""
    return w * (1.0 - a * fabs(x) + y), w * b * x, 0.0


@variation(
    "projective",
    parameters=(
        P("A", 0.0, description="Divisor: factor of x"),
        P("B", 0.0, description="Divisor: factor of y"),
        P("C", 1.0, description="Divisor: constant"),
        P("A1", 1.0, description="New x: factor of x"),
        P("B1", 0.0, description="New x: factor of y"),
        P("C1", 0.0, description="New x: constant"),
        P("A2", 0.0, description="New y: factor of x"),
        P("B2", 1.0, description="New y: factor of y"),
        P("C2", 0.0, description="New y: constant"),
    ),
)
def projective(x, y, w, A, B, C, A1, B1, C1, A2, B2, C2):
    """w (A1 x + B1 y + C1, A2 x + B2 y + C2) / (A x + B y + C). By eralex61."""
    k = w / zeps(A * x + B * y + C)
    return k * (A1 * x + B1 * y + C1), k * (A2 * x + B2 * y + C2), 0.0


@variation(
    "modulusx", parameters=(P("x", 1.0, description="Half width"), P("shift", 0.0, description="Shift"))
)
def modulus_in_x(x, y, w, x_, shift):
    """w (f ∓ X, y), f = fmod(x + X + shift, 2 X), - where f >= 0. By tatasz."""
    f = fmod(x + x_ + shift, 2.0 * x_)
    return w * (f - x_ if f >= 0.0 else f + x_), w * y, 0.0


@variation(
    "modulusy", parameters=(P("y", 1.0, description="Half height"), P("shift", 0.0, description="Shift"))
)
def modulus_in_y(x, y, w, y_, shift):
    """w (x, f ∓ Y), f = fmod(y + Y + shift, 2 Y), - where f >= 0. By tatasz."""
    f = fmod(y + y_ + shift, 2.0 * y_)
    return w * x, w * (f - y_ if f >= 0.0 else f + y_), 0.0


@variation(
    "gnarly",
    parameters=(
        P("cellsize", 1.0, description="Size of a cell"),
        P("twist", 1.0, description="Strength of the whirl"),
    ),
)
def gnarly(x, y, w, cellsize, twist):
    """In the disc, of radius R, of a square cell the point turns by -twist ln(d² / R²), d from the middle."""
    size = zeps(cellsize)
    cx = (floor(x / size) + 0.5) * size
    cy = (floor(y / size) + 0.5) * size
    p = x - cx
    q = y - cy
    share = (p * p + q * q) / (0.25 * size * size)
    a = twist * log(zeps(share))
    inside = share <= 1.0 and cellsize != 0.0
    return (
        w * (cx + cos(a) * p + sin(a) * q if inside else x),
        w * (cy - sin(a) * p + cos(a) * q if inside else y),
        0.0,
    )


@variation(
    "inkdrop",
    parameters=(
        P("r", 0.5, minimum=0.0, description="Radius of the drop"),
        P("x", 0.0, description="Centre"),
        P("y", 0.0, description="Centre"),
    ),
)
def inkdrop(x, y, w, r, x_, y_):
    """The distance d from the centre becomes sqrt(d² + r²): a drop that pushes the plane away. By Jess."""
    p = x - x_
    q = y - y_
    d2 = p * p + q * q
    a = atan2(q, p)
    k = sqrt(d2 + r * r) - sqrt(d2)
    return w * (x + cos(a) * k), w * (y + sin(a) * k), 0.0


@variation("hypershift", parameters=(P("shift", 0.01, description="Shift"),))
def hypershift(x, y, w, shift):
    """Inversion, shift by s, inversion, shift by s: w (1 - s²) q / |q|² + s, q = p / |p|² + s."""
    k = 1.0 / zeps(x * x + y * y)
    p = k * x + shift
    q = k * y
    m = w * (1.0 - shift * shift) / zeps(p * p + q * q)
    return m * p + shift, m * q, 0.0


@variation("hex_modulus", parameters=(P("size", 1.0, description="Size of a hexagon"),))
def hex_modulus(x, y, w, size):
    """The place in the hexagon of a honeycomb, from its middle: all hexagons fall upon one. By tatasz.

    The nearest middle by rounding of the cubic hexagon coordinates a + b + c = 0.
    """
    h = 0.8660254037844386 / zeps(size)
    p = x * h
    q = y * h
    a = 0.5773502691896258 * p - q / 3.0
    c = 2.0 * q / 3.0
    b = -a - c
    i = rint(a)
    j = rint(b)
    k = rint(c)
    da = fabs(i - a)
    db = fabs(j - b)
    dc_ = fabs(k - c)
    first = -j - k if da > db and da > dc_ else i
    third = k if (da > db and da > dc_) or db > dc_ else -i - j
    v = w / 0.8660254037844386
    return v * (p - 1.7320508075688772 * first - 0.8660254037844386 * third), v * (q - 1.5 * third), 0.0


@variation(
    "excinis",
    parameters=(
        P("lengthscalar", 1.0, description="Scale of the radius"),
        P("radiusFunc", 0.0, minimum=0.0, maximum=5.0, description="Function of the radius"),
        P("eps", 0.1, description="Smallest radius"),
    ),
)
def excinis(x, y, w, lengthscalar, radiusFunc, eps):
    """f(k) p², p = x + i y, k = w / (s r): f is k, cos k, e^k, ln(|k| + ε), 1 / (k + ε) for 0, 1, 2, 3, 4.

    ε is 0 where |s r| > eps, otherwise ±eps, and added to s r.
    """
    r = sqrt(x * x + y * y) * lengthscalar
    e = 0.0 if fabs(r) > eps else (eps if r >= 0.0 else -eps)
    k = w / zeps(r + e)
    f = 1.0 / zeps(k + e)
    f = log(fabs(k) + fabs(e)) if radiusFunc < 4.0 else f
    f = exp(k) if radiusFunc < 3.0 else f
    f = cos(k) if radiusFunc < 2.0 else f
    f = k if radiusFunc < 1.0 else f
    return (x - y) * (x + y) * f, 2.0 * x * y * f, 0.0


@variation(
    "smartshape",
    parameters=(
        P("power", 4.0, minimum=2.0, soft_maximum=20.0, description="Corners"),
        P("roundstr", 0.0, description="Strength of the rounding"),
        P("roundwidth", 1.0, description="Width of the rounding"),
        P("distortion", 1.0, description="0 leaves the circle, 1 makes the polygon"),
        P("compensation", 0.0, minimum=0.0, maximum=1.0, description="Above 0 the angle is evened out"),
    ),
)
def smartshape(x, y, w, power, roundstr, roundwidth, distortion, compensation):
    """Circles become polygons of power corners with rounded edges: r times a factor of the angle. By Zy0rg.

    In units of the sector 2 π / power, t is the angle from the nearest middle of an edge. The factor is
    (v + (1 - v) / cos t)^distortion with v = (2 t)^roundwidth roundstr.
    """
    sector = 2.0 * pi / power
    turns = (atan2(y, x) + pi) / sector
    whole = floor(turns)
    part = turns - whole
    late = part > 0.5
    t = 1.0 - part if late else part
    even = compensation > 0.0 and distortion >= 1.0
    t = atan2(2.0 * t * tan(0.5 * sector), 1.0) / sector if even else t
    v = exp(log(2.0 * t) * roundwidth) * roundstr / sin(0.5 * sector) / power * 2.0
    k = 1.0 / cos(t * sector)
    k = fabs((1.0 - v) * k + v) if roundstr != 0.0 else k
    k = exp(log(fabs(k)) * distortion) if distortion != 1.0 else k
    k = 1.0 if distortion == 0.0 else k
    a = (whole + 1.0 - t if late else whole + t) * sector - pi
    m = w * k * sqrt(x * x + y * y)
    return m * cos(a), m * sin(a), 0.0


@variation(
    "squares",
    parameters=(
        P("cellsize", 0.0, description="Size of a cell"),
        P("min", 0.0, minimum=0.0, description="First ring that turns"),
        P("max", 10.0, minimum=0.0, description="Rings that turn in every cell"),
        P("num", 10.0, description="Rings of a cell"),
        P("seed", 1.0, description="Seed of the last ring"),
        P("zero", 0.5, description="Share of the cells that stay"),
        P("zero_seed", 1.0, description="Seed of the cells that stay"),
    ),
)
def squares(x, y, w, cellsize, min, max, num, seed, zero, zero_seed):
    """Square rings in square cells, each ring a quarter turn further than the one inside of it. By tatasz."""
    size = zeps(cellsize)
    cx = (floor(x / size) + 0.5) * size
    cy = (floor(y / size) + 0.5) * size
    p = x - cx
    q = y - cy
    ring = maximum(fabs(floor(p * num * 2.0 / size + 0.5)), fabs(floor(q * num * 2.0 / size + 0.5)))
    last = max + floor(shader_hash(cx * cx, cy * cy, seed) * (num - max))
    stays = ring > last or ring < min or shader_hash(cx * cx, cy * cy, zero_seed) < zero
    a = 0.0 if stays else 0.5 * pi * (ring - min)
    plain = cellsize == 0.0
    return (
        w * (x if plain else cx + p * cos(a) - q * sin(a)),
        w * (y if plain else cy + p * sin(a) + q * cos(a)),
        0.0,
    )


@variation(
    "unicorngaloshen",
    parameters=(
        P("mult_x", 1.0, description="Stretch of the radius in x"),
        P("mult_y", 1.0, description="Stretch of the radius in y"),
        P("sine", 0.0, description="Above 0 waves change the factors"),
        P("sin_x_amplitude", 1.0, description="Factor or height of the waves in x"),
        P("sin_x_freq", 0.1, description="Frequency of the waves in x"),
        P("sin_y_amplitude", 2.0, description="Factor or height of the waves in y"),
        P("sin_y_freq", 0.2, description="Frequency of the waves in y"),
        P("mode", 0.0, minimum=0.0, maximum=4.0, description="What the waves run over"),
    ),
)
def unicorngaloshen(
    x, y, w, mult_x, mult_y, sine, sin_x_amplitude, sin_x_freq, sin_y_amplitude, sin_y_freq, mode
):
    """w / R (f (x - y) (x + my y), g x y), R = sqrt(mx x² + my y²). By tatasz and chaosfissure.

    f, g are the amplitudes; with sine > 0 they are 1 + A sin(π F X) and 2 + B sin(π G Y), where X, Y are
    x, y for a mode up to 0, e^-x up to 1, 1 / x up to 2, ln |x| and B ln |y| up to 3, then the angles.
    """
    k = w / zeps(sqrt(mult_y * y * y + mult_x * x * x))
    p = x
    q = y
    if mode > 0.0:
        p = exp(-x)
        q = exp(-y)
    if mode > 1.0:
        p = 1.0 / zeps(x)
        q = 1.0 / zeps(y)
    if mode > 2.0:
        p = log(fabs(x))
        q = sin_y_amplitude * log(fabs(y))
    if mode > 3.0:
        p = atan2(x, y)
        q = atan2(y, x)
    f = 1.0 + sin_x_amplitude * sin(p * pi * sin_x_freq) if sine > 0.0 else sin_x_amplitude
    g = 2.0 + sin_y_amplitude * sin(q * pi * sin_y_freq) if sine > 0.0 else sin_y_amplitude
    return f * (x - y) * (x + mult_y * y) * k, g * x * y * k, 0.0


@variation(
    "dragonfire",
    parameters=(
        P("c1", 0.5, description="Factor of the exponential"),
        P("c2", 0.25, description="Factor of the falling exponential"),
        P("fuzzyMode", 0.0, minimum=0.0, maximum=7.0, description="Kind of the disturbance"),
        P("fuzzyRadius", 1.0, description="Length of the disturbance"),
        P("fuzzyInterpolationMode", 0.0, minimum=0.0, maximum=6.0, description="Kind of the mixture"),
        P("fuzzyInterpolationPosition", 1.0, description="Share of the disturbed point"),
        P("logScalarFuzzy", 2.0 * pi, soft_maximum=20.0, description="Frequency of the disturbance"),
        P("adjustedFuzzyScalar", 0.5, description="Scale of the share"),
    ),
)
def dragonfire(
    x,
    y,
    w,
    c1,
    c2,
    fuzzyMode,
    fuzzyRadius,
    fuzzyInterpolationMode,
    fuzzyInterpolationPosition,
    logScalarFuzzy,
    adjustedFuzzyScalar,
):
    """w (e - f, sin y) / (e + f - cos y), e = c1 e^x, f = c2 / e, then disturbed. By tatasz and chaosfissure.

    The disturbance is cos(s / ln |v|) of each coordinate v, used as such or by its sign.
    """
    e = exp(bounded(x, 80.0)) * c1
    f = c2 / zeps(e)
    k = w / zeps(e + f - cos(y))
    p = (e - f) * k
    q = sin(y) * k
    u = cos(logScalarFuzzy / zeps(log(fabs(p))))
    v = cos(logScalarFuzzy / zeps(log(fabs(q))))
    du = -fuzzyRadius if u < 0.0 else fuzzyRadius
    dv = -fuzzyRadius if v < 0.0 else fuzzyRadius
    a = p + exp(sin(du))
    b = q + exp(cos(dv))
    if fuzzyMode < 6.0:
        a = p + exp(du)
        b = q + exp(dv)
    if fuzzyMode < 5.0:
        a = p + du
        b = q + dv
    if fuzzyMode < 4.0:
        a = p * exp(sin(u))
        b = q * exp(sin(v))
    if fuzzyMode < 3.0:
        a = p * sin(u)
        b = q * sin(v)
    if fuzzyMode < 2.0:
        a = p + u
        b = q + v
    if fuzzyMode < 1.0:
        a = p
        b = q
    t = pi * fuzzyInterpolationPosition
    g = log(fabs(t) + sqrt(t * t + 1.0)) if t >= 0.0 else -log(fabs(t) + sqrt(t * t + 1.0))
    g = sinh(t) if fuzzyInterpolationMode < 5.0 else g
    g = tan(t) if fuzzyInterpolationMode < 4.0 else g
    g = cos(t) if fuzzyInterpolationMode < 3.0 else g
    share = (1.0 - g) * adjustedFuzzyScalar
    share = fuzzyInterpolationPosition if fuzzyInterpolationMode < 2.0 else share
    share = 1.0 if fuzzyInterpolationMode < 1.0 else share
    return p * (1.0 - share) + a * share, q * (1.0 - share) + b * share, 0.0


@variation("swirl3", parameters=(P("shift", 0.5, description="Strength"),))
def swirl3(x, y, w, shift):
    """The angle grows by shift ln r: logarithmic spirals."""
    r = sqrt(x * x + y * y)
    t = atan2(y, x) + shift * log(zeps(r))
    return w * r * cos(t), w * r * sin(t), 0.0


@variation(
    "swirl3r",
    parameters=(
        P("shift", 0.5, description="Strength"),
        P("min", 0.5, minimum=0.0, description="Radius up to which the turn is the same"),
        P("max", 1.0, minimum=0.0, description="Radius from which the turn is the same"),
    ),
)
def swirl3r(x, y, w, shift, min, max):
    """As `swirl3` between two radii, with the turn at these inside and outside of them."""
    r = sqrt(x * x + y * y)
    d = min if r < min else (max if r > max else r)
    t = atan2(y, x) + shift * log(zeps(d))
    return w * r * cos(t), w * r * sin(t), 0.0


@variation("scry2", parameters=(P("power", 4.0, description="Sides of the polygon"),))
def scry2(x, y, w, power):
    """The radius becomes w / (1 + r²), then circles become polygons. By dark-beam."""
    k = w / (1.0 + x * x + y * y)
    a = atan2(y, x)
    here = x != 0.0 or y != 0.0
    return (k * polygon_x(a, power) if here else 0.0), (k * polygon_y(a, power) if here else 0.0), 0.0


@variation(
    "flowerdb",
    parameters=(
        P("petals", 6.0, description="Petals"),
        P("petal_split", 0.0, description="Splits petals"),
        P("petal_spread", 1.0, description="Distance of the petals from the middle"),
    ),
)
def flowerdb(x, y, w, petals, petal_split, petal_spread):
    """w |(spread + sin(n φ)) cos(split n φ)| p. By dark-beam."""
    a = atan2(y, x) * petals
    k = w * fabs((petal_spread + sin(a)) * cos(petal_split * a))
    return k * x, k * y, 0.0


@variation(
    "oscilloscope2",
    parameters=(
        P("separation", 1.0, minimum=0.0, description="Middle of the curve"),
        P("frequencyx", pi, description="Frequency of the curve"),
        P("frequencyy", pi, description="Frequency of what moves the curve"),
        P("amplitude", 1.0, description="Height of the curve"),
        P("perturbation", 1.0, description="Strength of what moves the curve"),
        P("damping", 0.0, description="Decay of the curve"),
    ),
)
def oscilloscope2(x, y, w, separation, frequencyx, frequencyy, amplitude, perturbation, damping):
    """As `oscilloscope`, with the curve moved along by a sine of y, and both coordinates flipped below it."""
    phase = 2.0 * pi * frequencyx * x + perturbation * sin(2.0 * pi * frequencyy * y)
    t = amplitude * exp(-fabs(x) * damping) * cos(phase) + separation
    k = -w if fabs(y) <= t else w
    return k * x, k * y, 0.0
