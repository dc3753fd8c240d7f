"""Renders show the right frame: step, time remap, scenes, view layers, instances, processes, undo."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

COLUMN = "xform2.coefs[4]"
PATH = [-0.4, -0.2, 0.1, 0.5, 0.8]


@pytest.fixture
def moving(add, bloom, make_curves):
    """A flame object that moves over frames 1 to 5."""
    obj = add()
    bloom.keyframes.animate(obj, make_curves({COLUMN: PATH}))
    return obj


@pytest.fixture
def points_at(bloom, flame, expected):
    """Function that computes the points of ``moving`` at a frame without Blender."""

    def points_at(frame, count=600):
        coefs = flame.xforms[1].coefs
        offset = np.interp(frame - 1, range(len(PATH)), PATH)
        changed = {"xform2.coefs": (*coefs[:4], offset, coefs[5])}
        return expected(bloom.parameters.with_parameters(flame, changed), count)

    return points_at


@pytest.fixture
def rendered(blender, points_of):
    """List of frame and points of the first flame after every render."""
    seen = []

    def handler(scene, depsgraph):
        seen.append((scene.frame_current, points_of(blender.data.objects["tiny"].data)))

    blender.app.handlers.render_post.append(handler)
    yield seen
    blender.app.handlers.render_post.remove(handler)


def close(a, b):
    """Whether two clouds agree, up to float32 curves."""
    return a.shape == b.shape and np.median(np.abs(a - b)) < 1e-4


def pixels(blender, path):
    """The pixels of a picture."""
    image = blender.data.images.load(str(path))
    values = np.array(image.pixels[:])
    blender.data.images.remove(image)
    return values


def test_frame_step(moving, blender, small_render, rendered, points_at):
    scene = blender.context.scene
    scene.frame_start, scene.frame_end, scene.frame_step = 1, 5, 2
    blender.ops.render.render(animation=True)
    assert [frame for frame, _ in rendered] == [1, 3, 5]
    for frame, points in rendered:
        assert close(points, points_at(frame))


def test_time_remap(moving, blender, small_render, rendered, points_at):
    """At half speed frame 4 shows the values of frame 2, in an animation and alone."""
    scene = blender.context.scene
    scene.render.frame_map_old, scene.render.frame_map_new = 100, 200
    scene.frame_start, scene.frame_end = 4, 5
    blender.ops.render.render(animation=True)
    assert close(rendered[0][1], points_at(2.0)) and close(rendered[1][1], points_at(2.5))
    scene.frame_set(4)
    blender.ops.render.render()
    assert (rendered[2][1] == rendered[0][1]).all()


def test_time_remap_of_velocity_and_blur(moving, blender, small_render, rendered, points_at):
    """Whole frames that are sub-frames of the curves are no moment of a shutter: nothing is held there."""
    scene = blender.context.scene
    moving.bloom.use_velocity = True
    scene.render.frame_map_old, scene.render.frame_map_new = 100, 200
    scene.render.use_motion_blur = True
    shown = []

    def handler(scene, depsgraph):
        if depsgraph.mode == "RENDER" and scene.frame_subframe == 0.0:
            points = np.empty(3 * len(moving.data.vertices), np.float32)
            moving.data.attributes["position"].data.foreach_get("vector", points)
            shown.append(points.reshape(-1, 3))

    blender.app.handlers.frame_change_post.append(handler)
    scene.frame_start, scene.frame_end = 3, 5
    blender.ops.render.render(animation=True)
    blender.app.handlers.frame_change_post.remove(handler)
    for frame in (3, 4, 5):
        assert any(close(points, points_at(frame / 2)) for points in shown)


def test_two_scenes_at_frames_of_their_own(moving, blender, small_render, rendered, points_at, points_of):
    """A render of another scene shows that scene's frame; then the window has its own again."""
    here = blender.context.scene
    there = here.copy()
    here.frame_set(2)
    there.frame_start = there.frame_end = 5
    blender.ops.render.render(animation=True, scene=there.name)
    assert close(rendered[-1][1], points_at(5))
    assert close(points_of(moving.data), points_at(2, 250))
    blender.ops.render.render()
    assert close(rendered[-1][1], points_at(2))


def test_view_layers_show_one_cloud(moving, blender, small_render, rendered, points_at):
    """Two layers; one leaves the flame out."""
    scene = blender.context.scene
    other = scene.view_layers.new("Other")
    group = blender.data.collections.new("Flames")
    scene.collection.children.link(group)
    group.objects.link(moving)
    scene.collection.objects.unlink(moving)
    scene.frame_set(3)
    blender.ops.render.render()
    assert close(rendered[-1][1], points_at(3))
    other.layer_collection.children["Flames"].exclude = True
    scene.frame_set(4)
    blender.ops.render.render()
    assert close(rendered[-1][1], points_at(4))


def test_instances_of_a_collection(moving, blender, small_render, rendered, points_at):
    """The flame itself is in no scene; two empties show it."""
    scene = blender.context.scene
    group = blender.data.collections.new("Flames")
    group.objects.link(moving)
    scene.collection.objects.unlink(moving)
    scene.camera.location.z = 12.0
    for x in (-2.0, 2.0):
        empty = blender.data.objects.new("Instance", None)
        empty.instance_type, empty.instance_collection = "COLLECTION", group
        empty.location.x = x
        scene.collection.objects.link(empty)
    scene.render.resolution_x = scene.render.resolution_y = 64
    scene.cycles.samples = 4
    scene.render.image_settings.file_format = "PNG"
    for frame in (4, 2):
        scene.frame_set(frame)
        scene.render.filepath = f"{small_render}/instances.png"
        blender.ops.render.render(write_still=True)
        assert close(rendered[-1][1], points_at(frame))
        light = pixels(blender, f"{small_render}/instances.png").reshape(64, 64, 4)[..., :3].sum((0, 2))
        assert light[:32].sum() > 0.0 and light[32:].sum() > 0.0


def test_a_hidden_flame_is_in_no_picture(moving, blender, small_render):
    scene = blender.context.scene
    scene.render.image_settings.file_format = "PNG"
    found = []
    for hidden in (False, True):
        moving.hide_render = hidden
        scene.render.filepath = f"{small_render}/hidden.png"
        blender.ops.render.render(write_still=True)
        found.append(pixels(blender, scene.render.filepath).reshape(-1, 4)[:, :3].max())
    assert found[0] > 0.1 and found[1] < 2 / 255  # dither


def test_undo_between_frames(moving, blender, points_of, points_at):
    """An edit is taken back after the frame has moved on; the cloud is that of the frame again."""
    scene = blender.context.scene
    scene.frame_set(2)
    blender.ops.ed.undo_push(message="at frame 2")
    obj = blender.data.objects["tiny"]
    obj["xform1.swirl"] = 1.7
    obj.update_tag()
    blender.context.view_layer.update()
    blender.ops.ed.undo_push(message="swirl")
    blender.context.scene.frame_set(4)
    blender.ops.ed.undo()
    blender.context.view_layer.update()
    frame = blender.context.scene.frame_current
    assert close(points_of(blender.data.objects["tiny"].data), points_at(frame, 250))
    for frame in (5, 3):
        blender.context.scene.frame_set(frame)
        assert close(points_of(blender.data.objects["tiny"].data), points_at(frame, 250))


def test_another_process_on_one_thread_renders_the_same_pixels(
    moving, bloom, blender, extension, small_render
):
    """As a farm does: a saved file of each look, one frame out of order, a process of its own."""
    scene = blender.context.scene
    settings = moving.bloom
    settings.volume_resolution_viewport = settings.volume_resolution_render = 24
    settings.volume_points_viewport = settings.volume_points_render = 0.2
    camera = scene.camera
    for look in ("PARTICLES", "VOLUME", "PICTURE"):
        bloom.scene_setup.set_up_scene(blender.context, moving, look=look)
        assert scene.camera == camera
        scene.render.image_settings.file_format = "PNG"
        scene.render.resolution_x = scene.render.resolution_y = 16
        scene.cycles.samples = 4
        scene.bloom.quality = 50.0
        scene.render.filepath = f"{small_render}/{look}_"
        scene.frame_start, scene.frame_end = 2, 3
        blender.ops.render.render(animation=True)
        blender.ops.wm.save_as_mainfile(filepath=f"{small_render}/{look}.blend", copy=True)
    code = (
        "import bpy, os, sys\n"
        f"bpy.ops.preferences.addon_enable(module={extension.__name__!r})\n"
        "for look in ('PARTICLES', 'VOLUME', 'PICTURE'):\n"
        f"    bpy.ops.wm.open_mainfile(filepath={str(small_render)!r} + f'/{{look}}.blend')\n"
        "    scene = bpy.context.scene\n"
        "    scene.render.threads_mode, scene.render.threads = 'FIXED', 1\n"
        "    scene.frame_set(3)\n"
        f"    scene.render.filepath = {str(small_render)!r} + f'/other_{{look}}.png'\n"
        "    bpy.ops.render.render(write_still=True)\n"
        "sys.stdout.flush()\n"
        "os._exit(0)\n"
    )
    alone = {**os.environ, "NUMBA_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, capture_output=True, env=alone)
    for look in ("PARTICLES", "VOLUME", "PICTURE"):
        other = pixels(blender, small_render / f"other_{look}.png")
        assert other.reshape(-1, 4)[:, :3].max() > 0.1
        assert np.array_equal(other, pixels(blender, small_render / f"{look}_0003.png"))
