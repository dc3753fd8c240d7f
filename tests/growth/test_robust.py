"""What the default mapping promises of any run on any flame."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bloom_blender.errors import BloomError
from bloom_blender.flame.model import Flame, Variation, Xform
from bloom_blender.flame.parameters import parameters_of, with_parameters
from bloom_blender.flame.xml import read_flame
from bloom_blender.growth.bud import SMALL
from bloom_blender.growth.divergence import divergence_of
from bloom_blender.growth.drives import drives_of
from bloom_blender.growth.grow import grow
from bloom_blender.growth.mapping import ROAM
from bloom_blender.growth.robust import robust
from bloom_blender.growth.wind import PERIOD
from bloom_blender.trajectory import Embeddings, Series, Trajectory, read_trajectory
from tests.growth.samples import converging_run, flower, gasket, run_of, word_run
from tests.support import REPOSITORY, data_path

numbers = st.floats(-100.0, 100.0, allow_nan=False).map(lambda x: round(x, 3))
update_arrays = st.tuples(st.integers(1, 30), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=numbers)
)
moving = update_arrays.filter(
    lambda updates: updates.any() and divergence_of(run_of(updates), run_of(updates).series) is None
)
flames = st.sampled_from([flower(), gasket()])
strengths = st.floats(0.0, 2.0)


def columns(curves, ending):
    return [i for i, name in enumerate(curves.names) if name.endswith(ending)]


@settings(max_examples=60, deadline=None)
@given(moving, flames, st.integers(2, 40), strengths, strengths, strengths, st.integers(0, 5))
def test_every_film_is_finite_lawful_and_ends_on_the_base(updates, flame, frames, bud, wind, gain, seed):
    curves = robust(run_of(updates), flame, frames=frames, bud=bud, wind=wind, gain=gain, seed=seed)
    assert curves.values.shape == (frames, len(curves.names))
    assert curves.order == "time"
    assert curves.values[-1].tobytes() == curves.base.tobytes()
    assert (curves.values[:, columns(curves, ".weight")] > 0.0).all()
    for ending in (".opacity", ".color"):
        shares = curves.values[:, columns(curves, ending)]
        assert ((shares >= 0.0) & (shares <= 1.0)).all()


@settings(max_examples=40, deadline=None)
@given(moving, st.floats(1e-30, 1e30), st.integers(0, 3))
def test_units_leave_no_trace(updates, unit, seed):
    flame = flower()
    one = robust(run_of(updates), flame, frames=24, seed=seed)
    other = robust(run_of(unit * updates), flame, frames=24, seed=seed)
    np.testing.assert_allclose(other.values, one.values, rtol=1e-12, atol=1e-12)


def test_the_base_is_what_the_flame_says():
    flame = flower()
    curves = robust(converging_run(), flame, frames=10)
    assert with_parameters(flame, curves.parameters(-1)) == flame
    known = {parameter.name: parameter.value for parameter in parameters_of(flame)}
    for name, value in curves.parameters(-1).items():
        assert known[name] == value
    assert with_parameters(flame, curves.parameters(0)) != flame


@pytest.mark.parametrize("frames", [72, 900])
@pytest.mark.parametrize(
    "run",
    [
        converging_run(),
        word_run(),
        run_of(np.ones((50, 2))),
        run_of(np.random.default_rng(0).normal(size=(2000, 12))),  # wanders and never arrives
        run_of(np.where(np.arange(400) == 3, 1.0, 1e-6)[:, None] * np.ones(3)),  # all in one step
        run_of(np.random.default_rng(1).normal(size=(2, 3))),
    ],
    ids=["descent", "words", "straight", "walk", "jump", "two steps"],
)
def test_frames_follow_each_other_without_jumps(run, frames):
    """No step is larger than a share of what the parameter can do.

    The run's own movement has what the smoothing leaves it; the sways of two sines have their speed.
    """
    flame = flower()
    curves = robust(run, flame, frames=frames)
    wanderer = run_of(np.random.default_rng(2).normal(size=(2000, 24)))
    ranges = np.max(
        [np.ptp(robust(wanderer, flame, frames=200, seed=s).values, axis=0) for s in range(4)], axis=0
    )
    steps = np.abs(np.diff(curves.values, axis=0)).max(axis=0)
    period = min(PERIOD, frames / 6.0)
    sway = 2.0 * math.pi / period * 1.15 * (0.7 + 0.3 * 1.618) * ROAM / 2.0
    assert (steps <= ((0.25 if frames == 72 else 0.06) + sway) * ranges).all()


@pytest.mark.parametrize("run", [converging_run(), word_run()], ids=["descent", "words"])
def test_it_is_wild_at_first_and_calms_down(run):
    curves = robust(run, flower(), frames=240, wind=0.0)
    reach = np.abs(curves.values - curves.base).max(axis=0)
    away = np.sqrt((((curves.values - curves.base) / reach) ** 2).mean(axis=1))
    quarters = away.reshape(4, 60).mean(axis=1)
    assert quarters[0] > 0.4
    assert (np.diff(quarters) < 0.0).all()
    assert quarters[3] < 0.3 * quarters[0]
    assert away[-12:].max() < 0.1


def test_short_and_long_films_show_the_same():
    """What sways does so frame by frame; all else is at the same place at the same share of the film."""
    short, long = (robust(word_run(), flower(), frames=frames) for frames in (301, 901))
    swaying = [sways for drive in drives_of(flower()) for sways in [any(drive.sways)] * len(drive.names)]
    chosen = ~np.array(swaying)
    assert chosen.sum() >= 3
    one, other = short.values[:, chosen], long.values[::3, chosen]
    assert (np.abs(one - other) / np.abs(other - other[-1]).max(axis=0)).max() < 0.05
    bud = [robust(word_run(), flower(), frames=frames, gain=0.0, wind=0.0).values for frames in (301, 901)]
    np.testing.assert_allclose(bud[0], bud[1][::3], atol=0.01)


def test_time_order_is_kept():
    """A run that moves late holds its first shape for longer than the same run backwards."""
    noise = np.random.default_rng(0).normal(size=(200, 4))
    late = np.where(np.arange(200)[:, None] < 150, 0.02, 1.0) * (1.0 + noise)
    away = []
    for updates in (late, late[::-1]):
        values = robust(run_of(updates), gasket(), frames=101, wind=0.0, gain=0.0).values
        away.append(np.abs(values - values[-1]).sum(axis=1) / np.abs(values[0] - values[-1]).sum())
    assert (away[0][5:80] > away[1][5:80]).all()


def test_a_run_that_arrives_at_once_still_opens_over_the_film():
    updates = np.exp(-np.arange(5000) / 8.0)[:, None] * np.array([1.0, -2.0, 0.5])
    for frames in (72, 900):
        size = robust(run_of(updates), gasket(), frames=frames, gain=0.0, wind=0.0)
        linear = size.values[:, size.names.index("xform1.linear")]
        opened = (linear - linear[0]) / (linear[-1] - linear[0])
        assert opened[3] < 0.15
        assert 0.3 < opened[frames // 3] < 0.8
        assert opened[frames * 9 // 10] > 0.95


def test_each_strength_turns_its_part_off():
    run, flame = converging_run(), flower()
    still = robust(run, flame, frames=50, bud=0.0, wind=0.0, gain=0.0)
    np.testing.assert_allclose(still.values, np.tile(still.base, (50, 1)), rtol=1e-14, atol=1e-14)
    parts = {}
    for part in ("bud", "wind", "gain"):
        options = {"bud": 0.0, "wind": 0.0, "gain": 0.0, part: 1.0}
        away = np.abs(robust(run, flame, frames=50, **options).values - still.base)
        parts[part] = away
        assert away.max() > 0.01
    weight = still.names.index("xform2.weight")
    assert parts["bud"][:, weight].max() < 1e-12
    assert parts["wind"][:, weight].max() < 1e-12
    assert parts["wind"].max() < parts["gain"].max()
    twice = np.abs(robust(run, flame, frames=50, bud=0.0, wind=2.0, gain=0.0).values - still.base)
    assert 1.5 < twice.max() / parts["wind"].max() < 2.5


def test_the_flame_at_rest_breathes_as_the_run_does_up_to_the_last_frame():
    generator = np.random.default_rng(3)
    noise = generator.normal(size=(400, 4)) + 0.5

    def trembling(late):
        updates = np.where(np.arange(400)[:, None] < 200, 1.0, late) * noise
        options = {"frames": 300, "bud": 0.0, "gain": 0.0}
        return robust(run_of(updates), flower(), **options).values

    restless, quiet, dead = (np.abs(np.diff(trembling(late)[240:], axis=0)) for late in (0.5, 1e-4, 0.0))
    assert restless.mean() > 1.5 * quiet.mean() > 0.0
    assert dead[25:].max() < 1e-12
    for moved in (restless, quiet):
        assert moved.sum(axis=1).min() > 0.2 * moved.sum(axis=1).mean()  # never still
        assert moved.sum(axis=1).max() < 3.0 * moved.sum(axis=1).mean()


def test_integers_zeros_and_the_unknown_are_left_alone():
    names = {name.partition("[")[0] for name in robust(converging_run(), flower(), frames=2).names}
    assert "xform2.waves2_freqx" in names
    for name in (
        "final.julia3D_power",
        "xform2.waves2_freqz",
        "xform1.color_speed",
        "palette.phase",
        "final.weight",
    ):
        assert name not in names
    odd = Flame(
        "odd",
        (
            Xform(
                weight=-1.0,
                opacity=1.5,
                color=-0.5,
                xaos=(1.0, 0.5),
                variations=(Variation("nonesuch", 1.0),),
            ),
            Xform(weight=0.0, variations=(Variation("linear", 0.0), Variation("linear", 1.0))),
        ),
    )
    curves = robust(converging_run(), odd, frames=5)
    assert {name.partition("[")[0] for name in curves.names} == {
        "xform1.coefs",
        "xform2.coefs",
        "xform2.linear",
    }


def test_seeds_and_sources_choose():
    run, flame = converging_run(), flower()
    assert (robust(run, flame, frames=9).values == robust(run, flame, frames=9, seed=0).values).all()
    assert (robust(run, flame, frames=9).values != robust(run, flame, frames=9, seed=1).values).any()
    both = Trajectory(
        "both",
        (
            Series("first", np.arange(5), np.arange(15.0).reshape(5, 3), "update"),
            Series("second", np.arange(3, 9), np.ones(6), "update"),
            Series("loss", np.arange(5), np.ones(5), "metric"),
        ),
        word_run().embeddings,
    )
    films = [
        robust(both, flame, frames=9, source=name).values for name in (None, "first", "second", "source")
    ]
    for i, one in enumerate(films):
        for other in films[:i]:
            assert (one != other).any()
    with pytest.raises(BloomError, match="choose one of first, second, loss, source"):
        robust(both, flame, frames=9, source="gone")


def test_runs_that_do_not_move_are_refused():
    flame = flower()
    with pytest.raises(BloomError, match="never moves"):
        robust(run_of(np.zeros((4, 2))), flame, frames=5)
    still = Embeddings("source", ("a",), np.arange(3), np.ones((3, 1, 2)))
    with pytest.raises(BloomError, match="never changes"):
        robust(Trajectory("still", (), (still,)), flame, frames=5)
    with pytest.raises(BloomError, match="two or more"):
        robust(Trajectory("one", (), (Embeddings("s", ("a",), (1,), np.ones((1, 1, 2))),)), flame, frames=5)
    loss = Series("loss", np.arange(3), np.ones(3), "metric")
    with pytest.raises(BloomError, match="its metrics are constant or have one entry"):
        robust(Trajectory("metrics", (loss,)), flame, frames=5)


def test_numbers_near_the_limits_do_not_overflow():
    vectors = np.array([[[1.0], [0.3]], [[-1.0], [0.2]], [[0.0], [0.25]]])
    films = [
        robust(
            Trajectory("huge", (), (Embeddings("source", ("a", "b"), np.arange(3), unit * vectors),)),
            flower(),
            frames=5,
        ).values
        for unit in (1.0, 1.7e308)
    ]
    np.testing.assert_allclose(films[1], films[0], rtol=1e-12, atol=1e-12)


def test_all_layers_have_the_same_voice():
    """A layer whose numbers are a million times smaller moves the flame as much."""
    generator = np.random.default_rng(0)
    layers = [generator.normal(size=(50, 3)) for _ in range(2)]

    def film(unit):
        series = tuple(
            Series(name, np.arange(50), values * scale, "update")
            for name, values, scale in zip("ab", layers, (1.0, unit), strict=True)
        )
        return robust(Trajectory("layers", series), flower(), frames=20).values

    np.testing.assert_allclose(film(1e-6), film(1.0), rtol=1e-9, atol=1e-9)


def test_a_large_vocabulary_is_gathered_into_groups():
    run = word_run(epochs=3, words=9000, dimensions=2)
    curves = robust(run, gasket(), frames=30)
    assert np.isfinite(curves.values).all()


@pytest.fixture(scope="module")
def real_runs():
    return {side: read_trajectory(data_path("bloom/embeddings"), side=side) for side in ("src", "tgt")}


@pytest.mark.parametrize(
    ("name", "side", "frames"),
    [
        ("willowisp", "src", 900),
        ("willowisp", "tgt", 72),
        ("hearts", "tgt", 72),
        ("fireflies", "src", 72),
        ("neon", "tgt", 900),
        ("brick", "src", 72),
        ("crucible", "tgt", 72),
    ],
)
def test_the_real_run_opens_the_real_flames(real_runs, name, side, frames):
    flame = read_flame(data_path(f"bloom/flames/{name}.flame"))
    curves = grow(real_runs[side], flame, frames=frames)
    values = curves.values
    assert with_parameters(flame, curves.parameters(-1)) == flame
    assert (values[:, columns(curves, ".weight")] > 0.0).all()
    assert (np.abs(values) < 3.0 * np.abs(curves.base) + 1.5).all()
    size = values[:, curves.names.index("final.julia3D")]
    assert size[0] < 1.3 * math.exp(SMALL) * size[-1]  # the factor leaves room for the run's own swings
    assert size[frames // 2] > 0.75 * size[-1]


def test_the_example_run_opens_a_flower():
    path = REPOSITORY / "examples" / "runs" / "translation_en_fr.bloom"
    if not path.exists():
        pytest.skip("the example run is not in this checkout")
    run = read_trajectory(path)
    for source in (None, run.embeddings[0].name):
        values = grow(run, flower(), frames=240, source=source).values
        away = np.abs(values - values[-1]) / np.abs(values - values[-1]).max(axis=0)
        assert away[:40].mean() > 2.0 * away[-40:].mean()
        assert away[-1].max() == 0.0
