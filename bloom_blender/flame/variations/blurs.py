"""Variations that scatter points at random.

w is the weight, u a fresh uniform random number in [0, 1). The sum of four uniform numbers minus 2 stands
for a normal distribution (Draves & Reckase, The Fractal Flame Algorithm, 2008, variation 35).
"""

from __future__ import annotations

from .helpers import crackle_site_x, crackle_site_y, sign
from .registry import P, variation
from .vocabulary import EPSILON, cos, fabs, floor, maximum, minimum, pi, pow, sin, sqrt, tan, zeps


@variation("blur", z="wz", mode="sum")
def blur(z, w, u0, u1):
    """w u (cos a, sin a), a = 2 π u. Paper, variation 34."""
    a = 2.0 * pi * u0
    return w * u1 * cos(a), w * u1 * sin(a), w * z


@variation("gaussian_blur", z="wz", mode="sum")
def gaussian_blur(z, w, u0, u1, u2, u3, u4):
    """w (u + u + u + u - 2) (cos a, sin a), a = 2 π u. Paper, variation 35."""
    g = w * (u1 + u2 + u3 + u4 - 2.0)
    a = 2.0 * pi * u0
    return g * cos(a), g * sin(a), w * z


@variation("blur3D", z="own", mode="sum")
def blur_3d(w, u0, u1, u2, u3, u4, u5):
    """w (u + u + u + u - 2) times a direction of longitude 2 π u and colatitude π u."""
    g = w * (u0 + u1 + u2 + u3 - 2.0)
    a = 2.0 * pi * u4
    b = pi * u5
    return g * sin(b) * cos(a), g * sin(b) * sin(a), g * cos(b)


@variation("zblur", z="own", mode="sum")
def zblur(w, u0, u1, u2, u3):
    """Adds w (u + u + u + u - 2) to z."""
    return 0.0, 0.0, w * (u0 + u1 + u2 + u3 - 2.0)


@variation(
    "blur_pixelize",
    parameters=(
        P("size", 0.1, minimum=EPSILON, soft_maximum=1.0, description="Edge of a square"),
        P("scale", 1.0, description="Filled part of a square"),
    ),
    z="wz",
)
def blur_pixelize(x, y, z, w, size, scale, u0, u1):
    """w s (floor(x / s) + k (u - 1/2) + 1/2), y alike: a point in a square of edge s, filled to k."""
    inverse = 1.0 / size
    return (
        w * size * (floor(x * inverse) + scale * (u0 - 0.5) + 0.5),
        w * size * (floor(y * inverse) + scale * (u1 - 0.5) + 0.5),
        w * z,
    )


@variation("arch", mode="sum")
def arch(w, u0):
    """w (sin a, sin² a / cos a), a = π w u. Paper, variation 41."""
    a = pi * w * u0
    s = sin(a)
    return w * s, w * s * s / cos(a), 0.0


@variation("rays")
def rays(x, y, w, u0):
    """w² tan(π w u) / r² (cos x, sin y). Paper, variation 44."""
    k = w * w * tan(pi * w * u0) / zeps(x * x + y * y)
    return k * cos(x), k * sin(y), 0.0


@variation(
    "blur_heart",
    parameters=(
        P("p", 0.5, description="Power of the lobes' roundness"),
        P("a", -0.6, description="Depth of the tip and the notch"),
        P("b", 0.7, description="Height of the lobes"),
    ),
    mode="sum",
)
def blur_heart(w, p, a, b, u0, u1):
    """w (X, Y) for X, Y uniform in -1..1, Y limited to a heart's outline.

    The outline is m = (a |X|^p + k b sqrt(|1 - X²|) - a) / (|a| + |b|) with k the sign of Y; above it
    (k = 1) or below it (k = -1) Y becomes m.
    """
    px = 2.0 * (u0 - 0.5)
    py = 2.0 * (u1 - 0.5)
    k = sign(py)
    m = (a * pow(fabs(px), p) + k * b * sqrt(fabs(1.0 - px * px)) - a) / zeps(fabs(a) + fabs(b))
    return w * px, w * (minimum(py, m) if k > 0.0 else maximum(py, m)), 0.0


@variation(
    "crackle",
    parameters=(
        P("cellsize", 1.0, minimum=0.0001, soft_maximum=2.0, description="Size of a cell"),
        P("power", 0.2, description="How the inside of a cell is spread"),
        P("distort", 0.0, description="How far the cells leave the square grid"),
        P("scale", 1.0, description="Size of the shards in their cells"),
        P("z", 0.0, description="Depth at which the pattern of cells is cut"),
    ),
)
def crackle(w, cellsize, power, distort, scale, z_, u0, u1, u2, u3):
    """Shards of a cracked disc; the input point plays no part.

    A random point u of a blurred disc (radius (u + u) / 2 + (u - 1/2) / 4) is compared with seed points
    on a grid of half the cell size, each moved by noise (`crackle_site_x`). With q the nearest of the
    3 x 3 around it and v the largest of 2 (u - q) · (p - q) / |p - q|² over the eight other seeds p around
    q (0 on q, 1 on the border to p), the result is w (q + (u - q) scale |v|^power / v).
    """
    half = 0.5 * fabs(cellsize)
    radius = 0.5 * (u0 + u1) + 0.25 * (u2 - 0.5)
    px = radius * sin(2.0 * pi * u3)
    py = radius * cos(2.0 * pi * u3)
    i = floor(px / half)
    j = floor(py / half)
    near = 1e30
    ni = i
    nj = j
    qx = 0.0
    qy = 0.0
    for a in range(3):
        for b in range(3):
            sx = crackle_site_x(i + a - 1.0, j + b - 1.0, half, distort, z_)
            sy = crackle_site_y(i + a - 1.0, j + b - 1.0, half, distort, z_)
            d = (px - sx) * (px - sx) + (py - sy) * (py - sy)
            if d < near:
                near = d
                ni = i + a - 1.0
                nj = j + b - 1.0
                qx = sx
                qy = sy
    v = -1e30
    for a in range(3):
        for b in range(3):
            ki = ni + a - 1.0
            kj = nj + b - 1.0
            dx = crackle_site_x(ki, kj, half, distort, z_) - qx
            dy = crackle_site_y(ki, kj, half, distort, z_) - qy
            d = dx * dx + dy * dy
            s = 2.0 * ((px - qx) * dx + (py - qy) * dy) / zeps(d)
            # Without q itself: its distance may be rounded to something else than 0.
            v = maximum(v, s) if fabs(ki - ni) + fabs(kj - nj) > 0.5 else v
    k = scale * pow(fabs(v) + 1e-30, power) / zeps(v)
    return w * (qx + k * (px - qx)), w * (qy + k * (py - qy)), 0.0
