"""Where compiled code is kept between processes.

Every entry is one file, named by a hash of all that decides what is in it, so nothing stale is ever read and
an upgrade simply uses other names. Files appear as a whole or not at all, and begin with a hash of the rest,
so that a damaged one is noticed and rebuilt. Where nothing can be written, every process compiles again.

What is read here runs as machine code. So it comes only from a folder that nobody but this user and the
administrator can put files into or exchange for another, up to the root (`is_private`), and from files of
this user.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import stat
import tempfile
from pathlib import Path

#: Files that are kept; beyond, those go that were used least recently. A file has some 5 to 500 KB.
KEPT = 2000
_SUFFIX = ".kernel"
_SUM = hashlib.sha256().digest_size
_folder: Path | None = None


def set_cache_folder(folder: str | Path) -> None:
    """Keep kernels in ``folder`` from now on (inside Blender: the extension's user folder)."""
    global _folder
    _folder = Path(folder)


def cache_folder() -> Path | None:
    """Where kernels are kept: ``$BLOOM_CACHE_DIR``, what was set, the user's cache folder, a temporary one.

    The first that is private and can be written to; None if there is none.
    """
    return _usable(os.environ.get("BLOOM_CACHE_DIR"), _folder)


@functools.lru_cache(maxsize=16)
def _usable(environment: str | None, chosen: Path | None) -> Path | None:
    for candidate in (environment, chosen, _user_cache(), _temporary()):
        if candidate:
            folder = Path(candidate) / "kernels"
            with contextlib.suppress(OSError):
                _make(folder)
                if is_private(folder):
                    folder = folder.resolve()  # a link on the way there may change later
                    with tempfile.TemporaryFile(dir=folder):
                        return folder
    return None


def _make(folder: Path) -> None:
    """Make a folder and its parents, for this user alone."""
    for place in (*reversed(folder.parents), folder):
        if not place.exists():
            place.mkdir(mode=0o700, exist_ok=True)


def is_private(folder: Path) -> bool:
    """Whether nobody but this user and the administrator can put files into a folder, or exchange it.

    The folder is this user's and no link; all its parents belong to this user or the administrator.
    Others may write to none of them, but to those where nobody can move what is another's, such as ``/tmp``.
    On Windows a user's folders are private by the system's own rules, and this is not looked at.
    """
    if os.name != "posix":
        return True
    try:
        if folder.is_symlink():
            return False
        real = folder.resolve(strict=True)
        trusted = {os.geteuid(), 0, os.stat("/").st_uid}
        for place in (real, *real.parents):
            state = place.lstat()
            shared = place != real and state.st_mode & stat.S_ISVTX
            if state.st_uid not in trusted or (_is_open(state) and not shared):
                return False
        return stat.S_ISDIR(real.lstat().st_mode) and real.lstat().st_uid == os.geteuid()
    except OSError:
        return False


def _is_open(state: os.stat_result) -> bool:
    """Whether others may write: everybody, or a group that is not this user's own."""
    if state.st_mode & stat.S_IWOTH:
        return True
    return bool(state.st_mode & stat.S_IWGRP) and not _is_own_group(state.st_gid)


def _is_own_group(number: int) -> bool:
    """Whether a group has this user alone in it: many Linux systems give each user one of the same name."""
    import grp
    import pwd

    try:
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(number)
    except KeyError:
        return False
    return user.pw_gid == number and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def _user_cache() -> str | None:
    try:
        from platformdirs import user_cache_dir
    except ImportError:
        return None
    return user_cache_dir("bloom", appauthor=False)


def _temporary() -> Path:
    """A folder for temporary files of this user."""
    return Path(tempfile.gettempdir()) / f"bloom-{getattr(os, 'getuid', lambda: 'user')()}"


def name_of(label: str, *parts: object) -> str:
    """A name for what all ``parts`` together decide."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
    return f"{label}_{digest[:32]}"


def read(name: str) -> bytes | None:
    """What is kept under a name; None if that is nothing, or damaged."""
    folder = cache_folder()
    if folder is None:
        return None
    path = folder / f"{name}{_SUFFIX}"
    try:
        data = _read_own(path)
    except OSError:
        return None
    if hashlib.sha256(data[_SUM:]).digest() != data[:_SUM]:
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # it was used
    return data[_SUM:]


def _read_own(path: Path) -> bytes:
    """The bytes of a file of this user; OSError for any other file, and for a link."""
    flags = [getattr(os, flag, 0) for flag in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK")]
    with open(os.open(path, os.O_RDONLY | sum(flags)), "rb") as file:
        state = os.fstat(file.fileno())
        own = os.name != "posix" or (state.st_uid == os.geteuid() and not _is_open(state))
        if not (stat.S_ISREG(state.st_mode) and own):
            raise OSError(f"{path} is not this user's own file")
        return file.read()


def write(name: str, data: bytes) -> None:
    """Keep something under a name."""
    folder = cache_folder()
    if folder is None:
        return
    temporary = None
    try:
        _make(folder)
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(data).digest() + data)
        os.replace(temporary, folder / f"{name}{_SUFFIX}")
    except OSError:  # a full disk, or Windows while another process reads the file
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
    _prune(folder)


def _prune(folder: Path) -> None:
    """Remove what was used least recently where there is too much."""
    dated = []
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            with contextlib.suppress(OSError):  # another process may prune as well
                if entry.name.endswith(_SUFFIX):
                    dated.append((entry.stat().st_mtime, entry.path))
    if len(dated) > KEPT:
        for _, path in sorted(dated)[: len(dated) - KEPT * 3 // 4]:
            with contextlib.suppress(OSError):
                os.unlink(path)
