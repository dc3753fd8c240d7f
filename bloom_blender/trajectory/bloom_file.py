"""The `.bloom` file: a trajectory as safetensors with string metadata. See docs/bloom-format.md."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from ..errors import BloomError
from ..files import open_regular, replace_file
from .trajectory import Embeddings, Series, Trajectory

FORMAT = "bloom-trajectory"
VERSION = 1

_LARGEST_HEADER = 100_000_000  # bytes; the limit of safetensors itself
_FLOATS = {"F16": "float16", "F32": "float32", "F64": "float64"}
_STEPS = {"I64": "int64"}

# What a damaged header, or JSON of another shape than ours, makes the code below raise.
_DAMAGE = (
    safetensors.SafetensorError,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    RecursionError,
    MemoryError,
    IndexError,
    OverflowError,
)


def write_bloom(
    trajectory: Trajectory, path: str | PathLike, *, dtypes: Mapping[str, str] | None = None
) -> None:
    """Write a trajectory so that at every moment the path holds the old file or the whole new one.

    Parameters
    ----------
    trajectory : Trajectory
    path : path
        Its folder must exist; a file that is there is replaced.
    dtypes : mapping of str to {"float16", "float32", "float64"}, optional
        How to store the numbers of a series or an embedding table, by name; float64 (exact) for
        those not named.

    Raises
    ------
    BloomError
        If the file cannot be written, or a number is too large for the chosen dtype.
    """
    path = Path(path)
    data = _encode(trajectory, dtypes or {})
    with replace_file(path) as temporary:
        temporary.write_bytes(data)


def read_bloom(path: str | PathLike, *, partial: bool = False) -> Trajectory:
    """Read a `.bloom` file; all floats come back as float64, exactly as stored.

    With `partial`, a truncated file gives the rows that are whole, and one whose digest does not fit is
    read as it is; ``remarks`` in the metadata say so.

    Raises
    ------
    BloomError
        If the file is missing, truncated, damaged, of a newer version, or no trajectory at all.
    """
    path = Path(path)
    if not os.path.lexists(path):
        raise BloomError(f"{path} does not exist: check the path.")
    try:
        with open_regular(path, advice="check the path and the rights") as file:
            data = file.read()
    except OSError as error:
        raise BloomError(
            f"{path} cannot be read ({error.strerror}): check the path and the rights."
        ) from None
    return _decode(data, path.name, partial)


def bloom_bytes(trajectory: Trajectory, *, dtypes: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a `.bloom` file, for those who keep a run elsewhere; see `write_bloom`."""
    return _encode(trajectory, dtypes or {})


def read_bloom_bytes(data: bytes, name: str) -> Trajectory:
    """The run in the bytes of a `.bloom` file; ``name`` is what messages call it. See `read_bloom`."""
    return _decode(data, name)


def _encode(trajectory: Trajectory, dtypes: Mapping[str, str]) -> bytes:
    """The bytes of the file."""
    for name, dtype in dtypes.items():
        if dtype not in _FLOATS.values():
            raise BloomError(
                f"{name!r} cannot be stored as {dtype!r}: use one of {', '.join(_FLOATS.values())}."
            )
    arrays: dict[str, np.ndarray] = {}
    steps_names: dict[bytes, str] = {}

    def add_steps(steps: np.ndarray) -> str:
        # Series measured at the same steps share one array.
        name = steps_names.setdefault(steps.tobytes(), f"steps.{len(steps_names)}")
        arrays[name] = steps.astype("<i8")
        return name

    def add_floats(tensor_name: str, name: str, values: np.ndarray) -> str:
        with np.errstate(over="ignore", under="ignore"):
            stored = values.astype(dtypes.get(name, "float64"))
        if not (np.isfinite(stored) | ~np.isfinite(values)).all():
            raise BloomError(f"{name!r} holds numbers too large for {stored.dtype}: store it as float64.")
        arrays[tensor_name] = np.ascontiguousarray(stored)
        return tensor_name

    series = [
        {
            "name": one.name,
            "kind": one.kind,
            "unit": one.unit,
            "steps": add_steps(one.steps),
            "values": add_floats(f"series.{index}.values", one.name, one.values),
        }
        for index, one in enumerate(trajectory.series)
    ]
    embeddings = [
        {
            "name": one.name,
            "words": list(one.words),
            "steps": add_steps(one.steps),
            "vectors": add_floats(f"embeddings.{index}.vectors", one.name, one.vectors),
        }
        for index, one in enumerate(trajectory.embeddings)
    ]
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "name": trajectory.name,
        "series": json.dumps(series, ensure_ascii=False),
        "embeddings": json.dumps(embeddings, ensure_ascii=False),
        "metadata": json.dumps(dict(trajectory.metadata), ensure_ascii=False),
    }
    metadata["digest"] = _digest(metadata, arrays)
    return _in_fixed_order(safetensors.numpy.save(arrays, metadata))


def _in_fixed_order(data: bytes) -> bytes:
    """The same file with the metadata sorted: safetensors writes it in a random order, and a run
    recorded twice should give the same bytes twice."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)  # arrays begin at a multiple of 8
    return b"".join((len(text).to_bytes(8, "little"), text, memoryview(data)[8 + length :]))


def _decode(data: bytes, file: str, partial: bool = False) -> Trajectory:
    """The trajectory in the bytes of a file; `file` is its name in the messages."""
    header = _read_header(data, file)
    metadata = header.get("__metadata__")
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise BloomError(
            f"{file} is a safetensors file but not a training run: choose a .bloom file that Bloom recorded."
        )
    damaged = BloomError(f"{file} is damaged: copy it again or record the run again.")
    version = metadata.get("version")
    if not (isinstance(version, str) and version.isascii() and version.isdigit() and 0 < len(version) < 10):
        raise damaged
    if int(version) > VERSION:
        raise BloomError(
            f"{file} was recorded by a newer Bloom (file version {int(version)}): update the extension."
        )
    if int(version) < 1:
        raise damaged
    try:
        remark = ""
        if len(data) < _size_in_header(data, header):
            if not partial:
                raise BloomError(f"{file} is truncated: copy it again or record the run again.")
            arrays, remark = _whole_rows(data, header), f"{file} is truncated"
        else:
            arrays = safetensors.numpy.load(data)
            if "digest" in metadata and metadata["digest"] != _digest(metadata, arrays):
                if not partial:
                    raise damaged
                remark = f"{file} is damaged, some of its numbers may be wrong"
        dtypes = {name: entry["dtype"] for name, entry in header.items() if name != "__metadata__"}
        series = json.loads(metadata["series"])
        embeddings = json.loads(metadata["embeddings"])
        extra = json.loads(metadata.get("metadata", "{}"))
        if remark:
            extra["remarks"] = "; ".join([*filter(None, [extra.get("remarks")]), remark])
            series, embeddings = _of_whole_rows(arrays, series, embeddings)
            if not series and not embeddings:
                raise BloomError(
                    f"{file} holds nothing that can be read: copy it again or record the run again."
                )
    except BloomError:
        raise
    except _DAMAGE:
        raise damaged from None

    def array(name: str, allowed: Mapping[str, str]) -> np.ndarray:
        if dtypes[name.rpartition(":")[0] if remark else name] not in allowed:
            raise KeyError(name)
        return arrays[name]

    try:
        return Trajectory(
            metadata["name"],
            tuple(
                Series(
                    one["name"],
                    array(one["steps"], _STEPS),
                    array(one["values"], _FLOATS),
                    one["kind"],
                    one["unit"],
                )
                for one in series
            ),
            tuple(
                Embeddings(
                    one["name"], one["words"], array(one["steps"], _STEPS), array(one["vectors"], _FLOATS)
                )
                for one in embeddings
            ),
            extra,
        )
    except BloomError as error:
        raise BloomError(f"{file} cannot be used: {error}") from None
    except _DAMAGE:
        raise damaged from None


def _read_header(data: bytes, file: str) -> dict:
    """The JSON header of a safetensors file: an 8-byte length, then that many bytes of JSON."""
    if not data:
        raise BloomError(f"{file} is empty: copy it again or record the run again.")
    length = int.from_bytes(data[:8], "little")
    if len(data) < 9 or not 2 <= length <= _LARGEST_HEADER or data[8:9] != b"{":
        raise BloomError(f"{file} is not a training run: choose {_what_instead(data)}.")
    if len(data) < 8 + length:
        raise BloomError(f"{file} is truncated: copy it again or record the run again.")
    try:
        header = json.loads(data[8 : 8 + length].decode("utf-8"))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise BloomError(f"{file} is damaged: copy it again or record the run again.")
    return header


def _what_instead(data: bytes) -> str:
    if data[:2] in (b"PK", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"):
        return "a .bloom file (this one is a zip archive or a pickle, which Bloom does not load)"
    return "a .bloom file or a folder of word embeddings"


def _size_in_header(data: bytes, header: dict) -> int:
    """How many bytes the file must have by its header."""
    length = int.from_bytes(data[:8], "little")
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    return 8 + length + max(ends, default=0)


def _whole_rows(data: bytes, header: dict) -> dict[str, np.ndarray]:
    """The arrays of a truncated file, each up to its last whole row."""
    start = 8 + int.from_bytes(data[:8], "little")
    arrays = {}
    for name, entry in header.items():
        dtype = (_FLOATS | _STEPS).get(entry["dtype"]) if name != "__metadata__" else None
        if dtype is None:
            continue
        rows, *row = entry["shape"]
        begin = start + entry["data_offsets"][0]
        size = math.prod(row) * np.dtype(dtype).itemsize
        whole = min(rows, max(len(data) - begin, 0) // size) if size else 0
        if whole:
            arrays[name] = np.frombuffer(data, dtype, whole * math.prod(row), begin).reshape(whole, *row)
        else:
            arrays[name] = np.zeros((0, *row), dtype)
    return arrays


def _of_whole_rows(arrays: dict[str, np.ndarray], series: list, embeddings: list) -> tuple[list, list]:
    """The series and tables that have any whole rows; their arrays are cut to equal lengths in place."""
    kept: tuple[list, list] = ([], [])
    for members, key, into in ((series, "values", kept[0]), (embeddings, "vectors", kept[1])):
        for one in members:
            steps, numbers = arrays[one["steps"]], arrays[one[key]]
            count = min(len(steps), len(numbers))
            if count:
                names = f"{one['steps']}:{count}", f"{one[key]}:{count}"
                arrays[names[0]], arrays[names[1]] = steps[:count], numbers[:count]
                into.append(one | {"steps": names[0], key: names[1]})
    return kept


def _digest(metadata: Mapping[str, str], arrays: Mapping[str, np.ndarray]) -> str:
    """SHA-256 over the metadata (without the digest itself) and the arrays, each in order of the names."""
    digest = hashlib.sha256()
    for key in sorted(metadata):
        if key != "digest":
            _feed(digest, key.encode("utf-8"), metadata[key].encode("utf-8"))
    for name in sorted(arrays):
        _feed(digest, name.encode("utf-8"), f"{arrays[name].dtype.name}{arrays[name].shape}".encode())
        _feed(digest, np.ascontiguousarray(arrays[name]))
    return digest.hexdigest()


def _feed(digest, *pieces) -> None:
    """Add pieces to a hash, each preceded by its length in bytes."""
    for piece in pieces:
        view = memoryview(piece)
        digest.update(view.nbytes.to_bytes(8, "little"))
        digest.update(view)
