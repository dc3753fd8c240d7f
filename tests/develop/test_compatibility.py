"""What the rules of a compatibility do to counts and pictures, and flam3's golden pictures."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bloom_blender.chaos.histogram import Histogram, palette_table
from bloom_blender.chaos.structure import settling
from bloom_blender.develop.filters import filtered
from bloom_blender.develop.picture import develop_buckets, render
from bloom_blender.flame.compatibility import COMPATIBILITIES
from bloom_blender.flame.model import Camera, Flame, Palette, Tone, Variation, Xform
from bloom_blender.flame.xml import read_flame
from tests.develop.samples import LINEAR, square, toned
from tests.support import data_path


def counted(flame: Flame, points: int = 200_000, **options) -> Histogram:
    histogram = Histogram(flame, **options)
    histogram.add(points)
    return histogram


@pytest.mark.parametrize("name", COMPATIBILITIES)
def test_brightness_and_white(name):
    """The even square against ember's and flam3's formulas: an old factor, and flam3's 256 levels."""
    flame = replace(square(quality=200.0), compatibility=name)
    old = 1.0 if name == "current" else 268.0 / 256.0
    white = 256.0 / 255.0 if name == "flam3" else 1.0
    alpha = (4.0 * old * math.log1p(0.25)) ** 0.25
    assert render(flame)[..., 1].mean() == pytest.approx(white * alpha / 2.0, rel=2e-3)


def test_logscale_k2_is_for_later_embers():
    flame = square(logscale_k2=2.0, brightness=0.2)
    hits = counted(flame).buckets[..., 3].mean()
    for name, density in (("1.0.0.14", None), ("current", 2.0)):
        own = replace(flame, compatibility=name)
        histogram = counted(own)
        light = 0.2 * own.rules.brightness * math.log1p((density or 0.25 / hits) * hits)
        picture = develop_buckets(histogram.buckets, histogram.grid, own, histogram.iterations)
        expected = min(light**0.25, 1.0) / 2.0
        assert picture[..., 1].mean() == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("mode", ["step", "linear"])
def test_index_of_a_color(mode):
    """ember spreads indices over the n - 1 gaps between colours, flam3 over n."""
    colors = np.random.default_rng(1).random((256, 3))
    palette = Palette(tuple(map(tuple, colors)), mode)
    for gaps in (0, 1):
        table = palette_table(palette, 4096, gaps)
        c = (np.arange(len(table)) + 0.25) / (len(table) - 1.0)
        c = c[c < 1.0]
        at = (256 - gaps) * c
        low = np.minimum(at.astype(int), 255)
        share = (np.minimum(at - low, 1.0) if mode == "linear" else 0.0 * at)[:, None]
        expected = colors[low] * (1.0 - share) + colors[np.minimum(low + 1, 255)] * share
        got = table[np.floor(c * (len(table) - 1) + 0.5).astype(int), :3]
        near = 0.0 if mode == "step" else 0.02
        assert (np.abs(got - expected).max(axis=1) <= near + 1e-6).mean() > 0.999
    assert len(palette_table(Palette(((0.1, 0.2, 0.3),), mode), 4096, 0)) > 0


@pytest.mark.parametrize("name,counts", [("1.0.0.14", 0.5), ("flam3", 0.5 ** math.log2(10.0))])
def test_a_hit_of_half_opacity(name, counts):
    xforms = tuple(replace(xform, opacity=0.5) for xform in square().xforms)
    histogram = counted(replace(square(), xforms=xforms, compatibility=name))
    assert histogram.buckets[..., 3].sum() / histogram.iterations == pytest.approx(counts, rel=1e-5)


@pytest.mark.parametrize("name", ["1.0.0.14", "flam3"])
def test_opacity_of_a_final_xform_is_a_chance(name):
    """Half of the points go far away, by any rules."""
    final = Xform(opacity=0.5, coefs=(1.0, 0.0, 0.0, 1.0, 50.0, 0.0), variations=LINEAR)
    histogram = counted(replace(square(), finals=(final,), compatibility=name))
    assert histogram.buckets[..., 3].sum() / histogram.iterations == pytest.approx(0.5, abs=0.005)


def escaping(name: str) -> Flame:
    """Every fourth step leads out of the world; the others to a point 1/4 from where they were."""
    stay = Xform(weight=3.0, coefs=(0.25, 0.0, 0.0, 0.25, 0.0, 0.0), variations=LINEAR)
    leave = Xform(weight=1.0, coefs=(1e20, 0.0, 0.0, 1e20, 1e20, 1e20), variations=LINEAR)
    return Flame("out", (stay, leave), camera=Camera(size=(64, 64), scale=16.0), compatibility=name)


def test_orbits_that_escape():
    """flam3 counts them again after a step. ember waits, and at this rate almost for ever."""
    flam3, ember = counted(escaping("flam3")), counted(escaping("1.0.0.14"))
    assert flam3.hidden / flam3.iterations == pytest.approx(0.25, abs=0.02)
    assert flam3.buckets[..., 3].sum() / flam3.iterations == pytest.approx(0.75, abs=0.005)
    assert ember.buckets[..., 3].sum() < 0.01 * ember.iterations
    assert flam3.shown == flam3.iterations - flam3.hidden


def test_an_orbit_that_escapes_keeps_its_color():
    flame = escaping("flam3")
    colored = tuple(replace(xform, color=1.0, color_speed=0.9) for xform in flame.xforms)
    palette = Palette(((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)))
    buckets = counted(replace(flame, xforms=colored, palette=palette)).buckets
    assert buckets[..., 0].sum() / buckets[..., 3].sum() > 0.995


def test_orbits_restart_now_and_then():
    """A place that holds an orbit for ever must not take them all."""
    hold = Xform(weight=0.02, post=(0.0, 0.0, 0.0, 0.0, 7.0, 7.0), variations=LINEAR, xaos=(0.0,) * 4)
    flame = replace(square(16), xforms=(*square().xforms, hold))
    histogram = Histogram(flame, threads=1)
    histogram.add(histogram.round * 30)
    before = histogram.buckets[..., 3].sum()
    histogram.add(histogram.round * 80)
    later = (histogram.buckets[..., 3].sum() - before) / (histogram.round * 80)
    assert later > 0.01  # without it e**(-0.005 * 3840) of the orbits would be left


def test_symmetric_flames_settle_longer():
    turn = Xform(weight=3.0, coefs=(0.0, 1.0, -1.0, 0.0, 0.0, 0.0), variations=LINEAR)
    flame = square()
    assert settling(flame, 50) == 50
    assert settling(replace(flame, xforms=(flame.xforms[0], turn)), 50) == 200
    assert settling(replace(flame, xforms=(turn,)), 50) == 1000
    moved = replace(turn, variations=(Variation("spherical"),))
    assert settling(replace(flame, xforms=(flame.xforms[0], moved)), 50) == 50


@pytest.mark.parametrize(
    "curve,place,mean", [(0.0, 0.3, 0.05), (8.0, 0.3, 0.05 * 25 / 8 * 0.25), (8.0, 0.0, 0.0)]
)
def test_blur_curve(curve, place, mean):
    """A point at depth 1: the mean distance of its blur, and how that grows off the picture's middle."""
    point = Xform(
        coefs=(0.0,) * 6, post=(1.0, 0.0, 0.0, 1.0, place, 0.0), variations=(Variation("ztranslate"),)
    )
    camera = Camera(size=(100, 100), scale=100.0, dof=1.0, blur_curve=curve)
    hits = counted(Flame("p", (point,), camera=camera, compatibility="current")).buckets[..., 3]
    y, x = np.mgrid[: hits.shape[0], : hits.shape[1]] + 0.5 - hits.shape[0] / 2
    distance = np.hypot(x - 100.0 * place, y) / 100.0
    assert (hits * distance).sum() / hits.sum() == pytest.approx(mean, abs=0.008)  # half a bucket's diagonal


def test_early_clip_filters_what_is_shown():
    """Of buckets that are white already the filter takes white, and not a light that is far brighter."""
    flame = toned(square(), filter_radius=2.0, brightness=1.0, gamma=1.0, vibrancy=1.0, highlight_power=-1.0)
    histogram = counted(flame)
    buckets = np.zeros_like(histogram.buckets)
    buckets[::8] = 1e6
    late = develop_buckets(buckets, histogram.grid, flame, 1000)
    early = develop_buckets(buckets, histogram.grid, flame, 1000, early_clip=True)
    white = filtered((buckets > 0).astype(np.float32), histogram.grid, Tone(filter_radius=2.0))
    np.testing.assert_allclose(early[..., 0], white[..., 0], atol=1e-5)
    assert late[..., 0].mean() > 1.2 * early[..., 0].mean()


def block_means(picture: np.ndarray) -> np.ndarray:
    height, width = (n // 8 * 8 for n in picture.shape[:2])
    return picture[:height, :width, :3].reshape(height // 8, 8, width // 8, 8, 3).mean((1, 3))


@pytest.mark.parametrize("name,least", [
    ("render014", 0.995), ("render045", 0.993), ("render090", 0.995), ("render093", 0.993),
    ("render098", 0.998), ("render104", 0.998), ("earlyclip", 0.998),
])  # fmt: skip
def test_golden_pictures_of_flam3(name, least):
    """Some that show a wrong variation, palette, escape or parameter; all are in docs/golden.md."""
    flame = read_flame(data_path(f"golden/flam3-suite/{name}.flam3"))
    golden = np.asarray(Image.open(data_path(f"golden/flam3-suite/{name}.png")).convert("RGB")) / 255.0
    assert flame.rules.name == "flam3"
    picture = render(flame, seed=1, early_clip=name == "earlyclip")
    one, other = block_means(picture).ravel(), block_means(golden).ravel()
    assert np.corrcoef(one, other)[0, 1] > least
    assert abs(one.mean() - other.mean()) < 0.005
