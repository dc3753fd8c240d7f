"""Tone, material and film: values of finished pixels."""

from __future__ import annotations

import importlib
from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def scene_module(extension):
    """Function that returns a module of the scene room."""
    return lambda name: importlib.import_module(f"{extension.__name__}.bloom_blender.scene.{name}")


def pixels(blender, path) -> np.ndarray:
    """The file's display values, (H, W, 4), row 0 at the bottom."""
    image = blender.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    values = np.array(image.pixels[:]).reshape(image.size[1], image.size[0], 4)
    blender.data.images.remove(image)
    return values


def expected_tone(light, density, brightness, gamma, burn, white=None):
    """Display values that the tone group is to give, written from its description."""
    light = np.asarray(light, float)
    white = light.max() if white is None else white
    alpha = (brightness * log(1 + density * white)) ** (1 / gamma)
    hue = (light / white) ** (1 / 2.2)
    top = alpha * hue.max()
    rolled = top / (1 + top**4) ** 0.25
    fade = min(max((top - 1) * 0.5, 0), 1) * burn
    value = hue / hue.max() * rolled
    return value + (rolled - value) * fade


@pytest.mark.parametrize(
    "light", [(1e-4, 5e-5, 1e-5), (0.02, 0.01, 0.005), (0.7, 0.2, 0.4), (30.0, 40.0, 4.0)], ids=str
)
def test_tone_of_known_light(blender, bloom, flame, scene_module, small_render, light):
    """A wall of known radiance through camera, Cycles, compositor and PNG."""
    scene = blender.context.scene
    blender.ops.mesh.primitive_plane_add(size=20)
    material = blender.data.materials.new("wall")
    bloom.versions.use_nodes(material)
    tree = material.node_tree
    tree.nodes.clear()
    emission, output = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeOutputMaterial")
    emission.inputs["Color"].default_value = (*light, 1.0)
    tree.links.new(emission.outputs[0], output.inputs["Surface"])
    blender.context.object.data.materials.append(material)
    scene.view_settings.view_transform = "Standard"
    node = scene_module("setup.compositor").set_up(scene, flame)
    settings = {"Density": 2.0, "Brightness": 5.0, "Gamma": 3.0, "Saturation": 1.0, "Burn": 0.5, "Glow": 0.0}
    for name, value in (settings | {"Backdrop": (0.0, 0.0, 0.0, 1.0)}).items():
        node.inputs[name].default_value = value
    scene.render.filepath = str(small_render / "wall.png")
    scene.render.image_settings.file_format = "PNG"
    blender.ops.render.render(write_still=True)
    got = pixels(blender, scene.render.filepath)[8, 8, :3]
    np.testing.assert_allclose(got, expected_tone(light, 2.0, 5.0, 3.0, 0.5), atol=1.5 / 255)


def test_dark_colours_stay_dark(blender, flame, scene_module, small_render):
    """Two walls one behind the other, transparent and glowing: light and density add up through both."""
    scene = blender.context.scene
    material = scene_module("points.materials").flame_material()
    color, strength = (0.1, 0.02, 0.05), 3.0
    for height in (0.0, 1.0):
        blender.ops.mesh.primitive_plane_add(size=20, location=(0, 0, height))
        mesh = blender.context.object.data
        mesh.materials.append(material)
        light = mesh.attributes.new("bloom_light", "FLOAT_COLOR", "POINT")
        light.data.foreach_set("color", [*(strength * c for c in color), strength] * len(mesh.vertices))
    scene.view_settings.view_transform = "Standard"
    scene.cycles.transparent_max_bounces = 8
    scene.camera.data.type = "ORTHO"  # each ray meets the walls face on, where the fall-off is 1
    node = scene_module("setup.compositor").set_up(scene, flame)
    settings = {"Density": 2.0, "Brightness": 2.0, "Gamma": 3.0, "Saturation": 1.0, "Burn": 0.5, "Glow": 0.0}
    for name, value in (settings | {"Backdrop": (0.0, 0.0, 0.0, 1.0)}).items():
        node.inputs[name].default_value = value
    scene.render.filepath = str(small_render / "walls.png")
    scene.render.image_settings.file_format = "PNG"
    blender.ops.render.render(write_still=True)
    got = pixels(blender, scene.render.filepath)[8, 8, :3]
    # Both walls, each at the middle of its fall-off.
    factor = 2 * (1 + scene_module("points.materials").SOFTNESS / 2)
    summed = [factor * strength * c for c in color]
    expected = expected_tone(summed, 2.0, 2.0, 3.0, 0.5, white=factor * strength)
    np.testing.assert_allclose(got, expected, atol=2 / 255)


def test_backdrop_lies_behind_all_but_a_transparent_film(blender, flame, scene_module, small_render):
    scene = blender.context.scene
    color = (0.1, 0.02, 0.05)
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format, scene.render.filepath = "PNG", str(small_render / "empty.png")
    for transparent, share in ((False, 1.0), (True, 0.0)):
        node = scene_module("setup.compositor").set_up_shine(scene, flame)
        node.inputs["Backdrop"].default_value = (*color, 1.0)
        scene.render.film_transparent = transparent
        blender.ops.render.render(write_still=True)
        got = pixels(blender, scene.render.filepath)[..., :3]
        place = (np.arange(16) + 0.5) / 16
        squares = (place[None, :] - 0.5) ** 2 + (place[:, None] - 0.52) ** 2
        light = share * np.maximum(1 - 2.6 * squares, 0)[..., None] ** 2 * color
        shown = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)  # sRGB
        np.testing.assert_allclose(got, shown, atol=1.5 / 255)


def test_tone_starts_from_the_file(blender, flame, scene_module):
    flame = replace(flame, tone=replace(flame.tone, brightness=6.0, gamma=2.5))
    scene = blender.context.scene
    node = scene_module("setup.compositor").set_up(scene, flame)
    height = 48 / 20
    assert node.inputs["Density"].default_value == pytest.approx(1 / height**2)
    assert node.inputs["Brightness"].default_value == pytest.approx(6.0 * 268 / 256)
    assert node.inputs["Gamma"].default_value == 2.5
    again = scene_module("setup.compositor").set_up(scene, flame)
    assert again == node and sum(n.type == "GROUP" for n in node.id_data.nodes) == 1


def test_tone_curve_is_a_rational_bezier(scene_module):
    bezier = scene_module("setup.compositor").bezier
    identity = ((0, 0, 1), (0, 0, 1), (1, 1, 1), (1, 1, 1))
    assert bezier(identity, 0.5) == pytest.approx(0.5) and bezier(identity, 0.25) == pytest.approx(0.15625)
    weighted = ((0, 0, 1), (0, 0.2, 2), (1, 0.9, 1), (1, 1, 1))
    assert bezier(weighted, 0.5) == pytest.approx(
        (0.375 * 2 * 0.2 + 0.375 * 0.9 + 0.125) / (0.125 + 0.75 + 0.375 + 0.125)
    )


def test_users_nodes_are_kept(blender, bloom, flame, scene_module):
    """A node that a user put between render layers and output goes on working behind the tone."""
    scene = blender.context.scene
    tree = bloom.versions.compositor_tree(scene)
    tree.nodes.clear()
    layers = tree.nodes.new("CompositorNodeRLayers")
    blur = tree.nodes.new("CompositorNodeBlur")
    tree.links.new(layers.outputs["Image"], blur.inputs["Image"])
    tree.links.new(blur.outputs["Image"], bloom.versions.compositor_output(tree))
    node = scene_module("setup.compositor").set_up(scene, flame)
    assert blur.inputs["Image"].links[0].from_node == node
    assert node.inputs["Image"].links[0].from_node == layers
    assert bloom.versions.compositor_output(tree).links[0].from_node == blur


def test_points_glow_and_hide_nothing(blender, add, flame, scene_module, small_render):
    """A rendered flame is neither black nor burnt, and coloured."""
    scene = blender.context.scene
    obj = add(points_render=20_000, with_camera=True, with_scene=True)
    scene.render.resolution_x, scene.render.resolution_y = 64, 48
    scene.cycles.samples = 4
    scene.render.filepath = str(small_render / "flame.png")
    scene.render.image_settings.file_format = "PNG"
    blender.ops.render.render(write_still=True)
    picture = pixels(blender, scene.render.filepath)[..., :3]
    assert obj.data.materials[0].name == "Bloom Glow"
    assert 0.02 < picture.mean() < 0.8
    assert (picture.max(-1) - picture.min(-1)).mean() > 0.01
    assert (picture > 0.99).all(-1).mean() < 0.1


def test_film(blender, scene_module, tmp_path):
    """An MP4 of pictures, which Blender itself reads back; the open scene stays as it was."""
    pictures = []
    for number, gray in enumerate((0.2, 0.5, 0.8)):
        image = blender.data.images.new(f"p{number}", 64, 48)
        image.pixels[:] = [gray, gray, gray, 1.0] * (64 * 48)
        path = tmp_path / f"{number:04d}.png"
        image.filepath_raw, image.file_format = str(path), "PNG"
        image.save()
        pictures.append(path)
    scenes = list(blender.data.scenes)
    film = tmp_path / "film.mp4"
    scene_module("setup.video").write_video(pictures, film, fps=20)
    assert list(blender.data.scenes) == scenes
    clip = blender.data.movieclips.load(str(film))
    assert tuple(clip.size) == (64, 48) and clip.frame_duration == 3 and clip.fps == pytest.approx(20)


def test_film_of_nothing(blender, extension, scene_module, tmp_path):
    errors = importlib.import_module(f"{extension.__name__}.bloom_blender.errors")
    with pytest.raises(errors.BloomError, match="render some frames"):
        scene_module("setup.video").write_video([], Path(tmp_path / "film.mp4"), fps=20)


def test_a_scene_with_several_effects_has_one_tone(blender, bloom, flame, scene_module):
    """Blender 5.3 lists effects; whichever is active, a second set-up finds what the first one made."""
    scene = blender.context.scene
    if not hasattr(scene, "compositor_effects"):
        pytest.skip("this Blender has one compositing tree per scene")
    empty = scene.compositor_effects.new(name="Empty")
    compositor = scene_module("setup.compositor")
    compositor.set_up(scene, flame)
    assert [effect.name for effect in scene.compositor_effects] == ["Empty"]
    grain = scene.compositor_effects.new(name="Grain")
    grain.node_group = blender.data.node_groups.new("Grain", "CompositorNodeTree")
    grain.is_active = True
    compositor.set_up(scene, flame)
    assert compositor.tone_node(empty.node_group) and not grain.node_group.nodes
    bloom.versions.drop_compositor(scene)
    assert not len(scene.compositor_effects) and bloom.versions.compositor_tree(scene, create=False) is None
