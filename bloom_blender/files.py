"""Opening input files and writing output files, in one place for every reader and writer.

`open_regular` and `read_regular` open what a user names: regular files only, so that a pipe without a writer
or a device without an end cannot stop the program. `replace_file` writes: to a temporary file of its own, to
the disk, then renamed to the final name, so that a file is there whole or not at all, also where two
processes write the same one.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .errors import BloomError

AnyPath = str | os.PathLike[str]

MOST_UNPACKED = 100  # times the packed size: text packs 3 to 20 times, a bomb 1000 times
ALWAYS_UNPACKED = 4_000_000  # bytes that any packed file may have

_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


# --------------------------------------------------------------------------------------- reading


def open_regular(path: AnyPath, *, advice: str = "choose another file") -> BinaryIO:
    """Open a regular file for reading, without waiting.

    Parameters
    ----------
    path
        A link to a regular file counts as one.
    advice
        Ends the error messages: what the user can do.

    Returns
    -------
    A buffered binary file, for a ``with`` statement. ``os.fstat(file.fileno())`` has its size.

    Raises
    ------
    BloomError
        Where there is no such file, where it cannot be opened, and where it is a folder, a pipe, a device or
        a socket.
    """
    name = _name(path)
    try:
        _check_regular(os.stat(path), name, advice)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            # Between the two calls the name may have been given to something else.
            _check_regular(os.fstat(descriptor), name, advice)
            return open(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise
    except OSError as error:
        raise BloomError(f"{name} cannot be read ({_reason(error)}): {advice}.") from None
    except ValueError as error:
        if isinstance(error, BloomError):
            raise
        raise BloomError(f"{str(path)!r} is not a path: {advice}.") from None  # it has a zero byte


def read_regular(path: AnyPath, limit: int, *, advice: str = "choose another file") -> bytes:
    """The bytes of a regular file of `limit` bytes or fewer; otherwise BloomError, see `open_regular`."""
    name = _name(path)
    with open_regular(path, advice=advice) as file:
        try:
            size = os.fstat(file.fileno()).st_size
            data = file.read(limit + 1) if size <= limit else b""
        except OSError as error:
            raise BloomError(f"{name} cannot be read ({_reason(error)}): {advice}.") from None
    if max(size, len(data)) > limit:
        raise BloomError(f"{name} has {_in_words(max(size, len(data)))}: give {_in_words(limit)} or fewer.")
    return data


def most_unpacked(size: int) -> int:
    """How many bytes a packed file of `size` bytes may unpack to; no honest one has more."""
    return max(ALWAYS_UNPACKED, MOST_UNPACKED * size)


# --------------------------------------------------------------------------------------- writing


def check_target(path: AnyPath) -> None:
    """BloomError if `path` names something that no file can replace: a folder, a pipe, a device, a socket.

    For callers that compute long before they write.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unwritable(path, error) from None
    except ValueError:
        raise BloomError(f"{str(path)!r} is not a path: choose another name.") from None
    if stat.S_ISDIR(mode):
        raise BloomError(f"{path} is a folder: name a file in it.")
    if not stat.S_ISREG(mode):
        raise BloomError(f"{path} is {_kind(mode)}, which a file would replace: choose another name.")


@contextmanager
def replace_file(path: AnyPath) -> Iterator[Path]:
    """Write a file whole or not at all.

    The value is the path of an empty temporary file in the same folder, with the same ending and a name that
    no other writer has. Write to it and close it. At the end of the block it is flushed to the disk and takes
    the final name; after an exception it is removed, and an older file remains as it was. A link stays a
    link, and an older file hands on its permissions.

    Raises
    ------
    BloomError
        If the file cannot be written, also for an OSError within the block, and if `path` is a folder, a
        pipe, a device or a socket.
    """
    check_target(path)
    target = Path(os.path.realpath(path))
    if target.parent not in _tidied:
        _tidied.add(target.parent)
        remove_leftovers(target)
    try:
        temporary = _new_file(target)
        try:
            yield temporary
            _sync_file(temporary)
            _keep_permissions(target, temporary)
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise _unwritable(path, error) from None


def remove_leftovers(path: AnyPath) -> None:
    """Remove the temporary files of `replace_file` of killed processes, in the folder of `path`.

    Only those of this machine since it was started, and of this container: elsewhere the same process number
    may be at work in a shared folder. `replace_file` does this once for each folder.
    """
    folder = os.path.dirname(os.path.realpath(path))
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        match = _TEMPORARY.fullmatch(name)
        if match and match[2] == _space_key() and not _may_run(int(match[1])):
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))


_TEMPORARY = re.compile(r"\.(\d{1,10})-([0-9a-f]{8})[0-9a-f]{12}(?:\.\w{1,15})?", re.A)
_tidied: set[Path] = set()
"""Folders in which this process has looked for leftovers."""


@functools.cache
def process_space() -> str:
    """Where process numbers mean the same: one machine since it was started, and one container on it."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:  # no Linux
        import socket  # at first use, for a quick start

        return socket.gethostname()


def _space_key() -> str:
    return hashlib.sha256(process_space().encode()).hexdigest()[:8]


def _may_run(process: int) -> bool:
    """Whether a process may still be there; always where that cannot be asked without harm (Windows)."""
    if os.name != "posix" or process == os.getpid():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _new_file(target: Path) -> Path:
    """An empty file next to `target` under a name that was free."""
    # Short, since the final name may be as long as the system allows.
    temporary = target.with_name(f".{os.getpid()}-{_space_key()}{secrets.token_hex(6)}{target.suffix[:16]}")
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return temporary


def _keep_permissions(target: Path, temporary: Path) -> None:
    """Give the new file the permissions of the older one, if there is one."""
    try:
        os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode))
    except FileNotFoundError:
        pass


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable, where the system can (not on Windows)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return  # a folder that may be written to and not be listed
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some network file systems cannot; the file itself is on the disk
    finally:
        os.close(descriptor)


# --------------------------------------------------------------------------------------- wording


def _name(path: AnyPath) -> str:
    return os.path.basename(os.fspath(path)) or str(path)


def _kind(mode: int) -> str:
    return next((words for test, words in _KINDS if test(mode)), "not a regular file")


def _check_regular(state: os.stat_result, name: str, advice: str) -> None:
    if stat.S_ISDIR(state.st_mode):
        raise BloomError(f"{name} is a folder: choose a file in it.")
    if not stat.S_ISREG(state.st_mode):
        raise BloomError(f"{name} is {_kind(state.st_mode)}, not a file: {advice}.")


def _in_words(size: int) -> str:
    """A number of bytes for people; exact below 10 MB, where a rounded size could equal the limit."""
    megabyte = 1 << 20
    return f"{size:,} bytes" if size < 10 * megabyte or size % megabyte else f"{size // megabyte:,} MB"


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _unwritable(path: AnyPath, error: OSError) -> BloomError:
    return BloomError(
        f"{path} cannot be written ({_reason(error)}): check the folder, its permissions and the free space."
    )
