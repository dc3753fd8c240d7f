"""Tensors that lie in a file: they are mapped into memory and decoded one at a time."""

from __future__ import annotations

import functools
import mmap
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import BloomError
from ...files import open_regular


class Dtype(NamedTuple):
    """How numbers are stored: bytes each, NumPy's dtype of the bits, and what makes floats of them."""

    size: int
    bits: str
    decode: Callable[[np.ndarray], np.ndarray] | None = None


def _bfloat16(bits: np.ndarray) -> np.ndarray:
    """The upper half of a float32."""
    return (bits.astype(np.uint32) << np.uint32(16)).view(np.float32)


def _float8_e4m3fn(bits: np.ndarray) -> np.ndarray:
    return _float8_table(4, 3)[bits]


def _float8_e5m2(bits: np.ndarray) -> np.ndarray:
    return _float8_table(5, 2)[bits]


@functools.cache
def _float8_table(exponent_bits: int, mantissa_bits: int) -> np.ndarray:
    """The 256 values of an 8-bit float (OCP 8-bit floating point specification, 2023).

    E5M2 has infinities and NaN as IEEE has them, E4M3FN only the two NaN with all bits set.
    """
    bits = np.arange(256)
    sign = np.where(bits & 0x80, -1.0, 1.0)
    mantissa = bits & ((1 << mantissa_bits) - 1)
    exponent = (bits >> mantissa_bits) & ((1 << exponent_bits) - 1)
    bias = (1 << (exponent_bits - 1)) - 1
    share = mantissa / (1 << mantissa_bits)
    values = np.where(
        exponent == 0, share * 2.0 ** (1 - bias), (1.0 + share) * 2.0 ** (exponent.astype(float) - bias)
    )
    highest = (1 << exponent_bits) - 1
    if exponent_bits == 5:
        values[(exponent == highest) & (mantissa == 0)] = np.inf
        values[(exponent == highest) & (mantissa != 0)] = np.nan
    else:
        values[(bits & 0x7F) == 0x7F] = np.nan
    return (sign * values).astype(np.float32)


DTYPES: dict[str, Dtype] = {
    "float64": Dtype(8, "<f8"),
    "float32": Dtype(4, "<f4"),
    "float16": Dtype(2, "<f2"),
    "bfloat16": Dtype(2, "<u2", _bfloat16),
    "float8_e4m3fn": Dtype(1, "u1", _float8_e4m3fn),
    "float8_e5m2": Dtype(1, "u1", _float8_e5m2),
    "complex64": Dtype(8, "<c8"),
    "complex128": Dtype(16, "<c16"),
    "int64": Dtype(8, "<i8"),
    "int32": Dtype(4, "<i4"),
    "int16": Dtype(2, "<i2"),
    "int8": Dtype(1, "i1"),
    "uint8": Dtype(1, "u1"),
    "uint16": Dtype(2, "<u2"),
    "uint32": Dtype(4, "<u4"),
    "uint64": Dtype(8, "<u8"),
    "bool": Dtype(1, "u1"),
}


MOST_DIMENSIONS = 32  # of a tensor: what every NumPy can hold


def check_shape(shape: Sequence[int], name: str, file: str) -> None:
    """BloomError for a shape of more dimensions, or larger ones, than any tensor has."""
    if len(shape) > MOST_DIMENSIONS:
        raise BloomError(
            f"{name[:80]!r} in {file} has {len(shape)} dimensions: save tensors of at most {MOST_DIMENSIONS}."
        )
    if not all(type(length) is int and 0 <= length < 2**62 for length in shape):
        raise BloomError(f"{file} is damaged in the shape of {name[:80]!r}: copy it again.")


@dataclass(frozen=True, eq=False)
class Tensor:
    """Where the numbers of a tensor lie.

    Attributes
    ----------
    shape : tuple of int
    dtype : str
        A key of `DTYPES`.
    data : (N,) uint8
        The whole file, or the whole archive member, mapped.
    start : int
        Byte of the first number.
    strides : tuple of int or None
        Distances in numbers, not bytes; None for row after row. The maker vouches that all lies within.
    file : str
        Named in errors.
    """

    shape: tuple[int, ...]
    dtype: str
    data: np.ndarray
    start: int
    strides: tuple[int, ...] | None
    file: str
    checked: Callable[[], None] = field(default=lambda: None)

    @property
    def count(self) -> int:
        """How many numbers."""
        count = 1
        for length in self.shape:
            count *= length
        return count

    @property
    def is_float(self) -> bool:
        """Whether it can be a trained parameter of real numbers."""
        return self.dtype.startswith(("float", "bfloat"))

    def load(self) -> np.ndarray:
        """The numbers, in `shape`; a view of the file where that is possible."""
        self.checked()
        stored = DTYPES[self.dtype]
        count = self.count
        if self.strides is None or count == 0:
            flat = np.frombuffer(self.data, stored.bits, count, self.start)
            bits = flat.reshape(self.shape)
        else:
            last = sum((n - 1) * stride for n, stride in zip(self.shape, self.strides, strict=True))
            flat = np.frombuffer(self.data, stored.bits, last + 1, self.start)
            strides = tuple(stride * stored.size for stride in self.strides)
            bits = np.lib.stride_tricks.as_strided(flat, self.shape, strides, writeable=False)
        return bits if stored.decode is None else stored.decode(bits)


@dataclass(frozen=True, eq=False)
class Weights:
    """One checkpoint: tensors by name, what counters it holds (``{"global_step": 500}``), and remarks."""

    tensors: dict[str, Tensor]
    clocks: dict[str, int]
    remarks: tuple[str, ...] = ()


def open_bytes(path: Path) -> np.ndarray:
    """The bytes of a file as (N,) uint8, mapped and not loaded."""
    try:
        with open_regular(path, advice="check the path and the rights") as file:
            return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)
    except BloomError:
        raise
    except ValueError:
        raise BloomError(f"{path.name} is empty: copy it again.") from None
    except OSError as error:
        raise BloomError(
            f"{path} cannot be read ({error.strerror}): check the path and the rights."
        ) from None


def check_sum(data: np.ndarray, expected: int) -> bool:
    """Whether the CRC-32 of (N,) uint8 is as expected."""
    crc = 0
    for start in range(0, len(data), 1 << 24):
        crc = zlib.crc32(data[start : start + (1 << 24)], crc)
    return crc == expected
