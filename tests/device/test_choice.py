"""Which device does the work, and that nothing is lost where a card fails."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bloom_blender.chaos.histogram import Histogram
from bloom_blender.cli import main
from bloom_blender.codegen import store
from bloom_blender.develop.parts import Merged, Part
from bloom_blender.device import trial
from bloom_blender.device.cards import CardError, Device, card_for
from bloom_blender.device.choice import ChosenHistogram
from bloom_blender.device.histogram import CardHistogram
from bloom_blender.device.shaders import UNIT
from bloom_blender.errors import BloomError
from bloom_blender.flame.xml import write_flames
from tests.device.test_histogram import counted, flame


def test_the_processor_needs_no_library_and_odd_words_are_refused():
    assert card_for("cpu") is None
    for word in ("gup", "gpu:x", "cpu:1", "auto:0", ""):
        with pytest.raises(BloomError, match="choose auto, cpu, gpu"):
            card_for(word)


def test_without_a_card_the_processor_does_the_work_and_says_so():
    said: list[str] = []
    histogram = ChosenHistogram(flame(), device="gpu:99", say=said.append, supersample=1)
    assert (
        histogram.device_name == "cpu" and len(said) == 1 and said[0].endswith("The processor does the work.")
    )
    histogram.add(100_000)
    expected = Histogram(flame(), supersample=1)
    expected.add(100_000)
    np.testing.assert_array_equal(histogram.buckets, expected.buckets)


def test_auto_refuses_software_drivers(card, monkeypatch):
    assert card_for("auto") is None  # by tests/conftest.py
    monkeypatch.delenv("BLOOM_DEVICE")
    chosen = card_for("auto")
    assert chosen is None or chosen.kind != "software"
    assert card_for("gpu") == card.card


def test_a_card_is_tried_once_and_a_bad_one_is_not_used(card, tmp_path, monkeypatch):
    monkeypatch.setenv("BLOOM_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(trial, "_known", {})
    assert store.cache_folder() == tmp_path / "kernels"
    assert trial.ready(card.card) is card
    (file,) = tmp_path.glob("cards-*.json")
    assert json.loads(file.read_text()) == {card.card.key: ""}
    file.write_text(json.dumps({card.card.key: "its sin is wrong"}))
    monkeypatch.setattr(trial, "_known", {})
    with pytest.raises(CardError, match="its sin is wrong"):
        trial.ready(card.card)
    said: list[str] = []
    assert ChosenHistogram(flame(), device="gpu", say=said.append).card is None and "sin" in said[0]


def test_the_trial_notices_a_wrong_function(card, monkeypatch):
    assert trial.problem_of(card) == ""
    monkeypatch.setitem(trial.FUNCTIONS, "tanh", lambda x: np.tanh(x) + 1e-4)
    assert trial.problem_of(card) == "its tanh is wrong"


def test_nothing_is_lost_with_a_card(card):
    """The device is destroyed between two parts: the processor plays again what was not handed over."""
    said: list[str] = []
    histogram = ChosenHistogram(flame(), device="cpu", say=said.append, supersample=1)
    options = histogram._options | {"buckets": np.zeros_like(histogram.buckets)}
    histogram._options = options
    own = Device(card.card)
    histogram._inner = CardHistogram(own, flame(), **options)
    histogram.add(200_000)
    handed_over = histogram.buckets.sum()
    histogram.add(100_000)
    own.device.destroy()
    histogram.add(100_000)
    assert len(said) == 1 and said[0].endswith("The processor goes on.") and histogram.card is None
    assert 400_000 <= histogram.iterations < 400_000 + 8 * 512 * 4
    assert histogram.buckets.sum() > 1.5 * handed_over
    light = histogram.buckets.astype(np.float64) / histogram.shown
    expected = counted(Histogram(flame(), supersample=1), 400_000)
    np.testing.assert_allclose(light.sum((0, 1)), expected.sum((0, 1)), rtol=0.01)


def test_bloom_render_on_a_card_says_which(card, tmp_path, capsys):
    write_flames((flame(version="EMBER-1.0"),), tmp_path / "a.flame")
    for device, name in (("cpu", "cpu"), ("gpu", card.card.name)):
        output = tmp_path / f"{device}.png"
        arguments = ["--quality", "20", "--supersample", "1", "--stats", "--device", device]
        assert main(["render", str(tmp_path / "a.flame"), "-o", str(output), *arguments]) == 0
        assert json.loads(capsys.readouterr().out)["device"] == name
        assert b"tEXtDevice\0" + name.encode("latin-1", "replace") in output.read_bytes()
    assert main(["devices", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [line["device"] for line in found][:2] == ["cpu", "gpu:0"] and found[1]["name"] == card.card.name


def test_parts_of_a_card_are_whole_numbers(card, tmp_path):
    write_flames((flame(version="EMBER-1.0"),), tmp_path / "a.flame")
    parts = []
    for k, device in ((1, "gpu"), (2, "gpu"), (3, "cpu")):
        parts.append(tmp_path / f"{k}.npz")
        options = ["--quality", "60", "--supersample", "1", "--share", f"{k}/3", "--device", device]
        assert main(["render", str(tmp_path / "a.flame"), "-o", str(parts[-1]), *options]) == 0
    kept = [Part.load(path) for path in parts]
    assert [part.counts.dtype.kind for part in kept] == ["u", "u", "f"]
    merged = Merged(parts)
    assert merged.devices == tuple(sorted(("cpu", card.card.name)))
    light = [part.counts[..., 3].sum() / part.iterations for part in kept]
    assert light[0] / UNIT == pytest.approx(light[2], rel=0.02)
    assert merged.buckets[..., 3].sum() / merged.iterations == pytest.approx(light[2], rel=0.02)
