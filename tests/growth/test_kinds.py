"""Runs of a small network that is really trained, well and badly: what is said of each is what happened."""

from __future__ import annotations

import importlib.util
import sys
import warnings

import pytest

from bloom_blender.growth.outcome import outcome_of
from bloom_blender.growth.path import path_of
from bloom_blender.trajectory import read_trajectory
from tests.support import REPOSITORY

# What was learned and what was lost again at the end, 0 to 1, lowest and highest, and a part of the sentence.
EXPECTED = {
    "converged": ((1.0, 1.0), (0.0, 0.0), "learned and kept it"),
    "underfit": ((0.2, 0.7), (0.0, 0.0), "learned little"),
    "overfit": ((0.9, 1.0), (0.4, 1.0), "did not come back"),
    "random labels": ((0.0, 0.2), (0.8, 1.0), "did not come back"),
    "random walk": ((0.0, 0.4), (0.8, 1.0), "did not come back"),
    "diverged early": ((1.0, 1.0), (0.0, 0.0), "diverged at step 2"),
    "diverged late": ((1.0, 1.0), (0.0, 0.0), "diverged at step 16"),
    "exploded, recovered": ((1.0, 1.0), (0.0, 0.1), "-fold at step 6"),
    "spike that ruins": ((1.0, 1.0), (0.9, 1.0), "did not come back"),
    "spike that heals": ((1.0, 1.0), (0.1, 0.4), "did not come back"),  # not all the way
    "warm restarts": ((1.0, 1.0), (0.0, 0.0), "learned and kept it"),
    "plateau, drop": ((1.0, 1.0), (0.0, 0.0), "learned and kept it"),
    "forgotten": ((1.0, 1.0), (0.9, 1.0), "-fold at step 15"),
    "small model": ((1.0, 1.0), (0.0, 0.0), "learned and kept it"),
}


@pytest.fixture(scope="module")
def example():
    path = REPOSITORY / "examples" / "kinds_of_runs.py"
    specification = importlib.util.spec_from_file_location("kinds_of_runs", path)
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module  # dataclasses look their module up there
    specification.loader.exec_module(module)
    yield module
    del sys.modules[specification.name]


def test_every_kind_is_expected(example):
    assert [kind.name for kind in example.KINDS] == list(EXPECTED)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", list(EXPECTED))
def test_what_came_of_a_run(example, name, seed, tmp_path):
    (kind,) = (kind for kind in example.KINDS if kind.name == name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # that a diverged update cannot be stored
        example.train(kind, seed, tmp_path / "run.bloom")
    run = read_trajectory(tmp_path / "run.bloom")
    outcome = outcome_of(run, path_of(run))
    learned, lost, sentence = EXPECTED[name]
    assert learned[0] <= outcome.learned <= learned[1]
    assert lost[0] <= outcome.lost[-1] <= lost[1]
    assert sentence in outcome.sentence
