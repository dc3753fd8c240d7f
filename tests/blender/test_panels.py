"""What panels say, as far as that needs no window."""

from __future__ import annotations

import importlib

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
