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
