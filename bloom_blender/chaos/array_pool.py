"""Arrays whose memory is used again.

A cloud of a million points takes some 90 MB. Freed, they go back to the system, and the next cloud pays for
every page again, as much as for the chaos game itself. So memory that nobody refers to any more is kept for
the next array of the same size.
"""

from __future__ import annotations

import sys
import threading

import numpy as np

#: Bytes that are kept at most: a cloud of a million points, and what is computed on the way.
MOST = 128 << 20
_blocks: list[np.ndarray] = []
_lock = threading.Lock()


def empty(shape: int | tuple[int, ...], dtype: type) -> np.ndarray:
    """An array of any content, as ``np.empty``.

    Its memory is not handed out again while the array or any view of it exists: each of them refers to the
    block that it lies in, and only a block without such references is used again.
    """
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if not 0 < size <= MOST:
        return np.empty(shape, dtype)
    with _lock:
        places = range(len(_blocks))
        free = (n for n in places if len(_blocks[n]) == size and _references(_blocks, n) <= _FREE)
        place = next(free, None)
        if place is not None:
            block = _blocks[place]
        else:
            _forget(MOST - size)
            block = np.empty(size, np.uint8)
            _blocks.append(block)
        return block.view(dtype).reshape(shape)


def zeros(shape: int | tuple[int, ...], dtype: type) -> np.ndarray:
    """The same, filled with zeros."""
    array = empty(shape, dtype)
    array.fill(0)
    return array


def release() -> None:
    """Give the memory back; arrays that somebody holds stay as they are."""
    with _lock:
        _blocks.clear()


def _references(blocks: list[np.ndarray], place: int) -> int:
    """How many refer to a block, the list and this question included."""
    return sys.getrefcount(blocks[place])


#: That of a block that nobody holds, in the Python that runs.
_FREE = _references([np.empty(1, np.uint8)], 0)


def _forget(most: int) -> None:
    """Keep no more than so many bytes, the newest; a block that is in use is freed when its arrays are."""
    while _blocks and sum(map(len, _blocks)) > most:
        _blocks.pop(0)
