"""Numbered files of a baked flame, and how they are renewed.

Until it ends, Blender shows what it once read from a path, whatever is written there later. So a bake never
writes to a file that holds another state of the flame: it begins a new *take*, whose number is part of the
names (``rose-2_0001.vdb``), and takes along the files that are right.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

DIGITS = 4
"""Of a file's number, as in Blender's own sequences."""


@dataclass
class Takes:
    """The baked files of one flame object, at their last take.

    ``endings`` are those of the files of one frame; the first of them is written last, so where it is, all
    are.
    """

    folder: Path
    name: str
    endings: tuple[str, ...]
    state_in: Callable[[Path], str]
    number: int = 1

    def __post_init__(self) -> None:
        found = [number for _, number, _ in self._files()]
        self.number = max(self.number, *found, 1)

    @property
    def prefix(self) -> str:
        """What names of this take begin with, before the frame's number."""
        return self._prefix(self.number)

    def file(self, frame: int, ending: str = "") -> Path:
        """A file of this take, the last one of the frame by default."""
        return self._file(self.number, frame, ending or self.endings[0])

    def right(self, frame: int, state: str) -> bool:
        """Whether this take has the frame in this state."""
        path = self.file(frame)
        return path.is_file() and self.state_in(path) == state

    def adopt(self, frame: int, state: str) -> bool:
        """Whether there is a frame of this state, which is then in this take."""
        if self.file(frame).is_file():
            return self.right(frame, state)
        for number in self._older():
            if self.state_in(self._file(number, frame, self.endings[0])) == state:
                return self._move(number, frame)
        return False

    def begin_another(self, frames: Iterable[int]) -> None:
        """Begin a new take with these frames of the one before."""
        before = self.number
        self.number += 1
        for frame in frames:
            self._move(before, frame)

    def remove_older(self, frames: Iterable[int]) -> None:
        """Delete what older takes hold of these frames."""
        for frame in frames:
            for number in self._older():
                for ending in self.endings:
                    self._file(number, frame, ending).unlink(missing_ok=True)

    def frames(self) -> list[int]:
        """The frames that this take has, in order."""
        return sorted(frame for path, number, frame in self._files() if number == self.number)

    def every_file(self) -> list[Path]:
        """All files, of all takes."""
        return [path for ending in self.endings for path, _, _ in self._files(ending)]

    def _older(self) -> range:
        return range(self.number - 1, 0, -1)

    def _prefix(self, number: int) -> str:
        return f"{self.name}_" if number == 1 else f"{self.name}-{number}_"

    def _file(self, number: int, frame: int, ending: str) -> Path:
        return self.folder / f"{self._prefix(number)}{frame:0{DIGITS}}{ending}"

    def _files(self, ending: str = "") -> list[tuple[Path, int, int]]:
        """Files of all takes, with the numbers of take and frame."""
        name, ending = re.escape(self.name), re.escape(ending or self.endings[0])
        pattern = re.compile(rf"{name}(?:-(\d+))?_(\d+){ending}")
        if not self.folder.is_dir():
            return []
        matches = ((path, pattern.fullmatch(path.name)) for path in self.folder.iterdir())
        return [(path, int(match[1] or 1), int(match[2])) for path, match in matches if match]

    def _move(self, number: int, frame: int) -> bool:
        """Take a frame's files into this take; another process may have been faster."""
        try:
            for ending in reversed(self.endings):
                os.replace(self._file(number, frame, ending), self.file(frame, ending))
        except FileNotFoundError:
            return self.file(frame).is_file()
        return True
