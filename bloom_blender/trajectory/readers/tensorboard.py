"""TensorBoard event files, without TensorFlow.

A file is a chain of TFRecords: the length of the data (8 bytes, little-endian), a checksum of the length,
the data, a checksum of the data. The checksum is CRC-32C (polynomial 0x1EDC6F41, reflected), rotated right
by 15 bits plus 0xA282EAD8. The data is a protobuf message `Event`: wall_time 1, step 2, summary 5,
session_log 7; a `Summary` has values 1 with tag 1, simple_value 2, tensor 8.
Sources: tensorflow/core/lib/io/record_writer.h, core/util/event.proto, core/framework/{summary,tensor}.proto.
"""

from __future__ import annotations

import functools
import itertools
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from ...errors import BloomError
from ..measurements import Measurements
from ..options import Options
from ..source import CutOff, Source
from ..trajectory import Trajectory
from . import protobuf
from .rows import is_clock

FORMAT = "TensorBoard events"

LARGEST_SCALAR_RECORD = 65_536  # bytes; larger ones are pictures and histograms, and passed over
LARGEST_RECORD = 1 << 31

# TensorFlow's DataType: its number, and the NumPy dtype of tensor_content.
_DTYPES = {
    1: "<f4",
    2: "<f8",
    3: "<i4",
    4: "u1",
    5: "<i2",
    6: "i1",
    9: "<i8",
    17: "<u2",
    19: "<f2",
    22: "<u4",
}
_SESSION_START = 1


def recognizes(source: Source) -> bool:
    """Whether the file begins with a TFRecord that is an `Event`."""
    head = source.head
    if len(head) < 12:
        return False
    return int.from_bytes(head[8:12], "little") == masked_crc(head[:8])


def read(source: Source, options: Options) -> Trajectory:
    """Read the scalars of one event file."""
    return read_files([source], options, source.name, run_name(source.path))


def run_name(path: Path) -> str:
    """Event files have names of time and machine; a run is known by its folder."""
    return path.resolve().parent.name or "run"


def read_files(
    sources: list[Source],
    options: Options,
    file: str,
    name: str,
    around: Sequence[tuple[str, str]] | None = None,
) -> Trajectory:
    """Read the event files of one run in the order of their time.

    ``around`` has what goes before and behind the tags of each file.
    """
    measured = Measurements(options.selection)
    around = around or [("", "")] * len(sources)
    left_out = 0
    for source, ends in sorted(zip(sources, around, strict=True), key=lambda pair: _age(pair[0].path)):
        for record in _records(source, options, measured.remarks):
            try:
                _add_event(record, measured, *ends)
            except protobuf.Damaged:
                left_out += 1
                if not options.partial:
                    raise BloomError(
                        f"{source.name} holds a record that is no event: "
                        f"copy it again, or ask for what is readable."
                    ) from None
    if left_out:
        measured.remarks.append(f"{left_out} records that are no events are left out")
    return measured.trajectory(name, file, {"origin": FORMAT})


def first_tags(source: Source, most: int = 2) -> set[str]:
    """The tags of the scalars in a file, until there are `most` of them, or the first 1000 records end."""
    tags: set[str] = set()
    for record in itertools.islice(_records(source, Options(partial=True), []), 1000):
        try:
            tags.update(tag for _, tag, _ in _scalars(record))
        except protobuf.Damaged:
            break
        if len(tags) >= most:
            break
    return tags


def _age(path: Path) -> tuple[int, str]:
    """By the time in the name: events.out.tfevents.<seconds>.<machine>…"""
    match = re.search(r"tfevents\.(\d+)", path.name)
    return (int(match[1]) if match else 0, path.name)


def _records(source: Source, options: Options, remarks: list[str]) -> Iterator[bytes]:
    """The data of each record; a last record that is cut off is what a running training leaves."""
    place = 0
    with source.binary() as stream:
        while True:
            try:
                header = stream.read(12)
                if not header:
                    return
                length = int.from_bytes(header[:8], "little")
                sound = len(header) < 12 or masked_crc(header[:8]) == int.from_bytes(header[8:], "little")
                if sound and len(header) == 12 and length <= LARGEST_SCALAR_RECORD:
                    data = stream.read(length + 4)
                    if len(data) == length + 4:
                        if masked_crc(data[:-4]) == int.from_bytes(data[-4:], "little"):
                            place += 16 + length
                            yield data[:-4]
                            continue
                        sound = False
                elif sound and len(header) == 12 and length <= LARGEST_RECORD and _skip(stream, length + 4):
                    place += 16 + length
                    continue
            except CutOff:
                sound = True
                if not options.partial:
                    raise
            if sound:
                remarks.append(f"{source.name} ends within a record, at byte {place}")
                return
            if options.partial:
                remarks.append(f"{source.name} is damaged at byte {place}, what follows is left out")
                return
            raise BloomError(
                f"{source.name} is damaged at byte {place}: copy it again, or ask for what is readable."
            )


def _skip(stream, count: int) -> bool:
    while count:
        piece = stream.read(min(count, 1 << 20))
        if not piece:
            return False
        count -= len(piece)
    return True


def _add_event(data: bytes, measured: Measurements, before: str, behind: str) -> None:
    for step, tag, number in _scalars(data, measured.restart):
        measured.add(before + tag + behind, step, number)


def _scalars(
    data: bytes, restart: Callable[[int], None] = lambda step: None
) -> Iterator[tuple[int, str, float]]:
    """(step, tag, number) of the scalars of an event; `restart` is called where a session begins."""
    step, summary, session = 0, [], None
    for number, wire, value in protobuf.fields(data):
        if number == 2 and wire == protobuf.VARINT:
            step = protobuf.signed(value)
        elif number == 5:
            summary.append(protobuf.content(value))
        elif number == 7:
            session = protobuf.content(value)
    if session is not None:
        for number, _, value in protobuf.fields(session):
            if number == 1 and value == _SESSION_START:
                restart(step)
    for message in summary:
        for number, _, value in protobuf.fields(message):
            if number == 1:
                scalar = _scalar(protobuf.content(value))
                if scalar is not None and not is_clock(scalar[0]):
                    yield step, *scalar


def _scalar(message: bytes) -> tuple[str, float] | None:
    """Tag and number of a `Summary.Value`; None if it is something else."""
    tag, number = "", None
    for field, wire, value in protobuf.fields(message):
        if field == 1:
            tag = protobuf.text(value)
        elif field == 2 and wire == protobuf.FIXED32:
            number = protobuf.float32(value)
        elif field == 8:
            number = _tensor_scalar(protobuf.content(value))
    return None if number is None or not tag else (tag, number)


def _tensor_scalar(message: bytes) -> float | None:
    """The number of a `TensorProto` that holds one; None otherwise."""
    dtype, contents, numbers = 0, b"", []
    for field, _, value in protobuf.fields(message):
        if field == 1 and isinstance(value, int):
            dtype = value
        elif field == 4:
            contents = protobuf.content(value)
        elif field == 5:
            numbers += protobuf.packed(value, "<f")
        elif field == 6:
            numbers += protobuf.packed(value, "<d")
        elif field in (7, 10):
            numbers += [float(protobuf.signed(one)) for one in protobuf.packed_varints(value)]
        elif field == 13:
            for bits in protobuf.packed_varints(value):
                numbers += _from_bits(bits, dtype)
    if contents and dtype in _DTYPES and len(contents) == np.dtype(_DTYPES[dtype]).itemsize:
        numbers = [float(np.frombuffer(contents, _DTYPES[dtype])[0])]
    elif contents and dtype == 14 and len(contents) == 2:
        numbers = _from_bits(int.from_bytes(contents, "little"), dtype)
    return numbers[0] if len(numbers) == 1 else None


def _from_bits(bits: int, dtype: int) -> list[float]:
    """A half (19) or bfloat16 (14) number from its bits."""
    bits &= 0xFFFF
    if dtype == 19:
        return [float(np.frombuffer(struct.pack("<H", bits), "<f2")[0])]
    if dtype == 14:
        return [struct.unpack("<f", struct.pack("<I", bits << 16))[0]]
    return []


def masked_crc(data: bytes) -> int:
    """The checksum of a TFRecord."""
    crc = 0xFFFF_FFFF
    table = _crc_table()
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFF_FFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282_EAD8) & 0xFFFF_FFFF


@functools.cache
def _crc_table() -> tuple[int, ...]:
    table = []
    for index in range(256):
        for _ in range(8):
            index = (index >> 1) ^ (0x82F6_3B78 if index & 1 else 0)
        table.append(index)
    return tuple(table)
