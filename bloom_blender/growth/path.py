"""The path of a run: its updates in time order, free of units, and how far it had come at each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from ..errors import BloomError
from ..trajectory import Embeddings, Series, Trajectory
from .divergence import divergence_of

SERIES_ROWS = 512  # updates of more steps are summed into about this many blocks
EMBEDDING_ROWS = 8192  # so are the words of an embedding table, within each epoch
PROGRESS_BLOCKS = 64  # how finely progress tells going somewhere from trembling on the spot
BANDS = (0.08, 0.03, 0.01)  # of a metric: widths of Gaussians, as shares of the run, that part slow from fast

#: Words in the names of metrics that say how good the model is, rather than how fast the machine.
_QUALITY = (
    *("loss", "nll", "perplexity", "ppl", "bpb", "bpc", "acc", "error", "err", "score", "reward", "return"),
    *("f1", "auc", "bleu", "rouge", "iou", "dice", "psnr", "ssim", "fid", "elbo", "mae", "mse", "rmse"),
)

_LARGEST = 1e308

Chosen = Embeddings | tuple[Series, ...]


@dataclass(frozen=True)
class Part:
    """The columns of a path that one series or table of the run makes, and what they were divided by."""

    name: str
    columns: slice
    unit: float


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
    counts, squares, trembles : (N,) float64
        How many steps of the run each row sums up, the sum of their squared lengths, and half the sum of the
        squared differences between a step and the one before it: that is a variance which going straight
        on leaves no trace in (J. von Neumann, 1941).
    parts : tuple of Part
    first, last : float
        The run's own numbers of the steps at times 0 and 1.
    diverged : float, optional
        The share of the run that was done when it diverged, 0 … 1; the path ends there.
    """

    updates: np.ndarray
    times: np.ndarray
    lengths: np.ndarray
    counts: np.ndarray
    squares: np.ndarray
    trembles: np.ndarray
    parts: tuple[Part, ...]
    first: float
    last: float
    diverged: float | None = None

    @property
    def units(self) -> dict[str, float]:
        """What each part was divided by."""
        return {part.name: part.unit for part in self.parts}


def path_of(
    trajectory: Trajectory,
    source: str | None = None,
    *,
    metrics: bool = False,
    units: Mapping[str, float] | None = None,
    bands: bool = True,
) -> Path:
    """The path of a run.

    Parameters
    ----------
    trajectory
        Its update series are used together; if it has none, its first embedding table; without one the
        changes of its metrics.
    source
        Name of one series or embedding table to use instead, or a pattern such as ``update/encoder.*``.
    metrics
        Use the metrics even where there are updates.
    units
        Divide each part by this rather than by its own size, and use only these parts.
    bands
        Split a metric into slow and fast movements, so that it moves in several dimensions.

    Raises
    ------
    BloomError
        If the run holds nothing that moves.
    """
    chosen = _chosen(trajectory, source, metrics)
    if units is not None:
        chosen = _those_of(chosen, units, trajectory.name)
    if isinstance(chosen, Embeddings):
        return _embedding_path(chosen, units)
    return _series_path(trajectory, chosen, units, bands)


def quality_metrics(trajectory: Trajectory) -> tuple[Series, ...]:
    """The metrics that say how good the model is; all that change if no name matches, else the norms."""
    metrics = [one for one in trajectory.series if one.kind == "metric"]
    good = [one for one in metrics if any(word in one.name.lower() for word in _QUALITY)]
    for series in (good, metrics, [one for one in trajectory.series if one.kind == "norm"]):
        changing = tuple(one for one in series if _changes(one) or not np.isfinite(one.values).all())
        if changing:
            return changing
    return ()


def _changes(series: Series) -> bool:
    values = series.values[np.isfinite(series.values)]
    return values.size > 1 and bool((values != values[0]).any())


def _chosen(trajectory: Trajectory, source: str | None, metrics: bool) -> Chosen:
    run = trajectory.name
    if source is None:
        if trajectory.updates and not metrics:
            return trajectory.updates
        if trajectory.embeddings and not metrics:
            return trajectory.embedding()
        found = quality_metrics(trajectory)
        if not found and trajectory.series and not metrics:
            raise BloomError(
                f"the run {run!r} never moves, its metrics are constant or have one entry: choose another."
            )
        if not found:
            raise BloomError(
                f"the run {run!r} holds no metric that changes: let its updates drive the flame."
            )
        return found
    for kind in ("update", "metric", "norm"):
        series = [one for one in trajectory.series if one.kind == kind]
        named = [one for one in series if one.name == source]
        named = named or [one for one in series if fnmatchcase(one.name, source)]
        if named:
            return tuple(named)
    for table in trajectory.embeddings:
        if table.name == source:
            return table
    names = ", ".join([one.name for one in trajectory.series] + [one.name for one in trajectory.embeddings])
    raise BloomError(f"the run {run!r} has no series or embeddings named {source!r}: choose one of {names}.")


def _those_of(chosen: Chosen, units: Mapping[str, float], run: str) -> Chosen:
    """Only what a mapping knows; BloomError where the run lacks something of it."""
    members: tuple[Embeddings | Series, ...] = (chosen,) if isinstance(chosen, Embeddings) else chosen
    names = {one.name for one in members}
    for name in units:
        if name not in names:
            raise BloomError(
                f"the run {run!r} has no {name!r}, which the mapping was fitted on: "
                f"choose a run of the same model, or a mapping of its own."
            )
    return chosen if isinstance(chosen, Embeddings) else tuple(one for one in chosen if one.name in units)


def _series_path(
    trajectory: Trajectory, series: tuple[Series, ...], units: Mapping[str, float] | None, bands: bool
) -> Path:
    """Every series gets the same voice, whatever its unit and its number of parameters."""
    run, stop = trajectory.name, divergence_of(trajectory, series)
    ends = [one.steps[-1] for one in (*series, *(one for one in trajectory.series if one.kind != "norm"))]
    starts = [one.steps[0] for one in series]
    moved = [
        _updates(one, stop, bands) if one.kind == "update" else _changes_of(one, stop, bands)
        for one in series
    ]
    steps = np.unique(np.concatenate([steps for steps, _ in moved]))
    parts: list[Part] = []
    columns: list[np.ndarray] = []
    trembles = np.zeros(len(steps))
    place = 0
    for one, (own_steps, values) in zip(series, moved, strict=True):
        size = _size(values)
        if size == 0.0 and units is None:
            continue
        unit = size if units is None else units[one.name]
        column = np.zeros((len(steps), values.shape[1]))
        rows = np.searchsorted(steps, own_steps)
        column[rows] = _divided(values, unit)
        trembles[rows] += _trembles(column[rows])
        parts.append(Part(one.name, slice(place, place + column.shape[1]), unit))
        columns.append(column)
        place += column.shape[1]
    if not parts and stop is None:
        raise BloomError(
            f"the run {run!r} never moves, all of its updates are zero: choose a run that trained something."
        )
    share = None
    if stop is not None:
        share = float(np.clip((stop - min(starts)) / max(max(ends) - min(starts), 1), 0.0, 1.0))
    if not parts or len(steps) == 0:  # it diverged before it moved
        return _nowhere(min(starts), stop if stop is not None else max(ends), share)
    updates = np.concatenate(columns, axis=1)
    lengths = _lengths_in_blocks(updates)
    edges = _edges(len(steps), SERIES_ROWS)
    spacing = steps[1] - steps[0] if len(steps) > 1 else 1
    times = (steps - steps[0] + spacing) / (steps[-1] - steps[0] + spacing)
    begin, end = edges[:-1], edges[1:]
    return Path(
        np.add.reduceat(updates, begin),
        times[end - 1],
        np.add.reduceat(lengths, begin),
        np.diff(edges).astype(np.float64),
        np.add.reduceat((updates**2).sum(axis=1), begin),
        np.add.reduceat(trembles, begin),
        tuple(parts),
        float(steps[0] - spacing),
        float(steps[-1]),
        share,
    )


def _nowhere(first: float, last: float, share: float | None) -> Path:
    """The path of a run that diverged before it got anywhere: one step of length 0."""
    one = np.ones(1)
    return Path(
        np.zeros((1, 1)), one, one, one, np.zeros(1), np.zeros(1), (), first, max(last, first + 1.0), share
    )


def _trembles(steps: np.ndarray) -> np.ndarray:
    """Half the squared length of the difference to the step before, (N,); the first counts as the second."""
    if len(steps) < 2:
        return np.zeros(steps.shape[:-1])
    differences = 0.5 * (np.diff(steps, axis=0) ** 2).sum(axis=-1)
    return np.concatenate([differences[:1], differences])


def _updates(series: Series, stop: float | None, bands: bool) -> tuple[np.ndarray, np.ndarray]:
    values = series.values.reshape(len(series.steps), -1)
    keep = np.isfinite(values).all(axis=1)
    if stop is not None:
        keep &= series.steps < stop
    return series.steps[keep], values[keep]


def _changes_of(series: Series, stop: float | None, bands: bool) -> tuple[np.ndarray, np.ndarray]:
    """The changes of a metric, each in as many bands as `BANDS` part: slow ones first, and the rest last.

    A number that was not measured counts as the last one that was.
    """
    steps, values = _updates(series, stop, bands)
    if len(steps) < 2:
        return steps[:0], np.zeros((0, 1))
    scale = np.abs(values).max() or 1.0
    values = values / scale
    if bands and len(steps) > 8:
        even = np.linspace(steps[0], steps[-1], min(2 * len(steps), 1024))
        layers: list[np.ndarray] = []
        before = np.zeros(1)
        on_grid = np.stack([np.interp(even, steps, column) for column in values.T], axis=1)
        for width in BANDS:
            slow = _blurred(on_grid, width)
            layers.append(slow - before)
            before = slow
        slow_at = [
            np.stack([np.interp(steps, even, column) for column in layer.T], axis=1) for layer in layers
        ]
        values = np.concatenate([*slow_at, values - np.sum(slow_at, axis=0)], axis=1)
    return steps[1:], np.diff(values, axis=0) * scale


def _blurred(values: np.ndarray, width: float) -> np.ndarray:
    """A Gaussian of a width that is a share of the run; beyond its ends the run goes on as its own mirror."""
    count = len(values)
    reach = min(max(int(np.ceil(3.0 * width * count)), 1), count - 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (width * count)) ** 2)
    before = 2.0 * values[:1] - values[1 : reach + 1][::-1]
    after = 2.0 * values[-1:] - values[-reach - 1 : -1][::-1]
    padded = np.concatenate([before, values, after])
    return np.stack([np.convolve(column, kernel / kernel.sum(), mode="valid") for column in padded.T], axis=1)


def _embedding_path(table: Embeddings, units: Mapping[str, float] | None) -> Path:
    """Word by word through each epoch, as the classic mapping goes, from one snapshot to the next."""
    what = f"the embedding table {table.name!r}"
    epochs, words, _ = table.vectors.shape
    if epochs < 2:
        raise BloomError(f"{what} has one snapshot: record two or more.")
    largest = np.abs(table.vectors).max()
    vectors = table.vectors / largest if largest else table.vectors  # so that differences do not overflow
    groups = _edges(words, max(1, EMBEDDING_ROWS // (epochs - 1)), early=False)
    rows, moved, inside = [], [], []
    for epoch in range(1, epochs):
        update = vectors[epoch] - vectors[epoch - 1]
        rows.append(np.add.reduceat(update, groups[:-1]))
        scale = np.abs(update).max() or 1.0
        squares = np.add.reduceat(((update / scale) ** 2).sum(axis=1), groups[:-1])
        moved.append(scale * np.sqrt(squares.sum()))
        inside.append(_shares(np.sqrt(squares)))
    if max(moved) == 0.0:
        raise BloomError(
            f"{what} never changes, all of its snapshots are equal: choose a run that trained something."
        )
    updates = np.concatenate(rows)
    size = _size(updates)
    unit = size * min(largest, _LARGEST / max(size, 1.0)) if units is None else units[table.name]
    updates = _divided(updates, unit / largest)
    epoch_shares = _shares(np.array(moved) / max(moved))
    lengths = (epoch_shares[:, None] * np.stack(inside)).ravel()
    begin, end = table.steps[:-1, None], table.steps[1:, None]
    elapsed = begin - table.steps[0] + (end - begin) * (groups[1:] / words)
    return Path(
        updates,
        elapsed.ravel() / (table.steps[-1] - table.steps[0]),
        lengths,
        np.ones(len(updates)),
        (updates**2).sum(axis=1),
        _trembles(updates.reshape(epochs - 1, -1, updates.shape[1])).ravel(),
        (Part(table.name, slice(0, updates.shape[1]), unit),),
        float(table.steps[0]),
        float(table.steps[-1]),
    )


def _size(values: np.ndarray) -> float:
    """The root of the sum of squares, without overflow."""
    largest = np.abs(values).max(initial=0.0)
    return float(largest * np.sqrt(((values / largest) ** 2).sum())) if largest else 0.0


def _divided(values: np.ndarray, unit: float) -> np.ndarray:
    """`values` divided by `unit` (1 where that is 0) such that numbers near the limits survive."""
    largest = np.abs(values).max(initial=0.0)
    return values / largest * (largest / unit) if largest and unit else values


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
