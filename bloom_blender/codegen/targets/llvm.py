"""Functions on vectors as LLVM's assembly, written instruction by instruction.

A vector has as many lanes as fit into a register, one for each point. The loop is vectorised by construction:
LLVM needs neither type inference nor its vectoriser.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..language import Vocabulary
from ..lowering import arguments_of, library, lower
from ..processor import fast_math
from ..vectors import BOOL, FLOAT, INT, WORD, Code, Number, Operand, Value

_LANES = {FLOAT: "float", INT: "i32", WORD: "i32", BOOL: "i1"}
_FLOAT_OPERATIONS = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
_INT_OPERATIONS = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "^": "xor", "<<": "shl"}
#: The kind that a conversion gives, and LLVM's instruction.
_CONVERSIONS = {
    "to_int": (INT, "fptosi"),
    "to_float": (FLOAT, "sitofp"),
    "bits_of_float": (INT, "bitcast"),
    "float_of_bits": (FLOAT, "bitcast"),
    "word": (WORD, ""),
}
_COMPARISONS = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}


class Module:
    """Functions that are compiled together, on vectors of ``width`` lanes."""

    def __init__(self, width: int, vocabulary: Vocabulary) -> None:
        self.width, self.vocabulary = width, vocabulary
        self.flags = " ".join(fast_math())
        self._functions: dict[str, Assembly] = {}
        self._declarations: dict[str, str] = {}

    def _function(self, name: str, arguments: Sequence[str]) -> Assembly:
        """Begin a function of float vectors that is put in place wherever it is called."""
        code = Assembly(self)
        given = ", ".join(f"{self.type_of(FLOAT)} %{argument}" for argument in arguments)
        code.head = f"define internal {self.type_of(FLOAT)} @{name}({given}) alwaysinline"
        self._functions[name] = code
        return code

    def define(self, name: str) -> None:
        """Make a function of the library a function of the module, with those that it calls."""
        if name in self._functions:
            return
        function = library(self.vocabulary)[name]
        arguments = arguments_of(function)
        own = self._function(name, arguments)
        (result,) = lower(own, function, {argument: own.argument(argument) for argument in arguments})
        own.line(f"ret {own.typed(own.value(result))}")

    def procedure(self, name: str, arguments: str) -> Assembly:
        """Begin a function that returns nothing and can be called from outside."""
        code = self._functions[name] = Assembly(self)
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
class Assembly(Code):
    """The instructions of one function."""

    module: Module
    head: str = ""
    lines: list[str] = field(default_factory=list)
    block: str = "entry"
    _numbers: itertools.count = field(default_factory=itertools.count)

    @property
    def vocabulary(self) -> Vocabulary:  # type: ignore[override]
        """That of the module."""
        return self.module.vocabulary

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

    def constant(self, number: Number, kind: str) -> Value:
        """All lanes hold the number."""
        if kind == FLOAT:
            lane = f"float {_float_text(float(number))}"
        elif kind == BOOL:
            lane = f"i1 {'true' if number else 'false'}"
        else:
            lane = f"i32 {(int(number) + 2**31) % 2**32 - 2**31}"
        return Value(self, kind, f"splat ({lane})")

    def typed(self, value: Value) -> str:
        """A value with its type before it, as an operand."""
        return f"{self.module.type_of(value.kind)} {value.ref}"

    def binary(self, symbol: str, left: Value, right: Value) -> Value:
        if left.kind == FLOAT:
            operation = f"{_FLOAT_OPERATIONS[symbol]} {self.module.flags}"
        else:
            operation = _INT_OPERATIONS.get(symbol) or ("lshr" if left.kind == WORD else "ashr")
        return self.emit(left.kind, f"{operation} {self.typed(left)}, {right.ref}")

    def negative(self, value: Value) -> Value:
        return self.emit(FLOAT, f"fneg {self.module.flags} {self.typed(value)}")

    def comparison(self, symbol: str, left: Value, right: Value) -> Value:
        return self.emit(BOOL, f"fcmp {_COMPARISONS[symbol]} {self.typed(left)}, {right.ref}")

    def select(self, condition: Value, yes: Value, no: Value) -> Value:
        return self.emit(yes.kind, f"select {self.typed(condition)}, {self.typed(yes)}, {self.typed(no)}")

    def intrinsic(self, name: str, *values: Operand) -> Value:
        """Result of one of LLVM's own functions of floats."""
        return self._call(self.module.intrinsic(name, len(values)), values)

    def call(self, name: str, *values: Operand) -> Value:
        self.module.define(name)
        return self._call(f"@{name}", values)

    def _call(self, name: str, values: Sequence[Operand]) -> Value:
        given = ", ".join(self.typed(value) for value in self.values(values))
        return self.emit(FLOAT, f"call {self.module.flags} {self.module.type_of(FLOAT)} {name}({given})")

    def convert(self, conversion: str, value: Operand) -> Value:
        kind, instruction = _CONVERSIONS[conversion]
        given = self.value(value)
        if not instruction:  # the same bits, of the same type for LLVM
            return Value(self, kind, given.ref)
        return self.emit(kind, f"{instruction} {self.typed(given)} to {self.module.type_of(kind)}")

    def loop(
        self,
        count: int,
        carried: Mapping[str, Value],
        write: Callable[[Value, dict[str, Value]], Mapping[str, Value]],
    ) -> dict[str, Value]:
        origin, label = self.block, self.name("loop")
        self.line(f"br label %{label}")
        self.begin_block(label)
        number = f"%{self.name('k')}"
        start = len(self.lines)
        entered = {name: Value(self, value.kind, f"%{self.name('round')}") for name, value in carried.items()}
        scalar = self.name("turn")
        self.line(f"%{scalar} = sitofp i32 {number} to float")
        after = write(self.spread(f"%{scalar}", FLOAT), dict(entered))
        phis = [f"  {number} = phi i32 [ 0, %{origin} ], [ {number}.next, %{self.block} ]"]
        for name, value in carried.items():
            ways = f"[ {value.ref}, %{origin} ], [ {after[name].ref}, %{self.block} ]"
            phis.append(f"  {entered[name].ref} = phi {self.module.type_of(value.kind)} {ways}")
        self.lines[start:start] = phis
        self.line(f"{number}.next = add i32 {number}, 1")
        self.line(f"{number}.more = icmp slt i32 {number}.next, {count}")
        end = self.name("end")
        self.line(f"br i1 {number}.more, label %{label}, label %{end}")
        self.begin_block(end)
        return dict(after)

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
        return self.spread(self.emit(kind, f"load {_LANES[kind]}, ptr {place}, align 4").ref, kind)

    def store(self, value: Value, pointer: str, index: str) -> None:
        """Put the lanes side by side into an array."""
        self.line(f"store {self.typed(value)}, ptr {self._place(pointer, index, value.kind)}, align 4")

    def load_four(self, pointer: str, index: str) -> list[Value]:
        """Neighbouring groups of four floats, as vectors of the firsts, seconds, thirds and fourths."""
        width, lane = self.module.width, _LANES[FLOAT]
        whole = f"<{4 * width} x {lane}>"
        place = self._place(pointer, index, FLOAT)
        groups = self.emit(FLOAT, f"load {whole}, ptr {place}, align 4").ref
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
            self.emit(FLOAT, f"shufflevector {self.typed(a)}, {self.typed(b)}, {pair}").ref
            for a, b in (values[:2], values[2:])
        ]
        order = _order(part * width + orbit for orbit in range(width) for part in range(4))
        groups = self.emit(FLOAT, f"shufflevector {half} {halves[0]}, {half} {halves[1]}, {order}").ref
        place = self._place(pointer, index, FLOAT)
        self.line(f"store <{4 * width} x {lane}> {groups}, ptr {place}, align 4")

    def _place(self, pointer: str, index: str, kind: str) -> str:
        return self.emit(kind, f"getelementptr inbounds {_LANES[kind]}, ptr {pointer}, i64 {index}").ref


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
