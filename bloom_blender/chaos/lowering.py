"""Turn the source of small pure functions into vector code.

A variation is written once, as a plain function (``flame.variations.source`` has the rules for its body).
Here its syntax tree is walked: every expression becomes instructions on vectors, a condition chooses between
two values that are both computed, and a ``for`` is a loop that all lanes run together. A literal takes the
kind of what it meets, so a float64 never creeps in.
"""

from __future__ import annotations

import ast
import functools
import inspect
import operator
from collections.abc import Callable, Mapping

from ..flame.variations import registry
from ..flame.variations.source import body_of, syntax_tree
from ..flame.variations.vocabulary import CONSTANTS
from . import mathematics
from .vectors import BOOL, FLOAT, INT, WORD, Code, Number, Value

Operand = Value | Number
Names = dict[str, Operand]

_BINARY: dict[type, Callable] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
    ast.LShift: operator.lshift, ast.RShift: operator.rshift,
}  # fmt: skip
_COMPARISONS: dict[type, str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_INTRINSICS = {name: name for name in ("floor", "trunc", "rint", "fabs", "sqrt", "copysign")}


# ---------------------------------------------------------------------------------- random numbers


def mixed(h: Value) -> Value:
    """Scramble 32 bits: two rounds of multiply and shift, every input bit reaches every output bit."""
    h = h ^ (h >> 16)
    h = h * 0x7FEB352D
    h = h ^ (h >> 15)
    h = h * 0x846CA68B
    return h ^ (h >> 16)


def uniform(h: Value) -> Value:
    """24 of 32 random bits as a float in [0, 1)."""
    return h.code.convert("sitofp", h >> 8, FLOAT) * 2.0**-24


def _hash3(code: Code, i: Operand, j: Operand, k: Operand) -> Value:
    """A fixed random number in [0, 1) for three whole numbers; the same as ``vocabulary.hash3``."""
    words = [Value(code, WORD, code.convert("fptosi", number, INT).text) for number in (i, j, k)]
    return uniform(mixed(words[0] * 0x9E3779B1 + words[1] * 0x85EBCA77 + words[2] * 0xC2B2AE3D))


_BUILTINS: dict[str, Callable[..., Value]] = {
    "hash3": _hash3,
    "to_int": lambda code, x: code.convert("fptosi", x, INT),
    "F": lambda code, n: code.convert("sitofp", n, FLOAT),
    "bits_of_float": lambda code, x: code.convert("bitcast", x, INT),
    "float_of_bits": lambda code, n: code.convert("bitcast", n, FLOAT),
}


# --------------------------------------------------------------------------------------- functions


@functools.cache
def mathematics_functions() -> dict[str, Callable]:
    """The elementary functions of ``mathematics.py`` by name."""
    return {
        name: value
        for name, value in vars(mathematics).items()
        if inspect.isfunction(value) and value.__module__ == mathematics.__name__
    }


def lower(code: Code, function: Callable, arguments: Mapping[str, Operand]) -> tuple[Operand, ...]:
    """Write the body of a function; what it returns, one or several values."""
    names: Names = {**CONSTANTS, **arguments}
    *body, last = body_of(syntax_tree(function))
    _block(code, body, names)
    if not isinstance(last, ast.Return) or last.value is None:
        raise TypeError(f"{function.__name__} does not end in a return")
    results = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    return tuple(_expression(code, result, names) for result in results)


def _define(code: Code, name: str) -> None:
    """Make a function of the library a function of the module."""
    if name in code.module:
        return
    function = (mathematics_functions() | registry.HELPERS)[name]
    arguments = [argument.arg for argument in syntax_tree(function).args.args]
    own = code.module.function(name, arguments)
    (result,) = lower(own, function, {argument: own.argument(argument) for argument in arguments})
    own.line(f"ret {own.typed(own.value(result))}")


def _block(code: Code, statements: list[ast.stmt], names: Names) -> None:
    """Write statements; ``names`` keeps what each name holds."""
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                names[name] = _expression(code, value, names)
            case ast.If(test=test, body=inner, orelse=other):
                condition = _condition(code, test, names)
                yes, no = dict(names), dict(names)
                _block(code, inner, yes)
                _block(code, other, no)
                for name in names:
                    if yes[name] is not no[name]:
                        names[name] = code.where(condition, yes[name], no[name])
            case ast.For(target=ast.Name(id=name), iter=ast.Call(args=[ast.Constant(value=int(count))])):
                _loop(code, name, count, statement.body, names)
            case _:
                raise TypeError(f"a {type(statement).__name__} breaks the rules of check_source")


def _loop(code: Code, counter: str, count: int, body: list[ast.stmt], names: Names) -> None:
    """Write a loop; what its body assigns goes round as a phi."""
    assigned = {
        node.id
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    before = {name: code.value(value) for name, value in names.items() if name in assigned}
    origin, label = code.block, code.name("loop")
    code.line(f"br label %{label}")
    code.begin_block(label)
    number = f"%{code.name('k')}"
    start = len(code.lines)
    for name, value in before.items():
        names[name] = Value(code, value.kind, f"%{code.name('round')}")
    entered = dict(names)
    scalar = code.name("turn")
    code.line(f"%{scalar} = sitofp i32 {number} to float")
    names[counter] = code.spread(f"%{scalar}", FLOAT)
    _block(code, body, names)
    phis = [f"  {number} = phi i32 [ 0, %{origin} ], [ {number}.next, %{code.block} ]"]
    for name, value in before.items():
        held, after = entered[name], code.value(names[name])
        assert isinstance(held, Value)
        kind = code.module.type_of(value.kind)
        phis.append(
            f"  {held.text} = phi {kind} [ {value.text}, %{origin} ], [ {after.text}, %{code.block} ]"
        )
    code.lines[start:start] = phis
    code.line(f"{number}.next = add i32 {number}, 1")
    code.line(f"{number}.more = icmp slt i32 {number}.next, {count}")
    end = code.name("end")
    code.line(f"br i1 {number}.more, label %{label}, label %{end}")
    code.begin_block(end)


# ------------------------------------------------------------------------------------- expressions


def _expression(code: Code, node: ast.expr, names: Names) -> Operand:
    match node:
        case ast.Constant(value=bool() | int() | float() as number):
            return number
        case ast.Name(id=name):
            return names[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_expression(code, left, names), _expression(code, right, names))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_expression(code, operand, names)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _expression(code, operand, names)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ~_condition(code, operand, names)
        case ast.BoolOp(op=op, values=values):
            join = operator.and_ if isinstance(op, ast.And) else operator.or_
            return functools.reduce(join, [_condition(code, value, names) for value in values])
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            symbol = _COMPARISONS[type(op)]
            return code.compare(symbol, _expression(code, left, names), _expression(code, right, names))
        case ast.IfExp(test=test, body=body, orelse=other):
            condition = _condition(code, test, names)
            return code.where(condition, _expression(code, body, names), _expression(code, other, names))
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]):
            return _call(code, name, [_expression(code, argument, names) for argument in given])
        case _:
            raise TypeError(f"a {type(node).__name__} breaks the rules of check_source")


def _call(code: Code, name: str, given: list[Operand]) -> Value:
    if name in _INTRINSICS:
        return code.intrinsic(_INTRINSICS[name], *given)
    if name in _BUILTINS:
        return _BUILTINS[name](code, *given)
    _define(code, name)
    return code.call(name, *given)


def _condition(code: Code, node: ast.expr, names: Names) -> Value:
    value = code.value(_expression(code, node, names))
    return value if value.kind == BOOL else code.compare("!=", value, 0.0)
