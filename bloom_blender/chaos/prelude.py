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
from numba.core import types
from numba.extending import intrinsic

F = np.float32
U = np.uint32
I = np.uint64  # noqa: E741  indices are unsigned: a signed index costs a test for negative ones in each lane
FLAGS = {"nsz", "arcp", "contract", "afn"}


def compiled(function):
    return numba.njit(function, fastmath=FLAGS, error_model="numpy", cache=True)


def inline(function):
    return numba.njit(function, fastmath=FLAGS, error_model="numpy", forceinline=True)


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
        function = builder.module.declare_intrinsic("llvm.copysign", [kind], ir.FunctionType(kind, [kind, kind]))
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


@inline
def hash3(i, j, k):
    """A fixed random number in [0, 1) for three whole numbers; the same as ``vocabulary.hash3``."""
    h = U(U(to_int(i)) * U(0x9E3779B1))
    h = U(h + U(U(to_int(j)) * U(0x85EBCA77)))
    h = U(h + U(U(to_int(k)) * U(0xC2B2AE3D)))
    return uniform(mixed(h))
