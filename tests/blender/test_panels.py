"""What panels say, as far as that needs no window."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest


@pytest.fixture
def panels(extension):
    """Function that returns a module of the panels."""
    return lambda name: importlib.import_module(f"{extension.__name__}.panels.{name}")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("xform1.color_speed", "Color Speed"),
        ("xform2.coefs", "Affine"),
        ("final.post", "Post Affine"),
        ("xform1.julia3D_power", "julia3D_power"),
        ("palette.phase", "Phase"),
    ],
)
def test_labels_of_parameters(panels, name, label):
    assert panels("common")._label(name) == label


def test_a_variation_comes_with_its_parameters(panels, bloom, flame):
    parameters = {parameter.name: parameter for parameter in bloom.parameters.parameters_of(flame)}
    variation = flame.finals[0].variations[0]
    found = panels("editing.parameters")._parameters_of(variation, "final", parameters)
    assert [parameter.name for parameter in found][:2] == ["final.julia3D", "final.julia3D_power"]


def test_nothing_can_be_stopped_where_nothing_runs(blender, extension):
    assert not blender.ops.bloom.stop_work.poll()


def test_what_lies_in_the_flames_panel_begins_closed(extension, panels):
    """Open, they made a panel of five screens."""
    modules = [panels(name) for name in ("growth", "editing.parameters", "editing.palette", "volume", "bake")]
    inner = [
        cls
        for module in modules
        for cls in vars(module).values()
        if isinstance(cls, type) and getattr(cls, "bl_parent_id", "").startswith("BLOOM_PT_")
    ]
    assert len(inner) == 6
    assert [cls.__name__ for cls in inner if "DEFAULT_CLOSED" not in getattr(cls, "bl_options", ())] == []


@pytest.fixture
def texts(blender, panels):
    """Function that returns what the panel has to say of a flame."""
    return lambda obj: [notice.text for notice in panels("notices").notices(obj, blender.context.scene)]


def test_a_flame_in_order_has_no_notice(add, texts):
    assert texts(add()) == []


def test_a_copy_that_shares_its_points_is_told_and_helped(blender, add, texts, panels):
    """As Alt-D makes it; the button is Blender's own way to a mesh of one user."""
    obj = add()
    blender.ops.object.duplicate_move_linked()
    copy = blender.context.active_object
    assert copy != obj and copy.data == obj.data
    assert copy.name in texts(obj)[0] and obj.name in texts(copy)[0]
    notice = next(panels("notices").notices(copy, blender.context.scene))
    assert blender.ops.object.make_single_user(**notice.properties) == {"FINISHED"}
    assert copy.data != obj.data and texts(obj) == texts(copy) == []
    copy["xform1.weight"] = 0.123
    copy.update_tag()
    blender.context.view_layer.update()
    assert copy.data["bloom_cloud"] != obj.data["bloom_cloud"]


def test_edit_mode_and_weights_of_nothing_are_told(blender, add, texts):
    obj = add()
    blender.ops.object.mode_set(mode="EDIT")
    assert "Edit Mode" in texts(obj)[0]
    blender.ops.object.mode_set(mode="OBJECT")
    names = [name for name in tuple(obj.keys()) if name.startswith("xform") and name.endswith(".weight")]
    for name in names[1:]:
        obj[name] = 0.0
    assert texts(obj) == []
    obj[names[0]] = 0.0
    assert "every xform is 0" in texts(obj)[0]


def test_a_film_that_is_longer_than_the_scene_is_told_and_helped(blender, add, texts, panels):
    obj = add()
    run_file = Path(__file__).parents[2] / "examples" / "runs" / "digits.bloom"
    blender.ops.bloom.import_run(filepath=str(run_file), base="ACTIVE", frames=60)
    scene = blender.context.scene
    assert texts(obj) == []
    scene.frame_end = 30
    notice = next(panels("notices").notices(obj, scene))
    assert "frame 60" in notice.text and "30" in notice.text
    blender.ops.wm.context_set_int(**notice.properties)
    assert scene.frame_end == 60 and texts(obj) == []


def test_a_training_that_is_silent_is_told(add, texts, extension, panels, tmp_path, monkeypatch):
    obj = add()
    following = importlib.import_module(f"{extension.__name__}.bloom_blender.scene.growth.following")
    follow = following.Follow(obj, tmp_path / "run.bloom")
    monkeypatch.setitem(following.following, obj.name, follow)
    assert texts(obj) == []
    follow._news -= 2.0 * panels("notices").QUIET
    assert "No new step for 2 min" in texts(obj)[0]
