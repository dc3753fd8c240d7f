"""Flames that a user names: a file, or one that is shipped."""

from __future__ import annotations

import pytest

from bloom_blender.errors import BloomError
from bloom_blender.flame import presets, read_flame, write_flames


@pytest.mark.parametrize("name", ["cherry_blossom", "Cherry Blossom", "cherry-blossom"])
def test_a_preset_by_its_name(name):
    assert presets.find_flame(name) == read_flame(presets.FOLDER / "cherry_blossom.flame")


def test_a_file_comes_before_a_preset(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rose = presets.read_preset("rose")
    write_flames((rose,), tmp_path / "lotus.flame")
    (tmp_path / "lotus.flame").rename(tmp_path / "lotus")
    assert presets.find_flame("lotus") == rose


def test_the_index_counts_flames_of_a_file(tmp_path):
    rose, lily = presets.read_preset("rose"), presets.read_preset("lily")
    write_flames((rose, lily), tmp_path / "two.flame")
    assert presets.find_flame(tmp_path / "two.flame", 1) == lily


@pytest.mark.parametrize("name", ["no-such-flower", "lotos"])
def test_a_name_that_is_neither(name):
    with pytest.raises(BloomError, match=r"Bloom ships no flame .*choose one of .*lotus"):
        presets.find_flame(name)


def test_a_path_without_a_file(tmp_path):
    with pytest.raises(BloomError, match="rose.flame"):
        presets.find_flame(tmp_path / "rose.flame")
