"""Functions as WGSL, the language of WebGPU's shaders: one invocation for each point.

WGSL may assume that no number is infinite or NaN, so a program that must find such numbers looks at
their bits (`Shader.escaped`).
"""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..language import Vocabulary
from ..lowering import arguments_of, library, lower
from ..vectors import BOOL, FLOAT, INT, WORD, Code, Number, Operand, Value

_TYPES = {FLOAT: "f32", INT: "i32", WORD: "u32", BOOL: "bool"}
_INTRINSICS = {"floor": "floor", "trunc": "trunc", "rint": "round", "fabs": "abs", "sqrt": "sqrt"}
#: The kind that a conversion gives, and WGSL's function.
_CONVERSIONS = {
    "to_int": (INT, "i32"),
    "to_float": (FLOAT, "f32"),
    "bits_of_float": (INT, "bitcast<i32>"),
    "float_of_bits": (FLOAT, "bitcast<f32>"),
    "word": (WORD, "bitcast<u32>"),
}


class Module:
    """Functions that stand in one shader."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._functions: dict[str, Shader] = {}

    def function(self, name: str, arguments: Mapping[str, str], result: str) -> Shader:
        """Begin a function; ``arguments`` are their names and WGSL's types."""
        code = self._functions[name] = Shader(self)
        given = ", ".join(f"{argument}: {kind}" for argument, kind in arguments.items())
        code.head = f"fn {name}({given}) -> {result}"
        return code

    def define(self, name: str) -> str:
        """WGSL's name of a function of the library, which is written when it is first asked for."""
        full = f"lib_{name}"
        if full not in self._functions:
            function = library(self.vocabulary)[name]
            given = {f"a_{argument}": "f32" for argument in arguments_of(function)}
            code = self.function(full, given, "f32")
            values = {argument: Value(code, FLOAT, f"a_{argument}") for argument in arguments_of(function)}
            (result,) = lower(code, function, values)
            code.line(f"return {code.value(result).ref};")
        return full

    def __str__(self) -> str:
        functions = ["\n".join([f"{f.head} {{", *f.lines, "}"]) for f in self._functions.values()]
        return "\n\n".join(functions) + "\n"


@dataclass
class Shader(Code):
    """The statements of one function."""

    module: Module
    head: str = ""
    lines: list[str] = field(default_factory=list)
    _numbers: itertools.count = field(default_factory=itertools.count)

    @property
    def vocabulary(self) -> Vocabulary:  # type: ignore[override]
        """That of the module."""
        return self.module.vocabulary

    def line(self, text: str) -> None:
        """Add a statement."""
        self.lines.append(f"  {text}")

    def emit(self, kind: str, expression: str) -> Value:
        """Name the value of an expression."""
        name = f"v{next(self._numbers)}"
        self.line(f"let {name} = {expression};")
        return Value(self, kind, name)

    def constant(self, number: Number, kind: str) -> Value:
        if kind == FLOAT:
            return Value(self, kind, _float_text(float(number)))
        if kind == BOOL:
            return Value(self, kind, "true" if number else "false")
        if kind == WORD:
            return Value(self, kind, f"{int(number) % 2**32}u")
        return Value(self, kind, f"i32({int(number)})")

    def binary(self, symbol: str, left: Value, right: Value) -> Value:
        if left.kind == BOOL and symbol == "^":
            symbol = "!="
        shift = symbol in ("<<", ">>") and left.kind == INT
        return self.emit(
            left.kind, f"{left.ref} {symbol} {f'bitcast<u32>({right.ref})' if shift else right.ref}"
        )

    def negative(self, value: Value) -> Value:
        return self.emit(FLOAT, f"-{value.ref}")

    def comparison(self, symbol: str, left: Value, right: Value) -> Value:
        return self.emit(BOOL, f"{left.ref} {symbol} {right.ref}")

    def select(self, condition: Value, yes: Value, no: Value) -> Value:
        return self.emit(yes.kind, f"select({no.ref}, {yes.ref}, {condition.ref})")

    def intrinsic(self, name: str, *values: Operand) -> Value:
        given = self.values(values)
        if name == "copysign":
            size, sign = (f"bitcast<u32>({value.ref})" for value in given)
            return self.emit(FLOAT, f"bitcast<f32>(({size} & 0x7fffffffu) | ({sign} & 0x80000000u))")
        return self.emit(FLOAT, f"{_INTRINSICS[name]}({given[0].ref})")

    def call(self, name: str, *values: Operand) -> Value:
        full = self.module.define(name)
        return self.emit(FLOAT, f"{full}({', '.join(value.ref for value in self.values(values))})")

    def convert(self, conversion: str, value: Operand) -> Value:
        kind, function = _CONVERSIONS[conversion]
        return self.emit(kind, f"{function}({self.value(value).ref})")

    def loop(
        self,
        count: int,
        carried: Mapping[str, Value],
        write: Callable[[Value, dict[str, Value]], Mapping[str, Value]],
    ) -> dict[str, Value]:
        kept = {}
        for name, value in carried.items():
            kept[name] = Value(self, value.kind, f"r{next(self._numbers)}")
            self.line(f"var {kept[name].ref} = {value.ref};")
        counter = f"k{next(self._numbers)}"
        self.line(f"for (var {counter} = 0; {counter} < {count}; {counter}++) {{")
        turn = self.emit(FLOAT, f"f32({counter})")
        # What a turn begins with has names of its own, since the variables change one after the other.
        entered = {name: self.emit(value.kind, value.ref) for name, value in kept.items()}
        after = write(turn, dict(entered))
        for name, value in kept.items():
            self.line(f"{value.ref} = {after[name].ref};")
        self.line("}")
        return kept

    def values_at(self, array: str, first: str, count: int) -> list[Value]:
        """Neighbouring numbers of an array of floats."""
        return [self.emit(FLOAT, f"{array}[{first} + {k}u]") for k in range(count)]

    def escaped(self, values: Sequence[Value], limit: float) -> Value:
        """Whether one of the floats is as large as ``limit``, or none at all: told by their bits."""
        bits = struct.unpack("<I", struct.pack("<f", limit))[0]
        tests = [f"(bitcast<u32>({value.ref}) & 0x7fffffffu) >= {bits}u" for value in values]
        return self.emit(BOOL, " || ".join(f"({test})" for test in tests))


def _float_text(number: float) -> str:
    """WGSL's spelling of a float32, in the fewest digits that mean it."""
    try:
        rounded = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        rounded = math.copysign(math.inf, number)
    if not math.isfinite(rounded):
        raise ValueError(f"{number} is no number of a shader")
    text = f"{rounded!r}f"
    return f"({text})" if text.startswith("-") else text
