"""Tables of numbers: CSV of Keras, Lightning, TensorBoard, wandb, MLflow and of people's own scripts.

The first line names the columns. Cells may be empty: that column was not measured in that row. The step
is the first column of `rows.CLOCKS` that there is, or else the number of the row, from 0. A table with
columns for name and value (and step) is read as one measurement per row.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator

from ...errors import BloomError
from ..measurements import Measurements
from ..options import Options
from ..selection import listed
from ..source import LONGEST_LINE, Source
from ..trajectory import Trajectory
from .rows import CLOCKS, EPOCHS, NUMBER, PHASES, EpochClock, before_names, is_clock, named, percentage, whole

FORMAT = "CSV"
HAS_RUNS = True

_DELIMITERS = (",", ";", "\t", "|")
_EMPTY = ("", "null", "none", "n/a", "na", "-", "undefined", "#n/a", "#na", "<na>", "nat")
_NAMES = ("metric", "name", "key", "tag", "metric_name")
_COMMA_DECIMAL = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?", re.A)
_WINDOWS = re.compile(r"[-+]?1\.#(?:[qs]nan|ind|inf)\d{0,2}", re.I | re.A)
_MOST_COLUMNS = 20_000


def recognizes(source: Source) -> bool:
    """Whether the first line names two or more columns, or one, and the second fits it."""
    lines = source.head_lines
    if source.looks_binary or not lines:
        return False
    delimiter = _delimiter(lines[0])
    try:
        header, *rows = csv.reader(lines[:3], delimiter=delimiter)
    except (csv.Error, ValueError):
        return False
    if len(header) == 1:
        values = [line.strip() for line in lines[1:50]]
        return _is_name(header[0]) and bool(values) and all(map(NUMBER.fullmatch, values))
    if not any(_is_name(cell) for cell in header) or len(set(header)) < 2:
        return False
    if any(re.search(r"[^\W\d]\s?[:=]\s*[-+]?\.?\d", cell) for cell in header):
        return False  # a line of a log, which tells names with their numbers
    if len(source.head_lines) > 1 and re.search(r"\d", lines[0]) and _shape(lines[0]) == _shape(lines[1]):
        return False
    return all(len(row) >= 2 for row in rows[:1])


def read(source: Source, options: Options) -> Trajectory:
    """Read all columns of numbers."""
    measured = Measurements(options.selection)
    table = _Table(source, options)
    runs = table.runs()
    name, prefix = source.run_name, ""
    if options.run is not None:
        if options.run not in runs:
            there = f"choose among {listed(runs)}" if runs else "leave the choice of a run out"
            raise BloomError(f"{source.name} has no run named {options.run!r}: {there}.")
        name = options.run
    if len(runs) == 1:
        name = runs[0]
    if name in runs:
        prefix = f"{name} - "
    if table.is_long:
        _read_long(table, measured)
    else:
        _read_wide(table, measured, prefix)
    table.tell(measured.remarks)
    if not measured.names and table.row_names:
        raise BloomError(
            f"{source.name} has a row for each run and not for each step: export the history of one run."
        )
    return measured.trajectory(name, source.name, {"origin": FORMAT})


def runs_of(source: Source, options: Options) -> list[str]:
    """The runs in an export of wandb, by the names of its columns; empty for other tables."""
    return _Table(source, options).runs()


class _Text(Exception):
    """A cell does not hold a number."""


class _Table:
    """Header and rows of a file, checked."""

    def __init__(self, source: Source, options: Options):
        self.source, self.options = source, options
        self.remarks: list[str] = []
        self._reader = _rows(source, options, _delimiter(source.head_lines[0]))
        try:
            _, header = next(self._reader)
        except StopIteration:
            raise BloomError(f"{source.name} is empty: copy it again.") from None
        self._epochs = EpochClock()
        self._left_out: list[int] = []  # lines that are not rows
        self._bad_cells: list[int] = []  # lines of cells that are not numbers
        self.header: list[str] = []
        self._take_header(header)
        lower = [name.lower() for name in self.header]
        self.name_column = next((lower.index(name) for name in _NAMES if name in lower), None)
        self.value_column = lower.index("value") if "value" in lower else None
        self.is_long = (
            self.clock is not None and self.name_column is not None and self.value_column is not None
        )
        self.row_names = self.clock is None and self.name_column is not None
        self._phase = next((lower.index(name) for name in PHASES if name in lower), None)

    def named(self, name: str, cells: list[str]) -> str:
        """The name of a measurement in a row, which may say that it is of an evaluation."""
        return name if self._phase is None else named(name, before_names(cells[self._phase]))

    def _take_header(self, header: list[str]) -> None:
        self.header = [cell.strip() for cell in header]
        if self.header and not self.header[-1] and len(self.header) > 1:
            self.header.pop()  # lines that end with a delimiter
        if len(self.header) > _MOST_COLUMNS:
            raise BloomError(f"{self.source.name} has {len(self.header)} columns: export fewer of them.")
        lower = [name.lower() for name in self.header]
        self.clock = next((lower.index(clock) for clock in CLOCKS if clock in lower), None)
        self._epoch = None
        if self.clock is not None and lower[self.clock] not in EPOCHS:
            self._epoch = next((lower.index(epoch) for epoch in EPOCHS if epoch in lower), None)

    def _is_header(self, cells: list[str]) -> bool:
        """Whether a row names columns: it has names alone, the column of steps or half of all among them."""
        if not all(map(_is_name, cells)):
            return False
        names = [cell.strip() for cell in cells]
        if self.clock is not None:
            return self.header[self.clock] in names
        return 2 * sum(name in names for name in self.header) >= len(self.header)

    def runs(self) -> list[str]:
        """The runs of an export of wandb, whose columns are called ``<run> - <metric>``."""
        if self.clock is None:
            return []
        columns = [name for index, name in enumerate(self.header) if index != self.clock]
        if not columns or not all(" - " in name for name in columns):
            return []
        return list(dict.fromkeys(name.rpartition(" - ")[0] for name in columns))

    def rows(self) -> Iterator[tuple[int, int, list[str]]]:
        """(number of the line, step, cells) of each row; `header` may change between two rows."""
        count, width = 0, len(self.header)
        for line, cells in self._reader:
            if len(cells) == width + 1 and not cells[-1].strip():
                cells.pop()
            if cells[0].strip() in self.header and self._is_header(cells):
                if not self.is_long:  # written again by a run that was restarted, perhaps with other columns
                    self._take_header(cells)
                    width = len(self.header)
                continue
            if len(cells) != width:
                if self.options.partial:
                    self._left_out.append(line)
                    continue
                hint = ", with points as decimal signs" if len(cells) > width else ""
                raise BloomError(
                    f"line {line} of {self.source.name} has {len(cells)} cells where the header has {width}: "
                    f"export it again{hint}, or ask for what is readable."
                )
            step: int | None = count
            if self.clock is not None:
                text = cells[self.clock].strip()
                step = int(text) if text.isdigit() and text.isascii() and len(text) < 16 else whole(text)
                if step is None:
                    if text.lower() in _EMPTY:
                        continue
                    if self.options.partial:
                        self._left_out.append(line)
                        continue
                    raise self.bad_cell(line, self.clock, text)
                if self._epoch is not None:
                    step = self._epochs.step(whole(cells[self._epoch]), step)
            count += 1
            yield line, step, cells  # type: ignore[misc]

    def number(self, line: int, column: int, cell: str) -> float | None:
        """The number in a cell; None if it is empty. A text raises `_Text`."""
        if cell.isascii() and "_" not in cell:  # then `float` takes what `NUMBER` does, and is quicker
            try:
                return float(cell)
            except ValueError:
                pass
        cell = cell.strip()
        if cell.lower() in _EMPTY:
            return None
        if _WINDOWS.fullmatch(cell):
            sign = -1.0 if cell[0] == "-" else 1.0
            return sign * math.inf if "inf" in cell.lower() else math.nan
        percent = percentage(cell)
        if percent is not None:
            return percent
        if _COMMA_DECIMAL.fullmatch(cell):
            raise BloomError(
                f"{cell!r} in line {line} of {self.source.name} has a comma as decimal sign: "
                f"export it with points."
            )
        raise _Text

    def leave_out(self, line: int) -> None:
        """Remember that a cell of that line is not a number and is left out."""
        self._bad_cells.append(line)

    def tell(self, remarks: list[str]) -> None:
        """Add what was left out to the remarks, after the last row."""
        for lines, what in ((self._left_out, "lines"), (self._bad_cells, "cells that are not numbers")):
            if lines:
                remarks.append(f"{len(lines)} {what} are left out, the first in line {lines[0]}")
        remarks += self.source.remarks

    def bad_cell(self, line: int, column: int, cell: str) -> BloomError:
        """The error for a cell that ought to be a number."""
        return BloomError(
            f"{cell[:40]!r} in line {line} of {self.source.name} is not a number for "
            f"{self.header[column]!r}: correct the line, or ask for what is readable."
        )


def _read_wide(table: _Table, measured: Measurements, prefix: str) -> None:
    header, columns = table.header, _columns(table, prefix)
    numeric: dict[int, bool] = {}  # whether a column holds numbers, by its first cell that is not empty
    for line, step, cells in table.rows():
        if table.header is not header:
            header, columns, numeric = table.header, _columns(table, prefix), {}
        for index, name in columns.items():
            if numeric.get(index, True):
                try:
                    number = table.number(line, index, cells[index])
                except _Text:
                    if index not in numeric:
                        numeric[index] = False
                        measured.remarks.append(f"the column {name!r} holds text and is left out")
                    elif not table.options.partial:
                        raise table.bad_cell(line, index, cells[index]) from None
                    else:
                        table.leave_out(line)
                    continue
                if number is not None:
                    numeric[index] = True
                    if not table.row_names:
                        measured.add(table.named(name, cells), step, number)


def _columns(table: _Table, prefix: str) -> dict[int, str]:
    """Which columns are measurements, and what to call them."""
    columns: dict[int, str] = {}
    taken: set[str] = set()
    numbers: dict[str, int] = {}  # the next free number of each name
    there = set(table.header)
    for index, full in enumerate(table.header):
        base = re.sub(r"__(MIN|MAX)$", "", full)  # the range within a bin of wandb's plots
        if is_clock(full) or (base != full and base in there) or not full.startswith(prefix):
            continue
        if not re.sub(r"^unnamed: \d+$", "", full.lower()):
            continue  # pandas' index
        name = base = full.removeprefix(prefix)
        while name in taken:
            numbers[base] = numbers.get(base, 1) + 1
            name = f"{base} ({numbers[base]})"
        taken.add(name)
        columns[index] = name
    return columns


def _read_long(table: _Table, measured: Measurements) -> None:
    assert table.name_column is not None and table.value_column is not None
    for line, step, cells in table.rows():
        name = cells[table.name_column].strip()
        try:
            number = table.number(line, table.value_column, cells[table.value_column])
        except _Text:
            if not table.options.partial:
                raise table.bad_cell(line, table.value_column, cells[table.value_column]) from None
            table.leave_out(line)
            continue
        if name and number is not None:
            measured.add(name, step, number)


def _rows(source: Source, options: Options, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(source.lines(partial=options.partial, keep_ends=True), delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if options.partial:
                return
            raise BloomError(
                f"line {reader.line_num} of {source.name} is not a line of a table: "
                f"copy it again, or ask for what is readable."
            ) from None
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _shape(line: str) -> str:
    """A line without its numbers and spaces: the same for all lines that a program prints in one form."""
    return re.sub(r"\d+", "#", re.sub(r"\s+", "", line))


def _delimiter(line: str) -> str:
    """The sign that parts the cells of the header: outside of quotes, the most frequent one."""
    outside = re.sub(r'"[^"]*"', "", line)
    return max(_DELIMITERS, key=lambda sign: (outside.count(sign), -_DELIMITERS.index(sign)))


def _is_name(cell: str) -> bool:
    cell = cell.strip()
    return bool(cell) and NUMBER.fullmatch(cell) is None and not cell[0].isdigit() and len(cell) < 300
