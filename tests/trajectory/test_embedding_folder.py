from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bloom_blender.errors import BloomError
from bloom_blender.trajectory import read_embedding_folder, read_trajectory
from tests.support import data_path

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def write(folder, names, words=("<unk>", "the"), dimensions=3):
    """One file per name, with distinct numbers; returns the (E, V, D) array."""
    values = np.random.default_rng(0).normal(size=(len(names), len(words), dimensions))
    for name, rows in zip(names, values, strict=True):
        lines = [" ".join([word, *map(repr, row.tolist())]) for word, row in zip(words, rows, strict=True)]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return values


def sided(*numbers, side="src"):
    return [f"{number}.pt-{side}_embeddings.txt" for number in numbers]


def refuse(folder, words, side="src"):
    with pytest.raises(BloomError, match=words) as caught:
        read_embedding_folder(folder, side)
    assert "\n" not in str(caught.value)


def test_files_come_in_the_order_of_their_numbers(tmp_path):
    values = write(tmp_path, sided(2, 10, 1))
    write(tmp_path, sided(1, side="tgt"), words=("<unk>", "el"))
    (tmp_path / "notes.txt").write_text("not an epoch")
    table = read_trajectory(tmp_path, side="src").embedding()
    assert table.name == "source"
    assert table.steps.tolist() == [1, 2, 10]
    np.testing.assert_array_equal(table.vectors, values[[2, 0, 1]])
    assert read_trajectory(tmp_path).embedding("target").words == ("<unk>", "el")


def test_plain_names_have_no_side(tmp_path):
    values = write(tmp_path, ["0.txt", "1.txt"])
    for side in ("src", "tgt"):
        table = read_embedding_folder(tmp_path, side).embedding("embeddings")
        np.testing.assert_array_equal(table.vectors, values)


@given(st.lists(NUMBERS, min_size=1, max_size=5))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_numbers_are_exactly_the_text(tmp_path, numbers):
    (tmp_path / "1.txt").write_text("word " + " ".join(map(repr, numbers)))
    assert read_embedding_folder(tmp_path).embedding().vectors[0, 0].tolist() == numbers


@pytest.mark.parametrize(
    "word", ["", "3", "nan", "New York", "a\u00a0b", "\u2028", "\u3000", "#", '"', "é@@", "\ufeffx", "1e5"]
)
def test_odd_words(tmp_path, word):
    (tmp_path / "1.txt").write_bytes(f"the 0.5 -1.5\n{word} 1 2e-3\r\n".encode())
    table = read_embedding_folder(tmp_path).embedding()
    assert table.words == ("the", word)
    assert table.vectors.tolist() == [[[0.5, -1.5], [1.0, 0.002]]]


@pytest.mark.parametrize("word", ["3", "New York", ""])
def test_an_odd_first_word(tmp_path, word):
    (tmp_path / "1.txt").write_bytes(f"{word} 1 2\nthe 3 4\n\n".encode())
    assert read_embedding_folder(tmp_path).embedding().words == (word, "the")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "1.txt is empty"),
        (b"\n\n", "1.txt is empty"),
        (b"the 1 2\nof 1\n", "line 2 of 1.txt .* cut off"),
        (b"the 1 2\nof 1 -\n", "line 2 of 1.txt .* cut off"),
        (b"the 1 2\nof 1 2 3\n", "line 2 of 1.txt .* cut off"),
        (b"the 1 2\n\nof 1 2\n", "line 2 of 1.txt"),
        (b"the 1 nan\n", "line 1 of 1.txt holds NaN"),
        (b"the 1 2\nof 1 1e999\n", "line 2 of 1.txt holds NaN or infinity"),
        (b"only words\nhere\n", "does not hold a word and its vector"),
        (b"\xff\xfe1\x00", "not UTF-8"),
    ],
)
def test_damaged_files(tmp_path, content, words):
    (tmp_path / "1.txt").write_bytes(content)
    refuse(tmp_path, words)


def test_files_that_do_not_fit_together(tmp_path):
    write(tmp_path, sided(1))
    write(tmp_path, sided(2), dimensions=4)
    refuse(tmp_path, r"2\.pt-src_embeddings\.txt has 2 words × 4 values but 1\.pt-src")
    write(tmp_path, sided(2), words=("<unk>", "of"))
    refuse(tmp_path, "has the word 'of' in line 2 where .* has 'the'")
    write(tmp_path, sided(2), words=("<unk>", "the", "of"))
    refuse(tmp_path, "3 words")


def test_folders_without_embeddings(tmp_path):
    refuse(tmp_path, "holds no embeddings: choose a folder")
    refuse(tmp_path / "nowhere", "cannot be read as a folder")
    write(tmp_path, sided(1))
    refuse(tmp_path, "no tgt embeddings, only src", side="tgt")
    refuse(tmp_path, "no side 'en'", side="en")
    write(tmp_path, sided("01"))
    refuse(tmp_path, "the same number")


@given(st.binary(max_size=60))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_refused_or_read(tmp_path, tail):
    (tmp_path / "1.txt").write_bytes(b"the 1 2\nof 3 4\n" + tail)
    message = "1.txt"
    try:
        read_embedding_folder(tmp_path)
    except BloomError as error:
        message = str(error)
    assert "1.txt" in message


def test_the_embeddings_of_the_original():
    folder = data_path("bloom/embeddings")
    for side, word in (("src", "i"), ("tgt", "no")):
        table = read_trajectory(folder, side=side).embedding()
        assert table.vectors.shape == (30, 345, 64)
        assert table.steps.tolist() == list(range(1, 31))
        assert word in table.words
        line = (folder / f"7.pt-{side}_embeddings.txt").read_text(encoding="utf-8").split("\n")[40].split(" ")
        assert table.words[40] == line[0]
        assert table.vectors[6, 40].tolist() == [float(field) for field in line[1:]]


def test_both_languages_come_as_two_tables(tmp_path):
    write(tmp_path, sided(1, 2))
    write(tmp_path, sided(1, 2, side="tgt"), words=("<unk>", "el", "y"))
    run = read_trajectory(tmp_path, side="both")
    assert [(table.name, len(table.words)) for table in run.embeddings] == [("target", 3), ("source", 2)]
    assert run.embeddings[1].words == read_trajectory(tmp_path, side="src").embeddings[0].words
    plain = tmp_path / "plain"
    plain.mkdir()
    write(plain, ["1.txt", "2.txt"])
    assert len(read_embedding_folder(plain, "both").embeddings) == 1
    one = tmp_path / "one"
    one.mkdir()
    write(one, sided(1, 2))
    refuse(one, "no tgt embeddings, only src", side="both")
