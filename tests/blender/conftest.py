"""Blender with Bloom enabled, its modules at hand, and small flames to try them on."""

from __future__ import annotations

import importlib
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

RENDER, VIEWPORT = 600, 250

FLAME = """<flame name="tiny" version="EMBER-LNX-1.0.0.14" size="64 48" center="0.1 -0.2" scale="20"
  cam_persp="0.2" cam_pitch="0.3">
  <xform weight="0.5" color="0" color_speed="0.4" linear="0.6" swirl="0.3" coefs="0.5 0.1 -0.1 0.5 0.3 0.1"/>
  <xform weight="0.7" color="1" spherical="0.5" linear="0.2" coefs="-0.4 0.2 0.1 0.6 -0.4 0.2"
    post="0.9 0.1 -0.1 0.9 0.1 0"/>
  <finalxform color="0.5" color_speed="0" julia3D="1" julia3D_power="-2" coefs="1 0 0 1 0.2 0"/>
  <palette count="4" format="RGB">FF0000 00FF00 0000FF FFFFFF</palette>
</flame>
"""


@pytest.fixture(autouse=True)
def nothing_that_blender_will_remove():
    """Fail a test in which anything was used that Blender announces to remove, be it in a handler."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    removed = []
    for warning in caught:
        if "is expected to be removed in Blender" in str(warning.message):
            removed.append(f"{warning.filename}:{warning.lineno}: {warning.message}")
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    assert not removed, "\n".join(removed)


@pytest.fixture
def bloom(extension):
    """The modules of the enabled extension, by their last name."""
    packages = {
        "bloom_blender": ("errors",),
        "bloom_blender.flame": ("xml", "parameters", "model", "presets"),
        "bloom_blender.growth": ("curves",),
        "bloom_blender.chaos": ("points",),
        "bloom_blender.scene": ("versions",),
        "bloom_blender.scene.curves": ("keyframes",),
        "bloom_blender.scene.flame": ("settings",),
        "bloom_blender.scene.growth": ("growing", "run_data"),
        "bloom_blender.scene.points": ("cloud", "new_flame"),
        "bloom_blender.scene.setup": ("scene_setup",),
    }
    modules = {
        name: importlib.import_module(f"{extension.__name__}.{package}.{name}")
        for package, names in packages.items()
        for name in names
    }
    for name, path in {"flame_object": "flame.object", "playback": "playback.handlers"}.items():
        modules[name] = importlib.import_module(f"{extension.__name__}.bloom_blender.scene.{path}")
    return SimpleNamespace(**modules)


@pytest.fixture
def flame(bloom):
    """A small 3-D flame with a post affine map and a final xform."""
    return bloom.xml.parse_flames(FLAME)[0]


@pytest.fixture
def flame_file(tmp_path):
    """The same as a file."""
    path = tmp_path / "tiny.flame"
    path.write_text(FLAME)
    return path


@pytest.fixture
def add(bloom, blender, flame):
    """Function that adds a flame object with few points, and nothing else."""

    def add(which=None, **options):
        options = {"points_render": RENDER, "points_viewport": VIEWPORT, **options}
        options = {"with_camera": False, "with_scene": False, **options}
        return bloom.scene_setup.add_flame(blender.context, which or flame, **options)

    return add


@pytest.fixture
def make_curves(bloom):
    """Function that makes curves from columns: ``{"xform1.weight": [...], "xform1.coefs[4]": [...]}``."""

    def make(columns):
        values = np.array(list(columns.values()), dtype=float).T
        return bloom.curves.Curves(tuple(columns), values[0], values)

    return make


@pytest.fixture
def points_of():
    """Function that returns a mesh's positions, (N, 3)."""

    def points_of(mesh):
        values = np.empty(3 * len(mesh.vertices), dtype=np.float32)
        mesh.attributes["position"].data.foreach_get("vector", values)
        return values.reshape(-1, 3)

    return points_of


@pytest.fixture
def expected(bloom):
    """Function that computes what a flame's points are to be, straight from the chaos game."""

    def expected(flame, count, seed=0):
        detail = bloom.settings.DETAIL if count == RENDER else 1  # the window has no use for it
        return bloom.points.compute_points(flame, count, seed=seed, detail=detail).positions

    return expected


@pytest.fixture
def evaluated(blender):
    """Function that returns an object as evaluated now."""

    def evaluated(obj):
        return obj.evaluated_get(blender.context.evaluated_depsgraph_get())

    return evaluated


@pytest.fixture
def small_render(blender, tmp_path):
    """A scene that renders 16 × 16 pixels through a camera in no time; returns the output folder."""
    scene = blender.context.scene
    camera = blender.data.objects.new("Camera", blender.data.cameras.new("Camera"))
    camera.location = (0.0, 0.0, 5.0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 1
    scene.cycles.use_denoising = False
    scene.render.resolution_x = scene.render.resolution_y = 16
    scene.render.filepath = f"{tmp_path}/frame_"
    return tmp_path
