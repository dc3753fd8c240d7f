"""Where compiled code is kept between processes.

Every entry is one file, named by a hash of all that decides what is in it, so nothing stale is ever read and
an upgrade simply uses other names. Files appear as a whole or not at all, and begin with a hash of the rest,
so that a damaged one is noticed and rebuilt. Where nothing can be written, every process compiles again.
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

    None if nothing can be written anywhere.
    """
    return _writable(os.environ.get("BLOOM_CACHE_DIR"), _folder)


@functools.lru_cache(maxsize=16)
def _writable(environment: str | None, chosen: Path | None) -> Path | None:
    candidates = (environment, chosen, _user_cache(), _temporary())
    for candidate in candidates:
        if candidate:
            folder = Path(candidate) / "kernels"
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=folder):
                    return folder
    return None


def _user_cache() -> str | None:
    try:
        from platformdirs import user_cache_dir
    except ImportError:
        return None
    return user_cache_dir("bloom", appauthor=False)


def _temporary() -> str | None:
    """A folder for temporary files that only this user may write to."""
    try:
        folder = Path(tempfile.gettempdir()) / f"bloom-{getattr(os, 'getuid', lambda: 'user')()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        state = folder.lstat()
    except OSError:
        return None
    others = stat.S_IWGRP | stat.S_IWOTH
    if os.name == "posix" and (state.st_uid != os.getuid() or state.st_mode & others):
        return None  # somebody else could put code there
    return str(folder) if stat.S_ISDIR(state.st_mode) else None


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
        data = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data[_SUM:]).digest() != data[:_SUM]:
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # it was used
    return data[_SUM:]


def write(name: str, data: bytes) -> None:
    """Keep something under a name."""
    folder = cache_folder()
    if folder is None:
        return
    temporary = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
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
