"""Files that belong together: their names differ in numbers only, and one of the numbers is the step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.A)
STEP_LABEL = re.compile(
    r"(?<![a-z])(?:global[_-]?step|steps?|iter(?:ation)?s?|checkpoint|ckpt)[^0-9a-z]{0,2}$", re.I
)
EPOCH_LABEL = re.compile(r"(?<![a-z])(?:epochs?|ep)[^0-9a-z]{0,2}$", re.I)
_ANY_LABEL = re.compile("")


def pattern_of(name: str) -> str:
    """The name with all numbers replaced."""
    return re.sub(r"\d+", "#", name)


def neighbours(path: Path) -> list[Path]:
    """The files of the same folder whose names differ in numbers only, itself among them."""
    pattern = pattern_of(path.name)
    return sorted(one for one in path.parent.iterdir() if pattern_of(one.name) == pattern and one.is_file())


def numbers_in_names(names: Sequence[str], label: re.Pattern[str] = _ANY_LABEL) -> Iterator[list[int | None]]:
    """For each place of a number in the names, after such a label: the number in each name.

    Numbers with a decimal point, such as losses, are None.
    """
    found = [list(_NUMBER.finditer(name)) for name in names]
    for place in range(min(map(len, found), default=0)):
        if label.search(names[0][: found[0][place].start()]):
            yield [int(one[place][0]) if one[place][0].isdigit() else None for one in found]


def first_that_orders(
    candidates: Iterator[list[int | None]] | Sequence[list[int | None]],
) -> list[int] | None:
    """The first list of numbers that has one for every file, all of them different."""
    for candidate in candidates:
        steps = [step for step in candidate if step is not None and abs(step) < 2**62]
        if len(steps) == len(candidate) == len(set(steps)):
            return steps
    return None


def steps_in_names(names: Sequence[str]) -> list[int] | None:
    """The step of each file by its name: a number called step or epoch, or any that tells them apart."""
    for label in (STEP_LABEL, EPOCH_LABEL, _ANY_LABEL):
        steps = first_that_orders(list(numbers_in_names(names, label)))
        if steps is not None:
            return steps
    return None
