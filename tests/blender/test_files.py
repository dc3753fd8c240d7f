"""Undo, copies, saving, appending, and files opened without Bloom."""

from __future__ import annotations

import importlib
import re

import numpy as np
import pytest

COLUMNS = {"xform1.weight": [0.5, 0.9, 0.2], "final.julia3D": [1.0, 1.3, 1.6]}


def complaints(text):
    """Lines in which something complains."""
    words = re.compile("error|exception|traceback|warning|bloom:", re.IGNORECASE)
    return [line for line in text.splitlines() if words.search(line)]


@pytest.fixture
def animated(add, bloom, blender, make_curves):
    obj = add()
    bloom.keyframes.animate(obj, make_curves(COLUMNS))
    obj.bloom.run_name = "a run"
    obj.bloom.growth.mapping = "classic"
    blender.context.scene.frame_set(2)
    return obj


@pytest.fixture
def check(bloom, blender, evaluated, expected, points_of):
    """Function that asserts that a flame object has kept everything and still plays."""

    def check(obj):
        assert obj.bloom.is_flame
        assert obj.bloom.run_name == "a run"
        assert obj.bloom.growth.mapping == "classic"
        assert obj.bloom.points_viewport == 250
        assert obj.id_properties_ui("xform1.weight").as_dict()["description"]
        for frame, weight in ((3, 0.2), (2, 0.9)):
            blender.context.scene.frame_set(frame)
            assert evaluated(obj)["xform1.weight"] == pytest.approx(weight)
            flame = bloom.flame_object.flame_of(evaluated(obj))
            assert (points_of(obj.data) == expected(flame, 250)).all()

    return check


def test_undo_and_redo(animated, bloom, blender, check, make_curves):
    name = animated.name
    blender.ops.ed.undo_push(message="before")
    bloom.keyframes.animate(animated, make_curves({"xform1.weight": [3.0, 4.0, 5.0]}))
    animated.bloom.run_name = "another run"
    blender.ops.ed.undo_push(message="after")
    blender.ops.ed.undo()
    check(blender.data.objects[name])
    blender.ops.ed.redo()
    obj = blender.data.objects[name]
    assert obj.bloom.run_name == "another run"
    blender.context.scene.frame_set(3)
    assert obj["xform1.weight"] == 5.0


def test_undo_of_an_import(blender, bloom, flame_file, capfd):
    blender.ops.ed.undo_push(message="before")
    blender.ops.bloom.import_flame(
        filepath=str(flame_file), points_viewport=50, with_camera=False, with_scene=False
    )
    blender.ops.ed.undo_push(message="after")
    assert "tiny" in blender.data.objects
    blender.ops.ed.undo()
    assert "tiny" not in blender.data.objects
    blender.ops.ed.redo()
    assert len(blender.data.objects["tiny"].data.vertices) == 50
    said = capfd.readouterr()
    assert complaints(said.out + said.err) == []


def test_duplicate(animated, blender, check):
    animated.select_set(True)
    blender.ops.object.duplicate()
    copy = blender.context.active_object
    assert copy != animated
    assert copy.data != animated.data
    check(copy)
    check(animated)
    copy.bloom.seed = 9
    blender.context.view_layer.update()
    check(animated)


def test_scene_full_copy(animated, blender, check):
    blender.ops.scene.new(type="FULL_COPY")
    copies = [obj for obj in blender.context.scene.objects if obj.type == "MESH"]
    assert len(copies) == 1
    assert copies[0] != animated
    check(copies[0])


def test_save_and_reload(animated, blender, check, tmp_path):
    path = str(tmp_path / "saved.blend")
    name = animated.name
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.read_homefile(use_empty=True)
    blender.ops.wm.open_mainfile(filepath=path)
    check(blender.data.objects[name])


def test_a_saved_file_holds_the_viewports_points_only(animated, blender, bloom, tmp_path, small_render):
    animated.bloom.points_render = 50_000
    blender.ops.render.render()
    path = tmp_path / "saved.blend"
    blender.ops.wm.save_as_mainfile(filepath=str(path))
    assert path.stat().st_size < 2_000_000
    assert len(animated.data.vertices) == 250


def test_append(animated, blender, check, tmp_path):
    path = str(tmp_path / "library.blend")
    name = animated.name
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.read_homefile(use_empty=True)
    with blender.data.libraries.load(path, link=False) as (_, target):
        target.objects = [name]
    obj = blender.data.objects[name]
    blender.context.scene.collection.objects.link(obj)
    check(obj)


def test_a_cloud_of_another_version_is_mended_on_load(animated, blender, bloom, tmp_path, points_of):
    path = str(tmp_path / "old.blend")
    name = animated.name
    blender.context.view_layer.update()
    before = points_of(animated.data)
    animated.data["bloom_cloud"] = "250:0000"
    animated.data.attributes["position"].data.foreach_set("vector", np.zeros(750, dtype=np.float32))
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.open_mainfile(filepath=path)
    assert (points_of(blender.data.objects[name].data) == before).all()


def test_without_bloom_the_last_cloud_shows_and_values_stay(
    animated, blender, extension, check, points_of, tmp_path
):
    path = str(tmp_path / "saved.blend")
    name, module = animated.name, extension.__name__
    before = points_of(animated.data)
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.preferences.addon_disable(module=module)
    blender.ops.wm.open_mainfile(filepath=path)
    obj = blender.data.objects[name]
    assert (points_of(obj.data) == before).all()
    blender.context.scene.frame_set(3)
    geometry = obj.evaluated_get(blender.context.evaluated_depsgraph_get()).evaluated_geometry()
    assert len(geometry.pointcloud.points) == 250
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.preferences.addon_enable(module=module)
    blender.ops.wm.open_mainfile(filepath=path)
    check(blender.data.objects[name])


def test_saved_without_bloom_a_grown_flame_keeps_its_run_and_settings(
    add, bloom, blender, extension, tmp_path, capfd
):
    path, module = str(tmp_path / "saved.blend"), extension.__name__
    steps = np.arange(1, 21)
    values = np.random.default_rng(3).normal(size=(20, 4)) / steps[:, None]
    trajectory = importlib.import_module(f"{module}.bloom_blender.trajectory")
    run = trajectory.Trajectory("tiny", (trajectory.Series("update/layer", steps, values, "update"),))
    obj = add()
    settings = {"frames": 5, "wind": 0.25, "time": "log"}
    before, _ = bloom.growing.grow_by(obj, run, settings)
    name = obj.name
    blender.ops.wm.save_as_mainfile(filepath=path)

    blender.ops.preferences.addon_disable(module=module)
    blender.ops.wm.open_mainfile(filepath=path)
    blender.context.scene.frame_set(3)
    blender.ops.wm.save_as_mainfile(filepath=path)
    said = capfd.readouterr()
    assert complaints(said.out + said.err) == []

    blender.ops.preferences.addon_enable(module=module)
    blender.ops.wm.open_mainfile(filepath=path)
    obj = blender.data.objects[name]
    growth = obj.bloom.growth
    assert {key: getattr(growth, key) for key in settings} == settings
    growing = importlib.import_module(f"{module}.bloom_blender.scene.growth.growing")
    after, kept = growing.regrow(obj)
    assert kept == ()
    assert (after.values == before.values).all()


@pytest.fixture
def whole_scene(blender, bloom, flame_file, extension, small_render, tmp_path):
    """A flame that a run moves, with a palette edited by hand, and one each as a volume and a true flame."""
    steps = np.arange(1, 21)
    values = np.random.default_rng(3).normal(size=(20, 4)) / steps[:, None]
    trajectory = importlib.import_module(f"{extension.__name__}.bloom_blender.trajectory")
    run = trajectory.Trajectory("tiny", (trajectory.Series("update/layer", steps, values, "update"),))
    trajectory.write_bloom(run, tmp_path / "tiny.bloom")
    few = {"points_viewport": 50, "points_render": 60, "with_camera": False}
    scene = blender.context.scene
    blender.ops.bloom.import_flame(filepath=str(flame_file), **few)
    blender.ops.bloom.import_run(filepath=str(tmp_path / "tiny.bloom"), frames=5)
    blender.context.object["palette.phase"] = 0.25
    blender.context.object.bloom.growth.wind = 0.25
    for look in ("VOLUME", "PICTURE"):
        blender.ops.bloom.import_flame(filepath=str(flame_file), with_scene=False, **few)
        settings = blender.context.object.bloom
        settings.volume_resolution_viewport = settings.volume_resolution_render = 8
        settings.volume_points_viewport = settings.volume_points_render = 0.01
        blender.ops.bloom.set_up_scene(look=look)
    scene.bloom.quality = 2.0
    scene.cycles.samples = 1
    scene.render.resolution_x = scene.render.resolution_y = 16
    scene.render.resolution_percentage = 100
    scene.frame_start, scene.frame_end = 1, 5
    scene.frame_set(3)
    return scene


def settings_of(group, types):
    """Everything that a property group holds, groups and collections within included."""
    held = {}
    for prop in group.bl_rna.properties:
        if prop.identifier == "rna_type":
            continue
        value = getattr(group, prop.identifier)
        if isinstance(value, types.ID):
            value = value.name
        elif isinstance(value, types.PropertyGroup):
            value = settings_of(value, types)
        elif prop.type == "COLLECTION":
            value = [settings_of(item, types) for item in value]
        elif getattr(prop, "is_array", False):
            value = tuple(value)
        held[prop.identifier] = value
    return held


def contents(blender, versions, points_of):
    """What a person made, by name: settings, values, curves, points, runs, and what Blender renders."""
    found = {}
    for obj in blender.data.objects:
        held = found[obj.name] = {"settings": settings_of(obj.bloom, blender.types)}
        held["values"] = {
            name: value.to_list() if hasattr(value, "to_list") else value
            for name, value in obj.items()
            if isinstance(value, (str, int, float)) or hasattr(value, "to_list")
        }
        held["modifiers"] = [(one.name, one.node_group and one.node_group.name) for one in obj.modifiers]
        if obj.type == "MESH":
            held["points"] = points_of(obj.data).tolist()
            held["materials"] = [material.name for material in obj.data.materials]
        action = obj.animation_data and obj.animation_data.action
        if action:
            curves = versions.channelbag(action, obj.animation_data.action_slot).fcurves
            held["curves"] = {
                (curve.data_path, curve.array_index): [tuple(key.co) for key in curve.keyframe_points]
                for curve in curves
            }
    for scene in blender.data.scenes:
        layers = [settings_of(layer.bloom, blender.types) for layer in scene.view_layers]
        found[scene.name] = (settings_of(scene.bloom, blender.types), layers, scene.render.engine)
    for text in blender.data.texts:
        found[text.name] = (text.as_string(), text["bloom_run"])
    for kind in ("node_groups", "materials", "volumes", "worlds", "cameras", "actions"):
        found[kind] = sorted(one.name for one in getattr(blender.data, kind))
    return found


def test_disabled_and_enabled_again_nothing_is_lost(
    whole_scene, blender, bloom, extension, points_of, tmp_path, capfd
):
    path, module = str(tmp_path / "saved.blend"), extension.__name__
    blender.ops.outliner.orphans_purge(do_recursive=True)
    before = contents(blender, bloom.versions, points_of)
    assert sum("curves" in held for held in before.values() if isinstance(held, dict)) == 1
    assert whole_scene.render.engine == "BLOOM"
    blender.ops.preferences.addon_disable(module=module)
    whole_scene.frame_set(2)
    blender.ops.outliner.orphans_purge(do_recursive=True)
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.preferences.addon_enable(module=module)
    whole_scene.frame_set(3)
    assert contents(blender, bloom.versions, points_of) == before
    said = capfd.readouterr()
    assert complaints(said.out + said.err) == []

    blender.ops.wm.read_homefile(use_empty=True)
    blender.ops.wm.open_mainfile(filepath=path)
    blender.context.scene.frame_set(3)
    assert contents(blender, bloom.versions, points_of) == before


def test_nothing_complains_in_normal_work(whole_scene, blender, extension, tmp_path, capfd):
    path = str(tmp_path / "saved.blend")
    for name, look in (("tiny", "PARTICLES"), ("tiny.001", "VOLUME"), ("tiny.002", "PICTURE")):
        blender.context.view_layer.objects.active = blender.data.objects[name]
        blender.ops.bloom.set_up_scene(look=look)
        scene = blender.context.scene
        scene.cycles.samples, scene.bloom.quality = 1, 2.0
        scene.render.resolution_x = scene.render.resolution_y = 16
        for frame in (1, 4):
            scene.frame_set(frame)
        scene.frame_start, scene.frame_end = 2, 3
        blender.ops.render.render(animation=True)
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.open_mainfile(filepath=path)
    blender.ops.render.render()
    flame = blender.data.objects["tiny"]
    flame.select_set(True)
    blender.context.view_layer.objects.active = flame
    blender.ops.bloom.export_flame(filepath=str(tmp_path / "out.flame"))
    blender.ops.object.duplicate()
    blender.ops.object.select_all(action="SELECT")
    blender.ops.object.delete()
    blender.context.scene.frame_set(5)
    blender.ops.outliner.orphans_purge(do_recursive=True)
    blender.ops.preferences.addon_disable(module=extension.__name__)
    blender.ops.preferences.addon_enable(module=extension.__name__)
    said = capfd.readouterr()
    assert complaints(said.out + said.err) == []
