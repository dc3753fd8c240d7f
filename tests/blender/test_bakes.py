"""Bakes: points that play without computing, pictures in parts, and the work of a second Blender."""

from __future__ import annotations

import importlib
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

COLUMNS = {"xform1.weight": [0.5, 0.6, 0.9, 0.2], "final.julia3D": [1.0, 1.1, 1.2, 1.5]}


@pytest.fixture
def room(extension):
    """Function that returns a module of the extension's inner package."""
    return lambda name: importlib.import_module(f"{extension.__name__}.bloom_blender.{name}")


@pytest.fixture
def moving(add, bloom, make_curves):
    """A flame object that moves over frames 1 to 4."""
    obj = add()
    bloom.keyframes.animate(obj, make_curves(COLUMNS))
    return obj


@pytest.fixture
def scene(small_render, moving, blender):
    """The scene of such an object, saved in a folder of its own, with frames 1 to 3."""
    scene = blender.context.scene
    scene.frame_start, scene.frame_end = 1, 3
    scene.camera.location = (0.0, 0.0, 12.0)
    scene.render.image_settings.file_format = "PNG"
    blender.ops.wm.save_as_mainfile(filepath=str(small_render / "flower.blend"))
    blender.context.view_layer.objects.active = moving
    return scene


def shown(blender, obj) -> dict[str, np.ndarray]:
    """What the modifiers make of an object, by attribute."""
    evaluated = obj.evaluated_get(blender.context.evaluated_depsgraph_get())
    geometry = evaluated.evaluated_geometry()
    found = {}
    for name, (width, field) in {
        "position": (3, "vector"),
        "bloom_color": (4, "color"),
        "bloom_light": (4, "color"),
        "bloom_density": (1, "value"),
        "bloom_radius": (1, "value"),
        "bloom_age": (1, "value"),
        "bloom_id": (1, "value"),
        "bloom_xform": (1, "value"),
    }.items():
        attribute = geometry.pointcloud.attributes[name]
        kind = np.int32 if attribute.data_type == "INT" else np.float32
        values = np.empty(len(attribute.data) * width, kind)
        attribute.data.foreach_get(field, values)
        found[name] = values
    return found


def pixels(blender, path) -> np.ndarray:
    image = blender.data.images.load(str(path))
    values = np.array(image.pixels[:])
    blender.data.images.remove(image)
    return values


def test_baked_points_are_the_live_ones_in_window_and_render(scene, moving, blender, bloom):
    folder = Path(scene.render.filepath).parent
    live, pictures = {}, {}
    for name in ("live", "baked"):
        for frame in (1, 3):
            scene.frame_set(frame)
            scene.render.filepath = f"{folder}/{name}_{frame}.png"
            blender.ops.render.render(write_still=True)
            pictures[name, frame] = pixels(blender, scene.render.filepath)
            found = shown(blender, moving)
            if name == "live":
                live[frame] = found
            else:
                for key, values in found.items():
                    np.testing.assert_array_equal(values, live[frame][key], err_msg=key)
        if name == "live":
            assert blender.ops.bloom.bake_points() == {"FINISHED"}
            assert moving.bloom.points_source == "BAKED"
            blender.ops.preferences.addon_disable(module="bl_ext.user_default.bloom")  # a farm without Bloom
    assert pictures["live", 1].max() > 0.05 and (pictures["live", 1] != pictures["live", 3]).any()
    for frame in (1, 3):
        np.testing.assert_array_equal(pictures["baked", frame], pictures["live", frame])
    names = sorted(os.listdir(folder / "bloom_points"))
    assert names == [f"tiny_000{frame}{end}" for frame in (1, 2, 3) for end in (".ply", ".window.ply")]


def test_a_bake_of_points_is_told_renewed_used_and_cleared(scene, moving, blender, room):
    baking = room("scene.bake.baking")
    kind = baking.KINDS["POINTS"]
    folder = baking.folder_of(moving, kind)

    def status():
        return baking.status(moving, kind, scene)

    assert status() is None
    blender.ops.bloom.bake_points()
    assert status().frames == (1, 2, 3) and status().right
    before = shown(blender, moving)["position"]
    moving["xform2.color"] = 0.3
    moving.update_tag()
    blender.context.view_layer.update()
    assert status().right is False  # and the bake is shown all the same
    np.testing.assert_array_equal(shown(blender, moving)["position"], before)
    moving["xform2.color"] = 1.0
    (folder / "tiny_0002.ply").write_bytes((folder / "tiny_0002.ply").read_bytes()[:-4])
    *_, last = baking.bake(blender.context, moving, kind, range(1, 5))
    assert (last.written, last.kept) == (2, 2)
    taken = sorted(path.name for path in folder.glob("*[0-9].ply"))
    assert taken == [f"tiny-2_000{frame}.ply" for frame in (1, 2, 3, 4)]
    moving.bloom.points_source = "LIVE"
    moving["xform1.swirl"] = 2.0
    moving.update_tag()
    blender.context.view_layer.update()
    assert (shown(blender, moving)["position"] != before).any()
    blender.ops.bloom.use_bake(kind="POINTS")
    np.testing.assert_array_equal(shown(blender, moving)["position"], before)
    mine = folder / "tiny-2_0009.ply"
    mine.write_text("ply of somebody else")
    blender.ops.bloom.clear_bake(kind="POINTS")
    assert os.listdir(folder) == [mine.name]
    assert moving.bloom.points_source == "LIVE" and [m.name for m in moving.modifiers] == ["Bloom Points"]
    mine.unlink()
    blender.ops.bloom.bake_points()
    assert (folder / "tiny-3_0001.ply").is_file()  # a path that Blender has seen is not used again


def test_baked_points_move_within_a_frame(scene, moving, blender, bloom):
    scene.render.use_motion_blur = True
    blender.ops.bloom.bake_points()
    scene.frame_set(2)
    before = shown(blender, moving)["position"]
    scene.frame_set(2, subframe=0.25)
    moved = shown(blender, moving)["position"] - before
    scene.frame_set(1, subframe=0.75)
    back = shown(blender, moving)["position"] - before
    assert 0.0 < np.abs(moved).max() < 1.0
    np.testing.assert_allclose(back, -moved, atol=1e-5)


def test_another_process_is_left_its_frame(scene, moving, blender, room, tmp_path):
    baking, claims = room("scene.bake.baking"), room("scene.work.claims")
    kind = baking.KINDS["POINTS"]
    path = baking.takes_of(moving, kind).file(2)
    with claims.claim(path) as mine, claims.claim(path) as second:
        assert mine and not second
        *_, last = baking.bake(blender.context, moving, kind, range(1, 4))
        assert (last.written, last.elsewhere) == (2, 1) and not path.exists()
    mark = path.with_name(f".{path.name}.claim")
    assert not mark.exists()
    mark.write_text("another-machine 1")
    *_, last = baking.bake(blender.context, moving, kind, range(1, 4))
    assert (last.kept, last.elsewhere) == (2, 1)
    old = time.time() - 2 * claims.STALE
    os.utime(mark, (old, old))  # that machine has died
    *_, last = baking.bake(blender.context, moving, kind, range(1, 4))
    assert (last.written, last.kept, last.elsewhere) == (1, 2, 0)
    assert not [name for name in os.listdir(path.parent) if name.startswith(".")]


def test_pictures_in_parts(scene, blender, room, tmp_path):
    """What is there stays, an empty placeholder does not count, and nothing unfinished is left."""
    folder = Path(scene.render.filepath).parent
    (folder / "frame_0001.png").write_bytes(b"a picture")
    (folder / "frame_0002.png").touch()
    assert blender.ops.bloom.bake_frames() == {"FINISHED"}
    assert (folder / "frame_0001.png").read_bytes() == b"a picture"
    for frame in (2, 3):
        assert pixels(blender, folder / f"frame_000{frame}.png").max() > 0.05
    assert scene.render.filepath == str(folder / "frame_")
    assert sorted(path.name for path in folder.glob("*.png")) == [f"frame_000{n}.png" for n in (1, 2, 3)]
    assert not list(folder.glob(".*"))
    file_of = room("scene.bake.frames_bake").file_of
    for output in ("a_", "a_###_b", "#/a##_#####.png", "a.png", ""):
        scene.render.filepath = f"{folder}/{output}"
        for frame in (7, 12345):
            expected = Path(scene.render.frame_path(frame=frame))
            assert file_of(scene, frame, scene.render.filepath) == expected
    scene.render.filepath = "/tmp/"
    assert room("scene.bake.frames_bake").output_of(scene) == str(folder / "frames") + os.sep


def test_an_interrupt_ends_a_bake_of_pictures(scene, blender, room):
    """Also where it comes in a callback of Blender's, which prints errors and goes on."""
    folder = Path(scene.render.filepath).parent

    def interrupt(*_):
        signal.raise_signal(signal.SIGINT)

    blender.app.handlers.render_pre.append(interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(room("scene.bake.frames_bake").bake(blender.context, [1, 2]))
    finally:
        blender.app.handlers.render_pre.remove(interrupt)
    assert [path.name for path in folder.glob("frame_*")] == ["frame_0001.png"] and not list(
        folder.glob(".*")
    )


def finish(work) -> None:
    """Wait for the end of a second Blender."""
    until = time.monotonic() + 120.0
    while work.poll() and time.monotonic() < until:
        time.sleep(0.05)
    assert work.code is not None, "the second Blender did not end"


def test_a_second_blender_bakes_what_is_not_saved(scene, moving, blender, room, extension):
    """Points, then pictures of them, in a process of its own; the file is not touched."""
    baking, child = room("scene.bake.baking"), room("scene.work.second_blender")
    bake = importlib.import_module(f"{extension.__name__}.operators.bake.bake_range")
    frames = importlib.import_module(f"{extension.__name__}.operators.bake.bake_frames")
    kind = baking.KINDS["POINTS"]
    file = Path(blender.data.filepath)
    saved = file.read_bytes()
    moving["xform2.color"] = 0.3  # not saved
    moving.update_tag()
    folder = baking.folder_of(moving, kind)
    work = child.Work(*bake.bake_command(moving, kind, range(1, 3)), folder=folder)
    finish(work)
    assert (work.failure, work.code, work.text, work.share) == ("", 0, "2 written", 1.0)
    scene.frame_set(2)
    expected = shown(blender, moving)
    baking.adopt(moving, kind)
    assert baking.status(moving, kind, scene).right
    for key, values in shown(blender, moving).items():
        np.testing.assert_array_equal(values, expected[key], err_msg=key)
    moving.bloom.points_render = 1  # the bake is shown and nothing computed
    output = str(file.parent / "out") + os.sep
    work = child.Work(*frames.frames_command(scene, range(2, 3), output, False), folder=file.parent / "out")
    finish(work)
    assert (work.failure, work.text) == ("", "1 written")
    scene.render.filepath = str(file.parent / "here.png")
    blender.ops.render.render(write_still=True)
    np.testing.assert_array_equal(
        pixels(blender, file.parent / "out" / "0002.png"), pixels(blender, scene.render.filepath)
    )
    assert file.read_bytes() == saved and blender.data.filepath == str(file)


def test_a_second_blender_shows_a_baked_volume(scene, add, blender, room, extension):
    """By a relative path, which stands for another place in the copy."""
    child, folder = room("scene.work.second_blender"), Path(blender.data.filepath).parent
    frames = importlib.import_module(f"{extension.__name__}.operators.bake.bake_frames")
    for obj in list(blender.data.objects):
        if obj.type == "MESH":
            blender.data.objects.remove(obj)
    obj = add(look="VOLUME", with_scene=True)
    obj.bloom.volume_resolution_render, obj.bloom.volume_points_render = 24, 0.2
    scene.render.resolution_x = scene.render.resolution_y = 16
    scene.frame_end = 1
    blender.ops.bloom.bake_volume()
    assert obj.children[0].data.filepath.startswith("//bloom_volumes")
    scene.render.filepath = str(folder / "here.png")
    blender.ops.render.render(write_still=True)
    output = str(folder / "out" / "####")
    work = child.Work(*frames.frames_command(scene, range(1, 2), output, False), folder=folder / "out")
    finish(work)
    expected = pixels(blender, scene.render.filepath)
    assert expected.reshape(-1, 4)[:, :3].max() > 0.05
    np.testing.assert_array_equal(pixels(blender, folder / "out" / "0001.png"), expected)


def test_a_second_blender_says_what_is_wrong_and_stops_at_once(scene, moving, blender, room):
    child, folder = room("scene.work.second_blender"), Path(blender.data.filepath).parent
    before = set(os.listdir(folder))
    work = child.Work(["bake", "volume"], ["--no-save"], folder=folder)
    finish(work)
    assert work.code == 2 and "set up the scene for the look Volume" in work.failure
    work = child.Work(["bake", "points"], ["--folder", str(folder), "--no-save"], folder=folder)
    assert work.poll()
    work.stop()
    assert not work.poll() and work.code not in (0, None)
    assert not [name for name in os.listdir(folder) if name.startswith(".")]
    assert all(name.endswith(".ply") for name in set(os.listdir(folder)) - before)


def test_frames_are_named_by_lists(room):
    frames_of = importlib.import_module(room("scene.command_line").__name__ + ".bake").frames_of
    assert frames_of("1-3,7,5-6") == [1, 2, 3, 5, 6, 7]
    for wrong in ("", "3-1", "a", "1-", "-4", "1,,2"):
        with pytest.raises(ValueError, match="1-100,450"):
            frames_of(wrong)
