"""Variations that cut the plane along straight lines: grids, stripes, splits and borders.

w is the weight, u a uniform random number in [0, 1).
"""

from __future__ import annotations

from .helpers import grid_step, shader_hash
from .registry import P, variation
from .vocabulary import atan2, cos, fabs, floor, fmod, maximum, pi, rint, sin, sqrt, trunc, zeps


@variation(
    "rectangles",
    parameters=(
        P("x", 1.0, description="Width"),
        P("y", 1.0, description="Height"),
    ),
    z="wz",
)
def rectangles(x, y, z, w, x_, y_):
    """w ((2 floor(x / X) + 1) X - x, alike in y): mirrors every rectangle in itself. Paper, variation 40."""
    p = w * x if x_ == 0.0 else w * ((2.0 * floor(x / x_) + 1.0) * x_ - x)
    q = w * y if y_ == 0.0 else w * ((2.0 * floor(y / y_) + 1.0) * y_ - y)
    return p, q, w * z


@variation(
    "bent2",
    parameters=(
        P("x", 1.0, description="Factor of negative x"),
        P("y", 1.0, description="Factor of negative y"),
    ),
)
def bent2(x, y, w, x_, y_):
    """w (x, y), negative coordinates times their factors: paper, variation 54."""
    return w * (x * x_ if x < 0.0 else x), w * (y * y_ if y < 0.0 else y), 0.0


@variation("cell", parameters=(P("size", 1.0, description="Size of a cell"),))
def cell(x, y, w, size):
    """Moves the cells of a grid apart, so that each finds an empty one beside it: flam3 variation "cell".

    A cell index i becomes 2 i where it is at least 0, otherwise -(2 i + 1); y changes its sign.
    """
    i = floor(x / size)
    j = floor(y / size)
    p = x - i * size + size * (2.0 * i if i >= 0.0 else -(2.0 * i + 1.0))
    q = y - j * size + size * (2.0 * j if j >= 0.0 else -(2.0 * j + 1.0))
    return w * p, -w * q, 0.0


@variation("boarders")
def boarders(x, y, w, u0):
    """w (round + off / 2) for a quarter of the points, the others go to the border of their unit cell.

    The border is a quarter away on the axis with the larger |off|. flam3 variation "boarders".
    """
    i = rint(x)
    j = rint(y)
    p = x - i
    q = y - j
    wide = fabs(p) >= fabs(q)
    s = (0.25 if p >= 0.0 else -0.25) if wide else (0.25 if q >= 0.0 else -0.25) * p / q
    t = (0.25 if p >= 0.0 else -0.25) * q / p if wide else (0.25 if q >= 0.0 else -0.25)
    inner = u0 >= 0.75
    return w * (0.5 * p + i + (0.0 if inner else s)), w * (0.5 * q + j + (0.0 if inner else t)), 0.0


@variation(
    "modulus",
    parameters=(
        P("x", 1.0, description="Half width"),
        P("y", 1.0, description="Half height"),
    ),
)
def modulus(x, y, w, x_, y_):
    """w times the point wrapped into the rectangle -X … X, -Y … Y: flam3 variation "modulus"."""
    p = -x_ + fmod(x + x_, 2.0 * x_) if x > x_ else (x_ - fmod(x_ - x, 2.0 * x_) if x < -x_ else x)
    q = -y_ + fmod(y + y_, 2.0 * y_) if y > y_ else (y_ - fmod(y_ - y, 2.0 * y_) if y < -y_ else y)
    return w * p, w * q, 0.0


@variation(
    "separation",
    parameters=(
        P("x", 1.0, description="Distance in x"),
        P("xinside", 0.0, description="Pull of x"),
        P("y", 1.0, description="Distance in y"),
        P("yinside", 0.0, description="Pull of y"),
    ),
    z="wz",
)
def separation(x, y, z, w, x_, xinside, y_, yinside):
    """w (±sqrt(x² + X²) - x xinside, alike in y), with the sign of x: flam3 variation "separation"."""
    p = (sqrt(x * x + x_ * x_) if x > 0.0 else -sqrt(x * x + x_ * x_)) - x * xinside
    q = (sqrt(y * y + y_ * y_) if y > 0.0 else -sqrt(y * y + y_ * y_)) - y * yinside
    return w * p, w * q, w * z


@variation(
    "split",
    parameters=(
        P("xsize", 0.5, description="Frequency of the cuts in x"),
        P("ysize", 0.5, description="Frequency of the cuts in y"),
    ),
)
def split(x, y, w, xsize, ysize):
    """w (x or -x, y or -y): x by the sign of cos(π ysize y), y by that of cos(π xsize x)."""
    return w * (x if cos(pi * ysize * y) >= 0.0 else -x), w * (y if cos(pi * xsize * x) >= 0.0 else -y), 0.0


@variation(
    "splits",
    parameters=(
        P("x", 0.0, description="Distance in x"),
        P("y", 0.0, description="Distance in y"),
    ),
    z="wz",
)
def splits(x, y, z, w, x_, y_):
    """w (x + X or x - X, alike in y): pulls the half planes apart. flam3 variation "splits"."""
    return w * (x + x_ if x >= 0.0 else x - x_), w * (y + y_ if y >= 0.0 else y - y_), w * z


@variation(
    "splits3D",
    parameters=(
        P("x", 0.0, description="Distance in x"),
        P("y", 0.0, description="Distance in y"),
        P("z", 0.0, description="Distance in depth"),
    ),
    z="wz",
)
def splits_3d(x, y, z, w, x_, y_, z_):
    """`splits` along all three axes."""
    return (
        w * (x + x_ if x >= 0.0 else x - x_),
        w * (y + y_ if y >= 0.0 else y - y_),
        w * (z + z_ if z >= 0.0 else z - z_),
    )


@variation(
    "stripes",
    parameters=(
        P("space", 0.5, minimum=0.5, maximum=5.0, description="Empty share of a stripe"),
        P("warp", 0.0, description="Bow of the stripes"),
    ),
)
def stripes(x, y, w, space, warp):
    """w (t (1 - space) + floor(x + 1/2), y + warp t²), t the offset: flam3 variation "stripes"."""
    i = floor(x + 0.5)
    t = x - i
    return w * (t * (1.0 - space) + i), w * (y + warp * t * t), 0.0


@variation(
    "shredlin",
    parameters=(
        P("xdistance", 1.0, kind="real_nonzero", description="Width of a strip in x"),
        P("xwidth", 0.5, minimum=-1.0, maximum=1.0, description="Filled share in x"),
        P("ydistance", 1.0, kind="real_nonzero", description="Width of a strip in y"),
        P("ywidth", 0.5, minimum=-1.0, maximum=1.0, description="Filled share in y"),
    ),
    z="wz",
)
def shredlin(x, y, z, w, xdistance, xwidth, ydistance, ywidth):
    """Squeezes every strip of a width to its share, and leaves the rest of it empty."""
    p = trunc(x / xdistance)
    q = trunc(y / ydistance)
    s = (x / xdistance - p) * xwidth + p + (-0.5 if x < 0.0 else 0.5) * (1.0 - xwidth)
    t = (y / ydistance - q) * ywidth + q + (-0.5 if y < 0.0 else 0.5) * (1.0 - ywidth)
    return w * xdistance * s, w * ydistance * t, w * z


@variation(
    "shredrad",
    parameters=(
        P("n", 4.0, kind="real_nonzero", description="Number of sectors"),
        P("width", 0.5, minimum=-1.0, maximum=1.0, description="Filled share of a sector"),
    ),
    z="wz",
)
def shredrad(x, y, z, w, n, width):
    """Squeezes every sector of 2 π / n to its share, and leaves the rest of it empty."""
    s = 2.0 * pi / n
    v = (atan2(y, x) + 3.0 * pi + 0.5 * s) / s
    a = ((v - trunc(v)) * width + trunc(v) + 0.5 * (1.0 - width)) * s - pi - 0.5 * s
    r = w * sqrt(x * x + y * y)
    return r * cos(a), r * sin(a), w * z


@variation("gridout")
def gridout(x, y, w):
    """w times the point, moved by one along the square around the origin on which it lies."""
    i = rint(x)
    j = rint(y)
    step = grid_step(i, j)
    q = y if step != 0.0 else (y + 1.0 if i > 0.0 else y - 1.0)
    return w * (x + step), w * q, 0.0


_BWRAPS = (
    P("cellsize", 1.0, description="Size of a cell"),
    P("space", 0.0, description="Gap between the bubbles"),
    P("gain", 1.0, description="Strength of the bubbles"),
    P("inner_twist", 0.0, description="Twist inside"),
    P("outer_twist", 0.0, description="Twist outside"),
)


@variation("bwraps", parameters=_BWRAPS, z="wz")
def bwraps(x, y, z, w, cellsize, space, gain, inner_twist, outer_twist):
    """`bubble` in every cell of a grid, twisted: a disc of radius cellsize / (2 (1 + space²)) each.

    Without gain nothing bulges: the limit is the twist alone.
    """
    h = 0.5 * cellsize / (1.0 + space * space)
    g = zeps(gain * gain / zeps(h))
    m = g * h
    m = 1.0 if m > 2.0 else m / (0.25 * m * m + 1.0)
    cx_ = (floor(x / cellsize) + 0.5) * cellsize
    cy_ = (floor(y / cellsize) + 0.5) * cellsize
    p = (x - cx_) * g
    q = (y - cy_) * g
    k = h / m / (0.25 * (p * p + q * q) + 1.0)
    s = k * p
    t = k * q
    v = (s * s + t * t) / (h * h)
    a = inner_twist * (1.0 - v) + outer_twist * v
    c = s * cos(a) + t * sin(a)
    d = t * cos(a) - s * sin(a)
    flat = cellsize == 0.0 or (x - cx_) * (x - cx_) + (y - cy_) * (y - cy_) > h * h
    return w * (x if flat else cx_ + c), w * (y if flat else cy_ + d), w * z


@variation("bwraps", parameters=_BWRAPS, z="wz", compatibility="current")
def bwraps_of_plain_gain(x, y, z, w, cellsize, space, gain, inner_twist, outer_twist):
    """As ember 25 has it: `bubble` of gain² p, whatever the radius of the disc."""
    h = 0.5 * cellsize / (1.0 + space * space)
    g = gain * gain + 1e-6
    m = g * h
    m = 1.0 if m > 2.0 else m / (0.25 * m * m + 1.0)
    cx_ = (floor(x / cellsize) + 0.5) * cellsize
    cy_ = (floor(y / cellsize) + 0.5) * cellsize
    p = (x - cx_) * g
    q = (y - cy_) * g
    k = h / m / (0.25 * (p * p + q * q) + 1.0)
    s = k * p
    t = k * q
    v = (s * s + t * t) / (h * h)
    a = inner_twist * (1.0 - v) + outer_twist * v
    c = s * cos(a) + t * sin(a)
    d = t * cos(a) - s * sin(a)
    flat = cellsize == 0.0 or (x - cx_) * (x - cx_) + (y - cy_) * (y - cy_) > h * h
    return w * (x if flat else cx_ + c), w * (y if flat else cy_ + d), w * z


@variation(
    "bwraps_rand",
    parameters=(
        P("cellsize", 1.0, description="Size of a cell"),
        P("space", 0.0, description="Gap between the discs"),
        P("gain", 2.0, description="Bulge"),
        P("inner_twist", 0.0, description="Turn of the middle of a disc"),
        P("outer_twist", 0.0, description="Turn of the rim of a disc"),
        P("symm", 0.0, description="Not 0: as left, so right; as above, so below"),
        P("seed", 1.0, description="Seed"),
    ),
)
def bwraps_of_random_size(x, y, w, cellsize, space, gain, inner_twist, outer_twist, symm, seed):
    """As ember 25's `bwraps`, with discs of random size. By tatasz."""
    size = zeps(cellsize)
    cx_ = (floor(x / size) + 0.5) * size
    cy_ = (floor(y / size) + 0.5) * size
    size = size * shader_hash(cx_ if symm == 0.0 else cx_ * cx_, cy_ if symm == 0.0 else cy_ * cy_, seed)
    h = zeps(0.5 * size / (1.0 + space * space))
    g = gain * gain
    m = g * h
    m = 1.0 if m > 2.0 else zeps(m / (0.25 * m * m + 1.0))
    p = (x - cx_) * g
    q = (y - cy_) * g
    k = h / m / (0.25 * (p * p + q * q) + 1.0)
    s = k * p
    t = k * q
    v = (s * s + t * t) / (h * h)
    a = inner_twist * (1.0 - v) + outer_twist * v
    c = s * cos(a) + t * sin(a)
    d = t * cos(a) - s * sin(a)
    flat = cellsize == 0.0 or (x - cx_) * (x - cx_) + (y - cy_) * (y - cy_) > h * h
    return w * (x if flat else cx_ + c), w * (y if flat else cy_ + d), 0.0


@variation(
    "mcarpet",
    parameters=(
        P("x", 0.0, description="Factor in x"),
        P("y", 0.0, description="Factor in y"),
        P("twist", 0.0, description="Twist"),
        P("tilt", 0.0, description="Tilt"),
    ),
)
def mcarpet(x, y, w, x_, y_, twist, tilt):
    """w (X x / q + 1 - twist x² + y, Y y / q + tilt x), q = r² / 4 + 1."""
    k = w / (0.25 * (x * x + y * y) + 1.0)
    return k * x * x_ + w * (1.0 - twist * x * x + y), k * y * y_ + w * tilt * x, 0.0


@variation(
    "Kaleidoscope",
    parameters=(
        P("pull", 0.0, description="Pull of the upper half"),
        P("rotate", 1.0, description="Turn"),
        P("line_up", 1.0, description="Way along the line"),
        P("x", 0.0, description="Shift of x"),
        P("y", 0.0, description="Shift of y"),
    ),
)
def kaleidoscope(x, y, pull, rotate, line_up, x_, y_):
    """Both halves of the plane, sheared by an eighth of a turn and pulled apart; the weight only switches on.

    With c = sqrt(1/2): x' = rotate x c - y c + line_up + X, y' = rotate y c + x c + pull + line_up + Y where
    y > 0, else - pull - line_up.
    """
    c = sqrt(0.5)
    q = rotate * y * c + x * c
    return (
        rotate * x * c - y * c + line_up + x_,
        (q + pull + line_up + y_ if y > 0.0 else q - pull - line_up),
        0.0,
    )


@variation(
    "lazyTravis",
    parameters=(
        P("spin_in", 1.0, kind="cyclic", minimum=0.0, maximum=2.0, description="Turn of the square"),
        P("spin_out", 0.0, kind="cyclic", minimum=0.0, maximum=2.0, description="Turn of the outside"),
        P("space", 0.0, description="Gap around the square"),
    ),
)
def lazytravis(x, y, w, spin_in, spin_out, space):
    """Points go along the squares around the origin, by 4 spin half edges.

    spin_in counts in the square of half the edge w, spin_out outside of it.
    """
    a = fabs(x)
    b = fabs(y)
    s = maximum(a, b)
    inside = s <= w
    p = (s + y if x > 0.0 else 5.0 * s - y) if a > b else (3.0 * s - x if y > 0.0 else 7.0 * s + x)
    p = fmod(p + s * 4.0 * (spin_in if inside else spin_out), 8.0 * s)
    k = w if inside else w * (1.0 + space / zeps(s))
    i = p - 7.0 * s
    j = -s
    i = -s if p <= 6.0 * s else i
    j = 5.0 * s - p if p <= 6.0 * s else j
    i = 3.0 * s - p if p <= 4.0 * s else i
    j = s if p <= 4.0 * s else j
    i = s if p <= 2.0 * s else i
    j = p - s if p <= 2.0 * s else j
    return k * i, k * j, 0.0
