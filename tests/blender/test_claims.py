"""Marks by which processes that fill one folder leave each other's files alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bloom_blender.scene.work import claims
from tests.support import REPOSITORY

PROCESSES, FILES = 8, 60

# Makes each file of a folder under a claim, and notes each one that it has made.
WORKER = """
import os, sys, time
from pathlib import Path
from bloom_blender.scene.work import claims
folder, pause = Path(sys.argv[1]), float(sys.argv[2])
for number in range(int(sys.argv[3])):
    path = folder / f"{number:03}"
    with claims.claim(path) as mine:
        if mine and not path.exists():
            part = claims.part(path)
            part.write_text("half")
            time.sleep(pause)
            part.write_text("whole")
            os.replace(part, path)
            with open(folder / "made", "a") as made:
                made.write(f"{number}\\n")
"""


def start(folder: Path, pause: float, files: int, *prefix: str) -> subprocess.Popen:
    command = [*prefix, sys.executable, "-c", WORKER, str(folder), str(pause), str(files)]
    return subprocess.Popen(command, cwd=REPOSITORY, start_new_session=True)


def made(folder: Path) -> list[int]:
    return sorted(map(int, (folder / "made").read_text().split()))


def test_each_file_is_made_once(tmp_path):
    workers = [start(tmp_path, 0.002, FILES) for _ in range(PROCESSES)]
    assert [worker.wait(60) for worker in workers] == [0] * PROCESSES
    assert made(tmp_path) == list(range(FILES))
    assert sorted(os.listdir(tmp_path)) == [*(f"{number:03}" for number in range(FILES)), "made"]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere only the age of a mark tells")
def test_files_of_killed_processes_are_made_by_others(tmp_path):
    """Half of the processes are killed at work; nothing is missing or torn."""
    victims = [start(tmp_path, 0.05, FILES) for _ in range(4)]
    others = [start(tmp_path, 0.002, FILES) for _ in range(2)]
    for victim in victims:
        time.sleep(0.1)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    assert [other.wait(60) for other in others] == [0, 0]
    last = start(tmp_path, 0.0, FILES)  # the same command again
    assert last.wait(60) == 0
    assert {(tmp_path / f"{number:03}").read_text() for number in range(FILES)} == {"whole"}
    assert not list(tmp_path.glob(".*.claim*"))


def namespaces() -> bool:
    """Whether this machine lets us give a process numbers of its own, as containers do."""
    try:
        return subprocess.run(["unshare", "-pf", "true"], capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not namespaces(), reason="no permission for PID namespaces (unshare -pf)")
def test_containers_leave_each_other_their_files(tmp_path):
    # In the second one the process has a number that nobody has in the first one.
    shell = ("unshare", "-pf", "sh", "-c", 'for i in $0; do true & done; "$@"; exit $?')
    workers = [start(tmp_path, 0.01, 20, *shell, before) for before in ("1", "1 2 3 4 5 6 7 8")]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert made(tmp_path) == list(range(20))


def test_a_mark_that_another_process_has_just_renewed_stays(tmp_path, monkeypatch):
    """Two processes find a stale mark; the slower one must not take the quicker one's new mark."""
    mark = claims._mark(tmp_path / "a")
    mark.write_text("another-machine 1")
    old = time.time() - 2 * claims.STALE
    os.utime(mark, (old, old))
    rename = os.rename

    def slower(source, target):
        mark.unlink()
        mark.write_text("the-quicker-machine 2")
        rename(source, target)

    monkeypatch.setattr(os, "rename", slower)
    with claims.claim(tmp_path / "a") as mine:
        assert not mine
    assert mark.read_text() == "the-quicker-machine 2"


def test_marks_work_on_file_systems_without_links(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with claims.claim(tmp_path / "a") as mine, claims.claim(tmp_path / "a") as again:
        assert (mine, again) == (True, False)
        (mark,) = tmp_path.iterdir()
        assert not claims._has_ended(mark.read_text())
    assert not list(tmp_path.iterdir())
