"""The data model of a training run: measured series over steps, and snapshots of word vectors.

Everything is checked once, when it is made, and cannot change afterwards: whoever holds a
`Trajectory` may rely on its shapes, on increasing steps, and on finite numbers in all but metrics: the
loss of a run that diverged is NaN or infinite, and stays so, because that is what happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from ..errors import BloomError

KINDS = ("update", "norm", "metric")


@dataclass(frozen=True, eq=False)
class Series:
    """One thing measured over the steps of a run.

    Parameters
    ----------
    name : str
        Unique within a trajectory, for example ``"update/encoder.embedding"`` or ``"loss"``.
    steps : (T,) int64, strictly increasing
        The optimizer steps at which it was measured; T ≥ 1.
    values : (T,) or (T, K) float64
        One number, or K ≥ 1 numbers, for each step. Finite, except in a metric: there NaN and infinity
        say that it was measured and was not a number.
    kind : {"update", "norm", "metric"}
        ``"update"``: projections of the change of a group of parameters since the step before.
        ``"norm"``: the length of such a change, or of the parameters themselves.
        ``"metric"``: anything else, such as a loss.
    unit : str
        Empty where the numbers have none.

    Raises
    ------
    BloomError
        If any of this does not hold.
    """

    name: str
    steps: np.ndarray
    values: np.ndarray
    kind: str
    unit: str = ""

    def __post_init__(self):
        what = f"the series {self.name!r}"
        _check_text(self.name, "the name of a series")
        _check_text(self.unit, f"the unit of {what}", may_be_empty=True)
        if self.kind not in KINDS:
            raise BloomError(f"{what} has the unknown kind {self.kind!r}: use one of {', '.join(KINDS)}.")
        steps = _checked_steps(self.steps, what)
        values = _checked_numbers(self.values, what, may_diverge=self.kind == "metric")
        if values.ndim not in (1, 2) or values.shape[0] != len(steps) or values.size == 0:
            raise BloomError(
                f"{what} has values of shape {values.shape} for {len(steps)} steps: "
                f"give one number, or one row of numbers, for each step."
            )
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Snapshots of a table of word vectors.

    Parameters
    ----------
    name : str
        Unique within a trajectory, for example ``"source"``.
    words : tuple of str, length V ≥ 1
        The word of each row. Any text is a word, the empty one too.
    steps : (E,) int64, strictly increasing
        When each snapshot was taken (an optimizer step, or an epoch); E ≥ 1.
    vectors : (E, V, D) float64, finite

    Raises
    ------
    BloomError
        If any of this does not hold.
    """

    name: str
    words: tuple[str, ...]
    steps: np.ndarray
    vectors: np.ndarray

    def __post_init__(self):
        _check_text(self.name, "the name of an embedding table")
        what = f"the embedding table {self.name!r}"
        if isinstance(self.words, str) or not isinstance(self.words, Iterable):
            raise BloomError(f"the words of {what} are not a sequence: give one word for each row.")
        words = tuple(self.words)
        for word in words:
            _check_text(word, f"a word of {what}", may_be_empty=True)
        steps = _checked_steps(self.steps, what)
        vectors = _checked_numbers(self.vectors, what)
        if vectors.ndim != 3 or vectors.shape[:2] != (len(steps), len(words)) or vectors.size == 0:
            raise BloomError(
                f"{what} has vectors of shape {vectors.shape} for {len(steps)} snapshots of "
                f"{len(words)} words: give an array of shape (snapshots, words, dimensions)."
            )
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "vectors", vectors)


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A training run: its series and its embedding snapshots, in the order they were recorded.

    Parameters
    ----------
    name : str
        What to call the run.
    series : tuple of Series
    embeddings : tuple of Embeddings
        At least one series or one embedding table is needed.
    metadata : mapping of str to str
        Whatever else is worth knowing: framework, seed, licence of the data.

    Raises
    ------
    BloomError
        If a name is used twice, or the run is empty.
    """

    name: str
    series: tuple[Series, ...] = ()
    embeddings: tuple[Embeddings, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        _check_text(self.name, "the name of a trajectory")
        series, embeddings, metadata = tuple(self.series), tuple(self.embeddings), dict(self.metadata)
        if not series and not embeddings:
            raise BloomError(f"the run {self.name!r} is empty: record at least one step or one snapshot.")
        for members, type_, noun in (
            (series, Series, "series"),
            (embeddings, Embeddings, "embedding tables"),
        ):
            for member in members:
                if not isinstance(member, type_):
                    raise BloomError(f"the run {self.name!r} has {member!r} among its {noun}: remove it.")
            for name in _repeated(member.name for member in members):
                raise BloomError(f"the run {self.name!r} has two {noun} named {name!r}: rename one.")
        for key, value in metadata.items():
            _check_text(key, f"a metadata key of the run {self.name!r}")
            _check_text(value, f"the metadata {key!r} of the run {self.name!r}", may_be_empty=True)
        object.__setattr__(self, "series", series)
        object.__setattr__(self, "embeddings", embeddings)
        object.__setattr__(self, "metadata", MappingProxyType(metadata))

    @property
    def members(self) -> tuple[Series | Embeddings, ...]:
        """The series, then the embedding tables."""
        return (*self.series, *self.embeddings)

    @property
    def updates(self) -> tuple[Series, ...]:
        """The series of kind ``"update"``, one for each group of parameters; empty if none was recorded."""
        return tuple(series for series in self.series if series.kind == "update")

    def series_named(self, name: str) -> Series:
        """The series of that name; BloomError lists the names there are."""
        return self._named(name, self.series, "series")

    def embedding(self, name: str | None = None) -> Embeddings:
        """The embedding table of that name, or the first; BloomError lists the names there are."""
        if name is None and self.embeddings:
            return self.embeddings[0]
        return self._named(name, self.embeddings, "embedding table")

    def _named(self, name, members, noun):
        for member in members:
            if member.name == name:
                return member
        if not members:
            raise BloomError(
                f"the run {self.name!r} holds no {noun}: choose a run that was recorded with one."
            )
        names = ", ".join(member.name for member in members)
        raise BloomError(f"the run {self.name!r} has no {noun} named {name!r}: choose one of {names}.")


def _check_text(text, what: str, *, may_be_empty: bool = False) -> None:
    """Raise BloomError unless `text` is a str that can be written as UTF-8."""
    if not isinstance(text, str):
        raise BloomError(f"{what} is {text!r}: give a text.")
    if not text and not may_be_empty:
        raise BloomError(f"{what} is empty: give one.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BloomError(f"{what} is {text!r}, which is not valid Unicode: change it.") from None


def _repeated(names: Iterable[str]) -> list[str]:
    """The names that come more than once."""
    return [name for name, count in Counter(names).items() if count > 1]


def _checked_steps(steps, what: str) -> np.ndarray:
    """`steps` as a read-only (T,) int64 array, T ≥ 1, strictly increasing."""
    array = _as_array(steps, what)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iu":
        raise BloomError(
            f"the steps of {what} are not a list of one or more whole numbers: give one for each row."
        )
    if array.dtype.kind == "u" and array.max() > np.iinfo(np.int64).max:
        raise BloomError(f"the steps of {what} are too large: number them from 0.")
    array = array.astype(np.int64)
    if not (array[1:] > array[:-1]).all():
        raise BloomError(f"the steps of {what} do not increase: sort them and remove doubles.")
    array.flags.writeable = False
    return array


def _checked_numbers(values, what: str, *, may_diverge: bool = False) -> np.ndarray:
    """`values` as a read-only, contiguous float64 array that nobody else can change.

    Its numbers are finite unless it `may_diverge`.
    """
    array = _as_array(values, what)
    if array.dtype.kind not in "fiu":
        raise BloomError(f"{what} holds something that is not a real number: give numbers only.")
    with np.errstate(invalid="ignore"):  # a signaling NaN becomes a quiet one
        numbers = np.ascontiguousarray(array, dtype=np.float64).reshape(array.shape)
    if not (may_diverge or np.isfinite(numbers).all()):
        raise BloomError(
            f"{what} holds NaN or infinity, so the training diverged or the data is damaged: "
            f"record the run again, or cut it before that step."
        )
    if numbers.flags.writeable and np.shares_memory(numbers, array):
        numbers = numbers.copy()
    numbers.flags.writeable = False
    return numbers


def _as_array(values, what: str) -> np.ndarray:
    try:
        return np.asarray(values)
    except (TypeError, ValueError):
        raise BloomError(
            f"{what} has rows of different lengths: give the same number of values in each."
        ) from None
