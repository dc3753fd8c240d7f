"""The flames of a scene on one histogram: what the Bloom engine renders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix

from ...errors import BloomError
from ...flame.color import linear_light
from ...flame.compatibility import Rules
from ...flame.model import Flame, Tone
from ..flame import palette_ramp
from ..flame.object import flame_of, is_flame, soloed
from .camera_views import View

#: Points that tell between which depths a flame lies.
_PROBES = 20_000
#: The depth of nothing, as in Blender's own depth pass.
NOTHING = 1e10


@dataclass(frozen=True)
class Shot:
    """A flame at a moment: its values, and the matrix from its space to the world."""

    flame: Flame
    world: Matrix
    seed: int


def shots_of(depsgraph: bpy.types.Depsgraph) -> list[Shot]:
    """Every flame that a dependency graph shows, instances included, in a lasting order."""
    with palette_ramp.evaluated_by(depsgraph):
        return _shots(depsgraph)


def _shots(depsgraph: bpy.types.Depsgraph) -> list[Shot]:
    found: dict[tuple, Shot] = {}
    for instance in depsgraph.object_instances:
        obj = instance.object
        if not is_flame(obj.original) or not instance.show_self:
            continue
        # One object may give several kinds of geometry; they are one flame.
        key = (obj.original.name_full, *np.array(instance.matrix_world).round(9).ravel().tolist())
        if key not in found:
            solo = "" if depsgraph.mode == "RENDER" else obj.bloom.solo
            found[key] = Shot(
                soloed(flame_of(obj), solo), instance.matrix_world.copy(), obj.original.bloom.seed
            )
    return [found[key] for key in sorted(found)]


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
    """

    def __init__(
        self,
        size: tuple[int, int],
        supersample: int,
        *,
        seed: int = 0,
        blockers: np.ndarray | None = None,
        paint: str = "color",
    ) -> None:
        from ...chaos.histogram import grid_of

        self.size, self.seed, self.paint, self.blockers = size, seed, paint, blockers
        self.grid = grid_of(size, supersample)
        self.buckets = np.zeros((self.grid.rows, self.grid.columns, 4), np.float32)
        self.scale = 0.0
        self.points = 0
        """Points of each flame so far."""
        self.depths = (0.0, 1.0)
        self._histograms: list = []
        self._base = self._hidden = 0

    @property
    def hidden(self) -> int:
        """How many points of a flame were not shown because they had escaped."""
        return self._hidden + max((histogram.hidden for histogram in self._histograms), default=0)

    @property
    def pixels(self) -> int:
        """Pixels of the picture."""
        return self.size[0] * self.size[1]

    def aim(self, shots: list[Shot], view: View) -> None:
        """Expose these flames from now on; what was counted before stays (as a shutter stays open)."""
        from ...chaos.histogram import Histogram

        self._base, self._hidden = self.points, self.hidden
        self._histograms = []
        projections = [view.projection(shot.flame, shot.world) for shot in shots]
        if not self.scale and projections:
            self.scale = max(projection.scale for projection in projections)
            if self.paint == "depth":
                self.depths = _depths(shots, view)
        for shot, projection in zip(shots, projections, strict=True):
            self._histograms.append(
                Histogram(
                    shot.flame,
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

    def fill(self, points: int, go_on: Callable[[], bool]) -> bool:
        """Play until each flame has ``points`` in all; False if ``go_on`` said no in between.

        In whole rounds as far as they go, so that the pauses in between change no bit.
        """
        while self.points < points:
            rounds = [histogram.round for histogram in self._histograms]
            self.add(min(points - self.points, *rounds) if rounds else points)
            if not go_on():
                return False
        return True

    def light(self, tone: Tone, rules: Rules) -> np.ndarray:
        """Logarithmic light of the pixels, (height, width, 4) float32."""
        from ...develop.picture import exposed

        shown = self.points - self.hidden
        return exposed(self.buckets, self.grid, tone, shown, self.scale, rules)

    def mean(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean of what red counts (0 to 1), and hits, of each pixel: (height, width) float32."""
        step, gutter = self.grid.supersample, self.grid.gutter
        width, height = self.size
        inner = self.buckets[gutter : gutter + height * step, gutter : gutter + width * step]
        sums = inner.reshape(height, step, width, step, 4).sum((1, 3))
        hits = sums[..., 3]
        return np.where(hits > 0.0, sums[..., 0] / np.maximum(hits, 1e-9), 0.0), hits


def _depths(shots: list[Shot], view: View) -> tuple[float, float]:
    """Depths between which nearly all points of the flames lie."""
    from ...chaos.points import compute_points

    depths = []
    for shot in shots:
        points = compute_points(shot.flame, _PROBES).positions.astype(np.float64)
        row = view.depth @ np.array(shot.world, np.float64)
        depths.append(points @ row[:3] + row[3])
    low, high = np.percentile(np.concatenate(depths), [0.1, 99.9]) if depths else (view.near, view.far)
    margin = 0.1 * (high - low) + 1e-6
    return max(float(low - margin), view.near), min(float(high + margin), view.far)


def picture(light: np.ndarray, tone: Tone, rules: Rules, background: np.ndarray | None) -> np.ndarray:
    """Scene-linear colours and alpha, (height, width, 4) float32, on a background or transparent."""
    from ...develop.tone import display

    shown = display(light, tone, rules)
    result = np.empty_like(shown)
    result[..., :3] = linear_light(shown[..., :3])
    result[..., 3] = shown[..., 3]
    if background is not None:
        result[..., :3] += (1.0 - result[..., 3:]) * background.astype(np.float32)
        result[..., 3] = 1.0
    return result


def background_of(scene: bpy.types.Scene) -> np.ndarray | None:
    """Colour of the world, linear; None where the film is transparent."""
    if scene.render.film_transparent:
        return None
    world = scene.world
    if world is None:
        return np.zeros(3)
    if world.node_tree is not None:
        for node in world.node_tree.nodes:
            if node.type == "BACKGROUND" and not node.inputs["Color"].is_linked:
                strength = node.inputs["Strength"].default_value
                return np.array(node.inputs["Color"].default_value[:3]) * strength
    return np.array(world.color)


def no_flames(scene: bpy.types.Scene) -> BloomError:
    """What to say where there is nothing to render."""
    return BloomError(f"{scene.name} has no flame that is to be seen: add one (Add > Bloom), or unhide it.")
