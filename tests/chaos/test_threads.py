"""The pool of threads: one job at a time, and clean at forks, interrupts and the end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from bloom_blender.codegen import kernels, threads
from tests.chaos import some_kernels
from tests.support import REPOSITORY


def counted(threads_wanted: int | None = 2, tasks: int = 300) -> list[int]:
    counts = np.zeros(tasks, np.int64)
    kernels.run(some_kernels.count, tasks, threads_wanted, counts)
    return counts.tolist()


def test_threads_stay_for_the_next_job(monkeypatch):
    monkeypatch.setattr(threads, "threads_of", lambda wanted: wanted)
    threads.stop()
    for _ in range(5):
        assert counted(3) == [1] * 300
    own = [thread for thread in threading.enumerate() if thread.name.startswith("bloom-")]
    assert len(own) == 2
    threads.stop()
    assert not any(thread.is_alive() for thread in own)
    assert counted(3) == [1] * 300  # they come back


def test_many_callers_have_one_job_at_a_time(monkeypatch):
    """Jobs of several threads of Python overlap in no moment."""
    monkeypatch.setattr(threads, "threads_of", lambda wanted: wanted)
    inside, most = [], []

    def watched(job):
        inside.append(job)
        most.append(len(set(inside)))
        drain(job)
        inside.remove(job)

    drain = threads._loop()
    monkeypatch.setattr(threads, "_loop", lambda: watched)
    results = []
    callers = [threading.Thread(target=lambda: results.append(counted(3))) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert results == [[1] * 300] * 6
    assert max(most) == 1 and len(most) == 18
    threads.stop()


def test_no_thread_can_be_started(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "threads_of", lambda wanted: wanted)
    threads.stop()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert counted(4) == [1] * 300


SCRIPT = """
import os, signal, sys, threading, time
import numpy as np
from bloom_blender.codegen import kernels, threads
from tests.chaos import some_kernels
threads.threads_of = lambda wanted: wanted
def counted(wanted, tasks=300):
    counts = np.zeros(tasks, np.int64)
    kernels.run(some_kernels.count, tasks, wanted, counts)
    return counts.sum() == tasks
assert counted(3)
"""


def process(code: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT + code], env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | more,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_has_threads_of_its_own():
    code = (
        "child = os.fork()\n"
        "if child == 0: os._exit(0 if counted(3) and threading.active_count() == 3 else 1)\n"
        "print(os.waitpid(child, 0)[1], counted(3))\n"
    )
    done = process(code, PYTHONWARNINGS="ignore")
    assert done.stdout.split() == ["0", "True"], done.stderr


def test_the_end_of_the_interpreter_is_clean():
    """Also with a job in its last moments, from an exit handler that was registered earlier."""
    code = "import atexit\natexit.register(lambda: print(counted(3)))\nprint('end')\n"
    done = process(code)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["end", "True"], "")


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_an_interrupt_waits_for_the_threads():
    """Arrays of a job must live until the last thread leaves it."""
    code = (
        "def interrupt():\n"
        "    time.sleep(0.05); os.kill(os.getpid(), signal.SIGINT)\n"
        "for turn in range(4):\n"
        "    threading.Thread(target=interrupt).start()\n"
        "    try:\n"
        "        while True: assert counted(3, 20000)\n"
        "    except KeyboardInterrupt: pass\n"
        "    assert all(helper.finished is helper.wanted for helper in threads._pool._helpers)\n"
        "print(counted(3))\n"
    )
    done = process(code)
    assert done.stdout.split() == ["True"], done.stderr


def test_other_threads_go_on_meanwhile():
    """A job holds no lock of the interpreter."""
    beats = []
    stop = threading.Event()

    def beat():
        while not stop.is_set():
            beats.append(1)
            stop.wait(0.001)

    heart = threading.Thread(target=beat)
    heart.start()
    seen = len(beats)
    seconds = np.full(2, 40_000_000, np.int64)
    kernels.run(some_kernels.idle, 2, 1, seconds, np.zeros(2))
    during = len(beats) - seen
    stop.set()
    heart.join()
    assert during > 1
