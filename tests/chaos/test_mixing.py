"""Orbits are shown when they have forgotten where they began, however long that takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bloom_blender.chaos import counting, mixing, points
from bloom_blender.chaos.histogram import Histogram
from bloom_blender.chaos.mixing import Mixing, mixing_of
from bloom_blender.chaos.points import compute_points
from bloom_blender.chaos.structure import probabilities
from bloom_blender.flame.model import Camera, Flame, Tone, Variation, Xform
from bloom_blender.flame.xml import read_flame
from tests.develop.samples import flower
from tests.support import REPOSITORY


def slow(weight: float = 100.0) -> Flame:
    """Its heavy xform is a Möbius map that turns the plane about two points and brings nothing nearer."""
    mirror = Xform(
        weight=weight, coefs=(-0.2, -0.03, 0.03, -0.2, 0.03, 0.25), variations=(Variation("spherical"),)
    )
    julia = Xform(weight=0.5, coefs=(0.4, 0.4, -0.4, 0.4, -0.3, 0.25), variations=(Variation("julia"),))
    camera = Camera(size=(60, 60), scale=20.0)
    return Flame("slow", (mirror, julia), camera=camera, tone=Tone(quality=100.0))


def shares(positions: np.ndarray) -> np.ndarray:
    """How the points fall on a grid around the middle."""
    counts, _, _ = np.histogram2d(*positions[:, :2].T, bins=24, range=[[-1.5, 1.5]] * 2)
    return counts / max(counts.sum(), 1)


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """Distance in total variation."""
    return float(np.abs(a - b).sum() / 2)


@pytest.fixture
def unwarmed(monkeypatch):
    """Nothing but settling steps, whose number the test chooses."""

    def choose(steps: int) -> None:
        for module in (points, counting):
            monkeypatch.setattr(module, "mixing_of", lambda flame, threads=None: Mixing(0, 0.0))
            monkeypatch.setattr(module, "FUSE", steps)

    return choose


def test_the_cloud_of_a_slow_flame_is_that_of_long_orbits(unwarmed):
    count = 150_000
    found = shares(compute_points(slow(), count).positions)
    unwarmed(4000)
    long, again = (shares(compute_points(slow(), count, seed=seed).positions) for seed in (1, 2))
    unwarmed(30)
    hasty = shares(compute_points(slow(), count).positions)
    noise = apart(long, again)
    assert apart(found, long) < noise + 0.01
    assert apart(hasty, long) > noise + 0.1  # what it would be


def test_the_picture_of_a_slow_flame_is_that_of_long_orbits(unwarmed):
    def light(seed: int) -> np.ndarray:
        histogram = Histogram(slow(), seed=seed)
        histogram.add(1)
        histogram.add(histogram.round)
        hits = histogram.buckets[..., 3].reshape(20, 4, 20, 4).sum((1, 3))
        return hits / hits.sum()

    found = light(0)
    unwarmed(4000)
    noise = apart(long := light(1), light(2))
    assert apart(found, long) < noise + 0.02
    unwarmed(50)
    assert apart(light(0), long) > noise + 0.1


def test_flames_that_forget_quickly_get_no_step_more():
    for name in ("lotus", "peony"):
        assert mixing_of(read_flame(REPOSITORY / "bloom_blender" / "presets" / f"{name}.flame")).warm == 0
    assert mixing_of(flower()).warm == 0 and not mixing_of(flower()).never


def test_the_time_grows_with_the_weight_of_the_slow_xform():
    times = [mixing_of(slow(weight)).warm for weight in (1.0, 10.0, 100.0)]
    assert times[0] == 0 < times[1] < times[2]
    assert all(time % 30 == 0 and (time // 30).bit_count() <= 1 for time in times)


def test_a_flame_that_never_mixes_is_known():
    turn = Xform(coefs=(0.6, 0.8, -0.8, 0.6, 0.0, 0.0), variations=(Variation("linear"),))
    found = mixing_of(Flame("turn", (turn,)))
    assert found.never and found.warm == 0 and found.memory > 0.9


def test_a_measure_is_made_once_and_depends_on_no_thread(monkeypatch):
    mixing._FOUND.clear()
    first = mixing_of(slow(10.0), threads=1)
    mixing._FOUND.clear()
    assert mixing_of(slow(10.0), threads=2) == first
    monkeypatch.setattr(mixing, "_measured", lambda *given: pytest.fail("measured again"))
    assert mixing_of(replace(slow(10.0), name="another")) == first


def test_points_stay_where_they_are_when_the_time_doubles(monkeypatch):
    """An animated weight may double it from one frame to the next: nothing is to jump."""

    def cloud(warm: int) -> np.ndarray:
        monkeypatch.setattr(points, "mixing_of", lambda flame, threads=None: Mixing(warm, 0.0))
        found = compute_points(contracting, 20_000)
        assert found.age.min() == 31
        return found.positions

    half = Xform(coefs=(0.5, 0.1, -0.1, 0.5, 0.0, 0.0), variations=(Variation("linear"),))
    contracting = Flame("c", (half, replace(half, coefs=(0.5, -0.2, 0.2, 0.5, 0.7, 0.3))))
    none = cloud(0)
    for warm in (30, 60, 480):
        np.testing.assert_allclose(cloud(warm), none, atol=1e-4)


def test_rooms_between_which_orbits_seldom_go_have_their_shares():
    """With xaos the xforms are a Markov chain, whose shares are the eigenvector of its table."""
    places = ((0.0, 0.0), (0.5, 0.0), (3.0, 0.0), (3.5, 0.0))
    xaos = ((1.0, 1.0, 0.01, 0.0), (1.0, 1.0, 0.0, 0.0), (0.0, 0.002, 1.0, 1.0), (0.0, 0.0, 1.0, 1.0))
    flame = Flame(
        "rooms",
        tuple(
            Xform(coefs=(0.5, 0.0, 0.0, 0.5, *place), variations=(Variation("linear"),), xaos=row)
            for place, row in zip(places, xaos, strict=True)
        ),
    )
    table = probabilities(flame)[:-1]
    values, vectors = np.linalg.eig(table.T)
    expected = np.real(vectors[:, np.argmax(values.real)])
    expected /= expected.sum()
    found = np.bincount(compute_points(flame, 400_000).xform, minlength=4) / 400_000
    assert mixing_of(flame).warm >= 480 and expected[2] > 0.35
    np.testing.assert_allclose(found, expected, atol=0.02)
