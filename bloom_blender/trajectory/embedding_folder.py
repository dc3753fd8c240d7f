"""Read a folder of word embeddings, one text file for each epoch.

The file of epoch n is ``{n}.pt-src_embeddings.txt`` or ``{n}.pt-tgt_embeddings.txt`` (source and
target language), or plainly ``{n}.txt``. A line holds a word and its vector, separated by blanks;
there is no header, and every file has the same words in the same order.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from os import PathLike
from pathlib import Path

import numpy as np

from ..errors import BloomError
from .trajectory import Embeddings, Trajectory

AUTO = "auto"
SIDES = {"src": "source", "tgt": "target"}

_SIDED_NAME = re.compile(r"([0-9]+)\.pt-(src|tgt)_embeddings\.txt")
_PLAIN_NAME = re.compile(r"([0-9]+)\.txt")
_BLANKS = re.compile(r"[ \t]+")


def read_embedding_folder(folder: str | PathLike, side: str = "auto") -> Trajectory:
    """Read the embeddings of one side, ordered by the number in the file name.

    Parameters
    ----------
    folder : path
    side : {"auto", "src", "tgt"}
        Which language; "auto" takes the target's (what the model learns to say) where there is one,
        as the original Bloom did. Plain ``{n}.txt`` files have no side and are read for either.

    Returns
    -------
    Trajectory
        With one embedding table, called ``"source"`` or ``"target"`` (``"embeddings"`` for plain
        files), whose steps are the numbers of the files and whose float64 vectors are exactly what
        the text says. No series.

    Raises
    ------
    BloomError
        If the folder has no such files, or they are damaged or do not fit together.
    """
    folder = Path(folder)
    if side != AUTO and side not in SIDES:
        raise BloomError(f"there is no side {side!r}: choose one of {', '.join((AUTO, *SIDES))}.")
    files, name = _find_files(folder, side)
    first = files[0][1]
    words, first_vectors = read_embedding_file(first)
    vectors = np.empty((len(files), *first_vectors.shape))
    vectors[0] = first_vectors
    for row, (_, path) in enumerate(files[1:], start=1):
        file_words, file_vectors = read_embedding_file(path)
        if file_vectors.shape != first_vectors.shape:
            raise BloomError(
                f"{path.name} has {_shape_text(file_vectors.shape)} but {first.name} has "
                f"{_shape_text(first_vectors.shape)}: keep the files of one run only in {folder}."
            )
        if file_words != words:
            line = next(i for i, pair in enumerate(zip(file_words, words, strict=True)) if pair[0] != pair[1])
            raise BloomError(
                f"{path.name} has the word {file_words[line]!r} in line {line + 1} where {first.name} has "
                f"{words[line]!r}: keep the files of one run only in {folder}, with words in the same order."
            )
        vectors[row] = file_vectors
    table = Embeddings(name, words, np.array([number for number, _ in files], dtype=np.int64), vectors)
    return Trajectory(folder.resolve().name or "embeddings", (), (table,), {"origin": "embedding folder"})


def read_embedding_file(path: str | PathLike) -> tuple[tuple[str, ...], np.ndarray]:
    """Read the words (V of them) and the (V, D) float64 vectors of one text file; BloomError if damaged."""
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BloomError(f"{path.name} is not UTF-8 text: export the embeddings as text again.") from None
    except OSError as error:
        raise BloomError(
            f"{path} cannot be read ({error.strerror}): check the disk and the rights."
        ) from None
    lines = text.split("\n")  # not splitlines: a word may hold an exotic line separator
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise BloomError(f"{path.name} is empty: copy it again or remove it.")
    dimensions = _count_values(lines[0])
    if dimensions == 0:
        raise BloomError(f"{path.name} does not hold a word and its vector in each line: choose other files.")
    words = []
    vectors = np.empty((len(lines), dimensions))
    for row, line in enumerate(lines):
        fields = _BLANKS.split(line.rstrip(" \t\r"))
        values = _as_floats(fields[-dimensions:])
        word_fields = fields[:-dimensions]
        if values is None or not word_fields or (len(word_fields) > 1 and _is_number(word_fields[-1])):
            raise BloomError(
                f"line {row + 1} of {path.name} is not a word and {dimensions} numbers as in the first line: "
                f"the file is cut off or damaged, copy it again."
            )
        if not all(map(math.isfinite, values)):
            raise BloomError(
                f"line {row + 1} of {path.name} holds NaN or infinity: the training diverged there, "
                f"remove this file and the later ones."
            )
        words.append(" ".join(word_fields))
        vectors[row] = values
    return tuple(words), vectors


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


def _count_values(line: str) -> int:
    """How many fields at the end of a line are numbers; the first field is always the word."""
    fields = _BLANKS.split(line.rstrip(" \t\r"))[1:]
    count = 0
    while count < len(fields) and _is_number(fields[-1 - count]):
        count += 1
    return count


def _as_floats(fields: list[str]) -> list[float] | None:
    try:
        return [float(field) for field in fields]
    except ValueError:
        return None


def _is_number(field: str) -> bool:
    return _as_floats([field]) is not None


def _shape_text(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} words × {shape[1]} values"
