"""Read a folder of word embeddings, one text file for each epoch.

The file of epoch n is ``{n}.pt-src_embeddings.txt`` or ``{n}.pt-tgt_embeddings.txt`` (source and
target language), or plainly ``{n}.txt``. A line holds a word and its vector, separated by blanks;
there may be a header as in word2vec, and every file has the same words in the same order.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from itertools import pairwise
from os import PathLike
from pathlib import Path

import numpy as np

from ..errors import BloomError
from .options import Options
from .readers.word_vectors import MOST_NUMBERS, read_embedding_file, recognizes
from .source import Source
from .trajectory import Embeddings, Trajectory

AUTO = "auto"
BOTH = "both"
SIDES = {"src": "source", "tgt": "target"}

_SIDED_NAME = re.compile(r"([0-9]+)\.pt-(src|tgt)_embeddings\.txt")
_PLAIN_NAME = re.compile(r"([0-9]+)\.txt")


def embedding_side(name: str) -> str:
    """The side in the name of a file of an embedding folder, ``"auto"`` for a plain one, "" for others."""
    if match := _SIDED_NAME.fullmatch(name):
        return match[2]
    return AUTO if _PLAIN_NAME.fullmatch(name) else ""


def has_embeddings(folder: str | PathLike, side: str = "auto") -> bool:
    """Whether a folder is one of embeddings, by the names in it and the first lines of one of them."""
    try:
        names = sorted(path.name for path in Path(folder).iterdir())
    except OSError:
        return False
    if any(_SIDED_NAME.fullmatch(name) for name in names):
        return True
    plain = next((name for name in names if _PLAIN_NAME.fullmatch(name)), None)
    if plain is None:
        return False
    path = Path(folder) / plain
    return os.path.isfile(path) and recognizes(Source(path))


def read_embedding_folder(
    folder: str | PathLike, side: str = "auto", options: Options | None = None
) -> Trajectory:
    """Read the embeddings of one side, ordered by the number in the file name.

    Parameters
    ----------
    folder : path
    side : {"auto", "src", "tgt", "both"}
        Which language; "auto" takes the target's (what the model learns to say) where there is one,
        as the original Bloom did, and "both" the source's after it. Plain ``{n}.txt`` files have no side and
        are read for either.
    options : Options, optional
        Only its range of steps and ``partial``, which leaves damaged files out, matter.

    Returns
    -------
    Trajectory
        With one embedding table, or two for both sides, called ``"source"`` or ``"target"``
        (``"embeddings"`` for plain files), whose steps are the numbers of the files and whose float64
        vectors are exactly what the text says. No series.

    Raises
    ------
    BloomError
        If the folder has no such files, or they are damaged or do not fit together.
    """
    folder, options = Path(folder), options or Options()
    if side not in (AUTO, BOTH, *SIDES):
        raise BloomError(f"there is no side {side!r}: choose one of {', '.join((AUTO, *SIDES, BOTH))}.")
    if side == BOTH:
        first, second = (read_embedding_folder(folder, one, options) for one in ("tgt", "src"))
        if first.embeddings[0].name == second.embeddings[0].name:  # plain files, which have no side
            return first
        return replace(first, embeddings=first.embeddings + second.embeddings)
    files, name = _find_files(folder, side)
    kept: list[int] = []
    snapshots: list[np.ndarray] = []
    words: tuple[str, ...] = ()
    first_name = ""
    remarks = []
    for number, path in files:
        try:
            file_words, vectors = read_embedding_file(path)
            if kept:
                _check_like_first(path.name, file_words, vectors, first_name, words, snapshots[0], folder)
        except BloomError as error:
            if not options.partial:
                raise
            remarks.append(str(error))
            continue
        if not kept:
            first_name, words = path.name, file_words
            if len(files) * vectors.size > MOST_NUMBERS:
                raise BloomError(
                    f"{folder} holds more than {MOST_NUMBERS} numbers: keep fewer words, or fewer epochs."
                )
        if options.selection.has_step(number):
            kept.append(number)
            snapshots.append(vectors)
    if not kept:
        raise BloomError(
            f"{folder} holds no embeddings that can be read: {'; '.join(remarks[:1]) or 'choose other steps'}"
        )
    table = Embeddings(name, words, np.array(kept, dtype=np.int64), np.stack(snapshots))
    metadata = {"origin": "embedding folder"} | ({"remarks": "; ".join(remarks)} if remarks else {})
    return Trajectory(folder.resolve().name or "embeddings", (), (table,), metadata)


def _check_like_first(
    file: str, words, vectors, first: str, first_words, first_vectors, folder: Path
) -> None:
    """Raise BloomError unless a snapshot has the same words and size as the first one."""
    if vectors.shape != first_vectors.shape:
        raise BloomError(
            f"{file} has {_shape_text(vectors.shape)} but {first} has "
            f"{_shape_text(first_vectors.shape)}: keep the files of one run only in {folder}."
        )
    if words != first_words:
        line = next(i for i, pair in enumerate(zip(words, first_words, strict=True)) if pair[0] != pair[1])
        raise BloomError(
            f"{file} has the word {words[line]!r} in line {line + 1} where {first} has "
            f"{first_words[line]!r}: keep the files of one run only in {folder}, with words in one order."
        )


def _find_files(folder: Path, side: str) -> tuple[list[tuple[int, Path]], str]:
    """The (number, path) pairs of the side in order of the number, and the name for the table."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise BloomError(f"{folder} cannot be read as a folder ({error.strerror}): check the path.") from None
    sided = [(match, path) for path in paths if (match := _SIDED_NAME.fullmatch(path.name))]
    if sided:
        if side == AUTO:
            side = "tgt" if any(match[2] == "tgt" for match, _ in sided) else "src"
        files = [(int(match[1]), path) for match, path in sided if match[2] == side]
        name = SIDES[side]
        if not files:
            other = next(other for other in SIDES if other != side)
            raise BloomError(f"{folder} holds no {side} embeddings, only {other}: choose the side {other}.")
    else:
        files = [(int(match[1]), path) for path in paths if (match := _PLAIN_NAME.fullmatch(path.name))]
        name = "embeddings"
    if not files:
        raise BloomError(
            f"{folder} holds no embeddings: choose a folder with files such as 1.pt-tgt_embeddings.txt."
        )
    files.sort()
    for (number, path), (next_number, next_path) in pairwise(files):
        if number == next_number:
            raise BloomError(f"{path.name} and {next_path.name} have the same number: remove one of them.")
    if files[-1][0] > np.iinfo(np.int64).max:
        raise BloomError(f"{files[-1][1].name} has too large a number: number the files from 1.")
    return files, name


def _shape_text(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} words × {shape[1]} values"
