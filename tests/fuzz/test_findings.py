"""Files on which a reader once failed in the wrong way, and the tool that finds them."""

from __future__ import annotations

import importlib.util
import random
import sys
from itertools import islice

import pytest

from tests.support import REPOSITORY

FINDINGS = sorted((REPOSITORY / "tests" / "data" / "fuzz").iterdir())


@pytest.fixture(scope="module")
def fuzz():
    specification = importlib.util.spec_from_file_location("fuzz", REPOSITORY / "tools" / "fuzz.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules["fuzz"] = module
    specification.loader.exec_module(module)
    yield module
    del sys.modules["fuzz"]


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda path: path.name)
def test_read_or_refused(fuzz, finding, tmp_path):
    target, name = finding.name.split("-")[0], finding.name.split("-")[-1]
    path = tmp_path / name
    path.write_bytes(finding.read_bytes())
    assert fuzz.outcome(fuzz.TARGETS[target].read, path) in ("read", "refused")


TARGETS = ["flame", "gradient", "log", "binary", "array", "weights", "bloom", "permutation", "curves", "pack"]
TARGETS += ["part", "words", "index", "arguments"]
IN_BLENDER = ["baked", "messages"]


@pytest.mark.parametrize("target", TARGETS)
def test_each_reader_reads_what_the_damage_begins_with(fuzz, target, tmp_path):
    assert list(fuzz.TARGETS) == TARGETS + IN_BLENDER
    seeds = fuzz.TARGETS[target].seeds()
    for name, data in islice(seeds.items(), 3):
        (tmp_path / name).write_bytes(data)
        assert fuzz.outcome(fuzz.TARGETS[target].read, tmp_path / name) == "read", name


def test_the_same_seed_gives_the_same_inputs(fuzz):
    log = fuzz.TARGETS["log"]
    first, again = (list(islice(fuzz.inputs(log, "log 0 0"), 50)) for _ in range(2))
    assert first == again
    assert list(islice(fuzz.inputs(log, "log 0 1"), 50)) != first
    assert max(len(data) for _, data in first) < 2**20


def test_a_failure_is_a_finding_with_its_place(fuzz, tmp_path):
    def fails(path):
        raise ZeroDivisionError

    assert fuzz.outcome(fails, tmp_path) == "ZeroDivisionError elsewhere"


def test_every_mutation_changes_something(fuzz):
    chance = random.Random(1)
    data = b"step,loss\n1,2.5\n2,2.0\n3,1.0\n"
    for mutate in fuzz._MUTATIONS:
        assert any(mutate(data, b"other,file\n9", (b"word",), chance) != data for _ in range(20)), mutate
