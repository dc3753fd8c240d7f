"""Write the source of the modules that numba compiles once for all flames."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...codegen.language import body_of, syntax_tree
from ...codegen.lowering import mathematics_functions

_FOLDER = Path(__file__).parent


@functools.cache
def template(name: str) -> str:
    """Text of a template file of this folder."""
    return (_FOLDER / name).read_text(encoding="utf-8")


@functools.cache
def layout() -> dict[str, Any]:
    """Where the numbers of a batch lie, by the names of ``layout.py``."""
    names: dict[str, Any] = {"I": int, "F": float}
    exec(template("layout.py"), names)
    return names


class _Literals(ast.NodeTransformer):
    """Casts literals to float32, since one float64 makes a loop of float64 of it; whole numbers stay.

    Whole-number arithmetic begins with to_int(…) or bits_of_float(…) and ends in F(…) or float_of_bits(…).
    """

    def __init__(self) -> None:
        self.integers: set[str] = set()  # names that hold whole numbers
        self.exact = False  # within whole-number arithmetic

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if self.exact or not isinstance(node.value, int | float):
            return node
        return ast.Call(ast.Name("F", ast.Load()), [ast.Constant(float(node.value))], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        return self._within(node, self.exact or self._is_integer(node))

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        integer = self._is_integer(node.value)
        if integer and isinstance(node.targets[0], ast.Name):
            self.integers.add(node.targets[0].id)
        return self._within(node, integer)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        return self._within(node, name in {"F", "float_of_bits"})

    def _within(self, node: ast.AST, exact: bool) -> ast.AST:
        before, self.exact = self.exact, exact
        visited = self.generic_visit(node)
        self.exact = before
        return visited

    def _is_integer(self, node: ast.expr) -> bool:
        if isinstance(node, ast.BinOp):
            return self._is_integer(node.left) or self._is_integer(node.right)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return node.func.id in {"to_int", "bits_of_float"}
        return isinstance(node, ast.Name) and node.id in self.integers


def _inline_source(function: Callable[..., object]) -> str:
    """Source of an elementary function as an inline function of a module, literals cast."""
    tree = ast.parse(ast.unparse(syntax_tree(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    literals = _Literals()
    tree.body = [literals.visit(statement) for statement in body_of(tree)]
    return f"@inline\n{ast.unparse(ast.fix_missing_locations(tree))}\n"


@functools.cache
def _library() -> dict[str, str]:
    return {name: _inline_source(function) for name, function in mathematics_functions().items()}


def _called(source: str) -> list[str]:
    """Names of all plain functions that a text calls, in order of first appearance."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return list(dict.fromkeys(call.func.id for call in calls if isinstance(call.func, ast.Name)))


def _used(text: str, library: dict[str, str]) -> list[str]:
    """Library functions that ``text`` needs, those that others need first."""
    order: list[str] = []

    def add(source: str, ignore: str) -> None:
        for name in _called(source):
            if name in library and name != ignore and name not in order:
                add(library[name], name)
                order.append(name)

    add(text, "")
    return order


def shared_source(name: str) -> str:
    """The whole text of a module that plays the game for any flame; ``name`` is its template's file."""
    library = _library()
    functions = [library[used] for used in _used(template(name), library)]
    parts = [template(part) for part in ("prelude.py", "layout.py")]
    return "\n\n".join([*parts, *functions, template("game.py"), template(name)])
