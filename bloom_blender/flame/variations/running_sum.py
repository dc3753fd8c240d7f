"""Variations that read or clear the running sum, so that the order of the file matters.

``clears`` names the axes of the sum that they set to 0 before they add; ``ax ay az`` is the sum before (the
point itself in a pre or post form), ``sumx sumy sumz`` too, but 0 in those forms. w is the weight,
r² = x² + y².
"""

from __future__ import annotations

from .registry import P, helper, variation
from .vocabulary import (
    atan2,
    cos,
    fabs,
    floor,
    hypot,
    log,
    maximum,
    minimum,
    pi,
    pow,
    sin,
    sqrt,
    tan,
    zeps,
)

# ------------------------------------------------------------------------------------- in place of it


@variation("mirror_x", keeps="yz", clears="x")
def mirror_x(ax, u0):
    """The sum's x becomes |x| or -|x|, by chance; the weight only switches it on."""
    return fabs(ax) * (1.0 if u0 < 0.5 else -1.0), 0.0, 0.0


@variation("mirror_y", keeps="xz", clears="y")
def mirror_y(ay, u0):
    """The sum's y becomes |y| or -|y|, by chance; the weight only switches it on."""
    return 0.0, fabs(ay) * (1.0 if u0 < 0.5 else -1.0), 0.0


@variation("mirror_z", z="own", keeps="xy", clears="z")
def mirror_z(az, u0):
    """The sum's z becomes |z| or -|z|, by chance; the weight only switches it on."""
    return 0.0, 0.0, fabs(az) * (1.0 if u0 < 0.5 else -1.0)


@variation("mirror_x", z="own", clears="xyz", compatibility="current")
def mirror_x_of_the_point(x, y, z, u0):
    """As ember 25 has it: x made |x| or -|x| at random, in place of the sum and without the weight."""
    return fabs(x) * (1.0 if u0 < 0.5 else -1.0), y, z


@variation("mirror_y", z="own", clears="xyz", compatibility="current")
def mirror_y_of_the_point(x, y, z, u0):
    """As ember 25 has it: y made |y| or -|y| at random, in place of the sum and without the weight."""
    return x, fabs(y) * (1.0 if u0 < 0.5 else -1.0), z


@variation("mirror_z", z="own", clears="xyz", compatibility="current")
def mirror_z_of_the_point(x, y, z, u0):
    """As ember 25 has it: z made |z| or -|z| at random, in place of the sum and without the weight."""
    return x, y, fabs(z) * (1.0 if u0 < 0.5 else -1.0)


@variation("rays1", z="wz", clears="xy")
def rays1(x, y, z, w):
    """w u r² (1/x, 1/y), u = 1 / tan r + 4 w / π², and w z (Raykoid666)."""
    r2 = x * x + y * y
    u = w * r2 * (1.0 / zeps(tan(sqrt(r2))) + 4.0 * w / (pi * pi))
    return u / zeps(x), u / zeps(y), w * z


@variation("rays2", z="wz", clears="xy")
def rays2(x, y, z, w):
    """w / 10 u r² (1/x, 1/y), u = 1 / cos(r² tan(1 / r²)), and w z (Raykoid666)."""
    r2 = x * x + y * y
    u = 0.1 * w * r2 / cos(r2 * tan(1.0 / zeps(r2)))
    return u / zeps(x), u / zeps(y), w * z


@variation("rays3", z="wz", clears="xy")
def rays3(x, y, z, w):
    """w / 10 u r² (cos r² / x, tan r² / y), u = 1 / sqrt(cos(sin r⁴ sin(1 / r⁴))), and w z (Raykoid666)."""
    r2 = x * x + y * y
    r4 = r2 * r2
    u = 0.1 * w * r2 / sqrt(cos(sin(r4) * sin(1.0 / zeps(r4))))
    return u * cos(r2) / zeps(x), u * tan(r2) / zeps(y), w * z


@variation(
    "concentric",
    parameters=(
        P("radius", 1.0, description="Radius of the outermost ring"),
        P("density", 10.0, kind="real_nonzero", description="Rings"),
        P("R_blur", 0.0, description="Blur of the radius"),
        P("Z_blur", 0.0, description="Blur of the depth"),
    ),
    z="own",
    mode="sum",
    clears="xyz",
)
def concentric(w, radius, density, R_blur, Z_blur, u0, u1, u2, u3):
    """A random place on one of the rings k / density, k = 0, 1, …, which go down as they widen (tatasz)."""
    level = floor(u0 * density) / density
    r = level * radius + (2.0 * sqrt(u1) - 1.0) * R_blur
    t = 2.0 * pi * u2
    return w * r * cos(t), w * r * sin(t), w * ((2.0 * u3 - 1.0) * Z_blur - level)


@variation(
    "extrude",
    parameters=(
        P("root_face", 0.5, soft_minimum=0.0, soft_maximum=1.0, description="Share of points on the face"),
    ),
    z="own",
    keeps="xy",
    clears="z",
)
def extrude(w, root_face, u0, u1):
    """The sum's z becomes w (0 if it is negative) or a random share of w (Xyrus02)."""
    return 0.0, 0.0, maximum(w, 0.0) if u0 < root_face else w * u1


@variation(
    "juliaNab",
    parameters=(
        P("n", 1.0, soft_minimum=-20.0, soft_maximum=20.0, description="Branches"),
        P("a", 1.0, description="Power of the radius"),
        P("b", 1.0, description="Shift along both axes"),
        P("separ", 1.0, description="Power of |x| in the angle"),
    ),
    z="own",
    keeps="z",
    clears="z",
    three_d=False,
)
def julia_nab(x, y, z, w, n, a, b, separ, u0):
    """Roots of a bent plane: w r^(a / |n|) (cos t, sin t) + (b, b).

    t = (atan2(y, |x|^separ) + 2 π k) / |n|, k uniform in 0 … |n| - 1.
    """
    m = zeps(fabs(n))
    t = (atan2(y, pow(fabs(x), separ)) + 2.0 * pi * floor(u0 * fabs(n))) / m
    r = w * pow(x * x + y * y, 0.5 * a / m)
    return r * cos(t) + b, r * sin(t) + b, z


@variation(
    "hypershift2",
    parameters=(
        P("p", 3, kind="integer_nonzero", soft_minimum=3, soft_maximum=20, description="Sides of a tile"),
        P(
            "q",
            7,
            kind="integer_nonzero",
            soft_minimum=3,
            soft_maximum=20,
            description="Tiles around a corner",
        ),
    ),
    z="own",
    clears="xyz",
)
def hypershift2(x, y, z, w, p, q, u0):
    """Moves the hyperbolic plane's tiling {p, q} to a random neighbour of the middle tile (tatasz).

    With s = cos(π/p + π/q) / sqrt(1 - sin²(π/p) - sin²(π/q)): the scaled point's inverse, moved by s,
    inverted, times w (1 - s²), moved by s again, and turned by an odd multiple of π / p.
    """
    a = pi / p
    b = pi / q
    shift = cos(a + b) / sqrt(1.0 - sin(b) * sin(b) - sin(a) * sin(a))
    c = cos(a) / sin(b)
    size = (c - 1.0) / sqrt(c * c - 1.0)
    px = x * size
    py = y * size
    k = 1.0 / zeps(px * px + py * py)
    px = k * px + shift
    py = k * py
    k = w * (1.0 - shift * shift) / zeps(px * px + py * py)
    px = k * px + shift
    py = k * py
    t = (2.0 * floor(u0 * fabs(p)) + 1.0) * a
    return cos(t) * px - sin(t) * py, sin(t) * px + cos(t) * py, k * z


@variation(
    "hypershift2",
    parameters=(
        P("p", 3.0, minimum=2.0, soft_maximum=20.0, description="Sides of a tile"),
        P("q", 7.0, minimum=2.0, soft_maximum=20.0, description="Tiles around a corner"),
    ),
    z="own",
    compatibility="current",
)
def hypershift2_of_any_tiling(x, y, z, w, p, q, u0):
    """As ember 25 has it: p and q need not be whole, and the sum stays."""
    a = pi / p
    b = pi / q
    shift = cos(a + b) / sqrt(1.0 - sin(b) * sin(b) - sin(a) * sin(a))
    c = cos(a) / sin(b)
    size = (c - 1.0) / sqrt(c * c - 1.0)
    px = x * size
    py = y * size
    k = 1.0 / zeps(px * px + py * py)
    px = k * px + shift
    py = k * py
    k = w * (1.0 - shift * shift) / zeps(px * px + py * py)
    px = k * px + shift
    py = k * py
    t = (2.0 * floor(u0 * p) + 1.0) * a
    return cos(t) * px - sin(t) * py, sin(t) * px + cos(t) * py, k * z


# ------------------------------------------------------------------------------------------- cuts


_CIRCLECROP = (
    P("radius", 1.0, description="Radius of what stays"),
    P("x", 0.0, description="Centre"),
    P("y", 0.0, description="Centre"),
    P("scatter_area", 0.0, soft_minimum=-1.0, soft_maximum=1.0, description="Width of the blurred border"),
)


@variation(
    "circlecrop",
    parameters=(
        *_CIRCLECROP,
        P("zero", 1, kind="integer", minimum=0, maximum=1, description="1: sends the rest to 0, 0"),
    ),
    z="wz",
    keeps="z",
    clears="xy",
)
def circlecrop(x, y, z, w, radius, x_, y_, scatter_area, zero, sumx, sumy, u0):
    """Cuts a disc: points outside come to its border or set the sum to 0 (Xyrus02).

    In the program it also moves the input of the variations after it; here it does not.
    """
    p = x - x_
    q = y - y_
    r = hypot(p, q)
    t = atan2(q, p)
    out = r > radius
    s = radius + 0.5 * u0 * minimum(1.0, maximum(-1.0, scatter_area)) if out else r
    gone = out and zero > 0.5
    a = 0.0 if gone else sumx + w * s * cos(t) + x_
    b = 0.0 if gone else sumy + w * s * sin(t) + y_
    return a, b, w * z


@variation(
    "circlecrop",
    parameters=(
        *_CIRCLECROP,
        P("zero", 1.0, minimum=0.0, maximum=1.0, description="1: sends the rest to 0, 0"),
    ),
    z="own",
    compatibility="current",
)
def circlecrop_of_the_point(x, y, z, w, radius, x_, y_, scatter_area, zero, u0):
    """As ember 25 has it: without a look at the sum, and with the depth as it is."""
    p = x - x_
    q = y - y_
    r = hypot(p, q)
    t = atan2(q, p)
    out = r > radius
    s = radius + 0.5 * u0 * minimum(1.0, maximum(-1.0, scatter_area)) if out else r
    gone = out and zero == 1.0
    return (0.0 if gone else w * s * cos(t) + x_), (0.0 if gone else w * s * sin(t) + y_), z


@variation(
    "hexcrop",
    parameters=(
        P("scale_x", 1.0, description="Width of the hexagon"),
        P("scale_y", 1.0, description="Height of the hexagon"),
        P("center_x", 0.0, description="Centre"),
        P("center_y", 0.0, description="Centre"),
        P("dropoff", 1e10, description="Where the rest goes"),
    ),
    z="wz",
    clears="xy",
)
def hexcrop(x, y, z, w, scale_x, scale_y, center_x, center_y, dropoff, sumx, sumy):
    """w times the point plus the centre, if that is in the hexagon; otherwise the sum becomes the dropoff."""
    p = x + center_x
    q = y + center_y
    v = fabs(q) / zeps(1.0606601717798212 * fabs(scale_y))
    inside = v < 1.0 and fabs(p) < fabs(scale_x) * (1.4142135623730951 - 0.9142135623730951 * v)
    return sumx + w * p if inside else dropoff, sumy + w * q if inside else dropoff, w * z


@helper
def in_corner(x, y, s, t):
    """1 where (|x|, |y|) is in the triangle between (s, s), (s, s + t) and (t, s), otherwise 0."""
    u = (fabs(x) - s) / zeps(t - s)
    v = (fabs(y) - s) / zeps(t)
    return 1.0 if u > 0.0 and v > 0.0 and u + v < 1.0 and t != s else 0.0


@variation(
    "octapol",
    parameters=(
        P("polarweight", 0.0, description="Share of polar coordinates in the disc"),
        P("radius", 1.0, description="Radius of the disc"),
        P("s", 0.5, description="Side of the octagon"),
        P("t", 0.5, description="Height of its corners"),
    ),
    z="wz",
    clears="xy",
)
def octapol(x, y, z, w, polarweight, radius, s, t, sumx, sumy):
    """A disc turned to polar coordinates in an octagon of triangles; outside of both the sum becomes 0.

    With p = 0.15 (x, y), w p is added everywhere; in the disc of radius R = |s radius| / sqrt 2 also w times
    p + ln(|p|² / R²) polarweight ((atan2, |p|) - p), in the triangles w p once more.
    """
    px = 0.15 * x
    py = 0.15 * y
    a = 0.5 * fabs(s)
    b = fabs(t)
    limit = 0.707106781 * fabs(s * radius)
    r = sqrt(px * px + py * py)
    disc = limit > 0.0 and r <= limit
    k = 2.0 * log(r / limit) * polarweight
    corner = in_corner(px, py, a, b) > 0.5 and fabs(px) <= a + b and fabs(py) <= a + b
    dx = px + k * (atan2(py, px) - px) if disc else (px if corner else 0.0)
    dy = py + k * (r - py) if disc else (py if corner else 0.0)
    stays = disc or corner
    return (sumx if stays else 0.0) + w * (dx + px), (sumy if stays else 0.0) + w * (dy + py), w * z


# ----------------------------------------------------------------------------------------- depth


@variation("roundspher3D", z="own", clears="z")
def roundspher_3d(x, y, z, w, az):
    """A round sphere: with Z = z (cos r for 0) and d = r² + Z², w² / (1 + 4 d / π²) (x, y, Z).

    The sum's depth, cos r where it is 0, is added.
    """
    r2 = x * x + y * y
    c = cos(sqrt(r2))
    depth = c if z == 0.0 else z
    d = r2 + depth * depth
    k = w * w / d / (1.0 / d + 4.0 / (pi * pi))
    return k * x, k * y, (c if az == 0.0 else az) + k * depth


@variation(
    "popcorn2_3D",
    parameters=(
        P("x", 0.1, description="Strength along x"),
        P("y", 0.1, description="Strength along y"),
        P("z", 0.1, description="Strength in depth"),
        P("c", 3.0, description="Frequency"),
    ),
    z="own",
)
def popcorn2_3d(x, y, z, w, x_, y_, z_, c, az):
    """w / 2 (x + X sin tan(c y), y + Y sin tan(c x)), and depth where there is none yet (L. Berlin, 2009).

    With k = w |w| (w for |w| > 1) sin tan c and a the point's angle: k Z z, for z = 0 k Z (k a); where the
    sum has no depth, k a more.
    """
    k = (w * fabs(w) if fabs(w) <= 1.0 else w) * sin(tan(c))
    a = k * atan2(y, x)
    p = 0.5 * w * (x + x_ * sin(tan(c * y)))
    q = 0.5 * w * (y + y_ * sin(tan(c * x)))
    return p, q, (a if az == 0.0 else 0.0) + k * z_ * (a if z == 0.0 else z)


@variation(
    "cubic3D",
    parameters=(
        P("xpand", 0.25, description="Size of the copies"),
        P("style", 0.0, description="Roundness of the copies"),
    ),
    z="own",
)
def cubic_3d(x, y, z, w, xpand, style, ax, ay, az, u0, u1, u2):
    """Brings the sum to a random corner of a cube of edge w (L. Berlin, 2009).

    With e = xpand / 2 (sqrt(xpand) / 2 above 1), m = 2 w (1 for |w| > 1/2) and factors f of `style` for each
    axis: sum (1 - m (1 - e) f) + p m e f ± w / 2.
    """
    e = 0.5 * (xpand if fabs(xpand) <= 1.0 else sqrt(xpand))
    m = 2.0 * w if fabs(w) <= 0.5 else 1.0
    s = 1.0 + 0.25 * (style - 1.0) if style > 1.0 else (0.25 * (style + 1.0) - 1.0 if style < -1.0 else style)
    f = 1.0 - s * (1.0 - cos(atan2(x, z)))
    g = 1.0 - s * (1.0 - sin(atan2(y, z)))
    h = 1.0 - s * (1.0 - 0.5 * (f + g) * maximum(s, 1.0))
    a = 0.5 * w
    return (
        ax * (1.0 - m * (1.0 - e) * f) + x * m * e * f + (a if u0 < 0.5 else -a),
        ay * (1.0 - m * (1.0 - e) * g) + y * m * e * g + (a if u1 < 0.5 else -a),
        az * (1.0 - m * (1.0 - e) * h) + z * m * e * h + (a if u2 < 0.5 else -a),
    )


@variation(
    "cubicLattice_3D",
    parameters=(
        P("xpand", 0.2, description="Size of the copies"),
        P("style", 1, kind="integer", minimum=1, maximum=2, description="1 boxes, 2 round"),
    ),
    z="own",
)
def cubic_lattice_3d(x, y, z, w, xpand, style, ax, ay, az, u0, u1, u2):
    """(sum + p) e f to a random corner of a cube of edge 2 w (L. Berlin, 2009); e as in `cubic3D`.

    The factors f are 1, or for style 2 cos atan2(x, z), sin atan2(y, z) and their mean.
    """
    e = 0.5 * (xpand if fabs(xpand) <= 1.0 else sqrt(xpand))
    f = cos(atan2(x, z)) if style > 1.5 else 1.0
    g = sin(atan2(y, z)) if style > 1.5 else 1.0
    return (
        (ax + x) * e * f + (w if u0 < 0.5 else -w),
        (ay + y) * e * g + (w if u1 < 0.5 else -w),
        (az + z) * e * 0.5 * (f + g) + (w if u2 < 0.5 else -w),
    )


# ------------------------------------------------------------------------------------- snowflakes


@variation(
    "hexaplay3D",
    parameters=(
        P("majp", 1.0, description="Above 1: two planes, this - 1 apart"),
        P("scale", 0.25, description="Size of the copies"),
        P("zlift", 0.25, description="Height of the copies"),
    ),
    z="own",
    clears="xy",
)
def hexaplay_3d(x, y, z, w, majp, scale, zlift, ax, ay, u0, u1, u2):
    """Copies of half the scale on six or three directions, w from the middle (L. Berlin, 2009).

    The program walks along six directions in turn, or three, and then chooses again with 2 : 1; here every
    point draws its direction, with the same shares.
    """
    t = floor(6.0 * u1) * pi / 3.0 if u0 < 0.8 else floor(3.0 * u1) * 2.0 * pi / 3.0
    lift = maximum(0.5 * (fabs(majp) - 1.0), 0.0) * (-1.0 if u2 < 0.5 else 1.0)
    k = 0.5 * scale
    return (ax + x) * k + w * cos(t), (ay + y) * k + w * sin(t), 0.5 * zlift * z + lift


@variation(
    "hexnix3D",
    parameters=(
        P("majp", 1.0, description="Above 2: two planes, this - 2 apart; negative: the lower one mirrored"),
        P("scale", 0.25, description="Size of the copies"),
        P("zlift", 0.0, description="Height of the copies"),
        P("3side", 0.667, description="Distance of three copies"),
    ),
    z="own",
    clears="xyz",
)
def hexnix_3d(x, y, z, w, majp, scale, zlift, _3side, ax, ay, az, sumz, u0, u1, u2):
    """As `hexaplay3D`, with the copies turned to their direction (L. Berlin, 2009).

    With m = 2 w (1 for |w| > 1/2), d the direction and c its distance (1, `3side` for three):
    sum (1 - m) + m scale d (sum + p) + m c w d, as complex numbers.
    """
    six = u0 < 0.8
    t = -floor(6.0 * u1) * pi / 3.0 if six else (4.0 * floor(3.0 * u1) - 3.0) * pi / 6.0
    c = cos(t)
    s = sin(t)
    m = 2.0 * w if fabs(w) <= 0.5 else 1.0
    k = m * scale
    far = m * w * (1.0 if six else _3side)
    side = -1.0 if u2 < 0.5 else 1.0
    lift = maximum(0.5 * (fabs(majp) - 2.0), 0.0)
    mirrored = majp <= -2.0 and side < 0.0
    own = m * (scale * zlift * z * (side if mirrored else 1.0) + side * lift)
    return (
        ax * (1.0 - m) + k * ((ax + x) * c - (ay + y) * s) + far * c,
        ay * (1.0 - m) + k * ((ay + y) * c + (ax + x) * s) + far * s,
        (az * (1.0 - 2.0 * m) if mirrored else sumz) + own,
    )
