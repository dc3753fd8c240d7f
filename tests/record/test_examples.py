"""The training examples, at a small size, from the training to the flower."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from bloom_blender.cli import main
from bloom_blender.flame.xml import read_flames
from bloom_blender.trajectory.bloom_file import read_bloom

pytest.importorskip("torch", reason="PyTorch is not installed (pip install torch)")

ROOT = Path(__file__).parents[2]
LOTUS = ROOT / "bloom_blender/presets/lotus.flame"


def train(script, *arguments):
    """Run an example; what it printed."""
    command = [sys.executable, str(ROOT / "examples" / script), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def read(path):
    """A recorded run; a warning is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return read_bloom(path)


def first_and_last_flame(run, folder, *options):
    """Grow a lotus from a run with the command that people use."""
    moments = folder / "moments.flame"
    assert (
        main(["grow", str(run), str(LOTUS), "--frames", "9", "--at", "1,9", "-o", str(moments), *options])
        == 0
    )
    return read_flames(moments)


def test_translation(tmp_path):
    pytest.importorskip("django", reason="Django is not installed (pip install django)")
    out = tmp_path / "sample.bloom"
    small = ("--epochs", 1, "--words", 120, "--width", 4, "--hidden", 8, "--batch", 64, "--show", 1)
    assert "never seen" in train("train_translation.py", "--out", out, *small)
    back = read(out)
    assert len(back.updates) == 12
    assert back.embedding("target").vectors.shape == (2, 120, 4)


def test_digits_and_its_checkpoints(tmp_path):
    """Recorded and converted runs tell of the same training: the updates between checkpoints add up."""
    pytest.importorskip("sklearn", reason="scikit-learn is not installed (pip install scikit-learn)")
    out, checkpoints = tmp_path / "digits.bloom", tmp_path / "checkpoints"
    small = ("--epochs", 3, "--width", 4, "--batch", 96)
    assert "held out" in train("train_digits.py", "--out", out, "--checkpoints", checkpoints, *small)
    run = read(out)
    assert [len(series.steps) for series in run.updates] == [45] * 4
    assert run.embedding("digits").words == tuple("0123456789")
    loss = run.series_named("loss").values
    assert loss[-5:].mean() < loss[:5].mean()

    converted = tmp_path / "converted.bloom"
    assert main(["convert", str(checkpoints), "-o", str(converted)]) == 0
    series = read(converted).updates
    assert [one.name for one in series] == [one.name for one in run.updates]
    for recorded, one in zip(run.updates, series, strict=True):
        assert one.steps.tolist() == [30, 45]
        for row, end in zip(one.values, one.steps, strict=True):
            between = (recorded.steps > end - 15) & (recorded.steps <= end)
            expected = recorded.values[between].sum(0)
            np.testing.assert_allclose(row, expected, atol=1e-3 * np.abs(expected).max() + 1e-5)

    for path in (out, converted):
        # Three epochs teach little, so the flower stays a bud unless it is told not to close.
        bud, flower = first_and_last_flame(path, tmp_path, "--bud", "0")
        assert bud.xforms != flower.xforms
        rest = read_flames(LOTUS)[0]
        coefs = [np.array([x.coefs for x in flame.xforms]) for flame in (flower, rest)]
        np.testing.assert_allclose(*coefs, atol=1e-6)


def test_characters_until_they_break(tmp_path):
    """The rate rises until the loss is NaN, and the run is one that diverged."""
    out = tmp_path / "characters.bloom"
    small = ("--steps", 40, "--every", 1, "--batch", 4, "--context", 16, "--width", 8, "--layers", 1)
    assert "recorded" in train("train_characters.py", "--out", out, *small, "--rate", 0.02, 1e9)
    run = read(out)
    loss = run.series_named("loss").values
    assert len(loss) == 40 and np.isfinite(loss[:5]).all() and not np.isfinite(loss[-1])
    words = run.embedding("characters.weight").words
    assert {"space", "newline", "a"} <= set(words) and len(set(words)) == len(words)
    _, shreds = first_and_last_flame(out, tmp_path)
    assert shreds.xforms != read_flames(LOTUS)[0].xforms
