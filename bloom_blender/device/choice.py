"""A histogram on the card or the processor, as chosen; where a card fails, the processor goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..chaos.histogram import Grid, Histogram, grid_of
from ..flame.model import Flame
from .cards import Card, CardError, card_for
from .histogram import CardHistogram

#: Name of the processor where a device is recorded.
PROCESSOR = "cpu"


def say_on_stderr(text: str) -> None:
    """Print one line for the user."""
    print(f"bloom: {text}", file=sys.stderr, flush=True)


class ChosenHistogram:
    """A histogram of a flame that a card counts while it can, see `chaos.histogram.Histogram`.

    Nothing is lost where a card fails: what it had counted and not handed over is played again by the
    processor.

    Parameters
    ----------
    flame, options
        As there.
    device
        See `cards.card_for`.
    say
        Called with one sentence where the work goes on on the processor.
    """

    def __init__(
        self,
        flame: Flame,
        *,
        device: str = "auto",
        say: Callable[[str], None] = say_on_stderr,
        **options: Any,
    ) -> None:
        self.flame = flame
        self.threads = options.get("threads")
        self._options, self._say = options, say
        self._kept = (0, 0)  # iterations and hidden points that are in the buckets for good
        if options.get("buckets") is None:
            projection = options.get("projection")
            size = flame.camera.size if projection is None else projection.size
            grid = grid_of(size, options.get("supersample") or flame.tone.supersample)
            if device.lower() != "cpu":
                options["buckets"] = np.zeros((grid.rows, grid.columns, 4), np.float32)
        self._inner = self._begin(device)

    def _begin(self, device: str) -> Histogram | CardHistogram:
        try:
            card = card_for(device)
            if card is not None:
                return self._on(card)
        except CardError as error:
            self._say(f"{error} The processor does the work.")
        return Histogram(self.flame, **self._options)

    def _on(self, card: Card) -> CardHistogram:
        from .trial import ready

        return CardHistogram(ready(card), self.flame, **self._options)

    @property
    def card(self) -> Card | None:
        """The card that counts now; None for the processor."""
        return self._inner.device.card if isinstance(self._inner, CardHistogram) else None

    @property
    def device_name(self) -> str:
        """What made the picture, as files record it."""
        return self.card.name if self.card else PROCESSOR

    @property
    def size(self) -> tuple[int, int]:
        """Of the picture, pixels."""
        return self._inner.size

    @property
    def grid(self) -> Grid:
        """How the buckets lie."""
        return self._inner.grid

    @property
    def round(self) -> int:
        """Points of about one dispatch, or a round of the processor."""
        return self._inner.round

    @property
    def iterations(self) -> int:
        """Points played so far."""
        return self._kept[0] + self._inner.iterations

    @property
    def hidden(self) -> int:
        """How many of them were not shown."""
        return self._kept[1] + self._inner.hidden

    @property
    def shown(self) -> int:
        """Points that count."""
        return max(self.iterations - self.hidden, 1)

    def start(self) -> None:
        """Compile, take memory, and bring the orbits to the attractor."""
        try:
            self._inner.start()
        except CardError as error:
            self._fall_back(error)
            self._inner.start()

    def add(self, iterations: int) -> int:
        """Play at least that many points; return how many they were."""
        try:
            return self._inner.add(iterations)
        except CardError as error:
            before = self.iterations
            lost = self._fall_back(error)
            self._inner.add(lost + iterations)
            return self.iterations - before

    def collect(self) -> None:
        """Bring what a card has counted into `buckets`."""
        if not isinstance(self._inner, CardHistogram):
            return
        try:
            self._inner.collect()
        except CardError as error:
            self._inner.add(self._fall_back(error))

    @property
    def buckets(self) -> np.ndarray:
        """(rows, columns, 4) float32: red, green, blue in palette colors, and hits."""
        self.collect()
        if isinstance(self._inner, CardHistogram):
            return self._options["buckets"]
        return self._inner.buckets

    def whole_numbers(self) -> np.ndarray | None:
        """All counts as whole numbers, see `CardHistogram.totals`; None where a processor counted some."""
        if not isinstance(self._inner, CardHistogram) or self._kept[0] or self._inner.handed_over[0]:
            return None
        try:
            return self._inner.totals()
        except CardError as error:
            self._inner.add(self._fall_back(error))
            return None

    def _fall_back(self, error: CardError) -> int:
        """Go on on the processor; how many points have to be played again."""
        assert isinstance(self._inner, CardHistogram)
        self._say(f"{error} The processor goes on.")
        kept, lost = self._inner.handed_over, self._inner.iterations - self._inner.handed_over[0]
        self._kept = (self._kept[0] + kept[0], self._kept[1] + kept[1])
        self._inner = Histogram(self.flame, **self._options)
        return lost
