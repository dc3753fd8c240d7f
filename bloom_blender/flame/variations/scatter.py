"""More variations that scatter points at random; the first ones are in `blurs`.

r² = x² + y², φ = atan2(y, x), w is the weight, u a fresh uniform random number in [0, 1).
"""

from __future__ import annotations

from .registry import P, variation
from .vocabulary import atan2, cos, floor, log, pi, sin, sqrt


@variation("noise", z="wz")
def noise(x, y, z, w, u0, u1):
    """w u (x cos a, y sin a), a = 2 π u. Paper, variation 31."""
    a = 2.0 * pi * u0
    return w * u1 * x * cos(a), w * u1 * y * sin(a), w * z


@variation(
    "radial_blur", parameters=(P("angle", 0.0, description="Quarter turns from zooming to spinning"),), z="wz"
)
def radial_blur(x, y, z, w, angle, u0, u1, u2, u3):
    """g = w (u + u + u + u - 2): r (cos t, sin t) + (g cos a - 1) (x, y), t = φ + g sin a, a = angle π / 2.

    Paper, variation 36.
    """
    a = 0.5 * pi * angle
    g = w * (u0 + u1 + u2 + u3 - 2.0)
    r = sqrt(x * x + y * y)
    t = atan2(y, x) + g * sin(a)
    k = g * cos(a) - 1.0
    return r * cos(t) + k * x, r * sin(t) + k * y, w * z


@variation(
    "pie",
    parameters=(
        P("slices", 6, kind="integer_nonzero", minimum=1, description="Number of slices"),
        P("rotation", 0.5, kind="cyclic", minimum=0.0, maximum=2.0 * pi, description="Turn"),
        P("thickness", 0.5, minimum=0.0, maximum=1.0, description="Filled share of a slice"),
    ),
    mode="sum",
)
def pie(w, slices, rotation, thickness, u0, u1, u2):
    """w u (cos a, sin a), a = rotation + 2 π (k + u thickness) / slices, k a random slice.

    Paper, variation 37.
    """
    a = rotation + 2.0 * pi * (floor(u0 * slices) + u1 * thickness) / slices
    return w * u2 * cos(a), w * u2 * sin(a), 0.0


@variation("square", z="wz", mode="sum")
def square(z, w, u0, u1):
    """w (u - 1/2, u - 1/2). Paper, variation 43."""
    return w * (u0 - 0.5), w * (u1 - 0.5), w * z


@variation("blade")
def blade(x, y, w, u0):
    """w x (cos t + sin t, cos t - sin t), t = w u r. Paper, variation 45."""
    t = w * u0 * sqrt(x * x + y * y)
    return w * x * (cos(t) + sin(t)), w * x * (cos(t) - sin(t)), 0.0


@variation("TwinTrian")
def twin_trian(x, y, w, u0):
    """w x (d, d - π sin t), d = log10(sin² t) + cos t, t = w u r. Paper, variation 47."""
    t = w * u0 * sqrt(x * x + y * y)
    s = sin(t)
    d = log(s * s) / 2.302585092994046 + cos(t)
    d = d if d > -30.0 else -30.0
    return w * x * d, w * x * (d - pi * s), 0.0
