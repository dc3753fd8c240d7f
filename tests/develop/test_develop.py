"""From buckets to display colours, against formulas written out in double precision."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from PIL import Image

from bloom_blender.chaos.histogram import Grid, Histogram
from bloom_blender.develop.filters import SHAPES, filtered, taps_of
from bloom_blender.develop.light import estimator_of, light_of
from bloom_blender.develop.picture import develop, render, resized
from bloom_blender.develop.png import png_bytes, straight
from bloom_blender.develop.tone import curve_tables, display
from bloom_blender.errors import BloomError
from bloom_blender.flame.compatibility import RULES
from bloom_blender.flame.curves import bezier, spline
from bloom_blender.flame.model import FILTER_SHAPES, Tone
from bloom_blender.flame.xml import read_flame
from tests.develop.samples import flower, square, toned
from tests.support import data_path

RESTING = ((0.0, 0.0, 1.0), (0.0, 0.0, 1.0), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
BENT = ((0.0, 0.0, 1.0), (0.2, 0.6, 2.0), (0.7, 0.9, 1.0), (1.0, 1.0, 1.0))


def spread(buckets, tone, supersample=1, **options):
    rows, columns = buckets.shape[:2]
    grid = Grid(rows, columns, 10 * supersample, supersample)
    return light_of(buckets, grid, tone, density=0.3, scale=2.0, **options)


def buckets_of(hits) -> np.ndarray:
    hits = np.asarray(hits, np.float32)
    return np.stack([hits * 1.0, hits * 0.5, hits * 0.25, hits], 2).astype(np.float32)


def test_log_density_without_estimation():
    hits = np.random.default_rng(0).integers(0, 50, (20, 30))
    light = spread(buckets_of(hits), Tone(estimator_radius=0.0))
    expected = 2.0 * np.log1p(0.3 * hits)
    np.testing.assert_allclose(light[..., 3], expected, rtol=1e-5)
    np.testing.assert_allclose(light[..., 2], expected / 4, rtol=1e-5)


@pytest.mark.parametrize(
    "tone", [Tone(), Tone(estimator_curve=0.9), Tone(estimator_radius=3.0, estimator_minimum=1.0)]
)
def test_kernels_have_a_sum_of_one_and_shrink(tone):
    estimator = estimator_of(tone, 1)
    for begin, reach in zip(estimator.begins, estimator.reaches, strict=True):
        size = 2 * reach + 1
        assert estimator.weights[begin : begin + size * size].sum() == pytest.approx(1.0, rel=1e-5)
    assert estimator.reaches[0] == math.floor(tone.estimator_radius + 1.0)
    assert (np.diff(estimator.reaches) <= 0).all()
    assert estimator.reaches[-1] == math.floor(tone.estimator_minimum + 1.0)


def test_estimation_keeps_the_light():
    hits = np.zeros((60, 70))
    hits[25:35, 25:45] = np.random.default_rng(1).integers(0, 200, (10, 20))
    for supersample in (1, 2, 3):
        light = spread(buckets_of(hits), Tone(), supersample)
        expected = 2.0 * np.log1p(0.3 * hits).sum()
        if supersample == 1:  # wider kernels lose some over the edge
            assert light[..., 3].sum() == pytest.approx(expected, rel=1e-4)
        assert light[..., 3].sum() <= expected * 1.0001
        np.testing.assert_allclose(light[..., 1] * 2, light[..., 0], rtol=1e-5, atol=1e-6)


def reference_estimation(hits, tone, ss):
    """ember's density estimation, word by word."""
    widest, least = tone.estimator_radius * ss + 1, tone.estimator_minimum * ss + 1
    c = tone.estimator_curve
    nf = math.ceil((widest / least) ** (1 / c))
    number = math.ceil(100 + (nf - 100) ** c) + 1 if nf > 100 else nf
    most = int((number - 100) ** (1 / c)) + 100 if nf > 100 else nf
    radii = []
    for n in range(number):
        h = widest / (n + 1) ** c if n < 100 else widest / ((n - 100) ** (1 / c) + 101) ** c
        radii.append(max(h, least))
        if h <= least:
            break
    rows, columns = hits.shape
    light = np.zeros(hits.shape)
    box = ss // 2 if ss > 1 else 0
    for row, column in zip(*np.nonzero(hits), strict=True):
        near = hits[max(row - box, 0) : row + box + 1, max(column - box, 0) : column + box + 1].sum()
        near *= (ss / (ss + 1)) ** 2 if ss > 1 and ss % 2 == 0 else 1
        n = (
            len(radii) - 1
            if near > most
            else math.ceil(near) - 1
            if near <= 100
            else 100 + int((near - 100) ** c)
        )
        h = radii[min(max(n, 0), len(radii) - 1)]
        reach = int(h)
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        d = np.hypot(x, y) / h
        weights = np.where(d <= 1, np.exp(-2 * (1.5 * d) ** 2), 0)
        weights /= weights.sum()
        for i, j, w in zip((y + row).ravel(), (x + column).ravel(), weights.ravel(), strict=True):
            if 0 <= i < rows and 0 <= j < columns:
                light[i, j] += w * 2.0 * math.log1p(0.3 * hits[row, column])
    return light


@pytest.mark.parametrize("supersample", [1, 2, 3])
def test_estimation_is_that_of_ember(supersample):
    random = np.random.default_rng(2)
    hits = np.where(random.random((40, 44)) < 0.3, random.exponential(80, (40, 44)).astype(int), 0)
    hits[20, 20] = 1e6
    tone = Tone(estimator_radius=5.0, estimator_curve=0.35)
    got = spread(buckets_of(hits), tone, supersample)[..., 3]
    np.testing.assert_allclose(got, reference_estimation(hits, tone, supersample), rtol=2e-4, atol=1e-4)


def test_threads_do_not_matter_in_estimation():
    buckets = buckets_of(np.random.default_rng(3).integers(0, 9, (90, 50)))
    assert np.array_equal(spread(buckets, Tone(), threads=1), spread(buckets, Tone(), threads=2))


@pytest.mark.parametrize(
    "tone",
    [
        Tone(estimator_radius=1e6),
        Tone(estimator_curve=1e-3),
        Tone(estimator_curve=50.0),
        Tone(estimator_minimum=50.0),
    ],
)
def test_odd_estimators(tone):
    hits = np.zeros((8, 8))
    hits[4, 4] = 1000
    assert np.isfinite(spread(buckets_of(hits), tone)).all()


def test_every_filter_of_a_file_has_taps():
    assert set(SHAPES) == set(FILTER_SHAPES)
    for shape in FILTER_SHAPES:
        for radius in (0.0, 0.3, 0.5, 1.7):
            for supersample in (1, 2, 3, 4):
                taps = taps_of(Tone(filter_shape=shape, filter_radius=radius), supersample)
                assert taps.sum() == pytest.approx(1.0) and len(taps) % 2 == supersample % 2
                np.testing.assert_allclose(taps, taps[::-1], atol=1e-12)


@pytest.mark.parametrize("supersample", [1, 2, 3])
@pytest.mark.parametrize("radius", [0.0, 0.5, 2.0, 30.0])
def test_filter_keeps_what_is_even_and_the_middle(supersample, radius):
    gutter = 10 * supersample
    grid = Grid(12 * supersample + 2 * gutter, 16 * supersample + 2 * gutter, gutter, supersample)
    tone = Tone(filter_radius=radius)
    even = filtered(np.ones((grid.rows, grid.columns, 4), np.float32), grid, tone)
    assert even.shape == (12, 16, 4)
    if radius < 10.0:
        np.testing.assert_allclose(even, 1.0, rtol=1e-5)
        ramp = np.broadcast_to(
            (np.arange(grid.columns) + 0.5 - gutter)[None, :, None], (grid.rows, grid.columns, 4)
        )
        got = filtered(ramp.astype(np.float32), grid, tone)[5, :, 0]
        np.testing.assert_allclose(got, (np.arange(16) + 0.5) * supersample, rtol=1e-4)


def reference_tone(r, g, b, a, tone):
    """ember's gamma correction of one pixel, word by word."""
    power, limit = 1 / tone.gamma, tone.gamma_threshold
    if a <= 0:
        alpha = scale = 0.0
    else:
        alpha = a**power if a >= limit else (1 - a / limit) * a * limit ** (power - 1) + a / limit * a**power
        scale = tone.vibrancy * alpha / a
        alpha = min(max(alpha, 0.0), 1.0)
    m = max(r, g, b)
    if scale * m > 1 and tone.highlight_power >= 0:
        import colorsys

        h, s, v = colorsys.rgb_to_hsv(r / m, g / m, b / m)
        color = colorsys.hsv_to_rgb(h, s * (1 / (m * scale)) ** tone.highlight_power, v)
    else:
        k = min(1.0, -tone.highlight_power) if scale * m > 1 else 1.0
        color = tuple(c * ((1 - k) / m + k * scale) if m else 0.0 for c in (r, g, b))
    out = [
        c + (1 - tone.vibrancy) * abs(v) ** power + (1 - alpha) * back
        for c, v, back in zip(color, (r, g, b), tone.background, strict=True)
    ]
    return [min(max(c, 0.0), 1.0) for c in out] + [alpha]


@pytest.mark.parametrize("power", [1.0, 0.3, 0.0, -1.0, -0.4])
@pytest.mark.parametrize("vibrancy", [1.0, 0.4, 1.01])
def test_tone_is_that_of_ember(power, vibrancy):
    tone = Tone(highlight_power=power, vibrancy=vibrancy, gamma=3.0, background=(0.1, 0.2, 0.3))
    density = np.concatenate([[0.0], np.geomspace(1e-5, 30, 60)])
    light = np.stack([density * f for f in (0.9, 0.35, 0.6, 1.0)], 1)[None].astype(np.float32)
    expected = [reference_tone(*map(float, pixel), tone) for pixel in light[0]]
    np.testing.assert_allclose(display(light, tone, RULES["1.0.0.14"])[0], expected, atol=2e-5)


def test_curves():
    assert curve_tables(Tone(curves=(RESTING,) * 4), RULES["1.0.0.14"]) is None
    table = curve_tables(Tone(curves=(BENT, RESTING, BENT, RESTING)), RULES["1.0.0.14"])
    overall = bezier(BENT, 0.5)
    expected = [bezier(curve, overall) for curve in (RESTING, BENT, RESTING)]
    np.testing.assert_allclose(table[:, 32768], expected, atol=1e-4)
    straight = tuple((k / 4, k / 4) for k in range(5))
    assert curve_tables(Tone(splines=(straight,) * 4), RULES["current"]) is None
    np.testing.assert_allclose(spline(straight, np.linspace(0, 1, 9)), np.linspace(0, 1, 9), atol=1e-12)
    bent = ((0.0, 0.0), (0.5, 0.8), (1.0, 1.0))
    np.testing.assert_allclose(spline(bent, np.array([0.0, 0.5, 1.0])), [0.0, 0.8, 1.0])
    assert curve_tables(Tone(splines=(bent, straight, straight, straight)), RULES["current"])[0, 32768] > 0.79


@pytest.mark.parametrize("bits,channels", [(8, 3), (8, 4), (16, 3), (16, 4)])
def test_png_is_read_by_others(bits, channels):
    picture = np.random.default_rng(4).random((7, 5, channels)).astype(np.float32)
    read = Image.open(io.BytesIO(png_bytes(picture, bits)))
    assert read.size == (5, 7) and read.mode == ("RGB" if channels == 3 else "RGBA")
    if channels == 3:
        expected = (picture * 255).astype(np.uint8) if bits == 8 else (picture * 65535).astype(np.uint16) >> 8
        np.testing.assert_array_equal(np.asarray(read), expected)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_transparent_png_over_black_is_the_picture(bits):
    """PNG's alpha is straight: a viewer multiplies by it. Light that covers little is not lost."""
    random = np.random.default_rng(4)
    picture = random.random((40, 50, 4), np.float32)
    picture[..., 3] = random.random((40, 50)) ** 3
    picture[:10] *= 0.01
    picture[0] = 0.0
    top = 2**bits - 1
    samples = straight(picture, top)
    read = np.asarray(Image.open(io.BytesIO(png_bytes(picture, bits))))
    np.testing.assert_array_equal(read, samples.astype(np.uint32) >> (bits - 8))
    shown = samples.astype(np.float64) / top
    assert np.abs(shown[..., :3] * shown[..., 3:] - picture[..., :3]).max() < 1.5 / top
    assert np.abs(shown[..., 3] - picture.max(2)).max() < 1.5 / top
    assert (samples[0] == 0.0).all()


def test_the_picture_of_an_even_square_is_even():
    """Density, brightness and gamma of a plane of one density, against the formula."""
    flame = square(quality=400.0)
    picture = render(flame)
    # A square of area 4 holds all points: a quarter of one per unit of area.
    alpha = (4.0 * 268 / 256 * math.log1p(0.25)) ** 0.25
    np.testing.assert_allclose(picture[..., 0].mean(), min(alpha, 1.0), rtol=2e-3)
    np.testing.assert_allclose(picture[..., 1].mean(), alpha / 2, rtol=2e-3)
    assert picture[..., 1].std() < 0.01
    assert render(flame, supersample=2)[..., 1].mean() == pytest.approx(alpha / 2, rel=6e-3)


def test_a_picture_can_be_looked_at_while_it_grows():
    seen = []
    final = render(
        flower(), quality=200.0, progress=lambda h, total: seen.append((h.iterations, total, develop(h)))
    )
    assert seen[-1][0] >= seen[-1][1] and np.array_equal(seen[-1][2], final)
    assert np.isfinite(final).all() and final.min() >= 0.0 and final.max() <= 1.0


def test_size_and_scale_change_together():
    flame = resized(flower(64), 128)
    assert flame.camera.size == (128, 96) and flame.camera.scale == 2 * flower(64).camera.scale
    small = render(toned(flower(64), estimator_radius=0.0), quality=400.0)[..., :3]
    large = render(toned(flame, estimator_radius=0.0), quality=400.0)[..., :3]
    blocks = [small.reshape(12, 4, 16, 4, 3).mean((1, 3)), large.reshape(12, 8, 16, 8, 3).mean((1, 3))]
    assert np.corrcoef(blocks[0].ravel(), blocks[1].ravel())[0, 1] > 0.99


@pytest.mark.parametrize("changes,text", [
    ({"width": 10**6, "quality": 1.0}, "GB of memory"),
    ({"quality": 1e15}, "points"),
    ({"quality": 0.0}, "quality"),
    ({"width": 0}, "width"),
])  # fmt: skip
def test_what_cannot_be_done_is_refused(changes, text):
    with pytest.raises(BloomError, match=text):
        render(flower(), **changes)


@pytest.mark.parametrize("name,least", [
    ("brick", 0.993), ("crucible", 0.993), ("fireflies", 0.993), ("willowisp", 0.993),
    ("hearts", 0.97), ("neon", 0.97),
])  # fmt: skip
def test_original_flames_look_as_in_ember(name, least):
    """Half of the reference's size and a twentieth of its points; at full quality 0.999 and more."""
    flame = read_flame(data_path(f"bloom/flames/{name}.flame"))
    reference = Image.open(data_path(f"bloom/reference/{name}.png")).convert("RGB")
    picture = render(flame, width=360, quality=100.0, supersample=1)[..., :3]
    height, width = (n // 8 * 8 for n in picture.shape[:2])
    half = np.asarray(reference.resize((picture.shape[1], picture.shape[0]), Image.Resampling.BOX)) / 255.0
    means = [
        p[:height, :width].reshape(height // 8, 8, width // 8, 8, 3).mean((1, 3)) for p in (picture, half)
    ]
    assert np.corrcoef(means[0].ravel(), means[1].ravel())[0, 1] > least
    assert np.abs(means[0].mean() - means[1].mean()) < 0.02


def test_histogram_of_a_flame_is_left_alone():
    histogram = Histogram(flower())
    histogram.add(50_000)
    before = histogram.buckets.copy()
    assert np.array_equal(develop(histogram), develop(histogram)) and np.array_equal(
        before, histogram.buckets
    )
