"""The values of a program, and what a target has to write for them.

A `Value` is one number for each point that is handled at the same time: a vector on a processor. Its
operators write instructions into a `Code`, the instructions of one function. Each target derives its own from
it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .language import Vocabulary

FLOAT, INT, WORD, BOOL = "float", "int", "word", "bool"  # of 32 bits; a word is an unsigned int

Number = bool | int | float


@dataclass(frozen=True, eq=False)
class Value:
    """A vector in a function's code; operators write instructions. ``ref`` is how the target refers to it."""

    code: Code
    kind: str
    ref: Any

    def __add__(self, other: Operand) -> Value:
        return self.code.operation("+", self, other)

    def __radd__(self, other: Number) -> Value:
        return self.code.operation("+", other, self)

    def __sub__(self, other: Operand) -> Value:
        return self.code.operation("-", self, other)

    def __rsub__(self, other: Number) -> Value:
        return self.code.operation("-", other, self)

    def __mul__(self, other: Operand) -> Value:
        return self.code.operation("*", self, other)

    def __rmul__(self, other: Number) -> Value:
        return self.code.operation("*", other, self)

    def __truediv__(self, other: Operand) -> Value:
        return self.code.operation("/", self, other)

    def __rtruediv__(self, other: Number) -> Value:
        return self.code.operation("/", other, self)

    def __and__(self, other: Operand) -> Value:
        return self.code.operation("&", self, other)

    def __or__(self, other: Operand) -> Value:
        return self.code.operation("|", self, other)

    def __xor__(self, other: Operand) -> Value:
        return self.code.operation("^", self, other)

    def __lshift__(self, other: Operand) -> Value:
        return self.code.operation("<<", self, other)

    def __rshift__(self, other: Operand) -> Value:
        return self.code.operation(">>", self, other)

    def __neg__(self) -> Value:
        return self.code.negative(self)

    def __invert__(self) -> Value:
        return self.code.operation("^", self, True)

    def __lt__(self, other: Operand) -> Value:
        return self.code.compare("<", self, other)

    def __ge__(self, other: Operand) -> Value:
        return self.code.compare(">=", self, other)


Operand = Value | Number


class Code(ABC):
    """The instructions of one function, in the words of a target.

    Attributes
    ----------
    vocabulary
        What the functions that are lowered may call and name.
    """

    vocabulary: Vocabulary

    # ------------------------------------------------------------------------- what a target writes

    @abstractmethod
    def constant(self, number: Number, kind: str) -> Value:
        """A plain number as a value of a kind."""

    @abstractmethod
    def binary(self, symbol: str, left: Value, right: Value) -> Value:
        """Result of ``+ - * /`` of floats, or ``+ - * & | ^ << >>`` of whole numbers.

        Both are of one kind.
        """

    @abstractmethod
    def negative(self, value: Value) -> Value:
        """The float of the opposite sign."""

    @abstractmethod
    def comparison(self, symbol: str, left: Value, right: Value) -> Value:
        """Whether a comparison of floats holds; never for NaN, except ``!=``."""

    @abstractmethod
    def select(self, condition: Value, yes: Value, no: Value) -> Value:
        """``yes`` where the condition holds, ``no`` elsewhere."""

    @abstractmethod
    def intrinsic(self, name: str, *values: Operand) -> Value:
        """Result of ``floor trunc rint fabs sqrt copysign``, which every target has."""

    @abstractmethod
    def convert(self, conversion: str, value: Operand) -> Value:
        """A value of another kind.

        ``to_int`` rounds towards 0; ``to_float``; ``bits_of_float`` and ``float_of_bits`` keep the bits;
        ``word`` takes an int as unsigned.
        """

    @abstractmethod
    def call(self, name: str, *values: Operand) -> Value:
        """Result of a function of `library`, which the target writes when it is first called."""

    @abstractmethod
    def loop(
        self,
        count: int,
        carried: Mapping[str, Value],
        write: Callable[[Value, dict[str, Value]], Mapping[str, Value]],
    ) -> dict[str, Value]:
        """Repeat what ``write`` writes ``count`` times, at least once.

        ``write`` receives the number of the turn as a float, and the carried values at its beginning; it
        returns them at its end. Their values after the last turn are the result.
        """

    # --------------------------------------------------------------------------- what all have alike

    def value(self, given: Operand, kind: str = FLOAT) -> Value:
        """``given`` as a value; a plain number becomes a constant of that kind."""
        return given if isinstance(given, Value) else self.constant(given, kind)

    def pair(self, left: Operand, right: Operand) -> tuple[Value, Value]:
        """Both as values: a plain number takes the kind of the other, so a float64 never creeps in."""
        kind = left.kind if isinstance(left, Value) else right.kind if isinstance(right, Value) else FLOAT
        return self.value(left, kind), self.value(right, kind)

    def operation(self, symbol: str, left: Operand, right: Operand) -> Value:
        """Result of a binary operator; at least one side is a value."""
        a, b = self.pair(left, right)
        if a.kind != b.kind:
            raise TypeError(f"{symbol} of {a.kind} and {b.kind}")
        return self.binary(symbol, a, b)

    def compare(self, symbol: str, left: Operand, right: Operand) -> Value:
        """Whether a comparison of floats holds."""
        return self.comparison(symbol, *self.pair(left, right))

    def where(self, condition: Value, yes: Operand, no: Operand) -> Value:
        """``yes`` where the condition holds, ``no`` elsewhere."""
        return self.select(condition, *self.pair(yes, no))

    def values(self, given: Sequence[Operand]) -> list[Value]:
        """All as values of floats."""
        return [self.value(one) for one in given]
