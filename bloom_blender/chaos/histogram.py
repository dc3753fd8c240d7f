"""The histogram of a flame: how much light of which colour falls on each bucket of a picture.

Orbits live as long as the histogram does: `Histogram.add` goes on where the last one stopped, so a picture
can be looked at while it grows, stopped, kept in a file and gone on with.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import BloomError
from ..files import open_regular, replace_file
from ..flame.model import Flame, Palette
from ..flame.view import roll_of, turn_of
from .counting import STEPS, Counting
from .kernels.build import histogram_kernel, version_of
from .projection import Projection

#: Buckets beside the picture on each side, in pixels: light spreads from there into the picture.
GUTTER = 10


@dataclass(frozen=True)
class Grid:
    """How the buckets lie: ``rows`` x ``columns`` of them, with a gutter around the picture."""

    rows: int
    columns: int
    gutter: int
    supersample: int

    @property
    def buckets(self) -> int:
        """How many there are."""
        return self.rows * self.columns


def grid_of(size: tuple[int, int], supersample: int) -> Grid:
    """The buckets for a picture of ``size`` pixels."""
    gutter = GUTTER * supersample
    width, height = size
    return Grid(height * supersample + 2 * gutter, width * supersample + 2 * gutter, gutter, supersample)


class Histogram(Counting):
    """Counts of light, and the orbits that go on adding to it.

    Parameters
    ----------
    supersample
        Buckets per pixel in each direction, by default that of the flame.
    seed
        Chooses the random numbers.
    threads
        How many to use, all by default. The result does not depend on it.
    projection
        Camera to look through instead of the flame's own.
    blockers
        With a projection: (rows, columns) float32, the depth beyond which nothing is seen in each bucket.
    paint
        ``"color"``; ``"index"``, which makes red the index into the palette; ``"depth"``, which makes it 0 at
        the first of the ``depths`` and 1 at the second, and needs a projection.
    weight
        What a hit of an opaque xform counts.
    buckets
        Where to count, of the shape that `grid_of` says; several flames may share them. By default new ones.

    Attributes
    ----------
    buckets
        (rows, columns, 4) float32: red, green, blue in palette colours, and hits.
    iterations
        Points played so far, after fusing; also those outside the picture.
    hidden
        How many of them were not shown because their orbit had escaped, as the end of each round says.
    """

    def __init__(
        self,
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
    ) -> None:
        self.size = flame.camera.size if projection is None else projection.size
        self.grid = grid_of(self.size, supersample or flame.tone.supersample)
        lens, view, palette = aim(flame, self.grid, projection, paint, depths)
        shape = (self.grid.rows, self.grid.columns, 4)
        super().__init__(
            flame,
            np.zeros(shape, np.float32) if buckets is None else buckets,
            lens,
            view,
            palette,
            # Threads wait for each other once a round, so rounds are long: 0.3 to 4 million points, of which
            # the records take 32 MB. These numbers must not depend on how many threads there are; eights are
            # easy to share among them.
            batches=min(max(self.size[0] * self.size[1] // 65536 * 8, 8), 64),
            seed=seed,
            threads=threads,
            weight=weight,
            blockers=blockers,
        )

    @property
    def quality(self) -> float:
        """Iterations per pixel of the picture."""
        return self.iterations / (self.size[0] * self.size[1])

    def _fingerprint(self) -> str:
        """Tells one flame, picture and seed from another; what develops it may change."""
        flame = self.flame
        parts = (
            flame.xforms,
            flame.finals,
            flame.palette,
            flame.rules,
            self._lens,
            self._view.tolist(),
            self.seed,
            self.grid,
        )
        return hashlib.sha256(repr((*parts, STEPS, version_of(self._kernel.__name__))).encode()).hexdigest()

    def _state(self) -> dict[str, np.ndarray]:
        return {"buckets": self.buckets, "f": self._f, "u": self._u, "o": self._o}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Keep everything in a file, to be gone on with by `restore`."""
        kept = self._state() | {"counts": np.array([self.iterations, self.hidden, self._renewed])}
        kept["flame"] = np.array(self._fingerprint())
        with replace_file(path) as temporary, open(temporary, "wb") as file:
            np.savez(file, **kept)  # type: ignore[arg-type]

    def restore(self, path: str | os.PathLike[str]) -> None:
        """Go on with what `save` kept; BloomError if it is of another flame, size, seed or version."""
        file = Path(path).name
        try:
            with open_regular(path) as stream, np.load(stream, allow_pickle=False) as kept:
                if str(kept["flame"]) != self._fingerprint():
                    raise BloomError(f"{file} is of another flame, size or seed: choose another file.")
                for name, mine in self._state().items():
                    mine[...] = kept[name]
                self.iterations, self.hidden, self._renewed = kept["counts"].tolist()
        except BloomError:
            raise
        except Exception:  # whatever a damaged archive raises
            raise BloomError(f"{file} holds no unfinished picture: choose another file.") from None
        self._run(0)
        self._started = True


def aim(
    flame: Flame,
    grid: Grid,
    projection: Projection | None,
    paint: str,
    depths: tuple[float, float] | None,
) -> tuple[int, np.ndarray, np.ndarray]:
    """The kernel's lens, the numbers of its ``view``, and the palette; see `Histogram`.

    Raises
    ------
    BloomError
        If there are more buckets than can be counted.
    """
    if grid.buckets >= 2**31:
        raise BloomError(f"The picture has {grid.buckets} buckets: choose a smaller size or supersample.")
    kernel = histogram_kernel()
    palette = index_table(2**kernel.PAINT_BITS)
    if paint == "color":
        palette = palette_table(flame.palette, len(palette), flame.rules.palette_gaps)
    if projection is None:
        return *view_of(flame, grid, len(palette)), palette
    frame = (grid.columns, grid.rows, grid.gutter, grid.supersample)
    phase = flame.palette.phase % 1.0 if paint == "color" else 0.0
    view = projection.numbers(
        frame, phase=phase, colors=len(palette), depths=depths if paint == "depth" else None
    )
    return kernel.CAMERA, view, palette


def palette_table(palette: Palette, size: int, gaps: int = 1) -> np.ndarray:
    """Colours at equal distances of the index, at most ``size``, as (n, 4) float32 with a 1 for the hit.

    An index of 1 is that of the number of the colours less ``gaps``, see `compatibility.Rules.palette_gaps`.
    """
    colors = np.clip(palette.array, 0.0, 1.0)
    last = len(colors) - 1
    end = len(colors) - gaps
    entries = end * max((size - 1) // end, 1) + 1 if 0 < end < size else (size if end else 1)
    at = np.linspace(0.0, end, entries)
    if palette.mode == "step":
        picked = colors[np.minimum(at + 1e-9, last).astype(int)]
    else:
        low = np.minimum(at.astype(int), max(last - 1, 0))
        high = np.minimum(low + 1, last)
        share = np.minimum(at - low, 1.0)[:, None]
        picked = colors[low] * (1.0 - share) + colors[high] * share
    return np.hstack([picked, np.ones((entries, 1))]).astype(np.float32)


def index_table(size: int) -> np.ndarray:
    """A palette whose red is the index itself, (size, 4) float32."""
    table = np.zeros((size, 4), np.float32)
    table[:, 0] = np.linspace(0.0, 1.0, size)
    table[:, 3] = 1.0
    return table


def view_of(flame: Flame, grid: Grid, colors: int) -> tuple[int, np.ndarray]:
    """The kernel's lens (flat, sharp or blurred) and the numbers of its ``view``."""
    camera = flame.camera
    kernel = histogram_kernel()
    lens = kernel.FLAT if camera.is_flat else kernel.BLURRED if camera.dof else kernel.SHARP
    step = camera.pixels_per_unit * grid.supersample
    roll = roll_of(camera) * step
    view = [
        *camera.center,
        *roll.flat,
        grid.columns / 2.0, grid.rows / 2.0, grid.columns, grid.rows,
        camera.zpos, camera.perspective, 0.1 * camera.dof,
        *np.delete(turn_of(camera), 2),  # without its one zero
        flame.palette.phase % 1.0, colors, *_blur_shares(flame, grid, step),
    ]  # fmt: skip
    return lens, np.array(view, np.float32)


def _blur_shares(flame: Flame, grid: Grid, step: float) -> tuple[float, float, float]:
    """The depth blur's factor as a polynomial: a constant, and how it grows with the squares of x and y.

    1 everywhere, or by ember 25's ``blur_curve`` c: (10 d)^2 / (4 c), d the distance from the plane's origin
    in halves of the picture's sides, with the gutter.
    """
    curve = flame.camera.blur_curve if flame.rules.density_controls else 0.0
    if not curve:
        return 1.0, 0.0, 0.0
    return 0.0, 25.0 / curve * (2.0 * step / grid.columns) ** 2, 25.0 / curve * (2.0 * step / grid.rows) ** 2
