"""Trainings on several processes, started by torchrun, give the file of one process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bloom_blender.trajectory import read_bloom

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install torch)")

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not torch.distributed.is_available(), reason="torchrun with gloo is not here"
)

SCRIPT = Path(__file__).with_name("train_distributed.py")
ROOT = SCRIPT.parent.parent.parent
KINDS = {
    2: ["ddp", "zero", "fsdp", "tensor", "mixed", "fsdp_parts", "fsdp_failing", "fsdp_alone"],
    4: ["ddp", "zero", "fsdp", "both", "replicated"],
}


def launch(processes: int, folder: Path, kinds: list[str]) -> str:
    """Train; returns what was printed."""
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *(torchrun if processes > 1 else []), str(SCRIPT), str(folder), *kinds],
        env=environment, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folders of runs and what was printed, by the number of processes."""
    made = {}
    for processes in (1, 2, 4):
        folder = tmp_path_factory.mktemp(f"on{processes}")
        made[processes] = folder, launch(processes, folder, KINDS.get(processes, ["plain"]))
    return made


@pytest.mark.parametrize(
    "processes, kind",
    [
        *((2, kind) for kind in KINDS[2] if kind not in ("fsdp_failing", "fsdp_alone")),
        *((4, kind) for kind in KINDS[4]),
    ],
)
def test_the_file_is_that_of_one_process(trained, processes, kind):
    one = read_bloom(trained[1][0] / "plain.bloom")
    many = read_bloom(trained[processes][0] / f"{kind}.bloom")
    assert [series.name for series in many.series] == [series.name for series in one.series]
    assert one.series_named("update/first").steps.tolist() == [2, 4, 6]
    for series in one.series:
        other = many.series_named(series.name)
        np.testing.assert_array_equal(other.steps, series.steps)
        size = np.abs(series.values).max()
        np.testing.assert_allclose(other.values, series.values, rtol=0, atol=2e-5 * size, err_msg=series.name)
    assert many.embedding().steps.tolist() == [0, 2, 4, 6]
    np.testing.assert_allclose(many.embedding().vectors[-1], one.embedding().vectors[-1], atol=1e-5)
    assert f"{kind}:" not in trained[processes][1]


def test_a_process_that_fails_does_not_stop_the_others(trained):
    folder, said = trained[2]
    assert "process 1, fsdp_failing: the training goes on" in said
    assert "process 0, fsdp_failing: the training goes on" in said
    back = read_bloom(folder / "fsdp_failing.bloom")
    assert back.series_named("learning_rate").steps.tolist() == [1, 2, 3, 4, 5, 6]
    assert not back.updates


def test_sharded_parameters_need_every_process_and_none_waits_for_ever(trained):
    folder, said = trained[2]
    assert "process 0, fsdp_alone: the training goes on" in said
    assert "call record in all of them" in said
    assert read_bloom(folder / "fsdp_alone.bloom").series_named("learning_rate").steps[-1] == 6
