"""`synth`, after the synthesizers of sound: one of 27 variations, shaped by the sum of five waves."""

from __future__ import annotations

from .helpers import synth_curve, synth_layer
from .registry import P, helper, variation
from .vocabulary import asin, atan2, cos, floor, pi, pow, sin, sqrt, zeps

_WAVES = tuple(
    p
    for wave in "bcdef"
    for p in (
        P(wave, 0.0, description=f"Strength of wave {wave}"),
        P(f"{wave}_type", 0, kind="integer", minimum=0, maximum=8, description="Its shape"),
        P(f"{wave}_skew", 0.0, description="Its lean"),
        P(f"{wave}_frq", 1.0, description="Its frequency"),
        P(f"{wave}_phs", 0.0, description="Its phase"),
        P(
            f"{wave}_layer",
            0,
            kind="integer",
            minimum=0,
            maximum=3,
            description="0 adds, 1 multiplies, 2 takes the larger, 3 the smaller",
        ),
    )
)


@helper
def synth_value(
    t, a, mix,
    b, b_type, b_skew, b_frq, b_phs, b_layer, c, c_type, c_skew, c_frq, c_phs, c_layer,
    d, d_type, d_skew, d_frq, d_phs, d_layer, e, e_type, e_skew, e_frq, e_phs, e_layer,
    f, f_type, f_skew, f_frq, f_phs, f_layer,
):  # fmt: skip
    """The waves of `synth` at t, one laid upon the other from the base a on, mixed with 1."""
    v = synth_layer(a, t, a, b, b_type, b_skew, b_frq, b_phs, b_layer)
    v = synth_layer(v, t, a, c, c_type, c_skew, c_frq, c_phs, c_layer)
    v = synth_layer(v, t, a, d, d_type, d_skew, d_frq, d_phs, d_layer)
    v = synth_layer(v, t, a, e, e_type, e_skew, e_frq, e_phs, e_layer)
    v = synth_layer(v, t, a, f, f_type, f_skew, f_frq, f_phs, f_layer)
    return v * mix + 1.0 - mix


@variation(
    "synth",
    parameters=(
        P("a", 0.0, description="Base of the waves"),
        P("mode", 3, kind="integer", minimum=0, maximum=26, description="Which variation"),
        P("power", -2.0, description="Its power or width"),
        P("mix", 0.0, description="Share of the waves"),
        P("smooth", 0, kind="integer", minimum=0, maximum=1, description="1 shapes along curves"),
        *_WAVES,
    ),
)
def synth(
    x, y, w, a, mode, power, mix, smooth,
    b, b_type, b_skew, b_frq, b_phs, b_layer, c, c_type, c_skew, c_frq, c_phs, c_layer,
    d, d_type, d_skew, d_frq, d_phs, d_layer, e, e_type, e_skew, e_frq, e_phs, e_layer,
    f, f_type, f_skew, f_frq, f_phs, f_layer, u0, u1, u2, u3,
):  # fmt: skip
    """Variations shaped by waves, by slobo777. With r, θ = atan2(x, y), n = r^power, S(t) the waves at t:

    0 spherical r^(power + 1), 1 bubble, 5 circle, 19 spherical after the shaping: the radius shaped by S(θ).
    2, 3, 12 blurs of discs and rings, 13 a ring with radius S, 4 a zigzag line. 6 to 8 x, y or both shaped,
    9 to 11 shifted by S - 1. 14 to 16 the angle or the tangent shifted by S(n) - 1. 17, 18 mirrors about
    S - 1. 20 sinusoidal, 21 swirl, 22 hyperbolic, 23 julia, 24 disc, 25 rings, 26 cylinder, in which the
    waves are multiplied with sine and cosine, or with `smooth` added.
    """
    r = sqrt(x * x + y * y)
    n = pow(r * r + 1e-20, 0.5 * power)
    t = atan2(x, y)
    around = 2.0 * pi * u0 - pi
    p = y
    q = x
    if mode <= 1.0 or mode == 5.0 or mode == 19.0:
        p = t
    if mode == 2.0 or mode == 3.0 or mode == 12.0 or mode == 13.0:
        p = around
    if mode == 4.0:
        p = 2.0 * asin(2.0 * u0 - 1.0)
    if mode >= 14.0 and mode <= 16.0:
        p = n
    if mode >= 21.0:
        p = n
        if mode == 22.0 or mode == 25.0:
            p = t
        if mode == 23.0:
            p = 0.5 * t + (pi if u0 < 0.5 else 0.0)
        if mode == 24.0:
            p = pi * n
        if mode == 26.0:
            p = x
        q = p + 0.5 * pi
    v = synth_value(
        p, a, mix,
        b, b_type, b_skew, b_frq, b_phs, b_layer, c, c_type, c_skew, c_frq, c_phs, c_layer,
        d, d_type, d_skew, d_frq, d_phs, d_layer, e, e_type, e_skew, e_frq, e_phs, e_layer,
        f, f_type, f_skew, f_frq, f_phs, f_layer,
    )  # fmt: skip
    s = synth_value(
        q, a, mix,
        b, b_type, b_skew, b_frq, b_phs, b_layer, c, c_type, c_skew, c_frq, c_phs, c_layer,
        d, d_type, d_skew, d_frq, d_phs, d_layer, e, e_type, e_skew, e_frq, e_phs, e_layer,
        f, f_type, f_skew, f_frq, f_phs, f_layer,
    )  # fmt: skip
    # Circles: the radius is shaped, along the angle p.
    m = pow(r * r + 1e-20, 0.5 * (power + 1.0))
    if mode == 1.0:
        m = r / (0.25 * r * r + 1.0)
    if mode == 2.0:
        m = pow((u1 + u2 + 0.002 * u3) / 2.002, power)
    if mode == 3.0:
        m = pow(0.25 * (u1 + u2) * (u1 + u2) + 1e-20, -0.5 * power)
    if mode == 5.0 or mode == 19.0:
        m = r
    if mode == 12.0:
        m = 1.0 + 0.1 * (u1 + u2 - 1.0) * power
    k = synth_curve(m, v) if smooth == 1.0 else m * v
    if mode == 2.0:
        k = k * (u1 + u2 + 0.002 * u3) / 2.002
    if mode == 13.0:
        k = v + 0.1 * pow(u1 + 1e-20, power)
    if mode == 19.0:
        k = pow(k, power)
    i = k * sin(p)
    j = k * cos(p)
    # Lines, mirrors and shifts.
    k = 1.0 + 0.1 * (u1 + u2 - 1.0) * power
    if mode == 4.0:
        i = p / pi
        j = (synth_curve(k, v) if smooth == 1.0 else k * v) - 1.0
    if mode == 6.0 or mode == 8.0:
        i = synth_curve(x, v) if smooth == 1.0 else x * v
        j = y
    if mode == 7.0 or mode == 8.0:
        i = x if mode == 7.0 else i
        j = synth_curve(y, s) if smooth == 1.0 else y * s
    if mode >= 9.0 and mode <= 11.0:
        i = x if mode == 10.0 else x + v - 1.0
        j = y if mode == 9.0 else y + s - 1.0
    if mode == 14.0 or mode == 16.0:
        k = n if mode == 14.0 else r
        i = k * sin(t - 1.0 + v)
        j = k * cos(t - 1.0 + v)
    if mode == 15.0:
        i = x + (v - 1.0) * cos(t)
        j = y - (v - 1.0) * sin(t)
    if mode == 17.0 or mode == 18.0:
        i = x if mode == 17.0 else 2.0 * (v - 1.0) - x
        j = 2.0 * (s - 1.0) - y
    # Variations whose sine and cosine are shaped.
    if mode == 20.0:
        i = s - 1.0 + (1.0 - mix) * sin(x)
        j = v - 1.0 + (1.0 - mix) * sin(y)
    m = sin(p) * v if smooth == 0.0 else (1.0 - mix) * sin(p) + v - 1.0
    k = cos(p) * s if smooth == 0.0 else (1.0 - mix) * cos(p) + s - 1.0
    if mode == 21.0:
        i = m * x - k * y
        j = k * x + m * y
    if mode == 22.0:
        i = m / zeps(n)
        j = k * n
    if mode == 23.0:
        i = k * sqrt(n)
        j = m * sqrt(n)
    if mode == 24.0:
        i = m * t / pi
        j = k * t / pi
    g = power * power + 1e-20
    if mode == 25.0:
        g = r - 2.0 * g * floor((r + g) / (2.0 * g)) + r * (1.0 - g)
        i = m * g
        j = k * g
    if mode == 26.0:
        i = n * m
        j = n * y
    return w * i, w * j, 0.0
