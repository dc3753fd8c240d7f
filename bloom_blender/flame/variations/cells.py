"""Cells, crops and polygons: honeycombs, Voronoi cells, discs on a grid, and what is cut out of the plane.

r² = x² + y², φ = atan2(y, x), w is the weight, u a fresh uniform random number in [0, 1). Discs and cells at
random come from this program's own hash: other programs have others, of the same look.
"""

from __future__ import annotations

from .helpers import hexagon_edge, polygon_edge, polygon_x, polygon_y, scrambled, waffle_axis
from .registry import P, variation
from .vocabulary import (
    EPSILON,
    asin,
    atan,
    atan2,
    cos,
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
    trunc,
    zeps,
)


@variation(
    "hexes",
    parameters=(
        P("cellsize", 1.0, description="Size of a hexagon"),
        P("power", 1.0, description="Power of the distance from the middle"),
        P("rotate", 0.166, description="Turns of each hexagon"),
        P("scale", 1.0, description="Scale of each hexagon"),
    ),
)
def hexes(x, y, w, cellsize, power, rotate, scale):
    """Each hexagon of a honeycomb is turned, and stretched so that it fits again. By slobo777.

    With the distance l from the middle in units of the edge's, before (l1) and after (l2) the turn, a point
    goes to l1^power scale: by its own l2 near the edge, by l1 near the middle, between from 0.5 to 0.8.
    """
    s = zeps(cellsize)
    i = floor((x + 1.7320508075688772 * y) / (3.0 * s))
    j = floor((1.7320508075688772 * y - x) / (3.0 * s))
    cx = 0.0
    cy = 0.0
    nearest = 1e30
    for a in range(2):
        for b in range(2):
            p = 1.5 * (i + a - j - b) * s
            q = 0.8660254037844386 * (i + a + j + b) * s
            d = (x - p) * (x - p) + (y - q) * (y - q)
            if d < nearest:
                nearest = d
                cx = p
                cy = q
    p = x - cx
    q = y - cy
    c = cos(2.0 * pi * rotate)
    e = sin(2.0 * pi * rotate)
    m = p * c + q * e
    n = q * c - p * e
    before = zeps(hexagon_edge(p, q, s))
    after = zeps(hexagon_edge(m, n, s))
    target = pow(before, power) * scale
    edge = maximum(before, after)
    k = (target / before * (0.8 - edge) + target / after * (edge - 0.5)) / 0.3
    k = target / before if edge < 0.5 else (target / after if edge > 0.8 else k)
    empty = cellsize == 0.0
    return (0.0 if empty else w * (cx + m * k)), (0.0 if empty else w * (cy + n * k)), 0.0


@variation(
    "Voron",
    parameters=(
        P("K", 0.99, description="Size of the cells"),
        P("Step", 0.25, kind="real_nonzero", description="Width of the grid"),
        P("Num", 1, kind="integer", minimum=1, maximum=25, description="Most points in a square"),
        P("XSeed", 3, kind="integer", description="Seed"),
        P("YSeed", 7, kind="integer", description="Seed"),
    ),
)
def voron(x, y, w, K, Step, Num, XSeed, YSeed):
    """w (s + K (p - s)), s the nearest of random points: Voronoi cells with gaps. By eralex61."""
    m = floor(x / Step)
    n = floor(y / Step)
    sx = 0.0
    sy = 0.0
    nearest = 400.0
    for a in range(3):
        for b in range(3):
            i = m + a - 1.0
            j = n + b - 1.0
            count = 1.0 + floor(Num * hash3(i, j, XSeed))
            for k in range(25):
                p = (hash3(i, j, XSeed + 64.0 * k + 1.0) + i) * Step
                q = (hash3(i, j, YSeed + 64.0 * k + 7919.0) + j) * Step
                d = (x - p) * (x - p) + (y - q) * (y - q)
                if k < count and d < nearest:
                    nearest = d
                    sx = p
                    sy = q
    return w * (K * (x - sx) + sx), w * (K * (y - sy) + sy), 0.0


@variation(
    "CircleLinear",
    parameters=(
        P("Sc", 1.0, kind="real_nonzero", description="Half the width of the grid"),
        P("K", 0.5, description="Scale of the discs"),
        P("Dens1", 0.5, description="Share of the squares with a disc"),
        P("Dens2", 0.5, description="Share of the discs that shrink"),
        P("Reverse", 1.0, description="Above 0 the kinds of discs are exchanged"),
        P("X", 10.0, description="Not used by any program"),
        P("Y", 10.0, description="Not used by any program"),
        P("Seed", 0, kind="integer", description="Seed"),
    ),
)
def circle_linear(x, y, w, Sc, K, Dens1, Dens2, Reverse, X, Y, Seed):
    """Discs of random size on a grid; inside of one kind the point shrinks by K, of the other to its rim.

    The other kind: the distance d from the middle becomes v (1 - K) + K d, v the radius. By eralex61.
    """
    m = floor(0.5 * x / Sc)
    n = floor(0.5 * y / Sc)
    cx = (2.0 * m + 1.0) * Sc
    cy = (2.0 * n + 1.0) * Sc
    p = x - cx
    q = y - cy
    d = zeps(sqrt(p * p + q * q))
    v = (0.3 + 0.7 * hash3(m + 10.0, n + 3.0, -1.0)) * Sc
    h = hash3(m, n, Seed)
    shrinks = h < Dens1 * Dens2 if Reverse > 0.0 else h > Dens1 * Dens2
    k = K if shrinks else v / d * (1.0 - K) + K
    k = k if h < Dens1 and d < v else 1.0
    return w * (cx + p * k), w * (cy + q * k), 0.0


_CIRCLES = (
    P("Sc", 1.0, kind="real_nonzero", description="Half the width of the grid"),
    P("Dens", 0.5, description="Share of the squares with a disc"),
    P("X", 10.0, description="Half the width of the area"),
    P("Y", 10.0, description="Half the height of the area"),
    P("Seed", 0, kind="integer", description="Seed"),
)


@variation("CircleRand", parameters=_CIRCLES, mode="sum")
def circle_rand(w, Sc, Dens, X, Y, Seed, u0, u1):
    """A random point in one of the discs of random size on a grid. By eralex61."""
    x = 0.0
    y = 0.0
    found = 0.0
    for k in range(11):
        p = X * (1.0 - 2.0 * scrambled(u0, u1, 2.0 * k))
        q = Y * (1.0 - 2.0 * scrambled(u0, u1, 2.0 * k + 1.0))
        m = floor(0.5 * p / Sc)
        n = floor(0.5 * q / Sc)
        a = p - (2.0 * m + 1.0) * Sc
        b = q - (2.0 * n + 1.0) * Sc
        v = (0.3 + 0.7 * hash3(m + 10.0, n + 3.0, -1.0)) * Sc
        x = p if found == 0.0 else x
        y = q if found == 0.0 else y
        found = 1.0 if hash3(m, n, Seed) <= Dens and sqrt(a * a + b * b) <= v else found
    return w * x, w * y, 0.0


@variation(
    "Circle_Rand",
    parameters=(
        P("X", 10.0, description="Half the width of the area"),
        P("Y", 10.0, description="Half the height of the area"),
        P("size", 1.0, minimum=0.0, description="Radius of the largest disc, half the width of the grid"),
        P("power", 1.0, description="Unevenness of the sizes"),
        P("density", 1.0, minimum=0.0, maximum=1.0, description="Share of the squares with a disc"),
        P("seed", 1.0, description="Seed"),
    ),
)
def circle_rand_of_power(w, X, Y, size, power, density, seed, u0, u1, u2, u3):
    """A random point of a disc of random size in a square of a grid; empty squares give 0. By tatasz."""
    d = 2.0 * zeps(size)
    i = rint(X * (2.0 * u0 - 1.0) / d)
    j = rint(Y * (2.0 * u1 - 1.0) / d)
    s = floor(1024.0 * seed)
    r = size * pow(hash3(i, j, s), power) * sqrt(u2)
    k = w if hash3(i, j, s + 1.0) < density else 0.0
    return k * (i * d + r * cos(2.0 * pi * u3)), k * (j * d + r * sin(2.0 * pi * u3)), 0.0


@variation("CircleTrans1", parameters=_CIRCLES)
def circle_trans1(x, y, w, Sc, Dens, X, Y, Seed, u0, u1, u2):
    """The point half way to (X, Y); in a disc of a grid a random point of a circle in another square.

    By eralex61.
    """
    p = 0.5 * (x - X) + X
    q = 0.5 * (y - Y) + Y
    m = floor(0.5 * p / Sc)
    n = floor(0.5 * q / Sc)
    a = p - (2.0 * m + 1.0) * Sc
    b = q - (2.0 * n + 1.0) * Sc
    v = (0.3 + 0.7 * hash3(m + 10.0, n + 3.0, -1.0)) * Sc
    inside = hash3(m, n, Seed) <= Dens and sqrt(a * a + b * b) <= v
    i = 0.0
    j = 0.0
    found = 0.0
    for k in range(11):
        m = floor(0.5 * fabs(X) * (1.0 - 2.0 * scrambled(u0, u1, 2.0 * k)) / Sc)
        n = floor(0.5 * fabs(Y) * (1.0 - 2.0 * scrambled(u0, u1, 2.0 * k + 1.0)) / Sc)
        i = m if found == 0.0 else i
        j = n if found == 0.0 else j
        found = 1.0 if hash3(m, n, Seed) <= Dens else found
    r = 0.3 + 0.7 * hash3(i + 10.0, j + 3.0, -1.0)
    t = 2.0 * pi * u2
    return (
        w * (r * cos(t) + (2.0 * i + 1.0) * Sc if inside else p),
        w * (r * sin(t) + (2.0 * j + 1.0) * Sc if inside else q),
        0.0,
    )


@variation(
    "sschecks",
    parameters=(
        P("x", 0.5, description="Step in x"),
        P("y", 0.5, description="Step in y"),
        P("size", 0.5, description="Size of a square"),
        P("rnd", 0.0, description="Random part"),
    ),
)
def sschecks(x, y, w, x_, y_, size, rnd, u0):
    """w (w sin x / r² + d, w sin y / r² + e), (d, e) the steps of `checks`. The weight enters twice."""
    n = rint(x / zeps(size)) + rint(y / zeps(size))
    odd = n - 2.0 * floor(0.5 * n) != 0.0
    k = w / zeps(x * x + y * y)
    p = rnd * u0 - x_ if odd else x_
    q = -y_ if odd else y_ + rnd * u0
    return w * (sin(x) * k + p), w * (sin(y) * k + q), 0.0


@variation(
    "SplitBrdr",
    parameters=(
        P("x", 0.25, description="Border in x"),
        P("y", 0.25, description="Border in y"),
        P("px", 0.0, description="Share of the point itself in x"),
        P("py", 0.0, description="Share of the point itself in y"),
    ),
)
def split_border(x, y, w, x_, y_, px, py, u0):
    """`bubble` plus `boarders`, plus a share of the point. By eralex61."""
    b = w / (0.25 * (x * x + y * y) + 1.0)
    i = rint(x)
    j = rint(y)
    p = x - i
    q = y - j
    inner = u0 >= 0.75
    wide = fabs(p) >= fabs(q)
    s = (x_ if p >= 0.0 else -y_) if wide else (y_ if q >= 0.0 else -x_) * p / zeps(q)
    t = (y_ if p >= 0.0 else -y_) * q / zeps(p) if wide else (y_ if q >= 0.0 else -y_)
    return (
        x * b + w * (0.5 * p + i + (0.0 if inner else s)) + x * px,
        y * b + w * (0.5 * q + j + (0.0 if inner else t)) + y * py,
        0.0,
    )


@variation(
    "squish",
    parameters=(P("power", 2.0, kind="real_nonzero", minimum=2.0, description="Copies"),),
    compatibility="current",
)
@variation(
    "squish", parameters=(P("power", 2, kind="integer", minimum=2, maximum=2147483647, description="Copies"),)
)
def squish(x, y, w, power, u0):
    """The way along the square through the point is divided by power, a random branch of it taken.

    The way counts from (s, 0), s = max(|x|, |y|), the whole square is 8 s.
    """
    a = fabs(x)
    b = fabs(y)
    s = maximum(a, b)
    p = (y if x > 0.0 else 4.0 * s - y) if a > b else (2.0 * s - x if y > 0.0 else 6.0 * s + x)
    p = (p + 8.0 * s * floor(power * u0)) / power
    m = s
    n = 8.0 * s - p
    if p <= 7.0 * s:
        m = p - 6.0 * s
        n = -s
    if p <= 5.0 * s:
        m = -s
        n = 4.0 * s - p
    if p <= 3.0 * s:
        m = 2.0 * s - p
        n = s
    if p <= s:
        m = s
        n = p
    return w * m, w * n, 0.0


@variation(
    "crob",
    parameters=(
        P("top", -1.0, description="Top edge"),
        P("bottom", 1.0, description="Bottom edge"),
        P("left", -1.0, description="Left edge"),
        P("right", 1.0, description="Right edge"),
        P("blur", 1, kind="integer", description="0 sends the outside to the origin"),
        P("ratioBlur", 0.5, minimum=0.0, maximum=1.0, description="Width of the frame"),
        P("directBlur", 2.0, description="Power of the density in the frame"),
    ),
)
def crob(x, y, top, bottom, left, right, blur, ratioBlur, directBlur, u0, u1, u2):
    """A frame of random points in a rectangle, in place of all points outside of it. By FractalDesire.

    Points inside go to the origin; the weight only switches it on.
    """
    t = minimum(top, bottom) if top != bottom else -1.0
    b = maximum(top, bottom) if top != bottom else 1.0
    e = minimum(left, right) if left != right else -1.0
    r = maximum(left, right) if left != right else 1.0
    power = maximum(directBlur, 0.0)
    width = 0.5 * (fabs(r) - e)
    height = 0.5 * (fabs(b) - t)
    small = minimum(width, height)
    cx = r - small if width > height else r - width
    cy = t + small if width < height else t + height
    edge = small * ratioBlur if blur != 0.0 else 0.0
    outside = x < e + edge or x > r - edge or y < t + edge or y > b - edge
    share = height / (width + height)
    p = 0.0
    q = 0.0
    m = 0.0
    n = 0.0
    first = 0.0
    second = 0.0
    for k in range(16):
        v = scrambled(u0, u1, 2.0 * k)
        d = pow(scrambled(u0, u1, 2.0 * k + 1.0), power) * ratioBlur * small
        p = r - d if first == 0.0 else p
        q = t + v * height if first == 0.0 else q
        first = 1.0 if (q - cy) / zeps(p - cx) >= -1.0 else first
        m = r - v * width if second == 0.0 else m
        n = t + d if second == 0.0 else n
        g = (n - cy) / zeps(m - cx)
        second = 1.0 if g > 0.0 or g <= -1.0 else second
    p = e + r - p if u2 < 0.5 * share else p
    middle = u2 > 0.25 * share and u2 < 0.75 * share
    q = b + t - q if middle else q
    n = b + t - n if u2 > 0.5 * share else n
    m = e + r - m if middle else m
    side = u2 < share
    flat = not outside or blur == 0.0
    return (0.0 if flat else (p if side else m)), (0.0 if flat else (q if side else n)), 0.0


@variation(
    "cropn",
    parameters=(
        P("power", -5.0, description="Corners; below 0 the inside is cut"),
        P("radius", 1.0, description="Distance of the edges"),
        P("scatterdist", 0.0, description="Width of the scattered border"),
        P("zero", 0, kind="integer", minimum=0, maximum=1, description="1 sends the cut to the origin"),
    ),
)
def cropn(x, y, w, power, radius, scatterdist, zero, u0):
    """A polygon is cut out of the plane, or the plane around it; the cut points go to its edge. By Zy0rg."""
    r = sqrt(x * x + y * y)
    a = atan2(y, x)
    edge = polygon_edge(a, power, radius)
    cut = r > edge if power > 0.0 else r <= edge
    d = (0.0 if zero == 1.0 else edge + 0.5 * scatterdist * u0) if cut else r
    return (w * d * cos(a) if cut else w * x), (w * d * sin(a) if cut else w * y), 0.0


@variation(
    "cropn",
    parameters=(
        P("power", 5.0, description="Corners; below 0 the inside is cut"),
        P("radius", 1.0, description="Distance of the edges"),
        P("scatterdist", 0.0, description="Width of the scattered border"),
        P("zero", 0.0, description="0 sends the cut to the origin"),
    ),
    compatibility="current",
)
def cropn_current(x, y, w, power, radius, scatterdist, zero, u0):
    """`cropn` with the full width of the border, and with 0 for the origin instead of 1."""
    r = sqrt(x * x + y * y)
    a = atan2(y, x)
    edge = polygon_edge(a, power, radius)
    cut = r > edge if power > 0.0 else r <= edge
    d = (0.0 if zero == 0.0 else edge + scatterdist * u0) if cut else r
    return (w * d * cos(a) if cut else w * x), (w * d * sin(a) if cut else w * y), 0.0


_BLOB2 = (
    P("radius", 0.0, description="Radius of the disc that stays"),
    P("prescale", 1.0, description="Power of the waves"),
    P("postscale", 0.5, description="Factor of the waves"),
    P("symmetry", 0.0, minimum=-1.0, maximum=1.0, description="Shift of the waves"),
)


@variation(
    "blob2",
    parameters=(
        P("mode", 0.5, description="Sign of the waves; 0 keeps their own"),
        P("n", 1.0, description="Number of waves"),
        *_BLOB2,
        P("compensation", 0.0, description="Evens out the shift"),
    ),
    z="wz",
    compatibility="current",
)
@variation(
    "blob2",
    parameters=(
        P(
            "mode",
            0,
            kind="integer",
            minimum=-1,
            maximum=1,
            description="Sign of the waves; 0 keeps their own",
        ),
        P("n", 5, kind="integer", description="Number of waves"),
        *_BLOB2,
        P("compensation", 0.0, minimum=0.0, maximum=1.0, description="Evens out the shift"),
    ),
    z="wz",
)
def blob2(x, y, z, w, mode, n, radius, prescale, postscale, symmetry, compensation):
    """Outside of R the radius becomes R + (r - R) d, d a power of the wave sin(n φ) + symmetry. By Zy0rg."""
    r = sqrt(x * x + y * y)
    a = atan2(y, x)
    d = (sin(a * n) + symmetry) / (1.0 + compensation * fabs(symmetry))
    s = -1.0 if d < 0.0 else 1.0
    d = exp(prescale * log(d * s)) * postscale * (mode if mode != 0.0 else s)
    k = w * (radius + (r - radius) * d)
    inside = r < radius
    return (w * x if inside else k * cos(a)), (w * y if inside else k * sin(a)), 0.0 if inside else w * z


_LOONIE2 = (
    P("sides", 4, kind="integer", minimum=1, maximum=50, description="Sides of the polygon"),
    P("star", 0.0, minimum=-1.0, maximum=1.0, description="From a polygon to a star"),
    P("circle", 0.0, minimum=-1.0, maximum=1.0, description="From a polygon to a circle"),
)


@variation("loonie2", parameters=_LOONIE2)
def loonie2(x, y, w, sides, star, circle):
    """`loonie` with the distance d of a polygon or star: w sqrt(w² / d² - 1) p for 0 < d < w.

    By dark-beam.
    """
    a = 2.0 * pi / sides
    s = -0.5 * pi * star
    c = 0.5 * pi * circle
    p = x
    q = y
    d = x * cos(s) + fabs(y) * sin(s)
    for k in range(49):
        m = p * cos(a) - q * sin(a)
        q = p * sin(a) + q * cos(a)
        p = m
        d = maximum(d, p * cos(s) + fabs(q) * sin(s)) if k < sides - 1.0 else d
    d = d * cos(c) + sqrt(x * x + y * y) * sin(c)
    d = d * d if sides > 2.0 else fabs(d) * d
    k = w
    if d > 0.0 and d < w * w:
        k = w * sqrt(fabs(w * w / d - 1.0))
    if d < 0.0:
        k = w / sqrt(fabs(w * w / d) - 1.0)
    return k * x, k * y, 0.0


@variation(
    "loonie2",
    parameters=(*_LOONIE2, P("power", 4.0, description="Sides of the polygon")),
    compatibility="current",
)
def loonie2_current(x, y, w, sides, star, circle, power):
    """`loonie`, then circles become polygons of `power` sides; the other parameters have no effect."""
    r = sqrt(x * x + y * y)
    a = atan2(y, x)
    k = w * (sqrt(1.0 - r * r) if r < 1.0 else r)
    return k * polygon_x(a, power), k * polygon_y(a, power), 0.0


@variation(
    "lazyjess",
    parameters=(
        P("n", 4.0, kind="real_nonzero", minimum=2.0, description="Sides of the polygon"),
        P("spin", pi, description="Turn of the polygon"),
        P("space", 0.0, description="Gap around the polygon"),
        P("corner", 1.0, description="Where the cut corners go"),
    ),
)
def lazyjess(x, y, w, n, spin, space, corner):
    """A polygon (of two sides: a strip) that turns; corners that leave it are flipped and turned back in.

    By FarDareisMai. Its edge is at w sqrt 2 sin v / sin(π - t - v), v half the angle of a corner and t the
    angle in its sector.
    """
    r = sqrt(x * x + y * y)
    v = pi * (n - 2.0) / (2.0 * n)
    slice = 2.0 * pi / n
    a = atan2(y, x) + 2.0 * pi
    t = fmod(a + 0.5 * slice, slice)
    edge = w * sqrt(2.0) * sin(v) / zeps(sin(pi - t - v))
    inside = fabs(x) < w if n == 2.0 else r < edge
    b = a + spin
    p = w * r * cos(b)
    q = w * r * sin(b)
    t = fmod(b + 0.5 * slice, slice)
    edge = w * sqrt(2.0) * sin(v) / zeps(sin(pi - t - v))
    stays = fabs(p) < w if n == 2.0 else w * r < edge
    c = atan2(q, p) - spin + (corner - 1.0) * slice
    k = w * (w * r if n != 2.0 else r)
    p = p if stays else k * cos(c)
    q = q if stays else -k * sin(c)
    gap = w * (1.0 + space / zeps(r))
    return (p if inside else gap * x), (q if inside else gap * y), 0.0


_WAFFLE = (
    P("xthickness", 0.5, description="Thickness of the bars in x"),
    P("ythickness", 0.5, description="Thickness of the bars in y"),
    P("rotation", 0.0, description="Turn"),
)


@variation(
    "waffle",
    parameters=(P("slices", 6, kind="integer_nonzero", description="Squares across"), *_WAFFLE),
    mode="sum",
)
def waffle(slices, xthickness, ythickness, rotation, u0, u1, u2, u3, u4):
    """One of five patterns in the squares of a waffle: fillings, edges and bars, turned. By Jed Kelsey.

    The weight only switches it on.
    """
    i = floor(5.0 * u0)
    j = i + 1.0 if i == 1.0 or i == 3.0 else maximum(i - 1.0, 0.0)
    p = waffle_axis(i, slices, xthickness, floor(trunc(slices) * u1), u3)
    q = waffle_axis(j, slices, ythickness, floor(trunc(slices) * u2), u4)
    c = cos(rotation)
    s = sin(rotation)
    return c * p + s * q, c * q - s * p, 0.0


@variation(
    "waffle",
    parameters=(P("slices", 6.0, kind="real_nonzero", description="Squares across"), *_WAFFLE),
    mode="sum",
    compatibility="current",
)
def waffle_current(w, slices, xthickness, ythickness, rotation, u0, u1, u2, u3, u4):
    """`waffle` times the weight, with any number of squares."""
    i = floor(5.0 * u0)
    j = i + 1.0 if i == 1.0 or i == 3.0 else maximum(i - 1.0, 0.0)
    p = waffle_axis(i, slices, xthickness, floor(trunc(slices) * u1), u3)
    q = waffle_axis(j, slices, ythickness, floor(trunc(slices) * u2), u4)
    c = cos(rotation)
    s = sin(rotation)
    return w * (c * p + s * q), w * (c * q - s * p), 0.0


_SWIRLS = (
    P("even", 0.0, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Turn of the even rings"),
    P("odd", 0.0, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Turn of the odd rings"),
)


@variation(
    "target0", parameters=(*_SWIRLS, P("size", 0.0, minimum=0.0, description="Width of two rings in ln r"))
)
def target0(x, y, w, even, odd, size):
    """`target` times the weight. By Mark Faber."""
    r = sqrt(x * x + y * y)
    t = log(r)
    t = fmod(fabs(t - 0.5 * size if t < 0.0 else t), size)
    a = atan2(y, x) + (even if t < 0.5 * size else odd)
    return w * r * cos(a), w * r * sin(a), 0.0


@variation(
    "target2",
    parameters=(
        *_SWIRLS,
        P("size", 1.0, minimum=EPSILON, description="Width of two arms"),
        P("thightness", 0.0, description="Rings instead of rays"),
    ),
)
def target2(x, y, w, even, odd, size, thightness):
    """As `target0`, but along spirals: t = thightness ln r + (φ + π) / π. By Mark Faber."""
    r = sqrt(x * x + y * y)
    a = atan2(y, x)
    t = thightness * log(r) + (a + pi) / pi
    t = fmod(fabs(t - 0.5 * size if t < 0.0 else t), size)
    b = a + (even if t < 0.5 * size else odd)
    return w * r * cos(b), w * r * sin(b), 0.0


@variation(
    "falloff",
    parameters=(
        P("scatter", 1.0, minimum=EPSILON, description="Strength of the blur"),
        P("mindist", 0.5, minimum=0.0, description="Distance where it begins"),
        P("mul_x", 1.0, minimum=0.0, maximum=1.0, description="Strength in x, or of the radius"),
        P("mul_y", 1.0, minimum=0.0, maximum=1.0, description="Strength in y, or of the longitude"),
        P("mul_z", 0.0, minimum=0.0, maximum=1.0, description="Strength in z, or of the latitude"),
        P("x0", 0.0, description="Centre"),
        P("y0", 0.0, description="Centre"),
        P("z0", 0.0, description="Centre"),
        P("invert", 0, kind="integer", minimum=0, maximum=1, description="1 blurs near the centre"),
        P("type", 0, kind="integer", minimum=0, maximum=2, description="0 linear, 1 radial, 2 boxes"),
        P("boxpow", 2, kind="integer", minimum=2, maximum=32, description="Power of the boxes"),
    ),
    z="wz",
)
def falloff(
    x, y, z, w, scatter, mindist, mul_x, mul_y, mul_z, x0, y0, z0, invert, type, boxpow, u0, u1, u2
):  # fmt: skip
    """A blur that grows with the distance from a centre in space. By Xyrus02.

    With s = 0.04 scatter max(0, d - mindist): mul s (u - 1/2) more in each of x, y, z, or in radius,
    longitude and latitude, or the way to the edges of boxes of side min(s, 0.9) + 0.1.
    """
    a = u0 - 0.5
    b = u1 - 0.5
    c = u2 - 0.5
    d = sqrt((x - x0) * (x - x0) + (y - y0) * (y - y0) + (z - z0) * (z - z0))
    s = maximum(0.0, ((maximum(1.0 - d, 0.0) if invert != 0.0 else d) - mindist) * 0.04 * scatter)
    p = w * (x + mul_x * a * s)
    q = w * (y + mul_y * b * s)
    h = w * (z + mul_z * c * s)
    t = asin(0.0 if d == 0.0 else z / d) + mul_z * c * s
    f = atan2(y, x) + mul_y * b * s
    k = w * (d + mul_x * a * s)
    m = minimum(s, 0.9) + 0.1
    if type == 1.0:
        p = k * cos(t) * cos(f)
        q = k * cos(t) * sin(f)
        h = k * sin(t)
    if type == 2.0:
        p = w * (x + (floor(x / m) + m * a - x) * mul_x * s) + mul_x * pow(a, boxpow) * s / m
        q = w * (y + (floor(y / m) + m * b - y) * mul_y * s) + mul_y * pow(b, boxpow) * s / m
        h = w * (z + (floor(z / m) + m * c - z) * mul_z * s) + mul_z * pow(c, boxpow) * s / m
    return p, q, h


@variation(
    "bcircle",
    parameters=(
        P("scale", 1.0, description="Scale of the input"),
        P("borderwidth", 0.0, description="Width of the rim"),
    ),
)
def bcircle(x, y, w, scale, borderwidth, u0):
    """The disc stays, what is outside goes to a rim around it of a fifth of the width, or to the origin."""
    p = x * scale
    q = y * scale
    r = sqrt(p * p + q * q)
    k = (0.0 if borderwidth == 0.0 else (0.2 * fabs(borderwidth) * u0 + 1.0) / zeps(r)) if r > 1.0 else 1.0
    return w * k * p, w * k * q, 0.0


@variation(
    "circlecrop2",
    parameters=(
        P("inner", 0.5, description="Inner radius"),
        P("outer", 1.0, description="Outer radius"),
        P("zero", 1.0, minimum=0.0, maximum=1.0, description="0 sends the cut to the rim"),
    ),
)
def circlecrop2(x, y, w, inner, outer, zero):
    """A ring stays; the rest goes to the origin or, x and y exchanged, to the outer rim."""
    r = sqrt(x * x + y * y)
    a = atan2(y, x)
    cut = r < inner or r > outer
    p = (outer * sin(a) if zero == 0.0 else 0.0) if cut else x
    q = (outer * cos(a) if zero == 0.0 else 0.0) if cut else y
    return w * p, w * q, 0.0


@variation(
    "vignette",
    parameters=(
        P("posx", 0.0, description="Centre"),
        P("posy", 0.0, description="Centre"),
        P("inner_radius", 0.5, description="Radius of what stays"),
        P("fade_radius", 0.5, kind="real_nonzero", description="Width of the fading rim"),
        P("power", 4.0, kind="real_nonzero", description="How fast it fades"),
        P("blur", 1.0, description="Blur of the rim"),
    ),
)
def vignette(x, y, w, posx, posy, inner_radius, fade_radius, power, blur, u0, u1, u2):
    """A disc stays, in a rim a share (1 - t)^power of the points, t from 0 inside to 1 outside, blurred."""
    d = sqrt((x - posx) * (x - posx) + (y - posy) * (y - posy))
    t = maximum(0.0, (d - inner_radius) / fade_radius)
    stays = t == 0.0 or (t < 1.0 and u0 < pow(fabs(1.0 - t), power))
    r = blur * t * t * u1 * u1
    p = w * (x + r * cos(2.0 * pi * u2)) if stays else 0.0
    q = w * (y + r * sin(2.0 * pi * u2)) if stays else 0.0
    return p, q, 0.0


@variation(
    "nBlur",
    parameters=(
        P("numEdges", 3, kind="integer", soft_minimum=3, soft_maximum=20, description="Sides of the polygon"),
        P(
            "numStripes",
            0,
            kind="integer",
            soft_minimum=-20,
            soft_maximum=20,
            description="Stripes of a side",
        ),
        P("ratioStripes", 1.0, minimum=0.0, maximum=2.0, description="Width of the stripes"),
        P("ratioHole", 0.0, minimum=0.0, maximum=1.0, description="Size of the hole"),
        P("circumCircle", 0, kind="integer", minimum=0, maximum=1, description="1 makes the edge a circle"),
        P("adjustToLinear", 1, kind="integer", minimum=0, maximum=1, description="1 scales it to linear"),
        P("equalBlur", 1, kind="integer", minimum=0, maximum=1, description="1 fills it evenly"),
        P("exactCalc", 0, kind="integer", minimum=0, maximum=1, description="1 leaves the edges plain"),
        P("highlightEdges", 1.0, description="How bright the corners are"),
    ),
)
def nblur(
    w, numEdges, numStripes, ratioStripes, ratioHole, circumCircle, adjustToLinear, equalBlur, exactCalc,
    highlightEdges, u0, u1, u2, u3,
):  # fmt: skip
    """A random point in a regular polygon, or in its stripes of angle, or around its hole. By FractalDesire.

    In a sector of angle m = 2 π / n the angle has the density of atan(b (u - 1/2)), with a large b for bright
    corners, or is even. Points of every other stripe go to the nearest half of the next.
    """
    n = maximum(fabs(numEdges), 3.0)
    m = 2.0 * pi / n
    exact = exactCalc != 0.0 and circumCircle == 0.0
    bend = (7.5 if numStripes < 0.0 else 13.0) / pow(n, 1.3)
    bend = bend * maximum(0.1, 0.1 if circumCircle != 0.0 else highlightEdges)
    a = (u0 if exact else atan(bend * (0.5 - u0)) / (2.0 * atan(0.5 * bend)) + 0.5) * m
    half = 0.25 * m / maximum(fabs(numStripes), 1.0)
    count = rint(0.5 * a / half)
    d = a - 2.0 * half * count
    odd = count - 2.0 * floor(0.5 * count) != 0.0
    moved = not odd if numStripes < 0.0 else odd
    side = 1.0 if d > 0.0 else -1.0
    count = count + side if moved else count
    d = d - half * side if moved else d
    ratio = 2.0 - ratioStripes if numStripes < 0.0 else ratioStripes
    t = ratio * half
    side = 1.0 if d > 0.0 else -1.0
    narrow = fabs(d) if fabs(d) <= t else (fabs(d) - t) * t / zeps(half - t)
    d = d * ratio if ratio > 1.0 else narrow * side
    a = 2.0 * half * count + d if numStripes != 0.0 else a
    edge = 1.0 if circumCircle != 0.0 else fabs(cos(0.5 * m) / cos(a - 0.5 * m))
    hole = ratioHole * edge
    r = edge * (sqrt(u2) if equalBlur != 0.0 else u2)
    r = hole + u3 * (edge - hole) if r < hole else r
    k = minimum(ratioHole, 0.95)
    r = edge * (sqrt(k * k + u2 * (1.0 - k * k)) if equalBlur != 0.0 else k + u2 * (1.0 - k)) if exact else r
    opposite = 0.5 * n - 1.0 if n - 4.0 * floor(0.25 * n) == 0.0 else floor(0.5 * n)
    scale = zeps(0.5 * sqrt(2.0 - 2.0 * cos(m * opposite)))
    r = w * r / (scale if adjustToLinear != 0.0 else 1.0)
    t = a + m * floor(u1 * n) - 0.5 * m
    return r * sin(t), r * cos(t), 0.0
