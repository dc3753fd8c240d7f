"""The mapping of the first Bloom, kept exactly: an animation of it can be reproduced to rounding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import BloomError
from ..flame.model import Flame
from ..trajectory import Embeddings, Trajectory
from .chance import Chance
from .curves import Curves
from .principal import principal_directions

EPOCHS = 15
SKIP_WORDS = 2

_CANCELLED = 1e-12  # a sum this small, relative to what was added up, is rounding
_NOT_SPANNED = 1e-10  # a direction this weak, relative to the strongest, is rounding


def classic(
    trajectory: Trajectory,
    flame: Flame,
    *,
    frames: int,
    epochs: int | None = None,
    skip_words: int = SKIP_WORDS,
    permutation: Sequence[int] | None = None,
    seed: int = 0,
    source: str | None = None,
    end_on_base: bool = False,
) -> Curves:
    """Drive weight, opacity and affine map of every xform by the word vectors' updates, row by row.

    With M[e] the (V, D) table after epoch e and U[e] = M[e + 1] - M[e]: the first n right singular
    vectors of U[0], centred over words, are the basis, n = 8 per xform. Every update is projected on it,
    the rows (epoch by epoch, in it word by word) are scaled so that each column's sum is as large as the
    base value, reversed in time, summed in blocks of ``rows // frames``, and added up from the base flame.

    Parameters
    ----------
    trajectory, flame
        The run must hold an embedding table; final xforms are left alone.
    frames : int
        N; the run must have as many rows: ``epochs * (V - skip_words) >= frames``.
    epochs : int, optional
        How many updates to use, from the first; 15 as in the original, or all where there are fewer.
    skip_words : int
        Leave out this many words at the start of the table (markers such as ``<unk>``).
    permutation : sequence of n int, optional
        Parameter j is driven by component ``permutation[j]``; shuffled by `seed` if not given.
    source : str, optional
        Name of the embedding table; the first one by default.
    end_on_base : bool
        The film ends on the base flame itself: every row is emitted before its block is added, so row 0
        is the base, bit by bit. The original emitted after adding and stopped one block short of it.

    Returns
    -------
    Curves
        Rows as the original emitted them, ``order="reversed"``: row 0 lies next to the base flame and is
        the last frame of the film.

    Raises
    ------
    BloomError
        If the run has too few snapshots, rows or directions, or does not move at its start.
    """
    table_ = _table(trajectory, source)
    names, base = _parameters(flame)
    components = _components(table_, len(names))
    order = _permutation(permutation, len(names), seed)
    rows = _rows(components, table_, epochs, skip_words, frames)[:, order]
    steps = _scaled(rows, base, names)[::-1].reshape(frames, -1, len(names)).sum(axis=1)
    if end_on_base:
        steps = np.concatenate([np.zeros((1, len(names))), steps[:-1]])
    return Curves(names, base, base + np.cumsum(steps, axis=0), order="reversed")


def _table(trajectory: Trajectory, name: str | None) -> Embeddings:
    if not trajectory.embeddings:
        raise BloomError(
            f"the run {trajectory.name!r} holds no embeddings, which the classic mapping needs: "
            f"use the robust mapping."
        )
    table = trajectory.embedding(name)
    if len(table.steps) < 2:
        raise BloomError(f"the embedding table {table.name!r} has one snapshot: record two or more.")
    return table


def _parameters(flame: Flame) -> tuple[tuple[str, ...], np.ndarray]:
    """Names and base values of the 8 parameters of every xform."""
    names: list[str] = []
    base: list[float] = []
    for number, xform in enumerate(flame.xforms, start=1):
        names += [f"xform{number}.weight", f"xform{number}.opacity"]
        names += [f"xform{number}.coefs[{element}]" for element in range(6)]
        base += [xform.weight, xform.opacity, *xform.coefs]
    return tuple(names), np.array(base, dtype=np.float64)


def _components(table: Embeddings, count: int) -> np.ndarray:
    """The updates in the basis of the first one: (E - 1, V, count)."""
    updates = np.diff(table.vectors, axis=0)
    first = updates[0] - updates[0].mean(axis=0)
    words, dimensions = first.shape
    if not first.any():
        raise BloomError(
            f"the first two snapshots of the embedding table {table.name!r} do not differ, so the classic "
            f"mapping has no directions: remove the first snapshot, or choose another table or side."
        )
    directions, strengths = principal_directions(first)
    spanned = int((strengths > _NOT_SPANNED * strengths[0]).sum())
    if spanned < count:
        raise BloomError(
            f"the classic mapping needs {count} directions (8 per xform), but the first update of "
            f"{words} words × {dimensions} values spans {spanned}: use the robust mapping."
        )
    return updates @ directions[:count].T


def _permutation(permutation: Sequence[int] | None, count: int, seed: int) -> np.ndarray:
    if permutation is None:
        return np.array(Chance(seed).permutation(count))
    try:
        numbers = np.asarray(permutation)
    except ValueError:
        numbers = np.array([])
    if numbers.dtype.kind not in "iu" or sorted(numbers.ravel().tolist()) != list(range(count)):
        raise BloomError(
            f"the permutation is not an order of the numbers 0 to {count - 1} (8 for each xform of the "
            f"flame): give each of them once."
        )
    return numbers.ravel()


def _rows(
    components: np.ndarray, table: Embeddings, epochs: int | None, skip_words: int, frames: int
) -> np.ndarray:
    """The (blocks * frames, n) rows that the film uses, in time order."""
    available, words, count = components.shape
    if epochs is None:
        epochs = min(EPOCHS, available)
    if not 1 <= epochs <= available:
        raise BloomError(
            f"{epochs} epochs were asked for but the embedding table {table.name!r} has {available} "
            f"updates: choose 1 to {available} epochs."
        )
    if not 0 <= skip_words < words:
        raise BloomError(f"{skip_words} of {words} words are to be skipped: choose 0 to {words - 1}.")
    rows = components[:epochs, skip_words:].reshape(-1, count)
    if len(rows) < frames:
        raise BloomError(
            f"the run has {len(rows)} rows ({epochs} epochs × {words - skip_words} words), fewer than "
            f"{frames} frames: ask for {len(rows)} frames or fewer, or use the robust mapping."
        )
    return rows[: len(rows) // frames * frames]


def _scaled(rows: np.ndarray, base: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """`rows` with the sum of each column as large as the base value, 1 where that is 0."""
    sums = rows.sum(axis=0)
    cancelled = np.abs(sums) <= _CANCELLED * np.abs(rows).sum(axis=0)
    for name, nothing_left in zip(names, cancelled.tolist(), strict=True):
        if nothing_left:
            raise BloomError(
                f"the updates that drive {name} sum to zero, so the classic mapping cannot scale them: "
                f"choose another permutation, or use the robust mapping."
            )
    return rows * (np.where(base == 0.0, 1.0, np.abs(base)) / np.abs(sums))
