"""The pictures of a film, one file a frame, so that an interrupted film goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .. import __version__
from ..develop import png_bytes, render
from ..develop.png import dithered
from ..errors import BloomError
from ..files import read_regular, replace_file
from ..flame.model import Flame
from ..flame.parameters import with_parameters
from ..flame.xml import write_flame
from ..growth import Curves

_RECORD = "film.json"
_LARGEST_RECORD = 2**16  # bytes


class FrameFolder:
    """A folder with the pictures of one film.

    Parameters
    ----------
    folder
        Made if it is missing, below a folder that exists.
    flame, curves
        The base flame, at the size, quality and supersample of the pictures, and its curves in time order.
    seed
        Of the chaos game, the same for each frame: what noise is left moves with the flame and does not
        flicker.

    Raises
    ------
    BloomError
        If the folder holds something else than pictures of this film.
    """

    def __init__(self, folder: Path, flame: Flame, curves: Curves, *, seed: int = 0) -> None:
        self.folder, self.flame, self.curves, self.seed = folder, flame, curves, seed
        self._claim()

    @property
    def pictures(self) -> list[Path]:
        """The file of each frame, whether it is there or not."""
        return [self.folder / f"{number:05}.png" for number in range(1, self.curves.frames + 1)]

    def missing(self) -> list[int]:
        """The frames that have no picture yet, counted from 0."""
        return [index for index, picture in enumerate(self.pictures) if not picture.exists()]

    def render(self, index: int, *, threads: int | None, step: Callable[..., None] | None = None) -> None:
        """Render a frame, counted from 0, and write its picture. `step` is the `progress` of `render`."""
        flame = with_parameters(self.flame, self.curves.parameters(index))
        picture = render(flame, seed=self.seed, threads=threads, progress=step)
        with replace_file(self.pictures[index]) as temporary:
            temporary.write_bytes(png_bytes(dithered(picture[..., :3])))

    def remove(self) -> None:
        """Remove the pictures and the record, and the folder if nothing else is in it."""
        for path in (*self.pictures, self.folder / _RECORD):
            path.unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _claim(self) -> None:
        """Make the folder, or check that it belongs to this film."""
        record = self.folder / _RECORD
        mine = json.dumps({"film": self._key()})
        try:
            self.folder.mkdir(exist_ok=True)
            empty = not any(self.folder.iterdir())
        except OSError as error:
            raise BloomError(
                f"{self.folder} cannot be made ({error.strerror}): choose another output."
            ) from None
        if empty:
            with replace_file(record) as temporary:
                temporary.write_text(mine, encoding="utf-8")
            return
        if not record.exists() or read_regular(record, _LARGEST_RECORD).decode("utf-8", "replace") != mine:
            raise BloomError(
                f"{self.folder} holds pictures of another film: remove it, or choose another output."
            )

    def _key(self) -> str:
        """A hash of all that the pictures depend on."""
        digest = hashlib.sha256()
        for part in (__version__, write_flame(self.flame), self.curves.names, self.seed):
            digest.update(repr(part).encode())
        digest.update(np.ascontiguousarray(self.curves.values).tobytes())
        return digest.hexdigest()
