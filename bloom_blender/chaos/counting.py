"""Orbits that play the chaos game and count where their points fall: what pictures and volumes share."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..codegen.threads import threads_of
from ..flame.model import Flame
from .kernels import layout
from .kernels.build import game_of, histogram_kernel, run
from .mixing import mixing_of
from .structure import OPACITY, settling, structure_of, thresholds, values_of

#: Applications before the first point of an orbit counts, also of one that escaped and restarted. ember's
#: default is 15 and 0 there; counting escaped orbits sooner made brick's picture less like ember's.
FUSE = 50
#: Steps after which an orbit restarts. A flame may have points that hold it for ever (numbers are finite,
#: 0 is 0), which other renderers escape in this way: ember after 10240 points, flam3 after 10000.
LIFE = 10_000
#: Steps of a round.
STEPS = 128
#: log2 of the buckets of a tile: 2**13 of them are 128 KB, a part of the second-level cache.
TILE_BITS = 13


class Counting:
    """Buckets, and the orbits that go on adding to them.

    A bucket holds four float32: red, green, blue in the colours of ``palette``, and hits.

    Parameters
    ----------
    buckets
        (..., 4) float32, where to count; several flames may share them.
    lens, view
        How the kernel finds a point's bucket, and the numbers it needs for that.
    palette
        (n, 4) float32, what a hit adds.
    batches
        Of orbits, which are what threads share; the counts depend on it.
    seed
        Chooses the random numbers.
    threads
        How many to use, all by default. The counts do not depend on it.
    weight
        What a hit of an opaque xform counts.
    blockers
        Depths of a camera, float32.
    slots
        Where the blocks of a volume are, int32.

    Attributes
    ----------
    iterations
        Points played so far, after fusing; also those that no bucket is for.
    hidden
        How many of them were not shown because their orbit had escaped, as the end of each round says.
    """

    def __init__(
        self,
        flame: Flame,
        buckets: np.ndarray,
        lens: int,
        view: np.ndarray,
        palette: np.ndarray,
        *,
        batches: int,
        seed: int = 0,
        threads: int | None = None,
        weight: float = 1.0,
        blockers: np.ndarray | None = None,
        slots: np.ndarray | None = None,
    ) -> None:
        self.flame, self.seed, self.threads = flame, seed, threads
        self.buckets = buckets
        self.iterations = self.hidden = self._renewed = 0
        self._lens, self._view, self._palette = lens, view, palette
        self._kernel: Any = histogram_kernel()
        self._warm = mixing_of(flame, threads).warm
        self._settling = settling(flame, FUSE)
        self._fuse = self._settling if flame.rules.settle else 1
        self._f = np.zeros((batches, layout.FLOATS), np.float32)
        self._u = np.zeros((batches, layout.WORDS), np.uint32)
        self._o = np.zeros((batches, layout.INDICES), np.int32)
        self._records = np.empty((batches, STEPS * layout.ORBITS), np.uint64)
        tiles = -(-(buckets.size // 4) // 2**TILE_BITS)
        self._begins = np.zeros((batches, tiles + 2), np.int64)  # one more tile for what is outside
        self._owners = np.zeros(tiles, np.int64)
        structure = structure_of(flame)
        game, offsets = game_of(structure), np.array(structure.offsets, np.int64)
        values = values_of(flame, structure)
        opacities = values[offsets[: structure.xforms] + OPACITY] * np.float32(weight)
        self._game = (game, offsets, values, thresholds(flame), opacities)
        self._blockers = np.zeros(0, np.float32) if blockers is None else blockers.reshape(-1)
        self._slots = np.zeros(0, np.int32) if slots is None else slots.reshape(-1)
        self._started = False

    @property
    def round(self) -> int:
        """Points of a whole round."""
        return self._f.shape[0] * layout.ORBITS * STEPS

    @property
    def shown(self) -> int:
        """Points that count, in a bucket or not: renderers draw again for one that escapes."""
        return max(self.iterations - self.hidden, 1)

    def start(self) -> None:
        """Compile, and bring the orbits to the attractor; `add` does it when it was not done."""
        if self._started:
            return
        self._run(0, first=-self._settling)
        self._started = True

    def add(self, iterations: int) -> int:
        """Play at least that many points, perhaps a few more; return how many there were.

        Whole rounds as far as they go, then a part of one. The same parts give the same bits: stop at whole
        rounds if that matters.
        """
        self.start()
        orbits = self._f.shape[0] * layout.ORBITS
        left = max(-(-iterations // orbits), 0)
        total = left * orbits
        while left > 0:
            steps = min(left, STEPS)
            self._renew(steps)
            self._run(steps)
            self.iterations += steps * orbits
            left -= steps
        return total

    def _renew(self, steps: int) -> None:
        """Restart some orbits, once a round, so that each of them does once in `LIFE` steps.

        Where orbits take long to forget their start, they live longer.
        """
        life = max(LIFE, 8 * self._warm) // STEPS
        turn = self.iterations // self.round
        if turn == self._renewed:
            return
        self._renewed = turn
        batches, orbits = len(self._f), layout.ORBITS
        chosen = np.arange(turn % life, batches * orbits, life)
        batch, orbit = np.divmod(chosen, orbits)
        x, y, color = np.random.default_rng((self.seed & 0xFFFFFFFF, turn)).random((3, len(chosen)))
        fuse = self._settling + self._warm
        for k, value in enumerate((2.0 * x - 1.0, 2.0 * y - 1.0, 0.0, color)):
            self._f[batch, int(layout.STATE) + 4 * orbit + k] = value
        self._f[batch, int(layout.AGE) + orbit] = self._fuse - fuse - 1
        self._o[batch, int(layout.XFORM) + orbit] = len(self.flame.xforms)  # no xform before the first
        if fuse < steps:  # otherwise they are among those that the end of the round finds hidden
            self.hidden += len(chosen) * fuse

    def _run(self, steps: int, first: int = 0) -> None:
        threads = threads_of(self.threads)
        run(
            self._kernel.play_batch, len(self._f), threads,
            self._f, self._u, self._o, np.uint32(self.seed & 0xFFFFFFFF), self._warm, first, steps,
            self._fuse,
            *self._game, self._lens, self._view, self._blockers, self._slots, TILE_BITS, self._records,
            self._begins,
        )  # fmt: skip
        run(self._kernel.share_tiles, 1, 1, self._begins, self._owners, threads)
        run(
            self._kernel.add_tiles, threads, threads,
            self._owners, self._records, self._begins, self._palette.reshape(-1), self._game[-1],
            self.buckets.reshape(-1),
        )  # fmt: skip
        row = int(layout.AGE)
        ages = self._f[:, row : row + layout.ORBITS]
        self.hidden += steps * int(np.count_nonzero(ages < self._fuse))
