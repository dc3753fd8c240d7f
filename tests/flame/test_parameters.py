"""What can be animated, and the way back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.flame.model import Flame, Variation, Xform
from bloom_blender.flame.parameters import parameters_of, with_parameters

JULIA = Variation("julia3D", 2.0, (("power", -2.0),))
BLUR = Variation("gaussian_blur", 0.5, form="pre")
FLAME = Flame(
    "sample",
    xforms=(
        Xform(weight=0.5, variations=(Variation("linear"), BLUR), xaos=(1.0, 0.0)),
        Xform(weight=5.0, post=(2.0, 0.0, 0.0, 2.0, 0.0, 0.0), variations=(Variation("zcone", 0.3),)),
    ),
    finals=(Xform(variations=(JULIA,)), Xform(variations=(Variation("swirl"),))),
)


def test_names_and_order():
    assert [parameter.name for parameter in parameters_of(FLAME)] == [
        "xform1.weight", "xform1.opacity", "xform1.color", "xform1.color_speed", "xform1.coefs",
        "xform1.xaos", "xform1.linear", "xform1.pre_gaussian_blur",
        "xform2.weight", "xform2.opacity", "xform2.color", "xform2.color_speed", "xform2.coefs",
        "xform2.post", "xform2.zcone",
        "final.opacity", "final.color", "final.color_speed", "final.coefs",
        "final.julia3D", "final.julia3D_power",
        "final2.opacity", "final2.color", "final2.color_speed", "final2.coefs", "final2.swirl",
        "palette.phase",
    ]  # fmt: skip


def test_groups_and_ranges():
    for parameter in parameters_of(FLAME):
        assert parameter.minimum <= parameter.soft_minimum < parameter.soft_maximum <= parameter.maximum
        assert parameter.description and not parameter.description.endswith(".")
        assert np.isfinite([parameter.minimum, parameter.maximum]).all()
    groups = list(dict.fromkeys(parameter.group for parameter in parameters_of(FLAME)))
    assert [group.partition(":")[0] for group in groups] == [
        "Xform 1", "Xform 2", "Final Xform", "Final Xform 2", "Palette",
    ]  # fmt: skip
    assert groups[0] == "Xform 1: linear, pre_gaussian_blur"  # what it does, and what is done before
    named = replace(FLAME.xforms[0], name="Petals")
    titled = parameters_of(replace(FLAME, xforms=(named, *FLAME.xforms[1:])))
    assert titled[0].group == "Xform 1: Petals"


def test_own_values_change_nothing():
    assert with_parameters(FLAME, {p.name: p.value for p in parameters_of(FLAME)}) == FLAME
    assert with_parameters(FLAME, {}) == FLAME


def test_each_value_arrives_where_it_belongs():
    changed = with_parameters(
        FLAME,
        {
            "xform1.weight": -78.0,
            "xform1.pre_gaussian_blur": 0.25,
            "xform2.coefs": np.arange(6.0),
            "xform2.post": [1, 0, 0, 1, 0, 0],
            "final.julia3D_power": 3,
            "palette.phase": 1.5,
        },
    )
    assert changed.xforms[0].weight == -78.0
    assert changed.xforms[0].variations[1].weight == 0.25
    assert changed.xforms[1].coefs == (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
    assert changed.finals[0].variations[0].parameters == (("power", 3.0),)
    assert changed.palette.phase == 1.5
    assert changed.xforms[0].coefs == FLAME.xforms[0].coefs


@pytest.mark.parametrize(
    "name",
    [
        "xform3.weight",
        "xform1.swirl",
        "final.weight",
        "weight",
        "xform1",
        "palette.mode",
        "xform2.xaos",
        "xform1.linear_x",
        "",
    ],
)
def test_unknown_names_are_refused(name):
    with pytest.raises(BloomError, match="has no parameter") as caught:
        with_parameters(FLAME, {name: 1.0})
    assert repr(name.partition(".")[0])[1:-1] in str(caught.value)


def test_an_unknown_name_suggests_what_there_is():
    with pytest.raises(BloomError, match=r"for example, xform1\.weight"):
        with_parameters(FLAME, {"xform1.wieght": 1.0})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("xform1.weight", "heavy"), ("xform1.weight", (1.0, 2.0)), ("xform1.weight", float("nan")),
        ("xform1.coefs", 1.0), ("xform1.coefs", (1.0,) * 5), ("xform1.coefs", "123456"),
        ("xform1.xaos", (1.0,)), ("palette.phase", None), ("final.julia3D", [1, 2]),
    ],
)  # fmt: skip
def test_values_of_the_wrong_shape_are_refused(name, value):
    with pytest.raises(BloomError, match="give"):
        with_parameters(FLAME, {name: value})
