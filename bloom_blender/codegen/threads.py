"""Run a kernel for many numbers at once, on as many threads as are asked for.

numba compiles a parallel loop several times over, with all that it calls, for seconds. Here one loop of our
own, in LLVM's assembly, serves all kernels: each thread calls it once, and it calls the kernel for the next
number until there is none left, so that a thread that is done early helps the others.

The threads are Python's, and wait in one pool for their next job. They run machine code alone, without the
interpreter's lock, so that other threads of Python go on meanwhile. The pool does one job at a time: who
comes while it works waits for it.
"""

from __future__ import annotations

import atexit
import ctypes
import functools
import os
import queue
import threading
from typing import Any

import numpy as np

from . import linker

#: The loop. A job is {next number, how many, function, words, worst status}.
LOOP = """
define void @drain(ptr %job) {
entry:
  %tasks.at = getelementptr i64, ptr %job, i64 1
  %function.at = getelementptr i64, ptr %job, i64 2
  %words.at = getelementptr i64, ptr %job, i64 3
  %failed.at = getelementptr i64, ptr %job, i64 4
  %tasks = load i64, ptr %tasks.at
  %function = load ptr, ptr %function.at
  %words = load ptr, ptr %words.at
  br label %next
next:
  %number = atomicrmw add ptr %job, i64 1 monotonic
  %more = icmp slt i64 %number, %tasks
  br i1 %more, label %call, label %done
call:
  %status = call i32 %function(i64 %number, ptr %words)
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
    _pool.run(job, min(threads_of(threads), tasks))
    return not job[-1]


def stop() -> None:
    """End the threads that wait. The next job starts new ones."""
    _pool.stop()


class _Helper:
    """A thread that takes part in a job whenever it is woken.

    Attributes
    ----------
    wanted, finished
        The job that it is to take part in, and the last one that it took part in. Waking it once more than
        needed does no harm.
    """

    def __init__(self, number: int, done: queue.SimpleQueue) -> None:
        self.wanted: np.ndarray | None = None
        self.finished: np.ndarray | None = None
        self.stopped = False
        self._wake: queue.SimpleQueue = queue.SimpleQueue()
        self._done = done
        self.thread = threading.Thread(target=self._work, name=f"bloom-{number}", daemon=True)
        self.thread.start()

    def wake(self) -> None:
        self._wake.put(None)

    def _work(self) -> None:
        while True:
            self._wake.get()
            if self.stopped:
                return
            job = self.wanted
            if job is not self.finished and job is not None:
                _loop()(job.ctypes.data)
                self.finished = job
                self._done.put(None)


class _Pool:
    """Threads that wait for jobs; one job at a time has them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: int | None = None  # the thread whose job it is
        self._done: queue.SimpleQueue = queue.SimpleQueue()
        self._helpers: list[_Helper] = []

    def run(self, job: np.ndarray, threads: int) -> None:
        """Do a job on so many threads, the caller included."""
        drain = _loop()
        if self._owner == threading.get_ident():  # a handler of a signal, within a job of this thread
            drain(job.ctypes.data)
            return
        with self._lock:
            self._owner = threading.get_ident()
            helpers = self._some(threads - 1)
            try:
                for helper in helpers:
                    helper.wanted = job
                    helper.wake()
                drain(job.ctypes.data)
            finally:
                self._wait(helpers, job)
                self._owner = None

    def stop(self) -> None:
        """End the threads."""
        if not self._lock.acquire(timeout=5.0):  # a long job; its threads end with the process
            return
        try:
            for helper in self._helpers:
                helper.stopped = True
                helper.wake()
            for helper in self._helpers:
                helper.thread.join()
            self._helpers.clear()
        finally:
            self._lock.release()

    def _some(self, count: int) -> list[_Helper]:
        """That many helpers, or fewer where the system gives no more threads."""
        try:
            while len(self._helpers) < count:
                self._helpers.append(_Helper(len(self._helpers) + 1, self._done))
        except RuntimeError:  # no more threads, or the interpreter is about to end
            pass
        return self._helpers[: max(count, 0)]

    def _wait(self, helpers: list[_Helper], job: np.ndarray) -> None:
        """Return when nobody works at the job any more: its arrays must not go before. Then, interrupts."""
        interrupt: BaseException | None = None
        while True:
            try:
                busy = [helper for helper in helpers if helper.wanted is job and helper.finished is not job]
                if not busy:
                    break
                if interrupt is not None:
                    for helper in busy:  # the interrupt may have come between wanting and waking
                        helper.wake()
                self._done.get()
            except BaseException as error:
                interrupt = error
        if interrupt is not None:
            raise interrupt


_pool = _Pool()
atexit.register(stop)


def _after_fork() -> None:
    """A child process has none of the threads, and nobody's job."""
    global _pool
    _pool = _Pool()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@functools.cache
def _loop() -> Any:
    address = linker.address_of("loop", LOOP, lambda name: LOOP.replace("@drain(", f"@{name}("))
    return ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)
