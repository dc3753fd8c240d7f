"""The file's camera as a Blender camera: points must fall where flame renderers put them."""

from __future__ import annotations

import importlib
from dataclasses import replace
from math import cos, radians, sin

import numpy as np
import pytest

from tests.support import data_path

ORIGINALS = ("brick", "crucible", "fireflies", "hearts", "neon", "willowisp")


def ember_pixel(camera, point):
    """Pixel (column, row from the top) of a flame point, written from ember's formulas; None if behind."""
    x, y, z = point[0], point[1], point[2] - camera.zpos
    a, t, p = camera.yaw, camera.pitch, camera.perspective
    x1 = cos(a) * x + sin(a) * y
    y1 = -cos(t) * sin(a) * x + cos(t) * cos(a) * y - sin(t) * z
    z1 = -sin(t) * sin(a) * x + sin(t) * cos(a) * y + cos(t) * z
    depth = 1.0 - p * z1
    if depth < 0.05:
        return None
    dx, dy = x1 / depth - camera.center[0], y1 / depth - camera.center[1]
    r = radians(camera.rotate)
    scale = camera.scale * 2.0**camera.zoom
    width, height = camera.size
    return (
        scale * (cos(r) * dx - sin(r) * dy) + width / 2,
        scale * (sin(r) * dx + cos(r) * dy) + height / 2,
    )


@pytest.fixture
def check(bloom, blender, extension):
    """Function that compares Blender's own projection with ember's for random points."""
    camera_module = importlib.import_module(f"{extension.__name__}.bloom_blender.scene.setup.camera")
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector

    def check(flame, location=(0.0, 0.0, 0.0)):
        scene = blender.context.scene
        obj = bloom.new_flame.make_flame_object(flame, scene.collection)
        obj.location = location
        camera = camera_module.flame_camera(scene, flame, obj)
        blender.context.view_layer.update()
        width, height = flame.camera.size
        scene.render.resolution_x, scene.render.resolution_y = width, height
        random = np.random.default_rng(1)
        seen = 0
        for point in random.normal(0.0, 1.0, (200, 3)):
            expected = ember_pixel(flame.camera, point)
            if expected is None:
                continue
            view = world_to_camera_view(scene, camera, obj.matrix_world @ Vector(point))
            got = view.x * width, (1.0 - view.y) * height
            assert got == pytest.approx(expected, abs=0.02 * (1 + max(map(abs, expected)) / 1000))
            seen += 1
        assert seen > 50

    return check


def test_perspective_rotation_and_center(check, flame):
    check(replace(flame, camera=replace(flame.camera, yaw=0.7, rotate=33.0, zpos=0.3, zoom=0.5)))


def test_parallel(check, flame):
    check(replace(flame, camera=replace(flame.camera, perspective=0.0, rotate=-20.0, yaw=1.0)))


def test_flat_flame(check, flame):
    check(replace(flame, camera=replace(flame.camera, perspective=0.0, pitch=0.0)))


def test_a_moved_flame_takes_its_camera_along(check, flame):
    check(flame, location=(3.0, -2.0, 1.0))


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_original_flames(check, bloom, name):
    check(bloom.xml.read_flame(data_path(f"bloom/flames/{name}.flame")))


def test_depth_blur_is_depth_of_field(bloom, blender, extension, flame):
    """The blur of a point at z1, as a root mean square on the plane of focus, is ember's."""
    camera_module = importlib.import_module(f"{extension.__name__}.bloom_blender.scene.setup.camera")
    flame = replace(flame, camera=replace(flame.camera, dof=0.3))
    scene = blender.context.scene
    obj = bloom.new_flame.make_flame_object(flame, scene.collection)
    lens = camera_module.flame_camera(scene, flame, obj).data
    assert lens.dof.use_dof and lens.dof.focus_distance == pytest.approx(1 / flame.camera.perspective)
    aperture = lens.lens * 1e-3 / (2 * lens.dof.aperture_fstop)
    z1 = 0.5
    distance = 1 / flame.camera.perspective - z1
    thin_lens = aperture * z1 / distance / np.sqrt(2)  # of a disc
    ember = 0.1 * flame.camera.dof * z1 / np.sqrt(3) / (1 - flame.camera.perspective * z1)
    assert thin_lens == pytest.approx(ember, rel=1e-4)
