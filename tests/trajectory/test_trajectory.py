from __future__ import annotations

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.trajectory import Embeddings, Series, Trajectory, read_bloom, write_bloom


def series(name="loss", steps=(1, 2, 5), values=(3.0, 2.0, 1.0), kind="metric", unit=""):
    return Series(name, steps, values, kind, unit)


def table(name="source", words=("a", "b"), steps=(0, 1), vectors=None):
    return Embeddings(name, words, steps, np.zeros((2, 2, 3)) if vectors is None else vectors)


def test_arrays_are_float64_int64_and_read_only():
    one = series(values=np.float32([1, 2, 3]))
    assert one.values.dtype == np.float64
    assert one.steps.dtype == np.int64
    for array in (one.values, one.steps, table().vectors, table().steps):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_the_callers_arrays_are_neither_shared_nor_frozen():
    values, steps = np.array([1.0, 2.0, 3.0]), np.array([1, 2, 5])
    one = series(steps=steps, values=values)
    values[0], steps[0] = 9.0, 0
    assert one.values[0] == 1.0
    assert one.steps[0] == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "weight"}, "unknown kind"),
        ({"name": ""}, "empty"),
        ({"name": 3}, "give a text"),
        ({"name": "\ud800"}, "not valid Unicode"),
        ({"steps": (1, 2)}, "one number"),
        ({"steps": (1, 2, 2)}, "do not increase"),
        ({"steps": (3, 2, 1)}, "do not increase"),
        ({"steps": (1.0, 2.0, 3.0)}, "whole numbers"),
        ({"steps": np.array([1, 2, 2**64 - 1], np.uint64)}, "too large"),
        ({"values": (1.0, np.nan, 2.0), "kind": "update"}, "NaN or infinity"),
        ({"values": (1.0, np.inf, 2.0), "kind": "norm"}, "NaN or infinity"),
        ({"values": ("x", "y", "z")}, "not a real number"),
        ({"values": np.array([1j, 2, 3])}, "not a real number"),
        ({"values": ((1.0,), (2.0, 3.0), (4.0,))}, "different lengths"),
        ({"values": np.zeros((3, 0))}, "one row"),
        ({"values": np.zeros((3, 1, 1))}, "one row"),
        ({"steps": (), "values": ()}, "one or more"),
    ],
)
def test_a_bad_series_is_refused_in_one_sentence(change, words):
    with pytest.raises(BloomError, match=words) as caught:
        series(**change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"words": "ab"}, "not a sequence"),
        ({"words": ("a", 2)}, "give a text"),
        ({"words": ("a",)}, "shape"),
        ({"steps": (0, 1, 2)}, "shape"),
        ({"vectors": np.zeros((2, 2))}, "shape"),
        ({"vectors": np.zeros((2, 2, 0))}, "shape"),
        ({"vectors": np.full((2, 2, 3), np.nan)}, "NaN"),
    ],
)
def test_a_bad_table_is_refused(change, words):
    with pytest.raises(BloomError, match=words):
        table(**change)


def test_a_metric_keeps_that_the_run_diverged(tmp_path):
    values = [3.0, np.inf, np.nan]
    np.testing.assert_array_equal(series(values=values).values, values)
    write_bloom(
        Trajectory("run", (series(values=values),)), tmp_path / "run.bloom", dtypes={"loss": "float16"}
    )
    np.testing.assert_array_equal(read_bloom(tmp_path / "run.bloom").series_named("loss").values, values)


def test_any_text_is_a_word():
    assert table(words=("", "a b\u2028\n")).words == ("", "a b\u2028\n")


def test_a_run_needs_content_and_distinct_names():
    with pytest.raises(BloomError, match="empty"):
        Trajectory("run")
    with pytest.raises(BloomError, match="two series named 'loss'"):
        Trajectory("run", (series(), series()))
    with pytest.raises(BloomError, match="two embedding tables named"):
        Trajectory("run", (), (table(), table()))
    with pytest.raises(BloomError, match="among its series"):
        Trajectory("run", (table(),))
    with pytest.raises(BloomError, match="metadata"):
        Trajectory("run", (series(),), (), {"seed": 1})


def test_members_are_found_by_name_or_the_error_lists_them():
    run = Trajectory("run", (series(), series("update/a", kind="update")), (table(), table("target")))
    assert [one.name for one in run.updates] == ["update/a"]
    assert run.series_named("loss").kind == "metric"
    assert run.embedding().name == "source"
    assert run.embedding("target").name == "target"
    with pytest.raises(BloomError, match="choose one of loss, update/a"):
        run.series_named("accuracy")
    with pytest.raises(BloomError, match="choose one of source, target"):
        run.embedding("french")
    with pytest.raises(BloomError, match="holds no embedding table"):
        Trajectory("run", (series(),)).embedding()
