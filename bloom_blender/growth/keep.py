"""What of a run is kept beside a flame, so that it can be grown again: all of it, unless it is large."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..trajectory import Embeddings, Series, Trajectory

EXACT = 8 * 2**20  # bytes of float64 up to which numbers are kept as they are; beyond, as float32
MOST = 32 * 2**20  # bytes beyond which words and steps are left out

_FLOAT32 = 3e38


def kept_part(trajectory: Trajectory) -> tuple[Trajectory, dict[str, str]]:
    """A run of `MOST` bytes at most, and the dtypes in which to store it.

    Of a large embedding table every n-th word is kept; the updates of a long series are summed in blocks,
    and of its metrics every n-th number is kept.
    """
    if _size(trajectory, 8) <= EXACT:
        return trajectory, {one.name: _exact_dtype(_numbers(one)) for one in trajectory.members}
    if _size(trajectory, 4) > MOST:
        share = MOST / _size(trajectory, 4)
        trajectory = replace(
            trajectory,
            series=tuple(_shorter(one, share) for one in trajectory.series),
            embeddings=tuple(_smaller(one, share) for one in trajectory.embeddings),
        )
    return trajectory, {
        one.name: "float32"
        for one in trajectory.members
        if np.nanmax(np.abs(_numbers(one)), initial=0.0, where=np.isfinite(_numbers(one))) < _FLOAT32
    }


def _exact_dtype(numbers: np.ndarray) -> str:
    """The shortest dtype that keeps every number as it is."""
    with np.errstate(over="ignore", under="ignore"):
        for dtype in ("float16", "float32"):
            if np.array_equal(numbers.astype(dtype), numbers, equal_nan=True):
                return dtype
    return "float64"


def _numbers(one: Series | Embeddings) -> np.ndarray:
    return one.values if isinstance(one, Series) else one.vectors


def _size(trajectory: Trajectory, bytes_each: int) -> int:
    return bytes_each * sum(_numbers(one).size for one in trajectory.members)


def _shorter(series: Series, share: float) -> Series:
    count = len(series.steps)
    wanted = max(int(share * count), 512)
    if wanted >= count:
        return series
    edges = np.unique(np.rint(np.linspace(0, count, wanted + 1)).astype(np.int64))
    last = edges[1:] - 1
    values = series.values[last]
    if series.kind == "update":
        values = np.add.reduceat(series.values, edges[:-1], axis=0)
    return replace(series, steps=series.steps[last], values=values)


def _smaller(table: Embeddings, share: float) -> Embeddings:
    every = max(int(np.ceil(1.0 / share)), 1)
    return replace(table, words=table.words[::every], vectors=table.vectors[:, ::every])
