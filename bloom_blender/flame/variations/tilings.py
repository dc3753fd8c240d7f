"""Variations that cut the plane along straight lines: grids, stripes, splits and borders.

w is the weight, u a uniform random number in [0, 1).
"""

from __future__ import annotations

from .registry import P, variation
from .vocabulary import cos, fabs, floor, fmod, pi, rint, sqrt


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
