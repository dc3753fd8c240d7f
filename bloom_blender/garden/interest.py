"""Whether a flame is worth looking at: the test that new flames must pass, and the frame that they get.

All is measured on 40 000 points of the flame, seen through its camera. `LIMITS` says what each measure must
be and why; the six flames of the first Bloom and the shipped presets pass them all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..chaos.points import PointCloud, compute_points
from ..flame.model import Camera, Flame

POINTS = 40_000
ROWS = 24
"""Rows of the coarse grid over the picture; the fine one has `FINER` times as many."""
FINER = 4
MARGIN = 1.15
"""How much larger a fitted frame is than what it frames."""

LIMITS: dict[str, tuple[float, float, str]] = {
    "shown": (0.5, 1.0, "too many points escape or are hidden"),
    "inside": (0.4, 1.0, "too little of it is in the frame"),
    "extent": (0.05, math.inf, "it is a point"),
    "slimness": (0.05, 1.0, "it is a line"),
    "covered": (0.1, 1.0, "too little of the frame is covered"),
    "peak": (0.0, 0.4, "nearly all of it is in one place"),
    "dimension": (1.2, 2.0, "it is made of curves or of dust"),
    "contrast": (0.35, math.inf, "it is an even patch"),
}
"""Least and greatest value of each measure of `Interest`, and what is wrong with a flame beyond them."""


@dataclass(frozen=True)
class Interest:
    """What was measured of a flame.

    Parameters
    ----------
    shown
        Share of the points that are finite and visible.
    inside
        Share of those that the picture holds.
    extent
        Standard deviation along the longest direction, in picture heights, inside the picture.
    slimness
        That along the shortest direction over that along the longest.
    covered
        Share of the coarse cells that hold a point.
    peak
        Share of the points in the fullest fine cell.
    dimension
        By how much fine cells outnumber coarse ones, as a box dimension: 0 for points, 1 for curves, 2 for
        areas.
    contrast
        Standard deviation over mean of the points per coarse cell, among cells that hold some.
    vividness
        Mean saturation of the light of the coarse cells that hold some, 0 for grey; has no limits.
    """

    shown: float = 0.0
    inside: float = 0.0
    extent: float = 0.0
    slimness: float = 0.0
    covered: float = 0.0
    peak: float = 1.0
    dimension: float = 0.0
    contrast: float = 0.0
    vividness: float = 0.0

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong, a clause each; empty if the flame is interesting."""
        return tuple(
            fault
            for name, (low, high, fault) in LIMITS.items()
            if not low <= getattr(self, name) <= high + 1e-9
        )

    @property
    def passes(self) -> bool:
        """Whether every measure is within its limits."""
        return not self.faults

    @property
    def beauty(self) -> float:
        """To choose among flames that pass, 0 to 1.

        Best are a dimension near 1.7, half of the frame covered, all inside, contrast and vivid colours.
        """
        return (
            math.exp(-(((self.dimension - 1.7) / 0.25) ** 2))
            * math.exp(-(((self.covered - 0.5) / 0.35) ** 2))
            * (1.0 - math.exp(-(self.contrast**2)))
            * (0.2 + 0.8 * self.vividness)
            * self.inside
            * self.shown
        )


def interest(flame: Flame, *, points: int = POINTS, seed: int = 0) -> Interest:
    """Measure a flame; the same flame and seed give the same numbers."""
    return measured(flame.camera, compute_points(flame, points, seed=seed))


def measured(camera: Camera, cloud: PointCloud) -> Interest:
    """What `interest` says of a cloud that was computed already."""
    plane, shown = on_plane(camera, cloud.positions.astype(np.float64)), is_shown(cloud)
    seen, light = plane[shown], cloud.colors[shown, :3]
    if not len(seen):
        return Interest()
    width, height = camera.size
    # 0 .. 1 from edge to edge of the picture, in heights.
    place = (seen - camera.center) * camera.pixels_per_unit / height + np.array([width / height, 1.0]) / 2.0
    within = ((place >= 0.0) & (place < np.array([width / height, 1.0]))).all(1)
    place, light = place[within], light[within]
    shares = {"shown": len(seen) / len(cloud.positions), "inside": len(place) / len(seen)}
    if len(place) < 100:
        return Interest(**shares)
    slim, long = np.sqrt(np.maximum(np.linalg.eigvalsh(np.cov(place.T)), 0.0))
    cells = _cells(place, ROWS, width / height)
    coarse = np.bincount(cells, minlength=ROWS * math.ceil(ROWS * width / height))
    fine = np.bincount(_cells(place, ROWS * FINER, width / height))
    sums = np.stack([np.bincount(cells, channel) for channel in light.T], axis=1)
    brightest = sums.max(1)
    lit = brightest > 0.0
    held = coarse[coarse > 0]
    return Interest(
        **shares,
        extent=float(long),
        slimness=float(slim / long) if long > 0.0 else 0.0,
        covered=len(held) / coarse.size,
        peak=float(fine.max() / len(place)),
        dimension=math.log(np.count_nonzero(fine) / len(held), FINER),
        contrast=float(held.std() / held.mean()),
        vividness=float(np.mean(1.0 - sums[lit].min(1) / brightest[lit])) if lit.any() else 0.0,
    )


def _cells(place: np.ndarray, rows: int, aspect: float) -> np.ndarray:
    """Number of the cell of each point in a grid of squares."""
    cells = (place * rows).astype(np.int64)
    return cells[:, 1] * math.ceil(rows * aspect) + cells[:, 0]


def is_shown(cloud: PointCloud) -> np.ndarray:
    """(N,) whether a point is finite and visible."""
    return np.isfinite(cloud.positions).all(1) & (cloud.colors[:, 3] > 0.0)


def on_plane(camera: Camera, points: np.ndarray) -> np.ndarray:
    """(N, 2) places, in flame units, where ember's camera shows (N, 3) points; depth blur is left out.

    The picture's middle is at `Camera.center`, ``pixels_per_unit`` pixels are a unit.
    """
    x, y, z = points.T
    z = z - camera.zpos
    cy, sy, cp, sp = (
        math.cos(camera.yaw),
        math.sin(camera.yaw),
        math.cos(camera.pitch),
        math.sin(camera.pitch),
    )
    x1 = cy * x + sy * y
    y1 = -cp * sy * x + cp * cy * y - sp * z
    z1 = -sp * sy * x + sp * cy * y + cp * z
    turn = math.radians(camera.rotate)
    c, s = math.cos(turn), math.sin(turn)
    with np.errstate(all="ignore"):
        dx, dy = np.stack([x1, y1]) / (1.0 - camera.perspective * z1) - np.array(camera.center)[:, None]
        return np.stack([c * dx - s * dy, s * dx + c * dy], axis=1) + camera.center


def framed(flame: Flame, *, points: int = POINTS, seed: int = 0) -> Flame:
    """The flame with center and scale such that the picture holds nearly all of it, as large as may be.

    The outermost 1.5 % of the points on each side may be cut off. A flame that is not seen at all stays.
    """
    straight = replace(flame.camera, rotate=0.0, center=(0.0, 0.0), zoom=0.0)
    cloud = compute_points(flame, points, seed=seed)
    seen = on_plane(straight, cloud.positions[is_shown(cloud)].astype(np.float64))
    seen = seen[np.isfinite(seen).all(1)]
    if len(seen) < 100:
        return flame
    turn = math.radians(flame.camera.rotate)
    c, s = math.cos(turn), math.sin(turn)
    spun = np.array([[c, -s], [s, c]])
    low, high = np.quantile(seen @ spun.T, [0.015, 0.985], axis=0)
    size = np.maximum((high - low) * MARGIN, 1e-6)
    center = spun.T @ ((low + high) / 2.0)
    scale = float(min(np.array(flame.camera.size) / size))
    camera = replace(flame.camera, center=tuple(center.tolist()), scale=scale, zoom=0.0)
    return replace(flame, camera=camera)
