"""Write the source of the modules that numba compiles once for all flames."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from . import inlining
from .lowering import mathematics_functions

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


@functools.cache
def _library() -> dict[str, str]:
    """Source of each elementary function, as compiled inline functions of a module."""
    functions = mathematics_functions()
    return {name: inlining.function_source(function, "@inline") for name, function in functions.items()}


def _used(text: str, library: dict[str, str]) -> list[str]:
    """Library functions that ``text`` needs, those that others need first."""
    order: list[str] = []

    def add(source: str, ignore: str) -> None:
        for name in inlining.called_names(source):
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
    return "\n\n".join([*parts, *functions, template("game_kernels.py"), template(name)])
