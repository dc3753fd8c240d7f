"""The language: the rules that a formula obeys, and a form of it that works on whole arrays.

A formula is a plain Python function without state. Its source is data: the rules are checked on its syntax
tree, and each target of the compiler reads the same tree.
"""

from __future__ import annotations

import ast
import functools
import inspect
import operator
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Function = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What a formula may name, besides its arguments.

    Parameters
    ----------
    functions
        The functions of the language, as numpy has them.
    constants
        Numbers by name.
    helpers
        Functions that are written in the language themselves. The table may fill up later.
    """

    functions: Mapping[str, Function]
    constants: Mapping[str, float]
    helpers: Mapping[str, Function]


_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
_UNARY: dict[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: np.logical_not,
}  # fmt: skip
_COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


@functools.cache
def syntax_tree(function: Function) -> ast.FunctionDef:
    """The function's syntax tree; not to be changed, since it is shared."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise TypeError(f"{function!r} is not a plain function")
    return tree


def body_of(tree: ast.FunctionDef) -> list[ast.stmt]:
    """The statements after the docstring."""
    return tree.body[1:] if ast.get_docstring(tree, clean=False) is not None else tree.body


# ------------------------------------------------------------------------------------------ rules


def check_source(function: Function, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Where a function breaks the rules; empty if it breaks none.

    Allowed are: assignments to one name; ``for name in range(literal)``; ``if`` statements whose bodies
    assign names that have a value already; expressions of numbers, names, ``+ - * /``, comparisons of two
    values, ``and or not``, conditional expressions, and calls of the vocabulary's functions and helpers by
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
    rules = _Rules(vocabulary, arguments | vocabulary.constants.keys())
    problems += rules.block(body[:-1])
    problems += rules.result(body[-1])
    return tuple(problems)


@dataclass
class _Rules:
    """The check of one function; ``known`` are the names that have a value so far."""

    vocabulary: Vocabulary
    known: set[str]

    def block(self, statements: list[ast.stmt], assignable: set[str] | None = None) -> Iterator[str]:
        """Problems of statements. Only `assignable` names may be assigned, all where that is None."""
        has_meaning = (self.vocabulary.functions, self.vocabulary.helpers, self.vocabulary.constants)
        for statement in statements:
            line = statement.lineno
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    yield from self.expression(value)
                    if any(name in table for table in has_meaning):
                        yield f"line {line} assigns to {name}, which has a meaning"
                    if assignable is not None and name not in assignable:
                        yield f"line {line} assigns {name} in an if, without a value before"
                    self.known.add(name)
                case ast.If(test=test, body=inner, orelse=other):
                    yield from self.expression(test)
                    for part in (inner, other):
                        yield from self.block(part, self.known if assignable is None else assignable)
                case ast.For(
                    target=ast.Name(id=name),
                    iter=ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int())], keywords=[]),
                    body=inner,
                    orelse=[],
                ):
                    self.known.add(name)
                    yield from self.block(inner, assignable)
                case _:
                    yield f"line {line} is a {type(statement).__name__} that the rules do not allow"

    def result(self, statement: ast.stmt) -> Iterator[str]:
        """Problems of the return at the end."""
        match statement:
            case ast.Return(value=ast.Tuple(elts=values)):
                if len(values) not in (3, 4):
                    yield f"it returns {len(values)} values, not 3 (or 4 with a colour)"
                for part in values:
                    yield from self.expression(part)
            case ast.Return(value=ast.expr() as value):
                yield from self.expression(value)
            case _:
                yield "it returns nothing"

    def expression(self, node: ast.expr) -> Iterator[str]:
        """Problems of an expression."""
        inner: list[ast.expr] = []
        match node:
            case ast.Constant(value=value) if isinstance(value, (int, float)) and not isinstance(value, bool):
                pass
            case ast.Name(id=name):
                if name not in self.known:
                    yield f"line {node.lineno} uses {name}, which has no value"
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                inner = [left, right]
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                inner = [operand]
            case ast.BoolOp(values=values):
                inner = values
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
                inner = [left, right]
            case ast.IfExp(test=test, body=body, orelse=other):
                inner = [test, body, other]
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                if name not in self.vocabulary.functions and name not in self.vocabulary.helpers:
                    yield f"line {node.lineno} calls {name}, which is not in the vocabulary"
                inner = arguments
            case _:
                yield f"line {node.lineno} has a {type(node).__name__} that the rules do not allow"
        for part in inner:
            yield from self.expression(part)


# ----------------------------------------------------------------------------------------- arrays

#: The values of a function's names while it runs, and a part of a function that works on them.
Names = dict[str, Any]
Part = Callable[[Names], Any]


@functools.cache
def array_function(function: Function, vocabulary: Vocabulary) -> Function:
    """The function in a form whose arguments may be arrays.

    Both sides of every condition are computed and ``np.where`` chooses; an ``if`` becomes one choice for
    each assignment in it.
    """
    tree = syntax_tree(function)
    arguments = [argument.arg for argument in tree.args.args]
    arrays = _Arrays(vocabulary)
    *body, last = body_of(tree)
    if not isinstance(last, ast.Return) or last.value is None:
        raise TypeError(f"{function.__name__} does not end in a return")
    statements = arrays.block(body)
    whole = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    results = [arrays.expression(value) for value in whole]
    single = not isinstance(last.value, ast.Tuple)

    def run(*given: Any) -> Any:
        names = dict(zip(arguments, given, strict=True))
        statements(names, None)
        found = tuple(result(names) for result in results)
        return found[0] if single else found

    return functools.wraps(function)(run)


@dataclass
class _Arrays:
    """Turns a syntax tree into Python functions that are called one within the other."""

    vocabulary: Vocabulary

    def block(self, statements: list[ast.stmt]) -> Callable[[Names, Any], None]:
        """Statements.

        Assignments happen only where the mask that they receive is true, or everywhere for None.
        """
        parts = [self.statement(statement) for statement in statements]

        def run(names: Names, mask: Any) -> None:
            for part in parts:
                part(names, mask)

        return run

    def statement(self, statement: ast.stmt) -> Callable[[Names, Any], None]:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return self.assignment(name, self.expression(value))
            case ast.If(test=test, body=inner, orelse=other):
                return self.choice(self.expression(test), self.block(inner), self.block(other))
            case ast.For(
                target=ast.Name(id=name), iter=ast.Call(args=[ast.Constant(value=int(count))]), body=inner
            ):
                return self.repetition(name, count, self.block(inner))
            case _:
                raise TypeError(f"a {type(statement).__name__} breaks the rules of check_source")

    @staticmethod
    def assignment(name: str, value: Part) -> Callable[[Names, Any], None]:
        def run(names: Names, mask: Any) -> None:
            new = value(names)
            names[name] = new if mask is None else np.where(mask, new, names[name])

        return run

    @staticmethod
    def choice(test: Part, inner: Callable, other: Callable) -> Callable[[Names, Any], None]:
        def run(names: Names, mask: Any) -> None:
            holds = np.asarray(test(names))
            inner(names, holds if mask is None else mask & holds)
            other(names, ~holds if mask is None else mask & ~holds)

        return run

    @staticmethod
    def repetition(name: str, count: int, body: Callable) -> Callable[[Names, Any], None]:
        def run(names: Names, mask: Any) -> None:
            for turn in range(count):
                names[name] = turn
                body(names, mask)

        return run

    def expression(self, node: ast.expr) -> Part:
        """An expression as a function of the values of the names."""
        match node:
            case ast.Constant(value=value):
                return lambda names: value
            case ast.Name(id=name):
                if name in self.vocabulary.constants:
                    constant = self.vocabulary.constants[name]
                    return lambda names: constant
                return operator.itemgetter(name)
            case ast.BinOp(left=left, op=op, right=right):
                return self.applied(_BINARY[type(op)], [left, right])
            case ast.UnaryOp(op=op, operand=operand):
                return self.applied(_UNARY[type(op)], [operand])
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self.applied(_COMPARISONS[type(op)], [left, right])
            case ast.BoolOp(op=op, values=values):
                join = np.logical_and if isinstance(op, ast.And) else np.logical_or
                return self.applied(lambda *given: functools.reduce(join, given), values)
            case ast.IfExp(test=test, body=body, orelse=other):
                return self.applied(np.where, [test, body, other])
            case ast.Call(func=ast.Name(id=name), args=given, keywords=[]):
                own = name in self.vocabulary.helpers
                called = array_function(self.vocabulary.helpers[name], self.vocabulary) if own else None
                return self.applied(called or self.vocabulary.functions[name], given)
            case _:
                raise TypeError(f"a {type(node).__name__} breaks the rules of check_source")

    def applied(self, function: Function, nodes: list[ast.expr]) -> Part:
        """A function of expressions."""
        match [self.expression(node) for node in nodes]:
            case [a]:
                return lambda names: function(a(names))
            case [a, b]:
                return lambda names: function(a(names), b(names))
            case parts:
                return lambda names: function(*(part(names) for part in parts))
