"""The Bloom engine: its pictures against the core's, its camera, passes and partners."""

from __future__ import annotations

import importlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.support import data_path

ORIGINALS = ("brick", "crucible", "fireflies", "hearts", "neon", "willowisp")


@pytest.fixture
def module(extension):
    """Function that imports one of the extension's modules."""

    def module(name):
        return importlib.import_module(f"{extension.__name__}.bloom_blender.{name}")

    return module


@pytest.fixture
def scene(bloom, blender):
    """The scene, for the Bloom engine, with a small picture."""
    scene = blender.context.scene
    scene.view_settings.view_transform = "Standard"
    scene.render.engine = "BLOOM"
    scene.render.film_transparent = True
    return scene


@pytest.fixture
def add_flame(bloom, blender, flame, scene):
    """Function that adds a flame with its camera, set up for the engine."""

    def add_flame(which=None, **options):
        options = {"points_render": 10, "points_viewport": 10, "look": "PICTURE", **options}
        obj = bloom.scene_setup.add_flame(blender.context, which or flame, **options)
        size = (which or flame).camera.size
        scene.render.resolution_x, scene.render.resolution_y = size
        scene.bloom.quality = 200.0
        return obj

    return add_flame


@pytest.fixture
def rendered(blender, scene, tmp_path):
    """Function that renders the scene: the passes by name, (height, width, channels), first row on top."""

    def rendered():
        import OpenEXR

        set_media(scene)
        path = tmp_path / "picture.exr"
        scene.render.filepath = str(path)
        blender.ops.render.render(write_still=True)
        found = {}
        with OpenEXR.File(str(path)) as file:
            for part in file.parts:  # one for each pass since Blender 5.0
                for name, channel in part.channels.items():
                    found[name.removeprefix(f"{blender.context.view_layer.name}.")] = channel.pixels
        return {name: pixels[..., None] if pixels.ndim == 2 else pixels for name, pixels in found.items()}

    def set_media(scene):
        if hasattr(scene.render.image_settings, "media_type"):
            scene.render.image_settings.media_type = "MULTI_LAYER_IMAGE"
        scene.render.image_settings.file_format = "OPEN_EXR_MULTILAYER"
        scene.render.image_settings.color_depth = "32"

    return rendered


def combined(passes):
    """Colours and alpha of the combined pass."""
    return passes["Combined"]


def likeness(a, b):
    """Correlation of two pictures."""
    return np.corrcoef(np.ravel(a), np.ravel(b))[0, 1]


@pytest.mark.parametrize("which", ["tiny", *ORIGINALS])
def test_the_file_s_own_camera_gives_the_core_s_picture(bloom, module, add_flame, rendered, flame, which):
    """Mean light of blocks of 8 pixels, in which noise has averaged out."""
    if which != "tiny":
        flame = bloom.xml.read_flame(data_path(f"bloom/flames/{which}.flame"))
    develop = module("develop")
    flame = develop.resized(flame, 160)
    flame = replace(flame, tone=replace(flame.tone, supersample=1))
    add_flame(flame)
    got = combined(rendered())[..., :3]
    expected = module("flame.color").linear_light(develop.render(flame, quality=200.0, seed=9)[..., :3])
    assert got.shape == expected.shape
    height, width = (n // 8 * 8 for n in got.shape[:2])
    blocks = [
        p[:height, :width].reshape(height // 8, 8, width // 8, 8, 3).mean((1, 3)) for p in (got, expected)
    ]
    assert likeness(*blocks) > 0.998
    assert blocks[0].mean() == pytest.approx(blocks[1].mean(), rel=0.02)


def test_the_number_of_threads_changes_no_bit(blender, scene, add_flame, rendered):
    import numba

    add_flame()
    many = combined(rendered())
    numba.set_num_threads(1)
    before = numba.config.NUMBA_NUM_THREADS
    try:
        numba.config.NUMBA_NUM_THREADS = 1
        one = combined(rendered())
    finally:
        numba.config.NUMBA_NUM_THREADS = before
    assert np.array_equal(many, one)


def test_a_region_is_that_part_of_the_picture(scene, add_flame, rendered):
    """Both come from the same camera, so means over the part agree as far as noise lets them."""
    add_flame()
    scene.bloom.quality = 3000.0
    whole = combined(rendered())
    render = scene.render
    render.use_border = render.use_crop_to_border = True
    render.border_min_x, render.border_max_x, render.border_min_y, render.border_max_y = 0.25, 0.75, 0.0, 0.5
    part = combined(rendered())
    assert part.shape == (24, 32, 4)
    expected = whole[24:48, 16:48]
    assert part[..., 3].max() > 0.1
    assert likeness(part[..., :3], expected[..., :3]) > 0.9


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
def test_blender_s_cameras(blender, scene, add_flame, rendered, bloom, module, kind):
    """A shifted camera from the side sees points where Blender's own projection puts them."""
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector

    obj = add_flame(with_camera=False)
    obj.location, obj.rotation_euler = (0.5, -0.2, 0.3), (0.3, 0.2, 1.0)
    camera = blender.data.objects.new("Camera", blender.data.cameras.new("Camera"))
    camera.data.type, camera.data.ortho_scale = kind, 7.0
    camera.data.shift_x, camera.data.shift_y = 0.1, -0.05
    camera.location, camera.rotation_euler = (6.0, -6.0, 4.0), (1.1, 0.0, 0.8)
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.bloom.estimator_radius = 0.0
    blender.context.view_layer.update()
    got = combined(rendered())[..., 3]

    cloud = bloom.points.compute_points(bloom.flame_object.flame_of(obj), 20_000)
    height, width = got.shape
    expected = np.zeros((height, width))
    for point in cloud.positions[:4000]:
        seen = world_to_camera_view(scene, camera, obj.matrix_world @ Vector(point.tolist()))
        column, row = int(np.floor(seen.x * width)), int(np.floor((1.0 - seen.y) * height))
        if seen.z > 0.0 and 0 <= column < width and 0 <= row < height:
            expected[row, column] += 1
    assert expected.sum() > 1000
    assert got[expected > 2].min() > 0.0  # wherever many points fall there is light
    assert likeness(np.log1p(expected), got) > 0.8


def test_depth_of_field_blurs_what_is_out_of_focus(scene, add_flame, rendered):
    add_flame()
    sharp = combined(rendered())[..., 3]
    lens = scene.camera.data
    lens.dof.use_dof = True
    lens.dof.aperture_fstop = lens.lens * 1e-3 / (2.0 * 0.5)  # an opening of half a unit
    lens.dof.focus_distance *= 3.0
    blurred = combined(rendered())[..., 3]

    def roughness(picture):
        return np.abs(np.diff(picture, axis=1)).mean()

    assert roughness(blurred) < 0.8 * roughness(sharp)


def test_passes_reach_the_file(blender, scene, add_flame, rendered, bloom):
    obj = add_flame()
    layer = blender.context.view_layer
    layer.use_pass_z = layer.bloom.use_pass_density = layer.bloom.use_pass_index = True
    passes = rendered()
    depth = next(v for k, v in passes.items() if k.startswith("Depth"))[..., 0]
    density = next(v for k, v in passes.items() if k.startswith("Bloom Density"))[..., 0]
    index = next(v for k, v in passes.items() if k.startswith("Bloom Index"))[..., 0]
    hit = depth < 1e9
    assert 0.05 < hit.mean() <= 1.0 and density[hit].min() >= 0.0 and density.max() > 0.1
    cloud = bloom.points.compute_points(bloom.flame_object.flame_of(obj), 20_000).positions
    axis = np.array(scene.camera.matrix_world.inverted() @ obj.matrix_world)[2]
    distances = -(cloud @ axis[:3] + axis[3])
    assert np.percentile(distances, 0.1) * 0.9 < depth[hit].min()
    assert depth[hit].max() < np.percentile(distances, 99.9) * 1.1
    assert index.min() >= 0.0 and index.max() <= 1.0 and index[hit].std() > 0.02


def test_flames_add_up(blender, scene, add_flame, rendered, flame):
    """Two flames on one place are as bright as one with twice the points per area."""
    obj = add_flame()
    scene.bloom.brightness = 0.05  # where the logarithm is nearly straight
    scene.bloom.gamma, scene.bloom.estimator_radius = 1.0, 0.0
    scene.bloom.use_curves = False
    layer = blender.context.view_layer
    layer.bloom.use_pass_density = True
    one = next(v for k, v in rendered().items() if k.startswith("Bloom Density"))
    twin = obj.copy()
    twin.location.x += 1e-5
    scene.collection.objects.link(twin)
    two = next(v for k, v in rendered().items() if k.startswith("Bloom Density"))
    thin = (one > 0.0) & (one < np.percentile(one[one > 0.0], 30))
    assert two[thin].mean() == pytest.approx(2.0 * one[thin].mean(), rel=0.15)
    twin.hide_render = True
    assert np.array_equal(next(v for k, v in rendered().items() if k.startswith("Bloom Density")), one)


def test_objects_hide_what_is_behind_them(blender, scene, add_flame, rendered):
    """A wall before the left half of the picture: nothing there, the rest as before."""
    add_flame()
    before = combined(rendered())
    bpy = blender
    camera = scene.camera
    distance = camera.data.dof.focus_distance if camera.data.dof.use_dof else 1.0
    mesh = bpy.data.meshes.new("Wall")
    far = 0.2 * distance
    corners = [(-9.0, -9.0, -far), (0.0, -9.0, -far), (0.0, 9.0, -far), (-9.0, 9.0, -far)]
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    wall = bpy.data.objects.new("Wall", mesh)
    wall.matrix_world = camera.matrix_world
    scene.collection.objects.link(wall)
    shift = camera.data.shift_x
    camera.data.shift_x = 0.0
    straight = combined(rendered())
    scene.bloom.use_holdout = False
    free = combined(rendered())
    camera.data.shift_x = shift
    width = free.shape[1]
    assert straight[:, : width // 2 - 12].max() == 0.0
    assert np.array_equal(straight[:, width // 2 + 12 :], free[:, width // 2 + 12 :])
    assert before[..., :3].max() > 0.0


def test_a_transparent_film_has_the_flame_s_alpha(scene, add_flame, rendered):
    add_flame()
    clear = combined(rendered())
    scene.render.film_transparent = False
    solid = combined(rendered())
    assert clear[..., 3].min() < 0.1 < 0.3 < clear[..., 3].max()
    assert (solid[..., 3] == 1.0).all()
    assert np.array_equal(clear[..., :3], solid[..., :3])  # on a black world


def test_every_frame_shows_its_own_flame(blender, bloom, scene, add_flame, rendered, make_curves, tmp_path):
    """Frames of an animation are, bit for bit, those rendered one by one in another order."""
    obj = add_flame()
    bloom.keyframes.animate(obj, make_curves({"xform1.coefs[4]": [0.3, 0.6, 0.9]}), start_frame=1)
    scene.frame_start, scene.frame_end = 1, 3
    alone = {}
    for frame in (3, 1, 2):
        scene.frame_set(frame)
        alone[frame] = combined(rendered())
    assert not np.array_equal(alone[1], alone[2])
    scene.render.filepath = str(tmp_path / "frame_####")
    blender.ops.render.render(animation=True)
    import OpenEXR

    for frame in (1, 2, 3):
        with OpenEXR.File(str(tmp_path / f"frame_{frame:04d}.exr")) as file:
            # What the compositor made is a layer of its own beside the engine's.
            channels = {name: one for part in file.parts for name, one in part.channels.items()}
            assert np.array_equal(channels["ViewLayer.Combined"].pixels, alone[frame])


def test_motion_blur_smears_along_the_motion(blender, scene, add_flame, rendered):
    obj = add_flame()
    for frame, x in ((0, -2.0), (2, 2.0)):
        obj.location.x = x
        obj.keyframe_insert("location", index=0, frame=frame)
    scene.frame_set(1)
    still = combined(rendered())[..., 3]
    scene.render.use_motion_blur, scene.render.motion_blur_shutter = True, 1.0
    moving = combined(rendered())[..., 3]

    def roughness(picture):
        return np.abs(np.diff(picture, axis=1)).mean() / picture.mean()

    assert roughness(moving) < 0.8 * roughness(still)
    assert scene.frame_current == 1 and scene.frame_subframe == 0.0


def test_what_cannot_be_rendered_is_said(blender, scene, bloom, add_flame, module):
    scene.camera = blender.data.objects.new("Camera", blender.data.cameras.new("Camera"))
    with pytest.raises(RuntimeError, match="no flame"):
        blender.ops.render.render()
    add_flame()
    scene.camera.data.type = "PANO"
    with pytest.raises(RuntimeError, match="neither a perspective nor"):
        blender.ops.render.render()
    scene.camera = None
    with pytest.raises(RuntimeError, match="camera"):
        blender.ops.render.render()


def test_each_look_has_a_group_in_the_compositor(blender, scene, bloom, add_flame, module, flame, tmp_path):
    """Tone for glowing points; grading and glow for the true flame, which change nothing at first."""
    obj = add_flame(look="PARTICLES")
    compositor = module("scene.setup.compositor")
    tree = bloom.versions.compositor_tree(scene)
    node = compositor.tone_node(tree)
    assert not node.mute and scene.render.engine == "CYCLES"
    bloom.scene_setup.set_up_scene(blender.context, obj, look="PICTURE")
    finish = compositor.tone_node(tree, "Bloom Finish")
    assert node.mute and not finish.mute and scene.render.engine == "BLOOM"
    assert scene.bloom.gamma == pytest.approx(flame.tone.gamma)

    def composited():
        scene.render.filepath = str(tmp_path / "frame.png")
        blender.ops.render.render(write_still=True)
        with Image.open(scene.render.filepath) as picture:
            return np.asarray(picture.convert("RGB"), np.float64)

    neutral = composited()
    finish.mute = True
    assert np.abs(composited() - neutral).max() <= 1
    finish.mute = False
    finish.inputs["Exposure"].default_value = 1.0
    assert composited().mean() > 1.2 * neutral.mean() > 0
    bloom.scene_setup.set_up_scene(blender.context, obj, look="PARTICLES")
    assert not node.mute and finish.mute and scene.render.engine == "CYCLES"


def test_a_film_goes_on_where_no_flame_is_seen(blender, scene, add_flame, tmp_path):
    """Hidden by a key, or scaled to nothing: those frames show the background, and none is lost."""
    obj = add_flame()
    scene.bloom.quality = 5.0
    scene.render.dither_intensity = 0.0
    scene.render.film_transparent = False
    scene.world = blender.data.worlds.new("World")
    scene.world.color = (0.0, 1.0, 0.0)
    for node in (
        scene.world.node_tree.nodes if scene.world.node_tree else ()
    ):  # new worlds have nodes since 5.0
        if node.type == "BACKGROUND":
            node.inputs["Color"].default_value = (0.0, 1.0, 0.0, 1.0)
    if hasattr(scene.render.image_settings, "media_type"):
        scene.render.image_settings.media_type = "IMAGE"
    scene.render.image_settings.file_format = "PNG"
    for frame, hidden in ((1, False), (2, True), (3, False)):
        obj.hide_render = hidden
        obj.keyframe_insert("hide_render", frame=frame)
    size = tuple(obj.scale)
    for frame, factor in ((3, 1.0), (4, 0.0), (5, 1.0)):
        obj.scale = [factor * value for value in size]
        obj.keyframe_insert("scale", frame=frame)
    scene.frame_start, scene.frame_end = 1, 5
    scene.render.filepath = str(tmp_path / "film_")
    assert blender.ops.render.render(animation=True) == {"FINISHED"}
    frames = [
        np.asarray(Image.open(tmp_path / f"film_{frame:04d}.png"))[..., :3].astype(int)
        for frame in range(1, 6)
    ]
    assert [np.ptp(frame, axis=(0, 1)).max() > 0 for frame in frames] == [True, False, True, False, True]
    for frame in (frames[1], frames[3]):
        assert frame[0, 0].tolist() == [0, 255, 0]


def test_a_flame_that_cannot_be_shown_leaves_the_others(blender, scene, add_flame, rendered, capfd):
    obj = add_flame()
    alone = combined(rendered())
    broken = add_flame(with_camera=False)
    broken["bloom_flame"] = "<flame"
    broken.update_tag()
    assert np.array_equal(combined(rendered()), alone)
    assert f"{broken.name} is left out" in capfd.readouterr().out
    blender.data.objects.remove(obj)
    assert combined(rendered()).max() == 0.0


def test_empty_frames_have_their_passes(blender, scene, add_flame, rendered):
    obj = add_flame()
    obj.hide_render = True
    layer = blender.context.view_layer
    layer.use_pass_z = layer.bloom.use_pass_density = layer.bloom.use_pass_index = True
    passes = rendered()
    found = {name.split(".")[0]: values for name, values in passes.items()}
    assert found["Depth"].min() > 1e9
    assert found["Bloom Density"].max() == found["Bloom Index"].max() == found["Combined"].max() == 0.0


def test_the_device_is_a_setting_and_the_processor_goes_on_without_a_card(scene, add_flame, rendered):
    add_flame()
    scene.render.resolution_percentage = 25
    scene.bloom.quality = 20.0
    assert scene.bloom.device == "AUTO"
    pictures = []
    for device in ("CPU", "GPU"):
        scene.bloom.device = device
        pictures.append(combined(rendered()))
    assert pictures[1].mean() == pytest.approx(pictures[0].mean(), rel=0.05)
