"""Inverse functions of complex numbers, elliptic functions, the error function, the logarithm of gamma.

p = x + i y, w is the weight. Formulas after M. Abramowitz, I. Stegun, Handbook of Mathematical Functions,
1964.
"""

from __future__ import annotations

from .helpers import (
    bessel_j1,
    bounded,
    elliptic_mu,
    elliptic_nu,
    error_function,
    jacobi_amplitude,
    jacobi_dn,
    log_gamma,
)
from .registry import P, variation
from .vocabulary import (
    atan2,
    cos,
    exp,
    fabs,
    log,
    pi,
    pow,
    sin,
    sqrt,
    zeps,
)


@variation("arcsech")
def arcsech(x, y, w):
    """w / π arcosh(1 / p). By tatasz."""
    k = 1.0 / zeps(x * x + y * y)
    return w / pi * elliptic_mu(x * k, -y * k), w / pi * elliptic_nu(x * k, -y * k), 0.0


@variation("arcsech2")
def arcsech2(x, y, w):
    """2 w / π arcosh(1 / p), moved up by 1 below the axis, mirrored and moved down by 1 above. By tatasz."""
    k = 1.0 / zeps(x * x + y * y)
    p = 2.0 * w / pi * elliptic_mu(x * k, -y * k)
    q = 2.0 * w / pi * elliptic_nu(x * k, -y * k)
    return (p if q < 0.0 else -p), (q + 1.0 if q < 0.0 else q - 1.0), 0.0


@variation("arcsinh")
def arcsinh(x, y, w):
    """2 w / π arsinh p. By tatasz.

    arsinh p = arcosh(i p) - i π / 2 for x > 0, and odd.
    """
    s = 1.0 if x >= 0.0 else -1.0
    return (
        s * 2.0 * w / pi * elliptic_mu(y, x),
        s * 2.0 * w / pi * (elliptic_nu(-s * y, fabs(x)) - 0.5 * pi),
        0.0,
    )


@variation("arctanh")
def arctanh(x, y, w):
    """w / π ln((1 + p) / (1 - p)) = 2 w / π artanh p."""
    f = (1.0 + x) * (1.0 + x) + y * y
    g = zeps((1.0 - x) * (1.0 - x) + y * y)
    return 0.5 * w / pi * log(f / g), w / pi * atan2(2.0 * y, 1.0 - x * x - y * y), 0.0


@variation("erf")
def error_functions(x, y, w):
    """w (erf x, erf y)."""
    return w * error_function(x), w * error_function(y), 0.0


@variation("gamma")
def gamma(x, y, w):
    """w (ln Γ(r), φ): the logarithm of the gamma function."""
    return w * log_gamma(sqrt(x * x + y * y)), w * atan2(y, x), 0.0


_K = (P("k", 0.5, minimum=-1.0, maximum=1.0, description="Complementary parameter m1 = 1 - m"),)


@variation("jac_cn", parameters=_K)
def jacobi_cn_of_p(x, y, w, k):
    """w cn(x + i y | 1 - k), section 16.21."""
    a = jacobi_amplitude(x, k)
    b = jacobi_amplitude(y, 1.0 - k)
    d = w / zeps(sin(a) * sin(a) * sin(b) * sin(b) * k + cos(b) * cos(b))
    return d * cos(a) * cos(b), -d * jacobi_dn(x, k) * sin(a) * jacobi_dn(y, 1.0 - k) * sin(b), 0.0


@variation("jac_dn", parameters=_K)
def jacobi_dn_of_p(x, y, w, k):
    """w dn(x + i y | 1 - k), section 16.21 (ember takes k for 1 - k in the imaginary part)."""
    a = jacobi_amplitude(x, k)
    b = jacobi_amplitude(y, 1.0 - k)
    d = w / zeps(sin(a) * sin(a) * sin(b) * sin(b) * k + cos(b) * cos(b))
    return d * jacobi_dn(x, k) * cos(b) * jacobi_dn(y, 1.0 - k), -d * cos(a) * sin(a) * sin(b) * k, 0.0


@variation("jac_sn", parameters=_K)
def jacobi_sn_of_p(x, y, w, k):
    """w sn(x + i y | 1 - k), section 16.21."""
    a = jacobi_amplitude(x, k)
    b = jacobi_amplitude(y, 1.0 - k)
    d = w / zeps(sin(a) * sin(a) * sin(b) * sin(b) * k + cos(b) * cos(b))
    return d * sin(a) * jacobi_dn(y, 1.0 - k), d * cos(a) * jacobi_dn(x, k) * cos(b) * sin(b), 0.0


@variation(
    "waves2b",
    parameters=(
        P("freqx", 2.0, description="Frequency of the waves in x"),
        P("freqy", 2.0, description="Frequency of the waves in y"),
        P("pwx", 1.0, minimum=-10.0, maximum=10.0, description="Power of y in the waves in x"),
        P("pwy", 1.0, minimum=-10.0, maximum=10.0, description="Power of x in the waves in y"),
        P("scalex", 1.0, description="Height in x near the axis"),
        P("scaleinfx", 1.0, description="Height in x far away"),
        P("scaley", 1.0, description="Height in y near the axis"),
        P("scaleinfy", 1.0, description="Height in y far away"),
        P("unity", 1.0, description="Where near ends"),
        P("jacok", 0.25, minimum=-1.0, maximum=1.0, description="Parameter of the elliptic waves"),
    ),
)
def waves2b(x, y, w, freqx, freqy, pwx, pwy, scalex, scaleinfx, scaley, scaleinfy, unity, jacok):
    """w (x + hx s(fx ±|y|^m), y + hy s(fy ±|x|^n)), h between two heights as x² / unity grows.

    s is the sine; for a power of 0 it is the elliptic sn (of the power 1), just below 0 Bessel's J1.
    """
    hx = (scalex - scaleinfx) * (unity / zeps(unity + x * x)) + scaleinfx
    hy = (scaley - scaleinfy) * (unity / zeps(unity + y * y)) + scaleinfy
    p = sin((1.0 if y >= 0.0 else -1.0) * pow(zeps(fabs(y)), pwx) * freqx)
    p = bessel_j1(y * freqx) if pwx < 0.0 and pwx > -1e-4 else p
    p = sin(jacobi_amplitude(y * freqx, jacok)) if pwx >= 0.0 and pwx < 1e-4 else p
    q = sin((1.0 if x >= 0.0 else -1.0) * pow(zeps(fabs(x)), pwy) * freqy)
    q = bessel_j1(x * freqy) if pwy < 0.0 and pwy > -1e-4 else q
    q = sin(jacobi_amplitude(x * freqy, jacok)) if pwy >= 0.0 and pwy < 1e-4 else q
    return w * (x + hx * p), w * (y + hy * q), 0.0


@variation("xerf", z="own")
def xerf(x, y, z, w):
    """w times for each coordinate v erf v where |v| < 2, otherwise v / (x² + y² + z²). By zephyrtronium."""
    k = 1.0 / zeps(x * x + y * y + z * z)
    return (
        w * (error_function(x) if fabs(x) < 2.0 else x * k),
        w * (error_function(y) if fabs(y) < 2.0 else y * k),
        w * (error_function(z) if fabs(z) < 2.0 else z * k),
    )


@variation("block")
def block(x, y, w):
    """2 w / π times the real parts of asin(x + i y) and asin(y + i x)."""
    p = w - 2.0 * w / pi * fabs(elliptic_nu(x, y))
    q = w - 2.0 * w / pi * fabs(elliptic_nu(y, x))
    return p, q, 0.0


@variation("exp2")
def exp2(x, y, w):
    """w exp(π x) (cos π y, sin π y)."""
    k = w * exp(pi * x)
    return k * cos(pi * y), k * sin(pi * y), 0.0


@variation(
    "foci_p", parameters=(P("c1", 0.5, description="Right part"), P("c2", 0.5, description="Left part"))
)
def foci_p(x, y, w, c1, c2):
    """w (c1 exp x - c2 exp -x, sin y) / (c1 exp x + c2 exp -x - cos y): `foci` for two halves."""
    v = bounded(x, 80.0)
    a = c1 * exp(v)
    b = c2 * exp(-v)
    k = w / zeps(a + b - cos(y))
    return k * (a - b), k * sin(y), 0.0
