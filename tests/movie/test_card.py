"""The picture of a film: its moments, the curve of the run at its place, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bloom_blender.cli import main
from bloom_blender.errors import BloomError
from bloom_blender.flame.presets import read_preset
from bloom_blender.growth import Curves
from bloom_blender.movie import card
from bloom_blender.trajectory import Series, Trajectory

FLAME = read_preset("rose")
STEPS = np.arange(0, 101)
WORDS = card.Words("a run", "It learned.", "Rose")


def run_with(**metrics) -> Trajectory:
    series = [Series("update/w", STEPS, np.ones((101, 2)), "update")]
    series += [Series(name, STEPS, np.asarray(values, float), "metric") for name, values in metrics.items()]
    return Trajectory("run", tuple(series))


def make(tmp_path, trajectory, **options):
    curves = Curves(("palette.phase",), np.zeros(1), np.linspace(0.0, 0.5, 4)[:, None])
    shown = np.linspace(0, 100, 4)
    path = card.make_card(
        trajectory,
        FLAME,
        curves,
        shown,
        WORDS,
        tmp_path / "card.png",
        quality=1.0,
        **{"moments": 2} | options,
    )
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def near(pixels, color):
    """Where a color is, but for the blending at edges: rows and columns."""
    return np.nonzero(np.abs(pixels - color).max(2) < 12)


def test_the_curve_lies_where_the_numbers_are(tmp_path):
    """A loss that falls in one step: two straight lines, as far apart as the chart is high."""
    loss = np.where(STEPS < 50, 2.0, 1.0)
    pixels = make(tmp_path, run_with(loss=loss))
    rows, columns = near(pixels, card._TRAINING)
    below = rows > rows.min() + 60  # without the text
    left = rows[(columns > 100) & (columns < 700)]
    right = rows[(columns > 900) & (columns < 1300) & below]
    assert pixels.shape[1] == card.WIDTH
    assert len(left) > 500 and np.ptp(left) <= 3
    assert len(right) > 300 and np.ptp(right) <= 3
    assert right.mean() - left.mean() == pytest.approx(card._CHART, abs=2)


def test_nan_leaves_a_gap(tmp_path):
    loss = np.linspace(2.0, 1.0, 101)
    loss[40:61] = np.nan
    rows, columns = near(make(tmp_path, run_with(loss=loss)), card._TRAINING)
    inner = card.WIDTH - 2 * card.MARGIN
    curve = columns[rows > rows.min() + 60]
    gap = (curve > card.MARGIN + 0.41 * inner) & (curve < card.MARGIN + 0.59 * inner)
    assert not gap.any() and (curve < card.MARGIN + 0.38 * inner).any()


def test_held_out_and_training_losses_are_both_there():
    names = [one.name for one in card.chosen_metrics(run_with(loss=STEPS[::-1], val_loss=STEPS, lr=STEPS))]
    assert names == ["loss", "val_loss"]
    assert card.chosen_metrics(run_with(lr=STEPS)) == []


def test_a_long_curve_keeps_its_spikes():
    values = np.ones(50_000)
    values[31_234] = 9.0
    series = Series("loss", np.arange(50_000), values, "metric")
    steps, thinned = card._thinned(series)
    assert len(steps) < 2000 and thinned[steps == 31_234] == [9.0]
    assert steps[0] == 0 and steps[-1] == 49_999


def test_both_ends_of_the_film_are_shown(tmp_path):
    pixels = make(tmp_path, run_with(loss=STEPS[::-1] + 1.0))
    side = (card.WIDTH - 2 * card.MARGIN - card.GAP) // 2
    top = card.MARGIN + card._TITLE + 14 + card._TEXT + 34
    first, last = (
        pixels[top : top + side, left : left + side]
        for left in (card.MARGIN, card.WIDTH - card.MARGIN - side)
    )
    assert first.max() > 100 and last.max() > 100 and (first != last).any()


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [("card.jpg", {}, r"end the card's name in \.png"), ("card.png", {"moments": 1}, "give 2 to 8")],
)
def test_refused(tmp_path, name, options, message):
    curves = Curves(("palette.phase",), np.zeros(1), np.zeros((2, 1)))
    with pytest.raises(BloomError, match=message):
        card.make_card(run_with(), FLAME, curves, [0, 100], WORDS, tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_the_command(tmp_path, capsys):
    log = tmp_path / "log.csv"
    log.write_text("step,loss\n" + "".join(f"{step},{2.0 / (step + 1)}\n" for step in range(40)))
    options = ["--flame", "rose", "--moments", "2", "--quality", "1", "-o", str(tmp_path / "card.png")]
    assert main(["card", str(log), *options]) == 0
    assert "card.png: 2 moments of " in capsys.readouterr().out
    with Image.open(tmp_path / "card.png") as image:
        assert image.size[0] == card.WIDTH
