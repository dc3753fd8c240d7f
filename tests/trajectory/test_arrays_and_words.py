"""Word vectors and arrays: what is in them, and what they are taken for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.trajectory import read_trajectory
from tests.support import data_path

VECTORS = np.random.default_rng(3).normal(size=(4, 5)).round(4)
WORDS = ["the", "New York", "", "3"]


def lines(vectors=VECTORS, words=WORDS) -> str:
    return "".join(f"{w} {' '.join(map(repr, v.tolist()))}\n" for w, v in zip(words, vectors, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        lines(),  # GloVe
        "4 5\n" + lines(),  # word2vec
        "4 5\r\n" + lines().replace("\n", " \r\n"),  # fastText ends lines with a blank
        "\ufeff" + lines().replace(" 0.", "\t0.").replace("New York", "New York"),
    ],
)
def test_word_vectors_as_text(tmp_path, text):
    (tmp_path / "vectors.txt").write_bytes(text.encode())
    run = read_trajectory(tmp_path / "vectors.txt")
    table = run.embedding()
    assert table.words == tuple(WORDS)
    np.testing.assert_array_equal(table.vectors, VECTORS[None])
    assert read_trajectory(tmp_path).embedding().words == tuple(WORDS)


def test_a_file_that_ends_too_early_is_told_by_its_header(tmp_path):
    path = tmp_path / "a.vec"
    path.write_text("9 5\n" + lines())
    with pytest.raises(BloomError, match=r"a.vec ends after 4 of 9 words"):
        read_trajectory(path)
    assert len(read_trajectory(path, partial=True).embedding().words) == 4


def test_files_whose_names_differ_in_numbers_are_snapshots(tmp_path):
    for epoch in (10, 9, 100):
        (tmp_path / f"epoch_{epoch}.vec").write_text("4 5\n" + lines(VECTORS * epoch))
    for run in (read_trajectory(tmp_path), read_trajectory(tmp_path / "epoch_9.vec")):
        table = run.embedding()
        assert table.steps.tolist() == [9, 10, 100]
        np.testing.assert_allclose(table.vectors, [VECTORS * 9, VECTORS * 10, VECTORS * 100], atol=1e-12)
    (tmp_path / "epoch_11.vec").write_text("3 5\n" + lines(VECTORS[:3], WORDS[:3]))
    alone = read_trajectory(tmp_path / "epoch_9.vec")
    assert alone.embedding().steps.tolist() == [0]
    assert "epoch_11.vec has other words" in alone.metadata["remarks"]


@pytest.mark.parametrize(
    ("beside", "content"),
    [
        ("table.txt", "a\nb\nc\nd\n"),
        ("vocab.txt", "a\r\nb\r\nc\r\nd"),
        ("table.json", json.dumps(["a", "b", "c", "d"])),
        ("vocab.json", json.dumps({"b": 1, "a": 0, "d": 3, "c": 2})),
        ("metadata.tsv", "word\tcount\na\t9\nb\t8\nc\t7\nd\t6\n"),
    ],
)
def test_an_array_with_its_words_beside(tmp_path, beside, content):
    np.save(tmp_path / "table.npy", VECTORS)
    (tmp_path / beside).write_text(content)
    table = read_trajectory(tmp_path / "table.npy").embedding()
    assert table.words == ("a", "b", "c", "d")
    np.testing.assert_array_equal(table.vectors[0], VECTORS)
    np.save(tmp_path / "table.npy", np.stack([VECTORS, 2 * VECTORS]))
    assert read_trajectory(tmp_path / "table.npy").embedding().steps.tolist() == [0, 1]


def test_an_array_without_its_words(tmp_path):
    path = tmp_path / "table.npy"
    np.save(path, VECTORS)
    with pytest.raises(BloomError, match=r"table.npy holds 4 vectors without words: put table.txt beside it"):
        read_trajectory(path)
    (tmp_path / "table.txt").write_text("a\nb\n")
    with pytest.raises(BloomError, match=r"table.txt holds 2 words but table.npy holds 4 vectors"):
        read_trajectory(path)


def test_curves_in_npz(tmp_path):
    path = tmp_path / "run.npz"
    updates = np.arange(12.0).reshape(4, 3)
    steps, loss = np.array([0.0, 5.0, 10.0, 10.0]), np.float32([3, 2, np.nan, 1])
    np.savez_compressed(path, **{"steps": steps, "loss": loss, "update/all": updates, "other": np.ones(7)})
    run = read_trajectory(path)
    assert [(one.name, one.kind) for one in run.series] == [("loss", "metric"), ("update/all", "update")]
    assert run.series_named("loss").steps.tolist() == [0, 5, 10]
    assert run.series_named("loss").values.tolist() == [3, 2, 1]  # of a doubled step the last
    np.testing.assert_array_equal(run.updates[0].values, updates[[0, 1, 3]])
    np.savez(path, train=np.array([3.0, np.nan]), test=np.array([3.0, 2.0]))
    assert [one.steps.tolist() for one in read_trajectory(path).series] == [[0, 1], [0, 1]]


def test_words_in_npz(tmp_path):
    np.savez(tmp_path / "a.npz", words=np.array(["x", "y"]), steps=[1, 9], vectors=np.ones((2, 2, 3)))
    table = read_trajectory(tmp_path / "a.npz").embedding()
    assert (table.words, table.steps.tolist(), table.vectors.shape) == (("x", "y"), [1, 9], (2, 2, 3))


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_pickled_objects_are_refused_and_not_made(tmp_path, name):
    marker = tmp_path / "executed"
    array = np.array([Evil(marker)] * 3, dtype=object)
    if name == "a.npy":
        np.save(tmp_path / name, array)
    else:
        np.savez(tmp_path / name, steps=np.arange(3), loss=array)
    with pytest.raises(BloomError, match=f"{name}.* pickled objects"):
        read_trajectory(tmp_path / name)
    assert not marker.exists()


def test_an_array_that_claims_to_be_huge(tmp_path):
    for shape in ((1 << 40,), (1 << 62, 1 << 62)):
        header = str({"descr": "<f8", "fortran_order": False, "shape": shape}).encode()
        header += b" " * (-len(header) - 11 % 64) + b"\n"
        (tmp_path / "a.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
        with pytest.raises(BloomError, match=r"a.npy"):
            read_trajectory(tmp_path / "a.npy")


def test_real_word_vectors():
    table = read_trajectory(
        data_path("logs/embeddings/Nayadrika787+Sentiment_Analysis/embeddings.vec")
    ).embedding()
    assert table.vectors.shape == (1, 2239, 100)
    assert (table.words[0], table.vectors[0, 0, 0]) == ("576", 0.04136509)
    table = read_trajectory(data_path("logs/embeddings/Ventupentu+Skipgram/embeddings.txt")).embedding()
    assert table.vectors.shape == (1, 1000, 100)
    assert table.words[0] == "\0"


def test_real_weights_in_npz_are_a_checkpoint():
    for name in ("thevoidop+mad-grad", "p-pawe-l+IrisClassification"):
        with pytest.raises(BloomError, match="is one checkpoint"):
            read_trajectory(data_path(f"logs/npz/{name}/weights.npz"))
