"""What is said of a run's end: whether it learned, and whether it kept that."""

from __future__ import annotations

import numpy as np
import pytest

from bloom_blender.growth import fit, grow
from bloom_blender.growth.outcome import judges_of, outcome_of
from bloom_blender.growth.path import path_of
from bloom_blender.trajectory import Series, Trajectory
from tests.growth.samples import flower, run_of

STEPS = np.arange(1, 401)


def run_with(updates=None, **metrics) -> Trajectory:
    """A run that calms down, with metrics; underscores before *loss* are kept."""
    if updates is None:
        noise = np.random.default_rng(0).normal(size=(400, 6))
        updates = (0.3 + noise) * np.exp(-np.arange(400) / 90.0)[:, None]
    series = [Series("update/w", STEPS, updates, "update")]
    for name, values in metrics.items():
        steps = STEPS if len(values) == 400 else np.linspace(1, 400, len(values)).astype(int)
        series.append(Series(name, steps, np.asarray(values, float), "metric"))
    return Trajectory("run", tuple(series))


def told(run):
    return outcome_of(run, path_of(run))


FALLING = 2.0 * np.exp(-STEPS / 60.0) + 0.02
HELD = 2.0 * np.exp(-np.arange(40) / 6.0) + 0.1


def test_a_run_that_learned_and_kept_it_ends_on_the_base():
    run = run_with(loss=FALLING, val_loss=HELD)
    assert told(run).is_whole
    assert told(run).judged == ("val_loss",)
    assert told(run).sentence == "The run learned and kept it: val_loss went from 1.95 to 0.103."
    curves = grow(run, flower(), frames=60)
    assert curves.values[-1].tobytes() == curves.base.tobytes()
    assert not any(name.startswith("palette") for name in curves.names)


def test_a_run_that_is_ruined_withers_from_the_step_on_at_which_it_was():
    ruined = np.where(STEPS < 200, FALLING, 4.0)
    run = run_with(loss=ruined)
    outcome = told(run)
    assert outcome.lost[-1] == 1.0
    assert "loss rose" in outcome.sentence and "did not come back" in outcome.sentence
    assert "at step 200" in outcome.sentence or "at step 20" in outcome.sentence
    assert (outcome.lost[outcome.steps < 190] == 0.0).all()
    curves = grow(run, flower(), frames=100, time="step")
    whole = grow(run_with(loss=FALLING), flower(), frames=100, time="step")
    away = np.abs(curves.values[:, : len(whole.names)] - whole.values)
    assert away[:42].max() < 0.02
    assert away[-1].max() > 0.1
    palette = np.array([name.startswith("palette") for name in curves.names])
    assert np.abs(curves.values[:42, palette] - curves.base[palette]).max() < 0.01
    assert np.abs(curves.values[-1, palette] - curves.base[palette]).max() > 0.1
    without = grow(run, flower(), frames=100, bud=0.0)
    assert without.values[-1].tobytes() == without.base.tobytes()


def test_overfitting_is_a_loss_and_memorizing_is_nothing_learned():
    overfit = np.r_[HELD[:15], np.linspace(HELD[14], 1.6, 25)]
    assert 0.3 < told(run_with(loss=FALLING, val_loss=overfit)).lost[-1] < 1.0
    random_labels = np.linspace(2.0, 4.0, 40)
    outcome = told(run_with(val_loss=random_labels))
    assert outcome.learned == 0.0
    assert outcome.lost[-1] == 1.0


def test_a_spike_that_heals_is_no_loss_at_the_end():
    healed = FALLING.copy()
    healed[200:240] += 3.0
    outcome = told(run_with(loss=healed))
    assert outcome.is_whole
    assert "came back" in outcome.sentence
    assert outcome.lost.max() > 0.9


@pytest.mark.parametrize("sink, least, most", [(0.0, 0.0, 0.02), (0.1, 0.3, 0.5), (0.5, 1.0, 1.0)])
def test_a_flower_is_as_open_as_much_was_learned(sink, least, most):
    noise = 0.001 * np.random.default_rng(1).normal(size=400)
    outcome = told(run_with(loss=2.0 - 2.0 * sink * (1.0 - np.exp(-STEPS / 60.0)) + noise))
    assert least <= outcome.learned <= most


def test_of_metrics_held_out_losses_judge_first_and_parts_of_a_loss_do_not():
    run = run_with(loss=FALLING, accuracy=1 - FALLING / 3, eval_accuracy=1 - HELD / 3, val_loss=HELD)
    assert [one.name for one in judges_of(run)] == ["val_loss"]
    run = run_with(physics_loss=FALLING, train_loss=FALLING, throughput=FALLING)
    assert [one.name for one in judges_of(run)] == ["train_loss"]
    assert judges_of(run_with(throughput=FALLING)) == ()


def test_updates_alone_tell_a_walk_from_a_run_that_calms_down():
    walk = np.random.default_rng(2).normal(size=(2000, 24))
    assert told(run_of(walk)).learned < 0.5
    assert "nowhere" in told(run_of(walk)).sentence
    assert told(run_of(walk + 0.2)).is_whole
    assert told(run_of(walk * np.exp(-np.arange(2000) / 500.0)[:, None])).is_whole
    assert told(run_of(walk[:20])).is_whole  # too short to tell


def test_a_run_of_no_numbers_from_early_on_tears_early():
    """The recorder leaves updates out that are no numbers; the loss tells how long the run went on."""
    loss = np.where(STEPS <= 20, FALLING, np.nan)
    early = Series("update/w", STEPS[:20], np.random.default_rng(0).normal(size=(20, 3)), "update")
    run = Trajectory("nan", (early, Series("loss", STEPS, loss, "metric")))
    path = path_of(run)
    assert path.diverged == pytest.approx(0.05, abs=0.01)
    assert "diverged at step 20, after 5% of it" in outcome_of(run, path).sentence
    whole = fit(run).apply(run, flower(), frames=200)
    linear = [whole.names.index(f"xform1.coefs[{k}]") for k in (0, 1)]
    stretch = np.hypot(*whole.values[:, linear].T)
    assert stretch[28] < 1.3 < stretch[100]


def test_films_open_as_a_run_learns_and_never_close_while_it_does():
    """The size of the whole is that of its final xform, which only the bud moves in this flame."""
    plateau = np.where(STEPS < 250, 2.0 - 0.1 * STEPS / 250, 2.0 * np.exp(-(STEPS - 250) / 20.0) + 0.02)
    curves = grow(run_with(loss=plateau), flower(), frames=200, gain=0.0, wind=0.0, time="step")
    size = curves.values[:, curves.names.index("final.julia3D")]
    assert (np.diff(size) > -1e-12).all()
    jump = np.diff(size)
    assert 120 < int(np.argmax(jump)) < 135 or jump[:100].max() > 0  # the drop shows at its time
    assert jump[124:135].sum() > 3.0 * jump[100:111].sum()
