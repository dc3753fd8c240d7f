"""Seeded choices that never change: the same on every machine and with every version of numpy."""

from __future__ import annotations

_MASK = (1 << 64) - 1


class Chance:
    """A stream of 64-bit numbers, splitmix64 (Steele, Lea and Flood, OOPSLA 2014)."""

    def __init__(self, seed: int):
        self._state = seed & _MASK

    def bits(self) -> int:
        """The next number, 0 to 2**64 - 1."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def uniform(self) -> float:
        """A number in [0, 1)."""
        return (self.bits() >> 11) * 2.0**-53

    def sign(self) -> float:
        """1.0 or -1.0."""
        return 1.0 if self.bits() >> 63 else -1.0

    def permutation(self, count: int) -> list[int]:
        """The numbers 0 to count - 1 in random order (Fisher and Yates)."""
        order = list(range(count))
        for last in range(count - 1, 0, -1):
            other = self.bits() % (last + 1)
            order[last], order[other] = order[other], order[last]
        return order
