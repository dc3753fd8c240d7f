"""Tiles with arcs, after S. Truchet, 1704, and C. S. Smith, 1987: on squares and on hexagons."""

from __future__ import annotations

from .helpers import shader_hash
from .registry import P, variation
from .vocabulary import EPSILON, atan2, cos, exp, fabs, floor, fmod, log, pi, pow, sin, sqrt, zeps


@variation(
    "Truchet",
    parameters=(
        P("extended", 0, kind="integer", minimum=0, maximum=1, description="Other rule of turning tiles"),
        P("exponent", 2.0, kind="cyclic", minimum=0.001, maximum=2.0, description="2 circles, 1 diamonds"),
        P("arc_width", 0.5, kind="cyclic", minimum=0.001, maximum=1.0, description="Width of the arcs"),
        P("rotation", 0.0, description="Scales the pattern by cos + sin of it"),
        P("size", 1.0, kind="cyclic", minimum=0.001, maximum=10.0, description="Size of the arcs"),
        P("seed", 50.0, soft_minimum=0.0, soft_maximum=200.0, description="Turns tiles: 0 none, 1 all"),
    ),
)
def truchet(x, y, w, extended, exponent, arc_width, rotation, size, seed):
    """Two quarter arcs around opposite corners of every tile (S. Truchet, 1704; C. S. Smith, 1987).

    The point, times (cos rotation + sin rotation) / w, has a place (p, q) in its unit tile. Where
    |distance - 1/2| < arc_width (2^(1/n) - 1) / 2, in the norm of exponent n, from either corner, the result
    is size ((p, q) + floor(x, y)), elsewhere 0. Which two corners, a congruential generator decides, started
    from the seed and the rounded input point; the weight is not multiplied.
    """
    scale = (cos(rotation) + sin(rotation)) / w
    p = x * scale - floor(x * scale)
    q = y * scale - floor(y * scale)
    i = floor(x + 0.5)
    j = floor(y + 0.5)
    s = fabs(seed)
    k = 0.25 * sqrt(zeps(1.5 * s)) / zeps(0.5 * s)
    single = fmod((s + k * i + k * j + k * k * i * j) * k * 0.5 * 32747.0 + 12345.0, 65535.0)
    steps = fabs(i + j + i * j)
    chain = floor(s) + steps
    for a in range(20):
        if a < steps:
            chain = fmod(chain * 32747.0 + 12345.0, 65535.0)
    turn = 1.0 if fmod(single, 2.0) >= 1.0 else 0.0
    if extended > 0.5:
        turn = 1.0 if fmod(chain, 2.0) < 1.0 else 0.0
    if s == 0.0 or s == 1.0:
        turn = s
    first = pow(pow(fabs(p - turn), exponent) + pow(q, exponent), 1.0 / exponent)
    second = pow(pow(fabs(p - 1.0 + turn), exponent) + pow(1.0 - q, exponent), 1.0 / exponent)
    width = 0.5 * (pow(2.0, 1.0 / exponent) - 1.0) * arc_width
    on = 1.0 if fabs(first - 0.5) < width or fabs(second - 0.5) < width else 0.0
    return on * size * (p + floor(x)), on * size * (q + floor(y)), 0.0


@variation(
    "Truchet",
    parameters=(
        P("extended", 1.0, description="Not used any more"),
        P(
            "exponent",
            2.0,
            kind="real_nonzero",
            minimum=EPSILON,
            maximum=2.0,
            description="2 circles, 1 diamonds",
        ),
        P(
            "arc_width",
            1.0,
            kind="real_nonzero",
            minimum=EPSILON,
            maximum=1.0,
            description="Width of the arcs",
        ),
        P("rotation", 0.0, description="Scales the pattern by cos + sin of it"),
        P("size", 1.0, minimum=EPSILON, description="Size of the arcs"),
        P("seed", 50.0, soft_minimum=0.0, soft_maximum=200.0, description="Turns tiles: 0 none, 1 all"),
    ),
    compatibility="current",
)
def truchet_current(x, y, w, extended, exponent, arc_width, rotation, size, seed):
    """As ember 25 has it: one rule of turning tiles, from the point rounded away from 0."""
    scale = (cos(rotation) + sin(rotation)) / w
    p = x * scale - floor(x * scale)
    q = y * scale - floor(y * scale)
    i = floor(fabs(x) + 0.5) * (1.0 if x >= 0.0 else -1.0)
    j = floor(fabs(y) + 0.5) * (1.0 if y >= 0.0 else -1.0)
    s = fabs(seed)
    k = 0.25 * sqrt(zeps(1.5 * s)) / zeps(0.5 * s)
    single = fmod((s + k * i + k * j + k * k * i * j) * k * 0.5 * 32747.0 + 12345.0, 65535.0)
    turn = 1.0 if fmod(single, 2.0) >= 1.0 else 0.0
    if s == 0.0 or s == 1.0:
        turn = s
    first = pow(pow(fabs(p - turn), exponent) + pow(q, exponent), 1.0 / exponent)
    second = pow(pow(fabs(p - 1.0 + turn), exponent) + pow(1.0 - q, exponent), 1.0 / exponent)
    width = 0.5 * (pow(2.0, 1.0 / exponent) - 1.0) * arc_width
    on = 1.0 if fabs(first - 0.5) < width or fabs(second - 0.5) < width else 0.0
    return on * size * (p + floor(x)), on * size * (q + floor(y)), 0.0


_TRUCHET_FILL = (
    P("exponent", 2.0, kind="cyclic", minimum=0.001, maximum=2.0, description="2 circles, 1 diamonds"),
    P("arc_width", 0.5, kind="cyclic", minimum=0.001, maximum=1.0, description="Width of the arcs"),
    P("seed", 0.0, soft_minimum=0.0, soft_maximum=200.0, description="Turns tiles: 0 none, 1 all"),
)


@variation("Truchet_fill", parameters=_TRUCHET_FILL, compatibility="current")
@variation("Truchet_fill", parameters=_TRUCHET_FILL, keeps="")
def truchet_fill(x, y, w, exponent, arc_width, seed):
    """As `Truchet`, with tiles of size w, and the point taken off (tatasz).

    The result is 2 ((p, q) + floor(x, y)) for each of the two arcs that the point is on, minus (x, y). A
    congruential generator, started from the seed and the rounded input, decides which tiles are turned. In
    ember 1.0.0.14 the pre and post forms set the depth to 0.
    """
    i = floor(fabs(x / w) + 0.5)
    j = floor(fabs(y / w) + 0.5)
    p = fabs(x / w) - i if x / w >= 0.0 else i - fabs(x / w)
    q = fabs(y / w) - j if y / w >= 0.0 else j - fabs(y / w)
    p = p + 1.0 if p < 0.0 else p
    q = q + 1.0 if q < 0.0 else q
    k = 0.25 * sqrt(1.5 * seed) / zeps(0.5 * seed)
    a = floor(fabs(x) + 0.5) * k
    b = floor(fabs(y) + 0.5) * k
    single = fmod((seed + a + b + a * b) * k * 0.5 * 32747.0 + 12345.0, 65535.0)
    turn = 0.0 if fmod(single, 2.0) < 1.0 else 1.0
    if seed == 0.0 or seed == 1.0:
        turn = seed
    first = pow(pow(fabs(p - turn), exponent) + pow(fabs(q), exponent), 1.0 / exponent)
    second = pow(pow(fabs(p - 1.0 + turn), exponent) + pow(fabs(q - 1.0), exponent), 1.0 / exponent)
    width = 0.5 * (pow(2.0, 1.0 / exponent) - 1.0) * arc_width
    on = (2.0 if fabs(first - 0.5) < width else 0.0) + (2.0 if fabs(second - 0.5) < width else 0.0)
    return on * (p + floor(x)) - x, on * (q + floor(y)) - y, 0.0


@variation(
    "Truchet_inv",
    parameters=(
        P("exponent", 2.0, minimum=0.0, maximum=2.0, description="2 circles, 1 diamonds"),
        P("arc_width", 0.5, description="Width of the arcs"),
        P("rotation", 0.0, description="Scales the pattern by cos + sin of it"),
        P("size", 1.0, minimum=0.0, description="Size of the arcs"),
        P("seed", 1.0, description="Turns tiles: 0 none, 1 all"),
    ),
)
def truchet_inverse(x, y, w, exponent, arc_width, rotation, size, seed):
    """What `Truchet` of ember 25 leaves out: the points beside the arcs. By tatasz."""
    scale = (cos(rotation) + sin(rotation)) / w
    p = x * scale - floor(x * scale)
    q = y * scale - floor(y * scale)
    i = floor(fabs(x) + 0.5) * (1.0 if x >= 0.0 else -1.0)
    j = floor(fabs(y) + 0.5) * (1.0 if y >= 0.0 else -1.0)
    s = fabs(seed)
    k = 0.25 * sqrt(zeps(1.5 * s)) / zeps(0.5 * s)
    single = fmod((s + k * i + k * j + k * k * i * j) * k * 0.5 * 32747.0 + 12345.0, 65535.0)
    turn = 1.0 if fmod(single, 2.0) >= 1.0 else 0.0
    if s == 0.0 or s == 1.0:
        turn = s
    n = zeps(exponent)
    first = pow(pow(fabs(p - turn), n) + pow(q, n), 1.0 / n)
    second = pow(pow(fabs(p - 1.0 + turn), n) + pow(1.0 - q, n), 1.0 / n)
    width = 0.5 * (pow(2.0, 1.0 / n) - 1.0) * arc_width
    k = 0.0 if fabs(first - 0.5) < width or fabs(second - 0.5) < width else size
    return k * (p + floor(x)), k * (q + floor(y)), 0.0


@variation("truchet_knot")
def truchet_knot(x, y, w, u0, u1):
    """A random point of a strip in the square of the point, w times: knots of strips that go over and under.

    The strip is 1.3 by 0.5, upright in every other square. By tatasz.
    """
    i = floor(x)
    j = floor(y)
    upright = i + j - 2.0 * floor(0.5 * (i + j)) == 0.0
    p = 1.3 * (u0 - 0.5)
    q = 0.5 * (u1 - 0.5)
    return w * (i + (q if upright else p)), w * (j + (p if upright else q)), 0.0


@variation(
    "Truchet_hex_crop",
    parameters=(
        P("wd", 0.2, minimum=0.0, maximum=5.0, description="Half the width of the arcs"),
        P("mode", 0, kind="integer", minimum=0, maximum=2, description="Where the cut goes"),
        P("inv", 0, kind="integer", minimum=0, maximum=1, description="1 cuts what is beside the arcs"),
        P("seed", 0, kind="integer", description="Turns hexagons: 0 none, 1 some, otherwise at random"),
    ),
)
def truchet_hex_crop(x, y, w, wd, mode, inv, seed, u0):
    """Arcs around every other corner of each hexagon of a honeycomb of edge 1 are cut, or all but these.

    The cut goes to the hexagon's middle (mode 0), its corner (1) or one of the two rims of its arc (2). By
    tatasz.
    """
    a = 0.5773502691896258 * x - y / 3.0
    b = 2.0 * y / 3.0
    i = floor(fabs(a) + 0.5) * (1.0 if a >= 0.0 else -1.0)
    j = floor(fabs(b) + 0.5) * (1.0 if b >= 0.0 else -1.0)
    k = floor(fabs(a + b) + 0.5) * (1.0 if a + b <= 0.0 else -1.0)
    da = fabs(i - a)
    db = fabs(j - b)
    dc = fabs(k + a + b)
    i_nearest = -j - k if da > dc and da > db else i
    j = -i - k if (da <= dc or da <= db) and dc <= db else j
    i = i_nearest
    cx = 1.7320508075688772 * (i + 0.5 * j)
    cy = 1.5 * j
    odd = i - 2.0 * floor(0.5 * i) != 0.0 or j - 2.0 * floor(0.5 * j) != 0.0
    turned = not odd if seed == 1.0 else shader_hash(cx, cy, seed) < 0.5 and seed >= 2.0
    turn = pi / 3.0 if turned else 0.0
    p = x - cx
    q = y - cy
    t = floor(1.5 * (atan2(q, p) + pi / 6.0 - turn) / pi) * pi / 1.5 + pi / 6.0 + turn
    ex = cos(t)
    ey = sin(t)
    d = sqrt((p - ex) * (p - ex) + (q - ey) * (q - ey))
    beside = d > 0.5 + wd or d < 0.5 - wd
    inside = d < 0.5 + wd and d > 0.5 - wd
    cut = beside if inv == 1.0 else inside
    rim = (0.5 + wd if u0 < 0.5 else 0.5 - wd) / zeps(d)
    m = ex if mode == 1.0 else ex + (p - ex) * rim
    n = ey if mode == 1.0 else ey + (q - ey) * rim
    m = 0.0 if mode == 0.0 else m
    n = 0.0 if mode == 0.0 else n
    return w * (cx + (m if cut else p)), w * (cy + (n if cut else q)), 0.0


@variation(
    "Truchet_hex_fill",
    parameters=(
        P("n", 3, kind="integer", description="Copies in a third of a hexagon"),
        P(
            "flipx",
            1,
            kind="integer",
            minimum=0,
            maximum=1,
            description="0 mirrors x in every turned hexagon",
        ),
        P(
            "flipy",
            1,
            kind="integer",
            minimum=0,
            maximum=1,
            description="0 mirrors y in every turned hexagon",
        ),
        P("spreadx", 1.0, description="How far the hexagons go in x"),
        P("spready", 1.0, description="How far the hexagons go in y"),
        P("seed", 0, kind="integer", description="Turns hexagons: 0 none, 1 some, otherwise at random"),
    ),
)
def truchet_hex_fill(x, y, w, n, flipx, flipy, spreadx, spready, seed, u0, u1, u2, u3, u4, u5):
    """The strip -1 < y < 1 along the arcs of random hexagons, as `Truchet_hex_crop` has them. By tatasz."""
    i = floor(log(zeps(u0)) * (spreadx if u1 < 0.5 else -spreadx))
    j = floor(log(zeps(u2)) * (spready if u3 < 0.5 else -spready))
    cx = 1.7320508075688772 * (i + 0.5 * (j if u4 < 0.5 else -j))
    cy = 1.5 * j
    odd = i - 2.0 * floor(0.5 * i) != 0.0 or j - 2.0 * floor(0.5 * j) != 0.0
    turned = not odd if seed == 1.0 else shader_hash(cx, cy, seed) < 0.5 and seed >= 2.0
    m = 3.0 * n
    p = -x if turned and flipx == 0.0 else x
    q = -y if turned and flipy == 0.0 else y
    r = 2.0 / (exp(pi / m) + exp(-pi / m)) * exp(p * pi / m)
    t = q * pi / m + 2.0 * pi * floor(u5 * m) / m
    p = r * cos(t)
    q = r * sin(t)
    t = atan2(q, p)
    t = t + 2.0 * pi if t < 0.0 else t
    t = (pi + 2.0 * pi * floor(1.5 * t / pi)) / 3.0
    p = 0.5 * p - cos(t)
    q = 0.5 * q - sin(t)
    s = -0.5 if turned else 0.5
    return w * (cx + 0.8660254037844386 * p - s * q), w * (cy + s * p + 0.8660254037844386 * q), 0.0
