"""A sheet of pictures to choose a flame from: what is on its pages, and where; without windows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...errors import BloomError
from ...flame.model import Flame

LARGEST = 360
"""Pixels of the longer side of a picture, at most: larger cells show it enlarged."""


@dataclass
class Cell:
    """One picture: ``picture`` is (height, width, 4) float32 as of `thumbnail`, None if none can be made."""

    title: str
    picture: np.ndarray | None


@dataclass(frozen=True)
class Layout:
    """Where the cells of a page lie in a region; all in pixels from its lower left corner.

    Parameters
    ----------
    columns, rows
        Of the cells.
    width, height
        Of one cell's picture.
    left, top
        Of the first one.
    gap
        Between two of them.
    """

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    gap: float

    def corner(self, place: int) -> tuple[float, float]:
        """Lower left corner of the cell at a place, which are counted row by row from 0."""
        row, column = divmod(place, self.columns)
        return (
            self.left + column * (self.width + self.gap),
            self.top - self.height - row * (self.height + self.gap),
        )

    def place_at(self, x: float, y: float) -> int | None:
        """The place of the cell at a point; None between and beside them."""
        column, right = divmod(x - self.left, self.width + self.gap)
        row, down = divmod(self.top - y, self.height + self.gap)
        if not (0 <= column < self.columns and 0 <= row < self.rows):
            return None
        return int(row) * self.columns + int(column) if right < self.width and down < self.height else None


def layout_of(
    frame: tuple[float, float, float, float],
    grid: tuple[int, int],
    aspect: float,
    *,
    margin: float,
    gap: float,
) -> Layout:
    """The largest cells of a shape (width over height) that fit into a frame, in its middle.

    The frame is left, bottom, width and height; ``margin`` is kept free above and below for titles.
    """
    columns, rows = grid
    left, bottom, wide, high = frame
    free = wide - gap * (columns + 1), high - 2.0 * margin - gap * (rows - 1)
    height = max(min(free[0] / columns / aspect, free[1] / rows), 1.0)
    width = height * aspect
    whole = columns * width + (columns - 1) * gap, rows * height + (rows - 1) * gap
    left, top = left + (wide - whole[0]) / 2.0, bottom + (high + whole[1]) / 2.0
    return Layout(columns, rows, width, height, left, top, gap)


class Sheet:
    """Pages of pictures, each computed when its page is looked at.

    Parameters
    ----------
    make
        Gives title and flame of a number from 0 on; what it raises as BloomError leaves the cell empty.
    count
        How many there are; None for as many as anybody looks at.
    aspect
        Width over height of the pictures.
    grid
        Columns and rows of a page.
    """

    def __init__(
        self,
        make: Callable[[int], tuple[str, Flame]],
        count: int | None,
        *,
        aspect: float = 1.0,
        grid: tuple[int, int] = (3, 3),
    ) -> None:
        self.make = make
        self.count = count
        self.aspect = min(max(aspect, 0.5), 2.0)
        self.grid = grid
        self.page = 0
        self.cells: dict[int, Cell] = {}

    @property
    def numbers(self) -> range:
        """What is on the page that is looked at."""
        size = self.grid[0] * self.grid[1]
        first = self.page * size
        return range(first, first + size if self.count is None else min(first + size, self.count))

    @property
    def pages(self) -> int | None:
        """How many pages there are, None for no end."""
        return None if self.count is None else math.ceil(self.count / (self.grid[0] * self.grid[1]))

    def turn(self, step: int) -> bool:
        """Look at another page; False where there is none."""
        page = self.page + step
        if page < 0 or (self.pages is not None and page >= self.pages):
            return False
        self.page = page
        return True

    def step(self, pixels: tuple[float, float]) -> bool:
        """Compute one missing picture of the page, for a cell of so many pixels; False when all are there."""
        from ...develop.thumbnail import thumbnail  # at first use, for a quick start

        number = next((number for number in self.numbers if number not in self.cells), None)
        if number is None:
            return False
        factor = min(1.0, LARGEST / max(pixels))
        size = max(round(pixels[0] * factor), 16), max(round(pixels[1] * factor), 16)
        try:
            title, flame = self.make(number)
            self.cells[number] = Cell(title, thumbnail(flame, size))
        except BloomError as error:
            self.cells[number] = Cell(str(error), None)
        return True


def grid_for(count: int) -> tuple[int, int]:
    """Columns and rows of a page for so many flames: no more than needed, at most 5 x 4."""
    columns = min(max(math.ceil(math.sqrt(count)), 1), 5)
    return columns, min(math.ceil(count / columns), 4)
