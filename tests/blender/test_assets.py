"""The shipped asset library: what the Asset Browser shows of it, and flowers that come out of it."""

from __future__ import annotations

import importlib
import importlib.util
import sys

import numpy as np
import pytest

from tests.support import REPOSITORY

pytestmark = pytest.mark.usefixtures("bloom")
FOLDER = REPOSITORY / "bloom_blender" / "presets" / "assets"


@pytest.fixture
def library(bloom, extension):
    return importlib.import_module(f"{extension.__name__}.bloom_blender.scene.setup.asset_library")


def catalogs() -> dict[str, str]:
    lines = (FOLDER / "blender_assets.cats.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split(":") for line in lines if line.count(":") == 2]
    return {number: path for number, path, _ in rows}


def load(bpy, file: str, names=None):
    """Append assets of a file, all or those named."""
    with bpy.data.libraries.load(str(FOLDER / file), assets_only=names is None) as (there, here):
        here.objects = [name for name in there.objects if names is None or name in names]
    return here.objects


@pytest.mark.parametrize(("file", "catalog"), [("flowers.blend", "Flowers"), ("growth.blend", "Growth")])
def test_what_the_asset_browser_shows(bloom, blender, file, catalog):
    objects = load(blender, file)
    if catalog == "Flowers":
        shipped = {bloom.presets.label(name) for name in bloom.presets.presets()}
        assert {obj.name for obj in objects} == shipped
    else:
        assert len(objects) >= 6
        assert len(blender.data.texts) == 1, "they share one run"
    for obj in objects:
        about = obj.asset_data
        assert catalogs()[about.catalog_id] == f"Bloom/{catalog}"
        assert len(about.description) > 20 and about.author
        assert {tag.name for tag in about.tags} >= {"bloom"}
        width, height = obj.preview.image_size
        assert width == height >= 128
        pixels = np.empty((height, width, 4), np.float32)
        obj.preview.image_pixels_float.foreach_get(pixels.ravel())
        assert pixels[..., :3].mean() > 0.01 and pixels[..., :3].std() > 0.02, "a picture, not a void"
        assert len(obj.data.vertices) >= 1000, "it shows itself without Bloom"
    assert len(blender.data.images) == 0


def test_the_flowers_are_the_shipped_ones(bloom, blender):
    for obj in load(blender, "flowers.blend"):
        flame = bloom.presets.read_preset(obj.name.lower().replace(" ", "_"))
        assert bloom.xml.write_flame(bloom.flame_object.structure_of(obj)) == bloom.xml.write_flame(flame)


def test_a_flower_computes_and_grows(bloom, blender, library):
    (obj,) = load(blender, "flowers.blend", ["Rose"])
    blender.context.collection.objects.link(obj)
    obj.bloom.points_viewport = 3000
    blender.context.view_layer.update()
    assert len(obj.data.vertices) == 3000, "recomputed in this file"
    assert obj.bloom.schema == bloom.flame_object.SCHEMA
    assert obj.matrix_world.determinant() < 0.0
    weight = bloom.presets.read_preset("rose").xforms[0].weight
    obj["xform1.weight"] = obj["xform1.weight"] * 0.5
    assert bloom.flame_object.flame_of(obj).xforms[0].weight == pytest.approx(0.5 * weight)
    blender.context.view_layer.objects.active = obj
    run = REPOSITORY / "examples" / "runs" / "digits.bloom"
    assert blender.ops.bloom.import_run(filepath=str(run), base="ACTIVE", frames=8) == {"FINISHED"}
    before = bloom.cloud.shown_state(obj.data)
    blender.context.scene.frame_set(4)
    assert bloom.cloud.shown_state(obj.data) != before


def test_a_growth_moves_and_takes_other_settings(bloom, blender):
    name = next(obj.name for obj in load(blender, "growth.blend") if obj.name.startswith("Breeze"))
    obj = blender.data.objects[name]
    blender.context.collection.objects.link(obj)
    obj.bloom.points_viewport = 2000
    growth = obj.bloom.growth
    assert growth.run is not None and (growth.bud, growth.gain) == pytest.approx((0.4, 0.5))
    shown = []
    for frame in (1, 120):
        blender.context.scene.frame_set(frame)
        shown.append(bloom.cloud.shown_state(obj.data))
    assert shown[0] != shown[1]
    action = obj.animation_data.action
    bag = bloom.versions.channelbag(action, obj.animation_data.action_slot, create=False)
    keys = [len(curve.keyframe_points) for curve in bag.fcurves]
    growth.frames = 30
    assert not bloom.growing.problems
    again = [curve.range()[1] for curve in bag.fcurves]
    assert keys and max(again) == 30.0


def test_the_library_is_named_only_when_asked(blender, library):
    assert library.libraries() == []
    assert blender.ops.bloom.add_assets() == {"FINISHED"}
    (named,) = library.libraries()
    assert (named.name, named.import_method) == ("Bloom", "APPEND")
    assert not blender.ops.bloom.add_assets.poll()
    assert not library.add()
    assert blender.ops.bloom.remove_assets() == {"FINISHED"}
    assert library.libraries() == []
    assert not blender.ops.bloom.remove_assets.poll()


def test_a_drop_keeps_the_mirror(bloom, blender, library):
    (obj,) = load(blender, "flowers.blend", ["Lily"])
    blender.context.collection.objects.link(obj)
    obj.scale = (1.0, 1.0, 1.0)  # as Blender leaves it
    blender.context.view_layer.update()
    for _ in range(2):
        library.mend_mirrors([obj.name, "not there"])
        blender.context.view_layer.update()
        assert tuple(obj.scale) == bloom.flame_object.MIRROR


def test_the_catalogs_are_those_of_the_tool(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(REPOSITORY / "tools"))
    spec = importlib.util.spec_from_file_location("make_assets", REPOSITORY / "tools" / "make_assets.py")
    tool = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "make_assets", tool)
    monkeypatch.setattr(sys, "path", list(sys.path))
    spec.loader.exec_module(tool)
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    tool.write_catalogs()
    written = (tmp_path / tool.CATALOG_FILE).read_bytes()
    assert written == (FOLDER / tool.CATALOG_FILE).read_bytes()
    assert sorted(catalogs().values()) == ["Bloom", "Bloom/Flowers", "Bloom/Growth"]
    assert set(tool.GROWN.values()) <= set(tool.makers.PRESETS)
