"""Flames of a 3-D scene on one histogram, seen by any camera: the picture of a frame, and its passes.

Nothing here knows Blender: whoever does reads a frame into frozen values (`FrameJob`) and hands them over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..chaos.histogram import grid_of
from ..chaos.projection import Lens, Projection
from ..device.choice import ChosenHistogram
from ..flame.color import linear_light
from ..flame.compatibility import Rules
from ..flame.model import Flame, Tone
from .picture import exposed
from .tone import display

COMBINED, DEPTH, DENSITY, INDEX = "Combined", "Depth", "Bloom Density", "Bloom Index"
"""Names of the passes."""

#: The depth of nothing, as in Blender's own depth pass.
NOTHING = 1e10
#: Points that tell between which depths a flame lies.
_PROBES = 20_000
#: Share of the points that the passes of depth and index get: they are means and need few.
_PASS_SHARE = 0.1


@dataclass(frozen=True)
class Shot:
    """A flame at a moment.

    Parameters
    ----------
    flame
        Its values.
    world
        (4, 4) from the flame's space to the world, rows of numbers.
    seed
        Of its own; that of the picture is added.
    """

    flame: Flame
    world: tuple[tuple[float, ...], ...]
    seed: int


@dataclass(frozen=True)
class View:
    """Where a picture is taken from.

    Parameters
    ----------
    size
        Of the picture, pixels.
    clip
        (4, 4) from the world to clip space, as in OpenGL.
    depth
        (4,) numbers whose product with a point of the world is its distance along the axis of view.
    near, far
        Clipping distances.
    lens
        Depth of field, None for a sharp picture.
    """

    size: tuple[int, int]
    clip: np.ndarray
    depth: np.ndarray
    near: float
    far: float
    lens: Lens | None = None

    def projection(self, flame: Flame, world) -> Projection:
        """The projection for a flame whose object has the matrix ``world``, (4, 4)."""
        width, height = self.size
        x, y, _, w = self.clip
        rows = np.stack([0.5 * width * (x + w), 0.5 * height * (w - y), w, self.depth])
        to_world = np.array(world, np.float64)
        # A flame is as bright as its file says where its own camera turns: at the height of that camera.
        pivot = self.clip @ to_world @ [0.0, 0.0, flame.camera.zpos, 1.0]
        unit = abs(np.linalg.det(to_world[:3, :3])) ** (1.0 / 3.0)
        scale = 0.5 * width * np.linalg.norm(x[:3]) * unit / max(abs(pivot[3]), 1e-3 * self.near, 1e-6)
        return Projection(self.size, rows @ to_world, self.near, self.far, self.lens, float(scale))


@dataclass(frozen=True)
class Moment:
    """What is in front of the shutter at one moment: flames, and where they are seen from."""

    shots: tuple[Shot, ...]
    view: View


@dataclass(frozen=True, eq=False)
class FrameJob:
    """All that the picture of a frame depends on.

    Parameters
    ----------
    moments
        Those of the shutter time, one for a picture without motion blur. The light is shared among them.
    supersample
        Counts per pixel in each direction.
    seed
        Added to that of each flame.
    points
        Of each flame.
    tone, rules
        How counts become colors.
    background
        (3,) linear color; None for a transparent picture.
    blockers
        Depths behind which nothing is seen, a float32 for each bucket; None where nothing stands in front.
    passes
        Which of `DEPTH`, `DENSITY` and `INDEX` are made besides the picture.
    device
        What counts, see `device.cards.card_for`.
    """

    moments: tuple[Moment, ...]
    supersample: int
    seed: int
    points: int
    tone: Tone
    rules: Rules
    background: np.ndarray | None = None
    blockers: np.ndarray | None = None
    passes: frozenset[str] = frozenset()
    device: str = "cpu"


def render_frame(
    job: FrameJob,
    *,
    should_stop: Callable[[], bool],
    progress: Callable[[float, Callable[[], np.ndarray]], None] | None = None,
    say: Callable[[str], None] | None = None,
    warn: Callable[[str], None] | None = None,
) -> dict[str, np.ndarray] | None:
    """The picture and the passes of a frame by name, first row on top; None where it was told to stop.

    Parameters
    ----------
    should_stop
        Asked after each part of a second.
    progress
        Called after each part of the picture with the share of the points that is done and a function that
        makes the picture of what there is.
    say
        Called with a few words on what begins.
    warn
        Called with a sentence where a card fails and the processor goes on.
    """
    say = say or (lambda text: None)
    warn = warn or say
    film = _exposed(job, "color", 1.0, should_stop, progress, say, warn)
    if film is None:
        return None
    light = film.light(job.tone, job.rules)
    found = {COMBINED: picture(light, job.tone, job.rules, job.background)}
    if DEPTH in job.passes:
        measured = _exposed(job, "depth", _PASS_SHARE, should_stop, None, say, warn)
        if measured is None:
            return None
        share, hits = measured.mean()
        near, far = measured.depths
        found[DEPTH] = np.where(hits > 0.0, near + share * (far - near), NOTHING)
    if DENSITY in job.passes:
        found[DENSITY] = light[..., 3]
    if INDEX in job.passes:
        measured = _exposed(job, "index", _PASS_SHARE, should_stop, None, say, warn)
        if measured is None:
            return None
        found[INDEX] = measured.mean()[0]
    return found


def empty_frame(size: tuple[int, int], background: np.ndarray | None) -> dict[str, np.ndarray]:
    """The picture and all passes of a frame that shows no flame."""
    light = np.zeros((size[1], size[0], 4), np.float32)
    flat = light[..., 3]
    return {
        COMBINED: _on_background(light.copy(), background),
        DEPTH: np.full_like(flat, NOTHING),
        DENSITY: flat,
        INDEX: flat,
    }


def _exposed(
    job: FrameJob,
    paint: str,
    share: float,
    should_stop: Callable[[], bool],
    progress: Callable[[float, Callable[[], np.ndarray]], None] | None,
    say: Callable[[str], None],
    warn: Callable[[str], None],
) -> Exposure | None:
    """Counts of one kind; None where it was told to stop."""
    film = Exposure(
        job.moments[0].view.size, job.supersample, seed=job.seed, blockers=job.blockers, paint=paint,
        device=job.device, warn=warn,
    )  # fmt: skip
    wanted = max(round(job.points * share), 1)

    def so_far() -> np.ndarray:
        return picture(film.light(job.tone, job.rules), job.tone, job.rules, job.background)

    def stopped() -> bool:
        if should_stop():
            return True
        if progress is not None:
            progress(min(film.points / wanted, 1.0), so_far)
        return False

    for number, moment in enumerate(job.moments):
        film.aim(moment.shots, moment.view)
        if number == 0:
            say("Compiling kernels" if progress is not None else "")
            film.start()
            say(f"{wanted / 1e6:.0f} million points" if progress is not None else "Passes")
        if not film.fill(round(wanted * (number + 1) / len(job.moments)), stopped):
            return None
    return film


class Exposure:
    """Counts of light that grow as long as one likes.

    Parameters
    ----------
    size
        Of the picture, pixels.
    supersample
        Counts per pixel in each direction.
    seed
        Added to that of each flame.
    blockers
        Depths behind which nothing is seen, a float32 for each bucket.
    paint
        See `chaos.histogram.Histogram`.
    device
        What counts, see `device.cards.card_for`.
    warn
        Called with a sentence where a card fails and the processor goes on.
    """

    def __init__(
        self,
        size: tuple[int, int],
        supersample: int,
        *,
        seed: int = 0,
        blockers: np.ndarray | None = None,
        paint: str = "color",
        device: str = "cpu",
        warn: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.device, self._warn = device, warn
        self.size, self.seed, self.paint, self.blockers = size, seed, paint, blockers
        self.grid = grid_of(size, supersample)
        self.buckets = np.zeros((self.grid.rows, self.grid.columns, 4), np.float32)
        self.scale = 0.0
        self.points = 0
        """Points of each flame so far."""
        self.depths = (0.0, 1.0)
        self._histograms: list[ChosenHistogram] = []
        self._base = self._hidden = 0

    @property
    def hidden(self) -> int:
        """How many points of a flame were not shown because they had escaped."""
        return self._hidden + max((histogram.hidden for histogram in self._histograms), default=0)

    @property
    def pixels(self) -> int:
        """Pixels of the picture."""
        return self.size[0] * self.size[1]

    def aim(self, shots: tuple[Shot, ...], view: View) -> None:
        """Expose these flames from now on; what was counted before stays (as a shutter stays open).

        A flame without an extent, such as one that is scaled to 0, shows nothing.
        """
        self._collect()
        self._base, self._hidden = self.points, self.hidden
        self._histograms = []
        projected = [(shot, view.projection(shot.flame, shot.world)) for shot in shots]
        projected = [(shot, seen) for shot, seen in projected if 0.0 < seen.scale < np.inf]
        if not self.scale and projected:
            self.scale = max(projection.scale for _, projection in projected)
            if self.paint == "depth":
                self.depths = _depths([shot for shot, _ in projected], view)
        for shot, projection in projected:
            self._histograms.append(
                ChosenHistogram(
                    shot.flame,
                    device=self.device,
                    say=self._warn,
                    supersample=self.grid.supersample,
                    seed=self.seed + shot.seed,
                    projection=projection,
                    blockers=self.blockers,
                    paint=self.paint,
                    depths=self.depths,
                    weight=(projection.scale / self.scale) ** 2,
                    buckets=self.buckets,
                )
            )

    def start(self) -> None:
        """Compile what is not compiled yet, which can take some seconds."""
        for histogram in self._histograms:
            histogram.start()

    def add(self, points: int) -> None:
        """Play about that many points of each flame, at least one step of all orbits."""
        played = 0
        for histogram in self._histograms:
            histogram.add(points)
            played = histogram.iterations
        self.points = self._base + played if self._histograms else self.points + points

    def fill(self, points: int, should_stop: Callable[[], bool]) -> bool:
        """Play until each flame has ``points`` in all; False where it was told to stop in between.

        In whole rounds as far as they go, so that the pauses in between change no bit.
        """
        while self.points < points:
            rounds = [histogram.round for histogram in self._histograms]
            self.add(min(points - self.points, *rounds) if rounds else points)
            if should_stop():
                return False
        return True

    def _collect(self) -> None:
        """Bring what cards have counted into the buckets."""
        for histogram in self._histograms:
            histogram.collect()

    def light(self, tone: Tone, rules: Rules) -> np.ndarray:
        """Logarithmic light of the pixels, (height, width, 4) float32."""
        if not self.scale:
            return np.zeros((self.size[1], self.size[0], 4), np.float32)
        self._collect()
        shown = self.points - self.hidden
        return exposed(self.buckets, self.grid, tone, shown, self.scale, rules)

    def mean(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean of what red counts (0 to 1), and hits, of each pixel: (height, width) float32."""
        self._collect()
        step, gutter = self.grid.supersample, self.grid.gutter
        width, height = self.size
        inner = self.buckets[gutter : gutter + height * step, gutter : gutter + width * step]
        sums = inner.reshape(height, step, width, step, 4).sum((1, 3))
        hits = sums[..., 3]
        return np.where(hits > 0.0, sums[..., 0] / np.maximum(hits, 1e-9), 0.0), hits


def _depths(shots: list[Shot], view: View) -> tuple[float, float]:
    """Depths between which nearly all points of the flames lie."""
    from ..chaos.points import compute_points

    depths = []
    for shot in shots:
        points = compute_points(shot.flame, _PROBES).positions.astype(np.float64)
        row = view.depth @ np.array(shot.world, np.float64)
        depths.append(points @ row[:3] + row[3])
    low, high = np.percentile(np.concatenate(depths), [0.1, 99.9])
    margin = 0.1 * (high - low) + 1e-6
    return max(float(low - margin), view.near), min(float(high + margin), view.far)


def picture(light: np.ndarray, tone: Tone, rules: Rules, background: np.ndarray | None) -> np.ndarray:
    """Scene-linear colors and alpha, (height, width, 4) float32, on a background or transparent."""
    shown = display(light, tone, rules)
    result = np.empty_like(shown)
    result[..., :3] = linear_light(shown[..., :3])
    result[..., 3] = shown[..., 3]
    return _on_background(result, background)


def _on_background(result: np.ndarray, background: np.ndarray | None) -> np.ndarray:
    """Lay a picture on a color, in place."""
    if background is not None:
        result[..., :3] += (1.0 - result[..., 3:]) * background.astype(np.float32)
        result[..., 3] = 1.0
    return result
