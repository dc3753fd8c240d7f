"""Variations that set the colour: the fourth value that they return is the new colour coordinate.

``dc`` is the coordinate after the xform's own blend; w is the weight, r² = x² + y². Most come from the
Apophysis plugins of N. Slater (slobo777) and G. Ursell (Xyrus02), 2009 to 2011.
"""

from __future__ import annotations

from .helpers import grid_step, simplex_noise, three_signs
from .registry import P, helper, variation
from .vocabulary import (
    asin,
    atan2,
    cos,
    fabs,
    floor,
    fmod,
    hash3,
    hypot,
    log,
    maximum,
    minimum,
    pi,
    pow,
    sin,
    sqrt,
    trunc,
    zeps,
)


@helper
def slope(scale):
    """1 / scale, 100000 for 0."""
    return 1.0 / scale if scale != 0.0 else 100000.0


@helper
def signed_power(v, power):
    """|v| to the power, with the sign of v."""
    return v if power == 1.0 else pow(fabs(v), power) * (-1.0 if v < 0.0 else 1.0)


@helper
def spread(a, b):
    """sqrt(a² + b²), with the sign of a, negative for 0."""
    return hypot(a, b) if a > 0.0 else -hypot(a, b)


@helper
def log_map(v):
    """(e + ln(e v)) / 4 for v > 0, 0 for 0."""
    return (2.718281828459045 + log(maximum(v, 1e-30)) + 1.0) * 0.25 if v > 0.0 else 0.0


@helper
def log_scale(v):
    """ln(e (|v| + 1)) / e with the sign of v, 0 for 0."""
    return (log(fabs(v) + 1.0) + 1.0) / 2.718281828459045 * three_signs(v)


@helper
def fractal_noise(x, y, z, amps, freqs, octaves):
    """Up to five octaves of noise; octave n counts amps^-n and has the frequencies (freqs², freqs, 1)^n.

    Scaled by 3/4, which gives it the spread of ember's noise.
    """
    p = x
    q = y
    a = 1.0
    total = 0.0
    for n in range(5):
        total = total + (simplex_noise(p, q, z) / zeps(a) if n < octaves else 0.0)
        a = a * amps
        p = p * freqs * freqs
        q = q * freqs
    return 0.75 * total


@helper
def noise_radius(i, j, k, shape, edge):
    """Radius of try k in a disc (denser in the middle for shape 2) of radius 1 + edge."""
    a = hash3(i, j, 3.0 * k)
    s = a + hash3(i, j, 3.0 * k + 1.0)
    return (1.0 + edge) * (a if shape > 1.5 else (2.0 - s if s > 1.0 else s))


@helper
def noise_x(i, j, k, shape, edge):
    """x of try k in a square, disc or blur of diameter 1 + edge."""
    t = 2.0 * pi * hash3(i, j, 3.0 * k + 2.0)
    square = (1.0 + edge) * (hash3(i, j, 3.0 * k) - 0.5)
    return square if shape < 0.5 else 0.5 * noise_radius(i, j, k, shape, edge) * sin(t)


@helper
def noise_y(i, j, k, shape, edge):
    """y of try k."""
    t = 2.0 * pi * hash3(i, j, 3.0 * k + 2.0)
    square = (1.0 + edge) * (hash3(i, j, 3.0 * k + 1.0) - 0.5)
    return square if shape < 0.5 else 0.5 * noise_radius(i, j, k, shape, edge) * cos(t)


@helper
def mapped_noise(x, y, map, scale, depth, amps, freqs, octaves):
    """Noise on a plane, on the plane turned inside out, or on a bubble."""
    s = x * x + y * y
    more = 0.0 if map < 1.5 else (0.5 if map < 2.5 else 0.25)
    f = scale / zeps(s + more) if map > 0.5 and map < 3.5 else scale
    high = sqrt(fabs(0.25 - s)) * (1.0 if map < 4.5 else 2.0) if map > 3.5 else 0.0
    return fractal_noise(f * x, f * y, scale * (high + depth), amps, freqs, octaves)


@helper
def noise_try(i, j, shape, map, edge, scale, depth, amps, freqs, octaves, bottom, top, last):
    """The first try whose noise, strengthened towards the edge, is between bottom and top; else `last`."""
    found = last
    for n in range(10):
        k = last - 1.0 - n
        x = noise_x(i, j, k, shape, edge)
        y = noise_y(i, j, k, shape, edge)
        r = maximum(fabs(x), fabs(y)) if shape < 0.5 else noise_radius(i, j, k, shape, edge)
        e = 0.5 * (r - 1.0 + edge) / zeps(edge) if r > 1.0 - edge else 0.0
        v = mapped_noise(x, y, map, scale, depth, amps, freqs, octaves)
        v = v * (1.0 + 20.0 * e * e) + (2.0 * e if v > 0.0 else -2.0 * e)
        found = k if v >= bottom and v <= top and k >= 0.0 else found
    return found


@variation(
    "dc_bubble",
    parameters=(
        P("centerx", 0.0, description="Centre of the colours"),
        P("centery", 0.0, description="Centre of the colours"),
        P("scale", 1.0, description="Size of the colour rings"),
    ),
    z="own",
    colors=True,
)
def dc_bubble(x, y, w, centerx, centery, scale, ax, ay):
    """A bubble, w / (r²/4 + 1) (x, y), depth 2 (r²/4 + 1) - w; colour |sum + centre|² / scale, modulo 1."""
    q = 0.25 * (x * x + y * y) + 1.0
    p = w * x / q
    s = w * y / q
    a = p + ax + centerx
    b = s + ay + centery
    return p, s, 2.0 * q - w, fmod(fabs(slope(scale) * (a * a + b * b)), 1.0)


@variation(
    "dc_carpet",
    parameters=(P("origin", 0.0, description="Share of the colour before"),),
    colors=True,
)
def dc_carpet(x, y, w, ca, cb, cc, cd, ce, cf, origin, u0, u1, dc):
    """The point moved to one of four corners, (x ± 1, y ± 1), and through the xform's coefs (a b e, c d f).

    With h = origin / 10, the colour is dc / 2 where the signs agree, else |dc (1 + 2 h) / 2 - (1 - 2 h)|,
    modulo 1.
    """
    p = x + (-1.0 if u0 < 0.5 else 1.0)
    q = y + (-1.0 if u1 < 0.5 else 1.0)
    same = (u0 < 0.5 and u1 < 0.5) or (u0 >= 0.5 and u1 >= 0.5)
    h = 0.2 * origin
    c = 0.5 * dc if same else 0.5 * dc * (1.0 + h) - (1.0 - h)
    return w * (ca * p + cb * q + ce), w * (cc * p + cd * q + cf), 0.0, fmod(fabs(c), 1.0)


@variation(
    "dc_cube",
    parameters=(
        P("c1", 0.0, description="Colour of the face at -x"),
        P("c2", 0.0, description="Colour of the face at +x"),
        P("c3", 0.0, description="Colour of the face at -y"),
        P("c4", 0.0, description="Colour of the face at +y"),
        P("c5", 0.0, description="Colour of the face at -z"),
        P("c6", 0.0, description="Colour of the face at +z"),
        P("x", 1.0, description="Half width"),
        P("y", 1.0, description="Half height"),
        P("z", 1.0, description="Half depth"),
    ),
    z="own",
    mode="sum",
    colors=True,
)
def dc_cube(w, c1, c2, c3, c4, c5, c6, x_, y_, z_, u0, u1, u2, u3):
    """A random place on the surface of the cube of half edge w, stretched; each face has its colour."""
    p = 2.0 * u0 - 1.0
    q = 2.0 * u1 - 1.0
    face = floor(3.0 * u2)
    s = -1.0 if u3 < 0.5 else 1.0
    a = s if face < 0.5 else p
    b = p if face < 0.5 else (s if face < 1.5 else q)
    d = s if face > 1.5 else q
    low = c1 if face < 0.5 else (c3 if face < 1.5 else c5)
    high = c2 if face < 0.5 else (c4 if face < 1.5 else c6)
    c = low if s < 0.0 else high
    return w * a * x_, w * b * y_, w * d * z_, minimum(1.0, maximum(0.0, c))


@variation(
    "dc_cylinder",
    parameters=(
        P("offset", 0.0, description="Shift of the colours"),
        P("angle", 0.0, description="Direction of the colours"),
        P("scale", 0.5, description="Length of the colour scale"),
        P("x", 0.125, description="Factor of x"),
        P("y", 0.125, description="Factor of y"),
        P("blur", 1.0, description="Strength of the blur"),
    ),
    z="own",
    colors=True,
)
def dc_cylinder(x, y, w, offset, angle, scale, x_, y_, blur, ax, ay, u0, u1, u2, u3, u4):
    """A blurred cylinder; the colour runs along a direction, as in `dc_linear`.

    With r = blur (u1 + u2 + u3 + u4 - 2) and t = 2 π u0: (w X sin(x + r sin t), r + Y y, w cos(x + r cos t)).
    """
    t = 2.0 * pi * u0
    r = blur * (u1 + u2 + u3 + u4 - 2.0)
    p = w * sin(x + r * sin(t)) * x_
    q = r + y * y_
    c = slope(scale) * (cos(angle) * (p + ax) + sin(angle) * (q + ay) + offset)
    return p, q, w * cos(x + r * cos(t)), fmod(fabs(0.5 * (c + 1.0)), 1.0)


@variation("dc_gridout", colors=True)
def dc_gridout(x, y, w, dc):
    """As `gridout`; moving along x adds 1/4 to the colour, moving along y 3/4, modulo 1."""
    i = floor(fabs(x) + 0.5) * three_signs(x)
    j = floor(fabs(y) + 0.5) * three_signs(y)
    step = grid_step(i, j)
    p = x + step
    q = y if step != 0.0 else (y + 1.0 if i > 0.0 else y - 1.0)
    return w * p, w * q, 0.0, fmod(dc + (0.75 if p == x else 0.25), 1.0)


@variation(
    "dc_linear",
    parameters=(
        P("offset", 0.0, description="Shift of the colours"),
        P("angle", 0.0, description="Direction of the colours"),
        P("scale", 1.0, description="Length of the colour scale"),
    ),
    z="wz",
    colors=True,
)
def dc_linear(x, y, z, w, offset, angle, scale, ax, ay):
    """w (x, y, z); the colour runs along a direction.

    With (p, q) the sum so far and this: |((p cos angle + q sin angle + offset) / scale + 1) / 2|, modulo 1.
    """
    p = w * x
    q = w * y
    c = slope(scale) * (cos(angle) * (p + ax) + sin(angle) * (q + ay) + offset)
    return p, q, w * z, fmod(fabs(0.5 * (c + 1.0)), 1.0)


@variation(
    "dc_perlin",
    parameters=(
        P("shape", 0, kind="integer", minimum=0, maximum=2, description="0 square, 1 disc, 2 blur"),
        P("map", 0, kind="integer", minimum=0, maximum=5, description="Surface that carries the noise"),
        P("select_centre", 0.0, minimum=-1.0, maximum=1.0, description="Middle of the noise that is shown"),
        P("select_range", 1.0, minimum=0.1, maximum=2.0, description="Range of the noise that is shown"),
        P("centre", 0.25, description="Colour where the noise is 0"),
        P("range", 0.25, description="Colours that the noise covers"),
        P("edge", 0.0, description="Width of the torn edge"),
        P("scale", 1.0, description="Frequency of the noise"),
        P("octaves", 2, kind="integer", minimum=1, maximum=5, description="Octaves"),
        P("amps", 2.0, description="How much an octave is weaker than the one before"),
        P("freqs", 2.0, description="How much an octave is finer than the one before"),
        P("z", 0.0, description="Depth of the plane in the noise"),
        P("select_bailout", 10, kind="integer", minimum=2, maximum=1000, description="Tries, 11 at most"),
    ),
    colors=True,
)
def dc_perlin(
    w, shape, map, select_centre, select_range, centre, range_, edge, scale, octaves, amps, freqs, z_,
    select_bailout, u0, u1,
):  # fmt: skip
    """A square, disc or blur of size 1, coloured by noise; where that is out of range, it is drawn again.

    The place carries the noise on a plane (map 0), turned inside out (1 to 3: over r², r² + 1/2, r² + 1/4)
    or on a bubble of radius 1/2 (4, 5: twice as high). Towards the edge the noise is strengthened, so that
    the limits tear it. The colour is centre + range times the noise, modulo 1. The noise is Bloom's own
    (`simplex_noise`), and there are no more than 11 tries.
    """
    i = floor(u0 * 16777216.0)
    j = floor(u1 * 16777216.0)
    bottom = minimum(select_centre - select_range, 0.75)
    bottom = -3.0 if bottom < -2.0 else bottom
    top = minimum(maximum(select_centre + select_range, -0.75), 3.0)
    k = noise_try(
        i, j, shape, map, edge, scale, z_, amps, freqs, octaves, bottom, top, minimum(select_bailout, 10.0)
    )
    x = noise_x(i, j, k, shape, edge)
    y = noise_y(i, j, k, shape, edge)
    c = centre + range_ * mapped_noise(x, y, map, scale, z_, amps, freqs, octaves)
    return w * x, w * y, 0.0, c - floor(c)


@variation(
    "dc_triangle",
    parameters=(
        P("scatter_area", 0.0, minimum=-1.0, maximum=1.0, description="How far points are thrown in"),
        P(
            "zero_edges",
            0,
            kind="integer",
            minimum=0,
            maximum=1,
            description="Sends outer points to the corner",
        ),
    ),
    z="wz",
    colors=True,
)
def dc_triangle(x, y, z, w, ca, cb, cc, cd, ce, cf, scatter_area, zero_edges, u0, u1):
    """Points outside of the xform's triangle come to its border; the colour is u + v, modulo 1.

    (u, v) are the coordinates of the point along the triangle's sides (a, b) and (-c, -d), from the corner
    (e, f), in the xform's coefs.
    """
    px = x - ce
    py = y - cf
    d00 = ca * ca + cb * cb
    d01 = -ca * cc - cb * cd
    d02 = ca * px + cb * py
    d11 = cc * cc + cd * cd
    d12 = -cc * px - cd * py
    d = d00 * d11 - d01 * d01
    u = (d11 * d02 - d01 * d12) / d
    v = (d00 * d12 - d01 * d02) / d
    beyond = u + v > 1.0
    inside = u >= 0.0 and v >= 0.0 and u + v <= 1.0
    s = minimum(u, 1.0)
    t = minimum(v, 1.0)
    if beyond:
        if u > v:
            t = 1.0 - s
        else:
            s = 1.0 - t
    else:
        s = maximum(s, 0.0)
        t = maximum(t, 0.0)
    p = s + u0 * scatter_area * (-1.0 if beyond else 1.0)
    q = t + u1 * scatter_area * (-1.0 if beyond else 1.0)
    p = minimum(1.0, maximum(-1.0, p))
    q = minimum(1.0, maximum(-1.0, q))
    if p + q > 1.0 and scatter_area > 0.0:
        if p > q:
            q = 1.0 - p
        else:
            p = 1.0 - q
    p = 0.0 if zero_edges > 0.5 else p
    q = 0.0 if zero_edges > 0.5 else q
    p = u if inside else p
    q = v if inside else q
    return w * (ce + p * ca - q * cc), w * (cf + p * cb - q * cd), w * z, fmod(fabs(p + q), 1.0)


@variation(
    "dc_ztransl",
    parameters=(
        P("x0", 0.0, minimum=0.0, maximum=1.0, description="Colour of depth 0"),
        P("x1", 1.0, minimum=0.0, maximum=1.0, description="Colour of the full depth"),
        P("factor", 1.0, description="Full depth"),
        P("overwrite", 1, kind="integer", minimum=0, maximum=1, description="1: forgets the depth before"),
        P("clamp", 0, kind="integer", minimum=0, maximum=1, description="1: no depth beyond the limits"),
    ),
    z="own",
    colors=True,
)
def dc_ztransl(x, y, z, w, x0, x1, factor, overwrite, clamp, dc):
    """The colour becomes depth: w (x, y, f), or w (x, y, f z), f = factor (dc - x0) / (x1 - x0).

    The colour itself stays as it is.
    """
    low = minimum(x0, x1)
    f = factor * (dc - low) / zeps(maximum(x0, x1) - low)
    f = minimum(1.0, maximum(0.0, f)) if clamp > 0.5 else f
    return w * x, w * y, w * f * (1.0 if overwrite > 0.5 else z), dc


_CURL_SP = (
    P("pow", 1.0, kind="real_nonzero", description="Power of the coordinates"),
    P("c1", 0.0, description="Strength of the first curl"),
    P("c2", 0.0, description="Strength of the second curl"),
    P("sx", 0.0, description="Spread along x"),
    P("sy", 0.0, description="Spread along y"),
    P("dc", 0.0, description="Strength of the colour"),
)


@variation("curl_sp", parameters=_CURL_SP, z="wz", colors=True)
def curl_sp(x, y, z, w, pow_, c1, c2, sx, sy, dc_, dc):
    """`curl` of the powers of the coordinates, spread; the divisor, times dc / 10, is added to the colour.

    With X = x^pow and so on: re = S(c1 X + c2 (X² - Y²), sx) + 1, im = S(c1 Y + 2 c2 X Y, sy), where
    S(a, b) = ± sqrt(a² + b²), and c = (re² + im²)^(1 / pow): w / c (X re + Y im, Y re - X im, Z).
    """
    p = signed_power(x, pow_)
    q = signed_power(y, pow_)
    re = spread(c1 * p + c2 * (p * p - q * q), sx) + 1.0
    im = spread(c1 * q + 2.0 * c2 * p * q, sy)
    c = zeps(signed_power(re * re + im * im, 1.0 / pow_))
    k = w / c
    new = minimum(1.0, maximum(0.0, dc + 0.1 * dc_ * c))
    return k * (p * re + q * im), k * (q * re - p * im), k * signed_power(z, pow_), new


@variation("curl_sp", parameters=_CURL_SP, z="wz", compatibility="current")
def curl_sp_without_color(x, y, z, w, pow_, c1, c2, sx, sy, dc_):
    """As ember 25 has it: `curl_sp` that leaves the colour."""
    p = signed_power(x, pow_)
    q = signed_power(y, pow_)
    re = spread(c1 * p + c2 * (p * p - q * q), sx) + 1.0
    im = spread(c1 * q + 2.0 * c2 * p * q, sy)
    k = w / zeps(signed_power(re * re + im * im, 1.0 / pow_))
    return k * (p * re + q * im), k * (q * re - p * im), k * signed_power(z, pow_)


@variation(
    "falloff2",
    parameters=(
        P("scatter", 1.0, minimum=2.220446049250313e-16, description="Strength of the blur"),
        P("mindist", 0.5, minimum=0.0, description="Distance where the blur begins"),
        P("mul_x", 1.0, minimum=0.0, maximum=1.0, description="Blur along x"),
        P("mul_y", 1.0, minimum=0.0, maximum=1.0, description="Blur along y"),
        P("mul_z", 0.0, minimum=0.0, maximum=1.0, description="Blur along z"),
        P("mul_c", 0.0, minimum=0.0, maximum=1.0, description="Blur of the colour"),
        P("x0", 0.0, description="Centre"),
        P("y0", 0.0, description="Centre"),
        P("z0", 0.0, description="Centre"),
        P("invert", 0, kind="integer", minimum=0, maximum=1, description="1: blurs near the centre"),
        P("type", 0, kind="integer", minimum=0, maximum=2, description="0 box, 1 around 0, 2 ball"),
    ),
    z="own",
    three_d=False,
    colors=True,
)
def falloff2(
    x, y, z, scatter, mindist, mul_x, mul_y, mul_z, mul_c, x0, y0, z0, invert, type, dc, u0, u1, u2, u3
):
    """Blurs the more, the farther the point is from the centre; the weight only switches it on.

    With d = scatter / 25 (|p - centre| - mindist), at least 0, and random numbers v of -1/2 … 1/2:
    p + mul v d (box); radius, angle and latitude moved by mul v d (around 0); or p + mul d v0 times the
    direction of longitude 2 π d v1 and latitude π d v2 (ball). The colour moves by mul_c v3 d.
    """
    a = hypot(hypot(x - x0, y - y0), z - z0)
    a = maximum(1.0 - a, 0.0) if invert > 0.5 else a
    d = maximum((a - mindist) * 0.04 * scatter, 0.0)
    v0 = d * (u0 - 0.5)
    v1 = d * (u1 - 0.5)
    v2 = d * (u2 - 0.5)
    r = sqrt(x * x + y * y + z * z)
    s = asin(z / zeps(r)) + mul_z * v2
    t = atan2(y, x) + mul_y * v1
    p = x + mul_x * v0
    q = y + mul_y * v1
    o = z + mul_z * v2
    if type > 0.5:
        if type < 1.5:
            p = (r + mul_x * v0) * cos(s) * cos(t) if r > 0.0 else x
            q = (r + mul_x * v0) * cos(s) * sin(t) if r > 0.0 else y
            o = (r + mul_x * v0) * sin(s) if r > 0.0 else z
        else:
            p = x + mul_x * v0 * cos(2.0 * pi * v1) * cos(pi * v2)
            q = y + mul_y * v0 * cos(2.0 * pi * v1) * sin(pi * v2)
            o = z + mul_z * v0 * sin(2.0 * pi * v1)
    return p, q, o, fabs(fmod(dc + mul_c * d * (u3 - 0.5), 1.0))


@variation(
    "falloff2",
    parameters=(
        P("scatter", 1.0, description="Strength of the blur"),
        P("mindist", 0.5, description="Distance where the blur begins"),
        P("mul_x", 1.0, description="Blur along x"),
        P("mul_y", 1.0, description="Blur along y"),
        P("mul_z", 0.0, description="Blur along z"),
        P("mul_c", 0.0, description="Blur of the colour"),
        P("x0", 0.0, description="Centre"),
        P("y0", 0.0, description="Centre"),
        P("z0", 0.0, description="Centre"),
        P("invert", 0.0, minimum=0.0, maximum=1.0, description="Not 0: blurs near the centre"),
        P("type", 0.0, minimum=0.0, maximum=2.0, description="0 box, 1 around 0, 2 ball"),
    ),
    z="wz",
    colors=True,
    compatibility="current",
)
def falloff2_weighted(
    x, y, z, w, scatter, mindist, mul_x, mul_y, mul_z, mul_c, x0, y0, z0, invert, type, dc, u0, u1, u2, u3
):
    """As ember 25 has it: `falloff2` times the weight, without limits of its parameters."""
    a = hypot(hypot(x - x0, y - y0), z - z0)
    a = maximum(1.0 - a, 0.0) if invert != 0.0 else a
    d = maximum((a - mindist) * 0.04 * scatter, 0.0)
    v0 = d * (u0 - 0.5)
    v1 = d * (u1 - 0.5)
    v2 = d * (u2 - 0.5)
    r = sqrt(x * x + y * y + z * z)
    s = asin(z / zeps(r)) + mul_z * v2
    t = atan2(y, x) + mul_y * v1
    p = x + mul_x * v0
    q = y + mul_y * v1
    o = z + mul_z * v2
    if type == 1.0:
        p = (r + mul_x * v0) * cos(s) * cos(t) if r > 0.0 else x
        q = (r + mul_x * v0) * cos(s) * sin(t) if r > 0.0 else y
        o = (r + mul_x * v0) * sin(s) if r > 0.0 else z
    if type == 2.0:
        p = x + mul_x * v0 * cos(2.0 * pi * v1) * cos(pi * v2)
        q = y + mul_y * v0 * cos(2.0 * pi * v1) * sin(pi * v2)
        o = z + mul_z * v0 * sin(2.0 * pi * v1)
    return w * p, w * q, w * o, fabs(fmod(dc + mul_c * d * (u3 - 0.5), 1.0))


_FALLOFF3 = (
    P("blur_type", 0, kind="integer", minimum=0, maximum=3, description="0 ball, 1 around 0, 2 log"),
    P("blur_shape", 0, kind="integer", minimum=0, maximum=1, description="0 sphere, 1 cube"),
    P("blur_strength", 1.0, minimum=2.220446049250313e-16, description="Strength of the blur"),
    P("min_distance", 0.5, minimum=0.0, description="Distance where the blur begins"),
    P("invert_distance", 0, kind="integer", minimum=0, maximum=1, description="1: blurs near the centre"),
    P("mul_x", 1.0, minimum=0.0, maximum=1.0, description="Blur along x"),
    P("mul_y", 1.0, minimum=0.0, maximum=1.0, description="Blur along y"),
    P("mul_z", 0.0, minimum=0.0, maximum=1.0, description="Blur along z"),
    P("mul_c", 0.0, minimum=0.0, maximum=1.0, description="Blur of the colour"),
    P("center_x", 0.0, description="Centre"),
    P("center_y", 0.0, description="Centre"),
    P("center_z", 0.0, description="Centre"),
    P("alpha", 0.0, description="Share of the logarithm in the distance (log)"),
)


@variation("falloff3", parameters=_FALLOFF3, z="own", three_d=False, colors=True)
def falloff3(
    x, y, z, blur_type, blur_shape, blur_strength, min_distance, invert_distance, mul_x, mul_y, mul_z, mul_c,
    center_x, center_y, center_z, alpha, dc, u0, u1, u2, u3,
):  # fmt: skip
    """As `falloff2`, also with the distance of a cube, and with logarithms in place of the box.

    There p + L(mul) M(v) (d + alpha (L(d) - d)), L(a) = (e + ln(e a)) / 4 and M(v) = ± ln(e (|v| + 1)) / e.
    """
    a = fabs(x - center_x)
    b = fabs(y - center_y)
    c = fabs(z - center_z)
    a = hypot(hypot(a, b), c) if blur_shape < 0.5 else maximum(a, maximum(b, c))
    a = maximum(1.0 - a, 0.0) if invert_distance > 0.5 else a
    d = maximum((a - min_distance) * 0.04 * blur_strength, 0.0)
    v0 = u0 - 0.5
    v1 = u1 - 0.5
    v2 = u2 - 0.5
    v3 = u3 - 0.5
    r = sqrt(x * x + y * y + z * z)
    s = asin(z / zeps(r)) + mul_z * d * v2
    t = atan2(y, x) + mul_y * d * v1
    p = x + mul_x * d * v0 * cos(2.0 * pi * d * v1) * cos(pi * d * v2)
    q = y + mul_y * d * v0 * cos(2.0 * pi * d * v1) * sin(pi * d * v2)
    o = z + mul_z * d * v0 * sin(2.0 * pi * d * v1)
    move = mul_c * d * v3
    if blur_type > 0.5:
        if blur_type < 1.5:
            p = (r + mul_x * d * v0) * cos(s) * cos(t) if r > 0.0 else x
            q = (r + mul_x * d * v0) * cos(s) * sin(t) if r > 0.0 else y
            o = (r + mul_x * d * v0) * sin(s) if r > 0.0 else z
        else:
            d = d + alpha * (log_map(d) - d)
            p = x + log_map(mul_x) * log_scale(v0) * d
            q = y + log_map(mul_y) * log_scale(v1) * d
            o = z + log_map(mul_z) * log_scale(v2) * d
            move = log_map(mul_c) * log_scale(v3) * d
    return p, q, o, fabs(fmod(dc + move, 1.0))


@variation("falloff3", parameters=_FALLOFF3, z="wz", colors=True, compatibility="current")
def falloff3_weighted(
    x, y, z, w, blur_type, blur_shape, blur_strength, min_distance, invert_distance, mul_x, mul_y, mul_z,
    mul_c, center_x, center_y, center_z, alpha, dc, u0, u1, u2, u3,
):  # fmt: skip
    """As ember 25 has it: `falloff3` times the weight."""
    a = fabs(x - center_x)
    b = fabs(y - center_y)
    c = fabs(z - center_z)
    a = hypot(hypot(a, b), c) if blur_shape < 0.5 else maximum(a, maximum(b, c))
    a = maximum(1.0 - a, 0.0) if invert_distance > 0.5 else a
    d = maximum((a - min_distance) * 0.04 * blur_strength, 0.0)
    v0 = u0 - 0.5
    v1 = u1 - 0.5
    v2 = u2 - 0.5
    v3 = u3 - 0.5
    r = sqrt(x * x + y * y + z * z)
    s = asin(z / zeps(r)) + mul_z * d * v2
    t = atan2(y, x) + mul_y * d * v1
    p = x + mul_x * d * v0 * cos(2.0 * pi * d * v1) * cos(pi * d * v2)
    q = y + mul_y * d * v0 * cos(2.0 * pi * d * v1) * sin(pi * d * v2)
    o = z + mul_z * d * v0 * sin(2.0 * pi * d * v1)
    move = mul_c * d * v3
    if blur_type == 1.0:
        p = (r + mul_x * d * v0) * cos(s) * cos(t) if r > 0.0 else x
        q = (r + mul_x * d * v0) * cos(s) * sin(t) if r > 0.0 else y
        o = (r + mul_x * d * v0) * sin(s) if r > 0.0 else z
    if blur_type > 1.5:
        d = d + alpha * (log_map(d) - d)
        p = x + log_map(mul_x) * log_scale(v0) * d
        q = y + log_map(mul_y) * log_scale(v1) * d
        o = z + log_map(mul_z) * log_scale(v2) * d
        move = log_map(mul_c) * log_scale(v3) * d
    return w * p, w * q, w * o, fabs(fmod(dc + move, 1.0))


@variation(
    "pixel_flow",
    parameters=(
        P("angle", 90.0, soft_minimum=0.0, soft_maximum=360.0, description="Direction in degrees"),
        P("len", 0.1, description="Length"),
        P("width", 200.0, soft_minimum=1.0, soft_maximum=1000.0, description="Blocks per unit"),
        P("seed", 42, kind="integer", description="Chooses the lengths"),
        P("enable_dc", 0, kind="integer", minimum=0, maximum=1, description="1: the way becomes the colour"),
    ),
    colors=True,
)
def pixel_flow(x, y, w, angle, len, width, seed, enable_dc, dc, u0):
    """Trails of pixels: w len h u0⁴ along the direction, h a fixed random number of the block (bezo97).

    A block holds points whose floor(width x) and floor(width y), each moved by -1 … 2 that it chooses itself,
    agree. Bloom's random numbers are its own, so the lengths of single trails are others.
    """
    i = floor(x * width)
    j = floor(y * width)
    i = i + trunc(2.0 - 4.0 * hash3(i, seed, 1.0))
    j = j + trunc(2.0 - 4.0 * hash3(j, seed, 1.0))
    h = 0.5 * (hash3(i, j, seed) + hash3(j, i, seed + 1.0))
    k = w * len * h * u0 * u0 * u0 * u0
    t = angle * 0.0174532925
    return k * cos(t), k * sin(t), 0.0, u0 if enable_dc > 0.5 else dc


@variation(
    "randCubes",
    parameters=(
        P("blockSize", 1.0, description="Width of a block"),
        P("blockHeight", 1.0, description="Height of a block of middle height"),
        P("spread", 3.0, soft_minimum=0.0, soft_maximum=10.0, description="How far the blocks scatter"),
        P("seed", 1, kind="integer", description="Chooses the heights"),
        P("density", 1.0, description="Distance of neighbours, in widths"),
    ),
    z="own",
    mode="sum",
    clears="xyz",
    colors=True,
)
def rand_cubes(blockSize, blockHeight, spread, seed, density, u0, u1, u2, u3, u4):
    """Towers on a grid, without a look at the point or the weight: the block is (i, j), whole numbers with
    the density of ±spread log u; the height h is fixed for the block, in 0 … 2, and the colour h / 2.

    The point is evenly anywhere in the block's square, at blockHeight h u^(1/8): denser towards the top.
    Bloom's random numbers are its own, so the heights of single blocks are others.
    """
    s = 2.0 * u0 - 1.0
    t = 2.0 * u1 - 1.0
    i = floor(log(maximum(fabs(s), 1e-7)) * (spread if s < 0.0 else -spread))
    j = floor(log(maximum(fabs(t), 1e-7)) * (spread if t < 0.0 else -spread))
    h = hash3(i, seed, 0.0) + hash3(i, j, seed)
    px = blockSize * (i * density + u2)
    py = blockSize * (j * density + u3)
    return px, py, blockHeight * h * sqrt(sqrt(sqrt(u4))), 0.5 * h
