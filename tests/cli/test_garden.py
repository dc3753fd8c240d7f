"""`bloom interpolate`, `bloom random` and `bloom mutate`, run as a user runs them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bloom_blender.cli import main
from bloom_blender.flame.xml import read_flames, write_flames
from tests.develop.samples import flower


def bloom(*arguments) -> int:
    return main([str(argument) for argument in arguments])


@pytest.fixture
def pair(tmp_path):
    """A file of two flames."""
    write_flames((flower(), flower()), tmp_path / "pair.flame")
    return tmp_path / "pair.flame"


def test_interpolate(pair):
    output = pair.with_name("between.flame")
    assert bloom("interpolate", pair, pair, "-o", output, "--frames", 7) == 0
    frames = read_flames(output)
    assert len(frames) == 7
    assert [dict(frame.extra)["time"] for frame in frames] == list("0123456")
    assert frames[0].xforms == frames[3].xforms == flower().xforms


def test_keyframes_stand_at_their_times(tmp_path, capsys):
    """As flam3-animate has them: the second of 0, 10, 100 is frame 11 of 101."""
    bases = [flower(), replace(flower(), camera=replace(flower().camera, scale=77.0)), flower()]

    def frames(times, *options):
        keys = [replace(key, extra=(("time", time),)) for key, time in zip(bases, times, strict=True)]
        write_flames(tuple(keys), tmp_path / "keys.flame")
        output = tmp_path / "frames.flame"
        assert bloom("interpolate", tmp_path / "keys.flame", "-o", output, "--frames", 101, *options) == 0
        return [k for k, frame in enumerate(read_flames(output)) if frame.camera.scale == 77.0]

    assert frames(("0", "10", "100")) == [10] and capsys.readouterr().err == ""
    assert frames(("-50", "25", "50"), "--linear") == [75]
    assert frames(("0", "10", "100"), "--even") == [50] and capsys.readouterr().err == ""
    assert frames(("0", "0", "0")) == [50] and "times do not rise" in capsys.readouterr().err


@pytest.mark.parametrize("frames,text", [(1, "--frames"), (-3, "--frames")])
def test_wrong_frames(pair, capsys, frames, text):
    assert bloom("interpolate", pair, "-o", pair.with_name("no.flame"), "--frames", frames) == 2
    assert text in capsys.readouterr().err and not pair.with_name("no.flame").exists()


def test_one_flame_is_too_few(tmp_path, capsys):
    write_flames((flower(),), tmp_path / "one.flame")
    assert bloom("interpolate", tmp_path / "one.flame", "-o", tmp_path / "a.flame", "--frames", 3) == 2
    assert "one flame" in capsys.readouterr().err


def test_random_and_mutate(tmp_path, capsys):
    output, children = tmp_path / "new.flame", tmp_path / "children.flame"
    assert bloom("random", "-o", output, "--seed", 4, "--count", 2, "--kind", "flower") == 0
    flames = read_flames(output)
    assert [flame.name for flame in flames] == ["flower 4", "flower 5"]
    assert bloom("mutate", output, "-o", children, "--index", 2, "--seed", 7, "--strength", 0.1) == 0
    (child,) = read_flames(children)
    assert child.name == "flower 5 mutation 7" and child.xforms != flames[1].xforms
    for arguments in (
        ("random", "--count", 0),
        ("mutate", output, "--strength", 0),
        ("mutate", output, "--index", 3),
    ):
        assert bloom(*arguments, "-o", tmp_path / "no.flame") == 2
        assert "give" in (error := capsys.readouterr().err) or "choose" in error
