"""The kernels, compiled or loaded: one for each kind of xform, and modules that all flames share."""

from __future__ import annotations

import functools
import linecache
import pickle
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import BloomError
from . import machine, store
from .structure import Structure, XformStructure
from .writing import shared_source, template
from .xforms import APPLY, xform_assembly

#: Combinations of variations in one flame, each of which takes some 30 ms to compile.
MOST_KINDS = 1000


@functools.lru_cache(maxsize=4096)
def xform_loop(structure: XformStructure) -> int:
    """Where in memory the loop of an xform lies, compiled or loaded from the cache as needed.

    Xforms of the same variations share it, also between flames: adding a variation to one xform
    compiles that xform only.
    """
    # Two registers at a time hide how long each operation takes. Final xforms always fill both.
    width = machine.lanes() * (2 if structure.final and machine.lanes() == 16 else 1)
    return machine.address_of(xform_assembly(structure, width), APPLY, "xform")


def game_of(structure: Structure) -> np.ndarray:
    """Addresses of the loops of all xforms and final xforms, uint64.

    Raises
    ------
    BloomError
        If there is so much to compile that it would take minutes.
    """
    kinds = len(set(structure.parts))
    if kinds > MOST_KINDS:
        raise BloomError(
            f"The flame has {kinds} xforms of different variations: use at most {MOST_KINDS} combinations."
        )
    return np.array([xform_loop(part) for part in structure.parts], np.uint64)


@functools.lru_cache(maxsize=1)
def cloud_kernel() -> ModuleType:
    """The module that makes point clouds of any flame."""
    return load_module(shared_source("cloud_kernels.py"), "cloud")


@functools.lru_cache(maxsize=1)
def histogram_kernel() -> ModuleType:
    """The module that fills the histogram of any flame."""
    return load_module(shared_source("histogram_kernels.py"), "histogram")


@functools.lru_cache(maxsize=1)
def develop_kernel() -> ModuleType:
    """The module that spreads the light of a histogram."""
    return load_module("\n\n".join(map(template, ("prelude.py", "develop_kernels.py"))), "develop")


@functools.lru_cache(maxsize=1)
def occlusion_kernel() -> ModuleType:
    """The module that draws what stands in front of a flame."""
    return load_module("\n\n".join(map(template, ("prelude.py", "occlusion_kernels.py"))), "occlusion")


@functools.lru_cache(maxsize=1)
def voxel_kernel() -> ModuleType:
    """The module that smooths a volume."""
    return load_module("\n\n".join(map(template, ("prelude.py", "voxel_kernels.py"))), "voxels")


def load_module(source: str, label: str) -> ModuleType:
    """A module from its text, whose functions are compiled by numba and kept in the ``store``.

    Its name tells all that decides it: numba keeps the name of a function's module with its code, and the
    same files run as ``bloom_blender`` and inside an extension.
    """
    name = f"{__name__}.{store.name_of(label, source)}"
    if name not in sys.modules:
        module = ModuleType(name)
        file = f"<{name}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for tracebacks
        module.__dict__["kept"] = kept
        exec(compile(source, file, "exec"), module.__dict__)
        sys.modules[name] = module
    return sys.modules[name]


def kept(dispatcher: Any) -> Any:
    """A function of numba whose machine code is kept in the ``store``.

    numba's own cache needs a source file in a writable folder, and fails where one of its files is damaged.
    """
    dispatcher._cache = _Cache(dispatcher.__wrapped__)
    return dispatcher


class _Cache:
    """What a dispatcher of numba asks for machine code before it compiles, and gives it afterwards."""

    cache_path = ""

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function

    def _name(self, signature: Any, codegen: Any) -> str:
        import numba

        function = self._function
        parts = (function.__module__, function.__qualname__, function.__code__.co_firstlineno)
        versions = (numba.__version__, sys.version, codegen.magic_tuple())
        return store.name_of(function.__name__, *parts, signature, *versions)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """The compiled function for a signature, None where there is none."""
        from numba.core.compiler import CompileResult

        context.refresh()
        data = store.read(self._name(signature, context.codegen()))
        return None if data is None else CompileResult._rebuild(context, *pickle.loads(data))

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keep a compiled function."""
        from numba.core.serialize import dumps

        store.write(self._name(signature, result.codegen), dumps(result._reduce()))
