"""LLVM assembly of functions on vectors, written instruction by instruction.

A kernel handles as many orbits at once as a vector register holds: a `Value` is one number of each. The loop
is vectorised by construction, and LLVM needs neither type inference nor its vectoriser, which is most of what
compiling through numba costs (docs/speed.md).
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

#: What LLVM may do to floats. Not ``nnan``, ``ninf``: orbits that escape are data here and must be seen. Not
#: ``reassoc``, which would undo the careful range reduction of sin and cos.
FLAGS = "nsz arcp contract afn"

FLOAT, INT, WORD, BOOL = "float", "int", "word", "bool"  # a word is an unsigned int
_LANES = {FLOAT: "float", INT: "i32", WORD: "i32", BOOL: "i1"}
_FLOAT_OPERATIONS = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
_INT_OPERATIONS = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "^": "xor", "<<": "shl"}
_COMPARISONS = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}

Number = bool | int | float


@dataclass(frozen=True, eq=False)
class Value:
    """A vector in a function's code; operators write instructions. ``text`` is how LLVM names it."""

    code: Code
    kind: str
    text: str

    def __add__(self, other: Value | Number) -> Value:
        return self.code.operation("+", self, other)

    def __radd__(self, other: Number) -> Value:
        return self.code.operation("+", other, self)

    def __sub__(self, other: Value | Number) -> Value:
        return self.code.operation("-", self, other)

    def __rsub__(self, other: Number) -> Value:
        return self.code.operation("-", other, self)

    def __mul__(self, other: Value | Number) -> Value:
        return self.code.operation("*", self, other)

    def __rmul__(self, other: Number) -> Value:
        return self.code.operation("*", other, self)

    def __truediv__(self, other: Value | Number) -> Value:
        return self.code.operation("/", self, other)

    def __rtruediv__(self, other: Number) -> Value:
        return self.code.operation("/", other, self)

    def __and__(self, other: Value | Number) -> Value:
        return self.code.operation("&", self, other)

    def __or__(self, other: Value | Number) -> Value:
        return self.code.operation("|", self, other)

    def __xor__(self, other: Value | Number) -> Value:
        return self.code.operation("^", self, other)

    def __lshift__(self, other: Value | Number) -> Value:
        return self.code.operation("<<", self, other)

    def __rshift__(self, other: Value | Number) -> Value:
        return self.code.operation(">>", self, other)

    def __neg__(self) -> Value:
        return self.code.emit(FLOAT, f"fneg {FLAGS} {self.code.typed(self)}")

    def __invert__(self) -> Value:
        return self.code.operation("^", self, True)

    def __lt__(self, other: Value | Number) -> Value:
        return self.code.compare("<", self, other)

    def __ge__(self, other: Value | Number) -> Value:
        return self.code.compare(">=", self, other)


class Module:
    """Functions that are compiled together, on vectors of ``width`` lanes."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._functions: dict[str, Code] = {}
        self._declarations: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._functions

    def function(self, name: str, arguments: Sequence[str]) -> Code:
        """Begin a function of float vectors that is put in place wherever it is called."""
        code = Code(self)
        given = ", ".join(f"{self.type_of(FLOAT)} %{argument}" for argument in arguments)
        code.head = f"define internal {self.type_of(FLOAT)} @{name}({given}) alwaysinline"
        self._functions[name] = code
        return code

    def procedure(self, name: str, arguments: str) -> Code:
        """Begin a function that returns nothing and can be called from outside."""
        code = self._functions[name] = Code(self)
        code.head = f"define void @{name}({arguments}) nounwind"
        return code

    def type_of(self, kind: str) -> str:
        """LLVM's name of a vector's type."""
        return f"<{self.width} x {_LANES[kind]}>"

    def intrinsic(self, name: str, arguments: int) -> str:
        """Full name of one of LLVM's own functions of float vectors, after declaring it."""
        full = f"@llvm.{name}.v{self.width}f32"
        given = ", ".join([self.type_of(FLOAT)] * arguments)
        self._declarations[full] = f"declare {self.type_of(FLOAT)} {full}({given})"
        return full

    def __str__(self) -> str:
        functions = ["\n".join([f"{f.head} {{", "entry:", *f.lines, "}"]) for f in self._functions.values()]
        return "\n\n".join([*functions, *self._declarations.values()]) + "\n"


@dataclass
class Code:
    """The instructions of one function."""

    module: Module
    head: str = ""
    lines: list[str] = field(default_factory=list)
    block: str = "entry"
    _numbers: itertools.count = field(default_factory=itertools.count)

    def line(self, text: str) -> None:
        """Add an instruction that has no result."""
        self.lines.append(f"  {text}")

    def name(self, stem: str = "v") -> str:
        """A new name."""
        return f"{stem}{next(self._numbers)}"

    def emit(self, kind: str, instruction: str) -> Value:
        """Add an instruction and name its result."""
        name = f"%{self.name()}"
        self.line(f"{name} = {instruction}")
        return Value(self, kind, name)

    def begin_block(self, label: str) -> None:
        """Let the instructions from here on be a block of that name."""
        self.lines.append(f"{label}:")
        self.block = label

    def argument(self, name: str) -> Value:
        """An argument of the function."""
        return Value(self, FLOAT, f"%{name}")

    def value(self, given: Value | Number, kind: str = FLOAT) -> Value:
        """`given` as a vector; a plain number becomes a constant of that kind."""
        if isinstance(given, Value):
            return given
        if kind == FLOAT:
            lane = f"float {_float_text(float(given))}"
        elif kind == BOOL:
            lane = f"i1 {'true' if given else 'false'}"
        else:
            lane = f"i32 {(int(given) + 2**31) % 2**32 - 2**31}"
        return Value(self, kind, f"splat ({lane})")

    def typed(self, value: Value) -> str:
        """A value with its type before it, as an operand."""
        return f"{self.module.type_of(value.kind)} {value.text}"

    def _pair(self, left: Value | Number, right: Value | Number) -> tuple[Value, Value]:
        kind = left.kind if isinstance(left, Value) else right.kind if isinstance(right, Value) else FLOAT
        return self.value(left, kind), self.value(right, kind)

    def operation(self, symbol: str, left: Value | Number, right: Value | Number) -> Value:
        """Result of a binary operator; at least one side is a vector."""
        a, b = self._pair(left, right)
        if a.kind != b.kind:
            raise TypeError(f"{symbol} of {a.kind} and {b.kind}")
        if a.kind == FLOAT:
            return self.emit(FLOAT, f"{_FLOAT_OPERATIONS[symbol]} {FLAGS} {self.typed(a)}, {b.text}")
        operation = _INT_OPERATIONS.get(symbol) or ("lshr" if a.kind == WORD else "ashr")
        return self.emit(a.kind, f"{operation} {self.typed(a)}, {b.text}")

    def compare(self, symbol: str, left: Value | Number, right: Value | Number) -> Value:
        """Whether a comparison of floats holds; never of NaN, but for ``!=``."""
        a, b = self._pair(left, right)
        return self.emit(BOOL, f"fcmp {_COMPARISONS[symbol]} {self.typed(a)}, {b.text}")

    def where(self, condition: Value, yes: Value | Number, no: Value | Number) -> Value:
        """``yes`` in the lanes where the condition holds, ``no`` in the others."""
        a, b = self._pair(yes, no)
        return self.emit(a.kind, f"select {self.typed(condition)}, {self.typed(a)}, {self.typed(b)}")

    def intrinsic(self, name: str, *values: Value | Number) -> Value:
        """Result of one of LLVM's own functions of floats."""
        return self._call(self.module.intrinsic(name, len(values)), values)

    def call(self, name: str, *values: Value | Number) -> Value:
        """Result of a function of this module."""
        return self._call(f"@{name}", values)

    def _call(self, name: str, values: Sequence[Value | Number]) -> Value:
        given = ", ".join(self.typed(self.value(value)) for value in values)
        return self.emit(FLOAT, f"call {FLAGS} {self.module.type_of(FLOAT)} {name}({given})")

    def convert(self, instruction: str, value: Value | Number, kind: str) -> Value:
        """The result of one of LLVM's conversions."""
        given = self.value(value)
        return self.emit(kind, f"{instruction} {self.typed(given)} to {self.module.type_of(kind)}")

    def spread(self, lane: str, kind: str) -> Value:
        """A vector whose lanes all hold a scalar that LLVM calls ``lane``."""
        whole, width = self.module.type_of(kind), self.module.width
        first = self.emit(kind, f"insertelement {whole} poison, {_LANES[kind]} {lane}, i32 0")
        order = f"<{width} x i32> zeroinitializer"
        return self.emit(kind, f"shufflevector {self.typed(first)}, {whole} poison, {order}")

    def load(self, pointer: str, index: str, kind: str) -> Value:
        """Neighbouring numbers of an array, one a lane."""
        place = self._place(pointer, index, kind)
        return self.emit(kind, f"load {self.module.type_of(kind)}, ptr {place}, align 4")

    def load_one(self, pointer: str, index: int, kind: str = FLOAT) -> Value:
        """One number of an array, the same in all lanes."""
        place = self._place(pointer, str(index), kind)
        return self.spread(self.emit(kind, f"load {_LANES[kind]}, ptr {place}, align 4").text, kind)

    def store(self, value: Value, pointer: str, index: str) -> None:
        """Put the lanes side by side into an array."""
        self.line(f"store {self.typed(value)}, ptr {self._place(pointer, index, value.kind)}, align 4")

    def load_four(self, pointer: str, index: str) -> list[Value]:
        """Neighbouring groups of four floats, as vectors of the firsts, seconds, thirds and fourths."""
        width, lane = self.module.width, _LANES[FLOAT]
        whole = f"<{4 * width} x {lane}>"
        place = self._place(pointer, index, FLOAT)
        groups = self.emit(FLOAT, f"load {whole}, ptr {place}, align 4").text
        parts = []
        for first in range(4):
            order = _order(range(first, 4 * width, 4))
            parts.append(self.emit(FLOAT, f"shufflevector {whole} {groups}, {whole} poison, {order}"))
        return parts

    def store_four(self, values: Sequence[Value], pointer: str, index: str) -> None:
        """The opposite of `load_four`."""
        width, lane = self.module.width, _LANES[FLOAT]
        half, pair = f"<{2 * width} x {lane}>", _order(range(2 * width))
        halves = [
            self.emit(FLOAT, f"shufflevector {self.typed(a)}, {self.typed(b)}, {pair}").text
            for a, b in (values[:2], values[2:])
        ]
        order = _order(part * width + orbit for orbit in range(width) for part in range(4))
        groups = self.emit(FLOAT, f"shufflevector {half} {halves[0]}, {half} {halves[1]}, {order}").text
        place = self._place(pointer, index, FLOAT)
        self.line(f"store <{4 * width} x {lane}> {groups}, ptr {place}, align 4")

    def _place(self, pointer: str, index: str, kind: str) -> str:
        return self.emit(kind, f"getelementptr inbounds {_LANES[kind]}, ptr {pointer}, i64 {index}").text


def _order(lanes: Iterable[int]) -> str:
    """LLVM's spelling of the lanes that a shuffle takes."""
    chosen = [f"i32 {lane}" for lane in lanes]
    return f"<{len(chosen)} x i32> <{', '.join(chosen)}>"


def _float_text(number: float) -> str:
    """LLVM's spelling of a float32: the bits of the double that equals it."""
    try:
        rounded = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        rounded = float("inf") if number > 0 else float("-inf")
    return f"0x{struct.pack('>d', rounded).hex().upper()}"
