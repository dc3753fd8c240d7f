"""The source of a variation as data: the rules it obeys, and a form of it that works on whole arrays."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator

import numpy as np

from .registry import HELPERS
from .vocabulary import CONSTANTS, FUNCTIONS

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub, ast.UAdd)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_LOGIC = (ast.And, ast.Or, ast.Not)


@functools.cache
def syntax_tree(function: Callable) -> ast.FunctionDef:
    """The function's syntax tree; not to be changed, since it is shared."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise TypeError(f"{function!r} is no plain function")
    return tree


def body_of(tree: ast.FunctionDef) -> list[ast.stmt]:
    """The statements after the docstring."""
    return tree.body[1:] if ast.get_docstring(tree, clean=False) is not None else tree.body


# ------------------------------------------------------------------------------------------ rules


def check_source(function: Callable) -> tuple[str, ...]:
    """What in a function breaks the rules for variations and helpers; empty if nothing does.

    Allowed are: assignments to one name; ``for name in range(literal)``; ``if`` statements whose bodies
    assign names that have a value already; expressions of numbers, names, ``+ - * /``, comparisons of two
    values, ``and or not``, conditional expressions, and calls of the vocabulary and the helpers by
    position; one ``return`` at the end.
    """
    tree = syntax_tree(function)
    body = body_of(tree)
    arguments = {argument.arg for argument in tree.args.args}
    problems = []
    if len(body) == len(tree.body):
        problems.append("it has no docstring")
    if tree.args.defaults or tree.args.kwonlyargs or tree.args.vararg or tree.args.kwarg:
        problems.append("its arguments are more than plain names")
    if not body or not isinstance(body[-1], ast.Return):
        return (*problems, "it does not end in a return")
    known = arguments | CONSTANTS.keys()
    problems += _check_block(body[:-1], known)
    problems += _check_result(body[-1], known)
    return tuple(problems)


def _check_block(
    statements: list[ast.stmt], known: set[str], assignable: set[str] | None = None
) -> Iterator[str]:
    """Problems of statements; adds what they assign to `known`. Only `assignable` names may be assigned."""
    for statement in statements:
        line = statement.lineno
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield from _check_expression(value, known)
                if name in FUNCTIONS or name in HELPERS or name in CONSTANTS:
                    yield f"line {line} assigns to {name}, which has a meaning"
                if assignable is not None and name not in assignable:
                    yield f"line {line} assigns {name} in an if, without a value before"
                known.add(name)
            case ast.If(test=test, body=inner, orelse=other):
                yield from _check_expression(test, known)
                yield from _check_block(inner, known, known if assignable is None else assignable)
                yield from _check_block(other, known, known if assignable is None else assignable)
            case ast.For(
                target=ast.Name(id=name),
                iter=ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int())], keywords=[]),
                body=inner,
                orelse=[],
            ):
                known.add(name)
                yield from _check_block(inner, known, assignable)
            case _:
                yield f"line {line} is a {type(statement).__name__} that the rules do not allow"


def _check_result(statement: ast.Return, known: set[str]) -> Iterator[str]:
    match statement.value:
        case ast.Tuple(elts=values):
            if len(values) not in (3, 4):
                yield f"it returns {len(values)} values, not 3 (or 4 with a colour)"
            for part in values:
                yield from _check_expression(part, known)
        case ast.expr() as value:
            yield from _check_expression(value, known)
        case _:
            yield "it returns nothing"


def _check_expression(node: ast.expr, known: set[str]) -> Iterator[str]:
    match node:
        case ast.Constant(value=value) if isinstance(value, (int, float)) and not isinstance(value, bool):
            pass
        case ast.Name(id=name):
            if name not in known:
                yield f"line {node.lineno} uses {name}, which has no value"
        case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _OPERATORS):
            yield from _check_expression(left, known)
            yield from _check_expression(right, known)
        case ast.UnaryOp(op=op, operand=operand) if isinstance(op, _OPERATORS + _LOGIC):
            yield from _check_expression(operand, known)
        case ast.BoolOp(values=values):
            for part in values:
                yield from _check_expression(part, known)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if isinstance(op, _COMPARISONS):
            yield from _check_expression(left, known)
            yield from _check_expression(right, known)
        case ast.IfExp(test=test, body=body, orelse=other):
            for part in (test, body, other):
                yield from _check_expression(part, known)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            if name not in FUNCTIONS and name not in HELPERS:
                yield f"line {node.lineno} calls {name}, which is not in the vocabulary"
            for argument in arguments:
                yield from _check_expression(argument, known)
        case _:
            yield f"line {node.lineno} has a {type(node).__name__} that the rules do not allow"


# ----------------------------------------------------------------------------------------- arrays


@functools.cache
def array_function(function: Callable) -> Callable:
    """The function rewritten so that its arguments may be arrays.

    Both sides of every condition are computed and ``np.where`` chooses; an ``if`` becomes one choice for
    each assignment in it.
    """
    tree = syntax_tree(function)
    names = ", ".join(argument.arg for argument in tree.args.args)
    rewritten = ast.parse(f"def {tree.name}({names}): pass")
    rewritten.body[0].body = list(_array_block(body_of(tree), None, [0]))  # type: ignore[attr-defined]
    words: dict[str, object] = {**FUNCTIONS, **CONSTANTS, "np": np}
    for name in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & HELPERS.keys():
        words[name] = array_function(HELPERS[name])
    exec(compile(ast.fix_missing_locations(rewritten), f"<arrays of {tree.name}>", "exec"), words)
    return words[tree.name]  # type: ignore[return-value]


def _array_block(statements: list[ast.stmt], mask: str | None, counter: list[int]) -> Iterator[ast.stmt]:
    """Statements without ``if``; where `mask` names an array, assignments happen only where it is true."""
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                text = ast.unparse(_array_expression(value))
                yield _statement(
                    f"{name} = {text}" if mask is None else f"{name} = np.where({mask}, {text}, {name})"
                )
            case ast.If(test=test, body=inner, orelse=other):
                counter[0] += 1
                inside, outside = f"_if{counter[0]}", f"_else{counter[0]}"
                text = ast.unparse(_array_expression(test))
                limit = "" if mask is None else f"{mask} & "
                yield _statement(f"{inside} = {limit}np.asarray({text})")
                yield _statement(f"{outside} = {limit}~np.asarray({text})")
                yield from _array_block(inner, inside, counter)
                yield from _array_block(other, outside, counter)
            case ast.For(target=target, iter=iteration, body=inner):
                loop = list(_array_block(inner, mask, counter))
                yield ast.For(target=target, iter=iteration, body=loop, orelse=[])
            case ast.Return(value=ast.expr() as value):
                yield ast.Return(value=_array_expression(value))
            case _:
                raise TypeError(f"a {type(statement).__name__} breaks the rules of check_source")


def _statement(text: str) -> ast.stmt:
    return ast.parse(text).body[0]


def _array_expression(node: ast.expr) -> ast.expr:
    return _Arrays().visit(ast.parse(ast.unparse(node), mode="eval").body)


class _Arrays(ast.NodeTransformer):
    """Choices and logic as numpy functions."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        return self._call("where", node.test, node.body, node.orelse)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        name = "logical_and" if isinstance(node.op, ast.And) else "logical_or"
        return functools.reduce(
            lambda left, right: self._numpy(name, left, right), map(self.visit, node.values)
        )

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.Not):
            return self._call("logical_not", node.operand)
        return self.generic_visit(node)  # type: ignore[return-value]

    def _call(self, name: str, *arguments: ast.expr) -> ast.expr:
        return self._numpy(name, *map(self.visit, arguments))

    @staticmethod
    def _numpy(name: str, *arguments: ast.expr) -> ast.expr:
        function = ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())
        return ast.Call(function, list(arguments), [])
