"""The run that is shipped: whole, small, and a training that converges."""

from __future__ import annotations

import numpy as np
import pytest

from bloom_blender.trajectory import read_trajectory
from tests.support import REPOSITORY

PATH = REPOSITORY / "examples" / "runs" / "translation_en_fr.bloom"


@pytest.fixture(scope="module")
def run():
    return read_trajectory(PATH)


def test_it_is_small():
    assert PATH.stat().st_size <= 2_000_000


def test_it_converges(run):
    loss = run.series_named("loss").values
    assert loss[:20].mean() > 4.5
    assert loss[-20:].mean() < 0.5


def test_updates_fade_in_every_group(run):
    assert len(run.updates) == 12
    for update in run.updates:
        assert update.values.shape == (615, 16)
        lengths = np.linalg.norm(update.values, axis=1)
        assert lengths[:60].mean() > 10 * lengths[-60:].mean()


@pytest.mark.parametrize("name", ["source", "target"])
def test_word_vectors_move_less_and_less_and_never_stand_still(run, name):
    table = run.embedding(name)
    assert table.vectors.shape == (31, 300, 32)
    assert table.words[:4] == ("<unk>", "<blank>", "<s>", "</s>")
    moved = np.linalg.norm(np.diff(table.vectors, axis=0), axis=(1, 2))
    assert (moved > 0).all()
    assert moved[:3].mean() > 10 * moved[-3:].mean()
