"""Files of older versions of Bloom, one per version in ``tests/data``, open as what they were.

``flame_schema_0.blend`` was saved in Blender 4.5 by Bloom as of commit a3bbda5: the flame of this folder's
``conftest`` with a run of 6 frames from frame 3, its mapping set to classic and a smoothness of 0.5.

``flame_schema_1.blend`` was saved in Blender 4.5 by Bloom as of commit 02afeba: the same flame, as solid
points, grown by a run that is in the file.
"""

from __future__ import annotations

import importlib
import shutil

import numpy as np
import pytest

from tests.support import REPOSITORY


@pytest.fixture
def migration(bloom, extension):
    return importlib.import_module(f"{extension.__name__}.bloom_blender.scene.setup.migration")


@pytest.fixture
def old(tmp_path):
    """A copy of the file that the first version saved."""
    return str(shutil.copy(REPOSITORY / "tests/data/flame_schema_0.blend", tmp_path / "old.blend"))


def test_there_is_a_file_of_each_version(bloom):
    files = {path.name for path in (REPOSITORY / "tests/data").glob("flame_schema_*.blend")}
    assert files == {f"flame_schema_{version}.blend" for version in range(bloom.flame_object.SCHEMA + 1)}


def test_a_grown_flame_of_version_1(
    bloom, blender, tmp_path, evaluated, points_of, expected, migration, capfd
):
    path = str(shutil.copy(REPOSITORY / "tests/data/flame_schema_1.blend", tmp_path / "old.blend"))
    blender.ops.wm.open_mainfile(filepath=path)
    scene, obj = blender.context.scene, blender.data.objects["tiny"]
    settings, growth = obj.bloom, obj.bloom.growth
    assert settings.schema == bloom.flame_object.SCHEMA
    assert (settings.style, settings.smoothness, settings.seed) == ("SOLID", 0.5, 4)
    assert (settings.points_viewport, settings.points_render, settings.run_name) == (50, 70, "tiny run")
    assert (growth.frames, growth.start_frame, growth.wind, growth.time, growth.variant) == (
        6,
        3,
        0.25,
        "log",
        2,
    )
    assert scene.bloom.quality == 12.0

    weights = []
    for frame in (3, 5, 8):
        scene.frame_set(frame)
        weights.append(evaluated(obj)["xform1.weight"])
        flame = bloom.flame_object.flame_of(evaluated(obj))
        assert (points_of(obj.data) == expected(flame, 50, seed=4)).all()
    assert weights[-1] == pytest.approx(0.5)
    assert len(set(weights)) == 3

    steps = np.arange(1, 21)
    run = bloom.run_data.unpack(growth.run)
    (series,) = run.series
    assert (series.name, series.steps.tolist()) == ("update/layer", steps.tolist())
    values = np.random.default_rng(3).normal(size=(20, 4)) / steps[:, None]
    assert series.values == pytest.approx(values, rel=1e-6)
    assert migration.upgrade() == []
    curves, kept = bloom.growing.regrow(obj)  # by the mapping of today, to the same flame
    assert kept == ()
    column = curves.values[:, curves.names.index("xform1.weight")]
    for frame in (3, 5, 8):
        scene.frame_set(frame)
        weight = column[frame - growth.start_frame]
        assert evaluated(obj)["xform1.weight"] == pytest.approx(weight, rel=1e-6)
    assert evaluated(obj)["xform1.weight"] == pytest.approx(weights[-1])
    assert "Traceback" not in capfd.readouterr().err


def check(obj, bloom):
    assert obj.bloom.schema == bloom.flame_object.SCHEMA
    growth = obj.bloom.growth
    assert (growth.mapping, growth.frames, growth.start_frame) == ("classic", 6, 3)
    assert (obj.bloom.run_name, obj.bloom.points_viewport, obj.bloom.points_render) == ("tiny run", 50, 70)
    assert obj.bloom.smoothness == 0.5
    assert len(obj.bloom.run_curves.split()) == 32


def test_the_first_version(bloom, blender, old, evaluated, points_of, expected, capfd):
    blender.ops.wm.open_mainfile(filepath=old)
    obj = blender.data.objects["tiny"]
    check(obj, bloom)
    weights = []
    for frame in (3, 5, 8):
        blender.context.scene.frame_set(frame)
        weights.append(evaluated(obj)["xform1.weight"])
        flame = bloom.flame_object.flame_of(evaluated(obj))
        assert (points_of(obj.data) == expected(flame, 50)).all()
    assert len(set(weights)) == 3
    assert weights[-1] == pytest.approx(0.5)
    assert "Traceback" not in capfd.readouterr().err


def test_points_of_the_first_version_take_a_style(bloom, blender, old, evaluated):
    blender.ops.wm.open_mainfile(filepath=old)
    obj = blender.data.objects["tiny"]
    for style, material in (("GLOW", "Bloom Glow"), ("SOLID", "Bloom Solid")):
        obj.bloom.style = style
        blender.context.view_layer.update()
        geometry = evaluated(obj).evaluated_geometry()
        assert [item.name for item in geometry.pointcloud.materials] == [material]


def test_the_old_values_stay_in_the_file(bloom, blender, old, migration):
    blender.ops.wm.open_mainfile(filepath=old)
    blender.ops.wm.save_mainfile()
    blender.ops.wm.open_mainfile(filepath=old)
    obj = blender.data.objects["tiny"]
    check(obj, bloom)
    assert migration.upgrade() == []
    stored = migration.versions.stored_settings(obj, "bloom")
    assert (stored["mapping"], stored["run_frames"], stored["run_start"]) == (1, 6, 3)


@pytest.mark.parametrize("beside_another", [False, True])
def test_appended(bloom, blender, old, add, evaluated, beside_another):
    if beside_another:
        add()
        blender.context.view_layer.update()
        blender.data.objects["tiny"].name = "other"
    with blender.data.libraries.load(old, link=False) as (_, target):
        target.objects = ["tiny"]
    obj = blender.data.objects["tiny"]
    check(obj, bloom)
    assert len(obj.modifiers) == 1
    blender.context.scene.collection.objects.link(obj)
    obj.bloom.style = "SOLID"
    blender.context.view_layer.update()
    geometry = evaluated(obj).evaluated_geometry()
    assert len(geometry.pointcloud.points) == 50
    # Blender numbers an appended material like a copy that a user made, and those are left alone.
    shown = "Bloom Glow.001" if beside_another else "Bloom Solid"
    assert [item.name for item in geometry.pointcloud.materials] == [shown]


def test_what_was_set_since_is_kept(add, bloom, migration):
    obj = add()
    assert obj.bloom.schema == bloom.flame_object.SCHEMA
    obj.bloom.schema = 0
    obj.bloom.growth.frames = 99
    assert migration.upgrade() == [obj.name]
    assert obj.bloom.growth.frames == 99


def test_a_newer_file_is_told_and_left_alone(add, bloom, migration, capsys):
    obj = add()
    obj.bloom.schema = bloom.flame_object.SCHEMA + 1
    assert migration.upgrade() == []
    assert obj.bloom.schema == bloom.flame_object.SCHEMA + 1
    assert "newer Bloom" in capsys.readouterr().err
