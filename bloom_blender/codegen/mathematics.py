"""Elementary functions for the kernels: short polynomials that inline and vectorise.

The names are exactly those of ``flame.variations.vocabulary``. A call to the C library stops LLVM from
vectorising a loop, so every function here is arithmetic only. ``lowering`` makes vector code of the *source*
of these functions, and ``numba_internals`` code for single numbers in kernels; nothing in this file is called
by Python itself.

Coefficients: ``tools/fit_polynomials.py`` (near-minimax; the errors it prints are below float32's 6e-8,
so rounding decides). Range reduction after W. J. Cody and W. Waite, Software Manual for the Elementary
Functions, 1980: pi in three parts whose products with small integers are exact. Arguments above some 1e5
lose accuracy, as they do in any float32 program, but results stay within -1..1 (a swirl of a far point sent a
tenth of one flame's orbits to infinity); infinite ones give NaN, which the kernel re-seeds.
"""

# The rules of variation bodies hold: assignments, conditional expressions and one return.
# Names of the language that ``lowering`` knows: F (float32), rint, floor, trunc, sqrt, fabs, copysign,
# to_int, bits_of_float, float_of_bits.
# ruff: noqa: F821

pi = 3.141592653589793


def sin(x):  # |error| <= 1.2e-7 for |x| < 1e3
    q = rint(x * 0.3183098861837907)
    r = x - q * 3.140625
    r = r - q * 0.0009670257568359375
    r = r - q * 6.2771141529083252e-07
    r = 1.5707964 if r > 1.5707964 else r
    r = -1.5707964 if r < -1.5707964 else r
    odd = q - 2.0 * floor(q * 0.5)
    s = r * r
    p = r + r * s * (-0.16666659596 + s * (0.00833306625 + s * (-0.000198096031 + s * 2.60578097e-06)))
    return p - 2.0 * odd * p


def cos(x):
    q = rint(x * 0.3183098861837907 - 0.5)
    h = q + 0.5
    r = x - h * 3.140625
    r = r - h * 0.0009670257568359375
    r = r - h * 6.2771141529083252e-07
    r = 1.5707964 if r > 1.5707964 else r
    r = -1.5707964 if r < -1.5707964 else r
    odd = q - 2.0 * floor(q * 0.5)
    s = r * r
    p = r + r * s * (-0.16666659596 + s * (0.00833306625 + s * (-0.000198096031 + s * 2.60578097e-06)))
    return 2.0 * odd * p - p


def tan(x):
    return sin(x) / cos(x)


def atan2(y, x):
    u = fabs(x)
    v = fabs(y)
    big = u if u > v else v
    small = v if u > v else u
    t = small / (big if big > 1e-37 else 1e-37)
    s = t * t
    a = -0.0755220894 + s * (0.0432117893 + s * (-0.0163678792 + s * 0.00292068288))
    a = -0.33333153 + s * (0.19993773 + s * (-0.14211055 + s * (0.10666002 + s * a)))
    a = t + t * s * a
    a = 1.5707963267948966 - a if v > u else a
    a = 3.141592653589793 - a if copysign(1.0, x) < 0.0 else a
    return copysign(a, y)


def atan(x):
    return atan2(x, 1.0)


def asin(x):
    return atan2(x, sqrt((1.0 - x) * (1.0 + x)))


def acos(x):
    return atan2(sqrt((1.0 - x) * (1.0 + x)), x)


def exp(x):  # overflows to inf above 88.72, underflows to 0 below -87.33
    c = -87.33 if x < -87.33 else x
    c = 88.72 if c > 88.72 else c
    n = rint(c * 1.4426950408889634)
    r = c - n * 0.693359375
    r = r + n * 0.00021219444005469057
    p = 0.49999993 + r * (0.16666521 + r * (0.04166839 + r * (0.00836871 + r * 0.00138146)))
    p = 1.0 + r + r * r * p
    # 2**n in two factors: n reaches 128, one more than an exponent of float32 holds.
    half = to_int(n * 0.5)
    rest = to_int(n) - half
    v = p * float_of_bits((half + 127) << 23) * float_of_bits((rest + 127) << 23)
    v = 0.0 if x < -87.33 else v
    return v if x <= 88.72 else (x * 1e38 + 3.4e38) * 1e38


def log(x):  # -inf at 0, NaN below; denormals count as 0
    b = bits_of_float(x)
    e = (b >> 23) - 127
    m = float_of_bits((b & 0x7FFFFF) | 0x3F800000)
    high = m > 1.4142135623730951
    m = m * 0.5 if high else m
    n = F(e) + (1.0 if high else 0.0)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    v = 2.0 * s + s * z * (0.66666776 + z * (0.39977574 + z * 0.29870934))
    v = v + n * 0.6931471805599453
    v = v if x > 1.2e-38 else -1.0 / (x - x)
    v = v if x < 3.4e38 else x
    return v if x >= 0.0 else sqrt(x - 1.0)


def pow(x, y):
    """x to the power y; a negative x needs a whole y, as in C."""
    a = fabs(x)
    v = exp(y * log(a if a > 1.2e-38 else 1.2e-38))
    t = trunc(y)
    odd = t - 2.0 * floor(t * 0.5)
    v = (-v if odd > 0.5 else v) if x < 0.0 else v
    v = v if x >= 0.0 else (v if t == y else sqrt(x - 1.0))
    v = v if a > 1.2e-38 else (0.0 if y > 0.0 else exp(-y * 1e30))
    return 1.0 if y == 0.0 else v


def hypot(x, y):
    return sqrt(x * x + y * y)


def fmod(x, y):
    return x - y * trunc(x / y)


def sinh(x):
    e = exp(fabs(x))
    v = 0.5 * (e - 1.0 / e)
    s = x * x
    small = fabs(x) * (1.0 + s * (0.16666667 + s * 0.00833333))
    return copysign(small if s < 0.09 else v, x)


def cosh(x):
    e = exp(fabs(x))
    return 0.5 * (e + 1.0 / e)


def tanh(x):
    e = exp(-2.0 * fabs(x))
    v = (1.0 - e) / (1.0 + e)
    s = x * x
    small = fabs(x) * (1.0 + s * (-0.33333333 + s * (0.13333333 - s * 0.053968254)))
    return copysign(small if s < 0.04 else v, x)


def minimum(x, y):
    return x if x < y else y


def maximum(x, y):
    return x if x > y else y


def zeps(x):
    """x, or the smallest step of double precision where x is exactly 0 (ember's rule)."""
    return x if x != 0.0 else 2.220446049250313e-16
