"""The pieces that the mappings are made of."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bloom_blender.flame.model import Camera, Flame, Variation, Xform
from bloom_blender.growth import drives, film, grow, wind
from bloom_blender.growth.bud import SMALL, close_bud
from bloom_blender.growth.chance import Chance
from bloom_blender.growth.path import SERIES_ROWS, path_of
from bloom_blender.growth.principal import fix_signs, principal_directions
from bloom_blender.trajectory import Series, Trajectory
from tests.growth.samples import converging_run, flower, gasket, run_of, word_run

signals = arrays(np.float64, (5, 6), elements=st.floats(-1.0, 1.0))
bounded = st.floats(-2.0, 2.0).map(lambda x: round(x, 4))


def largest_stretch(coefs):
    a, d, b, e = coefs[:4]
    return np.linalg.svd([[a, b], [d, e]], compute_uv=False)[0]


# chance and principal directions


def test_chance_is_splitmix64_for_ever():
    chance = Chance(1234567)  # numbers of the published reference implementation
    assert [chance.bits() for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]
    assert Chance(0).permutation(8) == Chance(0).permutation(8)
    assert sorted(Chance(5).permutation(100)) == list(range(100))
    draws = [Chance(seed).uniform() for seed in range(2000)]
    assert 0.45 < sum(draws) / 2000 < 0.55
    assert all(0.0 <= draw < 1.0 for draw in draws)


def test_signs_do_not_depend_on_those_of_the_library():
    rows = np.random.default_rng(0).normal(size=(30, 4))
    left, _, right = np.linalg.svd(rows, full_matrices=False)
    expected = fix_signs(left, right)
    for flips in np.array(np.meshgrid(*[[-1.0, 1.0]] * 4)).reshape(4, -1).T:
        np.testing.assert_array_equal(fix_signs(left * flips, right * flips[:, None]), expected)
    scores = rows @ expected.T
    assert (scores[np.abs(scores).argmax(axis=0), range(4)] > 0.0).all()


def test_equally_large_entries_are_decided_by_the_first():
    left = np.array([[0.5, -0.5], [-0.5 * (1 + 1e-13), 0.5 * (1 + 1e-13)]])
    np.testing.assert_array_equal(fix_signs(left, np.eye(2)), np.diag([1.0, -1.0]))


def test_directions_are_those_of_the_svd():
    rows = np.random.default_rng(1).normal(size=(6, 9))
    directions, strengths = principal_directions(rows)
    np.testing.assert_allclose(directions @ directions.T, np.eye(6), atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(rows @ directions.T, axis=0), strengths)


# the path of a run


@pytest.mark.parametrize("run", [converging_run(), word_run(), run_of(np.ones((5000, 2)))])
def test_a_path_is_in_time_order_and_its_lengths_are_shares(run):
    path = path_of(run)
    assert len(path.updates) == len(path.times) == len(path.lengths)
    assert (np.diff(path.times) > 0.0).all()
    assert path.times[0] > 0.0
    assert path.times[-1] == 1.0
    assert (path.lengths >= 0.0).all()
    assert path.lengths.sum() == pytest.approx(1.0)


def test_blocks_keep_the_way_of_a_long_run():
    updates = np.random.default_rng(0).normal(size=(20000, 3))
    path = path_of(run_of(updates))
    assert SERIES_ROWS / 2 < len(path.updates) <= SERIES_ROWS
    whole = np.sqrt((updates**2).sum())
    np.testing.assert_allclose(path.updates.sum(axis=0), updates.sum(axis=0) / whole)


def test_noise_on_the_spot_is_little_progress():
    """A run that arrives in 50 of 2000 steps and trembles after that has made most of its way by then."""
    noise = 0.02 * np.random.default_rng(0).normal(size=(2000, 8))
    noise[:50] += 0.1
    path = path_of(run_of(noise))
    assert film.progress_steps(path)[1:][path.times <= 50 / 2000][-1] > 0.4
    lengths = np.sqrt((noise**2).sum(axis=1))
    assert lengths[:50].sum() / lengths.sum() < 0.2  # which the plain length would not tell


def test_there_and_back_again_still_moves():
    path = path_of(run_of(np.where(np.arange(4096) % 2, 1.0, -1.0)))
    assert path.lengths.sum() == pytest.approx(1.0)


def test_series_of_different_steps_are_one_path():
    run = Trajectory(
        "two",
        (
            Series("a", (10, 20, 30), (1.0, 1.0, 1.0), "update"),
            Series("b", (15, 30), (3.0, 4.0), "update"),
        ),
    )
    path = path_of(run)
    np.testing.assert_allclose(path.times, np.array([5, 10, 15, 25]) / 25)
    expected = [[1 / math.sqrt(3), 0.0], [0.0, 0.6], [1 / math.sqrt(3), 0.0], [1 / math.sqrt(3), 0.8]]
    np.testing.assert_allclose(path.updates, expected)


def test_words_go_one_after_the_other_through_each_epoch():
    run = word_run(epochs=3, words=4, dimensions=2)
    path = path_of(run)
    np.testing.assert_allclose(path.times, np.arange(1, 13) / 12)
    updates = np.diff(run.embedding().vectors, axis=0)
    np.testing.assert_allclose(path.updates, updates.reshape(12, 2) / np.sqrt((updates**2).sum()))
    epochs = path.lengths.reshape(3, 4).sum(axis=1)
    norms = np.sqrt((updates**2).sum(axis=(1, 2)))
    np.testing.assert_allclose(epochs, norms / norms.sum())


# the time axis


@pytest.mark.parametrize("run", [converging_run(), word_run(), run_of([[1.0]])])
def test_the_film_goes_through_the_run_from_end_to_end(run):
    moments = film.run_times(path_of(run))
    assert moments[0] == 0.0
    assert moments[-1] == 1.0
    assert (np.diff(moments) >= 0.0).all()


def test_progress_per_frame_is_bounded():
    """However steep the run, no moment of the film takes more than EASE / PACE times its share."""
    for decay in (1.0, 10.0, 1000.0):
        path = path_of(run_of(np.exp(-np.arange(3000) / decay)))
        progress = film.along(film.progress_steps(path)[:, None], path, film.run_times(path))[:, 0]
        assert np.diff(progress).max() * film.GRID <= film.EASE / film.PACE * 1.01


@given(arrays(np.float64, film.GRID + 1, elements=st.sampled_from([-1.0, -0.3, 0.0, 1.0])))
@settings(max_examples=10, deadline=None)
def test_smoothing_keeps_bounds_and_the_end_and_limits_speed(values):
    values[-1] = 0.0
    smoothed = film.smooth(values[:, None], 0.02)
    assert np.abs(smoothed).max() <= 1.0 + 1e-12
    assert smoothed[-1, 0] == 0.0
    assert (
        np.abs(np.diff(smoothed[:, 0])).max() * film.GRID <= 2.0 / (0.02 * math.sqrt(2.0 * math.pi)) * 1.001
    )


def test_smoothing_keeps_what_falls_falling_and_lines_straight():
    falling = np.where(film.FILM < 0.3, 1.0, 0.2) * (1.0 - film.FILM)
    assert (np.diff(film.smooth(falling[:, None], 0.05)[:, 0]) <= 1e-15).all()
    line = 1.0 - film.FILM[:, None]
    np.testing.assert_allclose(film.smooth(line, 0.05, keep_start=True), line, atol=1e-12)


def test_short_films_are_smoothed_over_frames():
    assert film.width_for(5000) == film.SMOOTH
    assert film.width_for(51) == film.SMOOTH_FRAMES / 50
    assert film.width_for(2) == 0.1


# what moves how


@given(bounded, bounded, bounded, bounded, bounded, bounded, signals)
def test_maps_never_stretch_much_more_than_the_base(a, d, b, e, x, y, signals):
    base = np.array([a, d, b, e, x, y])
    values = drives.affine(base, signals, 1.0)
    stretch = largest_stretch(base)
    for row in values:
        assert (
            largest_stretch(row)
            <= max(1.05 * stretch, 0.5 * (1.0 + stretch) if stretch < 0.9 else 0.0) + 1e-9
        )
        if stretch < 0.95:
            assert largest_stretch(row) < 1.0
        assert np.hypot(*(row[4:] - base[4:])) <= drives.MOVE * math.sqrt(2.0) + 1e-12


def test_signals_of_nothing_give_the_base():
    for drive in drives.drives_of(flower()):
        base = np.array(drive.base)
        values = drive.law(base, np.zeros((3, drive.channels)))
        np.testing.assert_allclose(values, np.tile(base, (3, 1)), rtol=1e-15, atol=1e-15)


@given(st.floats(0.0, 1.0), arrays(np.float64, (9, 1), elements=st.floats(-3.0, 3.0)))
def test_shares_stay_shares(value, signals):
    values = drives.within(np.array([value]), signals, 0.6)
    assert ((values >= 0.0) & (values <= 1.0)).all()


def test_signals_move_maps_as_they_say():
    base = np.array([0.5, 0.0, 0.0, 0.5, 0.3, 0.4])
    rows = drives.affine(base, np.eye(6), 1.0)
    turned = np.degrees(np.arctan2(rows[0, 1], rows[0, 0]))
    assert turned == pytest.approx(math.degrees(drives.TURN))
    np.testing.assert_allclose(rows[1, [0, 3]], 0.5 * math.exp(drives.SIZE))
    assert rows[2, 0] * rows[2, 3] == pytest.approx(0.25)
    assert rows[2, 0] / rows[2, 3] == pytest.approx(math.exp(2 * drives.ASPECT))
    assert rows[3, 2] == pytest.approx(0.5 * drives.SHEAR)
    np.testing.assert_allclose(rows[4:, 4:] - base[4:], drives.MOVE * 0.5 * np.eye(2), atol=1e-15)


# the bud and the wind


def test_an_open_flame_is_left_as_it_is():
    names, base = ("xform1.coefs[0]", "xform1.linear"), np.array([[0.5, 1.0]])
    columns = tuple(f"xform1.coefs[{i}]" for i in range(6)) + names[1:]
    base = np.array([[0.5, 0.1, 0.2, 0.5, 0.0, 0.0, 1.0]])
    np.testing.assert_array_equal(close_bud(gasket(), columns, base, np.zeros(1)), base)


def test_a_final_xform_makes_the_bud_small():
    flame = flower()
    all_drives = drives.drives_of(flame)
    names = tuple(name for drive in all_drives for name in drive.names)
    base = np.array([[value for drive in all_drives for value in drive.base]])
    closed = close_bud(flame, names, base, np.ones(1))[0]
    assert closed[names.index("final.julia3D")] == pytest.approx(2.0 * math.exp(SMALL))
    main = [names.index(f"xform2.coefs[{i}]") for i in range(6)]
    assert largest_stretch(closed[main]) < largest_stretch(base[0, main])
    np.testing.assert_array_equal(closed[main[4:]], base[0, main[4:]])
    changed = {names[i] for i in np.flatnonzero(closed != base[0])}
    assert changed == {"final.julia3D", *(f"xform2.coefs[{i}]" for i in range(4))}


def test_without_a_final_xform_the_flame_itself_is_small():
    """Each map becomes k F(x / k), so points of the closed gasket are k times points of the open one."""
    first = Xform(variations=(Variation("spherical", 0.7),), coefs=(0.4, 0.3, -0.3, 0.4, 0.2, 0.1))
    main = Xform(variations=(Variation("linear", 1.0),), post=(1.0, 0.0, 0.0, 1.0, 0.5, 0.5), weight=2.0)
    flame = Flame("two", (first, main))
    all_drives = drives.drives_of(flame)
    names = tuple(name for drive in all_drives for name in drive.names)
    base = np.array([[value for drive in all_drives for value in drive.base]])
    closed = dict(zip(names, close_bud(flame, names, base, np.ones(1))[0].tolist(), strict=True))
    k = math.exp(SMALL)
    assert closed["xform1.spherical"] == pytest.approx(0.7 * k)
    assert closed["xform1.coefs[0]"] == pytest.approx(0.4 / k)
    assert closed["xform1.coefs[4]"] == 0.2
    assert closed["xform2.post[4]"] == pytest.approx(0.5 * k)
    assert closed["xform2.post[0]"] == 1.0


def test_a_flame_far_from_the_origin_stays_in_view():
    far = Flame("far", gasket().xforms, camera=Camera(size=(400, 300), scale=100.0, center=(5.0, 0.0)))
    names = tuple(name for drive in drives.drives_of(far) for name in drive.names)
    base = np.array([[value for drive in drives.drives_of(far) for value in drive.base]])
    closed = close_bud(far, names, base, np.ones(1))[0]
    size = closed[names.index("xform1.linear")]
    assert (1.0 - size) * 5.0 == pytest.approx(0.6 * 1.5)  # the bud moves by 0.6 of the half height


def test_sways_are_bounded_smooth_and_home_at_the_end():
    for frames in (2, 24, 72, 900):
        signals = wind.sways(frames, 20, seed=4)
        assert signals.shape == (frames, 20)
        assert np.abs(signals).max() <= 2.0
        assert (signals[-1] == 0.0).all()
        if frames >= 72:
            moved = np.abs(np.diff(signals, axis=0)).mean(axis=1)
            assert moved.min() > 0.4 * moved.mean()  # never still, up to the last frame
            assert moved.max() < 2.0 * moved.mean()


def test_sways_of_a_loop_go_round():
    where = film.moments_of(200, loop=True)
    signals = wind.sways(200, 9, 1, where, loop=True)
    assert (signals[film.turn_of(200, loop=True)] == 0.0).all()
    steps = np.abs(np.diff(np.concatenate([signals, signals[:1]]), axis=0)).mean(axis=1)
    assert steps[-1] < 1.2 * max(steps[-2], steps[0])


# symmetry


def test_what_makes_a_flower_symmetric_is_turned_at_most():
    turn = Xform(weight=5.0, coefs=(0.6, 0.8, -0.8, 0.6, 0.0, 0.0), variations=(Variation("linear", 1.0),))
    flame = Flame("symmetric", (*gasket().xforms, turn))
    names = tuple(name for drive in drives.drives_of(flame) for name in drive.names)
    assert "xform4.weight" not in names
    curves = grow(converging_run(), flame, frames=60)
    coefs = curves.values[:, [names.index(f"xform4.coefs[{k}]") for k in range(6)]]
    maps = coefs[:, [0, 2, 1, 3]].reshape(-1, 2, 2)
    np.testing.assert_allclose(maps @ maps.transpose(0, 2, 1), np.tile(np.eye(2), (60, 1, 1)), atol=1e-12)
    assert np.ptp(coefs[:, 0]) > 0.005
    weights = curves.values[:, [names.index(f"xform{k}.weight") for k in (1, 2, 3)]]
    np.testing.assert_allclose(weights.sum(axis=1), 3.0 * gasket().xforms[0].weight)
    assert np.ptp(weights, axis=0).min() > 0.05


def test_a_map_that_is_applied_over_and_over_moves_less():
    spiral = Xform(weight=9.0, coefs=(0.9, 0.1, -0.1, 0.9, 0.0, 0.0), variations=(Variation("linear", 1.0),))
    once = Xform(weight=1.0, coefs=(0.3, 0.0, 0.0, 0.3, 1.0, 0.0), variations=(Variation("linear", 1.0),))
    flame = Flame("spiral", (spiral, once))
    assert drives.calm(flame, spiral) < 0.25
    assert drives.calm(flame, once) == 1.0
