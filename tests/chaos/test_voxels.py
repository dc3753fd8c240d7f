"""Flames as volumes: counts, sparse blocks, smoothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bloom_blender.chaos.points import compute_points
from bloom_blender.chaos.voxels import (
    EDGE,
    FAINTEST,
    Voxels,
    box_of,
    compute_volume,
    count_voxels,
    extent_of,
    smooth,
    volume_of,
)
from bloom_blender.errors import BloomError
from tests.develop.samples import flower, square

POINTS = 400_000


def dense(voxels: Voxels) -> np.ndarray:
    """All voxels of the box, (X, Y, Z, 4)."""
    whole = np.zeros((*(n * EDGE for n in voxels.box.blocks), 4), np.float32)
    for (x, y, z), block in zip(voxels.places * EDGE, voxels.buckets, strict=True):
        whole[x : x + EDGE, y : y + EDGE, z : z + EDGE] = block
    return whole


def counted(flame, low, high, resolution=32, points=POINTS, **options) -> Voxels:
    return count_voxels(flame, box_of(low, high, resolution), points, **options)


def test_all_points_of_a_flame_that_lies_inside_are_counted():
    voxels = counted(square(), [-1.3] * 3, [1.3] * 3)
    counts = dense(voxels)
    assert counts[..., 3].sum() == voxels.iterations >= POINTS
    hit = counts[..., 3] > 0
    np.testing.assert_allclose(
        counts[hit][:, :3] / counts[hit][:, 3:], np.tile([1.0, 0.5, 0.25], (hit.sum(), 1))
    )
    # A square at z = 0, which is the face between two layers: each gets half, and both are even.
    layers = counts[..., 3].sum((0, 1))
    assert np.flatnonzero(layers).tolist() == [15, 16]
    assert layers[15] == pytest.approx(layers[16], rel=0.02)
    inner = counts[5:27, 5:27, 15, 3]
    assert inner.std() == pytest.approx(math.sqrt(inner.mean()), rel=0.2)


def test_voxels_hold_the_points_of_the_cloud():
    """Cells of eight voxels, in which the random half voxel of each point hardly matters."""
    flame = flower()
    low, high = np.array([-1.0, -1.1, -0.4]), np.array([1.2, 1.0, 1.0])
    voxels = counted(flame, low, high, 64, 2_000_000)
    box = voxels.box
    cloud = compute_points(flame, 2_000_000)
    edges = [
        np.arange(n + 1) * EDGE * box.voxel + start for n, start in zip(box.blocks, box.origin, strict=True)
    ]
    expected, _ = np.histogramdd(cloud.positions, edges, weights=cloud.colors[:, 3])
    got = dense(voxels)[..., 3]
    x, y, z = box.blocks
    got = got.reshape(x, EDGE, y, EDGE, z, EDGE).sum((1, 3, 5))
    share, wanted = got / voxels.iterations, expected / len(cloud.positions)
    assert wanted.sum() > 0.3
    assert share.sum() == pytest.approx(wanted.sum(), rel=0.02)
    assert np.corrcoef(share.ravel(), wanted.ravel())[0, 1] > 0.995


def test_threads_do_not_matter():
    one, two = (
        compute_volume(flower(), box_of([-1.0] * 3, [1.0] * 3, 48), POINTS, threads=t) for t in (1, 2)
    )
    assert (one.places == two.places).all()
    assert (one.density == two.density).all() and (one.colors == two.colors).all()
    other = compute_volume(flower(), one.box, POINTS, seed=1)
    assert other.density.shape != one.density.shape or (other.density != one.density).any()


def test_memory_follows_what_is_occupied():
    """A sheet takes blocks as its area, not as the box's volume."""
    boxes = [counted(square(), [-1.3] * 3, [1.3] * 3, n, 2_000_000) for n in (64, 128)]
    blocks = [len(voxels.places) for voxels in boxes]
    assert all(len(v.places) < 0.6 * np.prod(v.box.blocks) for v in boxes)
    assert blocks[1] / blocks[0] == pytest.approx(4.0, rel=0.25)
    assert boxes[1].buckets.nbytes == blocks[1] * EDGE**3 * 16
    far = counted(square(), [5.0] * 3, [6.0] * 3)
    assert far.buckets.size == 0
    smooth(far, 16.0)
    assert volume_of(far, square()).density.size == 0


def test_smoothing_keeps_dense_parts_and_evens_thin_ones():
    flame = square()
    rough = counted(flame, [-1.3] * 3, [1.3] * 3, 64, 30_000)
    before = dense(rough)[12:52, 12:52, :, 3].sum(2)
    smooth(rough, 16.0)
    after = dense(rough)[12:52, 12:52, :, 3].sum(2)
    assert after.mean() == pytest.approx(before.mean(), rel=0.2)
    assert after.std() / after.mean() < 0.25 * before.std() / before.mean()
    many = counted(flame, [-1.3] * 3, [1.3] * 3, 32, 8_000_000)
    before = dense(many)
    smooth(many, 16.0)
    after = dense(many)
    inner = before[..., 3] > 1000
    np.testing.assert_allclose(after[inner], before[inner], rtol=0.03)
    untouched = counted(flame, [-1.3] * 3, [1.3] * 3)
    copy = untouched.buckets.copy()
    smooth(untouched, 0.0)
    assert (untouched.buckets == copy).all()


def test_smoothing_spreads_a_lonely_point_evenly():
    """Its total stays, it has no edges, and its middle is where it was."""
    box = box_of([0.0] * 3, [1.0] * 3, 96)
    places = np.argwhere(np.ones(box.blocks, bool)).astype(np.int32)
    voxels = Voxels(box, places, np.zeros((len(places), *[EDGE] * 3, 4), np.float32), 1)
    home = np.flatnonzero((places == [6, 6, 6]).all(1))[0]
    voxels.buckets[home, 1, 2, 3] = (0.2, 0.4, 0.6, 1.0)
    smooth(voxels, 1e6)
    got = dense(voxels)
    hits = got[..., 3]
    assert hits.sum() == pytest.approx(1.0, abs=1e-3)
    np.testing.assert_allclose(got[..., :3].sum((0, 1, 2)), [0.2, 0.4, 0.6], atol=1e-3)
    assert (hits >= 0).all() and hits.max() < 1e-3
    assert max(np.abs(np.diff(hits, axis=axis)).max() for axis in range(3)) < 0.1 * hits.max()
    middle = [(hits.sum(tuple({0, 1, 2} - {axis})) * np.arange(96)).sum() for axis in range(3)]
    assert np.abs(np.array(middle) - [49, 50, 51]).max() < 8


def test_density_does_not_depend_on_points_and_hardly_on_resolution():
    flame, low, high = flower(), np.array([-1.0, -1.1, -0.4]), np.array([1.2, 1.0, 1.0])

    def light(resolution, points):
        """Sum of density over space, without the logarithm."""
        volume = compute_volume(flame, box_of(low, high, resolution), points)
        assert volume.density[volume.density > 0].min() >= FAINTEST
        return (2.0 ** volume.density.astype(float) - 1.0).sum() * volume.box.voxel**3

    reference = light(48, 3_000_000)
    assert light(48, 1_000_000) == pytest.approx(reference, rel=0.05)
    assert light(96, 3_000_000) == pytest.approx(reference, rel=0.15)


def test_boxes():
    box = box_of([0.0, 0.0, 0.0], [2.0, 1.0, 0.0], 64)
    assert box.voxel == pytest.approx(2.0 / 64) and box.blocks == (8, 4, 1)
    np.testing.assert_allclose(np.array(box.origin) + box.size / 2, [1.0, 0.5, 0.0])
    with pytest.raises(BloomError, match="bounds"):
        box_of([0.0, math.nan, 0.0], [1.0, 1.0, 1.0], 64)


def test_bounds_hold_what_the_camera_sees():
    low, high = map(np.array, extent_of(square()))
    np.testing.assert_allclose(low[:2], -24 / 34 * 1.16, atol=0.01)
    np.testing.assert_allclose(high[:2], 24 / 34 * 1.16, atol=0.01)
    near = replace(square(), camera=replace(square().camera, zoom=2.0, center=(0.5, 0.0)))
    low, high = extent_of(near)
    assert low[0] == pytest.approx(0.5 - 24 / 136 * 1.16, abs=0.03)
    assert high[0] == pytest.approx(0.5 + 24 / 136 * 1.16, abs=0.03)
    hidden = replace(square(), xforms=tuple(replace(x, opacity=0.0) for x in square().xforms))
    low, high = extent_of(hidden)
    assert all(a < b for a, b in zip(low, high, strict=True))


def test_counting_can_be_stopped():
    asked = []

    def go_on(share):
        asked.append(share)
        return len(asked) < 3

    assert counted(flower(), [-1.0] * 3, [1.0] * 3, points=30_000_000, go_on=go_on) is None
    assert len(asked) == 3
