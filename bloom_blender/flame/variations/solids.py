"""Solids: shapes in space that a point is sent to; w is the weight, r² = x² + y²."""

from __future__ import annotations

from .registry import P, helper, variation
from .vocabulary import (
    acos,
    atan2,
    copysign,
    cos,
    exp,
    fabs,
    floor,
    log,
    maximum,
    minimum,
    pi,
    pow,
    sin,
    sqrt,
    zeps,
)


@variation(
    "ho",
    parameters=(
        P("xpow", 3.0, description="Power along x"),
        P("ypow", 3.0, description="Power along y"),
        P("zpow", 3.0, description="Power in depth"),
    ),
    z="own",
)
def ho(x, y, z, w, xpow, ypow, zpow):
    """w (|a|^p + p a + atan2(y², z²) / 4, |b|^q + q b + atan2(x², z²) / 4, |c|^s + s c) (L. Berlin, 2009).

    (a, b, c) = (cos x cos y, sin x cos y, sin y), the powers p q s are xpow ypow zpow.
    """
    a = cos(x) * cos(y)
    b = sin(x) * cos(y)
    c = sin(y)
    p = pow(fabs(a), xpow) + xpow * a + 0.25 * atan2(y * y, z * z)
    q = pow(fabs(b), ypow) + ypow * b + 0.25 * atan2(x * x, z * z)
    return w * p, w * q, w * (pow(fabs(c), zpow) + zpow * c)


@variation(
    "sphyp3D",
    parameters=(
        P("stretchX", 1.0, description="Power along x"),
        P("stretchY", 1.0, description="Power along y"),
        P("stretchZ", 1.0, description="Power in depth"),
        P("zOn", 1, kind="integer", minimum=0, maximum=1, description="1: changes the depth"),
    ),
    z="own",
)
def sphyp_3d(x, y, z, w, stretchX, stretchY, stretchZ, zOn):
    """w (x / R^2p, y / R^2q, z / R^2s), R² = x² + y² + z², with the powers stretchX, Y, Z (Zy0rg).

    Without zOn the depth is 0.
    """
    d = zeps(x * x + y * y + z * z)
    depth = w * z / pow(d, stretchZ) if zOn > 0.5 else 0.0
    return w * x / pow(d, stretchX), w * y / pow(d, stretchY), depth


@variation(
    "sphereblur",
    parameters=(P("power", 1.0, minimum=0.0, description="How much the points gather in the middle"),),
    z="own",
    mode="sum",
)
def sphereblur(w, power, u0, u1, u2):
    """A random place in a ball: radius w (acos(2 u^power - 1) / π)^(2/3), any direction (Zy0rg)."""
    t = 2.0 * pi * u0
    c = 2.0 * u1 - 1.0
    s = sqrt(maximum(1.0 - c * c, 0.0))
    v = u2 if power == 1.0 else exp(log(maximum(u2, 1e-30)) * power)
    r = w * exp(log(acos(minimum(1.0, 2.0 * v - 1.0)) / pi) / 1.5)
    return r * cos(t) * s, r * sin(t) * s, r * c


@helper
def super_radius(t, m, a, b, n, n2, n3):
    """(|cos(m t / 4) / a|^n2 + |sin(m t / 4) / b|^n3)^n."""
    c = pow(fabs(1.0 / a), n2) * pow(fabs(cos(0.25 * m * t)), n2)
    s = pow(fabs(1.0 / b), n3) * pow(fabs(sin(0.25 * m * t)), n3)
    return pow(fabs(c + s), n)


@variation(
    "SuperShape3D",
    parameters=(
        P("rho", 9.9, description="Range of longitudes, times 2 / pi"),
        P("phi", 2.5, description="Range of latitudes, times 2 / pi"),
        P("m1", 6.0, description="Symmetry of the longitudes"),
        P("m2", 3.0, description="Symmetry of the latitudes"),
        P("a1", 1.0, description="Width of the longitudes"),
        P("a2", 1.0, description="Width of the latitudes"),
        P("b1", 1.0, description="Height of the longitudes"),
        P("b2", 1.0, description="Height of the latitudes"),
        P("n1_1", 1.0, description="Power of the longitudes' radius"),
        P("n1_2", 1.0, description="Power of the latitudes' radius"),
        P("n2_1", 1.0, description="Power of the cosine of the longitudes"),
        P("n2_2", 1.0, description="Power of the cosine of the latitudes"),
        P("n3_1", 1.0, description="Power of the sine of the longitudes"),
        P("n3_2", 1.0, description="Power of the sine of the latitudes"),
        P("spiral", 0.0, description="Growth of the radius with the longitude"),
        P("toroidmap", 0, kind="integer", minimum=0, maximum=1, description="1: on a ring"),
    ),
    z="own",
    mode="sum",
)
def super_shape_3d(
    w, rho, phi, m1, m2, a1, a2, b1, b2, n1_1, n1_2, n2_1, n2_2, n3_1, n3_2, spiral, toroidmap, u0, u1, u2
):
    """A random place on a supershape, the product of two superformulas (J. Gielis, 2003; D. Beyer's plugin).

    With longitude t and latitude ±f, radii R and S of `super_radius`: w (R S cos t cos f, R S sin t cos f,
    S sin f), or on a ring w ((R + S cos f) cos t, (R + S cos f) sin t, S sin f).
    """
    t = u0 * rho * 2.0 / pi
    f = u1 * phi * 2.0 / pi * (-1.0 if u2 < 0.5 else 1.0)
    r = super_radius(t, m1, a1, b1, n1_1, n2_1, n3_1) + spiral * t
    s = super_radius(f, m2, a2, b2, n1_2, n2_2, n3_2)
    k = w * (r + s * cos(f) if toroidmap > 0.5 else r * s * cos(f))
    return k * cos(t), k * sin(t), w * s * sin(f)


@variation(
    "pRose3D",
    parameters=(
        P("l", 1.0, kind="real_nonzero", description="Length of the petals"),
        P("k", 3.0, description="Petals"),
        P("c", 0.0, description="Turn of the rose"),
        P("z1", 1.0, description="Height of the upper rose"),
        P("z2", 1.0, description="Height of the lower rose"),
        P("refSc", 1.0, description="Size of the lower rose"),
        P("opt", 1.0, soft_minimum=-2.0, soft_maximum=2.0, description="Profile; negative: other waves"),
        P("optSc", 1.0, description="Frequency of the profile"),
        P("opt3", 0.0, soft_minimum=-1.0, soft_maximum=1.0, description="Share of the third profile"),
        P("transp", 0.5, description="Root of the share of the lower rose, if opt or opt3 is negative"),
        P("dist", 1.0, description="Distance from the plane"),
        P("wagsc", 0.0, description="Slope"),
        P("crvsc", 0.0, description="Curvature"),
        P("f", 3.0, description="Frequency of the waves along the edge"),
        P("wigsc", 0.0, description="Height of the waves along the edge"),
        P("offset", 0.0, description="Shift of the waves along the edge"),
    ),
    z="own",
)
def p_rose_3d(
    x,
    y,
    w,
    l,  # noqa: E741
    k,
    c,
    z1,
    z2,
    refSc,
    opt,
    optSc,
    opt3,
    transp,
    dist,
    wagsc,
    crvsc,
    f,
    wigsc,
    offset,
    u0,
    u1,
):
    """A rose, w / 2 l cos(k φ + c) (cos φ, sin φ), whose depth is a wave over the radius (L. Berlin, 2009).

    With q = r / l, the profiles are sin(π q optSc), sin(π q² optSc) and sin(π q⁴ optSc), each with a slope
    and a curvature; `opt` (1 … 2) blends the first two, `opt3` the third. Waves along the edge are added.
    """
    r = sqrt(x * x + y * y)
    t = atan2(y, x)
    petals = copysign(0.0001, k) if fabs(k) < 0.0001 else k
    back = opt < 0.0 or opt3 < 0.0
    q = r / l
    q2 = q * q
    rise = 0.4 * wagsc * r
    square = 0.5 * crvsc * sin(q2 * pi)
    middle = 0.5 * crvsc * cos((q - 0.5) * pi)
    size = pi * fabs(optSc)
    first = sin(q * size) + rise + (square if back else middle)
    second = sin(q2 * size) + rise + middle
    third = sin(q2 * q2 * size) + rise * r + (middle if back else square)
    a = minimum(maximum(fabs(opt), 1.0), 2.0) - 1.0
    b = minimum(fabs(opt3), 1.0)
    wave = (second * a + first * (1.0 - a)) * (1.0 - b) + third * b
    cycle = 2.0 * pi / zeps(k)
    edge = 0.125 * wigsc * r * r * sin(t / zeps(cycle) * f * pi + offset * cycle)
    lower = back and u0 < 0.5 and u1 < transp * transp
    p = 0.5 * w * l * cos(petals * t + c) * (refSc if lower else 1.0)
    depth = (z2 if lower else z1) * wave + edge + dist
    return p * cos(t), p * sin(t), (-0.5 if lower else 0.5) * w * depth


@variation(
    "mobius_strip",
    parameters=(
        P("radius", 2.0, description="Radius of the ring"),
        P("width", 1.0, description="Half width of the strip"),
        P("rect_x", 2.0 * pi, description="Half length of the plane that makes one strip"),
        P("rect_y", 1.0, description="Half height of the plane that makes one strip"),
        P("rotate_x", 0.0, description="Turns about the y axis"),
        P("rotate_y", 0.0, description="Turns about the x axis"),
    ),
)
def mobius_strip(x, y, w, radius, width, rect_x, rect_y, rotate_x, rotate_y):
    """The plane rolled to a strip with a half twist, turned, and seen from above (M. Faber's plugin).

    Along the strip t = 2 π (x + rect_x) / (2 rect_x), across s of -width … width: ((R + s cos t/2) cos t,
    (R + s cos t/2) sin t, s sin t/2).
    """
    a = (x + rect_x) / (2.0 * zeps(rect_x))
    b = (y + rect_y) / (2.0 * zeps(rect_y))
    t = 2.0 * pi * (a - floor(a)) if rect_x != 0.0 else 0.0
    s = width * (2.0 * (b - floor(b)) - 1.0) if rect_y != 0.0 else 0.0
    r = radius + s * cos(0.5 * t)
    p = r * cos(t)
    q = r * sin(t)
    o = s * sin(0.5 * t)
    c = cos(2.0 * pi * rotate_y)
    d = sin(2.0 * pi * rotate_y)
    e = cos(2.0 * pi * rotate_x)
    f = sin(2.0 * pi * rotate_x)
    return w * (p * e - (o * c - q * d) * f), w * (q * c + o * d), 0.0


@variation(
    "bubbleT3D",
    parameters=(
        P("number_of_stripes", 0, kind="integer", soft_minimum=-20, soft_maximum=20, description="Stripes"),
        P("ratio_of_stripes", 1.0, minimum=0.0, maximum=2.0, description="Width of the stripes"),
        P("angle_of_hole", 0.0, minimum=-360.0, maximum=360.0, description="Opening in degrees"),
        P("exponentZ", 1.0, description="Flattens the depth"),
        P("symmetryZ", 0, kind="integer", minimum=0, maximum=1, description="1: holes on both sides"),
        P("modusBlur", 0, kind="integer", minimum=0, maximum=1, description="1: moves what is cut away"),
    ),
    z="own",
)
def bubble_t3d(x, y, w, number_of_stripes, ratio_of_stripes, angle_of_hole, exponentZ, symmetryZ, modusBlur):
    """A bubble cut into stripes and opened by a hole (FractalDesire, 2010).

    The bubble is w (x / d, y / d, 2 / d^e - 1), d = r²/4 + 1, e the exponent. Stripes: of every 2 π / |n| of
    the angle atan2(x, y), what exceeds ratio π / |n| (for negative n: what does not) goes to the axis, or
    with modusBlur is turned onto the other stripe. Hole: where the angle π - acos(z / |p|²) from the pole is
    beyond the opening, the point goes to 0, or with modusBlur is pushed to the rest of the bubble.
    """
    n = fabs(number_of_stripes)
    half = pi / zeps(n)
    ratio = minimum(1.99, maximum(0.01, ratio_of_stripes))
    limit = ratio * half
    a = atan2(x, y)
    a = a + 2.0 * pi if a < 0.0 else a
    a = a + 2.0 * half * (floor(-a / (2.0 * half)) + 1.0) if a > 2.0 * half else a
    cut = n > 0.5 and (a < limit if number_of_stripes < 0.0 else a > limit)
    other = 2.0 * half - limit
    turn = a - (a - limit) / zeps(limit) * other
    if number_of_stripes < 0.0:
        turn = half if n < 1.5 else turn
    else:
        turn = half if ratio == 1.0 else a - (a - limit) / zeps(other) * limit
    p = cos(turn) * x - sin(turn) * y if cut else x
    q = sin(turn) * x + cos(turn) * y if cut else y
    keep = 0.0 if cut and modusBlur < 0.5 else 1.0
    d = 0.25 * (x * x + y * y) + 1.0
    p = keep * p / d
    q = keep * q / d
    off = p != 0.0 or q != 0.0
    z = 2.0 / pow(d, exponentZ) - 1.0 if off else 0.0
    s = p * p + q * q
    b = acos(z / zeps(s + z * z)) if exponentZ <= 2.0 else atan2(s * s, z)
    b = pi - b if off else 0.0
    angle = angle_of_hole
    if symmetryZ > 0.5:
        angle = minimum(fabs(angle_of_hole), 179.9 if angle_of_hole > 0.0 else 360.0)
    inverse = angle < 0.0
    opening = fabs(angle) * pi / 360.0
    rim = opening if inverse else pi - opening
    rest = pi - rim
    both = symmetryZ > 0.5
    near = (b < rest and both) or (b < rim and inverse and not both)
    far = b > rim and (both or not inverse)
    hole = 1.0 if near or far else 0.0
    e = pi - b / zeps(rest * rim - 0.5 * pi) if inverse else (pi - b) / zeps(rest * rim - 0.5 * pi)
    if both:
        e = ((pi - b) if far else b) / zeps(rest) * (pi - 2.0 * rest) + rest - 0.5 * pi
        e = e if far else -e
    moved = hole > 0.5 and modusBlur > 0.5 and exponentZ == 1.0
    f = cos(e) / cos(b - 0.5 * pi) if moved else 1.0 - hole
    g = sin(e) / sin(b - 0.5 * pi) if moved else 1.0 - hole
    return w * p * f, w * q * f, w * z * g
