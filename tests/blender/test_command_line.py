"""``blender --command bloom``: the handler that Blender calls, with what only Blender can do."""

from __future__ import annotations

import importlib

import numpy as np
import pytest


@pytest.fixture
def command(bloom, extension):
    """The function that is registered for ``--command bloom``."""
    return importlib.import_module(f"{extension.__name__}.bloom_blender.scene.command_line").run


@pytest.fixture
def run_file(tmp_path):
    """A small training run, made up."""
    from bloom_blender.trajectory import Series, Trajectory, write_bloom

    steps = np.arange(1, 21)
    values = np.random.default_rng(3).normal(size=(20, 4)) / steps[:, None]
    path = tmp_path / "tiny.bloom"
    write_bloom(Trajectory("tiny", (Series("update/layer", steps, values, "update"),)), path)
    return path


def test_verbs_of_the_package(command, flame_file, capsys):
    assert command(["info", str(flame_file)]) == 0
    assert "flame 'tiny', 64 × 48" in capsys.readouterr().out


def test_help_and_mistakes_end_the_command_and_not_blender(command, capsys):
    assert command(["--help"]) == 0
    listed = capsys.readouterr().out
    verbs = "info convert grow measure render random mutate interpolate import bake"
    for verb in verbs.split():
        assert verb in listed.split()
    assert command(["info", "/nowhere/at.all"]) == 2
    assert "bloom: error:" in capsys.readouterr().err
    assert command(["no-such-verb"]) == 2


@pytest.mark.parametrize("look, engine", [("particles", "CYCLES"), ("picture", "BLOOM")])
def test_import_builds_a_scene_and_saves_it(
    command, run_file, flame_file, blender, bloom, tmp_path, capsys, look, engine
):
    out = tmp_path / "scene.blend"
    arguments = ["import", run_file, "--flame", flame_file, "--frames", 7, "--look", look, "-o", out]
    assert command([str(part) for part in (*arguments, "--width", 32, "--points", 500)]) == 0
    assert "follows tiny over 7 frames" in capsys.readouterr().out
    blender.ops.wm.read_homefile(use_empty=True)
    blender.ops.wm.open_mainfile(filepath=str(out))
    scene = blender.context.scene
    assert (scene.frame_start, scene.frame_end) == (1, 7)
    assert (scene.render.resolution_x, scene.render.resolution_y) == (32, 24)
    assert engine in scene.render.engine
    (obj,) = bloom.flame_object.flames()
    assert obj.bloom.points_render == 500
    weights = []
    for frame in (1, 7):
        scene.frame_set(frame)
        weights.append(list(obj["xform1.coefs"]))
    assert weights[0] != weights[1]


def test_import_says_what_is_wrong_and_writes_nothing(command, run_file, tmp_path, capsys):
    out = tmp_path / "scene.blend"
    for wrong in (
        [run_file, "--flame", "no such flower", "-o", out],
        [run_file, "-o", tmp_path / "scene.png"],
        [run_file, "--frames", 1, "-o", out],
        [run_file, "-o", tmp_path / "nowhere" / "scene.blend"],
        [tmp_path / "absent.bloom", "-o", out],
    ):
        assert command(["import", *map(str, wrong)]) == 2
        assert "bloom: error:" in capsys.readouterr().err
    assert not out.exists()


def test_bake_goes_on_where_it_was(command, run_file, flame_file, blender, bloom, tmp_path, capsys):
    out = tmp_path / "scene.blend"
    made = [run_file, "--flame", flame_file, "--frames", 3, "--look", "volume", "-o", out]
    assert command(["import", *map(str, made)]) == 0
    (obj,) = bloom.flame_object.flames()
    obj.bloom.volume_resolution_render = 16
    obj.bloom.volume_points_render = 0.01
    blender.ops.wm.save_mainfile()
    capsys.readouterr()
    assert command(["bake", "volume", str(out), "-e", "2"]) == 0
    assert "2 files written, in" in capsys.readouterr().out
    assert command(["bake", "volume", str(out)]) == 0
    assert "1 files written, 2 kept" in capsys.readouterr().out
    assert len(list((tmp_path / "bloom_volumes").glob("*.vdb"))) == 3
    blender.ops.wm.open_mainfile(filepath=str(out))
    (obj,) = bloom.flame_object.flames()
    assert obj.bloom.volume_source == "BAKED"


def test_bake_says_what_is_missing(command, run_file, flame_file, tmp_path, capsys):
    out = tmp_path / "scene.blend"
    assert command(["import", *map(str, [run_file, "--flame", flame_file, "-o", out])]) == 0
    for wrong in ([out], [tmp_path / "absent.blend"], [out, "--object", "Nobody"]):
        assert command(["bake", "volume", *map(str, wrong)]) == 2
        assert "bloom: error:" in capsys.readouterr().err
