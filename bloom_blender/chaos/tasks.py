"""Run a kernel for many numbers at once, on as many threads as are asked for.

numba compiles a parallel loop several times over, with all that it calls, for seconds. Here one loop is
compiled for all kernels: it calls a C function, by address, with the task's number and with words that say
where the arguments are. That function's text is written from the types of the arguments.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .compiling import load_module
from .writing import template

Kind = tuple[str, int]  # a letter code of numpy and the number of dimensions


def threads_of(wanted: int | None) -> int:
    """How many threads there are for a wish; all for None."""
    import numba

    available = numba.config.NUMBA_NUM_THREADS
    return max(1, min(wanted or available, available))


def run(function: Any, tasks: int, threads: int | None, *arguments: Any) -> None:
    """Call ``function(n, *arguments)`` of a kernel module for each n below ``tasks``, in any order.

    Parameters
    ----------
    function
        Compiled by numba; it returns nothing.
    threads
        All that there are by default.
    arguments
        Arrays without gaps, numpy scalars, whole numbers and floats.
    """
    import numba

    numba.set_num_threads(threads_of(threads))
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
    entry = _entry(function, tuple(kinds))
    _loop().run(np.uint64(entry.address), np.int64(tasks), np.array(words, np.uint64))


@functools.cache
def _loop() -> Any:
    return load_module("\n\n".join(map(template, ("prelude.py", "task_kernels.py"))), "tasks")


@functools.cache
def _entry(function: Any, kinds: tuple[Kind, ...]) -> Any:
    """The C function that takes a task's number and words."""
    given, word = [], 0
    for code, dimensions in kinds:
        if dimensions:
            shape = ", ".join(f"np.int64(words[{word + 1 + axis}])" for axis in range(dimensions))
            given.append(f"numba.carray(place_of(words[{word}], np.{np.dtype(code)}(0)), ({shape},))")
        elif np.dtype(code).kind == "f":
            given.append(f"np.{np.dtype(code)}(float_of(words[{word}]))")
        else:
            given.append(f"np.{'bool_' if code == 'b1' else np.dtype(code)}(words[{word}])")
        word += 1 + dimensions
    lines = [
        template("prelude.py"),
        template("task_kernels.py"),
        f"# {function.py_func.__module__} {function.py_func.__qualname__}",
        "def entry(number, memory):",
        f"    words = numba.carray(memory, ({max(word, 1)},))",
        f"    function(number, {', '.join(given)})",
    ]
    module = load_module("\n".join(lines), "entry")
    module.function = function  # type: ignore[attr-defined]
    return module.c_function(module.entry)
