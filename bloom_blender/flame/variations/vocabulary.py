"""The words that the body of a variation may use, and what they mean in numpy.

A variation is source text as much as it is a function: the chaos room reads it and inlines it into a
kernel, in float32 or float64. So a body may call only the names of `VOCABULARY`, the functions of
`helpers.py`, and nothing else; whoever compiles a body provides these names in its own language.

=================================== ==================================================================
name                                meaning
=================================== ==================================================================
sin cos tan sinh cosh tanh          of radians
asin acos atan atan2(y, x)          in radians
exp log sqrt pow(a, b)              as in C: log(0) = -inf, sqrt(-1) = nan, pow(-8, 1/3) = nan
hypot(a, b)                         sqrt(a² + b²)
floor trunc rint                    whole number below, towards 0, nearest (ties to even), as a float
fabs copysign(a, b) fmod(a, b)      as in C: fmod has the sign of a
minimum(a, b) maximum(a, b)         of two
zeps(v)                             v, or the machine epsilon 2**-52 where v is exactly 0
hash3(i, j, k)                      a fixed number in [0, 1) for three whole numbers, see `hash3`
pi                                  the constant
=================================== ==================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import Any

import numpy as np

from ...codegen.random_bits import mixed

EPSILON = 2.220446049250313e-16

sin, cos, tan = np.sin, np.cos, np.tan
sinh, cosh, tanh = np.sinh, np.cosh, np.tanh
asin, acos, atan, atan2 = np.arcsin, np.arccos, np.arctan, np.arctan2
exp, log, sqrt, pow, hypot = np.exp, np.log, np.sqrt, np.power, np.hypot
floor, trunc, rint = np.floor, np.trunc, np.rint
fabs, copysign, fmod = np.fabs, np.copysign, np.fmod
minimum, maximum = np.minimum, np.maximum


def zeps(v):
    """`v`, or 2**-52 where it is exactly 0: keeps a division finite and changes no other value."""
    return np.where(v == 0.0, EPSILON, v)[()]


def _whole(v):
    """`v` as int64, brought into the range of int32; 0 for NaN."""
    return np.nan_to_num(np.asarray(v, dtype=np.float64)).clip(-(2.0**31), 2.0**31 - 1.0).astype(np.int64)


def hash3(i, j, k):
    """A number in [0, 1) that depends on three whole numbers and looks random.

    With all arithmetic in unsigned 32-bit integers (wrapping), ``i``, ``j``, ``k`` converted to signed
    32-bit integers first::

        h = i * 0x9E3779B1 + j * 0x85EBCA77 + k * 0xC2B2AE3D
        h = (h ^ (h >> 16)) * 0x7FEB352D
        h = (h ^ (h >> 15)) * 0x846CA68B
        h = h ^ (h >> 16)
        hash3 = (h >> 8) / 2**24

    so that the result is exact in float32. Outside of the 32-bit range any value in [0, 1) may come.
    """
    words = (np.atleast_1d(_whole(v)).astype(np.uint32) for v in np.broadcast_arrays(i, j, k))
    factors = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
    h = sum(word * np.uint32(factor) for word, factor in zip(words, factors, strict=True))
    return ((mixed(h) >> 8) * 2.0**-24).reshape(np.broadcast(i, j, k).shape)[()]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sin": sin, "cos": cos, "tan": tan, "sinh": sinh, "cosh": cosh, "tanh": tanh,
    "asin": asin, "acos": acos, "atan": atan, "atan2": atan2,
    "exp": exp, "log": log, "sqrt": sqrt, "pow": pow, "hypot": hypot,
    "floor": floor, "trunc": trunc, "rint": rint, "fabs": fabs, "copysign": copysign, "fmod": fmod,
    "minimum": minimum, "maximum": maximum, "zeps": zeps, "hash3": hash3,
}  # fmt: skip
"""Every callable name of a body, except the helpers."""

CONSTANTS = {"pi": pi}
"""Every constant name of a body."""

ARGUMENTS = frozenset(
    "x y z w ca cb cc cd ce cf ax ay az sumx sumy sumz dc u0 u1 u2 u3 u4 u5 u6 u7 u8 u9".split()
)
"""Argument names with a fixed meaning; every other argument is a parameter of the variation.

``ax ay az`` and ``sumx sumy sumz`` are both the running sum in a regular variation. In a pre or post form,
which has no sum, the first are the point and the others are 0.
"""
