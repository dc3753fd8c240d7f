"""What the points are made of: glow, solid, dust."""

from __future__ import annotations

import ctypes.util
import importlib
import sys

import numpy as np
import pytest


@pytest.fixture
def module(extension):
    """Function that imports a module of the scene room."""
    return lambda name: importlib.import_module(f"{extension.__name__}.bloom_blender.scene.{name}")


def material_of(evaluated, obj):
    """Name of the material that the points have after the modifier."""
    geometry = evaluated(obj).evaluated_geometry()  # it owns its point cloud
    return geometry.pointcloud.materials[0].name


@pytest.fixture
def light(blender, small_render):
    """Function that renders the scene with an engine: linear light in blocks of 4 pixels, (H, W, 3)."""

    def light(engine):
        scene = blender.context.scene
        scene.render.engine = engine
        scene.render.filepath = str(small_render / "light.exr")
        scene.render.image_settings.file_format = "OPEN_EXR"
        blender.ops.render.render(write_still=True)
        image = blender.data.images.load(scene.render.filepath)
        width, height = image.size
        values = np.array(image.pixels[:]).reshape(height // 4, 4, width // 4, 4, 4)[..., :3].mean((1, 3))
        blender.data.images.remove(image)
        return values

    return light


def radii(mesh):
    """Radii of a cloud's points."""
    values = np.empty(len(mesh.vertices), np.float32)
    mesh.attributes["bloom_radius"].data.foreach_get("value", values)
    return values


@pytest.fixture
def rendered(blender, small_render):
    """Function that renders display values of the scene, (H, W, 3)."""

    def rendered():
        scene = blender.context.scene
        scene.render.filepath = str(small_render / "style.png")
        scene.render.image_settings.file_format = "PNG"
        scene.render.resolution_x, scene.render.resolution_y = 64, 48
        scene.cycles.samples = 4
        blender.ops.render.render(write_still=True)
        image = blender.data.images.load(scene.render.filepath)
        image.colorspace_settings.name = "Non-Color"
        values = np.array(image.pixels[:]).reshape(image.size[1], image.size[0], 4)[..., :3]
        blender.data.images.remove(image)
        return values

    return rendered


def test_a_style_changes_the_material_of_one_flame(add, blender, evaluated):
    one, other = add(), add()
    assert material_of(evaluated, one) == "Bloom Glow"
    for style in ("SOLID", "DUST", "GLOW"):
        one.bloom.style = style
        name = f"Bloom {style.title()}"
        assert material_of(evaluated, one) == one.data.materials[0].name == name
        assert material_of(evaluated, other) == "Bloom Glow"


def test_edits_of_a_material_are_kept(add, blender, tmp_path):
    """Also while no flame uses it, and in the saved file."""
    obj = add()
    material = obj.data.materials[0]
    material.node_tree.nodes["Attribute"].attribute_name = "mine"
    obj.bloom.style = "SOLID"
    path = str(tmp_path / "styles.blend")
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.open_mainfile(filepath=path)
    obj = blender.data.objects["tiny"]
    obj.bloom.style = "GLOW"
    assert obj.data.materials[0].node_tree.nodes["Attribute"].attribute_name == "mine"


def test_a_user_s_own_material_is_left_alone(add, blender, module, evaluated):
    obj = add()
    own = blender.data.materials.new("Own")
    module("points.geometry_nodes").set_material(obj, own)
    obj.bloom.style = "DUST"
    assert obj.data.materials[0] == own and material_of(evaluated, obj) == "Own"


def test_undo_of_a_style(add, blender, evaluated):
    add()
    blender.ops.ed.undo_push(message="before")
    blender.data.objects["tiny"].bloom.style = "SOLID"
    blender.ops.ed.undo_push(message="style")
    blender.ops.ed.undo()
    obj = blender.data.objects["tiny"]
    assert obj.bloom.style == "GLOW" and material_of(evaluated, obj) == "Bloom Glow"
    blender.ops.ed.redo()
    assert material_of(evaluated, blender.data.objects["tiny"]) == "Bloom Solid"


@pytest.mark.parametrize("style", ["SOLID", "DUST"])
def test_opaque_points_are_smaller_and_smallest_where_they_are_few(add, blender, style):
    obj = add()
    glow = radii(obj.data)
    obj.bloom.style = style
    blender.context.view_layer.update()
    grains = radii(obj.data)
    shown = glow > 0.0
    assert (grains[shown] > 0.0).all() and not grains[~shown].any()
    assert grains[shown].max() < glow[shown].min() * 1.01
    density = np.empty(len(glow), np.float32)
    obj.data.attributes["bloom_density"].data.foreach_get("value", density)
    order = np.argsort(density[shown])
    assert (np.diff(grains[shown][order]) >= 0.0).all()


def test_the_tone_follows_the_style(add, blender, bloom, module):
    """In a scene set up for particles only."""
    scene, compositor = blender.context.scene, module("setup.compositor")
    obj = add(with_scene=True, with_camera=True)
    tree = bloom.versions.compositor_tree(scene)
    obj.bloom.style = "SOLID"
    assert compositor.tone_node(tree).mute and not compositor.tone_node(tree, "Bloom Shine").mute
    obj.bloom.style = "GLOW"
    assert not compositor.tone_node(tree).mute and compositor.tone_node(tree, "Bloom Shine").mute
    bloom.scene_setup.set_up_scene(blender.context, obj, look="PICTURE")
    obj.bloom.style = "DUST"
    assert compositor.tone_node(tree).mute and compositor.tone_node(tree, "Bloom Shine").mute


def test_solid_points_shine_by_themselves_and_dust_needs_lights(add, blender, bloom, module, rendered):
    obj = add(points_render=5_000, with_scene=True, with_camera=True)
    scene = blender.context.scene
    obj.bloom.point_size = 15.0  # a pixel, as there are few
    obj.bloom.style = "SOLID"
    solid = rendered()
    assert 0.02 < solid.mean() < 0.9
    assert np.median((solid.max(-1) - solid.min(-1))[solid.max(-1) > 0.1]) > 0.02
    obj.bloom.style = "DUST"
    shine = module("setup.compositor").tone_node(bloom.versions.compositor_tree(scene), "Bloom Shine")
    shine.inputs["Backdrop"].default_value = black = (0.0, 0.0, 0.0, 1.0)
    assert rendered().max() < 0.02
    bloom.scene_setup.set_up_scene(blender.context, obj)
    shine.inputs["Backdrop"].default_value = black
    lights = [other.name for other in scene.objects if other.type == "LIGHT"]
    assert len(lights) == 3 and 0.02 < rendered().mean() < 0.9
    bloom.scene_setup.set_up_scene(blender.context, obj)
    assert [other.name for other in scene.objects if other.type == "LIGHT"] == lights


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
def test_points_keep_half_a_pixel_far_away_and_do_not_blow_up_nearby(
    add, blender, bloom, module, evaluated, points_of, kind
):
    """By the camera of the scene, its lens and the resolution; what light adds up stays the same."""
    scene = blender.context.scene
    obj = add(with_camera=True)
    obj.location, obj.scale, obj.rotation_euler = (0.3, 0.2, -0.1), (2.0, -2.0, 2.0), (0.2, 0.1, 0.4)
    camera = scene.camera
    lens = camera.data
    lens.type = kind
    scene.render.resolution_x, scene.render.resolution_y = 300, 400
    scene.render.resolution_percentage = 50

    def shown(name, width=1):
        points = evaluated(obj).evaluated_geometry()
        cloud = points.pointcloud
        values = np.empty(width * len(cloud.points), np.float32)
        cloud.attributes[name].data.foreach_get("color" if width > 1 else "value", values)
        return values.reshape(-1, width) if width > 1 else values

    own, light = radii(obj.data), np.empty(4 * 250, np.float32)
    obj.data.attributes["bloom_light"].data.foreach_get("color", light)
    light = light.reshape(-1, 4)
    some = own > 0.0
    start = camera.location.copy()
    camera.location = start * 10.0
    blender.context.view_layer.update()
    np.testing.assert_array_equal(shown("radius"), own)  # the window has no time for it unless asked
    modifier = module("points.geometry_nodes").points_modifier(obj)
    inputs = modifier.node_group.interface.items_tree
    bloom.versions.set_modifier_input(modifier, inputs["In Viewport"].identifier, True)
    obj.update_tag()
    for factor in (10.0, 0.02):
        camera.location = start * factor
        lens.ortho_scale = 40.0 * factor
        blender.context.view_layer.update()
        places = points_of(obj.data) @ np.array(obj.matrix_world.to_3x3()).T + np.array(obj.location)
        away = np.linalg.norm(places - np.array(camera.location), axis=1)
        width = np.full(250, lens.ortho_scale) if kind == "ORTHO" else away * lens.sensor_width / lens.lens
        picture = width * (400 / 300) / 2.0  # the longer side, in the flame's own units
        radius = shown("radius")
        expected = np.minimum(np.maximum(own, 0.5 * picture / 200), 0.03 * picture)
        assert (np.abs(expected - own)[some] > 1e-6).any()
        np.testing.assert_allclose(radius[some], expected[some], rtol=1e-4)
        assert not radius[~some].any()
        energy, before = shown("bloom_light", 4) * radius[:, None] ** 2, light * own[:, None] ** 2
        np.testing.assert_allclose(energy[some], before[some], rtol=1e-3, atol=1e-9)
    scene.camera = None
    blender.context.view_layer.update()
    np.testing.assert_array_equal(shown("radius"), own)
    scene.camera = camera
    obj.bloom.style = "SOLID"
    blender.context.view_layer.update()
    assert (shown("radius") <= radii(obj.data)).all()  # opaque points hide more where they are wider


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not ctypes.util.find_library("EGL"),
    reason="EEVEE wants a graphics card, or Mesa's EGL on Linux",
)
def test_glowing_points_have_the_same_light_in_eevee(add, blender, light):
    """As much, and in the same places."""
    scene = blender.context.scene
    obj = add(points_render=5_000, with_scene=True, with_camera=True)
    obj.bloom.smoothness, obj.bloom.point_size = 2.0, 3.0
    scene.render.resolution_x, scene.render.resolution_y = 64, 48
    scene.render.use_compositing = False
    scene.eevee.taa_render_samples = 4
    expected = light("CYCLES")
    got = light("BLENDER_EEVEE" if blender.app.version >= (5, 0, 0) else "BLENDER_EEVEE_NEXT")
    assert got.sum() == pytest.approx(expected.sum(), rel=0.05)
    assert np.corrcoef(got.ravel(), expected.ravel())[0, 1] > 0.99


LOOKS = ("GLOW", "SOLID", "DUST", "VOLUME", "PICTURE", "OVER")


def test_one_look_from_each_to_each(add, blender, module):
    """What is shown is what was chosen, whatever was shown before."""
    scene, setup = blender.context.scene, module("setup.scene_setup")
    obj = add(with_scene=True, with_camera=True)
    volume_of = module("flame.parts").volume_of
    tone_node = module("setup.compositor").tone_node
    assert setup.look_of(obj, scene) == "GLOW"
    order = [look for first in LOOKS for second in LOOKS if first != second for look in (first, second)]
    for look in order:
        blender.ops.bloom.set_up_scene(look=look)
        assert setup.look_of(obj, scene) == look
        assert (scene.render.engine == "BLOOM") == (look == "PICTURE")
        assert obj.visible_camera == (look != "OVER")
        volume = volume_of(obj)
        assert (volume is not None and not volume.hide_render) == (look == "VOLUME")
        if look in ("GLOW", "SOLID", "DUST"):
            assert obj.bloom.style == look and obj.data.materials[0].name == f"Bloom {look.title()}"
        tree = module("versions").compositor_tree(scene)
        over = tone_node(tree, "Bloom Over")
        assert over is None or over.mute == (look != "OVER")
        shown = {name for name in ("Tone", "Shine", "Finish") if not muted(tone_node(tree, f"Bloom {name}"))}
        expected = {"SOLID": "Shine", "DUST": "Shine", "PICTURE": "Finish", "OVER": None}
        assert shown == {expected.get(look, "Tone")} - {None}
    assert len(blender.data.scenes) == 2  # that of the true flame over the scene is used again


def muted(node):
    """Whether a node of the compositor is missing or passed by."""
    return node is None or node.mute


def test_old_names_of_the_look(add, blender, module):
    """Scripts that set the style or ask for particles get what they got."""
    scene, setup = blender.context.scene, module("setup.scene_setup")
    obj = add(with_scene=True, with_camera=True)
    blender.ops.bloom.set_up_scene(look="PICTURE")
    obj.bloom.style = "SOLID"
    assert setup.look_of(obj, scene) == "PICTURE"
    blender.ops.bloom.set_up_scene(look="PARTICLES")
    assert setup.look_of(obj, scene) == "SOLID"
    obj.bloom.style = "GLOW"
    assert setup.look_of(obj, scene) == "GLOW"


def test_a_new_flame_has_the_look_that_is_asked_for(add, blender, module):
    scene, setup = blender.context.scene, module("setup.scene_setup")
    for look in ("SOLID", "DUST", "VOLUME", "PICTURE"):
        assert setup.look_of(add(with_scene=True, look=look), scene) == look


def test_dust_in_the_startup_scene_is_lit(blender, add, module, rendered):
    """Its one light is too far away; ours shine on the flame alone, and can be switched off."""
    blender.ops.wm.read_homefile(use_factory_startup=True)
    scene, lights = blender.context.scene, module("setup.lights")
    obj = add(points_render=5_000, with_scene=True, with_camera=True)
    obj.bloom.point_size = 15.0
    assert not lights.is_lit(scene, obj)
    obj.bloom.style = "DUST"
    shine = module("setup.compositor").tone_node(module("versions").compositor_tree(scene), "Bloom Shine")
    shine.inputs["Backdrop"].default_value = (0.0, 0.0, 0.0, 1.0)
    before = rendered().mean()
    blender.ops.bloom.set_up_scene(look="DUST")
    shine.inputs["Backdrop"].default_value = (0.0, 0.0, 0.0, 1.0)
    ours = scene.collection.children["Bloom Lights"]
    assert len(ours.objects) == 3 and lights.is_lit(scene, obj)
    assert rendered().mean() > 2.0 * before
    for light in ours.objects:
        assert list(light.light_linking.receiver_collection.objects) == [obj]
    ours.hide_render = True
    assert not lights.is_lit(scene, obj)
    shine.inputs["Backdrop"].default_value = (0.0, 0.0, 0.0, 1.0)
    assert rendered().mean() == pytest.approx(before, rel=0.1)
    blender.ops.bloom.set_up_scene(look="DUST")
    assert ours.hide_render and len(scene.collection.children) == 2
    other = add(with_scene=True, look="DUST")
    assert set(light.light_linking.receiver_collection.objects) == {obj, other}


def test_a_scene_that_is_lit_gets_no_lights(blender, add, module):
    scene, lights = blender.context.scene, module("setup.lights")
    sun = blender.data.objects.new("Sun", blender.data.lights.new("Sun", "SUN"))
    sun.data.energy = 5.0
    scene.collection.objects.link(sun)
    obj = add(with_scene=True, with_camera=True, look="DUST")
    assert lights.is_lit(scene, obj) and lights.our_collection(scene) is None
    sun.hide_render = True
    assert not lights.is_lit(scene, obj)
