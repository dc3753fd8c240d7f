"""Every choice of the growth, and what holds whatever is chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bloom_blender.errors import BloomError
from bloom_blender.growth import Binding, film, fit, grow, parse_binding, targets_of
from bloom_blender.growth.divergence import divergence_of
from bloom_blender.growth.mapping import DRIVES, TIMES, layers_of
from bloom_blender.growth.path import path_of
from bloom_blender.trajectory import Series, Trajectory, read_trajectory
from tests.growth.samples import converging_run, flower, gasket, run_of, word_run
from tests.support import data_path

FRAMES = 48


def full_run(seed=0, steps=120, unit=1.0, offset=0) -> Trajectory:
    """Three layers that settle one after the other, a loss that falls, and a learning rate."""
    generator = np.random.default_rng(seed)
    numbers = np.arange(steps)
    layers = []
    for layer in range(3):
        fading = np.exp(-numbers / (10.0 + 15.0 * layer))
        updates = fading[:, None] * generator.normal(0.3, 1.0, size=(steps, 4))
        layers.append(Series(f"update/layer{layer}", numbers + offset, unit * updates, "update"))
    loss = unit * (0.2 + 3.0 * np.exp(-numbers / 20.0) + 0.01 * generator.normal(size=steps))
    return Trajectory(
        f"run {seed}",
        (
            *layers,
            Series("train/loss", numbers + offset, loss, "metric"),
            Series("learning_rate", numbers + offset, np.linspace(1.0, 0.0, steps), "metric"),
        ),
    )


def metrics_of(run: Trajectory) -> Trajectory:
    return Trajectory(run.name, tuple(one for one in run.series if one.kind == "metric"))


BINDINGS = (
    Binding("train/loss", "bud"),
    Binding("train/loss", "xform1.coefs.turn", 0.5),
    Binding("update/layer1", "xform2.weight", -0.5),
    Binding("learning_rate", "palette.phase"),
)


def film_of(run, flame=None, frames=FRAMES, **options):
    if options.get("drive") == "hand":
        options.setdefault("bindings", BINDINGS)
    return grow(run, flame or flower(), frames=frames, **options)


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("drive", DRIVES)
def test_every_choice_ends_on_the_base_and_opens_the_bud(drive, time):
    curves = film_of(full_run(), drive=drive, time=time)
    assert curves.values[-1].tobytes() == curves.base.tobytes()
    size = curves.values[:, curves.names.index("final.julia3D")]
    assert size[0] < 0.8 * size[-1]
    assert len(np.unique(curves.values, axis=0)) > FRAMES // 2


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(DRIVES),
    st.sampled_from(TIMES),
    st.floats(1e-12, 1e12),
    st.floats(0.0, 5.0),
    st.booleans(),
)
def test_units_leave_no_trace_whatever_is_chosen(drive, time, unit, smoothing, loop):
    options = {"drive": drive, "time": time, "smoothing": smoothing, "loop": loop}
    one, other = film_of(full_run(), **options), film_of(full_run(unit=unit), **options)
    np.testing.assert_allclose(other.values, one.values, rtol=1e-9, atol=1e-9)


def test_the_numbers_of_the_steps_leave_no_trace():
    one, other = film_of(full_run()), film_of(full_run(offset=10_000))
    np.testing.assert_allclose(other.values, one.values, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("time", TIMES)
def test_time_never_goes_backwards(time):
    mapping = fit(full_run(), time=time)
    assert (np.diff(mapping.steps) >= 0.0).all()
    assert mapping.steps[0] == pytest.approx(-1.0, abs=1.0)
    assert mapping.steps[-1] == pytest.approx(119.0)


def test_each_time_is_told_by_what_it_says():
    shown = {time: fit(full_run(), time=time).steps for time in TIMES}
    middle = film.GRID // 2
    assert shown["step"][middle] == pytest.approx(59.0, abs=1.0)
    assert shown["log"][middle] == pytest.approx(np.sqrt(120.0) - 1.0, abs=1.5)
    # half of what 3 exp(-t / 20) falls, has fallen at 20 ln 2
    assert shown["loss"][middle] == pytest.approx(20.0 * np.log(2.0), abs=2.0)
    assert shown["learning"][middle] < shown["step"][middle]
    with pytest.raises(BloomError, match="no metric to tell time by"):
        fit(converging_run(), time="loss")
    with pytest.raises(BloomError, match="has no series named 'nll'"):
        fit(full_run(), time="loss", metric="nll")


# Drives


def test_a_layer_moves_its_xform_and_no_other():
    run = full_run()
    louder = Trajectory(
        run.name,
        tuple(
            replace(one, values=one.values[::-1].copy()) if one.name == "update/layer2" else one
            for one in run.series
        ),
    )
    options = {"drive": "layers", "time": "step", "bud": 0.0, "wind": 0.0}
    one, other = film_of(run, gasket(), **options), film_of(louder, gasket(), **options)
    moved = np.abs(one.values - other.values).max(axis=0) > 1e-3
    # √left follows all layers, so the others change a little in size; their shape stays.
    for number, changed in ((1, False), (2, False), (3, True)):
        columns = [k for k, name in enumerate(one.names) if name.startswith(f"xform{number}.")]
        shapes = [
            np.corrcoef(one.values[:, k], other.values[:, k])[0, 1]
            for k in columns
            if np.ptp(one.values[:, k]) > 1e-9
        ]
        assert (np.median(shapes) < 0.9) == changed, (number, shapes)
    assert moved.any()


def test_layers_are_shared_out_in_order():
    assert [layers_of(xform, 4, 2) for xform in range(4)] == [[0], [0], [1], [1]]
    assert [layers_of(xform, 2, 5) for xform in range(2)] == [[0, 1], [2, 3, 4]]
    for xforms in range(1, 9):
        for layers in range(1, 20):
            used = [layer for xform in range(xforms) for layer in layers_of(xform, xforms, layers)]
            assert sorted(set(used)) == list(range(layers))
            assert used == sorted(used)


def test_a_loss_alone_grows_a_flower():
    curves = film_of(metrics_of(full_run()), frames=120)
    away = np.abs(curves.values - curves.base).sum(axis=1)
    assert away[:30].mean() > 3.0 * away[90:].mean()
    moving = np.ptp(curves.values, axis=0) > 1e-6
    assert moving.mean() > 0.8
    weights = [curves.names.index(f"xform{k}.weight") for k in (1, 2)]
    assert abs(np.corrcoef(curves.values[:, weights].T)[0, 1]) < 0.999  # not all in step


def test_gaps_in_a_metric_leave_no_trace():
    numbers = np.arange(100)
    loss = np.exp(-numbers / 30.0)
    holed = np.where(numbers % 3 == 1, np.nan, loss)
    holed[-2:] = loss[-2:]
    kept = np.isfinite(holed)
    with_gaps = Trajectory("gaps", (Series("loss", numbers, holed, "metric"),))
    without = Trajectory("gaps", (Series("loss", numbers[kept], loss[kept], "metric"),))
    assert divergence_of(with_gaps, with_gaps.series) is None
    np.testing.assert_array_equal(film_of(with_gaps).values, film_of(without).values)


def test_the_metrics_that_tell_are_chosen():
    run = metrics_of(full_run())
    assert [part.name for part in path_of(run).parts] == ["train/loss"]
    speed = Trajectory("speed", (Series("steps_per_second", np.arange(9), np.arange(9.0) ** 2, "metric"),))
    assert [part.name for part in path_of(speed).parts] == ["steps_per_second"]
    assert [part.name for part in path_of(full_run(), "update/*").parts] == [
        f"update/layer{k}" for k in range(3)
    ]


def test_by_hand_only_what_is_bound_moves():
    options = {"drive": "hand", "bud": 0.0, "wind": 0.0, "time": "step", "smoothing": 0.0}
    curves = film_of(full_run(), bindings=(Binding("train/loss", "xform1.weight", 1.0),), **options)
    moving = {
        name for name, column in zip(curves.names, curves.values.T, strict=True) if np.ptp(column) > 1e-12
    }
    assert moving == {"xform1.weight"}
    weight = np.log(curves.values[:, curves.names.index("xform1.weight")])
    loss = full_run().series_named("train/loss").values
    at = np.interp(np.linspace(0, 119, FRAMES), np.arange(120), loss)
    assert np.corrcoef(weight, at)[0, 1] > 0.99
    assert weight[0] - weight[-1] == pytest.approx(np.log(2.5), rel=0.05)
    mirrored = film_of(full_run(), bindings=(Binding("train/loss", "xform1.weight", -1.0),), **options)
    other = np.log(mirrored.values[:, curves.names.index("xform1.weight")])
    np.testing.assert_allclose(other - other[-1], weight[-1] - weight, atol=1e-9)


def test_bindings_are_read_and_checked():
    assert parse_binding("train/loss=xform1.coefs.turn:0.5") == Binding(
        "train/loss", "xform1.coefs.turn", 0.5
    )
    assert parse_binding("a=b=bud") == Binding("a=b", "bud", 1.0)
    for text in ("loss", "=bud", "loss=", "loss=bud:much", "loss=bud:nan", "loss=bud:99"):
        with pytest.raises(BloomError, match="binding|gain"):
            parse_binding(text)
    assert {"bud", "xform1.coefs.turn", "xform2.waves2_freqx", "palette.phase"} <= set(targets_of(flower()))
    for wrong in (Binding("train/loss", "xform9.weight"), Binding("gone", "bud")):
        with pytest.raises(BloomError, match="choose"):
            film_of(full_run(), drive="hand", bindings=(wrong,))
    with pytest.raises(BloomError, match="nothing is bound"):
        film_of(full_run(), drive="hand", bindings=())


# Stillness, restlessness, divergence


@pytest.mark.parametrize("drive", ["all", "layers"])
def test_a_converged_run_is_still(drive):
    run = full_run(steps=400)
    still = Trajectory(
        "converged",
        tuple(
            replace(one, values=np.where(one.steps[:, None] < 100, one.values, 0.0))
            for one in run.series
            if one.kind == "update"
        ),
    )
    curves = film_of(still, drive=drive, time="step", frames=400, wind=10.0)
    away = np.abs(curves.values - curves.base).max(axis=1)
    assert away[:80].min() > 0.03
    # The smoothing reaches 4 of its widths beyond step 100, and the wind half a window of 0.05.
    assert away[148:].max() == 0.0


def test_straight_on_is_no_wind_and_noise_is():
    calm = film_of(run_of(np.ones((100, 3))), bud=0.0, gain=0.0)
    assert np.ptp(calm.values, axis=0).max() < 1e-12
    noise = film_of(run_of(np.random.default_rng(0).normal(size=(100, 3))), bud=0.0, gain=0.0)
    assert np.ptp(noise.values, axis=0).max() > 1e-3


def diverging_runs() -> dict[str, Trajectory]:
    run = full_run()
    updates = tuple(one for one in run.series if one.kind == "update")
    steps = np.arange(120)
    wild = np.exp(np.maximum(steps - 80, 0) / 2.0)
    loss = run.series_named("train/loss")
    return {
        "loss becomes NaN": Trajectory(
            "nan", (*updates, replace(loss, values=np.where(steps < 70, loss.values, np.nan)))
        ),
        "loss becomes infinite": Trajectory(
            "inf", (*updates, replace(loss, values=np.where(steps < 70, loss.values, np.inf)))
        ),
        "loss explodes": Trajectory("metric", (replace(loss, values=loss.values * wild),)),
        "updates explode": Trajectory(
            "blown", tuple(replace(one, values=one.values * wild[:, None]) for one in updates)
        ),
        "at once": Trajectory("never", (replace(loss, values=np.full(120, np.nan)),)),
        "beyond all numbers": Trajectory(
            "huge",
            (Series("w", steps, np.where(steps < 90, 1e-3, 1e308)[:, None] * np.ones(3), "update"),),
        ),
    }


@pytest.mark.parametrize("kind", diverging_runs())
@pytest.mark.parametrize("flame", [flower(), gasket()], ids=["flower", "gasket"])
def test_a_diverged_run_tears_the_flame_and_does_not_come_back(kind, flame):
    curves = grow(diverging_runs()[kind], flame, frames=120)
    assert np.isfinite(curves.values).all()

    def areas(row):
        return [
            abs(np.linalg.det(np.reshape(curves.parameters(row)[f"xform{k}.coefs"][:4], (2, 2))))
            for k in range(1, len(flame.xforms) + 1)
        ]

    base = [abs(np.linalg.det(np.reshape(xform.coefs[:4], (2, 2)))) for xform in flame.xforms]
    for number, (torn, whole) in enumerate(zip(areas(-1), base, strict=True)):
        assert torn > 1.5 * whole, number
    away = np.abs(curves.values - curves.base).sum(axis=1)
    assert away[-1] > 0.9 * away[-30:].max()  # and stays away
    loop = grow(diverging_runs()[kind], flame, frames=120, loop=True)
    np.testing.assert_array_equal(loop.values, curves.values)


def test_divergence_is_found_where_it_began():
    steps = {kind: divergence_of(run, run.series) for kind, run in diverging_runs().items()}
    assert steps["loss becomes NaN"] == steps["loss becomes infinite"] == 70
    assert 80 < steps["updates explode"] < 100
    assert 80 < steps["loss explodes"] < 100
    assert steps["at once"] == 0
    assert steps["beyond all numbers"] == 90


@pytest.mark.parametrize(
    "values",
    [
        np.exp(-np.arange(100) / 10.0),
        np.where(np.arange(100) == 60, 1e6, np.exp(-np.arange(100) / 10.0)),  # a spike that it recovers from
        np.where(np.arange(100) < 70, 0.5 + np.exp(-np.arange(100.0)), 2.0),  # other data
        np.cumsum(np.random.default_rng(0).normal(size=100)),
        np.full(100, 3.0),
        np.array([1.0, 50.0, 3000.0]),  # too short to tell
        np.where(np.arange(100) == 40, np.nan, 1.0),
    ],
)
def test_what_is_no_divergence(values):
    run = Trajectory("fine", (Series("loss", np.arange(len(values)), values, "metric"),))
    assert divergence_of(run, run.series) is None


def test_before_it_diverges_a_run_opens_as_far_as_it_came():
    early, late = (
        Trajectory(
            "nan",
            tuple(
                replace(one, values=np.where(one.steps < stop, one.values, np.nan))
                if one.name == "train/loss"
                else one
                for one in full_run().series
            ),
        )
        for stop in (30, 100)
    )
    sizes = []
    for run in (early, late):
        curves = grow(run, flower(), frames=200, gain=0.0, wind=0.0)
        size = curves.values[:, curves.names.index("final.julia3D")]
        sizes.append(size.max() / curves.base[curves.names.index("final.julia3D")])
    assert sizes[0] < sizes[1] < 1.0


# Loops


@settings(max_examples=20, deadline=None)
@given(st.integers(30, 200), st.sampled_from(["all", "layers", "metric"]))
def test_a_loop_turns_at_the_base_and_closes(frames, drive):
    curves = film_of(full_run(), frames=frames, drive=drive, loop=True)
    turn = film.turn_of(frames, loop=True)
    assert curves.values[turn].tobytes() == curves.base.tobytes()
    steps = np.abs(np.diff(np.concatenate([curves.values, curves.values[:1]]), axis=0)).max(axis=1)
    assert steps[-1] <= 1.5 * steps[:-1].max()  # the beginning is where it moves most


def test_the_seam_of_a_loop_cannot_be_told_from_what_is_around_it():
    curves = film_of(full_run(), frames=400, loop=True)
    circle = np.concatenate([curves.values, curves.values])
    steps = np.abs(np.diff(circle, axis=0)).sum(axis=1)
    assert steps[399] < 1.1 * max(steps[398], steps[400])
    assert np.abs(np.diff(circle, 2, axis=0)).sum(axis=1)[397:401].max() < 0.5 * steps.max()


# Comparing runs


def test_a_mapping_applied_to_its_own_run_is_the_film():
    run = full_run()
    mapping = fit(run)
    again = full_run()  # equal, and another object
    np.testing.assert_array_equal(
        mapping.apply(run, flower(), frames=30).values, grow(run, flower(), frames=30).values
    )
    np.testing.assert_allclose(
        mapping.apply(again, flower(), frames=30).values, grow(run, flower(), frames=30).values, atol=1e-12
    )


@pytest.mark.parametrize("drive", DRIVES)
def test_runs_of_one_model_are_compared_by_one_mapping(drive):
    one, other = full_run(0), full_run(1)
    own = film_of(other, drive=drive)
    compared = film_of(other, drive=drive, like=one)
    assert compared.names == own.names
    assert compared.values[-1].tobytes() == compared.base.tobytes()
    assert (compared.values != own.values).any()


def test_half_the_way_looks_like_less():
    """A run that goes half as far is shown as less by the mapping of the other, and as much by its own."""
    run = full_run()
    half = Trajectory(
        "half",
        tuple(replace(one, values=0.5 * one.values) if one.kind == "update" else one for one in run.series),
    )
    options = {"bud": 0.0, "wind": 0.0, "time": "step"}
    whole, less = film_of(run, **options), film_of(half, like=run, **options)
    away = [np.abs(curves.values - curves.base).sum() for curves in (whole, less)]
    assert 0.4 < away[1] / away[0] < 0.9  # half the way is shown as less, not scaled up to the same
    alone = film_of(half, **options)
    np.testing.assert_allclose(alone.values, whole.values, atol=1e-9)


def test_a_frame_shows_the_same_step_of_both_runs():
    mapping = fit(full_run(steps=120))
    short, long = full_run(1, steps=60), full_run(1, steps=240)
    own = mapping.steps_shown(full_run(steps=120), 101)
    np.testing.assert_allclose(mapping.steps_shown(short, 101), np.clip(own, None, 59), atol=1.0)
    shown = mapping.steps_shown(long, 101)
    assert shown[-1] == pytest.approx(239.0)
    np.testing.assert_allclose(shown, 2.0 * own + 1.0, atol=2.5)


def test_a_mapping_needs_what_it_was_fitted_on():
    with pytest.raises(BloomError, match="has no 'update/layer0', which the mapping was fitted on"):
        film_of(converging_run(), like=full_run())


# Real runs


@pytest.mark.parametrize("side", ["src", "tgt"])
def test_one_language_like_the_other(side):
    runs = {name: read_trajectory(data_path("bloom/embeddings"), side=name) for name in ("src", "tgt")}
    other = {"src": "tgt", "tgt": "src"}[side]
    with pytest.raises(BloomError, match="which the mapping was fitted on"):
        grow(runs[side], flower(), frames=20, like=runs[other])


def test_words_grow_with_every_time():
    for time in ("learning", "step", "log"):
        curves = grow(word_run(), flower(), frames=30, time=time)
        assert curves.values[-1].tobytes() == curves.base.tobytes()
