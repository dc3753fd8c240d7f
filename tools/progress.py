"""A progress bar for the terminal, and the lines by which a program that we started reports progress."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TextIO

#: A program reports with lines such as ``progress 0.25 frame 30 of 120`` on its standard output.
MARK = "progress "
WIDTH = 30


def parse(line: str) -> tuple[float, str] | None:
    """Fraction done (0 to 1) and text of a progress line; None if it is any other line."""
    if not line.startswith(MARK):
        return None
    number, _, text = line[len(MARK) :].strip().partition(" ")
    try:
        fraction = float(number)
    except ValueError:
        return None
    return min(max(fraction, 0.0), 1.0), text


class Bar:
    """One line that fills up on a terminal; elsewhere (a log) a new line for each tenth."""

    def __init__(self, label: str, stream: TextIO | None = None):
        self.label = label
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()
        self.start = time.monotonic()
        self.tenth = -1

    def show(self, fraction: float, text: str = "") -> None:
        """Draw the bar at ``fraction`` (0 to 1)."""
        seconds = time.monotonic() - self.start
        left = (
            f", {seconds * (1 - fraction) / fraction:.0f} s left" if fraction > 0.02 and fraction < 1 else ""
        )
        tail = f"{fraction:4.0%} {text} ({seconds:.0f} s{left})"
        if self.live:
            columns = shutil.get_terminal_size().columns - 1
            filled = round(WIDTH * fraction)
            line = f"{self.label} [{'#' * filled}{'.' * (WIDTH - filled)}] {tail}"
            self.stream.write("\r" + line[:columns].ljust(columns))
        elif int(fraction * 10) > self.tenth:
            self.tenth = int(fraction * 10)
            self.stream.write(f"{self.label} {tail}\n")
        self.stream.flush()

    def close(self) -> None:
        """End the line."""
        if self.live:
            self.stream.write("\n")
            self.stream.flush()
