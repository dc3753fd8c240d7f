"""A file to be read: its first bytes, and its text line by line, also if it is compressed."""

from __future__ import annotations

import codecs
import contextlib
import functools
import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from ..errors import BloomError
from ..files import MOST_UNPACKED, most_unpacked, open_regular

HEAD = 65_536  # bytes from which a format is recognized
SMALL = 1_000_000  # bytes of a packed file that is unpacked once to see whether it is honest
LONGEST_LINE = 16_000_000  # characters
LONGEST_TEXT = 200_000_000  # bytes of what is parsed as a whole (JSON)

_GENERIC = re.compile(
    r"metrics?|logs?|output|stdout|(training|train|wandb)?[-_]?(log|history)|progress|results|trainer_state",
    re.I,
)
_GENERIC_FOLDERS = {"files", "logs", "log", "checkpoints", "ckpt", "ckpts", "weights", "models"}


def folder_name(path: Path) -> str:
    """What to call a run that is known by its folder: the first folder above with a name of its own."""
    for folder in path.resolve().parents:
        if folder.name.lower() not in _GENERIC_FOLDERS:
            return folder.name
    return ""


_WESTERN = "bloom-western"


@functools.cache
def _register_western() -> None:
    codecs.register_error(_WESTERN, _western)


def _western(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


class CutOff(BloomError):
    """The file ends too early; what came before is sound."""


class Source:
    """A file that exists; BloomError if it cannot be read."""

    def __init__(self, path: Path):
        self.path = path
        self.name = path.name
        self.remarks: list[str] = []  # what was left out of it, for the reader to tell
        if not os.path.lexists(path):
            raise BloomError(f"{path} does not exist: check the path.")
        with self._told_errors():
            with open_regular(path, advice="check the path and the rights") as file:
                start = file.read(HEAD)
                self.size = file.seek(0, io.SEEK_END)
        self.is_packed = start[:2] == b"\x1f\x8b"
        if self.is_packed:
            self._check_ratio()
            start = b""
            try:
                with self.binary() as stream:
                    while len(start) < HEAD and (piece := stream.read1(1024)):
                        start += piece
            except CutOff:
                pass
        self.head = start

    def _check_ratio(self) -> None:
        """Refuse a small bomb before its first line is read, since unpacking is much quicker than reading."""
        if self.size <= SMALL:
            with contextlib.suppress(CutOff), self.binary() as stream:
                while stream.read1(1 << 20):
                    pass

    @cached_property
    def head_text(self) -> str:
        """The first bytes as text, without a byte-order mark; the last line may be cut."""
        return self.head.decode(self._encoding(), self._errors()).lstrip("\ufeff")

    @cached_property
    def head_lines(self) -> list[str]:
        """The whole lines among the first bytes that are not blank; the file's last one counts as whole."""
        lines = self.head_text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if len(self.head) >= HEAD:
            lines.pop()
        return [line for line in lines if line.strip()]

    @property
    def run_name(self) -> str:
        """What to call the run: the file's name, or its folder's if the file is called as they all are."""
        stem = self.path.name.removesuffix(".gz").rpartition(".")[0] or self.path.name
        if _GENERIC.fullmatch(stem):
            return folder_name(self.path) or stem
        return stem

    @property
    def looks_binary(self) -> bool:
        """Whether the first bytes are no text."""
        return "\0" in self.head_text

    def binary(self) -> io.BufferedReader:
        """The (unpacked) bytes as a stream, for a ``with``."""
        with self._told_errors():
            if self.is_packed:
                return io.BufferedReader(_Unpacked(self.path, self.size))  # type: ignore[arg-type]
            return open_regular(self.path)  # type: ignore[return-value]

    def lines(self, *, partial: bool = False, keep_ends: bool = False) -> Iterator[str]:
        """The lines of the text, without their ends.

        Parameters
        ----------
        partial : bool
            Stop where a packed file is damaged, instead of raising an error.
        keep_ends : bool
            Leave line ends as they are, as `csv` wants them.
        """
        newline = "" if keep_ends else None
        with io.TextIOWrapper(
            self.binary(), encoding=self._encoding(), errors=self._errors(), newline=newline
        ) as text:
            number = 0
            while True:
                number += 1
                try:
                    with self._told_errors():
                        line = text.readline(LONGEST_LINE + 1)
                except CutOff:
                    if partial:
                        self.remarks.append(f"{self.name} is cut off or damaged after line {number - 1}")
                        return
                    raise
                if not line:
                    return
                if len(line) > LONGEST_LINE:
                    raise BloomError(
                        f"line {number} of {self.name} is longer than {LONGEST_LINE} characters: "
                        f"choose a log with a line for each step."
                    )
                yield line if keep_ends else line.rstrip("\n")

    def text(self) -> str:
        """The whole text, for formats that cannot be read in pieces."""
        pieces, size = [], 0
        with self.binary() as stream, self._told_errors():
            while piece := stream.read(1 << 20):
                size += len(piece)
                if size > LONGEST_TEXT:
                    raise BloomError(
                        f"{self.name} is larger than {LONGEST_TEXT // 1_000_000} MB of JSON: "
                        f"split it, or export it as lines (.jsonl) or CSV."
                    )
                pieces.append(piece)
        return b"".join(pieces).decode(self._encoding(), self._errors()).lstrip("\ufeff")

    def ends_with_newline(self) -> bool:
        """Whether the last line is whole, as far as can be told; True for packed files."""
        if self.is_packed or not self.size:
            return True
        with self._told_errors(), open_regular(self.path) as file:
            file.seek(-1, io.SEEK_END)
            return file.read(1) in b"\r\n\0"

    def _encoding(self) -> str:
        head = getattr(self, "head", b"")
        return "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"

    def _errors(self) -> str:
        """What becomes of bytes that are no UTF-8: letters of the code page of Windows, and of Latin-1."""
        if self._encoding() == "utf-16":
            return "replace"
        _register_western()
        return _WESTERN

    def _told_errors(self) -> _ToldErrors:
        return _ToldErrors(self.path)


class _ToldErrors:
    """Context that turns the errors of reading into sentences."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type, error, _traceback) -> None:
        if isinstance(error, EOFError):
            raise CutOff(
                f"{self.path.name} is truncated in its packed data: "
                f"copy it again, or ask for what is readable."
            ) from None
        if isinstance(error, zlib.error | gzip.BadGzipFile):
            raise CutOff(
                f"{self.path.name} is damaged in its packed data: copy it again, or ask for what is readable."
            ) from None
        if isinstance(error, FileNotFoundError):
            raise BloomError(f"{self.path} does not exist: check the path.") from None
        if isinstance(error, OSError):
            reason = error.strerror or "damaged"
            raise BloomError(
                f"{self.path} cannot be read ({reason}): check the path and the rights."
            ) from None


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of a .gz file, up to a bound that no honest log reaches."""

    def __init__(self, path: Path, size: int):
        self._path = path
        self._file = open_regular(path)
        self._stream = gzip.GzipFile(fileobj=self._file, mode="rb")
        self._left = most_unpacked(size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        with _ToldErrors(self._path):
            count = self._stream.readinto(buffer)
        self._left -= count
        if self._left < 0:
            raise BloomError(
                f"{self._path.name} unpacks to more than {MOST_UNPACKED} times its size: "
                f"it is not a log, choose another."
            )
        return count

    def close(self) -> None:
        self._stream.close()
        self._file.close()
        super().close()
