"""Follow a run while it is being recorded."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path

from .bloom_file import read_bloom
from .trajectory import Trajectory


class Follower:
    """Looks whether a `.bloom` file has changed, and reads it then.

    The recorder replaces the file as a whole, so what is read is a whole run at every moment; a look that
    finds no change costs one question to the file system. A replaced file is read from its beginning: it
    holds kilobytes for each recorded step, not parameters.

    Parameters
    ----------
    path : path
        It need not exist yet.
    """

    def __init__(self, path: str | PathLike):
        self.path = Path(path)
        self._seen: tuple[int, int, int] | None = None

    def poll(self) -> Trajectory | None:
        """The run if the file is new or changed since the last look; None if not, or if it is not there.

        Raises
        ------
        BloomError
            If the file cannot be used; once for each state of the file.
        """
        state = self._state()
        if state is None or state == self._seen:
            return None
        # A file replaced between the two is read again at the next look.
        self._seen = state
        return read_bloom(self.path)

    def _state(self) -> tuple[int, int, int] | None:
        """What distinguishes one state of the file from another; None if there is no file."""
        try:
            status = os.stat(self.path)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
