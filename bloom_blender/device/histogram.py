"""The histogram of a flame, counted by a graphics card; see ``chaos.histogram`` for the processor's.

Orbits are those of the processor: they start, draw and choose by the same random numbers, each on its own,
so neighbours on the card share nothing. A hit is counted in whole numbers, which add up to the same in any
order: a card gives the same bits again, whatever else it does. Before a count of 32 bits could overflow, all
are added to totals of 64.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..chaos.counting import FUSE, LIFE, STEPS
from ..chaos.histogram import aim, grid_of
from ..chaos.kernels.layout import SHORTEST_BLOCK
from ..chaos.mixing import mixing_of
from ..chaos.projection import Projection
from ..chaos.structure import settling, structure_of, thresholds, values_of
from ..flame.model import Flame
from .cards import CardError, Device
from .shaders import (
    DRAIN,
    GO_ON,
    GROUP,
    RESEED,
    START,
    TASK,
    UNIT,
    WIDE_GROUP,
    game_shader,
    kinds_of,
    numbers_at_hand,
)

#: Orbits by the kind of card: enough to fill it.
ORBITS = {"discrete": 2**18, "software": 2**13}
_ORBITS_ELSE = 2**16
#: Seconds that a dispatch should take: the window stays alive, and no driver takes the card for hung.
LONGEST = 0.05
#: Bytes of a bucket: its four counts, and two words for each of their totals.
BYTES_OF_BUCKET = 16 * 3
_BYTES_OF_ORBIT = 32
#: Different variations that a program may hold: a driver takes minutes over more.
MOST_VARIATIONS = 256
_LENSES = ("flat", "sharp", "blurred", "camera")
_REACH = 32768  # workgroups along the first axis; no card has less than 65535


class CardHistogram:
    """Counts of light on a card, and the orbits that go on adding to them.

    The parameters are those of `chaos.histogram.Histogram`, and:

    Parameters
    ----------
    device
        The card.
    buckets
        Where `collect` adds what was counted; several flames may share them. By default new ones.
    orbits
        How many play, a multiple of 64; by default what fills the card.
    largest
        Bytes of the largest array on the card, by default what it can have. A larger picture is counted in
        parts, each by playing the game again.

    Attributes
    ----------
    iterations, hidden
        As there; here every point that is not shown is counted.
    bytes
        Memory of the card that it takes, all of it when it starts.
    dispatches
        How many the card has been given.
    """

    def __init__(
        self,
        device: Device,
        flame: Flame,
        *,
        supersample: int | None = None,
        seed: int = 0,
        threads: int | None = None,
        projection: Projection | None = None,
        blockers: np.ndarray | None = None,
        paint: str = "color",
        depths: tuple[float, float] | None = None,
        weight: float = 1.0,
        buckets: np.ndarray | None = None,
        orbits: int | None = None,
        largest: int | None = None,
    ) -> None:
        self.device, self.flame, self.seed, self.threads = device, flame, seed, threads
        self.size = flame.camera.size if projection is None else projection.size
        self.grid = grid_of(self.size, supersample or flame.tone.supersample)
        self.weight = weight
        lens, view, palette = aim(flame, self.grid, projection, paint, depths)
        shape = (self.grid.rows, self.grid.columns, 4)
        self._buckets = np.zeros(shape, np.float32) if buckets is None else buckets
        self._shared = buckets is not None
        self.orbits = -(-(orbits or ORBITS.get(device.card.kind, _ORBITS_ELSE)) // GROUP) * GROUP
        self.iterations = self.hidden = self.dispatches = 0
        self.handed_over = (0, 0)
        """Iterations and hidden points that `buckets` hold."""
        self._step = self._since = 0
        structure = structure_of(flame)
        kinds = kinds_of(structure)
        # A final xform stands in the program each time that it is used.
        written = (*dict.fromkeys(structure.parts[: structure.xforms]), *structure.parts[structure.xforms :])
        if sum(max(len(part.variations), 1) for part in written) > MOST_VARIATIONS:
            raise CardError(f"The flame has more than {MOST_VARIATIONS} variations, too many for a card.")
        values = values_of(flame, structure)
        offsets = np.array(structure.offsets, np.uint32)
        self._settling, self._warm = settling(flame, FUSE), mixing_of(flame, threads).warm
        self._fuse = self._settling if flame.rules.settle else 1
        limits = thresholds(flame)
        parts = np.stack([[kinds.index(part) for part in structure.parts], offsets], 1).astype(np.uint32)
        self._floats = np.concatenate([values, view]).astype(np.float32)
        self._at_hand = np.concatenate([self._floats.view(np.uint32), limits[0]])
        self._at_hand = self._at_hand[: numbers_at_hand(structure, len(view))]
        self._words = np.concatenate([limits.ravel(), parts.ravel()])
        self._palette, self._blockers = palette, blockers
        self._source = game_shader(structure, _LENSES[lens], len(view))
        largest = min(largest or device.card.largest, 2**31)
        rows = -(-self.grid.buckets * 16 // largest)
        self._part = -(-self.grid.buckets // rows)  # buckets of a part
        for array in (self._floats, self._words, self._blockers):
            if array is not None and array.nbytes > largest:
                raise CardError(
                    "The flame or the picture has more numbers than the card can have in an array."
                )
        self._task = dict.fromkeys(TASK, 0) | {
            "seed": seed & 0xFFFFFFFF,
            "orbits": self.orbits,
            "xforms": structure.xforms,
            "rows": len(limits),
            "fuse": self._fuse,
            "renewed_age": self._fuse - self._settling - self._warm - 1,
            "parts": limits.size,
            "blocked": int(blockers is not None),
            "colors": len(palette),
        }
        copies = 2 if rows > 1 else 1
        self.bytes = (
            self._part * rows * BYTES_OF_BUCKET
            + self.orbits * _BYTES_OF_ORBIT * copies
            + self._floats.nbytes + self._words.nbytes + palette.nbytes
            + (0 if blockers is None else blockers.nbytes)
        )  # fmt: skip
        self._parts: list[_Part] = []

    # ------------------------------------------------------------------- what the processor's has too

    @property
    def quality(self) -> float:
        """Iterations per pixel of the picture."""
        return self.iterations / (self.size[0] * self.size[1])

    @property
    def shown(self) -> int:
        """Points that count, in a bucket or not."""
        return max(self.iterations - self.hidden, 1)

    @property
    def round(self) -> int:
        """Points of about one dispatch, so that whoever adds a round can stop within one."""
        return max(self._pace // self.orbits, 1) * self.orbits

    @property
    def buckets(self) -> np.ndarray:
        """(rows, columns, 4) float32: red, green, blue in palette colors, and hits."""
        self.collect()
        return self._buckets

    def start(self) -> None:
        """Take the memory, compile, and bring the orbits to the attractor; `add` does it if it was not done.

        Raises
        ------
        CardError
            If the card has not that much memory, or its driver cannot compile the program.
        """
        if self._parts:
            return
        device = self.device
        self._play = device.pipeline(self._source, "play")
        self._drain = device.pipeline(DRAIN, "drain")
        blockers = np.zeros(4, np.float32) if self._blockers is None else self._blockers.reshape(-1)
        self._orbits = device.buffer(self.orbits * _BYTES_OF_ORBIT)
        self._hidden = device.buffer(16)
        self._numbers = device.numbers(4 * len(TASK))
        given = [device.buffer(array) for array in (self._floats, self._words, self._palette, blockers)]
        at_hand = []
        if self._at_hand.size:
            at_hand.append(device.numbers(-(-self._at_hand.nbytes // 16) * 16))
            device.write(at_hand[0], self._at_hand)
        for first in range(0, self.grid.buckets, self._part):
            size = min(self._part, self.grid.buckets - first)
            counts, low, high = (device.buffer(size * 16) for _ in range(3))
            arguments = [self._numbers, self._orbits, *given, counts, self._hidden, *at_hand]
            play = device.bind(self._play, arguments)
            self._parts.append(
                _Part(first, size, low, high, play, device.bind(self._drain, [counts, low, high]))
            )
        if len(self._parts) > 1:
            self._kept = device.buffer(self.orbits * _BYTES_OF_ORBIT)
        if self._warm:
            self._advance(0, begin=START)
            for length, seed in _blocks(self._warm, self.seed):
                self._advance(length, begin=RESEED, seed=seed)
        self._advance(self._settling, begin=RESEED if self._warm else START)

    def add(self, iterations: int) -> int:
        """Play at least that many points, a few of which may be too many; return how many they were.

        The same points give the same bits, however they are shared among calls.
        """
        self.start()
        steps = max(-(-iterations // self.orbits), 0)
        self._advance(steps)
        self.iterations += steps * self.orbits
        return steps * self.orbits

    # -------------------------------------------------------------------------------- the card's work

    def _advance(self, steps: int, *, begin: int = GO_ON, seed: int | None = None) -> None:
        """Play steps of all orbits, in dispatches that are short and count no more than a word holds.

        Where the orbits ``begin``, points do not count.
        """
        counting = begin == GO_ON
        while steps > 0 or begin != GO_ON:
            some = min(steps, max(self._pace // self.orbits, 1), _most_steps(self.orbits))
            task = self._task | {"counting": int(counting), "begin": begin}
            if seed is not None:
                task["seed"] = seed
            if counting:
                turn, within = divmod(self._step, STEPS)
                some = min(some, STEPS - within)
                if within == 0 and turn > 0:
                    task |= {"renew": max(LIFE, 8 * self._warm) // STEPS, "turn": turn}
                if self._since + some > _most_steps(self.orbits):
                    self._clear()
                self._since += some
                self._step += some
            for orbits in self._slices():
                self._dispatch(task | orbits | {"steps": some}, some)
            begin = GO_ON
            steps -= some
        if counting:
            self.hidden = int(self._unseen())

    def _slices(self) -> Iterator[dict[str, int]]:
        """All orbits, in as many parts as one step of them needs to be short."""
        size = max(min(self._pace, self.orbits) // GROUP, 1) * GROUP
        for first in range(0, self.orbits, size):
            yield {"first_orbit": first, "orbits": min(first + size, self.orbits)}

    def _dispatch(self, task: dict[str, int], steps: int) -> None:
        """Run one dispatch for each part of the picture, and wait for it."""
        device, several = self.device, len(self._parts) > 1
        if several:
            device.copy(self._orbits, self._kept)
        before = self._unseen() if several else 0
        orbits = task["orbits"] - task["first_orbit"]
        for number, part in enumerate(self._parts):
            if number:
                device.copy(self._kept, self._orbits)
                device.write(self._hidden, np.array([before, 0, 0, 0], np.uint32))
            numbers = task | {"first_bucket": part.first, "buckets": part.size}
            device.write(
                self._numbers, np.array([numbers[name] for name in TASK], np.int64).astype(np.uint32)
            )
            began = time.perf_counter()
            device.run((self._play, part.play, (-(-orbits // GROUP), 1)))
            self._unseen()
            self.dispatches += 1
            self._learn(orbits * steps, time.perf_counter() - began)

    def _unseen(self) -> int:
        """Points that were not shown so far, when all work is done."""
        return int(np.frombuffer(self.device.read(self._hidden), np.uint32)[0])

    @property
    def _pace(self) -> int:
        """Points of a dispatch of the right length, as far as is known."""
        return self.device.paces.get(self._source, GROUP * 16)

    def _learn(self, points: int, seconds: float) -> None:
        pace = self._pace
        if seconds > LONGEST:
            pace = max(min(pace, points) // 2, GROUP)
        elif seconds < 0.4 * LONGEST and points >= pace // 2:
            pace = min(2 * pace, 2**28)
        self.device.paces[self._source] = pace

    def _clear(self) -> None:
        """Add the counts to the totals."""
        work = []
        for part in self._parts:
            groups = -(-part.size // WIDE_GROUP)
            work.append((self._drain, part.drain, (min(groups, _REACH), -(-groups // _REACH))))
        self.device.run(*work)
        self._since = 0

    def totals(self) -> np.ndarray:
        """(rows, columns, 4) uint64: red, green, blue and hits in whole numbers, of which `UNIT` are one."""
        if not self._parts:
            return np.zeros(self._buckets.shape, np.uint64)
        self._clear()
        found = []
        for part in self._parts:
            low, high = (
                np.frombuffer(self.device.read(buffer), np.uint32) for buffer in (part.low, part.high)
            )
            found.append(low.astype(np.uint64) + (high.astype(np.uint64) << np.uint64(32)))
        return np.concatenate(found).reshape(self._buckets.shape)

    def collect(self) -> None:
        """Bring what was counted into `buckets`.

        Where they are shared it is added to them, and counting restarts on the card.
        """
        if self.handed_over[0] == self.iterations:
            return
        light = (self.totals() * (self.weight / UNIT)).astype(np.float32)
        if self._shared:
            self._buckets += light
            for part in self._parts:
                for buffer in (part.low, part.high):
                    self.device.clear(buffer)
        else:
            self._buckets[...] = light
        self.handed_over = (self.iterations, self.hidden)


class _Part:
    """Buckets of the picture that fit into one array of the card."""

    def __init__(self, first: int, size: int, low: Any, high: Any, play: Any, drain: Any) -> None:
        self.first, self.size, self.low, self.high, self.play, self.drain = (
            first,
            size,
            low,
            high,
            play,
            drain,
        )


def _blocks(warm: int, seed: int) -> Iterator[tuple[int, int]]:
    """Lengths and seeds of the blocks that make ``warm`` steps, see ``chaos.kernels.game.settle``."""
    left, shortest = warm, int(SHORTEST_BLOCK)
    while left > 0:
        last = left <= shortest
        length = left if last else left // 2
        yield length, _mixed(seed ^ _mixed((0 if last else length) + 0x7F4A7C15))
        left -= length


def _mixed(word: int) -> int:
    """``mixed`` of the kernels, of one number."""
    h = word & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    h = ((h ^ (h >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return h ^ (h >> 16)


def _most_steps(orbits: int) -> int:
    """Steps after which no count of 32 bits can have overflowed, were all points in one bucket."""
    return max((2**32 - 1) // (orbits * (UNIT + 1)), 1)
