"""How points move: the velocity attribute, and motion blur of particles in Cycles."""

from __future__ import annotations

import importlib
from dataclasses import replace

import numpy as np
import pytest


@pytest.fixture
def motion(extension):
    """The module under test."""
    return importlib.import_module(f"{extension.__name__}.bloom_blender.scene.points.motion")


@pytest.fixture
def moments(extension):
    """The module that reads values around a frame."""
    return importlib.import_module(f"{extension.__name__}.bloom_blender.scene.flame.moments")


@pytest.fixture
def velocity_of():
    """Function that returns a mesh's velocities, (N, 3)."""

    def velocity_of(mesh):
        values = np.empty(3 * len(mesh.vertices), np.float32)
        mesh.attributes["bloom_velocity"].data.foreach_get("vector", values)
        return values.reshape(-1, 3)

    return velocity_of


@pytest.fixture
def moving(add, bloom, blender, flame, make_curves):
    """A flame with one xform that moves to the right and back, frame by frame."""
    flame = replace(flame, finals=())
    xforms = [replace(flame.xforms[0], post=(1, 0, 0, 1, 0, 0)), flame.xforms[1]]
    obj = add(replace(flame, xforms=tuple(xforms)))
    base = flame.xforms[1].coefs[4]
    bloom.keyframes.animate(obj, make_curves({"xform2.coefs[4]": [base, base + 0.1, base + 0.3, base + 0.2]}))
    return obj


def test_velocity_is_how_fast_the_points_go(moving, blender, points_of, velocity_of):
    """Against clouds of other frames, which Blender's own time makes."""
    scene = blender.context.scene
    assert "bloom_velocity" not in moving.data.attributes
    moving.bloom.use_velocity = True
    scene.frame_set(2, subframe=0.5)
    speed = velocity_of(moving.data)
    places = []
    for sub in (0.47, 0.53):
        scene.frame_set(2, subframe=sub)
        places.append(points_of(moving.data))
    expected = (places[1] - places[0]) / 0.06
    usual = np.median(np.linalg.norm(expected, axis=1))
    assert usual > 0.02
    close = np.linalg.norm(speed - expected, axis=1) < 0.05 * usual + 0.02 * np.linalg.norm(expected, axis=1)
    assert close.mean() > 0.97


def test_velocity_only_while_asked_for(moving, blender):
    scene = blender.context.scene
    moving.bloom.use_velocity = True
    scene.frame_set(2)
    assert "bloom_velocity" in moving.data.attributes
    moving.bloom.use_velocity = False
    scene.frame_set(3)
    assert "bloom_velocity" not in moving.data.attributes


def test_a_flame_at_rest_has_no_velocity(add, blender, velocity_of):
    obj = add()
    obj.bloom.use_velocity = True
    blender.context.view_layer.update()
    assert not velocity_of(obj.data).any()


def test_velocity_follows_an_edited_key(moving, bloom, blender, velocity_of):
    """Also where the edit changes nothing but the motion at the frame that is shown."""
    scene = blender.context.scene
    moving.bloom.use_velocity = True
    scene.frame_set(2)
    before = velocity_of(moving.data)
    data = moving.animation_data
    bag = bloom.versions.channelbag(data.action, data.action_slot)
    curve = bag.fcurves.find('["xform2.coefs"]', index=4)
    curve.keyframe_points[2].co.y += 1.0
    curve.update()
    data.action.update_tag()
    moving.update_tag()
    blender.context.view_layer.update()
    assert np.abs(velocity_of(moving.data)).mean() > 2 * np.abs(before).mean()


def test_velocity_of_a_driver_is_said_to_be_unknown(add, blender, moments, velocity_of):
    obj = add()
    driver = obj.driver_add('["xform1.weight"]').driver
    driver.expression = "frame / 10"
    obj.bloom.use_velocity = True
    blender.context.scene.frame_set(4)
    assert not velocity_of(obj.data).any()
    assert "xform1.weight" in moments.notes[obj.name]
    obj.driver_remove('["xform1.weight"]')
    blender.context.scene.frame_set(5)
    assert obj.name not in moments.notes


def test_leaps_are_told_from_motion(bloom, flame, motion):
    """Two moments of a flame whose weights and coefs move: who has leapt, by playing in small steps."""

    def cloud(share):
        first, second = flame.xforms
        moved = replace(first, weight=0.5 + 0.05 * share, coefs=(*first.coefs[:4], 0.3 + 0.02 * share, 0.1))
        return bloom.points.compute_points(replace(flame, xforms=(moved, second)), 3_000, detail=4)

    clouds = [cloud(k / 8) for k in range(9)]
    leapt = motion.has_leapt(clouds[0], clouds[-1], flame.camera.extent[1])
    # Along the way a point that moves never makes a jump that stands out.
    places = np.array([cloud.positions for cloud in clouds])
    steps = np.linalg.norm(np.diff(places, axis=0), axis=2)
    jumps = (steps.max(0) > 0.1) | any_changed(clouds)
    assert 0.01 < leapt.mean() < 0.5
    assert (leapt & ~jumps).mean() < 0.02
    smooth = ~any_changed(clouds) & (steps.max(0) < 0.05)
    assert smooth.mean() > 0.3 and (smooth & ~leapt).sum() > 0.98 * smooth.sum()
    held = motion.hold(clouds[0], clouds[-1], flame.camera.extent[1])
    assert (held.positions[leapt] == clouds[0].positions[leapt]).all()
    assert (held.positions[~leapt] == clouds[-1].positions[~leapt]).all()


def any_changed(clouds):
    """Whether another candidate or another xform made a point in any of the clouds."""
    ages = np.array([cloud.age for cloud in clouds])
    xforms = np.array([cloud.xform for cloud in clouds])
    return (ages != ages[0]).any(0) | (xforms != xforms[0]).any(0)


def box(blender, path, threshold=0.02):
    """Width and height in pixels of what is bright in a picture, and its mean light."""
    image = blender.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    values = np.array(image.pixels[:]).reshape(image.size[1], image.size[0], 4)[..., :3].max(-1)
    blender.data.images.remove(image)
    rows, columns = np.nonzero(values > threshold)
    return np.ptp(columns) + 1, np.ptp(rows) + 1, values


@pytest.fixture
def speck(add, bloom, blender, make_curves, small_render):
    """Function that renders a flame of one small dot, and measures its picture; ``keys`` move it.

    The dot is the fixed point of one strongly contracting map, seen through a final xform whose offset is
    what moves: an offset of 1 moves all points by 1.
    """
    scene = blender.context.scene
    scene.render.resolution_x = scene.render.resolution_y = 64
    scene.cycles.samples = 32
    scene.cycles.transparent_max_bounces = 32
    scene.render.motion_blur_shutter = 1.0
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format = "PNG"
    scene.camera.data.type, scene.camera.data.ortho_scale = "ORTHO", 6.4  # 10 pixels per unit
    Xform, Variation = bloom.model.Xform, bloom.model.Variation
    line = (Variation("linear", 1.0),)
    dot = Xform(coefs=(0.01, 0, 0, 0.01, 0, 0), variations=line)
    final = Xform(coefs=(1, 0, 0, 1, 0, 0), variations=line, color_speed=0.0)
    palette = bloom.model.Palette([(1.0, 1.0, 1.0)] * 2)
    camera = bloom.model.Camera(size=(64, 64), center=(0.0, 0.0), scale=10.0)
    obj = add(bloom.model.Flame("speck", (dot,), (final,), palette, camera), points_render=200)
    obj.bloom.point_size = 30.0  # 0.19 units, 2 pixels

    def render(keys, blur):
        columns = {"final.coefs[4]": [0.0, 0.0, 0.0], "final.coefs[5]": [0.0, 0.0, 0.0], **keys}
        bloom.keyframes.animate(obj, make_curves(columns), start_frame=0)
        scene.render.use_motion_blur = blur
        scene.frame_set(1)
        scene.render.filepath = f"{small_render}/speck.png"
        blender.ops.render.render(write_still=True)
        return box(blender, scene.render.filepath)

    return render


def test_blur_of_particles_follows_their_motion(speck):
    """Two units per frame along one axis: some 20 pixels along it, nothing across."""
    wide, high, _ = speck({}, False)
    assert wide < 9 and high < 9
    path = [-2.0, 0.0, 2.0]
    blurred_x, still_y, _ = speck({"final.coefs[4]": path}, True)
    still_x, blurred_y, _ = speck({"final.coefs[5]": path}, True)
    assert wide + 12 < blurred_x < wide + 24 and abs(still_y - high) <= 2
    assert high + 12 < blurred_y < high + 24 and abs(still_x - wide) <= 2
    both = speck(
        {"final.coefs[4]": path, "final.coefs[5]": path}, True
    )  # a diagonal: right and down, as +y points down in a flame
    rows, columns = np.nonzero(both[2] > 0.02)
    assert both[0] > wide + 12 and both[1] > high + 12
    assert np.corrcoef(rows, columns)[0, 1] < -0.8


def test_still_particles_stay_sharp_under_an_open_shutter(speck):
    sharp, blurred = speck({}, False)[2], speck({"final.coefs[4]": [0.0, 0.0, 0.0]}, True)[2]
    np.testing.assert_allclose(sharp, blurred, atol=0.02)
