"""The look Volume: voxels on disk, in the volume object, and in the finished picture."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import numpy as np
import pytest

COLUMNS = {"xform1.weight": [0.5, 0.6, 0.9, 0.2], "final.julia3D": [1.0, 1.1, 1.2, 1.5]}


@pytest.fixture
def room(extension):
    """Function that returns a module of the extension's inner package."""
    return lambda name: importlib.import_module(f"{extension.__name__}.bloom_blender.{name}")


@pytest.fixture
def misty(add, blender):
    """A flame object with a small volume, and the volume's data."""
    obj = add(with_scene=True, look="VOLUME")
    settings = obj.bloom
    settings.volume_resolution_viewport, settings.volume_resolution_render = 16, 24
    settings.volume_points_viewport = settings.volume_points_render = 0.2
    blender.context.view_layer.update()
    return obj, obj.children[0].data


@pytest.fixture
def moving(misty, bloom, make_curves):
    """The same, moving over frames 1 to 4."""
    bloom.keyframes.animate(misty[0], make_curves(COLUMNS))
    return misty


def states(room, folder) -> dict[str, str]:
    """State of each file in a folder, by name."""
    return {path.name: room("scene.volume.vdb").state_in(path) for path in sorted(Path(folder).glob("*.vdb"))}


def test_the_look_makes_a_glowing_child_and_rests_the_points(misty, blender):
    obj, data = misty
    volume = obj.children[0]
    assert volume.type == "VOLUME" and volume.matrix_world == obj.matrix_world
    assert data.materials[0].name == "Bloom Volume" and Path(data.filepath).is_file()
    data.grids.load()
    assert {grid.name for grid in data.grids} == {"density", "bloom_color"}
    blender.ops.bloom.set_up_scene(look="PARTICLES")
    assert volume.hide_render and obj.modifiers[0].show_render
    blender.ops.bloom.set_up_scene(look="VOLUME")
    assert [child.type for child in obj.children] == ["VOLUME"] and not volume.hide_render
    assert not obj.modifiers[0].show_render


def test_a_file_holds_what_was_counted(misty, flame, room, bloom):
    """Read back: the density, without its logarithm, is that of the counts."""
    obj, data = misty
    voxels = room("chaos.voxels")
    request = room("scene.flame.requests").volume_request(obj, render=False)
    box = voxels.box_of(*request.bounds, request.resolution)
    counts = voxels.count_voxels(flame, box, request.points)
    voxels.smooth(counts, 16.0)
    expected = voxels.volume_of(counts, flame)
    density, color, middle, size = room("scene.volume.vdb").read(Path(data.filepath))
    assert size == pytest.approx(box.voxel)
    total = (2.0 ** expected.density.astype(float) - 1.0).sum()
    assert (2.0 ** density.astype(float) - 1.0).sum() == pytest.approx(total, rel=2e-3)  # half floats
    first = (np.array(middle) - box.origin) / size - 0.5
    low = np.rint(first).astype(int)
    np.testing.assert_allclose(first, low, atol=1e-3)
    for place, block, colors in zip(expected.places * 8, expected.density, expected.colors, strict=True):
        for index in np.argwhere(block > 0.0)[:3]:
            at = tuple(place + index - low)
            assert density[at] == pytest.approx(block[tuple(index)], rel=1e-3)
            assert color[at] == pytest.approx(colors[tuple(index)], abs=1e-3)


def test_names_change_with_values_and_old_files_go(misty, blender, room):
    obj, data = misty
    seen = [data.filepath]
    for number in range(8):
        obj["xform1.swirl"] = 0.1 * number
        obj.update_tag()
        blender.context.view_layer.update()
        assert data.filepath not in seen
        seen.append(data.filepath)
    kept = list(Path(data.filepath).parent.glob("*.vdb"))
    assert Path(data.filepath) in kept and len(kept) <= 1 + room("scene.volume.volume_object").KEPT
    obj["xform1.swirl"] = 0.0
    obj.update_tag()
    blender.context.view_layer.update()
    assert data.filepath == seen[1] and Path(data.filepath).is_file()
    for name, value in (("seed", 3), ("volume_smoothness", 0.0), ("volume_resolution_viewport", 20)):
        before = data.filepath
        setattr(obj.bloom, name, value)
        blender.context.view_layer.update()
        assert data.filepath != before
    before = data.filepath
    obj.location.x = 2.0
    obj.bloom.volume_resolution_render = 30
    blender.context.view_layer.update()
    assert data.filepath == before


def test_one_xform_alone_shows_in_the_window_and_not_in_renders(misty, blender, room):
    obj, data = misty
    snapshot, vdb = room("scene.flame.snapshot"), room("scene.volume.vdb")
    whole, state = (
        vdb.read(Path(data.filepath))[0],
        snapshot.read(obj, render=True).volume_state,
    )
    obj.bloom.solo = "xform1"
    blender.context.view_layer.update()
    alone = vdb.read(Path(data.filepath))[0]
    assert 0 < (alone > 0.0).sum() < (whole > 0.0).sum()
    assert snapshot.read(obj, render=True).volume_state == state
    obj.bloom.solo = ""
    blender.context.view_layer.update()
    np.testing.assert_array_equal(vdb.read(Path(data.filepath))[0], whole)


def test_a_render_has_its_own_resolution_and_leaves_the_window_its_file(misty, blender, room, small_render):
    obj, data = misty
    before, seen = data.filepath, []

    def look(scene, depsgraph):
        seen.append(room("scene.volume.vdb").read(Path(data.filepath))[3])

    blender.app.handlers.render_post.append(look)
    try:
        blender.ops.render.render()
    finally:
        blender.app.handlers.render_post.remove(look)
    span = max(b - a for a, b in zip(obj.bloom.volume_low, obj.bloom.volume_high, strict=True))
    assert seen == [pytest.approx(span / 24)]
    assert data.filepath == before and Path(before).is_file()


def pixels(blender, path) -> np.ndarray:
    image = blender.data.images.load(str(path))
    values = np.array(image.pixels[:]).reshape(-1, 4)[:, :3]
    blender.data.images.remove(image)
    return values


def aim(blender, folder) -> None:
    """Let the scene's camera see a flame of some units, in few pixels."""
    scene = blender.context.scene
    scene.camera.location = (0.0, 0.0, 12.0)
    scene.render.resolution_x = scene.render.resolution_y = 16
    scene.cycles.samples = 2
    scene.render.filepath = f"{folder}/frame_"
    scene.render.image_settings.file_format = "PNG"


def test_no_frame_of_an_animation_is_stale(small_render, moving, blender, room):
    """An animation, frames in another order, and a bake that Blender plays by itself: the same pixels."""
    obj, _ = moving
    scene = blender.context.scene
    aim(blender, small_render)
    scene.frame_start, scene.frame_end = 1, 3
    blender.ops.render.render(animation=True)
    live = {frame: pixels(blender, small_render / f"frame_{frame:04}.png") for frame in (1, 2, 3)}
    assert all(values.max() > 0.05 for values in live.values())
    assert (live[1] != live[2]).any() and (live[2] != live[3]).any()
    for frame in (3, 1, 2):
        scene.frame_set(frame)
        scene.render.filepath = f"{small_render}/still.png"
        blender.ops.render.render(write_still=True)
        assert (pixels(blender, small_render / "still.png") == live[frame]).all()
    obj.bloom.volume_folder = str(small_render / "baked")
    blender.ops.bloom.bake_volume()
    scene.render.filepath = f"{small_render}/baked_"
    blender.ops.render.render(animation=True)
    for frame in (1, 2, 3):
        assert (pixels(blender, small_render / f"baked_{frame:04}.png") == live[frame]).all()


def test_an_instanced_volume_shows_its_frame(small_render, moving, blender, room):
    """In the scene through an instance of its collection alone, rendered in another order."""
    obj, data = moving
    scene, snapshot = blender.context.scene, room("scene.flame.snapshot")
    aim(blender, small_render)
    group = blender.data.collections.new("Flames")
    for part in (obj, *obj.children):
        group.objects.link(part)
        scene.collection.objects.unlink(part)
    empty = blender.data.objects.new("Instance", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", group
    scene.collection.objects.link(empty)
    shown, wanted = {}, {}

    def look(scene, depsgraph):
        shown[scene.frame_current] = room("scene.volume.vdb").state_in(Path(data.filepath))

    blender.app.handlers.render_post.append(look)
    for frame in (3, 1, 2):
        scene.frame_set(frame)
        source = obj.evaluated_get(blender.context.evaluated_depsgraph_get())
        wanted[frame] = snapshot.read(obj, source, render=True).volume_state
        blender.ops.render.render()
    blender.app.handlers.render_post.remove(look)
    assert shown == wanted and len(set(wanted.values())) == 3


def test_a_bake_goes_on_where_it_was_and_renews_what_is_wrong(moving, blender, room, tmp_path):
    obj, data = moving
    scene, baking = blender.context.scene, room("scene.bake.baking")

    def bake(context, obj, start, end):
        return baking.bake(context, obj, baking.KINDS["VOLUME"], range(start, end + 1))

    obj.bloom.volume_folder = str(tmp_path)
    scene.frame_set(4)
    started = bake(blender.context, obj, 1, 4)
    next(started), next(started)
    started.close()  # as Esc does
    assert list(states(room, tmp_path)) == ["tiny_0001.vdb", "tiny_0002.vdb"]
    assert obj.bloom.volume_source == "LIVE" and scene.frame_current == 4
    stamps = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.vdb")}
    *_, last = bake(blender.context, obj, 1, 4)
    assert (last.written, last.kept, last.share) == (2, 2, 1.0)
    assert all((tmp_path / name).stat().st_mtime_ns == stamp for name, stamp in stamps.items())
    found = states(room, tmp_path)
    assert list(found) == [f"tiny_000{frame}.vdb" for frame in (1, 2, 3, 4)]
    assert len(set(found.values())) == len(found) == 4 and all(found.values())
    assert data.is_sequence and (data.frame_start, data.frame_duration) == (1, 4)
    assert obj.bloom.volume_source == "BAKED" and scene.frame_current == 4
    obj["xform2.color"] = 0.3
    scene.frame_set(2)
    assert data.filepath == str(tmp_path / "tiny_0001.vdb")  # baked: edits wait for the next bake
    obj["xform2.color"] = 1.0
    (tmp_path / "tiny_0003.vdb").write_bytes(b"damaged")
    *_, last = bake(blender.context, obj, 1, 4)
    assert (last.written, last.kept) == (1, 3)
    again = states(room, tmp_path)  # another take, as Blender knows the other paths already
    assert list(again) == [f"tiny-2_000{frame}.vdb" for frame in (1, 2, 3, 4)]
    assert list(again.values()) == list(found.values())
    assert data.filepath == str(tmp_path / "tiny-2_0001.vdb")
    obj.bloom.volume_source = "LIVE"
    blender.context.view_layer.update()
    assert not data.is_sequence and Path(data.filepath).parent != tmp_path
    obj.bloom.volume_source = "BAKED"
    blender.context.view_layer.update()
    assert data.is_sequence and data.filepath == str(tmp_path / "tiny-2_0001.vdb")
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


def test_baking_again_shows_the_new_frames(small_render, moving, blender):
    """The same names with other contents, in one session: Blender must not show what it remembers."""
    obj, _ = moving
    scene = blender.context.scene
    aim(blender, small_render)
    scene.frame_start = scene.frame_end = 2
    scene.frame_set(2)
    obj.bloom.volume_folder = str(small_render / "baked")
    baked, live = [], []
    for amount in (0.3, 2.0):
        obj["xform1.swirl"] = amount
        blender.ops.bloom.bake_volume()
        for source, shown in (("BAKED", baked), ("LIVE", live)):
            obj.bloom.volume_source = source
            blender.context.view_layer.update()
            scene.render.filepath = f"{small_render}/{source}.png"
            blender.ops.render.render(write_still=True)
            shown.append(pixels(blender, scene.render.filepath))
    assert (live[0] != live[1]).any()
    assert (baked[0] == live[0]).all()
    assert not (baked[1] == baked[0]).all()
    assert (baked[1] == live[1]).all()


def test_a_bake_asks_for_a_place_and_a_volume(misty, add, blender):
    obj, _ = misty
    with pytest.raises(RuntimeError, match="save that first"):
        blender.ops.bloom.bake_volume()
    obj.bloom.volume_folder = ""
    with pytest.raises(RuntimeError, match="choose one"):
        blender.ops.bloom.bake_volume()
    blender.ops.object.select_all(action="DESELECT")
    add()
    assert not blender.ops.bloom.bake_volume.poll() and not blender.ops.bloom.fit_volume.poll()


def test_a_saved_file_shows_its_volume_again(moving, blender, tmp_path):
    """Live files are gone when Blender restarts; the bake's folder is beside the file."""
    obj, data = moving
    path = str(tmp_path / "flower.blend")
    blender.ops.wm.save_as_mainfile(filepath=path)
    scene = blender.context.scene
    scene.frame_start, scene.frame_end = 1, 2
    blender.ops.bloom.bake_volume()
    assert data.filepath == "//bloom_volumes/tiny_0001.vdb"
    assert sorted(os.listdir(tmp_path / "bloom_volumes")) == ["tiny_0001.vdb", "tiny_0002.vdb"]
    obj.bloom.volume_source = "LIVE"
    blender.context.view_layer.update()
    Path(data.filepath).unlink()
    blender.ops.wm.save_mainfile()
    blender.ops.wm.open_mainfile(filepath=path)
    assert Path(blender.data.volumes[0].filepath).is_file()


def test_bounds_fit_this_frame_or_all(moving, blender):
    obj, data = moving
    settings = obj.bloom
    blender.context.scene.frame_start, blender.context.scene.frame_end = 1, 4
    blender.context.scene.frame_set(2)
    settings.volume_low = settings.volume_high = (0.0, 0.0, 0.0)
    blender.ops.bloom.fit_volume(whole_range=False)
    one = np.array([settings.volume_low, settings.volume_high])
    blender.ops.bloom.fit_volume(whole_range=True)
    every = np.array([settings.volume_low, settings.volume_high])
    assert (every[0] <= one[0] + 1e-6).all() and (every[1] >= one[1] - 1e-6).all() and (every != one).any()
    assert blender.context.scene.frame_current == 2
    before = data.filepath
    settings.volume_bounds = "FRAME"
    blender.context.view_layer.update()
    assert data.filepath != before


def test_empty_bounds_are_told(misty, bloom, blender):
    obj, _ = misty
    obj.bloom.volume_low = obj.bloom.volume_high
    blender.context.view_layer.update()
    assert "Fit Bounds" in bloom.playback.problems[obj.name]


def test_a_volume_leaves_no_vertices_in_the_window(blender, bloom, add):
    obj = add()
    kept = [modifier.name for modifier in obj.modifiers]
    bloom.scene_setup.set_look(obj, "VOLUME")
    shown = obj.evaluated_get(blender.context.evaluated_depsgraph_get())
    assert len(obj.data.vertices) > 0 and shown.data.vertices[:] == []
    bloom.scene_setup.set_look(obj, "PARTICLES")
    assert [modifier.name for modifier in obj.modifiers] == kept
