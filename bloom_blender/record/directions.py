"""Fixed pseudo-random directions, and the projection of a parameter change on them.

Direction j of a tensor has one entry, +1 or −1, for each of its numbers. With i the place of a number in
the flattened tensor,

    d[i, j] = sign[i] · mixer[i mod WIDTH, j],

where `sign` depends on the seed and on the tensor's name and shape, and `mixer` on the seed only. Both
are a hash of their place, so every run, machine and framework has the same directions, and the first
16 of 32 directions are the 16 of 16. The projection of a change is the sum of change[i] · d[i, j]; its
mean square over random directions is the squared length of the change (Johnson and Lindenstrauss 1984;
signs instead of normal numbers: Achlioptas 2003).

The form as a product is for speed. The sum over i splits in two: first the change is folded,

    folded[c] = Σ over i ≡ c (mod WIDTH) of sign[i] · change[i],

which costs one pass whatever the number of directions, then folded @ mixer is a small product (the
first half is a count sketch with the column as bucket: Charikar, Chen and Farach-Colton 2002). WIDTH is
prime, so that no row length of a matrix falls into step with it. Folding is linear: the folds of several
tensors, or of the parts of one tensor on several machines, are simply added.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

WIDTH = 1021
ROWS_PER_WORD = 32  # one hashed 32-bit word gives the signs of 32 numbers in a column
BLOCK_WORDS = 8  # 8 · 32 · 1021 numbers at a time, 2 MB in float64


class Key(NamedTuple):
    """Two 32-bit numbers that select the signs of one tensor."""

    first: int
    second: int


@dataclass(frozen=True)
class Change:
    """How a tensor or a group of tensors changed; sums of two describe both together.

    Attributes
    ----------
    folded : (WIDTH,) float64
        The folded change, see above.
    update_square, parameter_square : float
        Sum of the squares of the change, and of the parameters after it.
    """

    folded: np.ndarray
    update_square: float
    parameter_square: float

    def __add__(self, other: Change) -> Change:
        return Change(
            self.folded + other.folded,
            self.update_square + other.update_square,
            self.parameter_square + other.parameter_square,
        )


def tensor_key(name: str, shape: tuple[int, ...], seed: int) -> Key:
    """The key of a tensor, the same in every run for the same name, shape and seed."""
    text = f"{seed}/{name}/{'x'.join(str(int(length)) for length in shape)}"
    digest = hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).digest()
    return Key(int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little"))


def sign_words(key: Key, start: int, count: int) -> np.ndarray:
    """Words `start` to `start + count` of a tensor's signs, as (count, WIDTH) uint32.

    Bit b of the word [r, c] belongs to the number at i = ((start + r) · 32 + b) · WIDTH + c; a set bit
    means −1.
    """
    places = np.arange(start * WIDTH, (start + count) * WIDTH, dtype=np.uint64).reshape(count, WIDTH)
    low, high = places.astype(np.uint32), (places >> np.uint64(32)).astype(np.uint32)
    return _mix(_mix(low ^ np.uint32(key.first)) ^ _mix(high + np.uint32(key.second)))


def fold(values: np.ndarray, key: Key) -> np.ndarray:
    """Fold the numbers of a tensor to (WIDTH,) float64, with one block of signs in memory at a time."""
    flat = np.ravel(values)
    folded = np.zeros(WIDTH)
    shifts = np.arange(ROWS_PER_WORD, dtype=np.uint32)[:, None]
    block_size = BLOCK_WORDS * ROWS_PER_WORD * WIDTH
    for block, start in enumerate(range(0, flat.size, block_size)):
        piece = flat[start : start + block_size]
        words = -(-piece.size // (ROWS_PER_WORD * WIDTH))
        padded = np.zeros(words * ROWS_PER_WORD * WIDTH)
        padded[: piece.size] = piece
        bits = (sign_words(key, block * BLOCK_WORDS, words)[:, None, :] >> shifts) & np.uint32(1)
        table = padded.reshape(bits.shape)
        np.negative(table, out=table, where=bits.astype(bool))
        folded += table.sum(axis=(0, 1))
    return folded


def mixer(directions: int, seed: int) -> np.ndarray:
    """The (WIDTH, directions) float64 matrix of signs that turns a fold into projections."""
    columns = [
        _mix(_mix(np.arange(WIDTH, dtype=np.uint32) ^ np.uint32(key.first)) ^ np.uint32(key.second)) & 1
        for key in (tensor_key(f"mixer {column}", (WIDTH,), seed) for column in range(directions))
    ]
    return 1.0 - 2.0 * np.stack(columns, axis=1)


def measure_change(name: str, before: np.ndarray, after: np.ndarray, seed: int) -> Change:
    """How the tensor of that name changed from `before` to `after` (same shape, real numbers)."""
    difference = np.subtract(after, before, dtype=np.float64)
    return Change(
        fold(difference, tensor_key(name, difference.shape, seed)),
        float(np.sum(np.square(difference))),
        float(np.sum(np.square(after, dtype=np.float64))),
    )


def _mix(x: np.ndarray) -> np.ndarray:
    """Scramble 32-bit numbers, one to one: xor-shift and multiply, as in MurmurHash3's finalizer."""
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x85EBCA6B)
    x = x ^ (x >> np.uint32(13))
    x = x * np.uint32(0xC2B2AE35)
    return x ^ (x >> np.uint32(16))
