"""For which processor code is made: this one, or a named level that many machines share.

Two processors may differ in a result's last bit for three reasons: one has FMA, whose product is not rounded;
divisions and square roots start from an estimate, which Intel and AMD tabulate differently below AVX-512; and
a wider vector has another estimate. With ``BLOOM_CPU`` the first is decided by the level, and no estimates
are used, so that all machines that have the level compute the same bits.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass

from ..errors import BloomError

VARIABLE = "BLOOM_CPU"


@dataclass(frozen=True)
class Level:
    """A level of x86-64 processors (System V ABI, section 3.1.1).

    Attributes
    ----------
    lanes : int
        How many float32 a vector register holds.
    needs : tuple of str
        What a processor must have, in LLVM's words.
    """

    lanes: int
    needs: tuple[str, ...]


_V2 = ("cx16", "popcnt", "sse4.2", "ssse3")
_V3 = (*_V2, "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe")
LEVELS = {
    "x86-64-v2": Level(4, _V2),
    "x86-64-v3": Level(8, _V3),
    "x86-64-v4": Level(16, (*_V3, "avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl")),
}


@functools.cache
def chosen() -> str | None:
    """The level that ``BLOOM_CPU`` names; None where it is not set, and code is made for this processor.

    Raises
    ------
    BloomError
        If it names none, or one that this processor does not have.
    """
    name = os.environ.get(VARIABLE, "").strip().lower()
    if not name:
        return None
    if name not in LEVELS:
        raise BloomError(f"{VARIABLE} is {name!r}: set it to {', '.join(LEVELS)}, or unset it.")
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    missing = [need for need in LEVELS[name].needs if not features.get(need)]
    if missing:
        raise BloomError(
            f"{VARIABLE} is {name}, but this processor has no {', '.join(missing)}: set a lower level on all "
            "machines of the film."
        )
    return name


def fast_math() -> tuple[str, ...]:
    """What LLVM may do to floats: use estimates only where no other machine need have the same bits.

    Not ``nnan``, ``ninf``: orbits that escape are data and must be seen. Not ``reassoc``: it would undo the
    careful range reduction of sin and cos.
    """
    return ("nsz", "contract") if chosen() else ("nsz", "arcp", "contract", "afn")
