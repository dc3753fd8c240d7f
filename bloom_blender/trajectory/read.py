"""The one door for whatever a user chooses as a training run."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from .bloom_file import read_bloom
from .embedding_folder import read_embedding_folder
from .trajectory import Trajectory


def read_trajectory(path: str | PathLike, *, side: str = "auto") -> Trajectory:
    """Read a training run; what it is, is decided by its content and not by its name.

    Parameters
    ----------
    path : path
        A `.bloom` file, or a folder of word embeddings.
    side : {"auto", "src", "tgt"}
        Which embeddings to read from a folder that has those of two languages; see
        `read_embedding_folder`. A `.bloom` file
        holds all of its tables, so it is not used there.

    Raises
    ------
    BloomError
        If there is nothing, or nothing that Bloom can read.
    """
    path = Path(path)
    if path.is_dir():
        return read_embedding_folder(path, side)
    return read_bloom(path)
