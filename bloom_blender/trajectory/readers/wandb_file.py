"""The .wandb file of a run of Weights & Biases: a LevelDB log of protobuf records.

Seven bytes of header (``:W&B``, 0xBEE1, version 0), then blocks of 32 KiB. A chunk in a block has a CRC-32
of its type and data, the length (2 bytes), its type (1 whole record, 2 first, 3 middle, 4 last part) and
the data. A `Record` has history 2 with items 1 (key 1, nested_key 2, value_json 16) and step 2 (num 1).
Sources: LevelDB's log format, doc/log_format.md; wandb/proto/wandb_internal.proto.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

from ...errors import BloomError
from ..measurements import Measurements
from ..options import Options
from ..source import Source
from ..trajectory import Trajectory
from . import protobuf
from .rows import Rows

FORMAT = "wandb run file"

_HEADER = b":W&B"
_BLOCK = 32_768
_WHOLE, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_LARGEST_RECORD = 64_000_000  # bytes
_LARGEST_VALUE = 100_000  # characters of JSON: a longer one is a picture or a table


def recognizes(source: Source) -> bool:
    """Whether the file begins as one of these."""
    return source.head[:4] == _HEADER


def read(source: Source, options: Options) -> Trajectory:
    """Read the history of the run."""
    measured = Measurements(options.selection)
    rows = Rows(measured)
    left_out = 0
    for record in _records(source, options, measured.remarks):
        try:
            row = _history(record)
        except protobuf.Damaged:
            if options.partial:
                left_out += 1
                continue
            raise BloomError(
                f"{source.name} holds a record that cannot be read: "
                f"copy it again, or ask for what is readable."
            ) from None
        if row:
            rows.add(_without_media(row))
    rows.finish()
    if left_out:
        measured.remarks.append(f"{left_out} records that cannot be read are left out")
    return measured.trajectory(source.path.stem, source.name, {"origin": FORMAT})


def _records(source: Source, options: Options, remarks: list[str]) -> Iterator[bytes]:
    parts: list[bytes] = []
    size = 0  # of the parts
    with source.binary() as stream:
        place = len(stream.read(7))
        while True:
            room = _BLOCK - place % _BLOCK
            if room < 7:  # the end of a block that no chunk fits in
                place += len(stream.read(room))
                continue
            header = stream.read(7)
            if not header:
                if parts:
                    remarks.append(f"{source.name} ends within a record, at byte {place}")
                return
            length, kind = int.from_bytes(header[4:6], "little"), header[6] if len(header) == 7 else 0
            data = stream.read(length) if len(header) == 7 else b""
            if len(header) < 7 or len(data) < length:
                remarks.append(f"{source.name} ends within a record, at byte {place}")
                return
            sound = zlib.crc32(header[6:] + data) == int.from_bytes(header[:4], "little")
            fits = (kind in (_WHOLE, _FIRST)) == (not parts) and _WHOLE <= kind <= _LAST
            if not (sound and fits and length <= room - 7 and size < _LARGEST_RECORD):
                if options.partial:
                    remarks.append(f"{source.name} is damaged at byte {place}, what follows is left out")
                    return
                raise BloomError(
                    f"{source.name} is damaged at byte {place}: copy it again, or ask for what is readable."
                )
            place += 7 + length
            if data or not parts:
                parts.append(data)
                size += length
            if kind in (_WHOLE, _LAST):
                yield b"".join(parts)
                parts, size = [], 0


def _history(record: bytes) -> dict:
    """The row of a record, empty if it is of another sort."""
    row: dict = {}
    for number, _, value in protobuf.fields(record):
        if number != 2:
            continue
        for field, _, part in protobuf.fields(protobuf.content(value)):
            if field == 1:
                name, number_text = _item(protobuf.content(part))
                if len(number_text) <= _LARGEST_VALUE:
                    try:
                        row[name] = json.loads(number_text)
                    except (ValueError, RecursionError):
                        continue
            elif field == 2:
                for inner, _, step in protobuf.fields(protobuf.content(part)):
                    if inner == 1:
                        row.setdefault("_step", protobuf.signed(step))
    return row


def _without_media(row: dict) -> dict:
    """The row without what tells of tables and pictures (``x._type``, ``x.size``, …)."""
    media = tuple(f"{name.removesuffix('._type')}." for name in row if name.endswith("._type"))
    return {name: value for name, value in row.items() if not name.startswith(media)} if media else row


def _item(message: bytes) -> tuple[str, str]:
    key, nested, text = "", [], ""
    for number, _, value in protobuf.fields(message):
        if number == 1:
            key = protobuf.text(value)
        elif number == 2:
            nested.append(protobuf.text(value))
        elif number == 16:
            text = protobuf.text(value)
    return key or ".".join(nested), text
