"""Curves in polar coordinates: the hyperbolic polygon, star, spiral and superformula of the hypershapes."""

from __future__ import annotations

from .registry import P, helper, variation
from .vocabulary import EPSILON, atan2, cos, fabs, fmod, minimum, pi, pow, sin, sqrt, tan, zeps

_SHAPES = (
    P("hypergon", 0.0, description="Share of the hyperbolic polygon"),
    P("hypergon_n", 4, kind="integer", minimum=3, soft_maximum=20, description="Its corners"),
    P("hypergon_r", 1.0, description="Radius of its sides"),
    P("star", 0.0, description="Share of the star"),
    P("star_n", 5, kind="integer", minimum=3, soft_maximum=20, description="Its points"),
    P("star_slope", pi / 2.0, minimum=EPSILON, maximum=pi / 2.0, description="Its sharpness"),
    P("lituus", 0.0, description="Share of the spiral"),
    P("lituus_a", 1.0, description="Its power"),
    P("super", 0.0, description="Share of the superformula"),
    P("super_m", 1.0, description="Its symmetry"),
    P("super_n1", 1.0, description="Its first power"),
    P("super_n2", 1.0, description="Its second power"),
    P("super_n3", 1.0, description="Its third power"),
)


@helper
def shapes_radius(
    a, hypergon, hypergon_n, hypergon_r, star, star_n, star_slope, lituus, lituus_a,
    super, super_m, super_n1, super_n2, super_n3,
):  # fmt: skip
    """Sum of the polar radii of up to four shapes in the direction a, by T. Ludwig.

    Hyperbolic polygon: with t = fmod(|a|, 2π/n) - π/n, D² = 1 + R², q = 1 + tan² t: 1 where q >= D²,
    else (D - sqrt(D² - q)) / sqrt(q). Star: sqrt(s² q / (tan |t| + s)²), s = tan min(slope, π/2 - 0.05).
    Lituus: (a / π + 1)^(-l). Superformula (J. Gielis, 2003): (|cos(m a / 4)|^n2 + |sin(m a / 4)|^n3)^(-1/n1).
    """
    t = tan(fmod(fabs(a), 2.0 * pi / hypergon_n) - pi / hypergon_n)
    q = 1.0 + t * t
    d2 = 1.0 + hypergon_r * hypergon_r
    side = 1.0 if q >= d2 else (sqrt(d2) - sqrt(fabs(d2 - q))) / sqrt(q)
    p = tan(fabs(fmod(fabs(a), 2.0 * pi / star_n) - pi / star_n))
    s = tan(minimum(star_slope, 0.5 * pi - 0.05))
    ray = sqrt(s * s * (1.0 + p * p) / ((p + s) * (p + s)))
    spiral = pow(a / pi + 1.0, -lituus_a)
    m = 0.25 * super_m * a
    shape = pow(pow(fabs(cos(m)), super_n2) + pow(fabs(sin(m)), super_n3), -1.0 / super_n1)
    total = hypergon * side if hypergon != 0.0 else 0.0
    if star != 0.0:
        total = total + star * ray
    if lituus != 0.0:
        total = total + lituus * spiral
    if super != 0.0:
        total = total + super * shape
    return total


@variation("x", parameters=_SHAPES)
def hypershape_x(
    x, y, w, hypergon, hypergon_n, hypergon_r, star, star_n, star_slope, lituus, lituus_a,
    super, super_m, super_n1, super_n2, super_n3,
):  # fmt: skip
    """The radius becomes w sqrt(r² + s²), s the sum of the shapes' radii."""
    a = atan2(y, x)
    s = shapes_radius(
        a, hypergon, hypergon_n, hypergon_r, star, star_n, star_slope, lituus, lituus_a,
        super, super_m, super_n1, super_n2, super_n3,
    )  # fmt: skip
    r = sqrt(x * x + y * y + s * s)
    return w * r * cos(a), w * r * sin(a), 0.0


@variation("y", parameters=_SHAPES)
def hypershape_y(
    x, y, w, hypergon, hypergon_n, hypergon_r, star, star_n, star_slope, lituus, lituus_a,
    super, super_m, super_n1, super_n2, super_n3,
):  # fmt: skip
    """The radius becomes w s² / r, s the sum of the shapes' radii: an inversion in their curve."""
    a = atan2(y, x)
    s = shapes_radius(
        a, hypergon, hypergon_n, hypergon_r, star, star_n, star_slope, lituus, lituus_a,
        super, super_m, super_n1, super_n2, super_n3,
    )  # fmt: skip
    r = s * s / zeps(sqrt(x * x + y * y))
    return w * r * cos(a), w * r * sin(a), 0.0


@variation("z", parameters=_SHAPES)
def hypershape_z(
    x, y, w, hypergon, hypergon_n, hypergon_r, star, star_n, star_slope, lituus, lituus_a,
    super, super_m, super_n1, super_n2, super_n3,
):  # fmt: skip
    """The radius becomes w (r + s), s the sum of the shapes' radii."""
    a = atan2(y, x)
    s = shapes_radius(
        a, hypergon, hypergon_n, hypergon_r, star, star_n, star_slope, lituus, lituus_a,
        super, super_m, super_n1, super_n2, super_n3,
    )  # fmt: skip
    r = sqrt(x * x + y * y) + s
    return w * r * cos(a), w * r * sin(a), 0.0


@variation(
    "w",
    parameters=(
        P("angle", 0.0, kind="cyclic", minimum=-pi, maximum=pi, description="Turn of the inside"),
        *_SHAPES,
    ),
)
def hypershape_w(
    x, y, w, angle, hypergon, hypergon_n, hypergon_r, star, star_n, star_slope, lituus, lituus_a,
    super, super_m, super_n1, super_n2, super_n3,
):  # fmt: skip
    """The inside of the shapes turns by the angle within them: r s(φ + angle) / s(φ), s the radii's sum."""
    a = atan2(y, x)
    s = shapes_radius(
        a, hypergon, hypergon_n, hypergon_r, star, star_n, star_slope, lituus, lituus_a,
        super, super_m, super_n1, super_n2, super_n3,
    )  # fmt: skip
    b = a + angle
    b = b - 2.0 * pi if b > pi else (b + 2.0 * pi if b < -pi else b)
    t = shapes_radius(
        b, hypergon, hypergon_n, hypergon_r, star, star_n, star_slope, lituus, lituus_a,
        super, super_m, super_n1, super_n2, super_n3,
    )  # fmt: skip
    r = sqrt(x * x + y * y)
    k = r * t / s
    return (w * k * cos(b) if r < s else w * x), (w * k * sin(b) if r < s else w * y), 0.0
