"""The recorder: collects what a training run does and keeps a `.bloom` file of it up to date.

It knows no framework. Parameters come as arrays (`Recorder.step`), or an adapter measures their change
where they live and hands over the result (`Recorder.count_step` and `Recorder.add_changes`).
"""

from __future__ import annotations

import bisect
import functools
import math
import os
import sys
import time
import warnings
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path

import numpy as np

from .. import __version__
from ..errors import BloomError
from ..files import remove_leftovers
from ..trajectory import Embeddings, Series, Trajectory, read_bloom, write_bloom
from ..trajectory.directions import SCHEME, WIDTH, Change, change, fold, mixer, tensor_key
from ..trajectory.groups import Groups, grouping

_STORED_SERIES = "float32"  # metrics are few and are kept exactly
_RESERVED = ("update/", "update_norm/", "parameter_norm/")
_FLUSH_SHARE = 0.005  # at most this part of the time goes into writing the file
_COMPARABLE = ("projection", "directions", "seed")  # metadata that a continued run must share


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
        The file to write. It is replaced as a whole, so it can be read at any moment.
    every : int
        Record every so many steps; an update is then the change over that many.
    directions : int
        How many projections are recorded for each group.
    seed : int
        Selects the directions. Two runs can be compared only if they have the same.
    groups : optional
        Which parameters belong together: by default those of a module; see `groups.grouping`.
    name : str, optional
        What to call the run; by default the file's name without its suffix.
    metadata : mapping of str to str, optional
        Stored with the run.
    flush_seconds : float
        How often the file is written, at least; more seldom if writing is slow.
    embedding_dtype : {"float32", "float16", "float64"}
        How snapshots are kept and stored.
    resume : bool or int
        False: a new run, and what was in the file is gone with the first writing. True: go on with what the
        file holds, if it is there, and count steps from where it ends. A number: go on from that step, and
        drop what the file holds after it.
    writes : bool
        False for a recorder that does nothing, on all but one of the processes of a training.

    Raises
    ------
    BloomError
        If an argument makes no sense, or the run to go on with was recorded with other directions.

    Examples
    --------
    >>> with Recorder("run.bloom") as recorder:                       # doctest: +SKIP
    ...     recorder.watch(parameters)                                # a mapping of names to arrays
    ...     for batch in batches:
    ...         parameters, loss = train(parameters, batch)
    ...         recorder.step(parameters, loss=loss)
    """

    def __init__(
        self,
        path: str | PathLike,
        *,
        every: int = 1,
        directions: int = 16,
        seed: int = 0,
        groups: Groups = None,
        name: str | None = None,
        metadata: Mapping[str, str] | None = None,
        flush_seconds: float = 30.0,
        embedding_dtype: str = "float32",
        resume: bool | int = False,
        writes: bool = True,
    ):
        for value, what, least in (
            (directions, "directions", 1),
            (every, "every", 1),
            (resume, "resume", 0),
        ):
            if not isinstance(value, int) or value < least:
                raise BloomError(
                    f"{what}={value!r} is not possible: give a whole number of at least {least}."
                )
        if embedding_dtype not in ("float16", "float32", "float64"):
            raise BloomError(
                f"embedding_dtype={embedding_dtype!r} is not possible: give float16, float32 or float64."
            )
        self.path = Path(path)
        if writes and self.path.is_dir():
            raise BloomError(f"{self.path} is a folder: name a file in it, such as run.bloom.")
        self.seed = seed
        self.every = every
        self.group_of = grouping(groups)
        self.current_step = 0
        self._begun_at = 0
        self.writes = writes
        self.resumes = resume is not False
        self.mixer = mixer(directions, seed)
        self.metadata = {
            "recorder": f"bloom_blender {__version__}",
            "projection": SCHEME,
            "directions": str(directions),
            "seed": str(seed),
            "every": str(every),
            **(metadata or {}),
        }
        self._name = name or self.path.stem or "run"
        self._columns: dict[str, _Column] = {}
        self._tables: dict[str, _Table] = {}
        self._embedding_dtype = np.dtype(embedding_dtype)
        self._folds = _Folds()
        self._complained: set[tuple[str, type]] = set()
        self._logged: dict[str, tuple[int, int]] = {}  # the step of each metric, and how often it came there
        self._twice: dict[str, int] = {}  # steps at which a metric came more than once
        self._most_at_once = 1  # how often, at an earlier step
        self._flush_seconds = flush_seconds
        self._next_flush = time.monotonic() + flush_seconds
        self._at_close: list[Callable[[], object]] = []
        self._closed = False
        if writes:
            self._prepare_folder()
        if writes and self.resumes:
            self._load()
            if resume is not True:
                self.resume_at(resume)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    @_never_raises
    def watch(self, parameters: Mapping) -> None:
        """See the parameters before the first step, without counting one; see `step`."""
        self._measure(parameters)

    @_never_raises
    def step(self, parameters: Mapping, **metrics) -> None:
        """Count a step; record how the parameters changed since the last recorded one, and any metric.

        Parameters
        ----------
        parameters : mapping
            From names to arrays of any framework that NumPy can convert, or to mappings and lists of such.
            A group that was not seen before, or that has other parameters than it had, is only remembered.
        **metrics
            As for `log`.
        """
        if self.count_step():
            self.add_changes(self._measure(parameters))
        self.log(**metrics)

    def count_step(self) -> bool:
        """Count one optimizer step; True if it is one to record."""
        self.current_step += 1
        return self.current_step % self.every == 0

    @_never_raises
    def resume_at(self, step: int) -> None:
        """Go on from that step: what was recorded after it is dropped, as the training will do it again."""
        for members in (self._columns, self._tables):
            for name in list(members):
                members[name].cut(step)
                if not members[name].steps:
                    del members[name]
        self.current_step = self._begun_at = step

    @_never_raises
    def add_changes(self, changes: Mapping[str, Change]) -> None:
        """Record the measured change of each group at the current step (for adapters of frameworks).

        A change over fewer than `every` steps, after a run went on from between two of them, is left out.
        """
        if not self.writes or self.current_step - self._begun_at < self.every:
            return
        step, column = self.current_step, self._column
        for group, measured in changes.items():
            projections = measured.projections
            norm, parameter_norm = measured.update_square**0.5, measured.parameter_square**0.5
            if self._is_storable(
                [*projections, norm, parameter_norm], f"the update of {group}", _STORED_SERIES
            ):
                column(f"update/{group}", "update", len(projections)).add(step, projections)
                column(f"update_norm/{group}", "norm").add(step, [norm])
                column(f"parameter_norm/{group}", "norm").add(step, [parameter_norm])
        self._flush_if_due()

    @_never_raises
    def log(self, *, step: int | None = None, **metrics) -> None:
        """Record metrics by name, such as ``log(loss=loss)``: numbers, or tensors of one number.

        They belong to the current step unless `step` is given; logged twice in a step, the last counts. A
        loss that is NaN or infinite is kept as it is.
        """
        if not self.writes:
            return
        for name, value in metrics.items():
            if step is None:
                self._count_again(name)
            if name.startswith(_RESERVED):
                raise BloomError(
                    f"{name!r} cannot name a metric: choose a name without {name.split('/')[0]}/."
                )
            number = float(value.detach() if hasattr(value, "detach") else value)
            self._column(name, "metric").add(self.current_step if step is None else step, [number])
        self._flush_if_due()

    def _count_again(self, name: str) -> None:
        """Notice a metric that is logged again and again while no step is counted."""
        last, count = self._logged.get(name, (-1, 0))
        if last != self.current_step:
            if count > 1:
                self._most_at_once = max(self._most_at_once, count)
            self._logged[name] = (self.current_step, 1)
            return
        self._logged[name] = (last, count + 1)
        if count == 1:
            self._twice[name] = self._twice.get(name, 0) + 1
        if count + 1 > 10 * max(3, self._most_at_once):
            self._complain_of_standing(name, count + 1)

    def _complain_of_standing(self, name: str, count: int) -> None:
        """Warn that steps are not counted any more, and values of metrics are lost."""
        self.complain(
            "standing",
            BloomError(
                f"{name} was logged {count} times at step {self.current_step}, of which the last counts: "
                f"no step was counted meanwhile, so give record the optimizer that takes the steps."
            ),
        )

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
        if hasattr(vectors, "full_tensor"):  # sharded: all processes bring their part
            vectors = vectors.full_tensor()
        if not self.writes:
            return
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
        if self.writes and (self._columns or self._tables):
            self.metadata["step"] = str(self.current_step)
            if self._twice:
                name, count = max(self._twice.items(), key=lambda pair: pair[1])
                self.metadata["remarks"] = (
                    f"{name} was logged more than once at {count} steps, as with accumulated gradients or "
                    f"steps that a GradScaler leaves out: the last value counts"
                )
            write_bloom(self.trajectory(), self.path, dtypes=self._dtypes())
        end = time.monotonic()
        self._next_flush = end + max(self._flush_seconds, (end - begin) / _FLUSH_SHARE)

    def at_close(self, action: Callable[[], object]) -> None:
        """Have something done before the file is written for the last time (for adapters)."""
        self._at_close.append(action)

    def close(self) -> None:
        """Write the file for the last time; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        for action in self._at_close:
            try:
                action()
            except Exception as error:
                self.complain("close", error)
        self._at_close.clear()
        self._folds = _Folds()
        name, count = max(
            ((name, count) for name, (step, count) in self._logged.items() if step == self.current_step),
            key=lambda pair: pair[1],
            default=("", 0),
        )
        if count > 2 * self._most_at_once:
            self._complain_of_standing(name, count)
        if self.writes and not (self._columns or self._tables):
            self.complain(
                "close",
                BloomError(
                    f"there was nothing to write after {self.current_step} steps with every={self.every}, "
                    f"see whether the steps were counted and the groups have parameters."
                ),
            )
        self.flush()

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

    def _measure(self, parameters: Mapping) -> dict[str, Change]:
        """The change of each group since the last call; a group that is new or different has none."""
        now = _Folds()
        for name, value in _flat(parameters):
            group = self.group_of(name)
            if group is None:
                continue
            try:
                folded, shape = _fold(value, name, self.seed)
            except Exception as error:
                self.complain_of_parameter(name, error)
                continue
            now.add(group, name, folded, shape, value)
        before, self._folds = self._folds, now
        return {
            group: change(before.sums[group], total, self.mixer, now.distance(before, group))
            for group, total in now.sums.items()
            if before.members.get(group) == now.members[group]
        }

    def _load(self) -> None:
        """Take over the run in the file. One that cannot be read is put aside, not overwritten."""
        if not self.path.exists():
            return
        try:
            run = read_bloom(self.path)
        except BloomError as error:
            aside = self.path.with_name(self.path.name + ".unreadable")
            self.complain("resume", BloomError(f"{error} It is kept as {aside.name}, a new run begins."))
            try:
                os.replace(self.path, aside)
            except OSError as failure:
                self.complain("resume", failure)
            return
        for key in _COMPARABLE:
            if run.metadata.get(key) != self.metadata[key]:
                raise BloomError(
                    f"{self.path.name} was recorded with {key} {run.metadata.get(key, 'unknown')}, not "
                    f"{self.metadata[key]}: record to another file, or with resume=False to replace it."
                )
        self.metadata = {**run.metadata, **self.metadata}
        self._columns = {one.name: _Column.of(one) for one in run.series}
        self._tables = {one.name: _Table.of(one, self._embedding_dtype) for one in run.embeddings}
        ends = [one.steps[-1] for one in run.series] + [one.steps[-1] for one in run.embeddings]
        last = int(max(ends))
        counted = run.metadata.get("step", "")
        self.current_step = self._begun_at = max(last, int(counted)) if counted.isdecimal() else last

    def _prepare_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            remove_leftovers(self.path)
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


class _Folds:
    """The summed folds of the parameters of each group, and which parameters these were.

    Of groups with no more numbers than a fold has, the numbers are kept, too.
    """

    def __init__(self) -> None:
        self.sums: dict[str, np.ndarray] = {}
        self.members: dict[str, set[tuple[str, tuple[int, ...]]]] = {}
        self._values: dict[str, dict[str, np.ndarray]] = {}
        self._counts: dict[str, int] = {}

    def add(self, group: str, name: str, folded: np.ndarray, shape: tuple[int, ...], value) -> None:
        self.sums[group] = self.sums.get(group, 0.0) + folded
        self.members.setdefault(group, set()).add((name, shape))
        self._counts[group] = self._counts.get(group, 0) + math.prod(shape)
        if self._counts[group] <= WIDTH:
            self._values.setdefault(group, {})[name] = _flat_numbers(value)
        else:
            self._values.pop(group, None)

    def distance(self, before: _Folds, group: str) -> float | None:
        """The sum of squares of a group's change, exactly; None where only folds are kept."""
        values, old = self._values.get(group), before._values.get(group)
        if values is None or old is None:
            return None
        with np.errstate(all="ignore"):
            return float(sum(np.sum(np.square(values[name] - old[name])) for name in values))


def _flat(parameters, name: str = "") -> Iterator[tuple[str, object]]:
    """Names and arrays of nested mappings and lists, with ``/`` between the names."""
    if isinstance(parameters, Mapping):
        items: Iterable[tuple[object, object]] = parameters.items()
    elif isinstance(parameters, (list, tuple)):
        items = enumerate(parameters)
    else:
        yield name, parameters
        return
    for key, value in items:
        yield from _flat(value, f"{name}/{key}" if name else str(key))


def _place(steps: Sequence[int], step: int) -> tuple[int, bool]:
    """Where a step belongs among increasing steps, and whether it is there already."""
    if not steps or step > steps[-1]:
        return len(steps), False
    place = bisect.bisect_left(steps, step)
    return place, steps[place] == step


class _Column:
    """The growing values of one series, in order of the steps; `width` numbers each, or a plain one for 0."""

    def __init__(self, kind: str, width: int, unit: str = ""):
        self.kind = kind
        self.width = width
        self.unit = unit
        self.steps = array("q")
        self.values = array("d" if kind == "metric" else "f")

    @classmethod
    def of(cls, series: Series) -> _Column:
        column = cls(series.kind, series.values.shape[1] if series.values.ndim == 2 else 0, series.unit)
        column.steps.extend(series.steps.tolist())
        column.values.extend(series.values.ravel().tolist())
        return column

    def add(self, step: int, values: Sequence[float] | np.ndarray) -> None:
        width = self.width or 1
        if len(values) != width:
            raise BloomError(f"there are {len(values)} numbers for a series of {width}: keep their number.")
        place, is_there = _place(self.steps, step)
        if not is_there:
            self.steps.insert(place, step)
        self.values[place * width : (place + is_there) * width] = array(self.values.typecode, values)

    def cut(self, step: int) -> None:
        """Drop what comes after the step."""
        keep = bisect.bisect_right(self.steps, step)
        del self.steps[keep:]
        del self.values[keep * (self.width or 1) :]

    def series(self, name: str) -> Series:
        values = np.array(self.values, dtype=np.float64)
        values.flags.writeable = False  # so that Series need not copy it
        shaped = values.reshape(-1, self.width) if self.width else values
        return Series(name, np.array(self.steps), shaped, self.kind, self.unit)


class _Table:
    """The growing snapshots of one embedding table, in order of the steps."""

    def __init__(self, words: tuple[str, ...], shape: tuple[int, ...]):
        self.words = words
        self.shape = shape
        self.steps: list[int] = []
        self.vectors: list[np.ndarray] = []

    @classmethod
    def of(cls, embeddings: Embeddings, dtype: np.dtype) -> _Table:
        table = cls(embeddings.words, embeddings.vectors.shape[1:])
        table.steps = embeddings.steps.tolist()
        table.vectors = [vectors.astype(dtype) for vectors in embeddings.vectors]
        return table

    def add(self, snapshot: Embeddings, values: np.ndarray) -> None:
        if snapshot.words != self.words or values.shape != self.shape:
            raise BloomError(f"the words or the size of {snapshot.name!r} changed: use another name.")
        step = int(snapshot.steps[0])
        place, is_there = _place(self.steps, step)
        self.steps[place : place + is_there] = [step]
        self.vectors[place : place + is_there] = [values]

    def cut(self, step: int) -> None:
        """Drop what comes after the step."""
        keep = bisect.bisect_right(self.steps, step)
        del self.steps[keep:]
        del self.vectors[keep:]

    def embeddings(self, name: str) -> Embeddings:
        return Embeddings(name, self.words, np.array(self.steps, dtype=np.int64), np.stack(self.vectors))


def _flat_numbers(value) -> np.ndarray:
    """The numbers of an array of any framework as float64, in one row; of complex ones both parts."""
    values = np.ravel(_to_numpy(value))
    if values.dtype.kind == "c":
        values = values.view(values.real.dtype)
    return values.astype(np.float64)


def _fold(value, name: str, seed: int) -> tuple[np.ndarray, tuple[int, ...]]:
    """The fold of an array of any framework, and its shape; a tensor of PyTorch is folded where it is."""
    if hasattr(value, "detach"):
        from .folding import folder_for

        shape = tuple(value.shape)
        return folder_for(seed).fold(value, tensor_key(name, shape, seed)).cpu().numpy(), shape
    values = np.asarray(value)
    shape = values.shape
    if values.dtype.kind == "c":
        values = np.ascontiguousarray(values).view(values.real.dtype)
    elif values.dtype.kind not in "fiu":
        values = values.astype(np.float32)  # JAX's bfloat16; anything else fails
    return fold(values, tensor_key(name, shape, seed), seed), shape


def _to_numpy(values) -> np.ndarray:
    """An array from whatever it is; a PyTorch tensor is detached and brought to the CPU first."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        values = values.float() if values.dtype.itemsize < 4 else values  # NumPy has no bfloat16
    return np.asarray(values)
