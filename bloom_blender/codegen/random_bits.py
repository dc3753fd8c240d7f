"""Random numbers of a hash, stated once for every kind of value that has Python's operators.

`mixed` takes 32 bits: a `Value` of the compiler, or an array of uint32 of numpy.
"""

from __future__ import annotations

from typing import Any


def mixed(h: Any) -> Any:
    """Scramble 32 bits: two rounds of multiply and shift, every input bit reaches every output bit."""
    h = h ^ (h >> 16)
    h = h * 0x7FEB352D
    h = h ^ (h >> 15)
    h = h * 0x846CA68B
    return h ^ (h >> 16)


def uniform(h: Any) -> Any:
    """24 of 32 random bits of a `Value` as a float in [0, 1)."""
    return h.code.convert("to_float", h >> 8) * 2.0**-24
