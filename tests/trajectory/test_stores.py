"""Runs in the stores and folders of trackers, and checkpoints of wrapped models."""

from __future__ import annotations

import math
import sqlite3
import struct
import sys

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.trajectory import describe, read_trajectory
from bloom_blender.trajectory.readers.tensorboard import masked_crc


def curves(run) -> dict[str, list[tuple[int, float]]]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in run.series}


# MLflow.

# The columns that are read, among others, as MLflow 3 makes them.
SCHEMA = """
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256), lifecycle_stage VARCHAR(32));
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), status VARCHAR(9), start_time BIGINT,
  lifecycle_stage VARCHAR(20), experiment_id INTEGER);
CREATE TABLE metrics (key VARCHAR(250), value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid VARCHAR(32),
  step BIGINT DEFAULT '0' NOT NULL, is_nan BOOLEAN DEFAULT '0' NOT NULL,
  PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
INSERT INTO experiments VALUES (0, 'Default', 'active');
"""
Row = tuple[str, float, int, int, int]  # key, value, timestamp, step, is_nan


def store(path, **runs: list[Row]):
    database = sqlite3.connect(path)
    database.executescript(SCHEMA)
    for number, (name, rows) in enumerate(runs.items()):
        database.execute(
            "INSERT INTO runs VALUES (?, ?, 'FINISHED', ?, 'active', 0)", (f"id{number}", name, number)
        )
        database.executemany(
            "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)",
            [(key, value, time, f"id{number}", step, is_nan) for key, value, time, step, is_nan in rows],
        )
    database.commit()
    database.close()
    return path


LOSS: list[Row] = [("loss", 1 / (k + 1), 1_700_000_000_000 + k, 10 * k, 0) for k in range(20)]


def test_the_one_run_of_a_database(tmp_path):
    path = store(tmp_path / "mlflow.db", first=LOSS, without_metrics=[])
    run = read_trajectory(path)
    assert run.name == "first"
    assert curves(run) == {"loss": [(10 * k, 1 / (k + 1)) for k in range(20)]}
    assert curves(read_trajectory(tmp_path)) == curves(run)
    assert describe(path)["format"] == "MLflow store"


def test_one_of_several_runs_is_chosen_by_name_or_id(tmp_path):
    other: list[Row] = [("val/acc", 0.5, 1, 3, 0)]
    path = store(tmp_path / "mlflow.db", first=LOSS, second=other)
    assert describe(path)["runs"] == ["Default/first", "Default/second"]
    assert describe(tmp_path)["runs"] == ["Default/first", "Default/second"]
    for chosen in ("second", "Default/second", "id1"):
        assert curves(read_trajectory(path, run=chosen)) == {"val/acc": [(3, 0.5)]}
    assert curves(read_trajectory(tmp_path, run="second")) == {"val/acc": [(3, 0.5)]}
    with pytest.raises(BloomError, match="2 runs: choose one of Default/first, Default/second"):
        read_trajectory(path)
    with pytest.raises(BloomError, match="no run named 'third'"):
        read_trajectory(path, run="third")


def test_runs_of_one_name_are_told_apart(tmp_path):
    path = store(tmp_path / "mlflow.db", a=LOSS, b=[("acc", 1.0, 1, 1, 0)])
    database = sqlite3.connect(path)
    database.execute("UPDATE runs SET name = 'same'")
    database.commit()
    database.close()
    assert describe(path)["runs"] == ["Default/same id0", "Default/same id1"]
    assert curves(read_trajectory(path, run="Default/same id1")) == {"acc": [(1, 1.0)]}


def test_nan_and_infinity_as_mlflow_stores_them(tmp_path):
    largest = sys.float_info.max
    rows = [("loss", 0.0, 1, 0, 1), ("loss", largest, 2, 1, 0), ("loss", -largest, 3, 2, 0)]
    values = read_trajectory(store(tmp_path / "mlflow.db", run=rows)).series[0].values
    assert math.isnan(values[0])
    assert list(values[1:]) == [math.inf, -math.inf]


def test_the_database_is_left_as_it_is(tmp_path):
    path = store(tmp_path / "mlflow.db", first=LOSS)
    before = path.read_bytes()
    read_trajectory(path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["mlflow.db"]


def test_metrics_without_steps_are_counted_in_order_of_time(tmp_path):
    rows: list[Row] = [("loss", 1 / (k + 1), 1000 + k, 0, 0) for k in range(60)]
    rows += [("acc", 0.5, 7, 0, 0)]
    run = read_trajectory(store(tmp_path / "mlflow.db", run=rows))
    assert curves(run)["loss"] == [(k, 1 / (k + 1)) for k in range(60)]
    assert curves(run)["acc"] == [(0, 0.5)]
    assert "loss was logged without steps: its values are counted in order of time" in run.metadata["remarks"]


def test_metrics_without_steps_in_the_store_of_files(tmp_path):
    folder = tmp_path / "mlruns/0/abc"
    (folder / "metrics").mkdir(parents=True)
    (folder / "meta.yaml").write_text("run_id: abc\nrun_name: one\n")
    lines = [f"{1_700_000_000_000 + k} {1 / (k + 1)} 0\n" for k in range(60)]
    (folder / "metrics/loss").write_text("".join(lines[30:] + lines[:30]))  # as after an upload in parts
    run = read_trajectory(tmp_path / "mlruns")
    assert curves(run)["loss"] == [(k, 1 / (k + 1)) for k in range(60)]
    assert "without steps" in run.metadata["remarks"]


def test_databases_that_are_no_store(tmp_path):
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE metrics (a)")
    other.commit()
    other.close()
    with pytest.raises(BloomError, match=r"other.db is a database, but none of MLflow"):
        read_trajectory(tmp_path / "other.db")
    whole = store(tmp_path / "mlflow.db", first=LOSS).read_bytes()
    for size in (100, 4096, len(whole) // 2):
        (tmp_path / "cut.db").write_bytes(whole[:size])
        with pytest.raises(BloomError, match=r"cut\.db"):
            read_trajectory(tmp_path / "cut.db")
    with pytest.raises(BloomError, match="holds no run with metrics"):
        read_trajectory(store(tmp_path / "empty.db"))
    strange: list = [("loss", "much", 1, 0, 0)]
    with pytest.raises(BloomError, match="values that are not metrics"):
        read_trajectory(store(tmp_path / "text.db", run=strange))


# wandb.


def test_a_table_that_wandb_logged_is_no_run(tmp_path):
    files = tmp_path / "run-1/files"
    table = '{"columns": ["a", "b"], "data": [[1, 2.5], [2, 3.5]]}'
    for name in ("tab_0_abc.table.json", "tab_10_def.table.json"):
        (files / "media/table").mkdir(parents=True, exist_ok=True)
        (files / "media/table" / name).write_text(table)
    (files / "artifact/7").mkdir(parents=True)
    (files / "artifact/7/rows.csv").write_text("step,x\n1,2\n")
    (files / "wandb-history.jsonl").write_text('{"_step": 0, "loss": 2.5}\n{"_step": 1, "loss": 1.5}\n')
    assert curves(read_trajectory(tmp_path / "run-1")) == {"loss": [(0, 2.5), (1, 1.5)]}


# TensorBoard.


def field(number: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


def event(step: int, tag: str, value: float) -> bytes:
    one = field(1, tag.encode()) + b"\x15" + struct.pack("<f", value)
    data = b"\x10" + bytes([step]) + field(5, field(1, one))
    length = len(data).to_bytes(8, "little")
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def events(folder, *scalars: tuple[int, str, float]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    number = len(list(folder.iterdir()))
    path = folder / f"events.out.tfevents.17000000{number:02}.host"
    path.write_bytes(b"".join(event(*one) for one in scalars))


@pytest.mark.parametrize("stem", ["model_loss_", "model/loss/"])  # torch's writer, and tensorboardX's
def test_add_scalars_is_part_of_the_writers_run(tmp_path, stem):
    events(tmp_path, (0, "lr", 0.5), (1, "lr", 0.25))
    for key, value in (("train", 2.0), ("val", 3.0)):
        events(tmp_path / f"{stem}{key}", (0, "model/loss", value), (1, "model/loss", value / 2))
    assert curves(read_trajectory(tmp_path)) == {
        "lr": [(0, 0.5), (1, 0.25)],
        "model/loss/train": [(0, 2.0), (1, 1.0)],
        "model/loss/val": [(0, 3.0), (1, 1.5)],
    }


def test_runs_beside_each_other_stay_runs(tmp_path):
    events(tmp_path, (0, "loss", 0.5))
    events(tmp_path / "loss_small", (0, "loss", 0.5), (0, "acc", 0.25))
    events(tmp_path / "large", (0, "loss", 0.5))
    assert describe(tmp_path)["runs"] == [".", "large", "loss_small"]


# Checkpoints.


@pytest.mark.parametrize(
    "wrap",
    [
        "_orig_mod.{}",
        "module.{}",
        "module._orig_mod.{}",
        "_orig_mod.module.{}",
        "_fsdp_wrapped_module.{}",
        "_fsdp_wrapped_module._checkpoint_wrapped_module.{}",
    ],
)
def test_a_wrapped_model_has_the_directions_of_the_bare_one(tmp_path, wrap):
    rng = np.random.default_rng(3)
    for step in (1, 2, 3):
        weights = {"net.0.weight": rng.normal(size=(5, 7)), "net.0.bias": rng.normal(size=5), "w": np.ones(3)}
        for folder, form in (("bare", "{}"), ("wrapped", wrap)):
            (tmp_path / folder).mkdir(exist_ok=True)
            np.savez(tmp_path / folder / f"m_{step}.npz", **{form.format(k): v for k, v in weights.items()})
    bare, wrapped = (read_trajectory(tmp_path / folder) for folder in ("bare", "wrapped"))
    assert [one.name for one in bare.series] == [one.name for one in wrapped.series]
    for one, other in zip(bare.series, wrapped.series, strict=True):
        assert np.array_equal(one.values, other.values)


def test_names_that_become_equal_keep_both(tmp_path):
    for step in (1, 2):
        np.savez(
            tmp_path / f"m_{step}.npz", **{"module.a.weight": np.eye(3) * step, "a.weight": np.eye(2) * step}
        )
    names = [one.name for one in read_trajectory(tmp_path).series if one.kind == "update"]
    assert names == ["update/module.a", "update/a"]


# Formats that need a library of their own.


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (("step_1/.metadata", "step_1/__0_0.distcp"), r"DCP.* dcp_to_torch .*step_1 step_1\.pt"),
        (("10/default/manifest.ocdbt", "10/default/_METADATA"), "Orbax .*restore"),
        (("10/_CHECKPOINT_METADATA",), "Orbax .*restore"),
        ((".aim/meta/chunks/x",), "repository of Aim.*aim up --repo .* CSV"),
        ((".neptune/offline/x",), "Neptune.*fetch_values"),
        (("ckpt-1.index", "ckpt-1.data-00000-of-00001"), "TensorFlow.*load_checkpoint"),
        (("a/model.keras",), r"Keras model.*load_model\('.*model\.keras'\)"),
    ],
)
def test_a_folder_of_a_foreign_format_names_it_and_the_command(tmp_path, files, words):
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"\0\1binary")
    for look in (describe, read_trajectory):
        with pytest.raises(BloomError, match=f"holds .*{words}"):
            look(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("model.h5", b"\x89HDF\r\n\x1a\n" + bytes(99), "HDF5.*load_model"),
        ("weights.bin", b"\x89HDF\r\n\x1a\n" + bytes(99), "HDF5"),
        ("model.keras", b"PK\x03\x04" + bytes(99), "Keras model.*load_model"),
        ("__0_0.distcp", b"\x80\x02binary\0", "DCP"),
    ],
)
def test_a_file_of_a_foreign_format_names_it_and_the_command(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BloomError, match=f"{name} is .*{words}"):
        read_trajectory(tmp_path / name)


def test_what_can_be_read_beside_a_foreign_format_is_read(tmp_path):
    (tmp_path / "model.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    (tmp_path / "history.csv").write_text("epoch,loss\n0,2.5\n1,1.5\n")
    assert curves(read_trajectory(tmp_path)) == {"loss": [(0, 2.5), (1, 1.5)]}
