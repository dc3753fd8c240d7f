"""Who makes which file, where several processes or machines fill one folder.

Whoever begins a file puts a mark beside it, ``.NAME.claim``, which only one can make, and goes on touching
it. A mark that was not touched for a minute belongs to a process that is gone, and is taken over; so nobody
has to clean up by hand. Ages are compared by the clock of the folder's own file system. Of a process of the
same machine it is known at once that it is gone, if both see the same process numbers: containers do not.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import BloomError
from ...files import process_space

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
        mine = _make(mark) or (_take_away(mark) and _make(mark))
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
    return path.with_name(f".{_key(os.getpid())}-{path.name}")


def tidy(folder: Path, process: int) -> None:
    """Remove what a process of this machine that was ended left in a folder: marks and unfinished files."""
    for path in folder.glob(f".{_key(process)}-*"):
        path.unlink(missing_ok=True)
    for mark in folder.glob(".*.claim"):
        if _text(mark) == _owner(process):
            mark.unlink(missing_ok=True)


def _mark(path: Path) -> Path:
    return path.with_name(f".{path.name}.claim")


def _owner(process: int) -> str:
    return f"{process_space()} {process}"


def _key(process: int) -> str:
    """A process in a file's name: process numbers alone repeat on other machines."""
    return f"{process}-{hashlib.sha256(process_space().encode()).hexdigest()[:8]}"


def _text(mark: Path) -> str:
    try:
        return mark.read_text(encoding="utf-8")
    except OSError:
        return ""


def _make(mark: Path) -> bool:
    """Make a mark that says whose it is; False where there is one.

    It gets its name when it is written: an empty one, of a process that was killed in between, would tell
    nobody that its owner has ended.
    """
    if mark.exists():
        return False
    written = mark.with_name(f".{_key(os.getpid())}-mark")
    try:
        written.write_text(_owner(os.getpid()), encoding="utf-8")
        os.link(written, mark)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        return _make_in_place(mark)
    finally:
        written.unlink(missing_ok=True)
    return True


def _make_in_place(mark: Path) -> bool:
    try:
        with open(mark, "x", encoding="utf-8") as file:
            file.write(_owner(os.getpid()))
    except FileExistsError:
        return False
    return True


def _take_away(mark: Path) -> bool:
    """Remove a mark under which nobody works any more; of several processes that try, one can."""
    try:
        seen = mark.stat()
        if not (_has_ended(_text(mark)) or _age(mark, seen) > STALE):
            return False
        away = mark.with_name(f"{mark.name}-{_key(os.getpid())}")
        os.rename(mark, away)
        try:
            found = away.stat()
            if (found.st_ino, found.st_mtime_ns) == (seen.st_ino, seen.st_mtime_ns):
                return True
            _put_back(away, mark)  # another process was quicker, and this is its new mark
            return False
        finally:
            away.unlink(missing_ok=True)
    except FileNotFoundError:  # its owner has just finished, or another process was quicker
        return False


def _put_back(away: Path, mark: Path) -> None:
    try:
        os.link(away, mark)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        os.replace(away, mark)


def _has_ended(owner: str) -> bool:
    """Whether it is known that the owner of a mark has ended."""
    place, _, process = owner.rpartition(" ")
    # On Windows such a question would interrupt the process.
    if os.name != "posix" or place != process_space() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        pass
    return False


def _age(mark: Path, seen: os.stat_result) -> float:
    """Seconds since a mark was touched, by the clock of its file system."""
    with tempfile.NamedTemporaryFile(dir=mark.parent, prefix=".now-") as now:
        return os.stat(now.name).st_mtime - seen.st_mtime


def _touch(mark: Path, ended: threading.Event) -> None:
    while not ended.wait(BEAT):
        try:
            os.utime(mark)
        except OSError:
            return
