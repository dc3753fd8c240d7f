"""The point cloud: right, coherent, independent of threads, robust against odd values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bloom_blender.chaos.density import footprint_of
from bloom_blender.chaos.kernels import build
from bloom_blender.chaos.points import FUSE, compute_points
from bloom_blender.chaos.structure import probabilities
from bloom_blender.errors import BloomError
from bloom_blender.flame import evaluate_variation
from bloom_blender.flame.model import Camera, Flame, Variation, Xform
from bloom_blender.flame.variations import VARIATIONS
from bloom_blender.flame.xml import read_flame
from tests.support import data_path

LINEAR = (Variation("linear", 1.0),)
CORNERS = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5))


def triangle(weights=(1.0, 1.0, 1.0), **changes) -> Flame:
    """Sierpinski's triangle with corners (0, 0), (1, 0), (0, 1)."""
    xforms = tuple(
        Xform(weight=w, coefs=(0.5, 0.0, 0.0, 0.5, *corner), variations=LINEAR, color=k / 2)
        for k, (w, corner) in enumerate(zip(weights, CORNERS, strict=True))
    )
    return Flame("triangle", xforms, camera=Camera(size=(100, 100), scale=100.0), **changes)


def swirled(amount: float = 0.0) -> Flame:
    """A flame of three xforms and a final one; ``amount`` moves its coefs."""
    turn = (0.6 + amount, -0.4, 0.4, 0.6 - amount, -0.3, 0.2 + amount)
    return Flame(
        "swirled",
        (
            Xform(
                coefs=(0.7, 0.3, -0.3, 0.7, 0.2, 0.1),
                variations=(Variation("linear", 0.6), Variation("spherical", 0.4)),
            ),
            Xform(coefs=turn, variations=(Variation("swirl", 0.7), Variation("linear", 0.1))),
            Xform(
                weight=0.5,
                coefs=(0.8, 0.2, -0.2, 0.8, 0.4, -0.2),
                variations=(Variation("gaussian_blur", 0.3),),
            ),
        ),
        finals=(Xform(variations=(Variation("sinusoidal", 1.0),)),),
        camera=Camera(size=(100, 100), scale=50.0),
    )


def test_points_lie_on_the_triangle():
    cloud = compute_points(triangle(), 100_000)
    x, y = cloud.positions[:, 0].astype(float), cloud.positions[:, 1].astype(float)
    # In binary digits x and y of a point of this triangle never have a 1 in the same place.
    digits = [(np.floor(x * 2.0**k) % 2) * (np.floor(y * 2.0**k) % 2) for k in range(1, 12)]
    assert np.mean(np.any(digits, 0)) < 0.002
    assert (cloud.positions[:, 2] == 0).all() and cloud.colors[:, 3].min() == 1.0


def test_weights_are_chances():
    cloud = compute_points(triangle((1.0, 2.0, 5.0)), 200_000)
    shares = np.bincount(cloud.xform, minlength=3) / 200_000
    np.testing.assert_allclose(shares, (1 / 8, 2 / 8, 5 / 8), atol=0.005)


def test_distribution_equals_a_plain_chaos_game():
    """An independent game in numpy, one xform after the other, must fill the same cells."""
    flame = swirled()
    random = np.random.default_rng(11)
    points = np.zeros((100_000, 3))
    chance = np.array([1.0, 1.0, 0.5])
    for _ in range(40):
        choice = random.choice(3, len(points), p=chance / chance.sum())
        new = np.zeros_like(points)
        for k, xform in enumerate(flame.xforms):
            chosen = choice == k
            a, d, b, e, c, f = xform.coefs
            p = points[chosen]
            moved = np.stack([a * p[:, 0] + b * p[:, 1] + c, d * p[:, 0] + e * p[:, 1] + f, p[:, 2]], 1)
            for variation in xform.variations:
                seed = int(random.integers(2**31))
                new[chosen] += evaluate_variation(variation.name, moved, weight=variation.weight, seed=seed)
        points = new
    expected = np.sin(points[:, :2])
    got = compute_points(flame, 400_000).positions[:, :2]
    edges = np.linspace(-1, 1, 21)
    histograms = [np.histogram2d(*p.T, bins=(edges, edges))[0] / len(p) for p in (expected, got)]
    assert np.corrcoef(histograms[0].ravel(), histograms[1].ravel())[0, 1] > 0.995
    # The noise of 100,000 and 400,000 independent points, summed over the cells, and a third more.
    noise = np.sqrt(2 / np.pi * histograms[0] * (1 / 100_000 + 1 / 400_000)).sum()
    assert np.abs(histograms[0] - histograms[1]).sum() < 1.33 * noise + 0.01


def test_same_points_for_any_number_of_threads_and_any_order():
    flame = swirled()
    first = compute_points(flame, 300_000, threads=1)
    compute_points(swirled(0.1), 1_000)
    second = compute_points(flame, 300_000, threads=2)
    for name in ("positions", "colors", "radius", "light", "density", "age", "xform"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name


@pytest.mark.parametrize("detail", [1, 3])
def test_a_small_cloud_begins_a_large_one(detail):
    small = compute_points(triangle(), 10_000)
    large = compute_points(triangle(), 50_000)
    assert np.array_equal(small.positions, large.positions[:10_000])


def test_seeds_differ():
    assert not np.array_equal(
        compute_points(triangle(), 1000, seed=1).positions, compute_points(triangle(), 1000, seed=2).positions
    )


def test_points_flow_when_a_value_moves():
    """The same point of two close flames is close; with other random numbers it would be anywhere."""
    one, two = compute_points(swirled(), 50_000), compute_points(swirled(0.002), 50_000)
    move = np.linalg.norm(one.positions - two.positions, axis=1)
    other = np.linalg.norm(one.positions - compute_points(swirled(), 50_000, seed=9).positions, axis=1)
    assert np.median(move) < 0.005 and np.percentile(move, 90) < 0.05
    assert np.median(other) > 50 * np.median(move)


def test_points_stay_themselves_while_weights_move():
    """A weight that moves sends few orbits another way; the others stay where they are."""
    flame = swirled()

    def at(weight):
        first, *others = flame.xforms
        moved = replace(flame, xforms=(replace(first, weight=weight), *others))
        return compute_points(moved, 2_000).positions

    before = at(0.7)
    for step in range(1, 30):
        after = at(0.7 + step * 1e-3)
        assert (before != after).any(1).mean() < 0.2
        before = after


def test_no_compilation_when_a_value_changes():
    flame = swirled()
    compute_points(flame, 1000)
    before = build.xform_loop.cache_info().misses, len(build.cloud_kernel().points_batch.signatures)
    changed = replace(
        flame, xforms=tuple(replace(x, weight=x.weight * 3, color=0.3) for x in swirled(0.05).xforms)
    )
    compute_points(changed, 1000)
    assert (
        build.xform_loop.cache_info().misses,
        len(build.cloud_kernel().points_batch.signatures),
    ) == before


def test_escaped_orbits_are_reseeded():
    """An expanding map sends every orbit away; what comes back is young and hidden, the rest is finite."""
    flame = Flame(
        "escape",
        (Xform(coefs=(3.0, 0.0, 0.0, 3.0, 0.1, 0.1), variations=LINEAR), *triangle().xforms),
        camera=Camera(size=(100, 100), scale=100.0),
    )
    cloud = compute_points(flame, 50_000)
    assert np.isfinite(cloud.positions).all() and np.isfinite(cloud.light).all()
    shown = cloud.colors[:, 3] > 0
    assert shown.mean() > 0.5
    assert cloud.age[shown].min() >= FUSE
    assert (cloud.radius[~shown] == 0).all() and (cloud.positions[~shown] == 0).all()

    hopeless = Flame("gone", (Xform(coefs=(9.0, 0, 0, 9.0, 1, 1), variations=LINEAR),), camera=flame.camera)
    cloud = compute_points(hopeless, 5_000)
    assert np.isfinite(cloud.positions).all() and (cloud.colors[:, 3] == 0).all()


@pytest.mark.parametrize(
    ("weights", "chances"),
    [
        ((1.0, -3.0), (0.25, 0.75)),
        ((0.0, 2.0), (0.0, 1.0)),
        ((0.0, 0.0), (0.5, 0.5)),
        ((1e308, 1e308), (0.5, 0.5)),
        ((-78.0, 141.0), (78 / 219, 141 / 219)),
    ],
)
def test_odd_weights(weights, chances):
    flame = Flame("odd", tuple(Xform(weight=w, variations=LINEAR) for w in weights))
    np.testing.assert_allclose(probabilities(flame)[-1], chances)


def test_weights_that_are_not_finite_count_nothing():
    xforms = [Xform(weight=1.0, variations=LINEAR) for _ in range(3)]
    for xform, weight in zip(xforms, (float("nan"), float("inf"), 2.0), strict=True):
        object.__setattr__(xform, "weight", weight)  # past the model's own check
    np.testing.assert_allclose(probabilities(Flame("nan", tuple(xforms)))[-1], (0.0, 0.0, 1.0))


def test_xaos():
    """Xform 1 never follows itself, and after xform 2 comes only xform 1."""
    base = triangle().xforms
    flame = replace(
        triangle(), xforms=(replace(base[0], xaos=(0.0,)), replace(base[1], xaos=(1.0, 0.0, 0.0)), base[2])
    )
    table = probabilities(flame)
    np.testing.assert_allclose(table, [[0, 0.5, 0.5], [1, 0, 0], [1 / 3] * 3, [1 / 3] * 3])
    shares = np.bincount(compute_points(flame, 200_000).xform, minlength=3) / 200_000
    stationary = np.linalg.matrix_power(table[:3], 200)[0]
    np.testing.assert_allclose(shares, stationary, atol=0.005)


def many(count: int, **changes) -> Flame:
    """A flame of many small copies of itself, of weights 0 to 1."""
    random = np.random.default_rng(count)
    weights, places = random.uniform(0, 1, count), random.uniform(0, 1, (count, 2))
    xforms = tuple(
        Xform(weight=w, coefs=(0.01, 0, 0, 0.01, *place), variations=LINEAR, **changes)
        for w, place in zip(weights, places, strict=True)
    )
    return Flame("many", xforms, camera=Camera(size=(100, 100), scale=100.0))


@pytest.mark.parametrize("count", [2, 16, 17, 200])
def test_few_and_many_xforms_have_their_chances(count):
    flame = many(count)
    chances = probabilities(flame)[-1]
    found = np.bincount(compute_points(flame, 200_000).xform, minlength=count) / 200_000
    # Five standard deviations of a share.
    assert (np.abs(found - chances) < 5 * np.sqrt(chances / 200_000) + 1e-5).all()


def test_a_hundred_thousand_xforms():
    cloud = compute_points(many(100_000), 20_000)
    assert np.isfinite(cloud.positions).all() and len(np.unique(cloud.xform)) > 10_000
    with pytest.raises(BloomError, match="xaos: use at most"):
        compute_points(many(5_000, xaos=(0.5,)), 100)


def test_too_many_kinds_of_xform_are_refused():
    names = [name for name, entry in VARIATIONS.items() if not entry.parameters]
    pairs = [(one, two) for one in names for two in names if one != two]
    kinds = [Xform(variations=(Variation(one, 1.0), Variation(two, 1.0))) for one, two in pairs[:1100]]
    with pytest.raises(BloomError, match="1100 xforms of different variations"):
        compute_points(Flame("kinds", tuple(kinds)), 100)


def test_an_xform_of_all_variations():
    """It compiles in a second or two, though LLVM could take minutes for it."""
    variations = tuple(Variation(name, 0.01, entry.defaults()) for name, entry in VARIATIONS.items())
    flame = Flame("all", (replace(triangle().xforms[0], variations=variations), *triangle().xforms))
    assert np.isfinite(compute_points(flame, 2_000).positions).all()


def test_light_is_kept_whatever_the_detail():
    """More detail moves points to thin parts; the light of each part stays what it was."""
    flame = swirled()
    footprint = footprint_of(flame)
    sums = []
    for detail in (1, 4):
        cloud = compute_points(flame, 200_000, detail=detail)
        power = cloud.light[:, 0].astype(float) * cloud.radius.astype(float) ** 2
        cells = np.histogram2d(*cloud.positions[:, :2].T, bins=8, range=((-1, 1), (-1, 1)), weights=power)[0]
        sums.append(cells)
        assert cloud.radius.min() > 0 and cloud.radius.max() <= footprint.largest * 1.0001
    assert sums[1].sum() == pytest.approx(sums[0].sum(), rel=0.02)
    strong = sums[0] > sums[0].max() / 20
    np.testing.assert_allclose(sums[1][strong], sums[0][strong], rtol=0.12)


def test_detail_gives_thin_parts_more_points():
    plain, fine = compute_points(swirled(), 100_000), compute_points(swirled(), 100_000, detail=6)
    limit = np.percentile(plain.density, 10)
    assert (fine.density < limit).mean() > 1.5 * (plain.density < limit).mean()


def test_palette_phase_turns_the_colours():
    flame = triangle()
    turned = compute_points(replace(flame, palette=replace(flame.palette, phase=0.25)), 1000)
    assert not np.array_equal(turned.colors, compute_points(flame, 1000).colors)
    full = compute_points(replace(flame, palette=replace(flame.palette, phase=1.0)), 1000)
    np.testing.assert_allclose(full.colors, compute_points(flame, 1000).colors, atol=2e-3)


@pytest.mark.parametrize("name", ["brick", "crucible", "fireflies", "hearts", "neon", "willowisp"])
def test_the_original_flames_compute(name):
    cloud = compute_points(read_flame(data_path(f"bloom/flames/{name}.flame")), 20_000)
    shown = cloud.colors[:, 3] > 0
    assert shown.mean() > 0.9 and np.isfinite(cloud.positions).all()
    assert np.ptp(np.percentile(cloud.positions[shown], (5, 95), axis=0), axis=0).max() > 0.1
