"""Waves and vibrations that later programs than 1.0.0.14 know.

w is the weight. Formulas after ember 25, to whose values they are fitted.
"""

from __future__ import annotations

from .helpers import cosine_wrap, wave_power
from .registry import P, variation
from .vocabulary import (
    atan2,
    cos,
    fabs,
    floor,
    fmod,
    maximum,
    pi,
    pow,
    sin,
    trunc,
    zeps,
)

_WAVES = (
    P("scalex", 0.05, description="Height of the waves in x"),
    P("scaley", 0.05, description="Height of the waves in y"),
    P("freqx", 7.0, description="Frequency of the waves in x"),
    P("freqy", 13.0, description="Frequency of the waves in y"),
)


@variation(
    "pulse",
    parameters=(
        P("freqx", 2.0, description="Frequency in x"),
        P("freqy", 2.0, description="Frequency in y"),
        P("scalex", 1.0, description="Height in x"),
        P("scaley", 1.0, description="Height in y"),
    ),
)
def pulse(x, y, w, freqx, freqy, scalex, scaley):
    """w (x + sx sin(fx x), y + sy sin(fy y)). By FarDareisMai."""
    return w * (x + scalex * sin(x * freqx)), w * (y + scaley * sin(y * freqy)), 0.0


@variation(
    "waves22",
    parameters=(
        *_WAVES,
        P("modex", 0, kind="integer", minimum=0, maximum=1, description="1 keeps waves in x above 0"),
        P("modey", 0, kind="integer", minimum=0, maximum=1, description="1 keeps waves in y above 0"),
        P("powerx", 2.0, description="Power of the waves in x"),
        P("powery", 2.0, description="Power of the waves in y"),
    ),
)
def waves22(x, y, w, scalex, scaley, freqx, freqy, modex, modey, powerx, powery):
    """w (x + sx s^m, y + sy t^n), s = sin(fx y) or (1 + sin(fx y)) / 2, m the whole part of the power."""
    s = sin(y * freqx) if modex < 0.5 else 0.5 * (1.0 + sin(y * freqx))
    t = sin(x * freqy) if modey < 0.5 else 0.5 * (1.0 + sin(x * freqy))
    return w * (x + pow(s, trunc(powerx)) * scalex), w * (y + pow(t, trunc(powery)) * scaley), 0.0


@variation("waves23", parameters=_WAVES)
def waves23(x, y, w, scalex, scaley, freqx, freqy):
    """w (x + sx z(fx y / 2 π), y + sy z(fy x / 2 π)), z a saw: its fraction f, or 1/2 - f above 1/2."""
    s = y * freqx / (2.0 * pi)
    s = s - floor(s)
    t = x * freqy / (2.0 * pi)
    t = t - floor(t)
    return w * (x + scalex * (0.5 - s if s > 0.5 else s)), w * (y + scaley * (0.5 - t if t > 0.5 else t)), 0.0


@variation(
    "waves3",
    parameters=(
        *_WAVES,
        P("sx_freq", 0.0, description="Frequency of the height in x"),
        P("sy_freq", 2.0, description="Frequency of the height in y"),
    ),
)
def waves3(x, y, w, scalex, scaley, freqx, freqy, sx_freq, sy_freq):
    """w (x + sx / 2 (1 + sin(gx y)) sin(fx y), y + sy / 2 (1 + sin(gy x)) sin(fy x)). By tatasz."""
    s = 0.5 * scalex * (1.0 + sin(y * sx_freq))
    t = 0.5 * scaley * (1.0 + sin(x * sy_freq))
    return w * (x + s * sin(y * freqx)), w * (y + t * sin(x * freqy)), 0.0


_WAVES4 = (
    *_WAVES,
    P("cont", 0, kind="integer", minimum=0, maximum=1, description="1 makes waves full or absent"),
    P("yfact", 0.1, description="Change of the height within a wave"),
)


@variation("waves4", parameters=_WAVES4)
def waves4(x, y, w, scalex, scaley, freqx, freqy, cont, yfact):
    """w (x + sx a² sin(fx y), y + sy sin(fy x)), a random for each wave: a hash of its number. By tatasz."""
    n = floor(y * freqx / (2.0 * pi))
    a = sin(n * 12.9898 + n * 78.233 + 1.0 + y * yfact * 0.001) * 43758.5453
    a = a - trunc(a)
    a = (1.0 if a > 0.5 else 0.0) if cont == 1.0 else a
    return w * (x + sin(y * freqx) * a * a * scalex), w * (y + sin(x * freqy) * scaley), 0.0


@variation("waves42", parameters=(*_WAVES4, P("freqx2", 1.0, description="Changes of the height")))
def waves42(x, y, w, scalex, scaley, freqx, freqy, cont, yfact, freqx2):
    """`waves4` with a random height for each part of length 1 / freqx2. By tatasz."""
    n = floor(y * freqx2)
    a = sin(n * 12.9898 + n * 78.233 + 1.0 + y * yfact * 0.001) * 43758.5453
    a = a - trunc(a)
    a = (1.0 if a > 0.5 else 0.0) if cont == 1.0 else a
    return w * (x + sin(y * freqx) * a * a * scalex), w * (y + sin(x * freqy) * scaley), 0.0


@variation(
    "vibration",
    parameters=(
        P(
            "dir",
            0.0,
            kind="cyclic",
            minimum=0.0,
            maximum=2.0 * pi,
            description="Direction of the first wave",
        ),
        P("angle", 0.5 * pi, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Its vibration"),
        P("freq", 1.0, description="Its frequency"),
        P("amp", 0.25, description="Its height"),
        P("phase", 0.0, kind="cyclic", minimum=0.0, maximum=1.0, description="Its phase"),
        P(
            "dir2",
            0.5 * pi,
            kind="cyclic",
            minimum=0.0,
            maximum=2.0 * pi,
            description="Direction of the other",
        ),
        P("angle2", 0.5 * pi, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Its vibration"),
        P("freq2", 1.0, description="Its frequency"),
        P("amp2", 0.25, description="Its height"),
        P("phase2", 0.0, kind="cyclic", minimum=0.0, maximum=1.0, description="Its phase"),
    ),
)
def vibration(x, y, w, dir, angle, freq, amp, phase, dir2, angle2, freq2, amp2, phase2):
    """Two plane waves, each running in the direction d and vibrating along d + angle. By FarDareisMai.

    w (p + Σ amp sin(2 π (freq p·d + phase / freq)) (cos(dir + angle), sin(dir + angle))).
    """
    a = amp * sin(2.0 * pi * ((x * cos(dir) + y * sin(dir)) * freq + phase / zeps(freq)))
    b = amp2 * sin(2.0 * pi * ((x * cos(dir2) + y * sin(dir2)) * freq2 + phase2 / zeps(freq2)))
    return (
        w * (x + a * cos(angle + dir) + b * cos(angle2 + dir2)),
        w * (y + a * sin(angle + dir) + b * sin(angle2 + dir2)),
        0.0,
    )


@variation(
    "vibration2",
    parameters=(
        P("dir", 0.0, description="Direction of the first wave"),
        P("angle", 0.5 * pi, description="Its vibration"),
        P("freq", 1.0, description="Its frequency"),
        P("amp", 0.25, description="Its height"),
        P("phase", 0.0, description="Its phase"),
        P("dir2", 0.5 * pi, description="Direction of the second wave"),
        P("angle2", 0.5 * pi, description="Its vibration"),
        P("freq2", 1.0, description="Its frequency"),
        P("amp2", 0.25, description="Its height"),
        P("phase2", 0.0, description="Its phase"),
        P("dm", 0.0, description="Change of the first direction"),
        P("dmfreq", 0.0, description="Its frequency"),
        P("tm", 0.0, description="Change of the first vibration"),
        P("tmfreq", 0.0, description="Its frequency"),
        P("fm", 0.0, description="Change of the first frequency"),
        P("fmfreq", 0.0, description="Its frequency"),
        P("am", 0.0, description="Change of the first height"),
        P("amfreq", 0.0, description="Its frequency"),
        P("dm2", 0.0, description="Change of the second direction"),
        P("dmfreq2", 0.0, description="Its frequency"),
        P("tm2", 0.0, description="Change of the second vibration"),
        P("tmfreq2", 0.0, description="Its frequency"),
        P("fm2", 0.0, description="Change of the second frequency"),
        P("fmfreq2", 0.0, description="Its frequency"),
        P("am2", 0.0, description="Change of the second height"),
        P("amfreq2", 0.0, description="Its frequency"),
    ),
)
def vibration2(
    x,
    y,
    w,
    dir,
    angle,
    freq,
    amp,
    phase,
    dir2,
    angle2,
    freq2,
    amp2,
    phase2,
    dm,
    dmfreq,
    tm,
    tmfreq,
    fm,
    fmfreq,
    am,
    amfreq,
    dm2,
    dmfreq2,
    tm2,
    tmfreq2,
    fm2,
    fmfreq2,
    am2,
    amfreq2,
):
    """`vibration` whose directions, frequencies and heights change with the way d along the wave.

    Each gets m cos(2 π f d) more: the angles as such, the phase over the frequency, the height times itself.
    """
    way = 2.0 * pi * (x * cos(dir) + y * sin(dir))
    d = dir + dm * cos(way * dmfreq)
    t = d + angle + tm * cos(way * tmfreq)
    s = fm * cos(way * fmfreq) / zeps(freq) + 2.0 * pi * phase / zeps(freq)
    a = amp + amp * am * cos(way * amfreq)
    a = a * sin(2.0 * pi * freq * (x * cos(d) + y * sin(d)) + s)
    way2 = 2.0 * pi * (x * cos(dir2) + y * sin(dir2))
    d2 = dir2 + dm2 * cos(way2 * dmfreq2)
    t2 = d2 + angle2 + tm2 * cos(way2 * tmfreq2)
    s2 = fm2 * cos(way2 * fmfreq2) / zeps(freq2) + 2.0 * pi * phase2 / zeps(freq2)
    b = amp2 + amp2 * am2 * cos(way2 * amfreq2)
    b = b * sin(2.0 * pi * freq2 * (x * cos(d2) + y * sin(d2)) + s2)
    return w * (x + a * cos(t) + b * cos(t2)), w * (y + a * sin(t) + b * sin(t2)), 0.0


_WAVES_OF_ROOT = (
    P("freqx", 2.0, description="Frequency of the waves in x"),
    P("freqy", 2.0, description="Frequency of the waves in y"),
    P("scalex", 1.0, description="Height of the waves in x"),
    P("scaley", 1.0, description="Height of the waves in y"),
    P("incx", 0.0, description="Growth of the waves in x"),
    P("incy", 0.0, description="Growth of the waves in y"),
)


@variation(
    "wavesn",
    parameters=(
        *_WAVES_OF_ROOT,
        P("power", 1.0, description="Copies around the origin"),
    ),
    compatibility="current",
)
@variation(
    "wavesn",
    parameters=(
        *_WAVES_OF_ROOT,
        P("power", 1, kind="integer_nonzero", description="Copies around the origin"),
    ),
)
def wavesn(x, y, w, freqx, freqy, scalex, scaley, incx, incy, power, u0):
    """`auger`'s waves after a root: with q = w p^(1/n) of a random branch, w (q + (scale + inc |q|) s / 2).

    s is the sine of the other coordinate's multiple, for each coordinate.
    """
    r = w * pow(x * x + y * y, 0.5 / zeps(power))
    t = (atan2(y, x) + 2.0 * pi * floor(u0 * maximum(1.0, trunc(fabs(power))))) / zeps(power)
    p = r * cos(t)
    q = r * sin(t)
    return (
        w * (p + 0.5 * (scalex + fabs(p) * incx) * sin(q * freqx)),
        w * (q + 0.5 * (scaley + fabs(q) * incy) * sin(p * freqy)),
        0.0,
    )


@variation(
    "ripple",
    parameters=(
        P("frequency", 2.0, description="Frequency of the waves"),
        P("velocity", 1.0, description="Shift of the waves with the phase"),
        P("amplitude", 0.5, description="Height of the waves"),
        P("centerx", 0.0, description="Centre"),
        P("centery", 0.0, description="Centre"),
        P("phase", 0.0, description="Phase"),
        P("scale", 1.0, description="Scale"),
    ),
)
def ripple(x, y, w, frequency, velocity, amplitude, centerx, centery, phase, scale):
    """The distance d = |x y| from the centre moves by waves of two strengths, between which the phase goes.

    With t = 2 π phase - π: d + amplitude / 100 cos(5 frequency d - velocity t) h, h from t to π - t. By
    Xyrus02.
    """
    s = zeps(scale)
    t = 2.0 * pi * phase - pi
    p = x * s - centerx
    q = y * s + centery
    d = maximum(fabs(p * q), 1e-15)
    wave = cos(5.0 * frequency * d - velocity * t) * 0.01 * amplitude
    a = d + wave * t
    b = d + wave * (pi - t)
    k = (a + t * (b - a)) / d
    return w * (centerx + p * k) / s, w * (q * k - centery) / s, 0.0


@variation("stwin", parameters=(P("distort", 1.0, description="Frequency of the waves"),))
def stwin(x, y, w, distort):
    """w p + s (1, 1) with s = (x² - y²) / (x² + y²) sin(2 π distort w (x + y) / 20). By Xyrus02."""
    r = x * x + y * y
    s = (x * x - y * y) / zeps(r) * sin(0.1 * pi * distort * w * (x + y))
    return w * x + s, w * y + s, 0.0


@variation(
    "coswrap",
    parameters=(
        P("repeat", 1, kind="integer_nonzero", description="Repetitions"),
        P("amount_x", 0.0, description="Strength in x"),
        P("amount_y", 0.0, description="Strength in y"),
        P("phase_x", 0.0, kind="cyclic", minimum=-1.0, maximum=1.0, description="Phase in x"),
        P("phase_y", 0.0, kind="cyclic", minimum=-1.0, maximum=1.0, description="Phase in y"),
    ),
)
def coswrap(x, y, w, repeat, amount_x, amount_y, phase_x, phase_y):
    """2 w v - 1, v between (x + 1) / 2 and two of its cosines, by FarDareisMai and Zueuk.

    With c(t) = (1 - cos(t + π phase)) / 2 the share of the cosines is c(amount).
    """
    return (
        2.0 * w * cosine_wrap(0.5 * x + 0.5, fabs(repeat), amount_x, pi * phase_x) - 1.0,
        2.0 * w * cosine_wrap(0.5 * y + 0.5, fabs(repeat), amount_y, pi * phase_y) - 1.0,
        0.0,
    )


@variation(
    "gdoffs",
    parameters=(
        P("delta_x", 0.0, minimum=0.0, maximum=16.0, description="Strength in x"),
        P("delta_y", 0.0, minimum=0.0, maximum=16.0, description="Strength in y"),
        P("area_x", 2.0, description="Width of the waves"),
        P("area_y", 2.0, description="Height of the waves"),
        P("center_x", 0.0, description="Shift in x"),
        P("center_y", 0.0, description="Shift in y"),
        P("gamma", 1, kind="integer", minimum=1, maximum=6, description="Repetitions"),
        P("square", 0, kind="integer", minimum=0, maximum=1, description="1 uses the strength of x for y"),
    ),
    z="wz",
)
def gdoffs(x, y, z, w, delta_x, delta_y, area_x, area_y, center_x, center_y, gamma, square):
    """w v, v between the shifted point and two cosines, c(t) = (1 - cos t) / 2, their share c(0.2 π delta).

    The cosines c(8 π x) and c(8 π fmod(b x, 1)) with b = gamma / max(area_x, area_y, 0.1). By Xyrus02.
    """
    b = gamma / maximum(maximum(fabs(area_x), fabs(area_y)), 0.1)
    s = 0.5 - 0.5 * cos(0.2 * pi * delta_x)
    t = s if square != 0.0 else 0.5 - 0.5 * cos(0.2 * pi * delta_y)
    p = x + center_x
    q = y + center_y
    m = p + s * (0.5 - 0.5 * cos(8.0 * pi * p) - p)
    n = q + t * (0.5 - 0.5 * cos(8.0 * pi * q) - q)
    return (
        w * (m + s * (0.5 - 0.5 * cos(8.0 * pi * fmod(b * p, 1.0)) - m)),
        w * (n + t * (0.5 - 0.5 * cos(8.0 * pi * fmod(b * q, 1.0)) - n)),
        w * z,
    )


_WAVE_SUM = tuple(
    p
    for k in "12"
    for p in (
        P(f"a{k}", 1.0, description=f"Height of wave {k}"),
        P(f"b{k}", 1.0, description="Its frequency"),
        P(f"c{k}", 0.0, description="Its phase"),
        P(f"p{k}", 1.0, description="Its power"),
        P(f"t{k}", 0, kind="integer", minimum=0, maximum=2, description="0 sine, 1 triangle, 2 square"),
    )
)


@variation("interference2", parameters=_WAVE_SUM)
def interference2(x, y, w, a1, b1, c1, p1, t1, a2, b2, c2, p2, t2):
    """The sum of two waves of each coordinate, w times."""
    return (
        w * (wave_power(x, a1, b1, c1, p1, t1) + wave_power(x, a2, b2, c2, p2, t2)),
        w * (wave_power(y, a1, b1, c1, p1, t1) + wave_power(y, a2, b2, c2, p2, t2)),
        0.0,
    )
