"""What of a run is kept beside a flame."""

from __future__ import annotations

import numpy as np
import pytest

from bloom_blender.growth import keep
from bloom_blender.trajectory import Embeddings, Series, Trajectory, read_trajectory
from bloom_blender.trajectory.bloom_file import bloom_bytes, read_bloom_bytes
from tests.support import REPOSITORY


def returned(run):
    kept, dtypes = keep.kept_part(run)
    data = bloom_bytes(kept, dtypes=dtypes)
    return data, read_bloom_bytes(data, run.name)


def test_a_small_run_is_kept_exactly_and_no_larger_than_its_file():
    path = REPOSITORY / "examples" / "runs" / "translation_en_fr.bloom"
    run = read_trajectory(path)
    data, again = returned(run)
    for one, other in zip(run.members, again.members, strict=True):
        numbers = "values" if isinstance(one, Series) else "vectors"
        np.testing.assert_array_equal(getattr(one, numbers), getattr(other, numbers))
    assert len(data) < 1.05 * path.stat().st_size


def test_numbers_that_are_none_are_kept():
    values = np.array([1.0, np.nan, np.inf, 1e300, 1e-300])
    run = Trajectory("odd", (Series("loss", np.arange(5), values, "metric"),))
    np.testing.assert_array_equal(returned(run)[1].series[0].values, values)


@pytest.mark.parametrize("large", [False, True])
def test_a_large_run_is_made_smaller(monkeypatch, large):
    monkeypatch.setattr(keep, "EXACT", 10_000)
    monkeypatch.setattr(keep, "MOST", 40_000 if large else 10**9)
    generator = np.random.default_rng(0)
    updates, vectors = generator.normal(size=(5000, 4)), generator.normal(size=(2, 500, 8))
    loss = np.where(np.arange(5000) < 4000, 1.0, np.nan)
    run = Trajectory(
        "large",
        (
            Series("u", np.arange(5000), updates, "update"),
            Series("loss", np.arange(5000), loss, "metric"),
        ),
        (Embeddings("t", tuple(map(str, range(500))), (0, 1), vectors),),
    )
    data, kept = returned(run)
    np.testing.assert_allclose(kept.series[0].values.sum(axis=0), updates.sum(axis=0), rtol=1e-4)
    assert kept.series[0].steps[-1] == 4999
    assert np.isnan(kept.series[1].values[-1])
    if large:
        assert len(data) < 80_000
        assert len(kept.embeddings[0].words) == len(kept.embeddings[0].vectors[0]) < 500
    else:
        np.testing.assert_allclose(kept.embeddings[0].vectors, vectors, rtol=1e-6)
        assert len(kept.series[0].steps) == 5000
