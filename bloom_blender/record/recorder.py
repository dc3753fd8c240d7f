"""The recorder: collects what a training run does and keeps a `.bloom` file of it up to date.

It knows no framework. Parameters come as arrays (`Recorder.update`), or an adapter measures their
change where they live and hands over the result (`Recorder.add_changes`).
"""

from __future__ import annotations

import functools
import sys
import time
import warnings
from array import array
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path

import numpy as np

from .. import __version__
from ..errors import BloomError
from ..trajectory import Embeddings, Series, Trajectory, write_bloom
from .directions import Change, measure_change, mixer

_STORED_SERIES = "float32"  # metrics are few and are kept exactly
_RESERVED = ("update/", "update_norm/", "parameter_norm/")
_FLUSH_SHARE = 0.05  # at most this part of the time goes into writing the file


def module_of(parameter_name: str) -> str:
    """The group of a parameter: the module that owns it, ``"encoder.rnn"`` for ``"encoder.rnn.weight"``."""
    return parameter_name.rpartition(".")[0] or parameter_name


def _never_raises(method: Callable) -> Callable:
    """A method that turns every failure into a warning, the first of its sort only."""

    @functools.wraps(method)
    def guarded(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except Exception as error:  # whatever it is, the training is worth more than its recording
            self.complain(method.__name__, error)
            return None

    return guarded


class Recorder:
    """Records a training run into a `.bloom` file.

    For each group of parameters and each recorded step: the projections of its update on fixed random
    directions (``"update/<group>"``), the length of the update (``"update_norm/<group>"``) and of the
    parameters (``"parameter_norm/<group>"``). Further any metric and snapshots of word vectors.

    Once made, it never raises: a failure gives one warning, and the training goes on.

    Parameters
    ----------
    path : path
        The file to write. It is replaced as a whole, so it can be read at any moment, and what was
        there before is gone with the first writing.
    directions : int
        How many projections are recorded for each group.
    seed : int
        Selects the directions. Two runs can be compared only if they have the same.
    every : int
        Record every so many steps; an update is then the change over that many.
    group_of : callable
        The group of a parameter from its name; by default the module it belongs to.
    name : str, optional
        What to call the run; by default the file's name without its suffix.
    metadata : mapping of str to str, optional
        Stored with the run.
    flush_seconds : float
        How often the file is written, at least; more seldom if writing is slow.
    embedding_dtype : {"float32", "float16", "float64"}
        How snapshots are kept and stored.

    Raises
    ------
    BloomError
        If an argument makes no sense.

    Examples
    --------
    >>> with Recorder("run.bloom") as recorder:                       # doctest: +SKIP
    ...     recorder.watch(parameters)                                # a mapping of names to arrays
    ...     for batch in batches:
    ...         parameters, loss = train(parameters, batch)
    ...         recorder.update(parameters)
    ...         recorder.log(loss=loss)
    """

    def __init__(
        self,
        path: str | PathLike,
        *,
        directions: int = 16,
        seed: int = 0,
        every: int = 1,
        group_of: Callable[[str], str] = module_of,
        name: str | None = None,
        metadata: Mapping[str, str] | None = None,
        flush_seconds: float = 30.0,
        embedding_dtype: str = "float32",
    ):
        for value, what in ((directions, "directions"), (every, "every")):
            if not isinstance(value, int) or value < 1:
                raise BloomError(f"{what}={value!r} is not possible: give a whole number of at least 1.")
        if embedding_dtype not in ("float16", "float32", "float64"):
            raise BloomError(
                f"embedding_dtype={embedding_dtype!r} is not possible: give float16, float32 or float64."
            )
        self.path = Path(path)
        self.seed = seed
        self.every = every
        self.group_of = group_of
        self.current_step = 0
        self.metadata = {
            "recorder": f"bloom_blender {__version__}",
            "directions": str(directions),
            "seed": str(seed),
            "every": str(every),
            **(metadata or {}),
        }
        self._name = name or self.path.stem or "run"
        self._mixer = mixer(directions, seed)
        self._columns: dict[str, _Column] = {}
        self._tables: dict[str, _Table] = {}
        self._embedding_dtype = np.dtype(embedding_dtype)
        self._before: dict[str, np.ndarray] = {}
        self._complained: set[tuple[str, type]] = set()
        self._flush_seconds = flush_seconds
        self._next_flush = time.monotonic() + flush_seconds
        self._closed = False
        self._prepare_folder()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    @_never_raises
    def watch(self, parameters: Mapping[str, np.ndarray]) -> None:
        """Remember the parameters (name to array) before the first step, without counting a step."""
        self._before = {name: np.array(value) for name, value in parameters.items()}

    @_never_raises
    def update(self, parameters: Mapping[str, np.ndarray]) -> None:
        """Count a step, and record how the parameters changed since the last recorded one.

        A parameter that was not seen before is remembered only. Arrays of any framework that NumPy can
        convert are fine. A copy of all parameters is kept, and the directions take a few megabytes.
        """
        if not self.count_step():
            return
        changes: dict[str, Change] = {}
        for name, value in parameters.items():
            try:
                change = self._measure(name, np.array(value))
            except Exception as error:
                self.complain_of_parameter(name, error)
                continue
            if change is not None:
                group = self.group_of(name)
                changes[group] = changes[group] + change if group in changes else change
        self.add_changes(changes)

    def count_step(self) -> bool:
        """Count one optimizer step; True if it is one to record."""
        self.current_step += 1
        return self.current_step % self.every == 0

    @_never_raises
    def add_changes(self, changes: Mapping[str, Change]) -> None:
        """Record the measured change of each group at the current step (for adapters of frameworks)."""
        for group, change in changes.items():
            projections = change.folded @ self._mixer
            norm, parameter_norm = change.update_square**0.5, change.parameter_square**0.5
            if self._is_storable(
                [*projections, norm, parameter_norm], f"the update of {group}", _STORED_SERIES
            ):
                self._column(f"update/{group}", "update", projections.size).add(
                    self.current_step, projections
                )
                self._column(f"update_norm/{group}", "norm").add(self.current_step, [norm])
                self._column(f"parameter_norm/{group}", "norm").add(self.current_step, [parameter_norm])
        self._flush_if_due()

    @_never_raises
    def log(self, *, step: int | None = None, **metrics) -> None:
        """Record metrics by name, such as ``log(loss=loss)``: numbers, or tensors of one number.

        They belong to the current step unless `step` is given; logged twice in a step, the last counts.
        """
        for name, value in metrics.items():
            if name.startswith(_RESERVED):
                raise BloomError(
                    f"{name!r} cannot name a metric: choose a name without {name.split('/')[0]}/."
                )
            number = float(value.detach() if hasattr(value, "detach") else value)
            if self._is_storable([number], f"the metric {name}", "float64"):
                self._column(name, "metric").add(self.current_step if step is None else step, [number])
        self._flush_if_due()

    @_never_raises
    def snapshot(self, name: str, words: Iterable[str], vectors, *, step: int | None = None) -> None:
        """Record the word vectors of the table `name` as they are now.

        Parameters
        ----------
        name : str
            For example ``"source"``.
        words : sequence of str, length V
            The same at every snapshot of a table.
        vectors : (V, D) array or tensor
        step : int, optional
            The current step by default.
        """
        values = _to_numpy(vectors)
        if not self._is_storable(values, f"the snapshot {name}", self._embedding_dtype.name):
            return
        step = self.current_step if step is None else step
        values = np.array(values, dtype=self._embedding_dtype)
        # The model checks everything, so that no later writing can fail for this snapshot.
        table = Embeddings(name, tuple(words), np.array([step]), values[None])
        self._tables.setdefault(name, _Table(table.words, values.shape)).add(table, values)
        self._flush_if_due()

    @_never_raises
    def flush(self) -> None:
        """Write the file now. A failure (a full disk) is tried again at the next time."""
        begin = time.monotonic()
        self._next_flush = begin + self._flush_seconds
        if self._columns or self._tables:
            write_bloom(self.trajectory(), self.path, dtypes=self._dtypes())
        end = time.monotonic()
        self._next_flush = end + max(self._flush_seconds, (end - begin) / _FLUSH_SHARE)

    def close(self) -> None:
        """Write the file for the last time; safe to call twice."""
        if not self._closed:
            self._closed = True
            self.flush()
            self._before = {}

    def trajectory(self) -> Trajectory:
        """What was recorded so far; BloomError if that is nothing."""
        return Trajectory(
            self._name,
            tuple(column.series(name) for name, column in self._columns.items()),
            tuple(table.embeddings(name) for name, table in self._tables.items()),
            self.metadata,
        )

    def complain(self, where: str, error: Exception) -> None:
        """Warn that something was not recorded, once for each place and type of error; never raises."""
        if (where, type(error)) in self._complained:
            return
        self._complained.add((where, type(error)))
        detail = (
            str(error) if isinstance(error, BloomError) else f"{type(error).__name__} in {where}: {error}"
        )
        text = f"the training goes on, but {self.path.name} will not hold everything: {detail}"
        try:
            warnings.warn(text, RuntimeWarning, stacklevel=3)
        except RuntimeWarning:  # the user made warnings errors
            print(text, file=sys.stderr)

    def complain_of_parameter(self, name: str, error: Exception) -> None:
        """Warn that a parameter is left out of its group, for the first such parameter only."""
        detail = f"{type(error).__name__}: {error}"
        self.complain("a parameter", BloomError(f"the parameter {name} cannot be measured ({detail})"))

    def _measure(self, name: str, after: np.ndarray) -> Change | None:
        """The change of a parameter since the last recorded step, or None the first time."""
        before = self._before.get(name)
        change = None
        if before is not None and before.shape == after.shape:
            change = measure_change(name, before, after, self.seed)
        self._before[name] = after
        return change

    def _prepare_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.complain("making the folder", error)

    def _flush_if_due(self) -> None:
        if time.monotonic() >= self._next_flush:
            self.flush()

    def _is_storable(self, values, what: str, dtype: str) -> bool:
        """Whether all numbers are finite and fit; else complains that the step is left out."""
        largest = float(np.max(np.abs(values), initial=0.0))
        if largest <= float(np.finfo(dtype).max):
            return True
        self.complain(
            f"a value of size {dtype if np.isfinite(largest) else largest}",
            BloomError(f"{what} at step {self.current_step} is {largest} and was left out."),
        )
        return False

    def _column(self, name: str, kind: str, width: int = 0) -> _Column:
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = _Column(kind, width)
        return column

    def _dtypes(self) -> dict[str, str]:
        dtypes = {name: _STORED_SERIES for name, one in self._columns.items() if one.kind != "metric"}
        return dtypes | dict.fromkeys(self._tables, self._embedding_dtype.name)


class _Column:
    """The growing values of one series; `width` numbers a step, or a plain one for 0."""

    def __init__(self, kind: str, width: int):
        self.kind = kind
        self.width = width
        self.steps = array("q")
        self.values = array("d" if kind == "metric" else "f")

    def add(self, step: int, values: Iterable[float]) -> None:
        if self.steps and step < self.steps[-1]:
            raise BloomError(f"step {step} comes after step {self.steps[-1]}: record in order.")
        if self.steps and step == self.steps[-1]:
            self.steps.pop()
            del self.values[-(self.width or 1) :]
        self.steps.append(step)
        self.values.extend(values)

    def series(self, name: str) -> Series:
        values = np.array(self.values, dtype=np.float64)
        return Series(
            name, np.array(self.steps), values.reshape(-1, self.width) if self.width else values, self.kind
        )


class _Table:
    """The growing snapshots of one embedding table."""

    def __init__(self, words: tuple[str, ...], shape: tuple[int, ...]):
        self.words = words
        self.shape = shape
        self.steps: list[int] = []
        self.vectors: list[np.ndarray] = []

    def add(self, snapshot: Embeddings, values: np.ndarray) -> None:
        step = int(snapshot.steps[0])
        if snapshot.words != self.words or values.shape != self.shape:
            raise BloomError(f"the words or the size of {snapshot.name!r} changed: use another name.")
        if self.steps and step < self.steps[-1]:
            raise BloomError(f"step {step} comes after step {self.steps[-1]}: record in order.")
        if self.steps and step == self.steps[-1]:
            self.steps.pop()
            self.vectors.pop()
        self.steps.append(step)
        self.vectors.append(values)

    def embeddings(self, name: str) -> Embeddings:
        return Embeddings(name, self.words, np.array(self.steps, dtype=np.int64), np.stack(self.vectors))


def _to_numpy(values) -> np.ndarray:
    """An array from whatever it is; a PyTorch tensor is detached and brought to the CPU first."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        values = values.float() if values.dtype.itemsize < 4 else values  # NumPy has no bfloat16
    return np.asarray(values)
