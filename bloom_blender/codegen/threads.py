"""Run a kernel for many numbers at once, on as many threads as are asked for.

numba compiles a parallel loop several times over, with all that it calls, for seconds. Here one loop of our
own, in LLVM's assembly, serves all kernels: numba's threads call it once each, and it calls the kernel for
the next number until there is none left, so that a thread that is done early helps the others.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

import numpy as np

from . import linker

#: The loop. A job is {next number, how many, function, words, worst status}; the function's first two
#: arguments are where numba's calling convention puts results and exceptions.
LOOP = """
define void @drain(ptr %arguments, ptr %lengths, ptr %steps, ptr %job) {
entry:
  %result = alloca ptr
  %raised = alloca ptr
  %tasks.at = getelementptr i64, ptr %job, i64 1
  %function.at = getelementptr i64, ptr %job, i64 2
  %words.at = getelementptr i64, ptr %job, i64 3
  %failed.at = getelementptr i64, ptr %job, i64 4
  %tasks = load i64, ptr %tasks.at
  %function = load ptr, ptr %function.at
  %words = load i64, ptr %words.at
  br label %next
next:
  %number = atomicrmw add ptr %job, i64 1 monotonic
  %more = icmp slt i64 %number, %tasks
  br i1 %more, label %call, label %done
call:
  %status = call i32 %function(ptr %result, ptr %raised, i64 %number, i64 %words)
  %wide = zext i32 %status to i64
  %before = atomicrmw or ptr %failed.at, i64 %wide monotonic
  br label %next
done:
  ret void
}
"""


def threads_of(wanted: int | None) -> int:
    """How many threads there are for a wish; all for None."""
    import numba

    available = numba.config.NUMBA_NUM_THREADS
    return max(1, min(wanted or available, available))


def run_words(function: int, tasks: int, threads: int | None, words: np.ndarray) -> bool:
    """Call a C function ``(number, words) -> status`` for each number below ``tasks``, in any order.

    Parameters
    ----------
    function
        Its address.
    threads
        All that there are by default.
    words
        uint64, what the function gets the address of.

    Returns
    -------
    Whether all calls returned the status 0.
    """
    job = np.array([0, tasks, function, words.ctypes.data, 0], np.uint64)
    together = min(threads_of(threads), tasks)
    if together > 1:
        _on_threads(job, together)
    elif tasks:
        _loop()(None, None, None, job.ctypes.data)
    return not job[-1]


def _on_threads(job: np.ndarray, threads: int) -> None:
    """Let so many threads drain a job."""
    import numba
    from llvmlite import binding

    numba.set_num_threads(threads)  # which also starts them
    # numba's own parallel loops call this function, of whichever threading layer is in use. The interpreter's
    # lock is held meanwhile: one of the layers must not be entered twice.
    pointers, sizes = [ctypes.c_void_p] * 5, [ctypes.c_ssize_t] * 3
    parallel_for = ctypes.PYFUNCTYPE(None, *pointers, *sizes)(binding.address_of_symbol("numba_parallel_for"))
    # One array that no one reads: a number for each thread.
    unused, places = np.zeros(threads, np.int64), np.zeros(1, np.uint64)
    places[0] = unused.ctypes.data
    lengths, steps = np.array([threads, 1], np.int64), np.array([8, 8], np.int64)
    parallel_for(
        ctypes.cast(_loop(), ctypes.c_void_p), places.ctypes.data, lengths.ctypes.data, steps.ctypes.data,
        job.ctypes.data, 1, 1, threads,
    )  # fmt: skip


@functools.cache
def _loop() -> Any:
    address = linker.address_of("loop", LOOP, lambda name: LOOP.replace("@drain(", f"@{name}("))
    return ctypes.PYFUNCTYPE(None, *[ctypes.c_void_p] * 4)(address)
