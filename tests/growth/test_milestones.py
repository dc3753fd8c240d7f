"""Milestones and metrics, of small runs whose milestones are plain and of the run of the examples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bloom_blender.growth import film_steps
from bloom_blender.growth.milestones import epochs_of, loss_milestones, metrics_of, metrics_shown, rows_of
from bloom_blender.trajectory import Embeddings, Series, Trajectory, read_trajectory

STEPS = np.arange(1, 101)
SAMPLE = Path(__file__).parents[2] / "examples" / "runs" / "translation_en_fr.bloom"


def run_of(*series, embeddings=()):
    return Trajectory("run", series, embeddings)


def metric(name, values, steps=STEPS):
    return Series(name, steps, np.asarray(values, dtype=float), "metric")


def as_pairs(milestones):
    return [(one.name, one.step) for one in milestones]


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ([metric("epoch", (STEPS - 1) // 25)], [(f"Epoch {n}", 25.0 * n) for n in (1, 2, 3, 4)]),
        ([metric("train/epoch", STEPS / 40)], [("Epoch 1", 40.0), ("Epoch 2", 80.0)]),
        ([metric("epoch_loss", [3, 2], [30, 60])], [("Epoch 1", 30.0), ("Epoch 2", 60.0)]),
        (
            [metric("epoch_loss", np.arange(30), np.arange(30))],
            [(f"Epoch {n}", n - 1.0) for n in range(5, 31, 5)],
        ),
        ([metric("loss", STEPS)], [(f"Step {n}", float(n)) for n in range(10, 101, 10)]),
        (
            [metric("loss", [2, 1], [10, 123_456])],
            [(f"Step {n},000", 1000.0 * n) for n in (20, 40, 60, 80, 100, 120)],
        ),
    ],
)
def test_epochs_and_steps(series, expected):
    assert as_pairs(epochs_of(run_of(*series))) == expected


def test_a_folder_of_snapshots_counts_epochs():
    table = Embeddings("words", ("a",), np.arange(4), np.arange(4.0).reshape(4, 1, 1))
    assert as_pairs(epochs_of(run_of(embeddings=(table,)))) == [
        ("Epoch 1", 1.0),
        ("Epoch 2", 2.0),
        ("Epoch 3", 3.0),
    ]
    far = Embeddings("words", ("a",), np.arange(4) * 100, np.arange(4.0).reshape(4, 1, 1))
    assert as_pairs(epochs_of(run_of(embeddings=(far,))))[0] == ("Step 50", 50.0)


def test_milestones_of_the_loss():
    halves = metric("loss", 8.0 * 0.5 ** ((STEPS - 1) / 20))
    held_out = metric("val/loss", [3.0, 1.0, 2.0, 2.5], [10, 40, 70, 100])
    found = as_pairs(loss_milestones(run_of(halves, held_out)))
    assert [name for name, _ in found] == [
        "Loss halved", "Loss 1/4", "Loss 1/8", "Loss 1/16", "Best val loss", "End of training",
    ]  # fmt: skip
    assert [step for _, step in found] == pytest.approx([21, 41, 61, 81, 40, 100], abs=1)
    rising = metric("loss", -5.0 + STEPS)  # negative: it has no half
    assert as_pairs(loss_milestones(run_of(rising))) == [("End of training", 100.0)]
    broken = metric("loss", np.where(STEPS < 60, 2.0 - STEPS / 100, np.nan))
    assert as_pairs(loss_milestones(run_of(broken)))[-1] == ("Diverged", 59.0)


def test_metrics_in_the_film():
    noisy = metric("speed", STEPS % 7)
    loss = metric("loss", [4.0, np.nan, 2.0, np.inf], [10, 20, 30, 40])
    flat = metric("momentum", np.full(100, 0.9))
    wide = Series("spread", STEPS, np.ones((100, 2)), "metric")
    run = run_of(noisy, loss, flat, wide)
    assert [one.name for one in metrics_of(run)] == ["loss", "speed"]
    assert metrics_shown(run, np.array([0.0, 10.0, 15.0, 20.0, 30.0, 99.0]))["loss"].tolist() == [
        4.0, 4.0, 3.5, 3.0, 2.0, 2.0,
    ]  # fmt: skip


def test_rows_are_the_first_frames_that_show_a_step():
    run = run_of(metric("loss", 1.0 / STEPS))
    rows = rows_of(epochs_of(run), np.array([0.0, 9.9, 10.0, 39.0, 45.0, 90.0, 99.0]))
    assert rows == {2: "Step 10", 3: "Step 20 · Step 30", 4: "Step 40",
                    5: "Step 50 · Step 60 · Step 70 · Step 80 · Step 90", 6: "Step 100"}  # fmt: skip
    loop = rows_of(epochs_of(run), np.array([0.0, 50.0, 100.0, 40.0]))
    assert max(loop) == 2
    part = rows_of(epochs_of(run), np.array([0.0, 25.0, 50.0]))  # the film ends in the middle of the run
    assert part[2].endswith("Step 50")


@pytest.mark.parametrize(
    "options", [{}, {"loop": True}, {"time": "log"}, {"mapping": "classic", "epochs": 30}]
)
def test_the_sample_run(options):
    run = read_trajectory(SAMPLE)
    steps = film_steps(run, frames=300, **options)
    assert steps.shape == (300,) and steps.max() == pytest.approx(1230.0)
    turn = int(np.argmax(steps))
    assert (np.diff(steps[: turn + 1]) >= 0.0).all()
    rows = rows_of(epochs_of(run) + loss_milestones(run), steps)
    assert rows[turn] == "Epoch 30 · End of training"
    assert any("Epoch 10 · Best validation loss" in name for name in rows.values())
    last = run.series_named("epoch_loss").values[-1]
    assert metrics_shown(run, steps)["epoch_loss"][turn] == pytest.approx(last)
