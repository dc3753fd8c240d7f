"""How long the orbits of a flame remember where they began.

A point of a flame is where an orbit is that has forgotten its start. Some thirty applications are enough for
most flames, as each brings points nearer to each other; a heavy xform that turns, mirrors or is a Möbius map
does not, and what is shown after thirty is the square in which orbits begin, carried about.

Measured is the *memory*: pairs of orbits begin near each other and then draw numbers of their own. As long as
more of these pairs are near each other than pairs that began anywhere, orbits remember. 1 is all, 0 nothing.
What comes of it depends on the flame alone, so that every frame, machine and number of threads agrees.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from ..flame.model import Flame
from .kernels import layout
from .kernels.build import game_of, mixing_kernel, run
from .kernels.layout import SHORTEST_BLOCK
from .structure import OPACITY, settling, structure_of, thresholds, values_of

#: Applications from which `structure.settling` computes those of a cloud; the measure counts in them.
STEPS = 30
#: A memory that small can be told from none. Where it is so after half of `STEPS`, those are enough.
GONE = 0.05
#: Memory that orbits may have when their points count. A pair remembers where both of its orbits do, so of a
#: single one the square root is left, 0.02, and the distance in total variation is at most about that.
LEFT = 4e-4
#: A memory that small is noise.
NOISE = 0.005
#: Where so much memory is left after eight times `STEPS`, it never fades.
KEPT = 0.95
#: The longest time that orbits get.
MOST = 7680
#: How often the time of `STEPS` is doubled before a flame counts as one that never mixes.
DOUBLINGS = 6
#: Batches of pairs: for a first look at every flame (1 ms), and to be sure.
FEW, MANY = 1, 4
#: How far apart the orbits of a pair begin, of the square's half side.
APART = 0.01
#: Shares of all pairs that count as near: by a coarse measure, which knows parts of a flame, and by a fine
#: one, which knows points.
NEAR = (0.2, 0.002)


@dataclass(frozen=True)
class Mixing:
    """What was found.

    Parameters
    ----------
    warm
        Applications before those that every flame gets; 0 for most flames.
    memory
        What was left of the start when the measure ended.
    """

    warm: int
    memory: float

    @property
    def never(self) -> bool:
        """Whether the orbits do not forget their start, however long they are followed."""
        return self.memory > GONE


def mixing_of(flame: Flame, threads: int | None = None) -> Mixing:
    """How long the orbits of a flame remember their start.

    Measured at most once for equal flames, and in a millisecond for one that forgets quickly. The most that
    it takes is some 8 million applications.
    """
    structure = structure_of(flame)
    offsets = np.array(structure.offsets, np.int64)
    values, table = values_of(flame, structure), thresholds(flame)
    key = (structure, values.tobytes(), table.tobytes())
    found = _FOUND.get(key)
    if found is None:
        opacities = values[offsets[: structure.xforms] + OPACITY]
        game = (game_of(structure), offsets, values, table, opacities)
        found = _measured(game, settling(flame, STEPS), threads)
        _FOUND[key] = found
        while len(_FOUND) > _KEPT:
            _FOUND.popitem(last=False)
    else:
        _FOUND.move_to_end(key)
    return found


_FOUND: OrderedDict[tuple, Mixing] = OrderedDict()
_KEPT = 512


def _measured(game: tuple[np.ndarray, ...], steps: int, threads: int | None) -> Mixing:
    pairs = _Pairs(game, FEW, threads)
    pairs.follow(steps // 2)
    memory = pairs.memory()
    if memory <= GONE:
        return Mixing(0, memory)
    pairs = _Pairs(game, MANY, threads)
    pairs.follow(steps // 2)
    memory = first = pairs.memory()
    if memory <= GONE:
        return Mixing(0, memory)
    followed, before = steps // 2, memory
    for _ in range(DOUBLINGS + 1):
        pairs.follow(followed)
        followed *= 2
        before, memory = memory, pairs.memory()
        if memory <= GONE:
            break
        if memory > KEPT and followed >= 8 * steps:
            return Mixing(0, memory)
    else:
        # Where memory fades but slowly, a long time is worth its price; where it does not, none is.
        if memory > 0.5 * first:
            return Mixing(0, memory)
    # Memory fades by a constant factor a step, which the last two measures tell.
    faded = max(memory, NOISE)
    rate = 2.0 * math.log(max(before / faded, 1.1)) / followed
    missing = followed + math.log(faded / LEFT) / rate - steps
    return Mixing(min(_doubled(missing), MOST), memory)


def _doubled(steps: float) -> int:
    """The shortest time of doubled blocks that is not below ``steps``."""
    times = int(SHORTEST_BLOCK)
    while times < steps:
        times *= 2
    return times


class _Pairs:
    """Pairs of orbits that begin near each other: the batches of the first half and those of the second."""

    def __init__(self, game: tuple[np.ndarray, ...], batches: int, threads: int | None) -> None:
        self._game, self._threads = game, threads
        self._f = np.zeros((2 * batches, layout.FLOATS), np.float32)
        self._u = np.zeros((2 * batches, layout.WORDS), np.uint32)
        self._o = np.zeros((2 * batches, layout.INDICES), np.int32)
        # One step, after which both of a pair have the same xform behind them: with xaos that is a part of
        # where they are, and the first of them does not hang on the place.
        self._run(1, 0)
        first, second = self._states()
        offsets = np.float32(APART) * second[..., :2]
        self._run(0, 1)
        second[...] = first
        second[..., :2] += offsets
        chosen = self._o[:, int(layout.XFORM) : int(layout.XFORM) + layout.ORBITS]
        chosen[batches:] = chosen[:batches]

    def _run(self, first: int, steps: int) -> None:
        run(
            mixing_kernel().follow_batch, len(self._f), self._threads,
            self._f, self._u, self._o, np.uint32(0), first, steps, *self._game,
        )  # fmt: skip

    def _states(self) -> tuple[np.ndarray, np.ndarray]:
        """Views of x, y, z and color of the orbits of both halves, each (batches, orbits, 4)."""
        begin = int(layout.STATE)
        states = self._f[:, begin : begin + 4 * layout.ORBITS].reshape(len(self._f), -1, 4)
        return states[: len(states) // 2], states[len(states) // 2 :]

    def follow(self, steps: int) -> None:
        """Let all orbits make some steps."""
        self._run(0, steps)

    def memory(self) -> float:
        """How many more of the pairs are near each other than of those that began anywhere, 0 to 1."""
        first, second = (self._points(half) for half in self._states())
        reach = np.ptp(np.percentile(np.concatenate([first, second]), (10, 90), axis=0), axis=0).max()
        scale = 1.0 / max(float(reach), 1e-9)
        together = np.abs(first - second).max(1) * scale
        anywhere = np.abs(first - np.roll(second, 7, axis=0)).max(1) * scale
        found = []
        for share in NEAR:
            near = np.quantile(anywhere, share)
            usual = float(np.mean(anywhere <= near))
            found.append((float(np.mean(together <= near)) - usual) / max(1.0 - usual, 1e-3))
        return max(*found, 0.0)

    @staticmethod
    def _points(states: np.ndarray) -> np.ndarray:
        """Positions, (n, 3) float64; restarted orbits get depth 0."""
        points = states[..., :3].reshape(-1, 3).astype(np.float64)
        points[points[:, 2] > float(layout.ESCAPED), 2] = 0.0
        return points
