"""The fixed part of every kernel module: types, fast-math flags, bit casts, random numbers.

This file is a template: the kernel writer copies its text, it is never imported. What it defines is the
vocabulary that variations, ``mathematics.py`` and the kernels are written in.

Fast-math flags leave out ``nnan`` and ``ninf``, for orbits that escape are data here and must be seen,
and ``reassoc``, which would undo the careful range reduction of sin and cos.
``error_model="numpy"`` lets a division by zero give infinity instead of a test and a branch, which
stops vectorisation (46 against 20 million iterations per second on one core with a 3-D flame).
"""

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

F = np.float32
U = np.uint32
I = np.uint64  # noqa: E741  indices are unsigned: a signed index costs a test for negative ones in each lane
FLAGS = {"nsz", "arcp", "contract", "afn"}


# Nothing of Python is left in the machine code, nor of numba's counting of references, so that it can be kept
# on disk and run without either: arrays come from ``array_at`` and ``allocate``.
OPTIONS = {
    "fastmath": FLAGS,
    "error_model": "numpy",
    "_nrt": False,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}


def compiled(function):
    return numba.njit(function, **OPTIONS)


def inline(function):
    return numba.njit(function, forceinline=True, **OPTIONS)


def _array(context, builder, kind, data, shape):
    """An array without gaps that nobody owns; ``data`` is where it lies, or makes room for so many bytes."""
    lengths = cgutils.unpack_tuple(builder, shape)
    size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    strides, step = [], size
    for length in reversed(lengths):
        strides.insert(0, step)
        step = builder.mul(step, length)
    pointer = data(step) if callable(data) else data
    array = context.make_array(kind)(context, builder)
    pointer = builder.bitcast(pointer, array.data.type)
    populate_array(array, pointer, lengths, strides, size, meminfo=None)
    return array._getvalue()


@intrinsic
def array_at(typing_context, address, example, shape):
    """The array of numbers like ``example`` that lies at an address."""
    kind = types.Array(example, len(shape), "C")

    def code(context, builder, signature, given):
        place = builder.inttoptr(given[0], ir.IntType(8).as_pointer())
        return _array(context, builder, kind, place, given[2])

    return kind(address, example, shape), code


@intrinsic
def float_of(typing_context, word):
    """The float64 whose bits are given."""

    def code(context, builder, signature, given):
        return builder.bitcast(given[0], ir.DoubleType())

    return types.float64(word), code


@intrinsic
def allocate(typing_context, example, shape):
    """Room for an array of numbers like ``example``, to be given back by ``release``."""
    kind = types.Array(example, len(shape), "C")

    def code(context, builder, signature, given):
        byte = ir.IntType(8).as_pointer()
        malloc = ir.FunctionType(byte, [ir.IntType(64)])
        malloc = cgutils.get_or_insert_function(builder.module, malloc, "malloc")
        return _array(context, builder, kind, lambda size: builder.call(malloc, [size]), given[1])

    return kind(example, shape), code


@intrinsic
def release(typing_context, array):
    """Give back what ``allocate`` gave."""

    def code(context, builder, signature, given):
        byte = ir.IntType(8).as_pointer()
        free = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.VoidType(), [byte]), "free")
        data = context.make_array(array)(context, builder, given[0]).data
        builder.call(free, [builder.bitcast(data, byte)])
        return context.get_dummy_value()

    return types.none(array), code


def _unary(name):
    @intrinsic
    def operation(typing_context, x):
        def code(context, builder, signature, arguments):
            kind = context.get_value_type(signature.return_type)
            function = builder.module.declare_intrinsic(name, [kind])
            return builder.call(function, arguments)

        if isinstance(x, types.Float):
            return x(x), code

    return operation


floor = _unary("llvm.floor")
trunc = _unary("llvm.trunc")
fabs = _unary("llvm.fabs")
sqrt = _unary("llvm.sqrt")
rint = _unary("llvm.rint")


@intrinsic
def copysign(typing_context, x, y):
    def code(context, builder, signature, arguments):
        kind = context.get_value_type(signature.return_type)
        function = builder.module.declare_intrinsic(
            "llvm.copysign", [kind], ir.FunctionType(kind, [kind, kind])
        )
        return builder.call(function, arguments)

    if isinstance(x, types.Float) and x == y:
        return x(x, y), code


@intrinsic
def bits_of_float(typing_context, x):
    def code(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(32))

    if x == types.float32:
        return types.int32(x), code


@intrinsic
def float_of_bits(typing_context, x):
    def code(context, builder, signature, arguments):
        value = arguments[0]
        if value.type.width > 32:
            value = builder.trunc(value, ir.IntType(32))
        return builder.bitcast(value, ir.FloatType())

    if isinstance(x, types.Integer):
        return types.float32(x), code


@intrinsic
def to_int(typing_context, x):
    def code(context, builder, signature, arguments):
        return builder.fptosi(arguments[0], ir.IntType(32))

    if isinstance(x, types.Float):
        return types.int32(x), code


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


@inline
def mixed(h):
    """Scramble 32 bits: two rounds of multiply and shift, every input bit reaches every output bit."""
    h = U(h ^ U(h >> U(16)))
    h = U(h * U(0x7FEB352D))
    h = U(h ^ U(h >> U(15)))
    h = U(h * U(0x846CA68B))
    return U(h ^ U(h >> U(16)))


@inline
def uniform(h):
    """24 of 32 random bits as a float in [0, 1)."""
    return F(U(h >> U(8))) * F(5.9604644775390625e-08)


BUCKETS = 1 << 22  # 16 MB of counts: of a million points some 200,000 cells are in use, so few meet


@inline
def bucket(i, j, k):
    """Place of a cell in the table of counts; blocks of 4 x 2 x 2 cells fill a cache line and are hashed."""
    a = to_int(i)
    b = to_int(j)
    c = to_int(k)
    h = U(U(U(a >> 2) * U(0x9E3779B1)) ^ U(U(b >> 1) * U(0x85EBCA77)) ^ U(U(c >> 1) * U(0xC2B2AE3D)))
    h = U(h ^ U(h >> U(15)))
    h = U(h * U(0x2C1B3C6D))
    h = U(h ^ U(h >> U(13)))
    inner = U(U(a & 3) | U(U(b & 1) << U(2)) | U(U(c & 1) << U(3)))
    return I(U(U(h << U(4)) | inner) & U(BUCKETS - 1))


@inline
def cell_of(x, y, z, per_unit):
    """Place in the table of the cell that holds a point."""
    return bucket(floor(x * per_unit), floor(y * per_unit), floor(z * per_unit))
