"""Who makes which file, where several processes or machines fill one folder.

Whoever begins a file puts a mark beside it, ``.NAME.claim``, which only one can make, and goes on touching
it. A mark that was not touched for a minute belongs to a process that is gone, and is taken over; so nobody
has to clean up by hand. Ages are compared by the clock of the folder's own file system.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import BloomError

#: Seconds between two touches of a mark, and the age from which it counts as left behind.
BEAT, STALE = 10.0, 60.0


@contextmanager
def claim(path: Path) -> Iterator[bool]:
    """Whether this process may make ``path`` within the context; not where another one is at it.

    Raises
    ------
    BloomError
        If the folder cannot be written to.
    """
    mark = _mark(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mine = _make(mark) or (_is_stale(mark) and _put_away(mark) and _make(mark))
    except OSError as error:
        raise BloomError(f"{path.parent} cannot be written to ({error.strerror}): choose another.") from None
    if not mine:
        yield False
        return
    ended = threading.Event()
    beat = threading.Thread(target=_touch, args=(mark, ended), daemon=True)
    beat.start()
    try:
        yield True
    finally:
        ended.set()
        beat.join()
        mark.unlink(missing_ok=True)


def part(path: Path) -> Path:
    """Where this process writes ``path`` before it has its name: same ending, for that tells the format."""
    return path.with_name(f".{os.getpid()}-{path.name}")


def tidy(folder: Path, process: int) -> None:
    """Remove what a process of this machine that was ended left in a folder: marks and unfinished files."""
    owner = _owner(process)
    for path in folder.glob(f".{process}-*"):
        path.unlink(missing_ok=True)
    for mark in folder.glob(".*.claim"):
        if _text(mark) == owner:
            mark.unlink(missing_ok=True)


def _mark(path: Path) -> Path:
    return path.with_name(f".{path.name}.claim")


def _owner(process: int) -> str:
    return f"{_host()} {process}"


def _host() -> str:
    import socket  # at first use, for a quick start

    return socket.gethostname()


def _text(mark: Path) -> str:
    try:
        return mark.read_text(encoding="utf-8")
    except OSError:
        return ""


def _make(mark: Path) -> bool:
    try:
        with open(mark, "x", encoding="utf-8") as file:
            file.write(_owner(os.getpid()))
    except FileExistsError:
        return False
    return True


def _is_stale(mark: Path) -> bool:
    """Whether nobody works under a mark any more."""
    host, _, process = _text(mark).rpartition(" ")
    # On Windows such a question would interrupt the process.
    if os.name == "posix" and host == _host() and process.isdigit():
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
    try:
        with tempfile.NamedTemporaryFile(dir=mark.parent, prefix=".now-") as now:
            return os.stat(now.name).st_mtime - mark.stat().st_mtime > STALE
    except FileNotFoundError:  # its owner has just finished
        return False


def _put_away(mark: Path) -> bool:
    """Remove a stale mark; of several processes that try, one can."""
    away = mark.with_name(f"{mark.name}-{os.getpid()}")
    try:
        os.rename(mark, away)
    except FileNotFoundError:
        return False
    away.unlink(missing_ok=True)
    return True


def _touch(mark: Path, ended: threading.Event) -> None:
    while not ended.wait(BEAT):
        try:
            os.utime(mark)
        except OSError:
            return
