"""Logs of other programs: what they hold, on small files of our own and on real ones."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.trajectory import describe, read_trajectory
from tests.support import data_path

SAMPLES = Path(__file__).parent / "samples"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def curves(run) -> dict[str, dict[int, float]]:
    """Every series as {step: value}, with NaN as None so that it compares."""
    return {
        one.name: {
            int(step): None if math.isnan(value) else float(value)
            for step, value in zip(one.steps, one.values, strict=True)
        }
        for one in run.series
    }


def refuse(path, words, **options) -> None:
    with pytest.raises(BloomError, match=words) as caught:
        read_trajectory(path, **options)
    message = str(caught.value)
    assert Path(path).name in message
    assert "\n" not in message
    assert ":" in message


# TensorBoard.


def test_tensorboard_scalars_in_all_three_forms_and_a_restart():
    run = read_trajectory(SAMPLES / "events.out.tfevents.1700000000.sample")
    found = curves(run)
    before = [np.float32(3.0 / (1 + step)) for step in range(0, 50, 10)]
    assert list(found["loss"]) == [0, 10, 20, 30, 40, 50, 60, 70, 80]
    assert list(found["loss"].values()) == [*before, 7.0, 7.0, 7.0, None]
    assert found["accuracy"] == {step: np.float32(step / 100) for step in range(0, 50, 10)}
    assert found["rate"] == {step: 0.1 * 0.5 ** (step / 10) for step in range(0, 50, 10)}
    assert set(found) == {"loss", "accuracy", "rate"}


def test_tensorboard_checksum():
    from bloom_blender.trajectory.readers.tensorboard import masked_crc

    # RFC 3720, B.4: CRC-32C of 32 bytes of zeros and of ones; here masked as in a TFRecord.
    for data, crc in ((bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43)):
        assert masked_crc(data) == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def test_a_tail_that_is_cut_off_is_what_a_running_training_leaves(tmp_path):
    data = (SAMPLES / "events.out.tfevents.1700000000.sample").read_bytes()
    run = read_trajectory(put(tmp_path, "events.out.tfevents.1", data[:300]))
    assert "ends within a record" in run.metadata["remarks"]
    assert set(curves(run)["loss"]) < set(range(0, 100, 10))


def test_a_damaged_record_is_told_with_its_place(tmp_path):
    data = bytearray((SAMPLES / "events.out.tfevents.1700000000.sample").read_bytes())
    data[200] ^= 1
    path = put(tmp_path, "events.out.tfevents.1", bytes(data))
    refuse(path, r"damaged at byte 1\d\d: copy it again")
    assert "damaged at byte" in read_trajectory(path, partial=True).metadata["remarks"]


def test_event_files_of_keras_are_one_run(tmp_path):
    data = (SAMPLES / "events.out.tfevents.1700000000.sample").read_bytes()
    put(tmp_path, "mnist/logs/train/events.out.tfevents.1.x", data)
    put(tmp_path, "mnist/logs/validation/events.out.tfevents.2.x", data)
    run = read_trajectory(tmp_path / "mnist" / "logs")
    assert {"train/loss", "validation/loss"} <= {one.name for one in run.series}
    assert run.name == "mnist"  # "logs" is no name


# wandb and MLflow.


def test_a_wandb_file_as_wandb_writes_it():
    found = curves(read_trajectory(SAMPLES / "sample.wandb"))
    assert found["train/loss"] == {step: 3.0 / (1 + step) for step in range(0, 200, 10)} | {200: None}
    assert found["optimizer.rate"] == dict.fromkeys(range(0, 200, 10), 0.1)
    assert found["validation/loss"] == {100: 0.5}


def test_a_wandb_file_that_is_cut_off_or_damaged(tmp_path):
    data = (SAMPLES / "sample.wandb").read_bytes()
    run = read_trajectory(put(tmp_path, "cut.wandb", data[: len(data) // 2]))
    assert "ends within a record" in run.metadata["remarks"]
    changed = bytearray(data)
    changed[len(data) // 2] ^= 255
    path = put(tmp_path, "bad.wandb", bytes(changed))
    refuse(path, r"damaged at byte \d+")
    assert read_trajectory(path, partial=True).series


def test_wandb_history_lines(tmp_path):
    rows = [
        {"loss": 3.0, "_step": 0, "_runtime": 1.0, "_timestamp": 2.0, "picture": {"_type": "image-file"}},
        {"loss": "NaN", "nested": {"rate": 1}, "_step": 2, "ok": True, "text": "x"},
        {"loss": 1.5, "_step": 5},
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path = put(tmp_path, "wandb-history.jsonl", text)
    assert curves(read_trajectory(path)) == {"loss": {0: 3.0, 2: None, 5: 1.5}, "nested.rate": {2: 1.0}}
    put(tmp_path, "wandb-history.jsonl", text[:-4])  # killed while writing
    assert "ends within line 3" in read_trajectory(path).metadata["remarks"]
    put(tmp_path, "wandb-history.jsonl", text.replace('"_step": 2', '"_step": '))
    refuse(path, "line 2 of wandb-history.jsonl is not a JSON object")
    assert curves(read_trajectory(path, partial=True))["loss"] == {0: 3.0, 5: 1.5}


def test_the_optimizer_step_counts_more_than_the_count_of_calls(tmp_path):
    rows = [{"trainer/global_step": 50 * i, "_step": i, "loss": i} for i in range(4)]
    path = put(tmp_path, "h.jsonl", "\n".join(map(json.dumps, rows)))
    assert list(curves(read_trajectory(path))["loss"]) == [0, 50, 100, 150]


def test_mlflow_runs_are_chosen_by_name(tmp_path):
    for folder, name in (("a1", "first"), ("b2", "second")):
        put(tmp_path, f"mlruns/7/{folder}/meta.yaml", f"run_id: {folder}\nrun_name: {name}\n")
        put(tmp_path, f"mlruns/7/{folder}/metrics/loss", "1700000000000 2.5 0\n1700000000009 nan 10\n")
        put(tmp_path, f"mlruns/7/{folder}/metrics/val/acc", "1700000000000 0.5 10\n")
    refuse(tmp_path / "mlruns", "2 runs: choose one of 7/first, 7/second")
    run = read_trajectory(tmp_path / "mlruns", run="second")
    assert curves(run) == {"loss": {0: 2.5, 10: None}, "val/acc": {10: 0.5}}
    refuse(tmp_path / "mlruns", "no run named 'third'", run="third")
    assert describe(tmp_path / "mlruns")["runs"] == ["7/first", "7/second"]
    assert curves(read_trajectory(tmp_path / "mlruns/7/a1/metrics/loss")) == {"loss": {0: 2.5, 10: None}}


# Hugging Face, Keras, Lightning: JSON and CSV.

STATE = {
    "global_step": 20,
    "log_history": [
        {"epoch": 0.5, "loss": 3.0, "learning_rate": 1e-4, "step": 10},
        {"epoch": 1.0, "loss": math.nan, "step": 20},
        {"epoch": 1.0, "eval_loss": 2.0, "step": 20},
    ],
}


def test_trainer_state(tmp_path):
    path = put(tmp_path, "run/checkpoint-20/trainer_state.json", json.dumps(STATE, indent=2))
    expected = {"loss": {10: 3.0, 20: None}, "learning_rate": {10: 1e-4}, "eval_loss": {20: 2.0}}
    assert curves(read_trajectory(path)) == expected
    older = STATE | {"global_step": 10, "log_history": STATE["log_history"][:1]}
    put(tmp_path, "run/checkpoint-10/trainer_state.json", json.dumps(older))
    run = read_trajectory(tmp_path / "run")  # the latest checkpoint has the whole history
    assert curves(run) == expected
    assert run.name == "run"


def test_a_trainer_state_that_is_cut_off(tmp_path):
    text = json.dumps(STATE, indent=2)
    path = put(tmp_path, "trainer_state.json", text[: text.index('"eval_loss"') + 3])
    refuse(path, r"cut off or damaged at line \d+: copy it again")
    run = read_trajectory(path, partial=True)
    assert curves(run) == {"loss": {10: 3.0, 20: None}, "learning_rate": {10: 1e-4}}


@pytest.mark.parametrize(
    "document",
    [
        {"loss": [2.0, 1.0], "acc": [0.5, None]},
        {"history": {"loss": [2.0, 1.0], "acc": [0.5]}, "epoch": [0, 1], "params": {"epochs": 2}},
        {"loss": {"0": 2.0, "1": 1.0}, "acc": {"0": 0.5}},
        [{"epoch": 0, "loss": 2.0, "acc": 0.5}, {"epoch": 1, "loss": 1.0}],
    ],
)
def test_histories_in_json(tmp_path, document):
    path = put(tmp_path, "history.json", json.dumps(document))
    assert curves(read_trajectory(path)) == {"loss": {0: 2.0, 1: 1.0}, "acc": {0: 0.5}}


def test_one_curve_as_tensorboard_downloads_it(tmp_path):
    path = put(tmp_path, "loss.json", "[[1700000000.5, 0, 2.5], [1700000001.5, 10, 1.5]]")
    assert curves(read_trajectory(path)) == {"loss": {0: 2.5, 10: 1.5}}
    path = put(tmp_path, "loss.csv", "Wall time,Step,Value\n1700000000.5,0,2.5\n1700000001.5,10,1.5\n")
    assert curves(read_trajectory(path)) == {"Value": {0: 2.5, 10: 1.5}}


def test_a_summary_is_no_course(tmp_path):
    path = put(tmp_path, "wandb-summary.json", '{"loss": 0.5, "_step": 10, "_wandb": {"runtime": 3}}')
    refuse(path, "one value of each quantity")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("epoch,loss,val_loss\n0,2.0,3.0\n1,1.0,\n", {"loss": {0: 2.0, 1: 1.0}, "val_loss": {0: 3.0}}),
        ("loss,acc\n2.0,0.5\n1.0,0.6\n", {"loss": {0: 2.0, 1: 1.0}, "acc": {0: 0.5, 1: 0.6}}),
        ("train,epoch,step\n,0,9\n2.0,0,9\n1.0,1,19\n", {"train": {9: 2.0, 19: 1.0}}),  # Lightning
        ('"Step","run - loss","run - loss__MIN"\n"0","2.0","1.9"\n"5","",""\n', {"loss": {0: 2.0}}),  # wandb
        ("step;loss\n0;2.0\n10;nan\n", {"loss": {0: 2.0, 10: None}}),
        ("step\tloss\r\n0\t2.0\r\n10\t-inf\r\n", {"loss": {0: 2.0, 10: -math.inf}}),
        ("\ufeffstep,loss,note\n0,2.0,hello\n1,1.0,\n", {"loss": {0: 2.0, 1: 1.0}}),
        (
            "step,metric,value\n0,loss,2.0\n0,acc,0.5\n1,loss,1.0\n",
            {"loss": {0: 2.0, 1: 1.0}, "acc": {0: 0.5}},
        ),
        ("loss\n2.0\n1.0\n", {"loss": {0: 2.0, 1: 1.0}}),
        (",loss\n0,2.0\n1,1.0\n", {"loss": {0: 2.0, 1: 1.0}}),  # pandas' index
        ("step,loss,loss\n0,2.0,3.0\n", {"loss": {0: 2.0}, "loss (2)": {0: 3.0}}),
    ],
)
def test_tables(tmp_path, text, expected):
    assert curves(read_trajectory(put(tmp_path, "table.csv", text))) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "step;loss\n0;2,5\n",
            "'2,5' in line 2 of table.csv has a comma as decimal sign: export it with points",
        ),
        ("step,loss\n0,2,5\n", "line 2 of table.csv has 3 cells .* points as decimal signs"),
        ("step,loss\n0,2.0\n1,1.\n2\n", "line 4 of table.csv has 1 cells"),
        ("step,loss\n0,2.0\n1,two\n", "'two' in line 3 of table.csv is not a number for 'loss'"),
        ("step,loss\nzero,2.0\n", "'zero' in line 2 of table.csv is not a number for 'step'"),
        ("step,loss\n0,\n1,\n", "no measured numbers"),
        ("name,best\nrun1,0.5\nrun2,0.6\n", "a row for each run and not for each step"),
        ("step,loss\n99999999999999999999,1\n", "not a number for 'step'"),
    ],
)
def test_tables_that_cannot_be(tmp_path, text, words):
    refuse(put(tmp_path, "table.csv", text), words)


def test_what_is_readable_of_a_damaged_table(tmp_path):
    path = put(tmp_path, "t.csv", "step,loss\n0,2.0\n1,1.5,7\n2,x\n3,1.0\n4")
    assert curves(read_trajectory(path, partial=True)) == {"loss": {0: 2.0, 3: 1.0}}


def test_one_run_of_an_export_with_several(tmp_path):
    path = put(tmp_path, "export.csv", "Step,a - loss,b - loss,b - acc\n0,1,2,0.5\n1,,3,\n")
    assert set(curves(read_trajectory(path))) == {"a - loss", "b - loss", "b - acc"}
    run = read_trajectory(path, run="b")
    assert curves(run) == {"loss": {0: 2.0, 1: 3.0}, "acc": {0: 0.5}}
    assert run.name == "b"
    assert describe(path)["runs"] == ["a", "b"]
    refuse(path, "no run named 'c': choose among a, b", run="c")


# Text.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "number of parameters: 10.65M\nstep 0: train loss 4.2, val loss 4.3\n"
            "iter 0: loss 4.25, time 12.34ms, mfu -100.00%\niter 1: loss 4.0, time 1ms, mfu 1.5%\n",
            {
                "train loss": {0: 4.2},
                "val loss": {0: 4.3},
                "loss": {0: 4.25, 1: 4.0},
                "mfu": {0: -100, 1: 1.5},
            },
        ),
        ("0 val 10.9\n0 train 10.8\n1 train nan\n", {"val": {0: 10.9}, "train": {0: 10.8, 1: None}}),
        ("s:0 tel:10.5\ns:5 trl:9.5 lr:0.1\n", {"tel": {0: 10.5}, "trl": {5: 9.5}, "lr": {5: 0.1}}),
        (
            "step 5/100 | loss 3.1 | norm 0.5 | lr 1.00e-04\nstep 6/100 | loss 3.0 | norm 0.4 | lr 1e-4\n",
            {"loss": {5: 3.1, 6: 3.0}, "norm": {5: 0.5, 6: 0.4}, "lr": {5: 1e-4, 6: 1e-4}},
        ),
        (
            "Epoch: [0][ 10/500] Loss 2.31 (2.40) Acc@1 10.5 (9.1)\nEpoch: [1][ 20/500] Loss 2.0 (2.1)\n",
            {"Loss": {10: 2.31, 520: 2.0}, "Acc@1": {10: 10.5}},
        ),
        (
            "{'loss': 2.5, 'learning_rate': 5e-05, 'epoch': 0.1}\n{'loss': 2.0, 'epoch': 0.2}\n",
            {"loss": {0: 2.5, 1: 2.0}, "learning_rate": {0: 5e-5}},
        ),
        (
            "Epoch 1/2\n10/10 [====] - 2s 4ms/step - loss: 0.5 - acc: 0.8\n"
            "Epoch 2/2\n10/10 [====] - 2s 4ms/step - loss: 0.25 - acc: 0.9\n",
            {"loss": {1: 0.5, 2: 0.25}, "acc": {1: 0.8, 2: 0.9}},
        ),
        (
            "2024-01-02 INFO step=10 loss=3.5\n2024-01-02 INFO step=20 loss=inf\n",
            {"loss": {10: 3.5, 20: math.inf}},
        ),
        ("Epoch 1, loss: 2.0\nEpoch 2, loss: 1.0\n", {"loss": {1: 2.0, 2: 1.0}}),
    ],
)
def test_printed_logs(tmp_path, text, expected):
    assert curves(read_trajectory(put(tmp_path, "train.log", text))) == expected


def test_a_number_that_may_be_cut_in_two_is_not_read(tmp_path):
    path = put(
        tmp_path, "train.log", "iter 0: loss 4.25, time 1ms\niter 1: loss 4.1, time 1ms\niter 2: loss 3."
    )
    assert curves(read_trajectory(path)) == {"loss": {0: 4.25, 1: 4.1}}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_and_windows_line_ends(tmp_path, encoding):
    text = "iter 0: loss 4.25\r\niter 1: loss 4.0\r\n"
    assert curves(read_trajectory(put(tmp_path, "a.log", text.encode(encoding)))) == {
        "loss": {0: 4.25, 1: 4.0}
    }


def test_text_without_steps(tmp_path):
    refuse(put(tmp_path, "readme.txt", "All work and no play\nmakes Jack a dull boy\n"), "not a training run")


# Steps that are not in order.


def test_restarts_keep_what_came_later(tmp_path):
    rows = [(step, 1.0) for step in range(100)] + [(step, 2.0) for step in range(50, 60)]
    path = put(tmp_path, "t.csv", "step,loss\n" + "".join(f"{s},{v}\n" for s, v in rows))
    run = read_trajectory(path)
    assert curves(run)["loss"] == dict.fromkeys(range(50), 1.0) | dict.fromkeys(range(50, 60), 2.0)
    assert "goes back 1 times" in run.metadata["remarks"]


@pytest.mark.parametrize(
    ("steps", "kept"),
    [
        ([0, 1, 3, 2, 4], [0, 1, 2, 3, 4]),  # late by one
        ([4, 3, 2, 1, 0], [0, 1, 2, 3, 4]),  # newest first
        ([0, 1, 1, 2], [0, 1, 2]),  # doubled
        ([7, 2, 9, 1, 8, 3, 0, 5, 6, 4], list(range(10))),  # no order at all
    ],
)
def test_odd_orders(tmp_path, steps, kept):
    path = put(tmp_path, "t.csv", "step,loss\n" + "".join(f"{s},{i}\n" for i, s in enumerate(steps)))
    found = curves(read_trajectory(path))["loss"]
    assert list(found) == kept
    assert all(
        found[step] == len(steps) - 1 - steps[::-1].index(step) for step in kept
    )  # the last one counts


# Choosing and telling.


def test_series_and_steps_are_chosen(tmp_path):
    path = put(
        tmp_path, "t.csv", "step,train/loss,val/loss\n" + "".join(f"{s},1,2\n" for s in range(0, 100, 10))
    )
    run = read_trajectory(path, series="train/*", steps="20:40")
    assert curves(run) == {"train/loss": {20: 1.0, 30: 1.0, 40: 1.0}}
    assert set(curves(read_trajectory(path, series=["val/*", "tr*"]))) == {"train/loss", "val/loss"}
    refuse(path, "no series named 'acc': choose among train/loss, val/loss", series="acc")
    refuse(path, "no such steps: choose a range within 0:90", steps="200:")
    for steps in ("20", "a:b", "5:1", "1:2:3"):
        with pytest.raises(BloomError, match="range"):
            read_trajectory(path, steps=steps)


def test_describe_tells_ranges_gaps_and_nan(tmp_path):
    steps = [0, 10, 20, 30, 500, 510, 520, 900]
    rows = "".join(f"{s},{'nan' if s == 20 else s}\n" for s in steps)
    found = describe(put(tmp_path, "t.csv", f"step,loss\n{rows}"))
    (loss,) = found["series"]
    assert (loss["length"], loss["first_step"], loss["last_step"], loss["nan"]) == (8, 0, 900, 1)
    assert (loss["gaps"], loss["largest_gaps"]) == (2, [[30, 500], [520, 900]])
    assert (loss["minimum"], loss["maximum"]) == (0.0, 900.0)
    assert found["format"] == "CSV"


# Packed files.


def test_packed_logs(tmp_path):
    data = gzip.compress(b"step,loss\n" + b"".join(b"%d,%d\n" % (s, s * s) for s in range(9000)))
    path = put(tmp_path, "log.csv.gz", data)
    assert len(curves(read_trajectory(path))["loss"]) == 9000
    put(tmp_path, "log.csv.gz", data[: len(data) // 2])
    refuse(path, "truncated in its packed data")
    assert 100 < len(curves(read_trajectory(path, partial=True))["loss"]) < 9000


def test_a_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"step,loss\n")
        for _ in range(90):
            file.write((b"1," + b"1" * 997 + b"\n") * 1000)
    refuse(path, "unpacks to more than 100 times its size")
    path = put(tmp_path, "line.csv", b"step,loss\n" + b"1" * 17_000_000)
    refuse(path, "longer than 16000000 characters")


@pytest.mark.parametrize("content", [b"", gzip.compress(b"")])
def test_empty_files(tmp_path, content):
    refuse(put(tmp_path, "metrics.csv", content), "is empty")


# Real files: spot values read off by hand, or counted by another program.


@pytest.mark.parametrize(
    ("name", "series", "length", "first", "last"),
    [
        ("trainer_state/HangerYang+Star/trainer_state.json", "loss", 2000, 20, 40000),
        ("trainer_state/keanuspies+lyric-generator-llm", "loss", 3000, 1, 3000),
        (
            "lightning_csv/Macro1027+Simple-Pendulum-PINN/lightning_logs/version_0",
            "train_loss_step",
            126,
            49,
            6299,
        ),
        ("csv_log/pbishop52+HEP-ML-Model/checkpoints/training_log.csv", "test_loss", 10, 1, 10),
        (
            "csv_log/Efaythegreat+char-rnn.pytorch/error_logs/n_layers_error.csv",
            "n_layers_4.0",
            2000,
            0,
            1999,
        ),
        (
            "keras_csv/AkshatSharma5+Brain_Tumor_Image_Classification_using_CNN/training_log.csv",
            "loss",
            5,
            0,
            4,
        ),
        ("keras_csv/Charlie839242+Unet-CityScapes/training_log.csv", "val_loss", 1, 0, 0),
        ("keras_history_json/DiscreetAI+keras-gpt-2-doublehead/training_history.json", "loss", 3, 0, 2),
        ("nanogpt_log/AGNDM+build-nanogpt/log_no_warmup/log.txt", "train", 19073, 0, 19072),
        ("nanogpt_log/AGNDM+build-nanogpt/log_no_warmup/log.txt", "hella", 78, 0, 19072),
        ("wandb/mfts+spaceinvaders-wandb-challenge/wandb", "episodic_reward", 98, 0, 196),
        ("wandb/druidowm+nanoGPT/wandb/run-20241012_153325-jnyhr7aj", "loss", 2156, 0, 2155),
        ("tensorboard/Abdul-AA+Text-Generation-With-LSTM", "train_loss", 7691, 49, 384549),
        ("npz/thevoidop+mad-grad/losses.npy", "losses", 20, 0, 19),
    ],
)
def test_real_logs(name, series, length, first, last):
    one = read_trajectory(data_path(f"logs/{name}")).series_named(series)
    assert (len(one.steps), int(one.steps[0]), int(one.steps[-1])) == (length, first, last)
    assert np.isfinite(one.values).all()


def test_a_real_table_value_by_value():
    path = data_path(
        "logs/lightning_csv/Macro1027+Simple-Pendulum-PINN/lightning_logs/version_18/metrics.csv"
    )
    lines = [line.split(",") for line in path.read_text().splitlines()]
    column, step = lines[0].index("train_loss_step"), lines[0].index("step")
    expected = {int(line[step]): float(line[column]) for line in lines[1:] if line[column]}
    assert curves(read_trajectory(path))["train_loss_step"] == expected


def test_a_real_export_with_several_runs():
    path = data_path("logs/wandb/druidowm+nanoGPT/wandb_export.csv")
    runs = describe(path)["runs"]
    assert len(runs) == 8
    run = read_trajectory(path, run=runs[0])
    assert curves(run)["train/loss"] == curves(read_trajectory(path))[f"{runs[0]} - train/loss"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("logs/wandb/Bowen-n+GNN-Kernel-Test/wandb_export.csv", "a row for each run"),
        ("logs/wandb/mfts+spaceinvaders-wandb-challenge/wandb/wandb-summary.json", "one value of each"),
        ("logs/wandb/mfts+spaceinvaders-wandb-challenge/model.h5", "HDF5"),
        ("logs/wandb/mfts+spaceinvaders-wandb-challenge/wandb/requirements.txt", "not a training run"),
        (
            "logs/wandb/druidowm+nanoGPT/wandb/run-20241022_232552-u1pue59s/run-u1pue59s.wandb",
            "no measured numbers",
        ),
        ("hostile/logs/events_88_bytes_no_data", "no measured numbers"),
        ("logs/tensorboard", "9 runs: choose one of"),
        ("logs/checkpoint_series", r"3 runs: choose one of .*epoch#_#\.pt"),
    ],
)
def test_real_files_that_hold_no_run(name, words):
    refuse(data_path(name), words)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("keras_no_epoch_one_row.csv", {"loss": {0: 1.0186389684677124}}),
        (
            "lightning_two_rows_odd_column_order.csv",
            {"train_loss": {49: 0.06647399812936783, 99: 0.03766737878322601}},
        ),
        ("trainer_state_one_entry.json", {"completion_length": {10: 256.0}}),
    ],
)
def test_odd_real_files(name, expected):
    found = curves(read_trajectory(data_path(f"hostile/logs/{name}")))
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("far.jsonl", '{"step": 1, "loss": 1}\n' * 2 + '{"step": 9007199254740993, "loss": 2}\n', ""),
        ("far", "1700000000000 2.5 0\n1700000000000 2.5 999999999999999999\n", ""),
        ("wide.json", json.dumps({f"m{k}": [1.0, 2.0] for k in range(20_001)}), "more than 20000 names"),
    ],
)
def test_numbers_and_names_beyond_all_bounds(tmp_path, name, content, words):
    path = put(tmp_path, name, content)
    if words:
        refuse(path, words)
    else:
        assert read_trajectory(path).series


def test_names_that_are_no_unicode(tmp_path):
    path = put(tmp_path, "a.json", r'{"lo\ud800ss": [2.0, 1.0]}')
    assert curves(read_trajectory(path)) == {"lo?ss": {0: 2.0, 1: 1.0}}


def test_of_two_logs_of_a_run_the_better_one_counts(tmp_path):
    put(tmp_path, "run/a.log", "step 1: loss 0.33, time 5ms\nstep 2: loss 0.25, extra 7\n")
    put(tmp_path, "run/metrics.csv", "step,loss\n1,0.3333333\n2,0.2512345\n")
    found = curves(read_trajectory(tmp_path / "run"))
    assert found == {"loss": {1: 0.3333333, 2: 0.2512345}, "extra": {2: 7.0}}
