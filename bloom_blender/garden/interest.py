"""Whether a flame is worth looking at: the test that new flames must pass, and the frame that they get.

All is measured on 40 000 points of the flame, seen through its camera. `LIMITS` says what each measure must
be and why; the six flames of the first Bloom and the shipped presets pass them all. `Interest.beauty` ranks
what passes: it was set by looking at sheets of random flames, best and worst first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..chaos.points import PointCloud, compute_points
from ..flame.model import Camera, Flame
from ..flame.view import on_plane, roll_of

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
    "core": (0.75, math.inf, "it is a hollow ring"),
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
        Mean saturation of the light of the coarse cells that hold some, 0 for grey. This and what follows but
        `core` have no limits.
    core
        Brightness of the middle over that of the ring around it, half of the points away: below 1 if hollow.
        Brightness is the logarithm of the points per coarse cell, the fullest being 1.
    filled
        Share of the coarse cells that are brighter than 0.15.
    detail
        Relative variance of the points among cells beside each other, without what chance makes: the least of
        three sizes of cells (96, 48 and 24 rows).
    hues
        How many of twelve hues the picture shows, as the exponential of their entropy.
    depth
        Standard deviation in space along the shortest direction over that along the longest.
    gathered
        Share of the points in the fullest fiftieth of the coarse cells.
    aside
        Distance of these from the middle, 1 at the edge of the picture.
    surround
        Median brightness of the outermost cells over that of the brightest twentieth.
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
    core: float = 1.0
    filled: float = 0.0
    detail: float = 0.0
    hues: float = 0.0
    depth: float = 0.0
    gathered: float = 1.0
    aside: float = 0.0
    surround: float = 0.0

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

        Best are a filled frame with detail at all scales, several vivid hues and depth in space, whose light
        gathers in a core near the middle and fades into a dim surround.
        """
        return (
            math.exp(-((math.log(max(self.detail, 1e-4) / 0.35)) ** 2))
            * math.exp(-(((self.filled - 0.78) / 0.25) ** 2))
            * (0.15 + 0.85 * _rise(self.hues, 1.2, 4.0))
            * (0.2 + 0.8 * _rise(self.depth, 0.03, 0.25))
            * (0.3 + 0.7 * _rise(self.vividness, 0.1, 0.4))
            * _rise(self.core, 0.75, 1.1)
            * math.exp(-((max(self.aside - 0.35, 0.0) / 0.25) ** 2))
            * math.exp(-((max(self.gathered - 0.3, 0.0) / 0.15) ** 2))
            * math.exp(-((max(self.surround - 0.35, 0.0) / 0.12) ** 2))
            * self.shown
        )


def _rise(value: float, low: float, high: float) -> float:
    """0 below `low`, 1 above `high`, straight between."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


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
        **_composition(place, width / height, sums),
        depth=_depth(cloud.positions[shown][within].astype(np.float64)),
    )


def _composition(place: np.ndarray, aspect: float, sums: np.ndarray) -> dict[str, float]:
    """What `Interest` says of light and colors; points in picture heights, light per coarse cell."""
    columns = math.ceil(ROWS * aspect)
    shape = (ROWS, columns)
    counted = np.bincount(_cells(place, ROWS, aspect), minlength=ROWS * columns).astype(np.float64)
    bright = np.log1p(counted) / max(float(np.log1p(counted).max()), 1e-12)
    row, column = (np.indices(shape) + 0.5).reshape(2, -1)
    middle = np.median(place, axis=0)
    away = np.hypot(*(place - middle).T)
    half = max(float(np.median(away)), 1.0 / ROWS)
    distance = np.hypot(column / ROWS - middle[0], row / ROWS - middle[1])
    inner, ring = bright[distance < 0.5 * half], bright[(distance >= 0.7 * half) & (distance < 1.3 * half)]
    best = np.argsort(counted)[-max(counted.size // 50, 1) :]
    weights = counted[best]
    aside = max(
        abs(float(np.average(at[best], weights=weights)) / size - 0.5)
        for at, size in ((row, ROWS), (column, columns))
    )
    grid = bright.reshape(shape)
    border = np.concatenate([grid[0], grid[-1], grid[:, 0], grid[:, -1]])
    top = np.sort(bright)[-max(bright.size // 20, 1) :]
    light = np.zeros((counted.size, 3))
    light[: len(sums)] = sums
    return {
        "core": float(inner.mean() / max(ring.mean(), 1e-12)) if inner.size and ring.size else 1.0,
        "filled": float((bright > 0.15).mean()),
        "detail": _detail(place, aspect),
        "hues": _hues(light, bright),
        "gathered": float(weights.sum() / counted.sum()),
        "aside": 2.0 * aside,
        "surround": float(np.median(border) / max(top.mean(), 1e-12)),
    }


def _detail(place: np.ndarray, aspect: float) -> float:
    """Least relative variance among four cells beside each other, for three sizes of cells."""
    rows, columns = ROWS * FINER, math.ceil(ROWS * FINER * aspect) // 8 * 8
    kept = place[place[:, 0] * rows < columns]
    index = (kept * rows).astype(np.int64) @ (1, columns)
    cells = np.bincount(index, minlength=rows * columns).reshape(rows, columns).astype(np.float64)
    found = []
    for _ in range(3):
        four = cells.reshape(cells.shape[0] // 2, 2, cells.shape[1] // 2, 2).transpose(0, 2, 1, 3)
        cells = four.sum((2, 3))
        held = cells >= 8.0  # fewer points say nothing
        if np.count_nonzero(held) < 20:
            return 0.0
        some = four[held].reshape(-1, 4)
        mean = some.mean(1)
        excess = (some.var(1, ddof=1) - mean) / mean**2  # chance alone makes a variance like the mean
        found.append(float(np.average(excess, weights=np.sqrt(mean))))
    return max(min(found), 0.0)


def _hues(light: np.ndarray, bright: np.ndarray) -> float:
    """Exponential of the entropy of twelve hues, weighted by brightness and saturation; 0 for grey."""
    shown = (light / np.maximum(light.max(1, keepdims=True), 1e-12)) ** (1.0 / 2.2)
    low, high = shown.min(1), shown.max(1)
    spread = np.maximum(high - low, 1e-9)
    red, green, blue = shown.T
    sixth = np.where(
        high == red,
        (green - blue) / spread % 6.0,
        np.where(high == green, (blue - red) / spread + 2.0, (red - green) / spread + 4.0),
    )
    weights = bright * np.clip(2.0 * (high - low), 0.0, 1.0)
    shares = np.bincount((2.0 * sixth).astype(np.int64) % 12, weights, 12)
    shares = shares[shares > 0.0] / max(shares.sum(), 1e-12)
    return float(np.exp(-(shares * np.log(shares)).sum())) if shares.size else 0.0


def _depth(points: np.ndarray) -> float:
    """Shortest over longest standard deviation in space, of (N, 3) points without the outermost."""
    low, high = np.quantile(points, [0.02, 0.98], axis=0)
    kept = points[((points >= low) & (points <= high)).all(1)]
    if len(kept) < 100:
        return 0.0
    sizes = np.sqrt(np.maximum(np.linalg.eigvalsh(np.cov(kept.T)), 0.0))
    return float(sizes[0] / sizes[-1]) if sizes[-1] > 0.0 else 0.0


def _cells(place: np.ndarray, rows: int, aspect: float) -> np.ndarray:
    """Number of the cell of each point in a grid of squares."""
    cells = (place * rows).astype(np.int64)
    return cells[:, 1] * math.ceil(rows * aspect) + cells[:, 0]


def is_shown(cloud: PointCloud) -> np.ndarray:
    """(N,) whether a point is finite and visible."""
    return np.isfinite(cloud.positions).all(1) & (cloud.colors[:, 3] > 0.0)


def framed(
    flame: Flame, *, points: int = POINTS, seed: int = 0, cut: float = 0.015, margin: float = MARGIN
) -> Flame:
    """The flame with center and scale such that the picture holds nearly all of it, as large as may be.

    `cut` is the share of the points on each side that may be cut off, `margin` how much larger the frame is
    than the rest. A flame that is not seen at all stays.
    """
    straight = replace(flame.camera, rotate=0.0, center=(0.0, 0.0), zoom=0.0)
    cloud = compute_points(flame, points, seed=seed)
    seen = on_plane(straight, cloud.positions[is_shown(cloud)].astype(np.float64))
    seen = seen[np.isfinite(seen).all(1)]
    if len(seen) < 100:
        return flame
    spun = roll_of(flame.camera)
    low, high = np.quantile(seen @ spun.T, [cut, 1.0 - cut], axis=0)
    size = np.maximum((high - low) * margin, 1e-6)
    center = spun.T @ ((low + high) / 2.0)
    scale = float(min(np.array(flame.camera.size) / size))
    camera = replace(flame.camera, center=tuple(center.tolist()), scale=scale, zoom=0.0)
    return replace(flame, camera=camera)
