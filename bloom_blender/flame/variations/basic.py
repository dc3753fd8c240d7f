"""Variations that map the plane point by point, without random numbers and mostly without parameters.

In the formulas r² = x² + y², θ = atan2(x, y), φ = atan2(y, x), and w is the weight. "Paper" is Draves &
Reckase, The Fractal Flame Algorithm, 2008, whose numbers follow.
"""

from __future__ import annotations

from .helpers import bounded
from .registry import variation
from .vocabulary import atan2, cos, cosh, exp, fabs, pi, sin, sinh, sqrt, zeps


@variation("linear", z="wz")
def linear(x, y, z, w):
    """w (x, y). Paper, variation 0."""
    return w * x, w * y, w * z


@variation("sinusoidal", z="wz")
def sinusoidal(x, y, z, w):
    """w (sin x, sin y). Paper, variation 1."""
    return w * sin(x), w * sin(y), w * z


@variation("spherical", z="wz")
def spherical(x, y, z, w):
    """w / r² (x, y). Paper, variation 2."""
    k = w / zeps(x * x + y * y)
    return k * x, k * y, w * z


@variation("swirl", z="wz")
def swirl(x, y, z, w):
    """w (x sin r² - y cos r², x cos r² + y sin r²). Paper, variation 3."""
    r2 = x * x + y * y
    s = sin(r2)
    c = cos(r2)
    return w * (s * x - c * y), w * (c * x + s * y), w * z


@variation("horseshoe", z="wz")
def horseshoe(x, y, z, w):
    """w / r ((x - y)(x + y), 2 x y). Paper, variation 4."""
    k = w / zeps(sqrt(x * x + y * y))
    return k * (x - y) * (x + y), k * 2.0 * x * y, w * z


@variation("polar", z="wz")
def polar(x, y, z, w):
    """w (θ / π, r - 1). Paper, variation 5."""
    return w * atan2(x, y) / pi, w * (sqrt(x * x + y * y) - 1.0), w * z


@variation("handkerchief")
def handkerchief(x, y, w):
    """w r (sin(θ + r), cos(θ - r)). Paper, variation 6."""
    r = sqrt(x * x + y * y)
    t = atan2(x, y)
    return w * r * sin(t + r), w * r * cos(t - r), 0.0


@variation("heart")
def heart(x, y, w):
    """w r (sin(θ r), -cos(θ r)). Paper, variation 7."""
    r = sqrt(x * x + y * y)
    t = atan2(x, y) * r
    return w * r * sin(t), -w * r * cos(t), 0.0


@variation("disc", z="wz")
def disc(x, y, z, w):
    """w θ / π (sin π r, cos π r). Paper, variation 8."""
    t = pi * sqrt(x * x + y * y)
    k = w * atan2(x, y) / pi
    return k * sin(t), k * cos(t), w * z


@variation("spiral", z="wz")
def spiral(x, y, z, w):
    """w / r (cos θ + sin r, sin θ - cos r). Paper, variation 9."""
    r = zeps(sqrt(x * x + y * y))
    return w / r * (y / r + sin(r)), w / r * (x / r - cos(r)), w * z


@variation("hyperbolic", z="wz")
def hyperbolic(x, y, z, w):
    """w (sin θ / r, r cos θ). Paper, variation 10."""
    return w * x / zeps(x * x + y * y), w * y, w * z


@variation("diamond")
def diamond(x, y, w):
    """w (sin θ cos r, cos θ sin r). Paper, variation 11."""
    r = sqrt(x * x + y * y)
    k = w / zeps(r)
    return k * x * cos(r), k * y * sin(r), 0.0


@variation("ex")
def ex(x, y, w):
    """w r (p³ + q³, p³ - q³), p = sin(θ + r), q = cos(θ - r). Paper, variation 12."""
    r = sqrt(x * x + y * y)
    t = atan2(x, y)
    p = sin(t + r)
    q = cos(t - r)
    p3 = p * p * p * r
    q3 = q * q * q * r
    return w * (p3 + q3), w * (p3 - q3), 0.0


@variation("bent")
def bent(x, y, w):
    """w (x or 2 x where negative, y or y / 2 where negative). Paper, variation 14."""
    return w * (2.0 * x if x < 0.0 else x), w * (0.5 * y if y < 0.0 else y), 0.0


@variation("fisheye")
def fisheye(x, y, w):
    """2 w / (r + 1) (y, x), the coordinates exchanged. Paper, variation 16."""
    k = 2.0 * w / (sqrt(x * x + y * y) + 1.0)
    return k * y, k * x, 0.0


@variation("eyefish", z="wz")
def eyefish(x, y, z, w):
    """2 w / (r + 1) (x, y). Paper, variation 27."""
    k = 2.0 * w / (sqrt(x * x + y * y) + 1.0)
    return k * x, k * y, w * z


@variation("petal")
def petal(x, y, w):
    """w cos x ((cos x cos y)³, (sin x cos y)³): Apophysis plugin "petal"."""
    p = cos(x) * cos(y)
    q = sin(x) * cos(y)
    k = w * cos(x)
    return k * p * p * p, k * q * q * q, 0.0


@variation("cross", z="wz")
def cross(x, y, z, w):
    """w / |x² - y²| (x, y). Paper, variation 48, whose sqrt(1 / (x² - y²)²) is the same."""
    k = w / zeps(fabs(x * x - y * y))
    return k * x, k * y, w * z


@variation("cross", z="wz", compatibility="current")
def cross_signed(x, y, z, w):
    """w / (x² - y²) (x, y): as ember 25 has it."""
    k = w / zeps(x * x - y * y)
    return k * x, k * y, w * z


@variation("butterfly")
def butterfly(x, y, w):
    """1.3029400317411198 w sqrt(|x y| / (x² + 4 y²)) (x, 2 y): flam3 variation "butterfly"."""
    k = 1.3029400317411198 * w * sqrt(fabs(x * y) / zeps(x * x + 4.0 * y * y))
    return k * x, k * 2.0 * y, 0.0


@variation("foci", z="wz")
def foci(x, y, z, w):
    """w / (cosh x - cos y) (sinh x, sin y): flam3 variation "foci"."""
    e = 0.5 * exp(bounded(x, 86.0))
    f = 0.25 / e
    k = w / zeps(e + f - cos(y))
    return k * (e - f), k * sin(y), w * z


@variation("sec")
def secant(x, y, w):
    """w sec(x + i y): 2 w / (cos 2x + cosh 2y) (cos x cosh y, sin x sinh y): flam3 variation "sec"."""
    v = bounded(y, 43.0)
    k = 2.0 * w / zeps(cos(2.0 * x) + cosh(2.0 * v))
    return k * cos(x) * cosh(v), k * sin(x) * sinh(v), 0.0


@variation("sec", compatibility="current")
def secant_of_pi(x, y, w):
    """w sec(π (x + i y)): as ember 25 has it."""
    p = pi * x
    q = bounded(pi * y, 43.0)
    k = 2.0 * w / zeps(cos(2.0 * p) + cosh(2.0 * q))
    return k * cos(p) * cosh(q), k * sin(p) * sinh(q), 0.0


@variation("scry")
def scry(x, y, w):
    """(x, y) / (r (r² + 1 / w)): flam3 variation "scry"."""
    r2 = x * x + y * y
    k = 1.0 / zeps(sqrt(r2) * (r2 + 1.0 / zeps(w)))
    return k * x, k * y, 0.0


@variation("loonie", z="wz")
def loonie(x, y, z, w):
    """w sqrt(w² / r² - 1) (x, y) inside of radius w, else w (x, y): flam3 variation "loonie"."""
    r2 = x * x + y * y
    k = w * sqrt(fabs(w * w / zeps(r2) - 1.0)) if r2 < w * w else w
    return k * x, k * y, w * z
