"""Waves and vibrations that later programs than 1.0.0.14 know.

w is the weight. Formulas after ember 25, to whose values they are fitted.
"""

from __future__ import annotations

from .registry import P, variation
from .vocabulary import cos, floor, pi, pow, sin, trunc, zeps

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
