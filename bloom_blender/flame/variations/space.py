"""More variations that make or turn depth; the first ones are in `three_d`.

r² = x² + y², φ = atan2(y, x), w is the weight, u a uniform random number in [0, 1).
"""

from __future__ import annotations

from .helpers import bounded, sign
from .registry import P, variation
from .vocabulary import acos, atan2, cos, cosh, fabs, floor, maximum, minimum, pi, pow, sin, sinh, sqrt, zeps


@variation("zscale", z="wz")
def zscale(z, w):
    """Scales the depth alone: (0, 0, w z)."""
    return 0.0, 0.0, w * z


@variation(
    "blob3D",
    parameters=(
        P("low", 0.0, description="Radius of the dents"),
        P("high", 1.0, description="Radius of the bulges"),
        P("waves", 1.0, description="Number of waves"),
    ),
    z="own",
)
def blob_3d(x, y, w, low, high, waves):
    """`blob`, with the depth w s, s = r (low + (high - low) (1 + sin(waves θ)) / 2) sin(waves θ)."""
    s = sin(waves * atan2(x, y))
    k = w * (low + (high - low) * (0.5 + 0.5 * s))
    return k * x, k * y, k * sqrt(x * x + y * y) * s


@variation("blade3D", z="own")
def blade_3d(x, y, z, w, u0):
    """`blade`, with the depth w z (sin t - cos t), t = w u r."""
    t = w * u0 * sqrt(x * x + y * y)
    return w * x * (cos(t) + sin(t)), w * x * (cos(t) - sin(t)), w * z * (sin(t) - cos(t))


@variation("square3D", z="own", mode="sum")
def square_3d(w, u0, u1, u2):
    """w (u - 1/2) along every axis."""
    return w * (u0 - 0.5), w * (u1 - 0.5), w * (u2 - 0.5)


@variation(
    "pie3D",
    parameters=(
        P("slices", 6, kind="integer_nonzero", minimum=1, description="Number of slices"),
        P("rotation", 0.5, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Turn"),
        P("thickness", 0.5, minimum=0.0, maximum=1.0, description="Filled share of a slice"),
    ),
    z="own",
    mode="sum",
)
def pie_3d(w, slices, rotation, thickness, u0, u1, u2):
    """`pie`, with the depth w sin r of its random radius r = w u."""
    a = rotation + 2.0 * pi * (floor(u0 * slices) + u1 * thickness) / slices
    r = w * u2
    return r * cos(a), r * sin(a), w * sin(r)


@variation(
    "waves2_3D",
    parameters=(
        P("freq", 2.0, description="Frequency"),
        P("scale", 1.0, description="Height"),
    ),
    z="own",
)
def waves2_3d(x, y, z, w, freq, scale):
    """w (x + s sin(f y), y + s sin(f x), z + s sin(f (x + y) / 2))."""
    t = scale * sin(0.5 * freq * (x + y))
    return w * (x + scale * sin(freq * y)), w * (y + scale * sin(freq * x)), w * (z + t)


@variation(
    "bubble2",
    parameters=(
        P("x", 1.0, description="Scale in x"),
        P("y", 1.0, description="Scale in y"),
        P("z", 0.0, description="Step in depth"),
    ),
    z="wz",
)
def bubble2(x, y, z, w, x_, y_, z_):
    """w / (|p|² / 4 + 1) (X x, Y y), and w (z ± Z + Z z / (|p|² / 4 + 1)) with the sign of z."""
    k = w / (0.25 * (x * x + y * y + z * z) + 1.0)
    return k * x * x_, k * y * y_, w * (z + z_ if z >= 0.0 else z - z_) + k * z * z_


@variation("disc3d", parameters=(P("pi", pi, description="The number to use for π"),), z="own")
def disc3d(x, y, z, w, pi_):
    """w θ / π (sin π r, cos π r, r cos z)."""
    r = sqrt(x * x + y * y)
    k = w * atan2(x, y) / zeps(pi_)
    return k * sin(pi_ * r), k * cos(pi_ * r), k * r * cos(z)


@variation(
    "linearT",
    parameters=(
        P("powX", 1.0, description="Power of x"),
        P("powY", 1.0, description="Power of y"),
    ),
)
def lineart(x, y, w, powX, powY):
    """w (±|x|^X, ±|y|^Y) with the signs of the coordinates."""
    return w * sign(x) * pow(fabs(x), powX), w * sign(y) * pow(fabs(y), powY), 0.0


@variation(
    "linearT3D",
    parameters=(
        P("powX", 1.0, description="Power of x"),
        P("powY", 1.0, description="Power of y"),
        P("powZ", 1.0, description="Power of the depth"),
    ),
    z="wz",
)
def lineart3d(x, y, z, w, powX, powY, powZ):
    """w (±|x|^X, ±|y|^Y, ±|z|^Z) with the signs of the coordinates."""
    return (
        w * sign(x) * pow(fabs(x), powX),
        w * sign(y) * pow(fabs(y), powY),
        w * sign(z) * pow(fabs(z), powZ),
    )


@variation("foci_3D", z="own")
def foci_3d(x, y, z, w):
    """w / (cosh x - cos y cos z) (sinh x, sin y, sin z), φ in place of a depth of exactly 0."""
    v = atan2(y, x) if z == 0.0 else z
    t = bounded(x, 86.0)
    k = w / zeps(cosh(t) - cos(y) * cos(v))
    return k * sinh(t), k * sin(y), k * sin(v)


@variation("loonie_3D", z="own")
def loonie_3d(x, y, z, w):
    """`loonie` in space: with s = z, or φ where z is 0, R² = r² + s²: the factor inside of w is
    sqrt(w² / R² - 1), outside 1, and the depth gets half of it.
    """
    s = atan2(y, x) if z == 0.0 else z
    q = x * x + y * y + s * s
    k = w * sqrt(fabs(w * w / q - 1.0)) if q < w * w else w
    return k * x, k * y, 0.5 * k * s


@variation("scry_3D", z="own")
def scry_3d(x, y, z, w):
    """`scry` in space: (x, y, z) / (R (R² + 1 / w)), with φ in place of a depth of exactly 0."""
    q = x * x + y * y + z * z
    k = 1.0 / zeps(sqrt(q) * (q + 1.0 / zeps(w)))
    return k * x, k * y, k * (z if z != 0.0 else atan2(y, x))


@variation(
    "ovoid",
    parameters=(
        P("x", 1.0, description="Width"),
        P("y", 1.0, description="Height"),
    ),
)
def ovoid(x, y, w, x_, y_):
    """w / r² (X x, Y y)."""
    k = w / zeps(x * x + y * y)
    return k * x * x_, k * y * y_, 0.0


@variation(
    "ovoid3d",
    parameters=(
        P("x", 1.0, description="Width"),
        P("y", 1.0, description="Height"),
        P("z", 1.0, description="Depth"),
    ),
    z="own",
)
def ovoid3d(x, y, z, w, x_, y_, z_):
    """w / (x² + y² + z²) (X x, Y y, Z z)."""
    k = w / zeps(x * x + y * y + z * z)
    return k * x * x_, k * y * y_, k * z * z_


@variation(
    "julia3Dq",
    parameters=(
        P("power", 3, kind="integer_nonzero", description="Branches"),
        P("divisor", 2, kind="integer_nonzero", description="Divisor of the branches"),
    ),
    z="own",
)
def julia3dq(x, y, z, w, power, divisor, u0):
    """As `julia3D` with the power n / m, m the divisor."""
    n = fabs(divisor / power)
    s = z * n
    q = x * x + y * y
    k = w * pow(q + s * s, 0.5 * divisor / power - 0.5)
    t = (atan2(y, x) * divisor + 2.0 * pi * floor(u0 * fabs(power))) / power
    return k * sqrt(q) * cos(t), k * sqrt(q) * sin(t), k * s


@variation(
    "julian3Dx",
    parameters=(
        P("dist", 1.0, description="Power of the distance"),
        P("power", 2, kind="integer_nonzero", description="Branches"),
        P("a", 1.0, description="x of x"),
        P("b", 0.0, description="y in x"),
        P("c", 0.0, description="x in y"),
        P("d", 1.0, description="y of y"),
        P("e", 0.0, description="Shift of x"),
        P("f", 0.0, description="Shift of y"),
    ),
    z="own",
)
def julian3dx(x, y, z, w, dist, power, a, b, c, d, e, f, u0):
    """As `julia3D`, after an affine map (a x + b y + e, c x + d y + f), with a power of the distance."""
    s = z / fabs(power)
    p = a * x + b * y + e
    v = c * x + d * y + f
    q = x * x + y * y
    k = w * pow(q + s * s, 0.5 * (dist / power - 1.0))
    t = (atan2(v, p) + 2.0 * pi * floor(u0 * fabs(power))) / power
    return k * sqrt(q) * cos(t), k * sqrt(q) * sin(t), k * s


@variation("helicoid", parameters=(P("frequency", 1.0, description="Turns per depth"),), z="wz")
def helicoid(x, y, z, w, frequency):
    """w (r cos a, r sin a, z), a = φ + 2 π f z."""
    a = atan2(y, x) + 2.0 * pi * frequency * z
    r = w * sqrt(x * x + y * y)
    return r * cos(a), r * sin(a), w * z


@variation(
    "helix",
    parameters=(
        P("frequency", 1.0, description="Turns per depth"),
        P("width", 0.5, description="Radius"),
    ),
    z="wz",
)
def helix(x, y, z, w, frequency, width):
    """w (x + width cos a, y + width sin a, z), a = 2 π f z."""
    a = 2.0 * pi * frequency * z
    return w * (x + width * cos(a)), w * (y + width * sin(a)), w * z


@variation("spherivoid", parameters=(P("radius", 0.0, description="Thickness added to the radius"),), z="wz")
def spherivoid(x, y, z, w, radius):
    """w (1 + radius / R) (x, y, z), R the distance from the origin."""
    k = w * (1.0 + radius / zeps(sqrt(x * x + y * y + z * z)))
    return k * x, k * y, k * z


@variation(
    "line",
    parameters=(
        P("delta", 0.0, description="Angle in the plane"),
        P("phi", 0.0, description="Angle in depth"),
    ),
    mode="sum",
    three_d=True,
)
def line(w, delta, phi, u0):
    """w u along a direction: (cos πδ cos πφ, sin πδ cos πφ, sin πφ)."""
    r = w * u0
    return r * cos(delta * pi) * cos(phi * pi), r * sin(delta * pi) * cos(phi * pi), r * sin(phi * pi)


@variation(
    "farblur",
    parameters=(
        P("x", 1.0, description="Strength in x"),
        P("y", 1.0, description="Strength in y"),
        P("z", 1.0, description="Strength in depth"),
        P("x_origin", 0.0, description="x of the sharp point"),
        P("y_origin", 0.0, description="y of the sharp point"),
        P("z_origin", 0.0, description="Depth of the sharp point"),
    ),
    z="own",
)
def farblur(x, y, z, w, x_, y_, z_, x_origin, y_origin, z_origin, u0, u1, u2, u3, u4, u5):
    """w d² (u + u + u + u - 2) in a random direction, d its distance from the sharp point."""
    a = x - x_origin
    b = y - y_origin
    c = z - z_origin
    r = w * (a * a + b * b + c * c) * (u0 + u1 + u2 + u3 - 2.0)
    t = 2.0 * pi * u4
    p = pi * u5
    return x_ * r * sin(p) * cos(t), y_ * r * sin(p) * sin(t), z_ * r * cos(p)


@variation("svf", parameters=(P("n", 2.0, description="Frequency"),), z="own")
def svf(x, y, w, n):
    """w cos(n y) (cos y cos x, cos y sin x, sin y)."""
    k = w * cos(n * y)
    return k * cos(y) * cos(x), k * cos(y) * sin(x), k * sin(y)


@variation(
    "psphere", parameters=(P("zscale", 0.0, description="Scale of the depth"),), keeps="", three_d=True
)
def psphere(x, y, w, zscale):
    """(-sin p cos t, sin t cos p, zscale cos p), t = π w x, p = π w y."""
    t = pi * w * x
    p = pi * w * y
    return -sin(p) * cos(t), sin(t) * cos(p), zscale * cos(p)


@variation("depth", parameters=(P("power", 1.0, description="Power of the depth"),), z="own")
def depth(x, y, z, w, power):
    """w (1 + |z|^power) (x, y, z)."""
    k = w * (1.0 + pow(fabs(z), power))
    return k * x, k * y, k * z


@variation(
    "octagon",
    parameters=(
        P("x", 0.0, description="Shift of x"),
        P("y", 0.0, description="Shift of y"),
        P("z", 0.0, description="Shift of the depth"),
    ),
    z="own",
)
def octagon(x, y, z, w, x_, y_, z_):
    """With q = x⁴ + y⁴ + 2 z²: w / q (x, y, z) where q > w / 2, elsewhere w (x ± X, y ± Y, z ± Z).

    The signs are those of the coordinates.
    """
    q = x * x * x * x + y * y * y * y + 2.0 * z * z
    k = w / zeps(q)
    near = q <= 0.5 * w
    p = w * (x + x_ if x >= 0.0 else x - x_)
    s = w * (y + y_ if y >= 0.0 else y - y_)
    t = w * (z + z_ if z >= 0.0 else z - z_)
    return (p if near else k * x), (s if near else k * y), (t if near else k * z)


@variation(
    "heat",
    parameters=(
        P("theta_period", 1.0, description="Longitude: period"),
        P("theta_phase", 0.0, description="Longitude: phase"),
        P("theta_amp", 1.0, description="Longitude: height"),
        P("phi_period", 1.0, description="Colatitude: period"),
        P("phi_phase", 0.0, description="Colatitude: phase"),
        P("phi_amp", 0.0, description="Colatitude: height"),
        P("r_period", 1.0, description="Radius: period"),
        P("r_phase", 0.0, description="Radius: phase"),
        P("r_amp", 0.0, description="Radius: height"),
    ),
    z="own",
)
def heat(
    x, y, z, w, theta_period, theta_phase, theta_amp, phi_period, phi_phase, phi_amp, r_period, r_phase, r_amp
):
    """Spherical coordinates with waves: w height sin((2 π R + phase) / period) added to each.

    The radius R = sqrt(|x² + y² + z|), the depth not squared, comes first; the angles' waves see the new one.
    """
    q = sqrt(fabs(x * x + y * y + z))
    r = q + w * r_amp * sin((2.0 * pi * q + r_phase) / zeps(r_period))
    t = atan2(y, x) + w * theta_amp * sin((2.0 * pi * r + theta_phase) / zeps(theta_period))
    p = acos(minimum(1.0, maximum(-1.0, z / zeps(r))))
    p = p + w * phi_amp * sin((2.0 * pi * r + phi_phase) / zeps(phi_period))
    return r * sin(p) * cos(t), r * sin(p) * sin(t), r * cos(p)


@variation(
    "affine3D",
    parameters=(
        *(P(f"translate{axis}", 0.0, description=f"Shift along {axis.lower()}") for axis in "XYZ"),
        *(P(f"scale{axis}", 1.0, description=f"Scale along {axis.lower()}") for axis in "XYZ"),
        *(
            P(
                f"rotate{axis}",
                0.0,
                soft_minimum=-360.0,
                soft_maximum=360.0,
                description=f"Turn about {axis.lower()} in degrees",
            )
            for axis in "XYZ"
        ),
        *(
            P(f"shear{a}{b}", 0.0, description=f"Part of {b.lower()} in {a.lower()}")
            for a, b in ("XY", "XZ", "YX", "YZ", "ZX", "ZY")
        ),
    ),
    z="own",
)
def affine_3d(
    x, y, z, w, translateX, translateY, translateZ, scaleX, scaleY, scaleZ, rotateX, rotateY, rotateZ,
    shearXY, shearXZ, shearYX, shearYZ, shearZX, shearZY,
):  # fmt: skip
    """w (translation + R_z R_y R_x shear scale p): an affine map of space (Framelet; JWildfire has it)."""
    p = scaleX * x + shearXY * scaleY * y + shearXZ * scaleZ * z
    q = scaleY * y + shearYX * scaleX * x + shearYZ * scaleZ * z
    o = scaleZ * z + shearZX * scaleX * x + shearZY * scaleY * y
    a = pi / 180.0 * rotateX
    b = pi / 180.0 * rotateY
    c = pi / 180.0 * rotateZ
    m = q * cos(a) - o * sin(a)
    o = q * sin(a) + o * cos(a)
    q = m
    m = p * cos(b) + o * sin(b)
    o = o * cos(b) - p * sin(b)
    p = m
    return (
        w * (p * cos(c) - q * sin(c) + translateX),
        w * (p * sin(c) + q * cos(c) + translateY),
        w * (o + translateZ),
    )
