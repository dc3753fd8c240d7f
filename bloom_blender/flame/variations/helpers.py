"""Small functions that several variations share; they obey the same rules as the variations."""

from __future__ import annotations

from .registry import helper
from .vocabulary import (
    acos,
    asin,
    atan2,
    cos,
    cosh,
    exp,
    fabs,
    floor,
    fmod,
    hash3,
    log,
    maximum,
    minimum,
    pi,
    pow,
    rint,
    sin,
    sqrt,
    tan,
    tanh,
    trunc,
    zeps,
)


@helper
def sign(v):
    """1 where `v` > 0, otherwise -1."""
    return 1.0 if v > 0.0 else -1.0


@helper
def bounded(v, limit):
    """`v`, but no farther from 0 than `limit`.

    Where quotients of cosh and sinh have long reached their limit, but both would leave float32 (beyond 88)
    and make the quotient NaN.
    """
    return minimum(maximum(v, -limit), limit)


@helper
def grain(i, j, k, x, y, z):
    """Contribution of one corner of a noise lattice, seen from the offset (x, y, z) to it.

    The falloff ``max(0, 0.6 - x² - y² - z²)⁴`` times the offset along one of twelve edge directions of
    a cube, which `hash3` chooses for the corner (i, j, k).
    """
    edge = floor(12.0 * hash3(i, j, k))
    axis = floor(edge / 4.0)
    corner = edge - 4.0 * axis
    first = 1.0 if corner < 2.0 else -1.0
    second = 1.0 if corner - 2.0 * floor(corner / 2.0) < 0.5 else -1.0
    p = y if axis < 0.5 else x
    q = y if axis > 1.5 else z
    t = maximum(0.0, 0.6 - x * x - y * y - z * z)
    return t * t * t * t * (first * p + second * q)


@helper
def simplex_noise(x, y, z):
    """Smooth noise in about -1..1 over space, of one hump per unit or so.

    Gradient noise on the simplicial lattice (K. Perlin, "Noise hardware", 2001; formulated as in
    S. Gustavson, "Simplex noise demystified", 2005): skew the point by s = (x+y+z)/3, take the cell's
    first corner, walk to the far corner along the axes in order of falling offset, and add 32 times the
    contributions of the four corners (`grain`).
    """
    s = (x + y + z) / 3.0
    i = floor(x + s)
    j = floor(y + s)
    k = floor(z + s)
    t = (i + j + k) / 6.0
    x0 = x - i + t
    y0 = y - j + t
    z0 = z - k + t
    i1 = 1.0 if x0 >= y0 and x0 >= z0 else 0.0
    j1 = 1.0 if y0 > x0 and y0 >= z0 else 0.0
    k1 = 1.0 - i1 - j1
    k2 = 1.0 if z0 > x0 or z0 > y0 else 0.0
    j2 = 1.0 if y0 > x0 or y0 >= z0 else 0.0
    i2 = 2.0 - j2 - k2
    n0 = grain(i, j, k, x0, y0, z0)
    n1 = grain(i + i1, j + j1, k + k1, x0 - i1 + 1.0 / 6.0, y0 - j1 + 1.0 / 6.0, z0 - k1 + 1.0 / 6.0)
    n2 = grain(i + i2, j + j2, k + k2, x0 - i2 + 1.0 / 3.0, y0 - j2 + 1.0 / 3.0, z0 - k2 + 1.0 / 3.0)
    n3 = grain(i + 1.0, j + 1.0, k + 1.0, x0 - 0.5, y0 - 0.5, z0 - 0.5)
    return 32.0 * (n0 + n1 + n2 + n3)


@helper
def crackle_site_x(i, j, half, distort, depth):
    """x of the seed point of cell (i, j) of `crackle`: its corner, moved by noise."""
    return half * (i + distort * simplex_noise(2.5 * i, 2.5 * j, 2.5 * depth))


@helper
def crackle_site_y(i, j, half, distort, depth):
    """y of the seed point of cell (i, j) of `crackle`."""
    return half * (j + distort * simplex_noise(2.5 * j + 30.2, 2.5 * i - 12.1, 2.5 * depth + 19.8))


@helper
def elliptic_mu(x, y):
    """μ >= 0 of x + i y = cosh(μ + i ν).

    cosh μ = (|p + 1| + |p - 1|) / 2; near the segment from -1 to 1, where that is 1 but for digits that
    float32 lacks, sinh² μ = (s + d) / 2 = 2 y² / (d - s) with s = |p|² - 1 and d² = s² + 4 y².
    """
    t = x * x + y * y + 1.0
    m = maximum(1.0, 0.5 * (sqrt(maximum(t + 2.0 * x, 0.0)) + sqrt(maximum(t - 2.0 * x, 0.0))))
    s = x * x + y * y - 1.0
    d = sqrt(s * s + 4.0 * y * y)
    h = sqrt(0.5 * (d + s)) if s > 0.0 else fabs(y) * sqrt(2.0 / zeps(d - s))
    return log(h + sqrt(h * h + 1.0)) if s < 1.0 else log(m + sqrt(m - 1.0) * sqrt(m + 1.0))


@helper
def elliptic_nu(x, y):
    """ν of x + i y = cosh(μ + i ν), with the sign of y."""
    t = x * x + y * y + 1.0
    m = maximum(1.0, 0.5 * (sqrt(maximum(t + 2.0 * x, 0.0)) + sqrt(maximum(t - 2.0 * x, 0.0))))
    n = acos(minimum(1.0, maximum(-1.0, x / m)))
    return -n if y < 0.0 else n


@helper
def bipolar_tau(x, y):
    """ln(|p + 1| / |p - 1|) for p = x + i y."""
    return 0.5 * (log((x + 1.0) * (x + 1.0) + y * y) - log((x - 1.0) * (x - 1.0) + y * y))


@helper
def bipolar_sigma(x, y):
    """Angle under which the point sees the segment from (-1, 0) to (1, 0)."""
    return pi - atan2(y, x + 1.0) - atan2(y, 1.0 - x)


@helper
def collided(angle, turn, number):
    """The angle, moved in its sector of π / number by turn π / number, the other way in every other one."""
    t = fabs(angle)
    j = trunc(t * number / pi)
    s = 1.0 if j - 2.0 * trunc(0.5 * j) == 0.0 else -1.0
    t = j * pi / number + fmod(s * pi * turn / number + t, pi / number)
    return t if angle >= 0.0 else -t


@helper
def three_signs(v):
    """v / |v|, 0 for 0."""
    return 1.0 if v > 0.0 else (-1.0 if v < 0.0 else 0.0)


@helper
def tile_distance(p, q):
    """Move of the disc that takes the middle of a tile of the hyperbolic tiling {p, q} to the next."""
    c = cos(2.0 * pi / p)
    t = 1.0 - (c - 1.0) / (c + cos(2.0 * pi / q))
    return 1.0 / sqrt(t) if t > 0.0 else 1.0


@helper
def space_tile_distance(p, q):
    """As `tile_distance`, 1 where the tiling is not hyperbolic."""
    c = cos(2.0 * pi / p)
    t = -(c - 1.0) / (c + cos(2.0 * pi / q))
    return 1.0 / sqrt(1.0 + t) if t > 0.0 else 1.0


@helper
def square_angle(x, y):
    """Where on its square around the origin the point lies: the way along the edges, as an angle."""
    a = fabs(x)
    b = fabs(y)
    s = maximum(a, b)
    p = (s + y if x >= b else 5.0 * s - y) if a >= b else (3.0 * s - x if y >= a else 7.0 * s + x)
    return 0.25 * pi * (p / s - 1.0)


@helper
def shader_hash(x, y, seed):
    """A number in [0, 1) that looks random: the fraction of 43758.5453 sin(12.9898 x + 78.233 y + seed).

    A widespread formula of shaders; float32 keeps only its first two or three digits.
    """
    v = sin(12.9898 * x + 78.233 * y + seed) * 43758.5453
    return v - floor(v)


@helper
def star_distance(u, power, length):
    """Distance from the middle of a random point (of `u` in [0, 1)) on the outline of a star."""
    t = pi / zeps(power)
    m = sqrt(1.0 + length * length - 2.0 * length * cos(t))
    h = asin(sin(t) * length / zeps(m))
    p = (2.0 * u * power - trunc(2.0 * u * power)) * m
    return sqrt(1.0 + p * p - 2.0 * p * cos(h))


@helper
def star_angle(u, power, length):
    """Direction of the point of `star_distance`."""
    t = pi / zeps(power)
    m = sqrt(1.0 + length * length - 2.0 * length * cos(t))
    h = asin(sin(t) * length / zeps(m))
    n = trunc(2.0 * u * power)
    p = (2.0 * u * power - n) * m
    g = asin(sin(h) * p / zeps(sqrt(1.0 + p * p - 2.0 * p * cos(h))))
    half = trunc(0.5 * n)
    return 2.0 * t * half + (g if n == 2.0 * half else -g)


@helper
def any_branch(u, n):
    """The angle 2 π k / n of a random branch k, for any n: all of them that differ, for whole n."""
    return 2.0 * pi * fmod(floor(65536.0 * u), n) / n


@helper
def jacobi_am(u, m1):
    """Jacobi's amplitude am(u | 1 - m1) for m1 > 0, by the arithmetic-geometric mean.

    M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 1964, section 16.4, with five steps.
    """
    b = sqrt(m1)
    a1 = 0.5 * (1.0 + b)
    c1 = 0.5 * (1.0 - b) / a1
    b = sqrt(b)
    a2 = 0.5 * (a1 + b)
    c2 = 0.5 * (a1 - b) / a2
    b = sqrt(a1 * b)
    a3 = 0.5 * (a2 + b)
    c3 = 0.5 * (a2 - b) / a3
    b = sqrt(a2 * b)
    a4 = 0.5 * (a3 + b)
    c4 = 0.5 * (a3 - b) / a4
    b = sqrt(a3 * b)
    a5 = 0.5 * (a4 + b)
    c5 = 0.5 * (a4 - b) / a5
    t = 32.0 * a5 * u
    t = 0.5 * (t + asin(c5 * sin(t)))
    t = 0.5 * (t + asin(c4 * sin(t)))
    t = 0.5 * (t + asin(c3 * sin(t)))
    t = 0.5 * (t + asin(c2 * sin(t)))
    return 0.5 * (t + asin(c1 * sin(t)))


@helper
def jacobi_amplitude(u, m1):
    """An angle with the sine sn(u | 1 - m1) and the cosine cn(u | 1 - m1), for any m1.

    Section 16.11 there for m1 < 0, 16.15 for 0.
    """
    d = sqrt(maximum(0.0, 1.0 - m1))
    t = jacobi_am(u * d if m1 < 0.0 else u, -m1 / (d * d) if m1 < 0.0 else (m1 if m1 > 0.0 else 1.0))
    s = sin(t)
    q = sqrt(maximum(0.0, 1.0 - s * s / (d * d))) if m1 < 0.0 else 1.0
    t = atan2(s / d, q) if m1 < 0.0 else t
    return atan2(tanh(u), 1.0 / cosh(u)) if m1 == 0.0 else t


@helper
def jacobi_dn(u, m1):
    """dn(u | 1 - m1) for any m1; section 16.11 there for m1 < 0, 16.15 for 0."""
    d = sqrt(maximum(0.0, 1.0 - m1))
    t = jacobi_am(u * d if m1 < 0.0 else u, -m1 / (d * d) if m1 < 0.0 else (m1 if m1 > 0.0 else 1.0))
    s = sin(t)
    c = cos(t)
    v = c if m1 < 0.0 else sqrt(c * c + m1 * s * s)
    return 1.0 / cosh(u) if m1 == 0.0 else v


@helper
def error_function(x):
    """erf x: sections 7.1.6 there (a series) for |x| < 2.5, 7.1.14 (a continued fraction) beyond."""
    a = minimum(fabs(x), 2.5)
    term = 1.0
    total = 1.0
    for k in range(32):
        term = term * 2.0 * a * a / (2.0 * k + 3.0)
        total = total + term
    near = 2.0 / sqrt(pi) * a * exp(-a * a) * total
    b = maximum(fabs(x), 2.5)
    part = b
    for k in range(32):
        part = b + 0.5 * (32.0 - k) / part
    far = 1.0 - exp(-b * b) / sqrt(pi) / part
    v = near if fabs(x) < 2.5 else far
    return v if x >= 0.0 else -v


@helper
def log_gamma(x):
    """ln Γ(x) for x > 0: section 6.1.41 there (J. Stirling's series) from 8 on, 6.1.15 (recurrence) below."""
    low = x < 8.0
    v = x + 8.0 if low else x
    n = minimum(x, 8.0)
    product = n * (n + 1.0) * (n + 2.0) * (n + 3.0) * (n + 4.0) * (n + 5.0) * (n + 6.0) * (n + 7.0)
    q = 1.0 / (v * v)
    series = 1.0 / 12.0 - q * (1.0 / 360.0 - q * (1.0 / 1260.0 - q * (1.0 / 1680.0 - q / 1188.0)))
    return (v - 0.5) * log(v) - v + 0.9189385332046727 + series / v - (log(product) if low else 0.0)


@helper
def bessel_j1(x):
    """J1(x): section 9.1.21 there (an integral, by the midpoint rule) for |x| < 25, 9.2.5 beyond."""
    total = 0.0
    for k in range(24):
        t = pi * (k + 0.5) / 24.0
        total = total + cos(t - x * sin(t))
    a = maximum(fabs(x), 25.0)
    p = 1.0 + 15.0 / (128.0 * a * a)
    q = 3.0 / (8.0 * a) - 105.0 / (1024.0 * a * a * a)
    far = sqrt(2.0 / (pi * a)) * (p * cos(a - 0.75 * pi) - q * sin(a - 0.75 * pi))
    return total / 24.0 if fabs(x) < 25.0 else (far if x >= 0.0 else -far)


@helper
def hexagon_edge(x, y, s):
    """How far the point is from the middle of a hexagon of a honeycomb, 1 on its edge.

    The neighbours' middles are at s times (0, sqrt 3), (1.5, sqrt 3 / 2) and so on around.
    """
    a = fabs(1.5 * x) + fabs(0.8660254037844386 * y)
    return 2.0 * maximum(a, fabs(1.7320508075688772 * y)) / fabs(3.0 * s)


@helper
def scrambled(u, v, k):
    """One of many random numbers in [0, 1) that follow from two, for whole k."""
    return hash3(floor(16777216.0 * u), floor(16777216.0 * v), k)


@helper
def polygon_edge(angle, power, radius):
    """Distance of the edge of a polygon with |power| corners, seen from its middle in a direction."""
    sector = 2.0 * pi / maximum(fabs(power), 2.0)
    t = (angle + pi) / sector
    t = (t - trunc(t)) * sector
    c = cos(t if t < 0.5 * sector else sector - t)
    return radius / c if c > 0.0 else 1.0


@helper
def waffle_axis(pattern, slices, thickness, i, u):
    """One coordinate of a random point in pattern 0 to 4 of a waffle.

    0 fills a corner of the square, 1 its width, 2 is a line, 3 the width of the waffle, 4 the rest of the
    square, of which `i` is the number; `u` chooses the place in it.
    """
    c = (i + u * thickness) / slices
    if pattern >= 1.0:
        c = (i + u) / slices
    if pattern >= 2.0:
        c = (i + thickness) / slices
    if pattern >= 3.0:
        c = u
    if pattern >= 4.0:
        c = (i + thickness + u * (1.0 - thickness)) / slices
    return c


@helper
def synth_wave(y, kind, skew, frequency):
    """Wave of `synth` at y turns: 0 sine, 1 cosine, 2 square, 3 saw, 4 triangle, 5 concave, 6 convex.

    7 and 8 are polygons' edges; `skew` moves what is in the middle of a turn.
    """
    t = y - floor(y)
    z = 0.5 + 0.5 * skew
    right = 0.5 + 0.5 * (t - z) / (1.0 - z + 1e-20)
    left = 0.5 - 0.5 * (z - t) / (z + 1e-20)
    if skew != 0.0:
        t = right if t > z else left
    v = sin(2.0 * pi * t)
    if kind == 1.0:
        v = cos(2.0 * pi * t)
    if kind == 2.0:
        v = 1.0 if t > 0.5 else -1.0
    if kind == 3.0:
        v = 1.0 - 2.0 * t
    if kind == 4.0:
        v = 3.0 - 4.0 * t if t > 0.5 else 2.0 * t - 1.0
    if kind == 5.0:
        v = 8.0 * (t - 0.5) * (t - 0.5) - 1.0
    if kind == 6.0:
        v = 2.0 * sqrt(t) - 1.0
    c = cos(2.0 * pi * (t - 0.5) / zeps(frequency))
    if kind == 7.0:
        v = 1.0 / (c + 1e-20) - 1.0
    if kind == 8.0:
        v = c / (1.0 + 1e-20 - c)
    return v


@helper
def synth_layer(value, t, a, strength, kind, skew, frequency, phase, layer):
    """What one wave of `synth` makes of the value of those below it."""
    v = strength * synth_wave((phase + t * frequency) / (2.0 * pi), kind, skew, frequency)
    total = value + v
    if layer == 1.0:
        total = value * (1.0 + v)
    if layer == 2.0:
        total = maximum(value, a + v)
    if layer == 3.0:
        total = minimum(value, a + v)
    return value if strength == 0.0 else total


@helper
def synth_curve(x, m):
    """A curve of `synth` with y = m at x = 1 that is near y = x elsewhere; odd in both.

    Quadratic Bézier curves with the control points (0, 0), (m, m), (1, m) or for m > 1 (0, 0), (1/m, 1/m),
    (1, m); then (1, m), (1, 1), (L, L) or (1, m), (m, m), (L, L) with L = max(1 / m, 2 m); y = x beyond.
    """
    side = (-1.0 if m < 0.0 else 1.0) * (-1.0 if x < 0.0 else 1.0)
    a = fabs(x)
    b = fabs(m)
    end = maximum(1.0 / maximum(b, 1e-10), 2.0 * b)
    c = b if b < 1.0 else 1.0 / b
    d = 1.0 - 2.0 * c
    t = (sqrt(maximum(c * c + d * a, 0.0)) - c) / zeps(d)
    t = a if fabs((c if b < 1.0 else b) - (0.5 if b < 1.0 else 2.0)) <= 1e-5 else t
    near = a + (b - 1.0) * t * t
    s = sqrt(maximum((a - 1.0) / (end - 1.0), 0.0))
    if b > 1.0:
        s = 1.0 - b + sqrt(maximum((b - 1.0) * (b - 1.0) + a - 1.0, 0.0))
    far = a + (b - 1.0) * (s * s - 2.0 * s + 1.0)
    y = near if a <= 1.0 else far
    return side * (a if a > end or b == 1.0 else y)


@helper
def cosine_wrap(v, repeat, amount, phase):
    """What `coswrap` makes of a coordinate: a mixture of it and two (1 - cos(t + phase)) / 2."""
    s = 0.5 - 0.5 * cos(amount + phase)
    t = v + s * (0.5 - 0.5 * cos(4.0 * v + phase) - v)
    return t + s * (0.5 - 0.5 * cos(4.0 * fmod(repeat * v, 1.0) + phase) - t)


@helper
def wave_power(v, height, frequency, phase, power, kind):
    """A wave of `interference2` at v: the power of the size of a sine, a triangle, or the side of a square.

    The triangle is |asin(sin t) / π|^power, twice.
    """
    s = sin(frequency * v + phase)
    t = pow(fabs(s), power)
    if kind == 1.0:
        t = 2.0 * pow(fabs(asin(minimum(1.0, maximum(-1.0, s)))) / pi, power)
    if kind == 2.0:
        t = pow(-1.0, power) if s < 0.0 else 1.0
    return height * t


@helper
def polygon_x(angle, sides):
    """x of the point at that angle of a circle's image that is a regular polygon, see `polygon_y`."""
    h = pi / zeps(sides)
    m = 2.0 * h * rint((angle + pi) / (2.0 * h)) - pi
    return cos(m) - (angle - m) * tan(h) / h * sin(m)


@helper
def polygon_y(angle, sides):
    """y of the point at that angle of a circle's image that is a regular polygon.

    In the sector around the middle m of a side the angle m + a becomes m + atan(a tan(h) / h), h half the
    sector's angle; the polygon touches the circle of radius 1 from outside.
    """
    h = pi / zeps(sides)
    m = 2.0 * h * rint((angle + pi) / (2.0 * h)) - pi
    return sin(m) + (angle - m) * tan(h) / h * cos(m)


@helper
def grid_step(i, j):
    """How far along x a square around the origin leads on from its place (i, j); 0 where it leads along y."""
    right = (1.0 if -j >= i else 0.0) if i > 0.0 else (1.0 if j <= i else 0.0)
    left = (1.0 if j >= i else 0.0) if i > 0.0 else (1.0 if j > -i else 0.0)
    return right if j <= 0.0 else -left
