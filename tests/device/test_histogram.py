"""The game on a card: counts that equal the processor's, hang on nothing but the seed, and never overflow."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bloom_blender.chaos.histogram import Histogram
from bloom_blender.chaos.mixing import mixing_of
from bloom_blender.chaos.projection import Lens, Projection
from bloom_blender.device import shaders
from bloom_blender.device.cards import CardError
from bloom_blender.device.histogram import BYTES_OF_BUCKET, CardHistogram, _most_steps
from bloom_blender.device.shaders import DRAIN, UNIT
from bloom_blender.flame.model import Camera, Flame, Palette, Variation, Xform

SIZE = (64, 48)
COLORS = np.stack([np.linspace(0, 1, 32), np.linspace(0.8, 0.1, 32), np.linspace(0.02, 0.3, 32)], 1)


def flame(**changes) -> Flame:
    """Two xforms with xaos, opacity, post maps and random numbers, and a final one that most points miss."""
    curved = Xform(
        weight=1.0, color=0.1, coefs=(0.6, 0.3, -0.3, 0.6, 0.3, 0.1), xaos=(0.4, 1.0),
        variations=(Variation("spherical", 0.4), Variation("linear3D", 0.5), Variation("zcone", 0.3)),
    )  # fmt: skip
    blurred = Xform(
        weight=2.0, color=0.9, opacity=0.6, coefs=(0.5, -0.2, 0.2, 0.5, -0.4, 0.3),
        post=(0.9, 0.1, -0.1, 0.9, 0.1, 0.0),
        variations=(Variation("linear", 0.8), Variation("pre_blur", 0.1), Variation("gaussian_blur", 0.15)),
    )  # fmt: skip
    final = Xform(opacity=0.5, coefs=(1.0, 0.1, 0.0, 1.0, 0.0, 0.0), variations=(Variation("swirl", 0.9),))
    camera = Camera(size=SIZE, scale=16.0, center=(0.1, 0.1))
    return replace(
        Flame(
            "tested", (curved, blurred), (final,), camera=camera, palette=Palette(tuple(map(tuple, COLORS)))
        ),
        **changes,
    )


def counted(histogram, points: int) -> np.ndarray:
    """Light per shown point, (rows, columns, 4)."""
    histogram.add(points)
    return histogram.buckets.astype(np.float64) / histogram.shown


def projection(lens: Lens | None = None) -> Projection:
    """A camera that looks at the flame from the side, with perspective."""
    width, height = SIZE
    turn = math.radians(40.0)
    right = np.array([math.cos(turn), 0.0, math.sin(turn), 0.0])
    depth = np.array([-math.sin(turn), 0.0, math.cos(turn), 5.0])
    down = np.array([0.0, 1.0, 0.0, 0.0])
    rows = [0.5 * width * depth + 70.0 * right, 0.5 * height * depth + 70.0 * down, depth, depth]
    return Projection(SIZE, np.stack(rows), 0.1, 100.0, lens, 14.0)


CAMERAS = {
    "flat": {},
    "sharp": {"camera": Camera(size=SIZE, scale=16.0, yaw=0.4, pitch=0.6, perspective=0.2, zpos=0.1)},
    "blurred": {"camera": Camera(size=SIZE, scale=16.0, pitch=0.5, perspective=0.2, dof=0.6)},
}


@pytest.mark.parametrize("name", [*CAMERAS, "camera", "aperture", "depth", "index"])
def test_a_card_counts_what_the_processor_counts(card, name):
    tested, options = flame(**CAMERAS.get(name, {})), {}
    if name not in CAMERAS:
        lens = Lens(-2.0, 1.0, blades=5, rotation=0.3, ratio=1.5) if name == "aperture" else None
        options = {"projection": projection(lens)}
    if name == "aperture":
        wide = np.full((SIZE[1] + 20, SIZE[0] + 20), 1e9, np.float32)
        wide[:, :40] = 5.0
        options["blockers"] = wide
    if name in ("depth", "index"):
        options |= {"paint": name, "depths": (3.0, 7.0)}
    points = 500_000
    # Twice as many orbits as the processor has in so small a picture, so as to see other ones too.
    got = counted(CardHistogram(card, tested, supersample=1, orbits=2**13, **options), points)
    expected = counted(Histogram(tested, supersample=1, **options), points)
    other = counted(Histogram(tested, supersample=1, seed=1, **options), points)
    sums = got.sum((0, 1)), expected.sum((0, 1))
    np.testing.assert_allclose(sums[0], sums[1], rtol=0.01)
    # As near to the processor's as that is to itself with other random numbers.
    for channel in range(4):
        first, second, third = (one[..., channel].ravel() for one in (got, expected, other))
        if second.any():
            noise = ((third - second) ** 2).sum()
            assert ((first - second) ** 2).sum() < 1.25 * noise


def slow_flame() -> Flame:
    """Nothing but a heavy map that turns and hardly shrinks, and a light one that shrinks."""
    turn = Xform(weight=30.0, coefs=(0.53, 0.84, -0.84, 0.53, 0.05, 0.0), variations=(Variation("linear"),))
    shrink = Xform(weight=1.0, coefs=(0.4, 0.0, 0.0, 0.4, 0.8, 0.2), variations=(Variation("linear"),))
    return flame(xforms=(turn, shrink), finals=())


@pytest.mark.parametrize("slow", [False, True])
def test_the_processors_orbits_make_its_picture_with_its_noise(card, slow):
    """Orbit j of a card and of the processor draw the same xforms, and so come to the same points."""
    tested = slow_flame() if slow else flame()
    assert bool(mixing_of(tested).warm) == slow
    ours, theirs = (
        counted(histogram, 100_000)[..., 3].ravel()
        for histogram in (
            CardHistogram(card, tested, supersample=1, orbits=2**12), Histogram(tested, supersample=1)
        )
    )  # fmt: skip
    other = counted(Histogram(tested, supersample=1, seed=1), 100_000)[..., 3].ravel()
    assert np.corrcoef(ours, theirs)[0, 1] > 0.9995 > np.corrcoef(other, theirs)[0, 1]


@pytest.mark.parametrize("alike", [3, 6, 20])
def test_numbers_at_hand_change_nothing(card, alike, monkeypatch):
    """Few xforms of a kind, more, and so many that their chances are searched."""
    curved = flame().xforms[0]
    turned = tuple(
        replace(curved, coefs=(0.5, 0.1 * k, -0.1 * k, 0.5, 0.3 - 0.1 * k, 0.1), xaos=())
        for k in range(alike)
    )
    tested = flame(xforms=(*turned, flame().xforms[1]))
    pictures = []
    for most in (shaders.MOST_AT_HAND, 0):
        monkeypatch.setattr(shaders, "MOST_AT_HAND", most)
        histogram = CardHistogram(card, tested, supersample=1, orbits=2**12)
        histogram.add(100_000)
        assert bool(histogram._at_hand.size) == bool(most)
        pictures.append(histogram.totals()[..., 3].ravel().astype(np.float64))
    assert np.corrcoef(*pictures)[0, 1] > 0.9995


def test_noise_is_the_processors(card):
    """Invocations share no choices: pictures with other seeds differ as the processor's do."""
    tested = flame()

    def variance(make) -> float:
        pictures = [counted(make(seed), 200_000)[..., 3] for seed in range(6)]
        return float(np.var(pictures, axis=0, ddof=1).sum())

    ours = variance(lambda seed: CardHistogram(card, tested, supersample=1, seed=seed, orbits=2**12))
    theirs = variance(lambda seed: Histogram(tested, supersample=1, seed=seed))
    assert ours == pytest.approx(theirs, rel=0.1)  # of the variance: 5 % of the noise


def test_counts_hang_on_the_seed_alone(card):
    """Not on how long dispatches are, nor on the parts that a picture is counted in, nor on the calls."""

    def totals(seed: int = 3, pace: int = 2**17, calls: int = 1, **options) -> np.ndarray:
        histogram = CardHistogram(card, flame(), supersample=1, seed=seed, orbits=2**10, **options)
        for _ in range(calls):
            card.paces[histogram._source] = pace
            histogram.add(300 * 2**10 // calls)
        assert histogram.iterations == 300 * 2**10
        return histogram.totals()

    first = totals()
    assert first.sum() > 0
    np.testing.assert_array_equal(totals(), first)
    np.testing.assert_array_equal(totals(pace=2**9, calls=3), first)
    quarter = -(-first.nbytes // 2 // 4)  # a total has twice the bytes of a count
    np.testing.assert_array_equal(totals(largest=quarter), first)
    assert (totals(seed=4) != first).any()


def test_counts_are_added_up_before_they_can_overflow(card):
    orbits = 2**16
    assert _most_steps(orbits) * orbits * UNIT < 2**32
    assert _most_steps(2**18) * 2**18 > 2**23  # and not much too soon
    full = np.full(2 * 4, 2**32 - 1, np.uint32)
    counts, low, high = card.buffer(full), card.buffer(32), card.buffer(32)
    drain = card.pipeline(DRAIN, "drain")
    for _ in range(3):
        card.write(counts, full)
        card.run((drain, card.bind(drain, [counts, low, high]), (1, 1)))
    words = [np.frombuffer(card.read(one), np.uint32).astype(np.uint64) for one in (low, high, counts)]
    np.testing.assert_array_equal(words[0] + (words[1] << np.uint64(32)), 3 * (2**32 - 1))
    assert not words[2].any()


def test_a_value_compiles_nothing_and_a_variation_compiles_one_program(card):
    tested = flame()
    CardHistogram(card, tested, supersample=1, orbits=64).start()
    before = card.compiled
    first, second = tested.xforms
    moved = replace(first, weight=0.3, coefs=(0.5, 0.2, -0.2, 0.7, 0.1, 0.3))
    CardHistogram(card, replace(tested, xforms=(moved, second)), supersample=1, orbits=64).start()
    assert card.compiled == before
    more = replace(first, variations=(*first.variations, Variation("bubble", 0.2)))
    CardHistogram(card, replace(tested, xforms=(more, second)), supersample=1, orbits=64).start()
    assert card.compiled == before + 1


def test_memory_is_known_before_it_is_taken(card):
    histogram = CardHistogram(card, flame(), supersample=2, orbits=2**10)
    buckets = histogram.grid.buckets
    assert buckets * BYTES_OF_BUCKET < histogram.bytes < buckets * BYTES_OF_BUCKET + 200_000
    assert not histogram._parts


def test_an_orbit_that_escapes_begins_anew_and_is_not_seen(card):
    """One xform throws points away by a pole; infinities and NaN reach no bucket."""
    away = Xform(coefs=(1e9, 0.0, 0.0, 1e9, 0.0, 0.0), variations=(Variation("spherical", 1e12),))
    near = Xform(weight=20.0, coefs=(0.5, 0.0, 0.0, 0.5, 0.2, 0.0), variations=(Variation("linear", 1.0),))
    tested = flame(xforms=(away, near), finals=())
    got = CardHistogram(card, tested, supersample=1, orbits=2**12)
    expected = Histogram(tested, supersample=1)
    for histogram in (got, expected):
        histogram.add(400_000)
    assert np.isfinite(got.buckets).all()
    assert got.hidden / got.iterations == pytest.approx(expected.hidden / expected.iterations, rel=0.05)
    assert got.buckets[..., 3].sum() / got.iterations == pytest.approx(
        expected.buckets[..., 3].sum() / expected.iterations, rel=0.05
    )


def test_a_thousand_final_xforms_are_left_to_the_processor(card):
    with pytest.raises(CardError, match="too many for a card"):
        CardHistogram(card, flame(finals=flame().finals * 1000), supersample=1)
