"""Fixed pseudo-random directions, and the projection of parameters on them.

Direction j of a tensor has one entry, +1 or −1, for each of its numbers. With i the place of a number in
the flattened tensor,

    d[i, j] = block[i div PERIOD] · sign[i mod PERIOD] · mixer[(i + shift) mod WIDTH, j],

where `block` and `shift` are hashed from the tensor's name and shape, `sign` and `mixer` from the seed. So
every run, machine and framework has the same directions, and the first 16 of 32 are the 16 of 16.

**Why projections.** For independent random signs the entries of a direction are uncorrelated, since two
places that share `block` and `mixer` never share `sign`. So the expectation of a squared projection is the
squared length of what is projected (Johnson and Lindenstrauss 1984; signs: Achlioptas 2003).

**Why this form.** The sum over i splits in two. First the tensor is folded to WIDTH numbers,

    folded[c] = Σ over i + shift ≡ c (mod WIDTH) of block · sign[i mod PERIOD] · values[i],

which takes one pass whatever the number of directions; then folded @ mixer is a small product. The first
half is a count sketch with the column as bucket (Charikar, Chen and Farach-Colton 2002): the squared
length of `folded` has the squared length of the values as its expectation too, with a relative variance of
about 2 / WIDTH, 4 / WIDTH at worst (when whole blocks repeat, so that pairs of places inside a block meet
again in all of them). WIDTH is prime: blocks begin in different columns, and no row length of a matrix
falls into step with it.

**Why no copy of the parameters.** Folding is linear, so the fold of an update is the difference of two
folds of the parameters, and only these are kept. They are summed in float64: an update of relative size
1e-7, the last digit of float32, is left with nine digits. Folds of several tensors, or of the parts of one
tensor on several machines, are simply added. What is not linear, the length of an update, is the length of
its fold, within about 1 %. Of a group with at most WIDTH numbers, no more than a fold has, the numbers
themselves are kept beside it, and the length is exact: two small tensors may share columns, and would add up
there.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

WIDTH = 4093
PERIOD = 1 << 20
PIECE = 1 << 17  # numbers folded at a time on a processor: what fits its second cache
SCHEME = "2"  # the form above; runs of another one cannot be continued or compared number by number


class Key(NamedTuple):
    """What is particular to a tensor: a 32-bit number for its blocks' signs, and the shift of its columns."""

    blocks: int
    shift: int


@dataclass(frozen=True)
class Change:
    """How a group of parameters changed between two recorded steps.

    Attributes
    ----------
    projections : (K,) float64
        Of the change on the K directions.
    update_square, parameter_square : float
        Sum of the squares of the change (exact for groups of at most WIDTH numbers, else estimated from its
        fold), and of the parameters after it.
    """

    projections: np.ndarray
    update_square: float
    parameter_square: float


def tensor_key(name: str, shape: tuple[int, ...], seed: int) -> Key:
    """The key of a tensor, the same in every run for the same name, shape and seed."""
    text = f"{seed}/{name}/{'x'.join(str(int(length)) for length in shape)}"
    digest = hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).digest()
    return Key(int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little") % WIDTH)


@functools.lru_cache(maxsize=4096)
def block_sign(key: Key, block: int) -> int:
    """The sign of a tensor's block: +1 or −1."""
    return 1 - 2 * int(block_signs(key, np.array([block]))[0])


def block_signs(key: Key, blocks: np.ndarray) -> np.ndarray:
    """For each block, by its number, 1 where its sign is −1 and else 0; uint32."""
    return _mix(_mix(blocks.astype(np.uint32)) ^ np.uint32(key.blocks)) & np.uint32(1)


@functools.lru_cache(maxsize=2)
def signs(seed: int) -> np.ndarray:
    """The (PERIOD,) float32 signs that all tensors share; read-only."""
    return _hashed_signs("signs", PERIOD, seed).astype(np.float32)


def mixer(directions: int, seed: int) -> np.ndarray:
    """The (WIDTH, directions) float64 matrix of signs that turns a fold into projections."""
    return np.stack([_hashed_signs(f"mixer {column}", WIDTH, seed) for column in range(directions)], axis=1)


class Piece(NamedTuple):
    """Some of a tensor's numbers in one block: the slices of the numbers and of `signs`, the first column."""

    part: slice
    block: int
    of_signs: slice
    column: int


def pieces(count: int, start: int, size: int, shift: int) -> Iterator[Piece]:
    """Cut `count` numbers that begin at place `start` into pieces of at most `size`."""
    done = 0
    while done < count:
        block, place = divmod(start + done, PERIOD)
        length = min(size, count - done, PERIOD - place)
        column = (start + done + shift) % WIDTH
        yield Piece(slice(done, done + length), block, slice(place, place + length), column)
        done += length


def fold(values: np.ndarray, key: Key, seed: int, start: int = 0) -> np.ndarray:
    """Fold the numbers of a tensor, or of a part of it that begins at the place `start`.

    Returns
    -------
    (WIDTH + 1,) float64
        The fold, and behind it the sum of squares.
    """
    flat = np.ravel(values)
    result = np.zeros(WIDTH + 1)
    shared = signs(seed)
    padded = np.empty(-(-(min(PIECE, flat.size) + WIDTH) // WIDTH) * WIDTH)
    for part, block, of_signs, column in pieces(flat.size, start, PIECE, key.shift):
        end = column + part.stop - part.start
        rows = -(-end // WIDTH)
        table = padded[: rows * WIDTH]
        table[:column] = 0
        np.multiply(flat[part], shared[of_signs], out=table[column:end])
        table[end:] = 0
        result[:WIDTH] += block_sign(key, block) * table.reshape(rows, WIDTH).sum(axis=0)
        result[WIDTH] += np.einsum("i,i", table, table)  # unlike dot, it starts no threads
    return result


def change(
    before: np.ndarray, after: np.ndarray, mixing: np.ndarray, update_square: float | None = None
) -> Change:
    """The change between two folds (with sums of squares) of a group, projected with a `mixer`.

    ``update_square`` is the exact one, where the caller knows it; else it is that of the fold.
    """
    difference = after[:WIDTH] - before[:WIDTH]
    if update_square is None:
        update_square = float(np.sum(np.square(difference)))
    return Change(difference @ mixing, update_square, float(after[WIDTH]))


def _hashed_signs(name: str, count: int, seed: int) -> np.ndarray:
    """`count` signs, +1.0 or −1.0."""
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    first, second = (np.uint32(int.from_bytes(half, "little")) for half in (digest[:4], digest[4:]))
    return 1.0 - 2.0 * (_mix(_mix(np.arange(count, dtype=np.uint32) ^ first) ^ second) & np.uint32(1))


def _mix(x: np.ndarray) -> np.ndarray:
    """Scramble 32-bit numbers, one to one: xor-shift and multiply, as in MurmurHash3's finalizer."""
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x85EBCA6B)
    x = x ^ (x >> np.uint32(13))
    x = x * np.uint32(0xC2B2AE35)
    return x ^ (x >> np.uint32(16))
