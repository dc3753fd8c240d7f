"""Arrays in `.npz` and `.npy` files that a stranger may have written: no pickles, no sizes that lie."""

from __future__ import annotations

import math
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np

from .errors import BloomError
from .files import most_unpacked

MOST_BYTES = 1 << 30
"""Of one packed array."""

DAMAGE = (
    ValueError, KeyError, TypeError, EOFError, OverflowError, MemoryError, OSError, NotImplementedError,
    RuntimeError, SyntaxError, SystemError, tokenize.TokenError, zipfile.BadZipFile, zlib.error, struct.error,
)  # fmt: skip
"""What numpy and zipfile raise for files that are damaged, encrypted or packed in an unknown way."""

Header = tuple[tuple[int, ...], np.dtype]
"""Shape and dtype."""


def array_headers(path: Path) -> dict[str, Header]:
    """Shape and dtype of each array of an .npz, without loading it."""
    try:
        with zipfile.ZipFile(path) as archive:
            headers = {}
            for info in archive.infolist():
                if info.filename.endswith(".npy"):
                    with archive.open(info) as member:
                        headers[info.filename.removesuffix(".npy")] = read_header(member)
            return headers
    except BloomError:
        raise
    except zipfile.BadZipFile:
        raise BloomError(f"{path.name} is truncated or damaged: copy it again.") from None
    except DAMAGE:
        raise BloomError(
            f"{path.name} is damaged, or holds pickled objects: save plain numbers again."
        ) from None


def read_header(file: IO[bytes]) -> Header:
    """Shape and dtype of an .npy, at whose first byte the file is."""
    version = np.lib.format.read_magic(file)
    reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = reader(file)
    if dtype.hasobject:
        raise ValueError
    return shape, dtype


def load_array(path: Path, name: str) -> np.ndarray:
    """One array of an .npz; its size has to be what the header says."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(f"{name}.npy")
            with archive.open(info) as member:
                shape, dtype = read_header(member)
            size = math.prod(shape) * dtype.itemsize
            packed, whole = info.compress_type != zipfile.ZIP_STORED, path.stat().st_size
            if size > info.file_size or size > (min(MOST_BYTES, most_unpacked(whole)) if packed else whole):
                raise ValueError
            with archive.open(info) as member:
                return np.lib.format.read_array(member, allow_pickle=False)
    except DAMAGE:
        raise BloomError(
            f"{name!r} in {path.name} is damaged or holds pickled objects: save plain numbers again."
        ) from None
