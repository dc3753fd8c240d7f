from __future__ import annotations

import threading

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.record import Recorder
from bloom_blender.trajectory import Follower


def test_a_run_is_followed_from_before_its_beginning(tmp_path):
    follower = Follower(tmp_path / "run.bloom")
    assert follower.poll() is None
    with Recorder(tmp_path / "run.bloom") as recorder:
        assert follower.poll() is None
        for step in range(1, 4):
            recorder.log(step=step, loss=1 / step)
            recorder.flush()
            assert follower.poll().series_named("loss").steps.tolist() == list(range(1, step + 1))
            assert follower.poll() is None
    (tmp_path / "run.bloom").unlink()
    assert follower.poll() is None


def test_a_file_that_cannot_be_used_is_told_once(tmp_path):
    follower = Follower(tmp_path / "run.bloom")
    (tmp_path / "run.bloom").write_bytes(b"what?")
    with pytest.raises(BloomError, match="not a training run"):
        follower.poll()
    assert follower.poll() is None


def test_a_reader_beside_the_writer_sees_whole_runs_only(tmp_path):
    """Every state that is read holds all steps up to its last, and none is read backwards."""
    seen, done = [], threading.Event()

    def read():
        follower = Follower(tmp_path / "run.bloom")
        while not done.is_set():
            run = follower.poll()
            if run is not None:
                seen.append(run.series_named("update/w").steps.tolist())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with Recorder(tmp_path / "run.bloom") as recorder:
            for step in range(1, 120):
                recorder.step({"w": np.full(3000, float(step))})
                recorder.flush()
    finally:
        done.set()
        reader.join()
    assert len(seen) > 1
    assert all(steps == list(range(2, 2 + len(steps))) for steps in seen)
    assert [len(steps) for steps in seen] == sorted(len(steps) for steps in seen)
