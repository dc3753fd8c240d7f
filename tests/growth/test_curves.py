"""Curves, their file, and the public function `grow`."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.growth import Curves, grow, load_npz
from tests.growth.samples import converging_run, flower, word_run

NAMES = ("xform1.weight", "xform1.coefs[0]", "xform1.coefs[1]")


def curves(order="time"):
    return Curves(NAMES, [1.0, 2.0, 3.0], np.arange(12.0).reshape(4, 3), order)


def test_rows_are_read_only_copies():
    values = np.zeros((2, 3))
    one = Curves(NAMES, np.zeros(3), values)
    values[0, 0] = 9.0
    assert one.values[0, 0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        one.values[0, 0] = 1.0


def test_time_order():
    forward = curves("reversed").in_time_order()
    assert forward.order == "time"
    np.testing.assert_array_equal(forward.values, curves().values[::-1])
    assert forward.in_time_order() is forward
    assert forward.frames == 4


def test_rows_become_parameters():
    assert curves().parameters(1) == {"xform1.weight": 3.0, "xform1.coefs": (4.0, 5.0)}
    odd = Curves(("a[1]", "a[0]"), np.zeros(2), np.zeros((1, 2)))
    with pytest.raises(BloomError, match="does not follow"):
        odd.parameters(0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"values": np.zeros((2, 2))}, "shape"),
        ({"values": np.zeros((0, 3))}, "shape"),
        ({"values": np.full((1, 3), np.nan)}, "NaN"),
        ({"base": np.array([np.inf, 0, 0])}, "NaN or infinity"),
        ({"base": np.zeros(2)}, "shape"),
        ({"names": ("a", "a", "b")}, "same name"),
        ({"order": "backwards"}, "choose one of time, reversed"),
    ],
)
def test_what_is_no_curve_is_refused(change, words):
    with pytest.raises(BloomError, match=words):
        Curves(**{"names": NAMES, "base": np.zeros(3), "values": np.zeros((2, 3)), **change})


@pytest.mark.parametrize("order", ["time", "reversed"])
def test_the_file_holds_everything(tmp_path, order):
    path = tmp_path / "curves.npz"
    curves(order).save_npz(path)
    again = load_npz(path)
    assert (again.names, again.order) == (NAMES, order)
    np.testing.assert_array_equal(again.values, curves().values)
    np.testing.assert_array_equal(again.base, curves().base)
    first = path.read_bytes()
    curves(order).save_npz(path)
    assert path.read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == ["curves.npz"]


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "curves.npz"
    path.write_bytes(b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BloomError, match="No space left"):
        curves().save_npz(path)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["curves.npz"]
    with pytest.raises(BloomError, match="cannot be written"):
        curves().save_npz(tmp_path / "nowhere" / "curves.npz")


def test_other_files_are_refused(tmp_path):
    whole = tmp_path / "whole.npz"
    curves().save_npz(whole)
    data = whole.read_bytes()
    other = tmp_path / "other.npz"
    np.savez(other, a=np.zeros(3))
    array = tmp_path / "array.npy"
    np.save(array, np.zeros(3))
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, names=np.array([{}], dtype=object), base=np.zeros(1), values=np.zeros((1, 1)))
    for path in (other, array, pickled):
        with pytest.raises(BloomError, match="not a file of curves"):
            load_npz(path)
    for length in (0, 1, 100, len(data) // 2, len(data) - 1):
        other.write_bytes(data[:length])
        with pytest.raises(BloomError, match="damaged"):
            load_npz(other)
    with pytest.raises(BloomError, match="check the path"):
        load_npz(tmp_path / "absent.npz")
    with pytest.raises(BloomError, match="is a folder"):
        load_npz(tmp_path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mapping": "linear"}, "choose one of robust, classic"),
        ({"frames": 1}, "frames is 1: give a whole number, 2 to 1000000"),
        ({"frames": 2.5}, "whole number"),
        ({"frames": True}, "whole number"),
        ({"frames": math.inf}, "whole number"),
        ({"frames": "9"}, "whole number"),
        ({"bud": -1}, "bud is -1: give a number from 0 to 10"),
        ({"wind": math.nan}, "wind is nan"),
        ({"gain": "much"}, "gain is 'much'"),
        ({"seed": -1}, "seed is -1: give a whole number, 0 or more"),
        ({"order": "random"}, "time or emitted"),
        (
            {"epochs": 3},
            "robust mapping has no option 'epochs': choose among bindings, bud, drive",
        ),
        ({"mapping": "classic", "bud": 1.0}, "classic mapping has no option 'bud'"),
        ({"mapping": "classic", "epochs": 0}, "epochs is 0"),
        ({"mapping": "classic", "skip_words": -1}, "skip_words is -1"),
    ],
)
def test_options_are_checked(options, words):
    with pytest.raises(BloomError, match=words):
        grow(word_run(), flower(), **{"frames": 10, **options})


def test_the_door_leads_to_both_mappings():
    film = grow(converging_run(), flower(), frames=np.int64(7), bud=None, wind=0)
    assert film.values.shape[0] == 7
    classic = grow(word_run(), flower(), mapping="classic", frames=7, skip_words=0, epochs=3)
    assert classic.order == "time"
    assert classic.values[-1].tobytes() == classic.base.tobytes()
    assert grow(word_run(), flower(), mapping="classic", frames=7, order="emitted").order == "reversed"
