"""NumPy's .npz and .npy files.

The arrays of an .npz decide what it holds:

- with ``steps`` (or ``step``, ``epochs``, …), or all of them flat and equally long: curves;
- with ``words`` too: word vectors, (V, D) or (snapshots, V, D);
- anything else: the weights of one checkpoint, see `checkpoints`.

An .npy is a curve (T,), or word vectors (V, D) or (snapshots, V, D) with the words in a file beside it.
Nothing pickled is ever loaded.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from ...arrays import DAMAGE, MOST_BYTES, array_headers, load_array, read_header
from ...errors import BloomError
from ...files import MOST_UNPACKED, most_unpacked, open_regular
from ..measurements import in_order
from ..options import Options
from ..source import Source
from ..trajectory import Embeddings, Series, Trajectory
from .rows import CLOCKS, is_clock
from .tensors import Tensor, Weights

FORMAT = "NumPy arrays"


_NPY = b"\x93NUMPY"
_WORDS = ("words", "vocab", "vocabulary", "tokens", "labels")


def recognizes(source: Source) -> bool:
    """Whether the file is an .npy, or a zip archive whose first member is one."""
    if source.head[:6] == _NPY:
        return True
    name = source.head[30 : 30 + int.from_bytes(source.head[26:28], "little")]
    return source.head[:4] == b"PK\x03\x04" and name.endswith(b".npy")


def is_weights(source: Source) -> bool:
    """Whether an .npz is a checkpoint and no log, by the names and shapes of its arrays."""
    if source.head[:6] == _NPY:
        return False
    shapes = {name: shape for name, (shape, _) in array_headers(source.path).items()}
    return not _is_log(shapes)


def read(source: Source, options: Options) -> Trajectory:
    """Read curves or word vectors."""
    if source.head[:6] == _NPY:
        return _read_npy(source, options)
    return _read_npz(source, options)


def open_weights(path: Path) -> Weights:
    """The arrays of an .npz as the tensors of a checkpoint."""
    tensors: dict[str, Tensor] = {}
    clocks: dict[str, int] = {}
    for name, (shape, dtype) in array_headers(path).items():
        if dtype.kind in "iu" and math.prod(shape) == 1:
            clocks[name] = int(load_array(path, name).reshape(-1)[0])
        elif dtype.kind == "f" and dtype.itemsize in (2, 4, 8):
            tensors[name] = _Member(
                shape, f"float{8 * dtype.itemsize}", _NOTHING, 0, None, path.name, path, name
            )
    return Weights(tensors, clocks)


_NOTHING = np.zeros(0, dtype=np.uint8)


class _Member(Tensor):
    """An array in an archive, loaded when it is asked for."""

    def __init__(self, shape, dtype, data, start, strides, file, path: Path, name: str):
        super().__init__(shape, dtype, data, start, strides, file)
        object.__setattr__(self, "_place", (path, name))

    def load(self) -> np.ndarray:
        return load_array(*self._place)  # type: ignore[attr-defined]


def _is_log(shapes: dict[str, tuple[int, ...]]) -> bool:
    if any(name.lower() in (*CLOCKS, *_WORDS) and len(shape) == 1 for name, shape in shapes.items()):
        return True
    lengths = set(shapes.values())
    return len(lengths) == 1 and all(len(shape) == 1 and shape[0] > 1 for shape in lengths)


def _read_npy(source: Source, options: Options) -> Trajectory:
    try:
        with open_regular(source.path) as file:
            shape, _ = read_header(file)
            _check_size(source.name, math.prod(shape), source.size)
            array = np.load(source.path, mmap_mode="r", allow_pickle=False)
    except BloomError:
        raise
    except DAMAGE:
        raise BloomError(
            f"{source.name} is truncated or damaged, or holds pickled objects: save plain numbers again."
        ) from None
    if array.dtype.kind not in "fiu":
        raise BloomError(f"{source.name} holds something that is not a real number: save plain numbers.")
    array = np.asarray(array)
    name = source.run_name
    if array.ndim == 1:
        return _curves({name: array}, None, name, source, options)
    if array.ndim in (2, 3):
        words = words_beside(source.path, array.shape[-2])
        return _table(array, words, np.arange(len(array)) if array.ndim == 3 else None, source)
    raise BloomError(
        f"{source.name} has an array of {array.ndim} dimensions: save a curve (steps), or word vectors "
        f"(words, dimensions) with the words in {name}.txt beside it."
    )


def _read_npz(source: Source, options: Options) -> Trajectory:
    headers = array_headers(source.path)
    if not headers:
        raise BloomError(f"{source.name} holds no arrays: save it again.")
    _check_size(source.name, sum(math.prod(shape) for shape, _ in headers.values()), source.size)
    lower = {name.lower(): name for name in headers}
    clock = next((lower[key] for key in CLOCKS if key in lower and len(headers[lower[key]][0]) == 1), None)
    words_name = next(
        (lower[key] for key in _WORDS if key in lower and len(headers[lower[key]][0]) == 1), None
    )
    steps = None
    if clock is not None:
        steps = load_array(source.path, clock)
        if (
            steps.dtype.kind == "f"
            and np.array_equal(steps, np.rint(steps))
            and np.all(np.abs(steps) < 2**53)
        ):
            steps = steps.astype(np.int64)
        if steps.dtype.kind not in "iu" or not steps.size:
            raise BloomError(f"{clock!r} in {source.name} are not whole numbers: save the steps as integers.")
        steps = steps.astype(np.int64)
    if words_name is not None:
        words = load_array(source.path, words_name)
        if words.dtype.kind not in "US":
            raise BloomError(f"{words_name!r} in {source.name} are not texts: save them as an array of str.")
        if words.dtype.kind == "U" and words.size and not _are_letters(words):
            raise BloomError(f"{words_name!r} in {source.name} are no Unicode: save the words again.")
        texts = [w.decode("utf-8", "replace") if isinstance(w, bytes) else str(w) for w in words.tolist()]
        tables = [
            name
            for name, (shape, dtype) in headers.items()
            if dtype.kind == "f" and len(shape) in (2, 3) and shape[-2] == len(texts)
        ]
        if tables:
            return _table(load_array(source.path, tables[0]), texts, steps, source)
    curves = {}
    for name, (shape, dtype) in headers.items():
        if name in (clock, words_name) or is_clock(name) or dtype.kind not in "fiu":
            continue
        if len(shape) in (1, 2) and 0 not in shape and (steps is None or shape[0] == len(steps)):
            curves[name] = load_array(source.path, name)
    return _curves(curves, steps, source.run_name, source, options)


def _are_letters(words: np.ndarray) -> bool:
    """Whether all signs of texts, 4 bytes each, can be letters of Unicode: no others can be made a str."""
    codes = np.ascontiguousarray(words).view(
        np.uint32 if words.dtype.isnative else np.dtype(np.uint32).newbyteorder()
    )
    return bool(((codes < 0xD800) | ((codes > 0xDFFF) & (codes < 0x110000))).all())


def _curves(
    arrays: dict[str, np.ndarray], steps: np.ndarray | None, name: str, source: Source, options: Options
) -> Trajectory:
    """Series of arrays (T,) or (T, K); those named ``update/…`` are updates if they are finite."""
    series, remarks = [], []
    if not any(array.size for array in arrays.values()):
        raise BloomError(f"{source.name} holds no curve: save an array with a number for each step.")
    options.selection.complain_if_unnamed(source.name, arrays)
    for key, array in arrays.items():
        if not (array.size and options.selection.has_name(key)):
            continue
        at = np.arange(len(array)) if steps is None else steps
        ordered, values, restarts = in_order(at.astype(np.int64), array.astype(np.float64))
        if restarts:
            remarks.append(f"{key} goes back {restarts} times: the later values are kept")
        kind = "metric"
        if key.startswith("update/") and np.isfinite(values).all():
            kind = "update"
        elif key.startswith(("update_norm/", "parameter_norm/")) and np.isfinite(values).all():
            kind = "norm"
        series.append(Series(key, ordered, values, kind))
    metadata = {"origin": FORMAT} | ({"remarks": "; ".join(remarks)} if remarks else {})
    return Trajectory(name, tuple(series), (), metadata)


def _table(array: np.ndarray, words: list[str], steps: np.ndarray | None, source: Source) -> Trajectory:
    vectors = np.asarray(array, dtype=np.float64)
    vectors = vectors if vectors.ndim == 3 else vectors[None]
    if steps is None or len(steps) != len(vectors):
        steps = np.arange(len(vectors))
    try:
        table = Embeddings("embeddings", tuple(words), steps, vectors)
    except BloomError as error:
        raise BloomError(f"{source.name} cannot be used: {error}") from None
    return Trajectory(source.path.stem, (), (table,), {"origin": "word vectors"})


def words_beside(path: Path, count: int) -> list[str]:
    """The words of an .npy of `count` vectors, from a file beside it; BloomError if there is none."""
    stem = path.stem
    names = [
        f"{stem}.txt", f"{stem}.vocab", f"{stem}.tsv", f"{stem}.json", f"{stem}_vocab.txt",
        f"{stem}_vocab.json", f"{stem}_words.txt", f"{stem}.words.txt", "vocab.txt",
        "vocab.json", "words.txt", "metadata.tsv",
    ]  # fmt: skip
    for name in names:
        beside = path.with_name(name)
        if beside.is_file():
            words = _words_in(Source(beside))
            if words is not None and len(words) == count + 1 and name.endswith(".tsv"):
                words = words[1:]  # a header
            if words is None or len(words) != count:
                found = "no words" if words is None else f"{len(words)} words"
                raise BloomError(
                    f"{name} holds {found} but {path.name} holds {count} vectors: give one for each."
                )
            return words
    raise BloomError(
        f"{path.name} holds {count} vectors without words: put {stem}.txt beside it, one word in each line."
    )


def _words_in(source: Source) -> list[str] | None:
    if not source.path.name.endswith(".json"):
        lines = [line.split("\t")[0].rstrip("\r") for line in source.lines()]
        while lines and not lines[-1]:
            lines.pop()
        return lines
    try:
        document: Any = json.loads(source.text())
    except (ValueError, RecursionError):
        return None
    if isinstance(document, dict):  # a word's row
        rows = sorted((row, word) for word, row in document.items() if type(row) is int)
        return [word for _, word in rows] if [row for row, _ in rows] == list(range(len(document))) else None
    if isinstance(document, list) and all(isinstance(word, str) for word in document):
        return document
    return None


def _check_size(what: str, count: int, packed: int) -> None:
    """Bound so many numbers, which become float64, by themselves and by the size of their file in bytes."""
    if 8 * count > MOST_BYTES:
        raise BloomError(
            f"{what} holds more than {MOST_BYTES // 8:,} numbers: save every tenth step, or fewer words."
        )
    if 8 * count > most_unpacked(packed):
        raise BloomError(
            f"{what} unpacks to more than {MOST_UNPACKED} times its size: it is not a log, choose another."
        )
