"""The true flame over what Cycles renders of the same scene."""

from __future__ import annotations

import importlib

import numpy as np
import pytest


@pytest.fixture
def overlay(extension):
    """The module under test."""
    return importlib.import_module(f"{extension.__name__}.bloom_blender.scene.setup.flame_over_scene")


@pytest.fixture
def scene(blender, bloom, add, small_render):
    """A flame before a green wall that shines by itself, through the flame's camera, for Cycles."""
    scene = blender.context.scene
    add(with_camera=True)
    scene.render.resolution_x, scene.render.resolution_y = 64, 48
    scene.view_settings.view_transform = "Standard"
    material = blender.data.materials.new("wall")
    bloom.versions.use_nodes(material)
    tree = material.node_tree
    tree.nodes.clear()
    emission, output = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeOutputMaterial")
    emission.inputs["Color"].default_value = (0.0, 0.2, 0.0, 1.0)
    tree.links.new(emission.outputs[0], output.inputs["Surface"])
    mesh = blender.data.meshes.new("wall")
    mesh.from_pydata([(-50, -50, -30), (50, -50, -30), (50, 50, -30), (-50, 50, -30)], [], [(0, 1, 2, 3)])
    mesh.materials.append(material)
    wall = blender.data.objects.new("wall", mesh)
    wall.matrix_world = scene.camera.matrix_world
    scene.collection.objects.link(wall)
    return scene


@pytest.fixture
def rendered(blender, small_render):
    """Function that renders the scene: linear light, (H, W, 4)."""

    def rendered():
        scene = blender.context.scene
        settings = scene.render.image_settings
        if hasattr(settings, "media_type"):
            settings.media_type = "IMAGE"
        settings.file_format = "OPEN_EXR"
        settings.color_mode = "RGBA"
        scene.render.filepath = str(small_render / "over.exr")
        blender.ops.render.render(write_still=True)
        image = blender.data.images.load(scene.render.filepath)
        values = np.array(image.pixels[:]).reshape(image.size[1], image.size[0], 4)
        blender.data.images.remove(image)
        return values

    return rendered


def test_a_render_has_both(blender, scene, overlay, rendered):
    assert blender.ops.bloom.flame_over_scene() == {"FINISHED"}
    flames = blender.data.scenes["Scene Flame"]
    flames.bloom.quality = 300.0
    got = rendered()
    flames.render.image_settings.file_format = "OPEN_EXR"
    flames.render.filepath = scene.render.filepath.replace("over", "flame")
    blender.ops.render.render(write_still=True, scene=flames.name)
    image = blender.data.images.load(flames.render.filepath)
    flame = np.array(image.pixels[:]).reshape(48, 64, 4)
    wall = np.array((0.0, 0.2, 0.0))
    assert flame[..., 3].max() > 0.2 and flame[..., 3].min() < 0.05
    expected = flame[..., :3] + (1.0 - flame[..., 3:]) * wall
    np.testing.assert_allclose(got[..., :3], expected, atol=0.01)

    over = overlay.compositor.tone_node(overlay.versions.compositor_tree(scene), "Bloom Over")
    over.inputs["Cover"].default_value = 0.0
    np.testing.assert_allclose(rendered()[..., :3], flame[..., :3] + wall, atol=0.01)
    over.inputs["Strength"].default_value = 0.0
    over.inputs["Strength"].keyframe_insert("default_value", frame=1)
    over.inputs["Strength"].default_value = 2.0
    over.inputs["Strength"].keyframe_insert("default_value", frame=3)
    scene.frame_set(1)
    np.testing.assert_allclose(rendered()[..., :3], np.broadcast_to(wall, got[..., :3].shape), atol=0.01)
    scene.frame_set(3)
    np.testing.assert_allclose(rendered()[..., :3], 2.0 * flame[..., :3] + wall, atol=0.02)


def test_the_view_transform_bends_no_colour_of_the_flame(blender, scene, overlay, small_render):
    """Standard's pixels in other views, but for the most saturated colours, which these cannot show."""
    blender.data.objects["wall"].hide_render = True
    scene.render.dither_intensity = 0.0
    scene.render.image_settings.file_format = "PNG"
    pictures = {}
    for view in ("Standard", "Filmic", "AgX"):
        scene.view_settings.view_transform = view
        blender.ops.bloom.flame_over_scene()
        scene.render.filepath = str(small_render / "view.png")
        blender.ops.render.render(write_still=True)
        image = blender.data.images.load(scene.render.filepath)
        image.colorspace_settings.name = "Non-Color"
        pictures[view] = np.array(image.pixels[:]).reshape(48, 64, 4)[..., :3]
        blender.data.images.remove(image)
    assert pictures["Standard"].max() > 0.3
    error = {view: np.abs(pictures[view] - pictures["Standard"]) for view in pictures}
    assert (error["Filmic"] < 0.03).mean() > 0.99 and error["Filmic"].mean() < 0.003
    assert (error["AgX"] < 0.03).mean() > 0.97


def test_the_flame_follows_the_frame(blender, bloom, scene, overlay, rendered, make_curves):
    obj = blender.data.objects["tiny"]
    bloom.keyframes.animate(obj, make_curves({"xform2.coefs[4]": [-0.4, 0.6, -0.4]}))
    blender.ops.bloom.flame_over_scene()
    pictures = {}
    for frame in (2, 1, 3):
        scene.frame_set(frame)
        pictures[frame] = rendered()
    assert np.abs(pictures[1] - pictures[2]).max() > 0.05
    np.testing.assert_allclose(pictures[1], pictures[3], atol=1e-6)
    assert len(obj.data.vertices) == 250  # no render needed the points


def test_again_takes_over_what_is_new(blender, scene, overlay):
    blender.ops.bloom.flame_over_scene()
    flames = blender.data.scenes["Scene Flame"]
    empty = blender.data.objects.new("new", None)
    scene.collection.objects.link(empty)
    blender.ops.bloom.flame_over_scene()
    assert empty.name in flames.objects and len(blender.data.scenes) == 2
    tree = overlay.versions.compositor_tree(scene)
    assert sum(n.name.startswith("Bloom") for n in tree.nodes) == 2


def test_one_undo_takes_it_all_back(blender, scene):
    blender.ops.ed.undo_push(message="before")
    blender.ops.bloom.flame_over_scene()
    blender.ops.ed.undo_push(message="over")
    blender.ops.ed.undo()
    assert [scene.name for scene in blender.data.scenes] == ["Scene"]
    assert blender.data.objects["tiny"].visible_camera
    assert "Bloom Over" not in blender.data.node_groups


def test_set_up_scene_shows_the_particles_again(blender, bloom, scene):
    blender.ops.bloom.flame_over_scene()
    obj = blender.data.objects["tiny"]
    assert not obj.visible_camera
    bloom.scene_setup.set_up_scene(blender.context, obj)
    assert obj.visible_camera and obj.visible_shadow


def test_what_cannot_be_laid_over_is_said(blender, bloom, scene, overlay):
    scene.render.engine = "BLOOM"
    with pytest.raises(RuntimeError, match="choose Cycles"):
        blender.ops.bloom.flame_over_scene()
    scene.render.engine = "CYCLES"
    scene.camera = None
    with pytest.raises(RuntimeError, match="no camera"):
        blender.ops.bloom.flame_over_scene()
    blender.data.objects.remove(blender.data.objects["tiny"])
    with pytest.raises(RuntimeError, match="no flame"):
        blender.ops.bloom.flame_over_scene()
    assert len(blender.data.scenes) == 1
