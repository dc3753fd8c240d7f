"""Turn the source of formulas into instructions of a target.

The syntax tree of a function is walked: every expression becomes instructions on the values of `vectors`, a
condition chooses between two values that are both computed, and a ``for`` is a loop that all lanes run
together.
"""

from __future__ import annotations

import ast
import functools
import inspect
import operator
from collections.abc import Callable, Mapping

from . import mathematics
from .language import Function, Vocabulary, body_of, syntax_tree
from .random_bits import mixed, uniform
from .vectors import BOOL, Code, Operand, Value

Names = dict[str, Operand]

_BINARY: dict[type, Callable] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
    ast.LShift: operator.lshift, ast.RShift: operator.rshift,
}  # fmt: skip
_COMPARISONS: dict[type, str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_INTRINSICS = ("floor", "trunc", "rint", "fabs", "sqrt", "copysign")


#: Functions of the language that are conversions.
_CONVERSIONS = {
    "to_int": "to_int", "F": "to_float", "bits_of_float": "bits_of_float", "float_of_bits": "float_of_bits",
}  # fmt: skip


# ---------------------------------------------------------------------------------- random numbers


def _hash3(code: Code, i: Operand, j: Operand, k: Operand) -> Value:
    """A fixed random number in [0, 1) for three whole numbers."""
    words = [code.convert("word", code.convert("to_int", number)) for number in (i, j, k)]
    return uniform(mixed(words[0] * 0x9E3779B1 + words[1] * 0x85EBCA77 + words[2] * 0xC2B2AE3D))


# --------------------------------------------------------------------------------------- functions


@functools.cache
def mathematics_functions() -> dict[str, Function]:
    """The elementary functions of ``mathematics.py`` by name."""
    return {
        name: value
        for name, value in vars(mathematics).items()
        if inspect.isfunction(value) and value.__module__ == mathematics.__name__
    }


def library(vocabulary: Vocabulary) -> dict[str, Function]:
    """Every function that is written in the language itself, by name."""
    return mathematics_functions() | dict(vocabulary.helpers)


def arguments_of(function: Function) -> list[str]:
    """The names of a function's arguments."""
    return [argument.arg for argument in syntax_tree(function).args.args]


def lower(code: Code, function: Function, arguments: Mapping[str, Operand]) -> tuple[Operand, ...]:
    """Write the body of a function; what it returns, one or several values."""
    names: Names = {**code.vocabulary.constants, **arguments}
    *body, last = body_of(syntax_tree(function))
    _block(code, body, names)
    if not isinstance(last, ast.Return) or last.value is None:
        raise TypeError(f"{function.__name__} does not end in a return")
    results = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    return tuple(_expression(code, result, names) for result in results)


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
    """Write a loop; what its body assigns goes from turn to turn."""
    assigned = {
        node.id
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    before = {name: code.value(value) for name, value in names.items() if name in assigned}

    def write(turn: Value, entered: dict[str, Value]) -> dict[str, Value]:
        names.update(entered)
        names[counter] = turn
        _block(code, body, names)
        return {name: code.value(names[name]) for name in before}

    names.update(code.loop(count, before, write))
    # What only a turn had is gone: a target may know it within the loop only.
    for name in (assigned | {counter}) - before.keys():
        names.pop(name, None)


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
        return code.intrinsic(name, *given)
    if name in _CONVERSIONS:
        return code.convert(_CONVERSIONS[name], *given)
    if name == "hash3":
        return _hash3(code, *given)
    return code.call(name, *given)


def _condition(code: Code, node: ast.expr, names: Names) -> Value:
    value = code.value(_expression(code, node, names))
    return value if value.kind == BOOL else code.compare("!=", value, 0.0)
