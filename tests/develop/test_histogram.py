"""The histogram: counts what it should, the same for any number of threads and after a pause."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bloom_blender.chaos.histogram import Histogram, palette_table
from bloom_blender.chaos.points import compute_points
from bloom_blender.errors import BloomError
from bloom_blender.flame.model import Camera, Flame, Palette, Variation, Xform
from tests.develop.samples import LINEAR, flower, square


def filled(flame, points=100_000, **options) -> Histogram:
    histogram = Histogram(flame, **options)
    histogram.add(points)
    return histogram


def test_an_even_square_gives_even_buckets():
    histogram = filled(square(), 1_000_000)
    hits = histogram.buckets[..., 3]
    assert hits.sum() == histogram.shown  # all of it lies in the picture
    expected = histogram.shown / hits.size
    assert hits.mean() == pytest.approx(expected)
    assert hits.std() == pytest.approx(math.sqrt(expected), rel=0.1)
    np.testing.assert_allclose(
        histogram.buckets[..., :3] / hits[..., None], np.broadcast_to([1.0, 0.5, 0.25], (*hits.shape, 3))
    )


def test_threads_do_not_matter():
    one, two = filled(flower(), threads=1), filled(flower(), threads=2)
    assert one.buckets[..., 3].sum() > 0.2 * one.iterations
    assert np.array_equal(one.buckets, two.buckets)
    assert not np.array_equal(one.buckets, filled(flower(), seed=1).buckets)


def test_in_parts_or_in_one_go(tmp_path):
    once = filled(flower(), 600_000)
    parts = Histogram(flower())
    parts.add(parts.round)
    parts.save(tmp_path / "half.npz")
    later = Histogram(flower())
    later.restore(tmp_path / "half.npz")
    assert later.iterations == parts.iterations
    later.add(once.iterations - later.iterations)
    assert later.iterations == once.iterations and np.array_equal(later.buckets, once.buckets)
    for other in (Histogram(flower(), seed=1), Histogram(flower(), supersample=2), Histogram(square())):
        with pytest.raises(BloomError, match="another flame"):
            other.restore(tmp_path / "half.npz")
    (tmp_path / "bad.npz").write_bytes(b"PK no")
    with pytest.raises(BloomError, match="no unfinished picture"):
        later.restore(tmp_path / "bad.npz")


def projected(flame: Flame, points: np.ndarray, supersample: int) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of points, in double precision and word by word after ember's formulas."""
    camera = flame.camera
    x, y, z = points.T.astype(float)
    z = z - camera.zpos
    cy, sy, cp, sp = (
        math.cos(camera.yaw),
        math.sin(camera.yaw),
        math.cos(camera.pitch),
        math.sin(camera.pitch),
    )
    depth = -sp * sy * x + sp * cy * y + cp * z
    x, y = cy * x + sy * y, -cp * sy * x + cp * cy * y - sp * z
    near = 1.0 - camera.perspective * depth
    x, y = x / near, y / near
    turn = math.radians(camera.rotate)
    dx, dy = x - camera.center[0], y - camera.center[1]
    x = math.cos(turn) * dx - math.sin(turn) * dy
    y = math.sin(turn) * dx + math.cos(turn) * dy
    scale = camera.scale * 2.0**camera.zoom
    column = np.floor(supersample * (scale * x + camera.size[0] / 2) + 10 * supersample)
    row = np.floor(supersample * (scale * y + camera.size[1] / 2) + 10 * supersample)
    return row.astype(int), column.astype(int)


@pytest.mark.parametrize("supersample", [1, 2])
@pytest.mark.parametrize("changes", [{}, {"zoom": 0.5, "zpos": 0.2, "yaw": -1.0, "center": (0.1, -0.05)}])
def test_camera_and_counts_are_those_of_the_points(supersample, changes):
    flame = flower(40)
    flame = replace(flame, camera=replace(flame.camera, dof=0.0, **changes))
    histogram = filled(flame, 1_000_000, supersample=supersample)
    cloud = compute_points(flame, 1_000_000)
    row, column = projected(flame, cloud.positions, supersample)
    rows, columns = histogram.buckets.shape[:2]
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    weights = np.where(inside, cloud.colors[:, 3], 0.0)
    place = np.where(inside, row * columns + column, 0)
    expected = np.bincount(place, weights, rows * columns).reshape(rows, columns) / 1e6
    got = histogram.buckets[..., 3] / histogram.iterations
    assert got.sum() == pytest.approx(expected.sum(), rel=0.01)
    # Compared in blocks, where the noise of both is small.
    h, w = rows // 4 * 4, columns // 4 * 4
    blocks = [p[:h, :w].reshape(h // 4, 4, w // 4, 4).sum((1, 3)) for p in (got, expected)]
    assert np.abs(blocks[0] - blocks[1]).max() < 6 * math.sqrt(blocks[1].max() / 1e6) + 1e-5


def test_depth_blur_moves_points_by_their_depth():
    """A single point at depth 1: the distances from it are even in 0..0.1 dof, the directions all alike."""
    point = Xform(coefs=(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), variations=(Variation("ztranslate", 1.0),))
    camera = Camera(size=(100, 100), scale=100.0, dof=4.0)
    histogram = filled(Flame("point", (point,), camera=camera), 1_000_000)
    hits = histogram.buckets[..., 3]
    y, x = np.mgrid[: hits.shape[0], : hits.shape[1]] + 0.5 - hits.shape[0] / 2
    distance = np.hypot(x, y) / 100.0
    share = hits / hits.sum()
    assert (share * distance).sum() == pytest.approx(0.2, abs=0.003)
    assert share[distance > 0.42].sum() == 0.0
    assert abs((share * x).sum()) < 0.2 and abs((share * y).sum()) < 0.2


def test_hidden_xforms_and_escaping_orbits():
    hidden = replace(square(), xforms=tuple(replace(xform, opacity=0.0) for xform in square().xforms))
    assert not filled(hidden).buckets.any()
    away = Flame("away", (Xform(coefs=(9.0, 0.0, 0.0, 9.0, 5.0, 5.0), variations=LINEAR),))
    away = replace(away, camera=Camera(size=(32, 32)))
    assert np.isfinite(filled(away).buckets).all()


@pytest.mark.parametrize("colors", [1, 2, 3, 255, 256, 4095, 4096, 4097, 10000])
@pytest.mark.parametrize("mode", ["linear", "step"])
def test_palette_table(colors, mode):
    ramp = np.linspace(0.0, 1.0, colors) if colors > 1 else np.array([0.5])
    table = palette_table(Palette(np.repeat(ramp[:, None], 3, 1), mode=mode), 4096)
    assert table.shape[0] <= 4096 and (table[:, 3] == 1.0).all()
    at = np.linspace(0.0, 1.0, table.shape[0])
    place = at * (colors - 1)
    expected = (
        np.interp(place, np.arange(colors), ramp) if mode == "linear" else ramp[(place + 1e-9).astype(int)]
    )
    np.testing.assert_allclose(table[:, 0], expected, atol=1e-6)
    assert table[-1, 0] == pytest.approx(ramp[-1])


def test_too_many_buckets_are_refused():
    flame = replace(square(), camera=Camera(size=(60_000, 60_000)))
    with pytest.raises(BloomError, match="smaller size"):
        Histogram(flame)
