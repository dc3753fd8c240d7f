"""The path of a run: its updates in time order, free of units, and how far it had come at each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import BloomError
from ..trajectory import Embeddings, Series, Trajectory

SERIES_ROWS = 512  # updates of more steps are summed into about this many blocks
EMBEDDING_ROWS = 8192  # so are the words of an embedding table, within each epoch
PROGRESS_BLOCKS = 64  # how finely progress tells going somewhere from trembling on the spot


@dataclass(frozen=True, eq=False)
class Path:
    """A run as a walk of N steps in D dimensions.

    Attributes
    ----------
    updates : (N, D) float64
        The steps of the walk in time order, scaled such that the unit of the run is gone.
    times : (N,) float64, strictly increasing, the last one 1
        When each step was done, as a share of the run.
    lengths : (N,) float64, not negative, sum 1
        How much of the run's whole movement each step was.
    """

    updates: np.ndarray
    times: np.ndarray
    lengths: np.ndarray


def path_of(trajectory: Trajectory, source: str | None = None) -> Path:
    """The path of a run.

    Parameters
    ----------
    trajectory
        Its update series are used together; if it has none, its first embedding table.
    source
        Name of one update series or one embedding table to use instead.

    Raises
    ------
    BloomError
        If the run holds nothing that moves.
    """
    chosen = _chosen(trajectory, source)
    if isinstance(chosen, Embeddings):
        return _embedding_path(chosen)
    return _series_path(chosen, trajectory.name)


def _chosen(trajectory: Trajectory, source: str | None) -> Embeddings | tuple[Series, ...]:
    updates = trajectory.updates
    if source is None:
        if updates:
            return updates
        if trajectory.embeddings:
            return trajectory.embedding()
        raise BloomError(
            f"the run {trajectory.name!r} holds neither updates nor embeddings: record it with one of them."
        )
    for series in updates:
        if series.name == source:
            return (series,)
    for table in trajectory.embeddings:
        if table.name == source:
            return table
    names = ", ".join([series.name for series in updates] + [table.name for table in trajectory.embeddings])
    raise BloomError(
        f"the run {trajectory.name!r} has no updates or embeddings named {source!r}: choose one of {names}."
    )


def _series_path(series: tuple[Series, ...], run: str) -> Path:
    """Every series gets the same voice, whatever its unit and its number of parameters."""
    steps = np.unique(np.concatenate([one.steps for one in series]))
    parts = []
    for one in series:
        values = _without_unit(one.values.reshape(len(one.steps), -1), f"the series {one.name!r}")
        if values is None:
            continue
        part = np.zeros((len(steps), values.shape[1]))
        part[np.searchsorted(steps, one.steps)] = values
        parts.append(part)
    if not parts:
        raise BloomError(
            f"the run {run!r} never moves, all of its updates are zero: choose a run that trained something."
        )
    updates = np.concatenate(parts, axis=1)
    lengths = _lengths_in_blocks(updates)
    edges = _edges(len(steps), SERIES_ROWS)
    spacing = steps[1] - steps[0] if len(steps) > 1 else 1
    times = (steps - steps[0] + spacing) / (steps[-1] - steps[0] + spacing)
    starts, ends = edges[:-1], edges[1:]
    return Path(np.add.reduceat(updates, starts), times[ends - 1], np.add.reduceat(lengths, starts))


def _embedding_path(table: Embeddings) -> Path:
    """Word by word through each epoch, as the classic mapping goes, from one snapshot to the next."""
    what = f"the embedding table {table.name!r}"
    epochs, words, _ = table.vectors.shape
    if epochs < 2:
        raise BloomError(f"{what} has one snapshot: record two or more.")
    groups = _edges(words, max(1, EMBEDDING_ROWS // (epochs - 1)), early=False)
    rows, moved, inside = [], [], []
    for epoch in range(1, epochs):
        with np.errstate(over="ignore"):
            update = table.vectors[epoch] - table.vectors[epoch - 1]
        _check_finite(update, what)
        rows.append(np.add.reduceat(update, groups[:-1]))
        scale = np.abs(update).max() or 1.0
        squares = np.add.reduceat(((update / scale) ** 2).sum(axis=1), groups[:-1])
        moved.append(scale * np.sqrt(squares.sum()))
        inside.append(_shares(np.sqrt(squares)))
    updates = _without_unit(np.concatenate(rows), what)
    largest = max(moved)
    if updates is None or largest == 0.0:
        raise BloomError(
            f"{what} never changes, all of its snapshots are equal: choose a run that trained something."
        )
    epoch_shares = _shares(np.array(moved) / largest)
    lengths = (epoch_shares[:, None] * np.stack(inside)).ravel()
    begin, end = table.steps[:-1, None], table.steps[1:, None]
    elapsed = begin - table.steps[0] + (end - begin) * (groups[1:] / words)
    return Path(updates, elapsed.ravel() / (table.steps[-1] - table.steps[0]), lengths)


def _without_unit(values: np.ndarray, what: str) -> np.ndarray | None:
    """`values` with a sum of squares of 1; None if all are zero."""
    _check_finite(values, what)
    largest = np.abs(values).max()
    if largest == 0.0:
        return None
    values = values / largest
    return values / np.sqrt((values**2).sum())


def _check_finite(values: np.ndarray, what: str) -> None:
    if not np.isfinite(values).all():
        raise BloomError(
            f"{what} holds NaN or infinity, so the training diverged: cut the run before that step."
        )


def _edges(count: int, blocks: int, *, early: bool = True) -> np.ndarray:
    """Borders of blocks of 0 … count - 1, ``edges[i]:edges[i + 1]``, some `blocks` of them.

    Half of the borders are spread evenly, half (with `early`) in geometric progression, because a
    run's first steps go furthest.
    """
    if count <= blocks:
        return np.arange(count + 1)
    if not early:
        return np.unique(np.rint(np.linspace(0, count, blocks + 1)).astype(np.int64))
    even = np.linspace(0, count, blocks // 2 + 1)
    growing = np.geomspace(1, count, blocks // 2 + 1)
    return np.unique(np.rint(np.concatenate([even, growing])).astype(np.int64))


def _lengths_in_blocks(updates: np.ndarray) -> np.ndarray:
    """Share of each update in the movement: of its block's net movement, by its own length.

    The noise of single steps cancels within a block, so a run that arrives early and then trembles on
    the spot has made most of its way early.
    """
    own = np.sqrt((updates**2).sum(axis=1))
    edges = _edges(len(updates), PROGRESS_BLOCKS)
    net = np.sqrt((np.add.reduceat(updates, edges[:-1]) ** 2).sum(axis=1))
    if net.sum() == 0.0:  # every block leads back to where it began
        return _shares(own)
    for start, end, length in zip(edges[:-1], edges[1:], net, strict=True):
        own[start:end] = length * _shares(own[start:end])
    return _shares(own)


def _shares(amounts: np.ndarray) -> np.ndarray:
    """`amounts` divided by their sum; equal shares where all are zero."""
    total = amounts.sum()
    return amounts / total if total > 0.0 else np.full(len(amounts), 1.0 / len(amounts))
