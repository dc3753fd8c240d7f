"""What of a run is wanted: series and tables by name, and a range of steps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np

from ..errors import BloomError
from .trajectory import Embeddings, Series, Trajectory


@dataclass(frozen=True)
class Selection:
    """Which series, embedding tables and steps to keep; everything by default.

    Attributes
    ----------
    patterns : tuple of str
        Names with the wildcards ``*``, ``?`` and ``[…]``; empty for all.
    first, last : int or None
        Smallest and largest step, both included.
    """

    patterns: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None

    def has_name(self, name: str) -> bool:
        """Whether a series or table of that name is wanted."""
        return not self.patterns or any(fnmatchcase(name, pattern) for pattern in self.patterns)

    def has_step(self, step: int) -> bool:
        """Whether something measured at that step is wanted."""
        return (self.first is None or step >= self.first) and (self.last is None or step <= self.last)

    def apply(self, trajectory: Trajectory) -> Trajectory:
        """The wanted part of a run; BloomError if that is nothing."""
        if self == Selection():
            return trajectory
        named = [one for one in trajectory.members if self.has_name(one.name)]
        self.complain_if_unnamed(trajectory.name, [one.name for one in trajectory.members])
        kept = [part for one in named if (part := self._cut(one)) is not None]
        if not kept:
            steps = np.concatenate([one.steps for one in named])
            raise self.no_steps(trajectory.name, int(steps.min()), int(steps.max()))
        return replace(
            trajectory,
            series=tuple(one for one in kept if isinstance(one, Series)),
            embeddings=tuple(one for one in kept if isinstance(one, Embeddings)),
        )

    def complain_if_unnamed(self, run: str, names: Iterable[str]) -> None:
        """Raise BloomError with the `names` there are if none of them is wanted."""
        names = list(names)
        if names and not any(self.has_name(name) for name in names):
            wanted = " or ".join(map(repr, self.patterns))
            raise BloomError(f"{run} has no series named {wanted}: choose among {listed(names)}.")

    def no_steps(self, run: str, first: int, last: int) -> BloomError:
        """The error for a run that has no steps in the range."""
        return BloomError(f"{run} has no such steps: choose a range within {first}:{last}.")

    def _cut(self, one: Series | Embeddings) -> Series | Embeddings | None:
        if self.first is None and self.last is None:
            return one
        start = 0 if self.first is None else int(np.searchsorted(one.steps, self.first, "left"))
        stop = len(one.steps) if self.last is None else int(np.searchsorted(one.steps, self.last, "right"))
        if stop <= start:
            return None
        if isinstance(one, Series):
            return replace(one, steps=one.steps[start:stop], values=one.values[start:stop])
        return replace(one, steps=one.steps[start:stop], vectors=one.vectors[start:stop])


def select(patterns: str | Iterable[str] = (), steps: str = "") -> Selection:
    """A selection from what a person writes.

    Parameters
    ----------
    patterns : str or sequence of str
        Names with wildcards, such as ``"train/*"``. A text may hold several, separated by blanks or
        commas, if no name has those.
    steps : str
        ``"100:2000"``, ``":2000"`` or ``"100:"``, both ends included; empty for all.

    Raises
    ------
    BloomError
        If the steps are not a range.
    """
    if isinstance(patterns, str):
        patterns = re.split(r"[\s,]+", patterns.strip())
    first = last = None
    if steps.strip():
        match = re.fullmatch(r"\s*([-+]?\d{1,18})?\s*:\s*([-+]?\d{1,18})?\s*", steps, re.ASCII)
        if match is None:
            raise BloomError(f"the steps {steps!r} are not a range: write them as 100:2000, :2000 or 100:.")
        first, last = (None if text is None else int(text) for text in match.groups())
        if first is not None and last is not None and last < first:
            raise BloomError(f"the range of steps {steps!r} ends before it begins: write it as in 100:2000.")
    return Selection(tuple(pattern for pattern in patterns if pattern), first, last)


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names for a message, only the first ones if there are many."""
    names = list(names)
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return ", ".join(names)
