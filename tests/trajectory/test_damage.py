"""Cut and changed files of every format: a sentence that names the file, and no other failure."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bloom_blender.errors import BloomError
from bloom_blender.trajectory import read_trajectory
from bloom_blender.trajectory.readers.checkpoints import open_weights
from tests.support import REPOSITORY, data_path

SAMPLES = Path(__file__).parent / "samples"
RUN = REPOSITORY / "examples" / "runs" / "translation_en_fr.bloom"

CSV = "step,loss,acc\n" + "".join(f"{step},{3 / (1 + step)},0.{step}\n" for step in range(60))
JSON = (
    '{"log_history": ['
    + ", ".join(f'{{"step": {step}, "loss": {3 / (1 + step)}}}' for step in range(60))
    + "]}"
)
LINES = "".join(f'{{"_step": {step}, "loss": {3 / (1 + step)}}}\n' for step in range(60))
LOG = "".join(f"iter {step}: loss {3 / (1 + step):.4f}, time {step}ms\n" for step in range(60))
WORDS = "20 5\n" + "".join(
    f"w{k} " + " ".join(f"{k * j / 7:.4f}" for j in range(5)) + "\n" for k in range(20)
)
METRIC = "".join(f"17000000{step:05d} {3 / (1 + step)} {step}\n" for step in range(60))


def texts() -> dict[str, bytes]:
    pairs = {"a.csv": CSV, "a.json": JSON, "a.jsonl": LINES, "a.log": LOG, "a.vec": WORDS, "loss": METRIC}
    return {name: text.encode() for name, text in pairs.items()}


def samples() -> dict[str, bytes]:
    names = (
        "events.out.tfevents.1700000000.sample",
        "sample.wandb",
        "odd_tensors.pt",
        "legacy_1.pt",
        "module.pt",
    )
    return texts() | {name: (SAMPLES / name).read_bytes() for name in names}


def read_or_be_told(path: Path, *, partial: bool) -> bool:
    """Whether the file can be read; if not, that the sentence is a good one. Tensors are read, too."""
    try:
        if path.suffix == ".pt":
            for tensor in open_weights(path).tensors.values():
                tensor.load()
        else:
            read_trajectory(path, partial=partial)
    except BloomError as error:
        message = str(error)
        assert path.name in message
        assert "\n" not in message
        assert ":" in message
        return False
    return True


@pytest.mark.parametrize("name", samples())
def test_cut_at_twenty_places(tmp_path, name):
    data = samples()[name]
    for place in random.Random(name).sample(range(len(data)), 20):
        (tmp_path / name).write_bytes(data[:place])
        for partial in (False, True):
            read_or_be_told(tmp_path / name, partial=partial)


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.log", "a.vec", "loss"])
def test_what_is_left_of_a_cut_file_is_read_if_asked_for(tmp_path, name):
    data = texts()[name]
    (tmp_path / name).write_bytes(data[: len(data) * 2 // 3])
    run = read_trajectory(tmp_path / name, partial=True)
    assert sum(len(one.steps) for one in run.series) > 30 or len(run.embedding().words) > 10


@given(st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_changed_bytes(tmp_path, data):
    everything = samples()
    name = data.draw(st.sampled_from(sorted(everything)))
    content = bytearray(everything[name])
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(
            st.one_of(st.integers(0, min(200, len(content) - 1)), st.integers(0, len(content) - 1))
        )
        content[place] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(content)
    read_or_be_told(tmp_path / name, partial=data.draw(st.booleans()))


@given(
    content=st.binary(max_size=200),
    name=st.sampled_from(["a", "a.csv", "a.pt", "a.json", "a.gz", "a.bloom", "a.npz"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_under_any_name(tmp_path, content, name):
    (tmp_path / name).write_bytes(content)
    for start in (
        b"",
        b"\x1f\x8b\x08",
        b"PK\x03\x04",
        b"\x93NUMPY\x01\x00",
        b":W&B",
        b"\x80\x02",
        b"{",
        b"[",
    ):
        (tmp_path / name).write_bytes(start + content)
        try:
            read_trajectory(tmp_path / name)
        except BloomError as error:
            assert name in str(error)


def test_a_truncated_run_gives_its_whole_rows(tmp_path):
    data, path = RUN.read_bytes(), tmp_path / "run.bloom"
    whole = read_trajectory(RUN)
    path.write_bytes(data[: len(data) * 3 // 4])
    with pytest.raises(BloomError, match=r"run.bloom is truncated"):
        read_trajectory(path)
    run = read_trajectory(path, partial=True)
    assert run.metadata["remarks"] == "run.bloom is truncated"
    for one in run.members:
        other = next(member for member in whole.members if member.name == one.name)
        count = len(one.steps)
        np.testing.assert_array_equal(one.steps, other.steps[:count])
        values, expected = (
            getattr(m, "values", None) if hasattr(m, "values") else m.vectors for m in (one, other)
        )
        np.testing.assert_array_equal(values, expected[:count])
    changed = bytearray(data)
    changed[-5] ^= 1
    path.write_bytes(changed)
    assert "may be wrong" in read_trajectory(path, partial=True).metadata["remarks"]


REAL = [
    "logs/trainer_state/aigoncharov+trainer_state_viz/trainer_state.json",
    "logs/lightning_csv/Macro1027+Simple-Pendulum-PINN/lightning_logs/version_0/metrics.csv",
    "logs/lightning_csv/Macro1027+Simple-Pendulum-PINN/lightning_logs/version_0/checkpoints/epoch=99-step=6300.ckpt",
    "logs/csv_log/pbishop52+HEP-ML-Model/checkpoints/training_log.csv",
    "logs/checkpoint_series/pbishop52+HEP-ML-Model/checkpoints/epoch_1.pt",
    "logs/checkpoint_single/AliBayatMokhtari+mnist-tinygrad/model.safetensors",
    "logs/tensorboard/AnAccountWithoutAName+Deep-Lineary-Gated-Networks/lightning_logs/version_10/"
    "events.out.tfevents.1767300223.Kosu.29868.0",
    "logs/nanogpt_log/AGNDM+build-nanogpt/log/log.txt",
    "logs/wandb/mfts+spaceinvaders-wandb-challenge/wandb/wandb-history.jsonl",
    "logs/wandb/druidowm+nanoGPT/wandb/run-20241012_153325-jnyhr7aj/files/output.log",
    "logs/wandb/druidowm+nanoGPT/wandb/run-20241022_232419-18kjtmnl/run-18kjtmnl.wandb",
    "logs/wandb/druidowm+nanoGPT/wandb_export.csv",
    "logs/embeddings/Ventupentu+Skipgram/embeddings.txt",
    "logs/npz/thevoidop+mad-grad/losses.npy",
    "logs/npz/thevoidop+mad-grad/weights.npz",
    "logs/keras_csv/AkshatSharma5+Brain_Tumor_Image_Classification_using_CNN/training_log.csv",
    "logs/keras_history_json/DiscreetAI+keras-gpt-2-doublehead/training_history.json",
    "hostile/checkpoints/whole_module_pickle_unknown_class.pt",
]


@pytest.mark.parametrize("name", REAL)
def test_real_files_cut_at_twenty_places(tmp_path, name):
    source = data_path(name)
    data = source.read_bytes()
    path = tmp_path / source.name
    for place in random.Random(name).sample(range(len(data)), 20):
        path.write_bytes(data[:place])
        read_or_be_told(path, partial=place % 2 == 0)
