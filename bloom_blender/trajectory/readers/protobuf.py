"""Just enough of the protobuf wire format: the fields of one message, one after the other.

Source: https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class Damaged(ValueError):
    """The bytes are no message."""


def fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """(number, wire type, value) of each field; a value is a whole number, or bytes unless a varint."""
    place, end = 0, len(data)
    while place < end:
        key, place = _varint(data, place)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, place = _varint(data, place)
            yield number, wire, value
            continue
        if wire == BYTES:
            size, place = _varint(data, place)
        elif wire == FIXED64:
            size = 8
        elif wire == FIXED32:
            size = 4
        else:
            raise Damaged
        if size > end - place:
            raise Damaged
        yield number, wire, data[place : place + size]
        place += size


def signed(value: int | bytes) -> int:
    """A varint as the int64 it stands for."""
    if not isinstance(value, int):
        raise Damaged
    return value - (1 << 64) if value >> 63 else value


def float32(value: int | bytes) -> float:
    """A field of four bytes as a float."""
    return _unpacked("<f", value)


def float64(value: int | bytes) -> float:
    """A field of eight bytes as a float."""
    return _unpacked("<d", value)


def text(value: int | bytes) -> str:
    """A field of bytes as text."""
    return content(value).decode("utf-8", "replace")


def content(value: int | bytes) -> bytes:
    """A field that has to be of bytes."""
    if not isinstance(value, bytes):
        raise Damaged
    return value


def packed(value: int | bytes, form: str) -> list[float]:
    """A repeated field of fixed-size numbers (`form` of `struct`), packed or one of it."""
    data = content(value)
    size = struct.calcsize(form)
    if len(data) % size:
        raise Damaged
    return [number for (number,) in struct.iter_unpack(form, data)]


def packed_varints(value: int | bytes) -> list[int]:
    """A repeated field of varints, packed or one of it."""
    if isinstance(value, int):
        return [value]
    numbers, place = [], 0
    while place < len(value):
        number, place = _varint(value, place)
        numbers.append(number)
    return numbers


def _unpacked(form: str, value: int | bytes) -> float:
    if not isinstance(value, bytes) or len(value) != struct.calcsize(form):
        raise Damaged
    return struct.unpack(form, value)[0]


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if place >= len(data) or shift > 63:
            raise Damaged
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, place
        shift += 7
