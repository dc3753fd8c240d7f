"""Call functions that numba compiles, on several threads, from machine code that is kept in the ``store``."""

from __future__ import annotations

import functools
import hashlib
import sys
from pathlib import Path
from typing import Any

import numpy as np

from . import linker, requirements, threads

#: numba's settings (``NUMBA_CPU_NAME`` and so on) that decide what it makes of a function.
_SETTINGS = (
    "CPU_NAME", "CPU_FEATURES", "ENABLE_AVX", "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "BOUNDSCHECK",
    "DEBUGINFO_DEFAULT",
)  # fmt: skip
#: The type of an argument of a kernel: numpy's code of the type (a tuple of fields for a record), and the
#: number of dimensions.
Kind = tuple[Any, int]


@functools.cache
def version_of(module: str) -> str:
    """A hash of all source that decides the code of a module's kernels: of its folder, and of this one."""
    folders = {Path(str(sys.modules[module].__file__)).parent, Path(__file__).parent}
    texts = [path.read_bytes() for folder in sorted(folders) for path in sorted(folder.rglob("*.py"))]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


@functools.cache
def entry_of(function: Any, kinds: tuple[Kind, ...]) -> int:
    """Where in memory the C function lies that calls a kernel's function: (number, words) -> status.

    The words say where the arguments are, see `run`; the status is 0.
    """
    import numba

    from .numba_internals import entry_text

    own = function.py_func
    name = f"{own.__module__.rpartition('.')[2]}.{own.__qualname__}"
    settings = [getattr(numba.config, setting, None) for setting in _SETTINGS]
    parts = (numba.__version__, sys.version, version_of(own.__module__), name, settings, kinds)
    text = "\n".join(map(str, parts))

    def write(name: str) -> str:
        try:
            return entry_text(function, kinds, name)
        except Exception as error:
            raise requirements.failure() or error from error

    return linker.address_of("kernel", text, write, finished=True)


def run(function: Any, tasks: int, threads_wanted: int | None, *arguments: Any) -> None:
    """Call ``function(n, *arguments)`` for each n below ``tasks``, in any order.

    Parameters
    ----------
    function
        Made by ``numba_internals.compiled``; it returns nothing.
    threads_wanted
        How many threads, all by default.
    arguments
        Arrays without gaps, of numbers or records; numpy scalars, whole numbers and floats.

    Raises
    ------
    RuntimeError
        If the function raised an error.
    """
    kinds: list[Kind] = []
    words: list[int] = []
    for argument in arguments:
        array = np.asarray(argument)
        kinds.append((tuple(array.dtype.descr) if array.dtype.names else array.dtype.str[1:], array.ndim))
        if array.ndim:
            if not array.flags.c_contiguous:
                raise ValueError("an argument of a kernel has gaps")
            words += (array.ctypes.data, *array.shape)
        elif array.dtype.kind == "f":
            words.append(int(array.astype(np.float64).view(np.uint64)))
        elif array.dtype.kind in "iu":
            words.append(int(array) % 2**64)
        else:
            raise TypeError(f"an argument of a kernel is a {array.dtype}")
    entry = entry_of(function, tuple(kinds))
    if not threads.run_words(entry, tasks, threads_wanted, np.array(words, np.uint64)):
        raise RuntimeError(f"{function.py_func.__name__} failed")
