"""The kernels, compiled or loaded: one for each kind of xform, and modules that all flames share."""

from __future__ import annotations

import functools
import linecache
import sys
from types import ModuleType
from typing import Any

import numpy as np

from ...codegen import linker, store, threads
from ...errors import BloomError
from ..structure import Structure, XformStructure
from ..xforms import APPLY, xform_assembly
from .writing import shared_source, template

#: Combinations of variations in one flame, each of which takes some 30 ms to compile.
MOST_KINDS = 1000


@functools.lru_cache(maxsize=4096)
def xform_loop(structure: XformStructure) -> int:
    """Where in memory the loop of an xform lies, compiled or loaded from the cache as needed.

    Xforms of the same variations share it, also between flames: adding a variation to one xform
    compiles that xform only.
    """
    # Two registers at a time hide how long each operation takes. Final xforms always fill both.
    width = linker.lanes() * (2 if structure.final and linker.lanes() == 16 else 1)
    assembly = xform_assembly(structure, width)
    return linker.address_of("xform", assembly, lambda name: assembly.replace(f"@{APPLY}(", f"@{name}("))


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
    return load_module(shared_source("cloud.py"), "cloud")


@functools.lru_cache(maxsize=1)
def histogram_kernel() -> ModuleType:
    """The module that fills the histogram of any flame."""
    return load_module(shared_source("histogram.py"), "histogram")


@functools.lru_cache(maxsize=1)
def develop_kernel() -> ModuleType:
    """The module that spreads the light of a histogram."""
    return load_module("\n\n".join(map(template, ("prelude.py", "develop.py"))), "develop")


@functools.lru_cache(maxsize=1)
def occlusion_kernel() -> ModuleType:
    """The module that draws what stands in front of a flame."""
    return load_module("\n\n".join(map(template, ("prelude.py", "occlusion.py"))), "occlusion")


@functools.lru_cache(maxsize=1)
def voxel_kernel() -> ModuleType:
    """The module that smooths a volume."""
    return load_module("\n\n".join(map(template, ("prelude.py", "voxels.py"))), "voxels")


def load_module(source: str, label: str) -> ModuleType:
    """A module from its text, whose functions numba compiles when one of them is asked for.

    Its name tells all that decides it, see `entry_of`.
    """
    module = ModuleType(store.name_of(label, source))
    file = f"<{module.__name__}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for tracebacks
    exec(compile(source, file, "exec"), module.__dict__)
    return module


#: The type of an argument of a kernel: a letter code of numpy and the number of dimensions.
Kind = tuple[str, int]


@functools.cache
def entry_of(function: Any, kinds: tuple[Kind, ...]) -> int:
    """Where in memory the C function lies that calls a kernel's function: (number, words) -> status.

    The words say where the arguments are, see `tasks.run`; the status is 0.
    """
    import numba

    given, word = [], 0
    for code, dimensions in kinds:
        if dimensions:
            shape = ", ".join(f"np.int64(words[{word + 1 + axis}])" for axis in range(dimensions))
            given.append(f"array_at(words[{word}], np.{np.dtype(code)}(0), ({shape},))")
        elif np.dtype(code).kind == "f":
            given.append(f"np.{np.dtype(code)}(float_of(words[{word}]))")
        else:
            given.append(f"np.{'bool_' if code == 'b1' else np.dtype(code)}(words[{word}])")
        word += 1 + dimensions
    lines = [
        template("prelude.py"),
        f"# {function.py_func.__module__} {function.py_func.__qualname__}",
        "@compiled",
        "def entry(number, memory):",
        f"    words = array_at(memory, np.uint64(0), ({max(word, 1)},))",
        f"    function(number, {', '.join(given)})",
    ]
    source = "\n".join(lines)

    def write(name: str) -> str:
        module = load_module(source, "entry")
        module.function = function  # type: ignore[attr-defined]
        module.entry.compile((numba.int64, numba.uint64))
        ((signature, text),) = module.entry.inspect_llvm().items()
        symbol = module.entry.overloads[signature].fndesc.mangled_name
        return text.replace(f"@{symbol}(", f"@{name}(")

    return linker.address_of("kernel", f"{numba.__version__} {sys.version}\n{source}", write, finished=True)


def run(function: Any, tasks: int, threads_wanted: int | None, *arguments: Any) -> None:
    """Call ``function(n, *arguments)`` of a kernel module for each n below ``tasks``, in any order.

    Parameters
    ----------
    function
        Of a module of `load_module`; it returns nothing.
    threads_wanted
        How many threads, all by default.
    arguments
        Arrays without gaps, numpy scalars, whole numbers and floats.
    """
    kinds: list[Kind] = []
    words: list[int] = []
    for argument in arguments:
        array = np.asarray(argument)
        kinds.append((array.dtype.str[1:], array.ndim))
        if array.ndim:
            if not array.flags.c_contiguous:
                raise ValueError("an argument of a kernel has gaps")
            words += (array.ctypes.data, *array.shape)
        elif array.dtype.kind == "f":
            words.append(int(array.astype(np.float64).view(np.uint64)))
        else:
            words.append(int(array) % 2**64)
    entry = entry_of(function, tuple(kinds))
    if not threads.run_words(entry, tasks, threads_wanted, np.array(words, np.uint64)):
        raise RuntimeError(f"{function.py_func.__name__} failed")
