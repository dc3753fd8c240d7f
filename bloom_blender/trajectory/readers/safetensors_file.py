"""The tensors of a .safetensors file, as they lie in it.

The library gives NumPy no bfloat16 and no 8-bit floats, which is what models are saved in, and loads a
file as a whole. The format is simple: 8 bytes with the length of a JSON header, the header, then the data.
Source: https://github.com/huggingface/safetensors#format.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from ...errors import BloomError
from ...files import open_regular, read_regular
from ..source import Source
from .tensors import DTYPES, Tensor, Weights, check_shape, open_bytes

LARGEST_HEADER = 100_000_000  # bytes; the limit of the library

_NAMES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2", "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "U8": "uint8",
    "U16": "uint16", "U32": "uint32", "U64": "uint64", "BOOL": "bool",
}  # fmt: skip


def recognizes(source: Source) -> bool:
    """Whether the file begins with a length and a JSON object."""
    head = source.head
    return (
        len(head) > 9 and head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= LARGEST_HEADER
    ) and not source.is_packed


def read_header(path: Path) -> tuple[dict, int]:
    """The header of a file, and where its data begin; BloomError if it is damaged."""
    with open_regular(path, advice="check the path and the rights") as file:
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if length > LARGEST_HEADER or 8 + length > size:
            raise BloomError(f"{path.name} is truncated in its header: copy it again.")
        try:
            header = json.loads(file.read(length).decode("utf-8"))
        except (ValueError, RecursionError):
            header = None
    if not isinstance(header, dict):
        raise BloomError(f"{path.name} is damaged in its header: copy it again.")
    return header, 8 + length


def open_weights(path: Path) -> Weights:
    """The tensors of a file; none is loaded before it is asked for."""
    header, start = read_header(path)
    data = open_bytes(path)
    metadata = header.pop("__metadata__", None)
    tensors: dict[str, Tensor] = {}
    for name, entry in header.items():
        try:
            dtype = _NAMES.get(entry["dtype"])
            shape = tuple(entry["shape"])
            begin, end = entry["data_offsets"]
            sizes = all(type(length) is int and length >= 0 for length in (*shape, begin, end))
        except (KeyError, TypeError, ValueError):
            sizes = False
        if not sizes:
            raise BloomError(f"{path.name} is damaged in its header, at {name!r}: copy it again.")
        check_shape(shape, name, path.name)
        if dtype is None:
            continue  # of no use here, such as 4-bit numbers
        count = 1
        for length in shape:
            count *= length
        if end - begin != count * DTYPES[dtype].size:
            raise BloomError(f"{path.name} is damaged in its header, at {name!r}: copy it again.")
        if start + end > len(data):
            raise BloomError(f"{path.name} is truncated in the data of {name!r}: copy it again.")
        tensors[name] = Tensor(shape, dtype, data, start + begin, None, path.name)
    clocks = {}
    if isinstance(metadata, dict):
        clocks = {
            key: int(text)
            for key, text in metadata.items()
            if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 16
        }
    return Weights(tensors, clocks)


def open_shards(index: Path) -> Weights:
    """The tensors of a model in several files, by its ``….index.json``; BloomError if one is missing."""
    try:
        shards = json.loads(read_regular(index, LARGEST_HEADER).decode("utf-8"))["weight_map"]
        names = sorted(set(shards.values()))
        if not names or not all(Path(name).name == name for name in names):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BloomError(f"{index.name} is no index of the files of a model: copy it again.") from None
    tensors: dict[str, Tensor] = {}
    for name in names:
        path = index.parent / name
        if not os.path.isfile(path):  # False where the name is too long
            raise BloomError(f"{index.parent / name} is missing: copy all files of the model.")
        tensors.update(open_weights(path).tensors)
    return Weights({name: tensors[name] for name in shards if name in tensors}, {})
