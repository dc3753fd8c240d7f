"""`bloom render --share` and `bloom merge`, run as a user runs them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bloom_blender.chaos.histogram import Histogram
from bloom_blender.cli import main
from bloom_blender.develop.parts import Merged, Part, Share
from bloom_blender.device.shaders import UNIT
from bloom_blender.errors import BloomError
from bloom_blender.flame.xml import read_flame, write_flames
from tests.develop.samples import flower, toned


def bloom(*arguments) -> int:
    return main([str(argument) for argument in arguments])


@pytest.fixture
def parts(tmp_path):
    """Three of three parts of a picture, and its flame."""
    write_flames((toned(flower(), quality=120.0),), tmp_path / "a.flame")
    made = []
    for k in (1, 2, 3):
        made.append(tmp_path / f"part{k}.npz")
        options = ("--width", 48, "--share", f"{k}/3", "--seed", 4)
        assert bloom("render", tmp_path / "a.flame", "-o", made[-1], *options) == 0
    return made


def test_parts_add_up_to_the_picture_in_any_order(parts, tmp_path, capsys):
    outputs = [tmp_path / "one.png", tmp_path / "two.png"]
    assert bloom("merge", *parts, "-o", outputs[0]) == 0
    assert bloom("merge", *reversed(parts), "-o", outputs[1]) == 0
    assert outputs[0].read_bytes() == outputs[1].read_bytes() and capsys.readouterr().err == ""
    whole = tmp_path / "whole.png"
    assert bloom("render", tmp_path / "a.flame", "-o", whole, "--width", 48) == 0
    merged, direct = (np.asarray(Image.open(path), float).ravel() for path in (outputs[0], whole))
    assert np.corrcoef(merged, direct)[0, 1] > 0.99
    assert merged.mean() == pytest.approx(direct.mean(), rel=0.01)
    # Each part has other random numbers, and a third of the points.
    kept = [Part.load(path) for path in parts]
    assert len({part.counts.tobytes() for part in kept}) == 3
    total = Merged(parts).iterations
    assert total == sum(part.iterations for part in kept)
    assert total == pytest.approx(120 * 48 * 36, rel=0.05)


def test_whole_numbers_of_cards_and_floats_add_up(parts):
    part = Part.load(parts[0])
    counts = np.round(part.counts.astype(np.float64) * UNIT).astype(np.uint64) + np.uint64(2**40)
    replace(part, counts=counts).save(parts[0])
    expected = counts / UNIT + sum(Part.load(path).counts.astype(np.float64) for path in parts[1:])
    np.testing.assert_array_equal(Merged(parts).buckets, expected.astype(np.float32))


def test_what_is_missing_double_foreign_or_damaged_is_told(parts, tmp_path, capsys):
    assert bloom("merge", *parts[:2], "-o", tmp_path / "a.png") == 0
    assert "1 of 3 parts are missing (3)" in capsys.readouterr().err
    double = tmp_path / "double.npz"
    double.write_bytes(parts[0].read_bytes())
    with pytest.raises(BloomError, match="are the same part"):
        Merged([*parts, double])
    replace(Part.load(parts[0]), seed=5, share=Share(2, 3)).save(double)
    with pytest.raises(BloomError, match="part of another picture"):
        Merged([parts[0], double])
    double.write_bytes(parts[0].read_bytes()[:3000])
    with pytest.raises(BloomError, match="no part of a picture"):
        Merged([double])
    assert bloom("merge", tmp_path / "none-*.npz", "-o", tmp_path / "a.png") == 2


@pytest.mark.parametrize("share", ["0/3", "4/3", "1", "a/b", "1/0"])
def test_a_share_that_means_nothing_is_refused(share):
    with pytest.raises(BloomError, match="as in 3/16"):
        Share.parse(share)


def test_a_part_has_its_own_name_and_random_numbers(tmp_path):
    write_flames((toned(flower(), quality=2.0),), tmp_path / "a.flame")
    assert bloom("render", tmp_path / "a.flame", "-o", tmp_path / "a.png", "--share", "1/2") == 2
    assert len({Share(k, 1000).seed(0) for k in range(1, 1001)}) > 990
    flame = read_flame(tmp_path / "a.flame")
    histograms = [Histogram(flame, seed=Share(k, 2).seed(0)) for k in (1, 2)]
    for histogram in histograms:
        histogram.add(1000)
    assert (histograms[0].buckets != histograms[1].buckets).any()
