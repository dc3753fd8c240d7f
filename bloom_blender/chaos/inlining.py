"""Turn the source of small pure functions into text that a kernel can hold.

A variation is written once, as a plain function (see ``flame.variations``). For a kernel its body is
inlined into the loop over the orbits: locals get a prefix, arguments become assignments, the final
``return`` becomes an assignment, and every literal is cast to the kernel's float type. The cast matters:
one float64 literal turns a float32 loop into a float64 loop of half the speed.
"""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable
from typing import Any


@functools.cache
def function_tree(function: Callable[..., object]) -> ast.FunctionDef:
    """The syntax tree of a function, without decorators, docstring and annotations."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise TypeError(f"{function!r} is not a plain function")
    tree.decorator_list = []
    tree.returns = None
    for argument in tree.args.args + tree.args.kwonlyargs:
        argument.annotation = None
    first = tree.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        tree.body = tree.body[1:]
    return tree


class _Kernelise(ast.NodeTransformer):
    """Cast literals, rename locals, make loop counters floats."""

    def __init__(self, rename: Callable[[str], str]) -> None:
        self.rename = rename
        self.exact = 0  # inside an integer context, where literals stay as they are

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if self.exact or isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            return node
        return ast.parse(f"F({float(node.value)!r})", mode="eval").body

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.rename(node.id), node.ctx)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        bitwise = isinstance(node.op, (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift))
        self.exact += bitwise
        visited = self.generic_visit(node)
        self.exact -= bitwise
        return visited

    def visit_Call(self, node: ast.Call) -> ast.AST:
        # Integer arithmetic begins with to_int(…) or bits_of_float(…) and ends in F(…) or float_of_bits(…).
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        integer_inside = name in {"F", "float_of_bits", "range"}
        float_inside = name in {"to_int", "bits_of_float"}
        before = self.exact
        self.exact = 1 if integer_inside else 0 if float_inside else before
        node.args = [self.visit(argument) for argument in node.args]
        self.exact = before
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        if not isinstance(node.target, ast.Name):
            raise TypeError("a loop in a variation counts with one plain name")
        counter = node.target.id
        count = self.visit(node.iter)
        body: list[Any] = [statement for child in node.body for statement in _listed(self.visit(child))]
        name = self.rename(counter)
        cast = ast.parse(f"{name} = F({name}_count)").body
        return ast.For(ast.Name(f"{name}_count", ast.Store()), count, [*cast, *body], [])

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        # A statement whose value is integer arithmetic keeps whole literals.
        integer = _is_integer(node.value, self.integers)
        for target in node.targets:
            if integer and isinstance(target, ast.Name):
                self.integers.add(target.id)
        self.exact += integer
        visited = self.generic_visit(node)
        self.exact -= integer
        return visited

    integers: set[str]


def _listed(node: ast.AST | list[ast.AST]) -> list[ast.AST]:
    return node if isinstance(node, list) else [node]


def _is_integer(node: ast.AST, integers: set[str]) -> bool:
    """Whether an expression is whole-number arithmetic (its leaves are integers)."""
    if isinstance(node, ast.Name):
        return node.id in integers
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"to_int", "bits_of_float"}
    if isinstance(node, ast.BinOp):
        return _is_integer(node.left, integers) or _is_integer(node.right, integers)
    return False


def kernel_statements(function: Callable[..., object], rename: Callable[[str], str]) -> list[ast.stmt]:
    """The body of ``function`` with literals cast and local names renamed; the return stays a return."""
    tree = function_tree(function)
    transformer = _Kernelise(rename)
    transformer.integers = set()
    statements: list[ast.stmt] = []
    for statement in ast.parse(ast.unparse(tree)).body[0].body:  # type: ignore[attr-defined]
        statements += _listed(transformer.visit(statement))  # type: ignore[arg-type]
    return statements


def function_source(function: Callable[..., object], decorator: str) -> str:
    """Source of ``function`` as a compiled helper of the kernel, literals cast."""
    arguments = ", ".join(argument.arg for argument in function_tree(function).args.args)
    body = [ast.unparse(ast.fix_missing_locations(s)) for s in kernel_statements(function, lambda n: n)]
    text = textwrap.indent("\n".join(body), "    ")
    return f"{decorator}\ndef {function.__name__}({arguments}):\n{text}\n"


def called_names(source: str) -> list[str]:
    """Names of all plain functions that a text calls, in order of first appearance."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return list(dict.fromkeys(call.func.id for call in calls if isinstance(call.func, ast.Name)))
