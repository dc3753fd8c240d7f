"""Variations that make or turn depth; r² = x² + y², w is the weight."""

from __future__ import annotations

from .registry import P, variation
from .vocabulary import atan2, cos, fabs, floor, pi, pow, sin, sqrt, zeps

BRANCHES = P("power", 2, kind="integer_nonzero", soft_minimum=-20, soft_maximum=20, description="Branches")


@variation("linear3D", z="wz", three_d=True)
def linear_3d(x, y, z, w):
    """w (x, y, z)."""
    return w * x, w * y, w * z


@variation("bubble", z="own")
def bubble(x, y, w):
    """w / (1 + r² / 4) (x, y), and 8 w / r² in depth.

    The plane part is variation 28 of the paper (Draves & Reckase 2008).
    """
    q = 0.25 * (x * x + y * y)
    return w * x / (q + 1.0), w * y / (q + 1.0), 2.0 * w / zeps(q)


@variation("cylinder", z="own")
def cylinder(x, y, w):
    """w (sin x, y, cos x). The plane part is variation 29 of the paper."""
    return w * sin(x), w * y, w * cos(x)


@variation("zcone", z="own", keeps="xy")
def zcone(x, y, w):
    """Adds w r to z."""
    return 0.0, 0.0, w * sqrt(x * x + y * y)


@variation("ztranslate", z="w", mode="sum")
def ztranslate(w):
    """Adds w to z."""
    return 0.0, 0.0, w


@variation("flatten", keeps="xy", clears="z", last=True, three_d=True)
def flatten():
    """Sets the running z to 0; the weight only switches it on."""
    return 0.0, 0.0, 0.0


@variation("rotate_x", z="own", clears="x")
def rotate_x(x, y, z, w):
    """The input turned about the x axis by w quarter turns; on that axis in place of the running sum."""
    c = cos(0.5 * pi * w)
    s = sin(0.5 * pi * w)
    return x, c * y + s * z, c * z - s * y


@variation("rotate_y", z="own", clears="y")
def rotate_y(x, y, z, w):
    """The input turned about the y axis by w quarter turns; on that axis in place of the running sum."""
    c = cos(0.5 * pi * w)
    s = sin(0.5 * pi * w)
    return c * x - s * z, y, s * x + c * z


@variation("rotate_z", z="own", clears="z", three_d=False)
def rotate_z(x, y, z, w):
    """The input turned about the z axis by w quarter turns; on that axis in place of the running sum."""
    c = cos(0.5 * pi * w)
    s = sin(0.5 * pi * w)
    return c * x + s * y, c * y - s * x, z


@variation("hemisphere", z="own")
def hemisphere(x, y, w):
    """w / sqrt(r² + 1) (x, y, 1)."""
    k = w / sqrt(x * x + y * y + 1.0)
    return k * x, k * y, k


@variation("sinusoidal3D", z="own")
def sinusoidal_3d(x, y, z, w):
    """w (sin x, sin y, atan2(x², y²) cos z)."""
    return w * sin(x), w * sin(y), w * atan2(x * x, y * y) * cos(z)


@variation("Spherical3D", z="own")
def spherical_3d(x, y, z, w):
    """w / (x² + y² + z²) (x, y, z)."""
    k = w / zeps(x * x + y * y + z * z)
    return k * x, k * y, k * z


@variation(
    "curl3D",
    parameters=(
        P("cx", 0.0, description="Strength along x"),
        P("cy", 0.0, description="Strength along y"),
        P("cz", 0.0, description="Strength along z"),
    ),
    z="own",
)
def curl_3d(x, y, z, w, cx, cy, cz):
    """Moebius map of space: with c = (cx, -cy, cz), R² = |p|²: w (p + c R²) / (|c|² R² + 2 c · p + 1)."""
    r2 = x * x + y * y + z * z
    k = w / zeps((cx * cx + cy * cy + cz * cz) * r2 + 2.0 * (cx * x - cy * y + cz * z) + 1.0)
    return k * (x + cx * r2), k * (y - cy * r2), k * (z + cz * r2)


@variation(
    "julia3D",
    parameters=(BRANCHES,),
    z="own",
)
def julia_3d(x, y, z, w, power, u0):
    """One of |n| roots in space, n the power, chosen at random.

    With Z = z / |n| and q = w (r² + Z²)^((1/n - 1) / 2): (q r cos t, q r sin t, q Z), where
    t = (φ + 2 π k) / n, k uniform in 0 … |n| - 1.
    """
    n = fabs(power)
    depth = z / n
    r2 = x * x + y * y
    q = w * pow(r2 + depth * depth, 0.5 * (1.0 / power - 1.0))
    t = (atan2(y, x) + 2.0 * pi * floor(u0 * n)) / power
    r = q * sqrt(r2)
    return r * cos(t), r * sin(t), q * depth


@variation(
    "julia3Dz",
    parameters=(BRANCHES,),
    z="own",
)
def julia_3dz(x, y, z, w, power, u0):
    """As `julian` in the plane; z becomes w r^(1/n) z / (r |n|)."""
    n = fabs(power)
    r2 = x * x + y * y
    k = w * pow(r2, 0.5 / power)
    t = (atan2(y, x) + 2.0 * pi * floor(u0 * n)) / power
    return k * cos(t), k * sin(t), k * z / (zeps(sqrt(r2)) * n)


@variation(
    "taurus",
    parameters=(
        P("r", 3.0, description="Radius of the ring"),
        P("n", 5.0, description="Waves along the ring"),
        P("inv", 1.5, description="Share of the round ring against the wavy one"),
        P("sor", 1.0, description="Share of the tube against the flat depth"),
    ),
    z="own",
)
def taurus(x, y, w, r, n, inv, sor):
    """A torus: with q = inv r + (1 - inv) r cos(n x), w (cos x (q + sin y), sin x (q + sin y)) and depth
    w sor cos y + (1 - sor) y.
    """
    q = inv * r + (1.0 - inv) * r * cos(n * x) + sin(y)
    return w * cos(x) * q, w * sin(x) * q, w * sor * cos(y) + (1.0 - sor) * y
