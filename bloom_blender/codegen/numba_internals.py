"""All that Bloom needs of numba and does not find in its public interface, in this one file.

Kernels are plain functions that numba compiles. What numba has no public name for stands here: options that
keep Python and the counting of references out of the machine code, instructions of LLVM that numba does not
offer, and the way from a compiled function to its text (`entry_text`). A test asks numba for each of these.

Nothing here runs while a kernel does: numba is a compiler only, and the threads are those of ``threads``.
This module imports numba, so it is imported where a kernel is first asked for.

Fast-math flags leave out ``nnan`` and ``ninf``, for orbits that escape are data and must be seen, and
``reassoc``, which would undo the careful range reduction of sin and cos. ``error_model="numpy"`` lets a
division by zero give infinity instead of a test and a branch, which stops vectorisation (46 against 20
million iterations per second on one core with a 3-D flame).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from . import processor, random_bits
from .kernels import Kind
from .language import Vocabulary
from .lowering import arguments_of, library, lower
from .vectors import BOOL, FLOAT, INT, WORD, Code, Number, Operand, Value

#: numba's options of every function of a kernel. Nothing of Python is left in the machine code, nor of
#: numba's counting of references, so that it can be kept on disk and run without either: arrays come from
#: outside and from ``allocate``.
OPTIONS = {
    "fastmath": set(processor.fast_math()),
    "error_model": "numpy",
    "_nrt": False,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}


def compiled(function: Callable) -> Any:
    """A function of a kernel."""
    return numba.njit(function, **OPTIONS)


def inline(function: Callable) -> Any:
    """A function of a kernel that is put in place wherever it is called."""
    return numba.njit(function, forceinline=True, **OPTIONS)


# ---------------------------------------------------------------------------------------- entries


def type_of(kind: Kind) -> Any:
    """numba's type of an argument."""
    code, dimensions = kind
    number = numba.from_dtype(np.dtype(list(code) if isinstance(code, tuple) else code))
    return types.Array(number, dimensions, "C") if dimensions else number


def entry_text(function: Any, kinds: Sequence[Kind], name: str) -> str:
    """LLVM's assembly of a kernel's function, and of a C function ``name(number, words) -> status``.

    The C function calls the kernel's.
    ``words`` are 64 bits each, see ``kernels.run``. The status is 0, unless the function raised an error.
    """
    signature = (types.int64, *map(type_of, kinds))
    function.compile(signature)
    text = function.inspect_llvm(signature)
    symbol = function.overloads[signature].fndesc.mangled_name
    lines, arguments, word = [], ["i64 %number"], 0

    def load(kind: str) -> str:
        nonlocal word
        lines.append(f"  %at{word} = getelementptr i64, ptr %words, i64 {word}")
        lines.append(f"  %word{word} = load {kind}, ptr %at{word}")
        word += 1
        return f"{kind} %word{word - 1}"

    for (code, dimensions), kind in zip(kinds, signature[1:], strict=True):
        if dimensions:
            # numba's struct of an array: who counts its references, its owner, how many elements, their size,
            # where they lie, lengths, steps in bytes.
            data, *shape = [load("ptr"), *(load("i64") for _ in range(dimensions))]
            size = np.dtype(list(code) if isinstance(code, tuple) else code).itemsize
            steps: list[str] = []
            step = f"{size}"
            for axis, length in reversed(list(enumerate(shape))):
                steps.insert(0, f"i64 {step}")
                following = f"%step{word}.{axis}"
                lines.append(f"  {following} = mul {length}, {step}")
                step = following
            lines.append(f"  %count{word} = sdiv i64 {step}, {size}")
            arguments += ["ptr null", "ptr null", f"i64 %count{word}", f"i64 {size}", data, *shape, *steps]
        elif kind == types.float32:
            lines.append(f"  %wide{word} = fptrunc {load('double')} to float")
            arguments.append(f"float %wide{word - 1}")
        elif kind == types.float64:
            arguments.append(load("double"))
        else:
            bits = kind.bitwidth
            given = load(f"i{bits}")
            arguments.append(given)
    entry = [
        f"define i32 @{name}(i64 %number, ptr %words) {{",
        "  %result = alloca ptr",
        "  %raised = alloca ptr",
        *lines,
        f"  %status = call i32 @{symbol}(ptr %result, ptr %raised, {', '.join(arguments)})",
        "  ret i32 %status",
        "}",
    ]
    return "\n".join([text, *entry, ""])


# ----------------------------------------------------------------------------------------- memory

_BYTE = ir.IntType(8).as_pointer()
_FOUR = ir.VectorType(ir.FloatType(), 4)


def _array(context, builder, kind, data, shape):
    """An array without gaps that nobody owns; ``data`` is where it lies, or makes room for so many bytes."""
    lengths = cgutils.unpack_tuple(builder, shape)
    size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    strides: list[Any] = []
    step = size
    for length in reversed(lengths):
        strides.insert(0, step)
        step = builder.mul(step, length)
    pointer = data(step) if callable(data) else data
    array = context.make_array(kind)(context, builder)
    pointer = builder.bitcast(pointer, array.data.type)
    populate_array(array, pointer, lengths, strides, size, meminfo=None)
    return array._getvalue()


@intrinsic
def allocate(typing_context, example, shape):
    """Room for an array of numbers like ``example``, to be given back by ``release``."""
    kind = types.Array(example, len(shape), "C")

    def code(context, builder, signature, given):
        malloc = ir.FunctionType(_BYTE, [ir.IntType(64)])
        malloc = cgutils.get_or_insert_function(builder.module, malloc, "malloc")
        return _array(context, builder, kind, lambda size: builder.call(malloc, [size]), given[1])

    return kind(example, shape), code


@intrinsic
def release(typing_context, array):
    """Give back what ``allocate`` gave."""

    def code(context, builder, signature, given):
        free = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.VoidType(), [_BYTE]), "free")
        data = context.make_array(array)(context, builder, given[0]).data
        builder.call(free, [builder.bitcast(data, _BYTE)])
        return context.get_dummy_value()

    return types.none(array), code


@intrinsic
def add_one(typing_context, array, index):
    """array[index] += 1, safe while other threads do the same; whole numbers add up in any order."""

    def code(context, builder, signature, arguments):
        kind = signature.args[0]
        view = context.make_array(kind)(context, builder, arguments[0])
        place = cgutils.get_item_pointer(context, builder, kind, view, [arguments[1]], wraparound=False)
        builder.atomic_rmw("add", place, ir.Constant(ir.IntType(32), 1), "monotonic")
        return context.get_dummy_value()

    return types.none(array, index), code


@intrinsic
def multiply_add(typing_context, a, b, c):
    """a * b + c of float32, rounded once on every processor that can.

    Left to itself the compiler rounds once in some copies of a loop and twice in others.
    """

    def code(context, builder, signature, given):
        kind = ir.FloatType()
        function = builder.module.declare_intrinsic(
            "llvm.fmuladd", [kind], ir.FunctionType(kind, [kind, kind, kind])
        )
        return builder.call(function, given)

    return types.float32(types.float32, types.float32, types.float32), code


def _place_of_four(context, builder, kind, array, index):
    """Where the vector of four lies that begins at an array's element."""
    view = context.make_array(kind)(context, builder, array)
    return builder.bitcast(builder.gep(view.data, [index]), _FOUR.as_pointer())


def _places_of_fours(context, builder, signature, given):
    """Those of a target and a source, each an array and an index."""
    return [_place_of_four(context, builder, signature.args[k], given[k], given[k + 1]) for k in (0, 2)]


def _four_of(builder, number):
    """A vector whose four lanes hold one number."""
    vector = ir.Constant(_FOUR, ir.Undefined)
    for lane in range(4):
        vector = builder.insert_element(vector, number, ir.Constant(ir.IntType(32), lane))
    return vector


@intrinsic
def move_four(typing_context, target, at, source, origin):
    """target[at : at + 4] = source[origin : origin + 4], as one vector."""

    def code(context, builder, signature, given):
        place, source = _places_of_fours(context, builder, signature, given)
        builder.store(builder.load(source, align=4), place, align=4)
        return context.get_dummy_value()

    return types.none(target, at, source, origin), code


@intrinsic
def scale_four(typing_context, target, at, source, origin, factor):
    """target[at : at + 4] = factor * source[origin : origin + 4], as one vector."""

    def code(context, builder, signature, given):
        place, source = _places_of_fours(context, builder, signature, given)
        scaled = builder.fmul(builder.load(source, align=4), _four_of(builder, given[4]))
        builder.store(scaled, place, align=4)
        return context.get_dummy_value()

    return types.none(target, at, source, origin, factor), code


@intrinsic
def add_four(typing_context, target, at, source, origin, factor):
    """target[at : at + 4] += factor * source[origin : origin + 4], as one vector."""

    def code(context, builder, signature, given):
        place, source = _places_of_fours(context, builder, signature, given)
        light = builder.fmul(builder.load(source, align=4), _four_of(builder, given[4]))
        builder.store(builder.fadd(builder.load(place, align=4), light), place, align=4)
        return context.get_dummy_value()

    return types.none(target, at, source, origin, factor), code


@intrinsic
def call_loop(typing_context, address, f, u, begin, count, values):
    """Call the C function at an address with where three arrays lie, and two whole numbers."""

    def code(context, builder, signature, given):
        arguments = [
            context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
            for kind, value in zip(signature.args[1:], given[1:], strict=True)
        ]
        function = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments])
        builder.call(builder.inttoptr(given[0], function.as_pointer()), arguments)
        return context.get_dummy_value()

    return types.none(address, f, u, types.int64, types.int64, values), code


# ------------------------------------------------------------------------------ the language in numba

_TYPES = {FLOAT: ir.FloatType(), INT: ir.IntType(32), WORD: ir.IntType(32), BOOL: ir.IntType(1)}
_NUMBA_TYPES = {FLOAT: types.float32, INT: types.int32, WORD: types.uint32}
_FLOAT_OPERATIONS = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
_INT_OPERATIONS = {"+": "add", "-": "sub", "*": "mul", "&": "and_", "|": "or_", "^": "xor", "<<": "shl"}


@dataclass
class _Scalars(Code):
    """The language's instructions on single numbers, written into a function that numba compiles.

    numba puts the fast-math flags on them, as on all floats of the function.
    """

    builder: Any
    vocabulary: Vocabulary = field(default_factory=lambda: Vocabulary({}, {}, {}))

    def constant(self, number: Number, kind: str) -> Value:
        given = float(np.float32(number)) if kind == FLOAT else int(number)
        return Value(self, kind, ir.Constant(_TYPES[kind], given))

    def binary(self, symbol: str, left: Value, right: Value) -> Value:
        if left.kind == FLOAT:
            name = _FLOAT_OPERATIONS[symbol]
        else:
            name = _INT_OPERATIONS.get(symbol) or ("lshr" if left.kind == WORD else "ashr")
        return Value(self, left.kind, getattr(self.builder, name)(left.ref, right.ref))

    def negative(self, value: Value) -> Value:
        return Value(self, FLOAT, self.builder.fneg(value.ref))

    def comparison(self, symbol: str, left: Value, right: Value) -> Value:
        compare = self.builder.fcmp_unordered if symbol == "!=" else self.builder.fcmp_ordered
        return Value(self, BOOL, compare(symbol, left.ref, right.ref))

    def select(self, condition: Value, yes: Value, no: Value) -> Value:
        return Value(self, yes.kind, self.builder.select(condition.ref, yes.ref, no.ref))

    def intrinsic(self, name: str, *values: Operand) -> Value:
        given, kind = [value.ref for value in self.values(values)], _TYPES[FLOAT]
        full = f"llvm.{name}"
        function = self.builder.module.declare_intrinsic(
            full, [kind], ir.FunctionType(kind, [kind] * len(given))
        )
        return Value(self, FLOAT, self.builder.call(function, given))

    def convert(self, conversion: str, value: Operand) -> Value:
        given = self.value(value).ref
        match conversion:
            case "to_int":
                return Value(self, INT, self.builder.fptosi(given, _TYPES[INT]))
            case "to_float":
                return Value(self, FLOAT, self.builder.sitofp(given, _TYPES[FLOAT]))
            case "bits_of_float":
                return Value(self, INT, self.builder.bitcast(given, _TYPES[INT]))
            case "float_of_bits":
                return Value(self, FLOAT, self.builder.bitcast(given, _TYPES[FLOAT]))
            case _:
                return Value(self, WORD, given)

    def call(self, name: str, *values: Operand) -> Value:
        function = library(self.vocabulary)[name]
        given = dict(zip(arguments_of(function), self.values(values), strict=True))
        return self.value(lower(self, function, given)[0])

    def loop(
        self,
        count: int,
        carried: Mapping[str, Value],
        write: Callable[[Value, dict[str, Value]], Mapping[str, Value]],
    ) -> dict[str, Value]:
        raise NotImplementedError("a function of a kernel has no loop")


def _written(kinds: Sequence[str], result: str, given: Sequence[Any], write: Callable[..., Value]) -> Any:
    """numba's signature and code of a function whose instructions ``write`` gives.

    None for arguments of other kinds.
    """
    arguments = [_NUMBA_TYPES[kind] for kind in kinds]
    if list(given) != arguments:
        return None

    def code(context, builder, signature, values):
        own = _Scalars(builder)
        return write(*(Value(own, kind, value) for kind, value in zip(kinds, values, strict=True))).ref

    return _NUMBA_TYPES[result](*arguments), code


@intrinsic
def floor(typing_context, x):
    """The whole number below, as a float32."""
    return _written([FLOAT], FLOAT, [x], lambda x: x.code.intrinsic("floor", x))


@intrinsic
def fabs(typing_context, x):
    """The float32 without its sign."""
    return _written([FLOAT], FLOAT, [x], lambda x: x.code.intrinsic("fabs", x))


@intrinsic
def sqrt(typing_context, x):
    """The square root of a float32."""
    return _written([FLOAT], FLOAT, [x], lambda x: x.code.intrinsic("sqrt", x))


@intrinsic
def to_int(typing_context, x):
    """A float32 as int32, rounded towards 0."""
    return _written([FLOAT], INT, [x], lambda x: x.code.convert("to_int", x))


@intrinsic
def sin(typing_context, x):
    """That of ``mathematics``, in radians."""
    return _written([FLOAT], FLOAT, [x], lambda x: x.code.call("sin", x))


@intrinsic
def cos(typing_context, x):
    """That of ``mathematics``, in radians."""
    return _written([FLOAT], FLOAT, [x], lambda x: x.code.call("cos", x))


@intrinsic
def mixed(typing_context, h):
    """That of ``random_bits``, of a uint32."""
    return _written([WORD], WORD, [h], random_bits.mixed)


@intrinsic
def uniform(typing_context, h):
    """That of ``random_bits``: a uint32 as a float32 in [0, 1)."""
    return _written([WORD], FLOAT, [h], random_bits.uniform)
