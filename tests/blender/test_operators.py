"""Importing, adding, refreshing; and that bad input leaves everything as it was."""

from __future__ import annotations

import importlib
import json
import struct

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("bloom")

POINTS = {"points_viewport": 250, "points_render": 600}
NOTHING = {"with_camera": False, "with_scene": False, "points_viewport": 250, "points_render": 600}


@pytest.fixture
def run_file(extension, tmp_path):
    """A small run: 60 updates of 12 numbers that die away, and embeddings over 6 epochs."""
    room = f"{extension.__name__}.bloom_blender.trajectory"
    trajectory = importlib.import_module(f"{room}.trajectory")
    bloom_file = importlib.import_module(f"{room}.bloom_file")
    rng = np.random.default_rng(3)
    updates = rng.normal(size=(60, 12)) * np.exp(-np.arange(60) / 20)[:, None]
    vectors = np.cumsum(rng.normal(size=(6, 30, 24)), axis=0)
    run = trajectory.Trajectory(
        "small run",
        (trajectory.Series("weights", np.arange(60), updates, "update"),),
        (trajectory.Embeddings("source", tuple(f"w{k}" for k in range(30)), np.arange(6), vectors),),
    )
    path = tmp_path / "small.bloom"
    bloom_file.write_bloom(run, path)
    return path


@pytest.fixture
def embedding_folder(tmp_path):
    folder = tmp_path / "epochs"
    folder.mkdir()
    rng = np.random.default_rng(5)
    for epoch in range(1, 8):
        lines = [f"w{k} " + " ".join(f"{v:.6f}" for v in rng.normal(size=20)) for k in range(25)]
        (folder / f"{epoch}.pt-src_embeddings.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def snapshot(blender):
    """Function that tells everything an import could leave behind."""

    def snapshot():
        data, scene, layer = blender.data, blender.context.scene, blender.context.view_layer
        names = {
            name: sorted(item.name_full for item in getattr(data, name))
            for name in dir(data)
            if isinstance(getattr(data, name), type(data.objects))
        }
        objects = {
            obj.name: (
                {
                    key: list(v) if hasattr(v, "__len__") and not isinstance(v, str) else v
                    for key, v in obj.items()
                },
                obj.select_get(),
                obj.animation_data and obj.animation_data.action,
                obj.data and (len(obj.data.vertices), obj.data.get("bloom_cloud")),
            )
            for obj in scene.objects
        }
        settings = (
            scene.frame_start,
            scene.frame_end,
            scene.frame_current,
            scene.camera,
            scene.render.engine,
            scene.render.resolution_x,
        )
        return names, objects, settings, layer.objects.active

    return snapshot


@pytest.fixture
def shipped(bloom, monkeypatch, flame_file):
    """The folder of shipped flames, with the test's own flame in it."""
    folder = flame_file.parent / "presets"
    folder.mkdir()
    (folder / "small_rose.flame").write_text(flame_file.read_text())
    monkeypatch.setattr(bloom.presets, "FOLDER", folder)
    return folder


# ------------------------------------------------------------------------------------- flames


def test_import_flame(blender, bloom, flame, flame_file, points_of, expected):
    result = blender.ops.bloom.import_flame(filepath=str(flame_file), **NOTHING)
    obj = blender.context.active_object
    assert result == {"FINISHED"}
    assert obj.name == "tiny"
    assert obj.select_get()
    assert bloom.flame_object.flame_of(obj) == flame
    assert (points_of(obj.data) == expected(flame, 250)).all()
    assert obj.bloom.points_render == 600


def test_import_flame_sets_up_camera_and_scene(blender, flame_file):
    blender.ops.bloom.import_flame(filepath=str(flame_file), points_viewport=100)
    assert blender.context.scene.camera is not None
    assert blender.context.scene.render.use_lock_interface


def test_import_twice_keeps_both(blender, flame_file):
    for _ in range(2):
        blender.ops.bloom.import_flame(filepath=str(flame_file), **NOTHING)
    assert {"tiny", "tiny.001"} <= set(blender.data.objects.keys())
    assert len([m for m in blender.data.materials if m.name.startswith("Bloom")]) == 1
    assert blender.data.objects["tiny"].data != blender.data.objects["tiny.001"].data


def test_import_the_second_flame_of_a_file(blender, tmp_path, flame_file):
    two = tmp_path / "two.flame"
    text = flame_file.read_text()
    two.write_text(f"<flames>{text}{text.replace('tiny', 'other')}</flames>")
    blender.ops.bloom.import_flame(filepath=str(two), number=2, **NOTHING)
    assert blender.context.active_object.name == "other"


BAD_FLAMES = {
    "missing": None,
    "empty": "",
    "truncated": '<flame name="a"><xform weight="1" linear="1" coefs="1 0 0',
    "no xforms": '<flame name="a" size="8 8"></flame>',
    "no flame": "<svg/>",
    "entities": '<!DOCTYPE flame [<!ENTITY a "b">]><flame name="&a;"><xform linear="1"/></flame>',
    "bad number": '<flame name="a"><xform weight="one" linear="1" coefs="1 0 0 1 0 0"/></flame>',
    "infinite": '<flame name="a"><xform weight="inf" linear="1" coefs="1 0 0 1 0 0"/></flame>',
    "binary": "\0\1\2",
}


@pytest.mark.parametrize("kind", BAD_FLAMES)
def test_bad_flames_change_nothing(blender, add, snapshot, tmp_path, kind):
    add()
    path = tmp_path / "bad.flame"
    if BAD_FLAMES[kind] is not None:
        path.write_text(BAD_FLAMES[kind])
    before = snapshot()
    with pytest.raises(RuntimeError, match=r"Error: .*bad\.flame") as caught:
        blender.ops.bloom.import_flame(filepath=str(path), **NOTHING)
    assert snapshot() == before
    assert "Traceback" not in str(caught.value)


def test_a_flame_number_beyond_the_file_changes_nothing(blender, snapshot, flame_file):
    before = snapshot()
    with pytest.raises(RuntimeError, match=r"tiny\.flame has no flame 5"):
        blender.ops.bloom.import_flame(filepath=str(flame_file), number=5, **NOTHING)
    assert snapshot() == before


def test_unknown_variations_are_told(blender, tmp_path, flame_file, capfd):
    path = tmp_path / "odd.flame"
    path.write_text(flame_file.read_text().replace('swirl="0.3"', 'swirl="0.3" frobnicate="0.5"'))
    assert blender.ops.bloom.import_flame(filepath=str(path), **NOTHING) == {"FINISHED"}
    assert "frobnicate" in capfd.readouterr().out


def test_add_flame(blender, bloom, shipped, flame):
    blender.ops.bloom.add_flame(preset="small_rose", **NOTHING)
    assert bloom.flame_object.flame_of(blender.context.active_object) == flame
    assert bloom.presets.label("small_rose") == "Small Rose"


def test_every_shipped_flame_can_be_read(bloom):
    for name in bloom.presets.presets():
        assert bloom.presets.read_preset(name).xforms


# --------------------------------------------------------------------------------------- runs


def test_import_run_moves_the_active_flame(blender, bloom, add, run_file, evaluated, points_of):
    obj = add()
    result = blender.ops.bloom.import_run(filepath=str(run_file), base="ACTIVE", frames=40, start_frame=5)
    assert result == {"FINISHED"}
    assert blender.context.active_object == obj
    assert obj.bloom.run_name == "small run"
    growth = obj.bloom.growth
    assert (growth.start_frame, growth.frames, growth.mapping) == (5, 40, "robust")
    scene = blender.context.scene
    assert (scene.frame_start, scene.frame_end) == (5, 44)
    clouds = []
    for frame in (5, 20, 44):
        scene.frame_set(frame)
        clouds.append(points_of(obj.data))
    assert not (clouds[0] == clouds[1]).all()
    assert not (clouds[1] == clouds[2]).all()


def test_import_run_ends_on_the_base_flame(blender, bloom, add, run_file, flame, evaluated):
    obj = add()
    blender.ops.bloom.import_run(filepath=str(run_file), base="ACTIVE", frames=40, start_frame=1)
    blender.context.scene.frame_set(40)
    resting = {p.name: p.value for p in bloom.parameters.parameters_of(flame)}
    for name, value in bloom.flame_object.values_of(evaluated(obj)).items():
        assert value == pytest.approx(resting[name], rel=1e-6, abs=1e-7)


def test_import_run_again_grows_from_the_same_base(blender, bloom, add, run_file, evaluated):
    obj = add()
    for _ in range(2):
        blender.ops.bloom.import_run(filepath=str(run_file), base="ACTIVE", frames=20)
        blender.context.scene.frame_set(3)
    again = bloom.flame_object.values_of(evaluated(obj))
    obj = add()
    blender.ops.bloom.import_run(filepath=str(run_file), base="ACTIVE", frames=20)
    blender.context.scene.frame_set(3)
    assert bloom.flame_object.values_of(evaluated(obj)) == again


def test_import_run_on_a_shipped_flame(blender, bloom, shipped, run_file):
    blender.ops.bloom.import_run(
        filepath=str(run_file), base="small_rose", frames=30, set_range=False, **NOTHING
    )
    obj = blender.context.active_object
    assert bloom.flame_object.is_flame(obj)
    assert obj.animation_data.action is not None
    assert blender.context.scene.frame_end == 250


@pytest.mark.parametrize("choose", ["folder", "file in it"])
def test_import_a_folder_of_embeddings_with_the_classic_mapping(
    blender, bloom, add, embedding_folder, choose
):
    obj = add()
    path = embedding_folder if choose == "folder" else embedding_folder / "3.pt-src_embeddings.txt"
    blender.ops.bloom.import_run(filepath=str(path), base="ACTIVE", mapping="classic", frames=20)
    assert obj.bloom.growth.mapping == "classic"
    assert "xform1.weight" in obj.bloom.run_curves


def _bad_runs(run_file, tmp_path):
    data = run_file.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    header["__metadata__"]["version"] = "999"
    newer = json.dumps(header).encode()
    return {
        "missing": None,
        "empty": b"",
        "truncated": data[: len(data) // 2],
        "no trajectory": b"PK\3\4 something else entirely",
        "newer": struct.pack("<Q", len(newer)) + newer + data[8 + size :],
    }


@pytest.mark.parametrize("kind", ["missing", "empty", "truncated", "no trajectory", "newer"])
def test_bad_runs_change_nothing(blender, add, snapshot, run_file, tmp_path, kind):
    add()
    path = tmp_path / "bad.bloom"
    data = _bad_runs(run_file, tmp_path)[kind]
    if data is not None:
        path.write_bytes(data)
    before = snapshot()
    with pytest.raises(RuntimeError, match=r"Error: .*bad\.bloom"):
        blender.ops.bloom.import_run(filepath=str(path), base="ACTIVE", frames=20)
    assert snapshot() == before


def test_nan_and_standstill_in_a_folder_change_nothing(blender, add, snapshot, embedding_folder):
    add()
    before = snapshot()
    first = (embedding_folder / "1.pt-src_embeddings.txt").read_text()
    for epoch in range(2, 8):
        (embedding_folder / f"{epoch}.pt-src_embeddings.txt").write_text(first)
    with pytest.raises(RuntimeError, match="Error: "):
        blender.ops.bloom.import_run(filepath=str(embedding_folder), base="ACTIVE", frames=20)
    (embedding_folder / "2.pt-src_embeddings.txt").write_text(first.replace("w3 ", "w3 nan ", 1))
    with pytest.raises(RuntimeError, match=r"Error: .*2\.pt-src"):
        blender.ops.bloom.import_run(filepath=str(embedding_folder), base="ACTIVE", frames=20)
    assert snapshot() == before


def test_too_many_frames_for_the_classic_mapping_change_nothing(blender, add, snapshot, embedding_folder):
    add()
    before = snapshot()
    with pytest.raises(RuntimeError, match="Error: "):
        blender.ops.bloom.import_run(
            filepath=str(embedding_folder), base="ACTIVE", mapping="classic", frames=100_000
        )
    assert snapshot() == before


def test_a_run_without_a_flame_changes_nothing(blender, snapshot, run_file, shipped):
    (shipped / "small_rose.flame").unlink()
    before = snapshot()
    with pytest.raises(RuntimeError, match="not a flame"):
        blender.ops.bloom.import_run(filepath=str(run_file), base="ACTIVE", frames=20)
    assert snapshot() == before


# ------------------------------------------------------------------------------------- others


def test_refresh_mends_a_spoilt_mesh(blender, add, flame, points_of, expected):
    obj = add()
    obj.data.clear_geometry()
    blender.ops.bloom.refresh()
    assert (points_of(obj.data) == expected(flame, 250)).all()
    obj.data.attributes["position"].data.foreach_set("vector", np.zeros(750, dtype=np.float32))
    blender.ops.bloom.refresh()
    assert (points_of(obj.data) == expected(flame, 250)).all()


@pytest.mark.parametrize("way", ["refresh", "set_up_scene", "style"])
def test_a_deleted_modifier_comes_back(blender, add, way, evaluated):
    """Without it nothing is rendered; whatever a person presses then brings it back, once."""
    obj = add()
    material = obj.data.materials[0]
    obj.modifiers.clear()
    blender.context.view_layer.update()
    if way == "style":
        obj.bloom.style = "SOLID"
    else:
        getattr(blender.ops.bloom, way)()
    assert [modifier.node_group.name for modifier in obj.modifiers] == ["Bloom Points"]
    blender.context.view_layer.update()
    geometry = evaluated(obj).evaluated_geometry()
    assert len(geometry.pointcloud.points) == 250
    assert way == "style" or geometry.pointcloud.materials[0].original == material


def test_set_up_scene(blender, add):
    obj = add()
    assert blender.context.scene.camera is None
    blender.ops.bloom.set_up_scene()
    scene = blender.context.scene
    assert scene.camera is not None
    assert blender.context.active_object == obj
    background = next(node for node in scene.world.node_tree.nodes if node.type == "BACKGROUND")
    assert tuple(background.inputs["Color"].default_value) == (0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize("operator", ["refresh", "set_up_scene"])
def test_operators_on_a_flame_need_one(blender, operator):
    with pytest.raises(RuntimeError, match="Select a flame first"):
        getattr(blender.ops.bloom, operator)()


def test_imports_need_object_mode(blender, add, flame_file, run_file):
    add()
    blender.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Object Mode"):
        blender.ops.bloom.import_flame(filepath=str(flame_file))
    with pytest.raises(RuntimeError, match="Object Mode"):
        blender.ops.bloom.import_run(filepath=str(run_file))
    blender.ops.object.mode_set(mode="OBJECT")


def test_the_startup_cube_is_out_of_the_way_unless_it_was_touched(blender, add):
    blender.ops.wm.read_homefile(use_factory_startup=True)
    cube = blender.data.objects["Cube"]
    cube.location.x = 0.5
    add(with_scene=True)
    assert not cube.hide_get() and not cube.hide_render
    cube.location.x = 0.0
    add(with_scene=True)
    assert cube.hide_get() and cube.hide_render


def test_switching_looks_keeps_the_camera(blender, add):
    add(with_camera=True)
    scene = blender.context.scene
    first = scene.camera
    blender.ops.bloom.set_up_scene(look="PICTURE")
    assert scene.camera == first and [o.type for o in scene.objects].count("CAMERA") == 1
    first.location.z += 1.0
    blender.context.view_layer.update()
    blender.ops.bloom.set_up_scene(look="PARTICLES")
    assert scene.camera == first
    blender.ops.bloom.set_up_scene(look="PARTICLES", new_camera=True)
    assert scene.camera != first and first.name in scene.objects


def test_a_change_of_look_keeps_what_the_user_has_changed(blender, add, capfd):
    """All that was said to be thrown away, once and again, until it is to be replaced."""
    add(with_camera=True, with_scene=True)
    scene = blender.context.scene
    camera, lens = scene.camera, scene.camera.data
    camera.location.x, lens.lens, lens.dof.aperture_fstop = 1.0, 35.0, 1.0
    render = scene.render
    render.resolution_x = render.resolution_y = 1080
    scene.cycles.samples, scene.cycles.max_bounces = 64, 4
    scene.view_settings.view_transform = "AgX"
    light = blender.data.objects.new("Mine", blender.data.lights.new("Mine", "SUN"))
    scene.collection.objects.link(light)

    def shown():
        objects = sorted((obj.name, tuple(obj.location)) for obj in scene.objects)
        return (
            objects,
            (lens.lens, lens.dof.aperture_fstop, scene.camera),
            (
                (render.resolution_x, render.resolution_y, scene.view_settings.view_transform),
                (scene.cycles.samples, scene.cycles.max_bounces),
            ),
        )

    before = shown()
    for look, engine in (("PICTURE", "BLOOM"), ("PARTICLES", "CYCLES"), ("PICTURE", "BLOOM")):
        blender.ops.bloom.set_up_scene(look=look)
        assert shown() == before and render.engine == engine
    kept = "Kept as you have them: camera, resolution, samples, bounces, view transform"
    assert kept in capfd.readouterr().out
    scene.bloom.gamma = 7.0
    blender.ops.bloom.set_up_scene(look="PICTURE")
    assert scene.bloom.gamma == 7.0
    blender.ops.bloom.set_up_scene(look="PICTURE", replace=True)
    assert (scene.cycles.samples, scene.view_settings.view_transform) == (16, "Standard")
    assert scene.bloom.gamma != 7.0 and render.resolution_x == 1280 and scene.camera == camera


def test_what_nobody_touched_follows_the_look(blender, add):
    add(with_camera=True, with_scene=True)
    scene = blender.context.scene
    assert scene.cycles.samples == 16 and scene.view_settings.view_transform == "Standard"
    blender.ops.bloom.set_up_scene(look="VOLUME")
    assert scene.cycles.samples == 8 and scene.render.engine == "CYCLES"
    blender.ops.bloom.set_up_scene(look="PARTICLES")
    assert scene.cycles.samples == 16


def test_add_leaves_a_prepared_scene_as_it_is(blender, bloom):
    blender.ops.wm.read_homefile(use_factory_startup=True)
    scene = blender.context.scene
    camera = scene.camera
    camera.location.x += 1.0
    scene.render.resolution_x, scene.render.engine = 720, "CYCLES"
    blender.ops.bloom.add_flame(preset="lotus", **POINTS)
    assert scene.camera == camera and scene.render.resolution_x == 720
    assert scene.cycles.samples == 4096 and scene.view_settings.view_transform == "AgX"
    assert not blender.data.objects["Cube"].hide_render and len(scene.objects) == 4
    blender.ops.bloom.add_flame(preset="rose", with_scene=True, **POINTS)
    assert scene.cycles.samples == 16 and scene.camera == camera


def test_add_sets_up_a_new_file_once(blender, bloom):
    """The second flower neither lands in the first nor takes the camera; the 3D cursor says where."""
    from bpy_extras.object_utils import world_to_camera_view

    blender.ops.wm.read_homefile(use_factory_startup=True)
    scene = blender.context.scene
    scene.cursor.location = (1.0, 2.0, 3.0)
    blender.ops.bloom.add_flame(preset="lotus", **POINTS)
    first, camera = blender.context.active_object, scene.camera
    assert tuple(first.location) == (1.0, 2.0, 3.0) and scene.cycles.samples == 16
    seen = world_to_camera_view(scene, camera, first.matrix_world.translation)
    assert camera.name != "Camera" and abs(seen.x - 0.5) < 0.2 and abs(seen.y - 0.5) < 0.2 and seen.z > 0.0
    size = scene.render.resolution_x, scene.render.resolution_y
    blender.ops.bloom.add_flame(preset="rose", **POINTS)
    second = blender.context.active_object
    assert second != first and second.location.x > 1.5 and second.location.y == 2.0
    assert scene.camera == camera and size == (scene.render.resolution_x, scene.render.resolution_y)


def _functions_of(cls):
    """An object with the functions and values of an operator's class, for Blender alone makes operators."""
    import bpy

    parts = [part for part in cls.__mro__ if part is not object and part.__module__.startswith("bl_ext.")]
    assert not any(part in bpy.types.bpy_struct.__mro__ for part in parts)
    found = {name: value for part in reversed(parts) for name, value in vars(part).items()}
    for name in ("__dict__", "__weakref__", "__slots__", "bl_rna"):
        found.pop(name, None)
    return type(cls.__name__, (), found)()


def test_operators_that_never_began_can_be_cancelled(blender, extension, add):
    """Esc in the file browser or dialog before, and a file that is opened meanwhile, cancel an operator."""
    operators = importlib.import_module(f"{extension.__name__}.operators")
    add()
    modal = [cls for cls in operators.classes if hasattr(cls, "modal")]
    names = {cls.__name__ for cls in modal}
    assert {"BLOOM_OT_follow_run", "BLOOM_OT_bake_frames", "BLOOM_OT_mutate_grid"} <= names
    for cls in modal:
        operator = _functions_of(cls)
        operator.cancel(blender.context)
        operator.cancel(blender.context)  # nor does a second time do harm


def test_work_is_cancelled_at_each_stage(blender, extension, add, small_render):
    """Before it begins, while it runs, and after it has ended: the second Blender and its timer are gone."""
    package = f"{extension.__name__}.bloom_blender.scene.work"
    second_blender = importlib.import_module(f"{package}.second_blender")
    work_state = importlib.import_module(f"{package}.work_state")
    operators = importlib.import_module(f"{extension.__name__}.operators")
    context, scene = blender.context, blender.context.scene
    add()
    for stage in ("running", "ended"):
        operator = _functions_of(operators.BLOOM_OT_bake_frames)
        before, after = ["bake", "frames"], ["--scene", scene.name, "--frames", "1-3", "--output", "//no"]
        work = second_blender.Work(before, after, folder=small_render)
        operator._work = work
        operator._timer = context.window_manager.event_timer_add(
            1.0, window=context.window_manager.windows[0]
        )
        work_state.begin(context, "Test")
        if stage == "ended":
            work.stop()
        operator.cancel(context)
        assert work.code is not None and operator._timer is None
        assert work_state.running(context) is None
        operator.cancel(context)
