"""Small files that once took all memory, hours, or ended in a traceback: each gives a sentence, and soon."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from bloom_blender import files
from bloom_blender.errors import BloomError
from bloom_blender.trajectory import describe, measurements, read_trajectory
from bloom_blender.trajectory.description import preview
from bloom_blender.trajectory.readers import checkpoints
from bloom_blender.trajectory.readers import torch_file as torch_reader
from bloom_blender.trajectory.readers.tensorboard import masked_crc


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refuse(path: Path, words: str) -> None:
    """Whatever looks at the path says the same sentence; a preview never raises."""
    for look in (describe, read_trajectory):
        with pytest.raises(BloomError, match=words):
            look(path)
    assert isinstance(preview(path), list)


def torch_file(path: Path, program: bytes, data: bytes = bytes(16)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/data.pkl", program)
        archive.writestr("m/data/0", data)
    return path


def text(word: str) -> bytes:
    return b"X" + struct.pack("<I", len(word)) + word.encode()


def tensor(shape: bytes = b"K\x02\x85", strides: bytes = b"K\x01\x85") -> bytes:
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K\x04tQ"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00" + shape + strides + b"\x89NtR"


# Memory.


def test_arrays_that_unpack_to_much_more_than_their_file(tmp_path):
    np.savez_compressed(tmp_path / "curve.npz", loss=np.zeros(1_000_000, np.uint8))
    assert (tmp_path / "curve.npz").stat().st_size < 2000
    refuse(tmp_path / "curve.npz", r"curve\.npz unpacks to more than 100 times its size")
    (tmp_path / "weights").mkdir()
    for step in (1, 2):
        np.savez_compressed(tmp_path / f"weights/m_{step}.npz", a=np.zeros((3, 1_000_000), np.float32))
    with pytest.raises(BloomError, match="'a' in m_1.npz is damaged"):
        read_trajectory(tmp_path / "weights")


def test_an_honest_packed_curve_is_read(tmp_path):
    values = np.random.default_rng(1).normal(size=50_000).round(2)
    np.savez_compressed(tmp_path / "curve.npz", loss=values, rate=np.full(50_000, 1e-3))
    assert np.array_equal(read_trajectory(tmp_path / "curve.npz").series_named("loss").values, values)


def test_one_long_name_over_many_references(tmp_path):
    program = b"\x80\x02}" + text("k" * 1_000_000) + b"](" + tensor() + b"q\x00" + b"h\x00" * 100_000 + b"es."
    for step in (1, 2):
        torch_file(tmp_path / f"a{step}.pt", program)
    refuse(tmp_path, "name of over 2000 letters")


def test_more_tensors_than_any_model_has(tmp_path, monkeypatch):
    monkeypatch.setattr(torch_reader, "_MOST_TENSORS", 1000)
    program = b"\x80\x02}" + text("k") + b"](" + tensor() + b"q\x00" + b"h\x00" * 2000 + b"es."
    for step in (1, 2):
        torch_file(tmp_path / f"a{step}.pt", program)
    refuse(tmp_path, "more tensors than any model has")


def test_packed_text_that_unpacks_to_much_more_than_its_file(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ALWAYS_UNPACKED", 20_000)
    refuse(write(tmp_path, "c.csv.gz", gzip.compress(b"loss\n" + b"1\n" * 50_000)), "100 times its size")
    refuse(write(tmp_path, "j.json.gz", gzip.compress(b"[" + b"[]," * 50_000 + b"1]")), "100 times its size")


# Time. What was quadratic took minutes at these sizes.


def test_many_columns_of_one_name(tmp_path):
    names, ones = b",".join([b"a"] * 19_000), b",".join([b"1"] * 19_000)
    table = write(tmp_path, "t.csv", b"step," + names + b"\n1," + ones + b"\n")
    assert [one.name for one in read_trajectory(table).series[:3]] == ["a", "a (2)", "a (3)"]


def test_names_that_could_begin_anywhere(tmp_path):
    dashes = b"step 1 loss 1\n" * 13 + (b"step 1 " + b"a-" * 2490 + b"\n") * 10
    assert len(read_trajectory(write(tmp_path, "d.log", dashes)).series) == 1


def test_a_record_of_many_empty_parts(tmp_path):
    def chunk(kind: int, data: bytes) -> bytes:
        return struct.pack("<IHB", zlib.crc32(bytes([kind]) + data), len(data), kind) + data

    parts = bytearray(b":W&B\xe1\xbe\x00" + chunk(2, b""))
    for _ in range(100_000):
        room = 32_768 - len(parts) % 32_768
        parts += bytes(room if room < 7 else 0) + chunk(3, b"")
    refuse(write(tmp_path, "p.wandb", bytes(parts)), "no measured numbers")


def test_many_sessions_over_many_names(tmp_path, monkeypatch):
    def event(step: int, body: bytes) -> bytes:
        data = b"\x10" + bytes([step]) + body
        length = len(data).to_bytes(8, "little")
        return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))

    def scalar(name: str) -> bytes:
        one = b"\x0a" + bytes([len(name)]) + name.encode() + b"\x15" + struct.pack("<f", 1.0)
        one = b"\x0a" + bytes([len(one)]) + one
        return b"\x2a" + bytes([len(one)]) + one

    start = b"\x3a\x02\x08\x01"
    many = b"".join(event(0, scalar(f"n{k}")) for k in range(2000))
    kept = write(tmp_path, "a/events.out.tfevents.1", many + event(1, start) * 2000)
    assert len(read_trajectory(kept).series) == 2000
    monkeypatch.setattr(measurements, "_MOST_FORGETTING", 20_000)
    back = b"".join(event(5, scalar("x")) + event(5, start) for _ in range(11))
    refuse(write(tmp_path, "b/events.out.tfevents.1", many + back), "goes back too often")


def test_shapes_beyond_all_numbers(tmp_path):
    for shape, words in (([10**4000] * 20, "damaged in the shape"), ([1] * 70, "has 70 dimensions")):
        header = json.dumps({"x": {"dtype": "F32", "shape": shape, "data_offsets": [0, 4]}}).encode()
        for step in (1, 2):
            content = len(header).to_bytes(8, "little") + header + bytes(4)
            write(tmp_path, f"{len(shape)}/a{step}.safetensors", content)
        refuse(tmp_path / str(len(shape)), words)
    for count, one in ((60_000, b"\x8a\x08" + b"\xff" * 7 + b"\x3f"), (70, b"K\x01")):
        dims = b"(" + one * count + b"t"
        for step in (1, 2):
            torch_file(
                tmp_path / f"t{count}/a{step}.pt", b"\x80\x02}" + text("w") + tensor(dims, dims) + b"s."
            )
        refuse(tmp_path / f"t{count}", f"has {count} dimensions")


# Pipes, devices, folders that are called like files.


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")
def test_pipes_and_devices_are_told_and_not_opened(tmp_path):
    names = ("p.csv", "p.bloom", "p.pt", "p.npz", "p.wandb", "p.db", "p.jsonl", "p", "events.out.tfevents.1")
    for name in names:
        os.mkfifo(tmp_path / name)
        refuse(tmp_path / name, f"{name} is a pipe, not a file")
    (tmp_path / "below").mkdir()
    for name in ("train.log", "a1.pt", "a2.pt", "1.txt", "2.safetensors", "trainer_state.json", "m.db"):
        os.mkfifo(tmp_path / "below" / name)
    refuse(tmp_path / "below", "no run that Bloom can read")
    for name in ("z.bloom", "z.csv", "z.npy"):
        (tmp_path / name).symlink_to("/dev/zero")
        refuse(tmp_path / name, f"{name} is a device, not a file")


def test_folders_with_the_names_of_files(tmp_path):
    for name in ("1.txt", "a1.pt", "a2.pt", "x.csv", "trainer_state.json", "mlflow.db"):
        (tmp_path / name).mkdir()
    write(tmp_path, "train.log", "step 1 loss 2.5\nstep 2 loss 1.5\n")
    assert list(read_trajectory(tmp_path).series_named("loss").values) == [2.5, 1.5]


@pytest.mark.parametrize(
    "name", ["x" * 300, "x" * 300 + ".csv", "x" * 300 + ".bloom", "x\0y.csv", "x\0.bloom", "no/such.csv"]
)
def test_paths_that_cannot_be(tmp_path, name):
    refuse(tmp_path / name, "check")


# Values that Python's own functions refuse.


def test_numbers_of_400_digits(tmp_path):
    large = "9" * 400
    rows = f'{{"step": 1, "loss": 2.5}}\n{{"step": 2, "loss": {large}}}\n{{"step": 3, "loss": -{large}}}\n'
    values = read_trajectory(write(tmp_path, "a.jsonl", rows)).series_named("loss").values
    assert list(values) == [2.5, np.inf, -np.inf]


def test_words_that_are_no_unicode(tmp_path):
    for code in (0x110000, 0xD800, 0xFFFFFFFF):
        words = np.array(["ab", "c"])
        words.view(np.uint32)[0] = code
        np.savez(tmp_path / "w.npz", words=words, vectors=np.ones((2, 3)))
        refuse(tmp_path / "w.npz", r"'words' in w\.npz are no Unicode")


@pytest.mark.parametrize("offsets", [[0], [], [0, 4, 8], ["a", "b"], [0, 10**400], 7, None])
def test_offsets_of_a_bloom_file_that_are_none(tmp_path, offsets):
    metadata = {"format": "bloom-trajectory", "version": "1", "name": "r", "series": "[]", "embeddings": "[]"}
    header = {"__metadata__": metadata, "a": {"dtype": "F32", "shape": [1], "data_offsets": offsets}}
    data = json.dumps(header).encode()
    path = write(tmp_path, "o.bloom", len(data).to_bytes(8, "little") + data + bytes(4))
    for partial in (False, True):
        with pytest.raises(BloomError, match=r"o\.bloom"):
            read_trajectory(path, partial=partial)


def test_names_of_tensors_that_are_no_unicode(tmp_path):
    header = json.dumps({"x\ud800.w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    for step in (1, 2):
        content = len(header).to_bytes(8, "little") + header + struct.pack("<f", step)
        write(tmp_path, f"a{step}.safetensors", content)
    assert read_trajectory(tmp_path).series[0].name == "update/x?"


# Arrays of NumPy in a file of torch.


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("kind", ["<f4", ">f8", "<f2"])
def test_numpy_arrays_in_a_torch_file(tmp_path, protocol, kind):
    rng = np.random.default_rng(2)
    arrays = {
        "rows": rng.normal(size=(3, 4)).astype(kind),
        "columns": np.asfortranarray(rng.normal(size=(3, 4)).astype(kind)),
        "empty": np.zeros((0, 3), kind),
        "cut": rng.normal(size=(6, 4)).astype(kind)[::2],
    }
    program = pickle.dumps({"state_dict": arrays, "epoch": np.int64(7)}, protocol)
    weights = checkpoints.open_weights(torch_file(tmp_path / "a.pth", program))
    assert weights.clocks == {"epoch": 7}
    for name, array in arrays.items():
        loaded = weights.tensors[name].load()
        assert loaded.dtype.itemsize == array.dtype.itemsize
        assert np.array_equal(loaded, array)


def test_numpy_arrays_of_a_wrong_size_are_damage(tmp_path):
    program = pickle.dumps({"w": np.ones(4, "<f4")}, 2)
    bad = program.replace(b"K\x04\x85", b"K\x05\x85")
    assert bad != program
    with pytest.raises(BloomError, match="is damaged"):
        checkpoints.open_weights(torch_file(tmp_path / "a.pth", bad))
