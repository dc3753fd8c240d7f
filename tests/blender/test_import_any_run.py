"""Runs of other programs in Blender: what the import shows before, what it takes, and what it makes of it."""

from __future__ import annotations

import importlib
import json
import math

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("bloom")


@pytest.fixture
def import_run(extension):
    return importlib.import_module(f"{extension.__name__}.operators.growth.import_run")


@pytest.fixture
def log(tmp_path):
    """A table of a run with two losses; one diverges."""
    rows = [
        f"{s},{3 * math.exp(-s / 200) + 0.1},{'nan' if s > 900 else 2 + s / 500}" for s in range(0, 1000, 10)
    ]
    path = tmp_path / "metrics.csv"
    path.write_text("step,train/loss,val/loss\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def checkpoints(tmp_path):
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    rng = np.random.default_rng(2)
    start, end = rng.normal(size=(2, 20, 30))
    for step in (1, 2, 5, 10, 30, 100):
        share = math.exp(-step / 20)
        np.savez(folder / f"model_{step}.npz", **{"layer.weight": share * start + (1 - share) * end})
    return folder


def moved(obj) -> bool:
    return any(len({round(key.co[1], 6) for key in curve.keyframe_points}) > 1 for curve in curves_of(obj))


def curves_of(obj):
    action = obj.animation_data.action
    if hasattr(action, "layers") and action.layers:
        return [c for strip in action.layers[0].strips for bag in strip.channelbags for c in bag.fcurves]
    return list(action.fcurves)


def test_a_log_alone_moves_a_flame(blender, add, log):
    obj = add()
    result = blender.ops.bloom.import_run(filepath=str(log), base="ACTIVE", frames=30, series="train/*")
    assert result == {"FINISHED"}
    assert moved(obj)


def test_checkpoints_move_a_flame_by_any_of_their_files(blender, add, checkpoints):
    obj = add()
    for path in (checkpoints, checkpoints / "model_5.npz"):
        blender.ops.bloom.import_run(filepath=str(path), base="ACTIVE", frames=30, steps="2:50")
        assert moved(obj)
        assert obj.bloom.run_name == checkpoints.parent.name


def test_one_run_of_several_is_chosen(blender, add, log, tmp_path, capfd):
    (tmp_path / "other.csv").write_text(log.read_text())
    obj = add()
    with pytest.raises(RuntimeError, match=r"2 runs: choose one of metrics.csv, other.csv"):
        blender.ops.bloom.import_run(filepath=str(tmp_path), base="ACTIVE", frames=30)
    blender.ops.bloom.import_run(
        filepath=str(tmp_path), base="ACTIVE", frames=30, run="other.csv", series="train/loss"
    )
    assert obj.bloom.run_name == "other.csv"


def test_a_damaged_log_is_read_if_asked_for(blender, add, log):
    log.write_text(log.read_text().rpartition(",")[0])
    obj = add()
    options = {"filepath": str(log), "base": "ACTIVE", "frames": 30, "series": "train/*"}
    with pytest.raises(RuntimeError, match=r"metrics.csv"):
        blender.ops.bloom.import_run(**options)
    blender.ops.bloom.import_run(**options, partial=True)
    assert moved(obj)


def test_what_a_file_holds_is_shown_before(import_run, log, checkpoints, tmp_path):
    train, val = import_run.content(str(log), "", "", "", "auto")
    assert train == ("train/loss", "100, steps 0–990")
    assert val == ("val/loss", "100, steps 0–990, 9 NaN")
    assert import_run.content(str(log), "val/*", "100:200", "", "auto") == [("val/loss", "11, steps 100–200")]
    assert import_run.content(str(checkpoints), "update/*", "", "", "auto") == [
        ("update/layer", "5, steps 2–100, a gap")
    ]
    (tmp_path / "notes.txt").write_text("nothing of the sort")
    ((line, nothing),) = import_run.content(str(tmp_path / "notes.txt"), "", "", "", "auto")
    assert line.startswith("notes.txt is not a training run")
    assert nothing == ""
    (tmp_path / "other.csv").write_text(log.read_text())
    assert ("other.csv", "run") in import_run.content(str(tmp_path), "", "", "", "auto")
    assert import_run.content(str(tmp_path / "absent"), "", "", "", "auto") == []
    assert import_run.content("", "", "", "", "auto") == []
    log.write_text("step,loss\n0,1\n5,2\n")  # rewritten while the browser is open
    assert import_run.content(str(log), "", "", "", "auto") == [("loss", "2, steps 0–5")]


def test_the_import_is_offered_for_what_it_can_read(blender, import_run):
    handler = blender.types.BLOOM_FH_run
    assert {".bloom", ".csv", ".jsonl", ".npz", ".safetensors"} <= set(handler.bl_file_extensions.split(";"))
    assert "*tfevents*" in import_run.FILES.split(";")


def test_a_checkpoint_with_code_is_refused_in_blender(blender, add, tmp_path):
    import os
    import pickle
    import zipfile

    class Evil:
        def __reduce__(self):
            return os.system, (f"echo > {tmp_path / 'executed'}",)

    for step in (1, 2):
        with zipfile.ZipFile(tmp_path / f"model_{step}.pt", "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps({"state_dict": Evil()}))
    add()
    with pytest.raises(RuntimeError, match=r"model_1.pt would run .*system"):
        blender.ops.bloom.import_run(filepath=str(tmp_path / "model_2.pt"), base="ACTIVE", frames=20)
    assert not (tmp_path / "executed").exists()


def test_trainer_state(blender, add, tmp_path):
    entries = [{"step": s, "loss": 3 / (1 + s / 50), "learning_rate": 1e-4} for s in range(0, 500, 5)]
    path = tmp_path / "trainer_state.json"
    path.write_text(json.dumps({"global_step": 500, "log_history": entries}))
    obj = add()
    blender.ops.bloom.import_run(filepath=str(path), base="ACTIVE", frames=30, series="loss")
    assert moved(obj)
