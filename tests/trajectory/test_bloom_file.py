from __future__ import annotations

import json
import multiprocessing
import os
import signal
import stat
import sys

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bloom_blender.errors import BloomError
from bloom_blender.trajectory import (
    Embeddings,
    Series,
    Trajectory,
    bloom_file,
    read_bloom,
    read_trajectory,
    write_bloom,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def example(seed: int = 0) -> Trajectory:
    random = np.random.default_rng(seed)
    steps = np.arange(1, 8)
    return Trajectory(
        "example",
        (
            Series("update/encoder", steps, random.normal(size=(7, 4)), "update"),
            Series("update_norm/encoder", steps, random.random(7), "norm"),
            Series("loss", steps * 2, random.random(7), "metric", "nats"),
        ),
        (Embeddings("source", ("the", "é@@", ""), [0, 3], random.normal(size=(2, 3, 5))),),
        {"seed": "0", "note": 'a "quoted" ünïcode'},
    )


def assert_equal(one: Trajectory, other: Trajectory) -> None:
    assert (one.name, dict(one.metadata)) == (other.name, dict(other.metadata))
    assert [(s.name, s.kind, s.unit) for s in one.series] == [(s.name, s.kind, s.unit) for s in other.series]
    assert [(e.name, e.words) for e in one.embeddings] == [(e.name, e.words) for e in other.embeddings]
    for a, b in zip(one.series, other.series, strict=True):
        np.testing.assert_array_equal(a.steps, b.steps)
        np.testing.assert_array_equal(a.values, b.values)
    for a, b in zip(one.embeddings, other.embeddings, strict=True):
        np.testing.assert_array_equal(a.steps, b.steps)
        np.testing.assert_array_equal(a.vectors, b.vectors)


@st.composite
def trajectories(draw) -> Trajectory:
    series = []
    for name in draw(st.lists(TEXT.filter(bool), max_size=3, unique=True)):
        steps = sorted(draw(st.sets(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=4)))
        width = draw(st.integers(0, 3))
        size = len(steps) * max(width, 1)
        values = np.array(draw(st.lists(NUMBERS, min_size=size, max_size=size)))
        shape = (len(steps), width) if width else (len(steps),)
        kind = draw(st.sampled_from(["update", "norm", "metric"]))
        series.append(Series(name, steps, values.reshape(shape), kind, draw(TEXT)))
    embeddings = []
    for name in draw(st.lists(TEXT.filter(bool), min_size=0 if series else 1, max_size=2, unique=True)):
        words = draw(st.lists(TEXT, min_size=1, max_size=3))
        vectors = draw(st.lists(NUMBERS, min_size=2 * len(words), max_size=2 * len(words)))
        embeddings.append(Embeddings(name, words, [1], np.array(vectors).reshape(1, len(words), 2)))
    metadata = draw(st.dictionaries(TEXT.filter(bool), TEXT, max_size=2))
    return Trajectory(draw(TEXT.filter(bool)), series, embeddings, metadata)


@given(trajectories())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_comes_back_exactly(tmp_path, run):
    write_bloom(run, tmp_path / "run.bloom")
    assert_equal(read_bloom(tmp_path / "run.bloom"), run)


def test_the_same_run_gives_the_same_bytes(tmp_path):
    for name in ("a", "b", "c"):
        write_bloom(example(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()


def test_it_is_a_safetensors_file_with_the_documented_metadata(tmp_path):
    path = tmp_path / "run.bloom"
    write_bloom(example(), path)
    with safetensors.safe_open(path, "numpy") as file:
        metadata = file.metadata()
        assert metadata["format"] == "bloom-trajectory"
        assert metadata["version"] == "1"
        first, second, _ = json.loads(metadata["series"])
        assert first["steps"] == second["steps"]  # shared
        np.testing.assert_array_equal(file.get_tensor(first["values"]), example().series[0].values)


def test_smaller_floats_by_name(tmp_path):
    run, path = example(), tmp_path / "run.bloom"
    write_bloom(run, path, dtypes={"source": "float16", "update/encoder": "float32"})
    back = read_bloom(path)
    np.testing.assert_array_equal(back.embedding().vectors, run.embedding().vectors.astype(np.float16))
    np.testing.assert_array_equal(back.series[0].values, run.series[0].values.astype(np.float32))
    np.testing.assert_array_equal(back.series[1].values, run.series[1].values)
    assert back.embedding().vectors.dtype == np.float64


def test_numbers_that_do_not_fit_are_refused(tmp_path):
    run = Trajectory("run", (Series("loss", [1], [1e6], "metric"),))
    with pytest.raises(BloomError, match="too large for float16"):
        write_bloom(run, tmp_path / "run.bloom", dtypes={"loss": "float16"})
    with pytest.raises(BloomError, match="cannot be stored as 'int8'"):
        write_bloom(run, tmp_path / "run.bloom", dtypes={"loss": "int8"})
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_writer_needs_no_digest(tmp_path):
    arrays = {"t": np.arange(3), "v": np.float32([3, 2, 1])}
    series = [{"name": "loss", "kind": "metric", "unit": "", "steps": "t", "values": "v"}]
    metadata = {
        "format": "bloom-trajectory", "version": "1", "name": "mine",
        "series": json.dumps(series), "embeddings": "[]",
    }  # fmt: skip
    safetensors.numpy.save_file(arrays, tmp_path / "run.bloom", metadata)
    np.testing.assert_array_equal(read_bloom(tmp_path / "run.bloom").series_named("loss").values, [3, 2, 1])


# Bad files.


def with_metadata(path, arrays=None, **changes):
    """Write the example with changed metadata (None removes a key) or arrays, without a digest."""
    data = bloom_file._encode(example(), {})
    length = int.from_bytes(data[:8], "little")
    metadata = json.loads(data[8 : 8 + length])["__metadata__"] | changes
    kept = {key: value for key, value in metadata.items() if value is not None and key != "digest"}
    safetensors.numpy.save_file(safetensors.numpy.load(data) | (arrays or {}), path, kept)


def refuse(path, words):
    with pytest.raises(BloomError, match=words) as caught:
        read_trajectory(path)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    assert ":" in message  # the remedy comes after it


def test_a_newer_version_says_what_to_update(tmp_path):
    with_metadata(tmp_path / "run.bloom", version="2", series="whatever a later version needs")
    refuse(tmp_path / "run.bloom", "newer Bloom .*update the extension")


@pytest.mark.parametrize("version", [None, "", "0", "-1", "1.5", "one", "٣", "9" * 5000])
def test_a_version_that_is_none(tmp_path, version):
    with_metadata(tmp_path / "run.bloom", version=version)
    refuse(tmp_path / "run.bloom", "damaged")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None},
        {"series": None},
        {"series": "[}"},
        {"series": "3"},
        {"series": '{"a": 1}'},
        {"series": "[" * 100_000},
        {"series": '[{"name": "loss"}]'},
        {"series": '[{"name": "l", "kind": "metric", "unit": "", "steps": "nowhere", "values": "nowhere"}]'},
        {"series": '[{"name": "l", "kind": "metric", "unit": "", "steps": ["x"], "values": {}}]'},
        {"series": '[{"name": "l", "kind": "metric", "unit": "", "steps": "steps.0", "values": "steps.0"}]'},
        {"embeddings": "null"},
        {"metadata": "[1]"},
    ],
)
def test_metadata_of_another_shape(tmp_path, changes):
    with_metadata(tmp_path / "run.bloom", **changes)
    refuse(tmp_path / "run.bloom", "damaged")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"series.0.values": np.full((7, 4), np.nan)}, "NaN or infinity"),
        ({"series.2.values": np.zeros(6)}, "shape"),
        ({"steps.0": np.zeros(7, np.int64)}, "do not increase"),
        ({"embeddings.0.vectors": np.zeros((2, 4, 5))}, "4|shape"),
        ({"series.2.values": np.zeros(0)}, "shape"),
    ],
)
def test_arrays_that_cannot_be(tmp_path, arrays, words):
    with_metadata(tmp_path / "run.bloom", arrays)
    refuse(tmp_path / "run.bloom", words)


def test_a_run_of_nothing(tmp_path):
    with_metadata(tmp_path / "run.bloom", series="[]", embeddings="[]")
    refuse(tmp_path / "run.bloom", "is empty")


def test_things_that_are_no_run(tmp_path):
    refuse(tmp_path / "missing.bloom", "does not exist")
    for name, data, words in [
        ("empty.bloom", b"", "is empty"),
        ("short.bloom", b"\x05", "not a training run"),
        ("text.csv", b"epoch or loss\nnothing\n" * 9, "not a training run"),
        ("model.pt", b"PK\x03\x04" + bytes(99), "pickle that Bloom does not load"),
        ("model.pkl", b"\x80\x04" + bytes(99), "pickle, which Bloom does not load"),
        ("model.bloom", b"\x80\x04" + bytes(99), "pickle, which Bloom does not load"),
        ("zeros.bloom", bytes(64), "not a training run"),
        ("header.bloom", b"\x09" + bytes(7) + b'{"a": tru', "damaged"),
    ]:
        (tmp_path / name).write_bytes(data)
        refuse(tmp_path / name, words)
    safetensors.numpy.save_file({"w": np.zeros(3)}, tmp_path / "model.safetensors")
    refuse(tmp_path / "model.safetensors", "one checkpoint")
    safetensors.numpy.save_file({"w": np.zeros(3)}, tmp_path / "other.bloom", {"format": "pt"})
    refuse(tmp_path / "other.bloom", "not a training run")
    with pytest.raises(BloomError, match=r"no path|does not exist"):
        read_bloom("a\0b")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read anything")
def test_a_file_without_rights(tmp_path):
    write_bloom(example(), tmp_path / "run.bloom")
    (tmp_path / "run.bloom").chmod(0)
    refuse(tmp_path / "run.bloom", "cannot be read")


def test_every_truncation_is_told(tmp_path):
    data = bloom_file._encode(example(), {})
    path = tmp_path / "run.bloom"
    for length in [*range(40), *range(40, len(data), 37), len(data) - 1]:
        path.write_bytes(data[:length])
        refuse(path, "truncated" if length >= 9 else "truncated|empty|not a training run")


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_file_is_refused_or_still_a_run(data):
    """With the digest nearly every flip is seen; without it, a run with other numbers may come out."""
    content = bytearray(_DATA)
    if data.draw(st.booleans(), label="without digest"):
        content = content.replace(b'"digest"', b'"sigest"', 1)
    header = 8 + int.from_bytes(content[:8], "little")
    for _ in range(data.draw(st.integers(1, 4), label="flips")):
        place = data.draw(st.one_of(st.integers(0, header - 1), st.integers(0, len(content) - 1)))
        content[place] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))]
    message = "run.bloom"
    try:
        bloom_file._decode(bytes(content), "run.bloom")
    except BloomError as error:
        message = str(error)
    assert "run.bloom" in message


_DATA = bloom_file._encode(example(), {})


def test_the_digest_finds_every_changed_number():
    header = 8 + int.from_bytes(_DATA[:8], "little")
    for place in range(header, len(_DATA), 13):
        content = bytearray(_DATA)
        content[place] ^= 1
        with pytest.raises(BloomError, match="damaged"):
            bloom_file._decode(bytes(content), "run.bloom")


# Writing.


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "run.bloom"
    write_bloom(example(0), path)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BloomError, match=r"run\.bloom cannot be written \(No space left on device\)"):
        write_bloom(example(1), path)
    assert_equal(read_bloom(path), example(0))
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.bloom"]


def _write_and_die(path):
    def die(_descriptor):
        os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = die
    write_bloom(example(1), path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_kill_while_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "run.bloom"
    write_bloom(example(0), path)
    process = multiprocessing.get_context("fork").Process(target=_write_and_die, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert_equal(read_bloom(path), example(0))


def test_a_folder_that_is_missing(tmp_path):
    with pytest.raises(BloomError, match=r"cannot be written .*: check the folder"):
        write_bloom(example(), tmp_path / "nowhere" / "run.bloom")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights and links")
def test_rights_follow_the_umask_and_links_stay_links(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "run.bloom"
    link.symlink_to(tmp_path / "real" / "run.bloom")
    old = os.umask(0o022)
    try:
        write_bloom(example(), link)
    finally:
        os.umask(old)
    assert link.is_symlink()
    assert stat.S_IMODE((tmp_path / "real" / "run.bloom").stat().st_mode) == 0o644
