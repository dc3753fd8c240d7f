"""Word vectors as text: word2vec, GloVe, fastText, and what the first Bloom exported.

A line holds a word and its vector, separated by blanks. word2vec and fastText write the number of words
and of dimensions in a line before. A word may be anything, also empty, a number, or several words.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator
from os import PathLike
from pathlib import Path

import numpy as np

from ...errors import BloomError
from ..options import Options
from ..source import LONGEST_LINE, Source, folder_name
from ..trajectory import Embeddings, Trajectory
from .order import neighbours, steps_in_names

FORMAT = "word vectors"

MOST_NUMBERS = 1 << 27  # in one table: 1 GiB of float64

_BLANKS = re.compile(r"[ \t]+")
_HEADER = re.compile(r"\d{1,12} \d{1,6}", re.A)


def recognizes(source: Source) -> bool:
    """Whether the first lines, but perhaps a last one, are words and numbers; or those after a header."""
    lines = source.head_lines[:20]
    if not lines:
        return False
    dimensions = _count_values(lines[0])
    if _HEADER.fullmatch(lines[0].rstrip(" \t\r")) and len(lines) > 1:
        dimensions = int(lines[0].split()[1])
        lines = lines[1:]
    return dimensions >= 2 and all(_count_values(line) >= dimensions for line in lines[:-1] or lines)


def read(source: Source, options: Options) -> Trajectory:
    """Read a file, and those beside it whose names differ in numbers only, as snapshots of one table.

    If they have not the same words, as GloVe's of 50 and of 100 dimensions, the file is read by itself.
    """
    words, vectors = read_embedding_file(source.path, partial=options.partial)
    metadata = {"origin": FORMAT}
    name, steps, snapshots = source.run_name, [0], [vectors]
    paths = neighbours(source.path)
    order = steps_in_names([path.name for path in paths]) if len(paths) > 1 else None
    if order is not None and len(paths) * vectors.size <= MOST_NUMBERS:
        try:
            snapshots = [_snapshot(path, source.path, words, vectors, options) for path in paths]
            steps, name = order, folder_name(source.path) or name
        except BloomError as error:
            metadata["remarks"] = f"read by itself: {error}"
    places = np.argsort(steps)
    table = Embeddings(
        "embeddings", words, np.array(steps)[places], np.stack([snapshots[place] for place in places])
    )
    return Trajectory(name, (), (table,), metadata)


def _snapshot(
    path: Path, first: Path, words: tuple[str, ...], vectors: np.ndarray, options: Options
) -> np.ndarray:
    """The vectors of a file that has to have the same words."""
    if path == first:
        return vectors
    other_words, other = read_embedding_file(path, partial=options.partial)
    if other_words != words or other.shape != vectors.shape:
        raise BloomError(f"{path.name} has other words than {first.name}: keep one run in a folder.")
    return other


def read_embedding_file(path: str | PathLike, *, partial: bool = False) -> tuple[tuple[str, ...], np.ndarray]:
    """Read the words (V of them) and the (V, D) float64 vectors of one text file.

    With `partial` a damaged file gives the words before the damage.

    Raises
    ------
    BloomError
        If it is damaged, or too large for memory.
    """
    path = Path(path)
    lines = _lines(Source(path))
    first = next(lines, None)
    if first is None:
        raise BloomError(f"{path.name} is empty: copy it again or remove it.")
    second = next(lines, None)
    expected = None
    if _HEADER.fullmatch(first[1].rstrip(" \t\r")) and second is not None:
        count, dimensions = map(int, first[1].split())
        if dimensions >= 2 and _count_values(second[1]) >= dimensions:
            expected, first = count, second
            second = next(lines, None)
    if expected is None:
        dimensions = _count_values(first[1])
    if dimensions == 0:
        raise BloomError(f"{path.name} does not hold a word and its vector in each line: choose other files.")
    words: list[str] = []
    numbers = array("d")
    try:
        for number, line in _again(first, second, lines):
            word, values = _parse(number, line, dimensions, path.name)
            words.append(word)
            numbers.extend(values)
            if len(numbers) > MOST_NUMBERS:
                raise _TooLarge(
                    f"{path.name} holds more than {MOST_NUMBERS} numbers: keep its first lines, "
                    f"which are the most frequent words."
                )
        if expected is not None and len(words) < expected:
            raise BloomError(
                f"{path.name} ends after {len(words)} of {expected} words: "
                f"the file is cut off, copy it again, or ask for what is readable."
            )
    except _TooLarge:
        raise
    except BloomError:
        if not (partial and words):
            raise
    return tuple(words), np.frombuffer(numbers, dtype=np.float64).reshape(len(words), dimensions)


class _TooLarge(BloomError):
    pass


def _lines(source: Source) -> Iterator[tuple[int, str]]:
    """(number, line) of each line but the blank ones at the end."""
    number, blank = 0, 0
    with source.binary() as stream:
        while raw := stream.readline(LONGEST_LINE + 1):
            number += 1
            if len(raw) > LONGEST_LINE:
                raise BloomError(
                    f"line {number} of {source.name} is too long: choose a table of word vectors."
                )
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\n")
            except UnicodeDecodeError:
                raise BloomError(
                    f"{source.name} is not UTF-8 text in line {number}: export the embeddings as text again."
                ) from None
            if not line.strip():
                blank = blank or number
                continue
            if blank:
                yield blank, ""  # a blank line within is damage, and told as that
                blank = 0
            yield number, line


def _again(
    first: tuple[int, str], second: tuple[int, str] | None, rest: Iterator
) -> Iterator[tuple[int, str]]:
    yield first
    if second is not None:
        yield second
    yield from rest


def _parse(number: int, line: str, dimensions: int, file: str) -> tuple[str, list[float]]:
    """The word and the numbers of a line."""
    fields = _BLANKS.split(line.rstrip(" \t\r"))
    values = _as_floats(fields[-dimensions:])
    word_fields = fields[:-dimensions]
    if values is None or not word_fields or (len(word_fields) > 1 and _is_number(word_fields[-1])):
        raise BloomError(
            f"line {number} of {file} is not a word and {dimensions} numbers as in the first line: "
            f"the file is cut off or damaged, copy it again."
        )
    if not all(map(math.isfinite, values)):
        raise BloomError(
            f"line {number} of {file} holds NaN or infinity: the training diverged there, "
            f"remove this file and the later ones."
        )
    return " ".join(word_fields), values


def _count_values(line: str) -> int:
    """How many fields at the end of a line are numbers; the first field is always the word."""
    fields = _BLANKS.split(line.rstrip(" \t\r\n"))[1:]
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
