"""Blurs that grow with the distance from a centre, and other scatter of later programs than 1.0.0.14.

w is the weight, u a fresh uniform random number in [0, 1). Formulas after ember 25, most by tatasz.
"""

from __future__ import annotations

from .helpers import shader_hash, star_angle, star_distance
from .registry import P, variation
from .vocabulary import (
    acos,
    asin,
    cos,
    cosh,
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

_BLUR = P("blur", 1.0, description="Strength of the blur")
_RADIUS = P("radius", 1.0, description="Radius of the sharp disc")
_ELLIPSE = (
    P("x0", 0.0, description="Centre"),
    P("y0", 0.0, description="Centre"),
    P("mulx", 1.0, description="Width of the ellipse"),
    P("muly", 1.0, description="Height of the ellipse"),
    P("exp", 1.0, description="Power of the distance"),
)
_STAR = (
    P("power", 5.0, description="Points of the star"),
    P("range", 0.401623, description="Length of the points"),
)


@variation("depth_blur", parameters=(*_STAR, _BLUR, _RADIUS))
def depth_blur(x, y, w, power, range_, blur, radius, u0, u1):
    """w (p + s b max(0, r - radius)), s a random point of a filled star, b = blur / 10."""
    b = 0.1 * blur * maximum(0.0, sqrt(x * x + y * y) - radius)
    d = b * sqrt(u1) * star_distance(u0, power, range_)
    a = star_angle(u0, power, range_) - 0.5 * pi
    return w * (x + d * cos(a)), w * (y + d * sin(a)), 0.0


@variation("depth_blur2", parameters=(*_STAR, _BLUR, _RADIUS, *_ELLIPSE))
def depth_blur2(x, y, w, power, range_, blur, radius, x0, y0, mulx, muly, exp_, u0, u1):
    """`depth_blur` with an elliptic distance from a centre, and a power of it."""
    p = (x - x0) / zeps(mulx)
    q = (y - y0) / zeps(muly)
    r = sqrt(p * p + q * q) - radius
    b = 0.1 * blur * pow(r, exp_) if r > 0.0 else 0.0
    d = b * sqrt(u1) * star_distance(u0, power, range_)
    a = star_angle(u0, power, range_) - 0.5 * pi
    return w * (x + d * cos(a)), w * (y + d * sin(a)), 0.0


@variation("depth_gaussian", parameters=(_BLUR, _RADIUS))
def depth_gaussian(x, y, w, blur, radius, u0, u1):
    """w (p + g b max(0, r - radius)), g normally distributed in the plane, b = blur / 10."""
    b = 0.1 * blur * maximum(0.0, sqrt(x * x + y * y) - radius)
    d = b * sqrt(-2.0 * log(1.0 - u0))
    a = 2.0 * pi * u1
    return w * (x + d * cos(a)), w * (y + d * sin(a)), 0.0


@variation("depth_gaussian2", parameters=(_BLUR, _RADIUS, *_ELLIPSE))
def depth_gaussian2(x, y, w, blur, radius, x0, y0, mulx, muly, exp_, u0, u1):
    """`depth_gaussian` with a power of an elliptic distance, whose axes are 1 / mulx² and 1 / muly²."""
    p = (x - x0) * mulx * mulx
    q = (y - y0) * muly * muly
    r = sqrt(p * p + q * q) - radius
    b = 0.1 * blur * pow(r, exp_) if r > 0.0 else 0.0
    d = b * sqrt(-2.0 * log(1.0 - u0))
    a = 2.0 * pi * u1
    return w * (x + d * cos(a)), w * (y + d * sin(a)), 0.0


@variation("depth_ngon", parameters=(P("power", 5.0, description="Corners"), _BLUR, _RADIUS))
def depth_ngon(x, y, w, power, blur, radius, u0):
    """w (p + e b max(0, r - radius)), e a random point of the edge of a polygon, b = blur / 10."""
    b = 0.1 * blur * maximum(0.0, sqrt(x * x + y * y) - radius)
    side = 2.0 * pi / zeps(power)
    a = 2.0 * pi * u0
    t = a - side * floor(a / side)
    t = t - side if t > 0.5 * side else t
    d = b / zeps(cos(t))
    return w * (x + d * cos(a)), w * (y + d * sin(a)), 0.0


@variation("depth_ngon2", parameters=(P("power", 5.0, description="Corners"), _BLUR, _RADIUS, *_ELLIPSE))
def depth_ngon2(x, y, w, power, blur, radius, x0, y0, mulx, muly, exp_, u0):
    """`depth_ngon` with an elliptic distance from a centre, and a power of it."""
    p = (x - x0) / zeps(mulx)
    q = (y - y0) / zeps(muly)
    r = sqrt(p * p + q * q) - radius
    b = 0.1 * blur * pow(r, exp_) if r > 0.0 else 0.0
    side = 2.0 * pi / zeps(power)
    a = 2.0 * pi * u0
    t = a - side * floor(a / side)
    t = t - side if t > 0.5 * side else t
    d = b / zeps(cos(t))
    return w * (x + d * cos(a)), w * (y + d * sin(a)), 0.0


_SINE = P("power", 1.0, minimum=0.0, description="Power of the density")


@variation("depth_sine", parameters=(_SINE, _BLUR, _RADIUS))
def depth_sine(x, y, w, power, blur, radius, u0, u1):
    """w (p + e b max(0, r - radius)), e as in `sineblur`, b = blur / 10."""
    b = 0.1 * blur * maximum(0.0, sqrt(x * x + y * y) - radius)
    a = 2.0 * pi * u0
    d = b * acos(2.0 * pow(u1, power) - 1.0) / pi
    return w * (x + d * cos(a)), w * (y + d * sin(a)), 0.0


@variation("depth_sine2", parameters=(_SINE, _BLUR, _RADIUS, *_ELLIPSE))
def depth_sine2(x, y, w, power, blur, radius, x0, y0, mulx, muly, exp_, u0, u1):
    """`depth_sine` with an elliptic distance from a centre, and a power of it."""
    p = (x - x0) / zeps(mulx)
    q = (y - y0) / zeps(muly)
    r = sqrt(p * p + q * q) - radius
    b = 0.1 * blur * pow(r, exp_) if r > 0.0 else 0.0
    a = 2.0 * pi * u0
    d = b * acos(2.0 * pow(u1, power) - 1.0) / pi
    return w * (x + d * cos(a)), w * (y + d * sin(a)), 0.0


@variation(
    "starblur2",
    parameters=(
        P("power", 5.0, description="Points of the star"),
        P("range", 0.40162283177245456, description="Length of the points"),
        P("hole", 0.5, description="Size of the hole"),
        P("stripes", 5.0, description="Stripes of each half point"),
        P("width", 0.2, description="Width of the stripes"),
    ),
)
def starblur2(w, power, range_, hole, stripes, width, u0, u1):
    """A star with a hole and stripes. By Zy0rg."""
    t = pi / power
    m = sqrt(1.0 + range_ * range_ - 2.0 * range_ * cos(t))
    h = asin(sin(t) * range_ / zeps(m))
    n = floor(2.0 * u0 * power)
    f = 2.0 * u0 * power - n
    even = n - 2.0 * floor(0.5 * n) == 0.0
    part = trunc(f * stripes)
    inside = width * (f * stripes - part)
    f = ((inside if even else 1.0 - inside) + part) / zeps(stripes) if stripes > 0.0 else f
    p = f * m
    d = zeps(sqrt(1.0 + p * p - 2.0 * p * cos(h)))
    g = asin(sin(h) * p / d)
    a = 2.0 * floor(0.5 * n) * pi / power + (-g if even else g) - 0.5 * pi
    r = w * d * sqrt(u1 * (1.0 - hole * hole) + hole * hole)
    return r * cos(a), r * sin(a), 0.0


@variation("coth_spiral", parameters=(P("a", 4.0, description="Turns"),))
def coth_spiral(w, a, u0):
    """w (-sinh t, sin(a t)) / (cos(a t) - cosh t), t = 2 π (u - 1/2): coth of (1 + i a) t / 2."""
    t = 2.0 * pi * (u0 - 0.5)
    k = w / zeps(cos(a * t) - cosh(t))
    return -k * sinh(t), k * sin(a * t), 0.0


@variation(
    "point_symmetry",
    parameters=(
        P("centre_x", 0.15, description="Centre"),
        P("centre_y", 0.5, description="Centre"),
        P("order", 3.0, soft_minimum=1.0, soft_maximum=20.0, description="Copies around the centre"),
    ),
)
def point_symmetry(x, y, w, centre_x, centre_y, order, u0):
    """C + w (p - C), turned by a random multiple of 2 π / order. By Fractalthew."""
    a = floor(u0 * order) * 2.0 * pi / zeps(order)
    p = w * (x - centre_x)
    q = w * (y - centre_y)
    return centre_x + p * cos(a) + q * sin(a), centre_y + q * cos(a) - p * sin(a), 0.0


@variation("d_spherical", parameters=(P("weight", 0.5, description="Share of the inverted points"),))
def d_spherical(x, y, w, weight, u0):
    """w p / r² for a share of the points, w p for the others. By tatasz."""
    k = w / zeps(x * x + y * y) if u0 < weight else w
    return k * x, k * y, 0.0


@variation(
    "asteria", parameters=(P("alpha", 0.0, kind="cyclic", minimum=0.0, maximum=1.0, description="Turn"),)
)
def asteria(x, y, w, alpha, u0):
    """The unit disc is squeezed into the astroid between four discs, points of it at times. By dark-beam.

    With c, s the cosine and sine of π alpha, (a, b) = w (c x + s y, s x + c y) and
    a' = a / sqrt(1 - b²) (1 - sqrt(1 - (1 - |b|)²)): (c a' + s b, c b - s a').
    """
    p = w * x
    q = w * y
    disc = p * p + q * q < 1.0
    near = (fabs(p) - 1.0) * (fabs(p) - 1.0) + (fabs(q) - 1.0) * (fabs(q) - 1.0) < 1.0
    stays = u0 > 0.35 if disc and near else not disc
    c = cos(pi * alpha)
    s = sin(pi * alpha)
    a = p * c + q * s
    b = p * s + q * c
    a = a / sqrt(1.0 - b * b) * (1.0 - sqrt(1.0 - (1.0 - fabs(b)) * (1.0 - fabs(b))))
    return (p if stays else a * c + b * s), (q if stays else b * c - a * s), 0.0


@variation("tile_hlp", parameters=(P("width", 1.0, kind="real_nonzero", description="Width of a tile"),))
def tile_hlp(x, y, w, width, u0):
    """w (x ∓ width, y) towards x = 0, more often the farther the point is in its tile. By zy0rg."""
    t = x / width
    far = cos((t - trunc(t) if t > 0.0 else t + trunc(t)) * pi) < 2.0 * u0 - 1.0
    d = w * width if t > 0.0 else -w * width
    return w * x - (d if far else 0.0), w * y, 0.0


@variation(
    "dust",
    parameters=(
        P("density", 5.0, kind="real_nonzero", description="Grains across"),
        P("distortion", 1.0, description="Disorder"),
        P("power", 1.0, description="Power of the radius"),
    ),
)
def dust(x, y, w, density, distortion, power):
    """Square cells become single grains on a disc: w R^power (cos a, sin a). By tatasz.

    With X, Y the fractions of floor(|x|) / density and floor(|y|) / density, a = 2 π (X + distortion h) and
    R = Y + distortion k, h and k hashes of X and Y. No number where R < 0, which needs a negative distortion.
    """
    p = fmod(floor(fabs(x)), density) / density
    q = fmod(floor(fabs(y)), density) / density
    a = 2.0 * pi * (p + shader_hash(p, q, 1.0) * distortion)
    r = w * pow(q + shader_hash(q, p, 2.0) * distortion, power)
    return r * cos(a), r * sin(a), 0.0


@variation(
    "hex_rand",
    parameters=(
        P("x", 10.0, description="Half the columns"),
        P("y", 10.0, description="Half the rows"),
        P("size", 1.0, description="Size of a hexagon"),
        P("power", 1.0, description="Unevenness of the sizes"),
        P("density", 1.0, minimum=0.0, maximum=1.0, description="Share of the filled places"),
        P("seed", 1.0, description="Seed"),
    ),
)
def hex_rand(w, x_, y_, size, power, density, seed, u0, u1, u2, u3):
    """Filled triangles of random size on a triangular lattice. By tatasz.

    Places of the lattice are w times their coordinates, the triangles are not scaled. Empty places give 0.
    """
    k = 6.0 * u0
    n = floor(k)
    f = k - n
    z = sqrt(1.0 + f * f - f)
    g = asin(0.8660254037844386 * f / z)
    half = floor(0.5 * n)
    a = 2.0943951023931953 * half + (g if n - 2.0 * half == 1.0 else -g) - 0.5 * pi
    i = floor(2.0 * u1 * x_) - x_
    j = floor(2.0 * u2 * y_) - y_
    p = i + 0.5 * j
    q = 0.8660254037844386 * j
    r = 0.5 * size * z * sqrt(u3) * 1.1547005383792515 * pow(shader_hash(p, q, seed), power)
    filled = shader_hash(q, p, seed) < density
    return (r * cos(a) + w * p if filled else 0.0), (r * sin(a) + w * q if filled else 0.0), 0.0


@variation(
    "hex_truchet",
    parameters=(
        P("size", 1.0, minimum=-1.0, maximum=1.0, description="Width of the arcs"),
        P("side", 1.0, description="Half the rows of hexagons"),
        P("seed", 1.0, description="Seed"),
    ),
)
def hex_truchet(w, size, side, seed, u0, u1, u2, u3):
    """Thick arcs around every other corner of the hexagons of a honeycomb, turned at random. By tatasz."""
    a = 2.0 * pi * u0
    narrow = 0.85 * (1.0 - size)
    low = (0.15 + 0.5 * narrow) * (0.15 + 0.5 * narrow)
    high = (1.0 - 0.5 * narrow) * (1.0 - 0.5 * narrow)
    r = sqrt(u1 * (high - low) + low)
    cx = 1.0 if a < 2.0943 else (-1.0 if a < 4.1887 else 0.0)
    cy = 0.5773 if a < 4.1887 else -1.1547
    i = 2.0 * (floor(u2 * (2.0 * side + 1.0)) - side)
    j = 2.0 * (floor(u3 * (2.0 * side + 1.0)) - side)
    turn = 0.0 if shader_hash(i, j, seed) < 0.5 else 1.0471
    t = a + 2.6179 - turn
    return (
        w * (cos(t) * r + cx * cos(turn) + cy * sin(turn) + i + 0.5 * j),
        w * (sin(t) * r - cx * sin(turn) + cy * cos(turn) + 0.866 * j),
        0.0,
    )


@variation("tanh_spiral", parameters=(P("a", 4.0, description="Turns"),))
def tanh_spiral(w, a, u0):
    """w (sinh t, sin(a t)) / (cos(a t) + cosh t), t = 2 π (u - 1/2): tanh of (1 + i a) t / 2."""
    t = 2.0 * pi * (u0 - 0.5)
    k = w / zeps(cos(a * t) + cosh(t))
    return k * sinh(t), k * sin(a * t), 0.0


@variation("gaussian")
def gaussian(x, y, w, u0, u1, u2, u3, u4):
    """p + w (u0 + u1 + u2 + u3 - 2) (cos 2 π u4, sin 2 π u4): `gaussian_blur` around the point."""
    r = w * (u0 + u1 + u2 + u3 - 2.0)
    return x + r * cos(2.0 * pi * u4), y + r * sin(2.0 * pi * u4), 0.0
