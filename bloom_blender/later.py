"""Packages whose modules are loaded at first use, because Blender loads the packages whenever it starts."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def later(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package for names that are not imported yet.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    modules : mapping of str to str
        From each name to the module of the package that defines it. The two must differ: once a module is
        loaded, its own name in the package means the module.
    """

    def find(name: str) -> Any:
        if name in modules:
            return getattr(importlib.import_module(f".{modules[name]}", package), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find
