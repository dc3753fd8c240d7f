"""Colour values, held against coloraide, which has its own code for all of them."""

from __future__ import annotations

import coloraide
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bloom_blender.flame.color import (
    blended,
    display_of_oklab,
    display_values,
    in_gamut,
    linear_light,
    oklab,
)
from bloom_blender.flame.model import Flame, Palette, Xform
from bloom_blender.flame.parameters import parameters_of, with_parameters
from bloom_blender.flame.xml import parse_flames, write_flame

displays = arrays(np.float64, (4, 3), elements=st.floats(0.0, 1.0))
labs = st.tuples(st.floats(0.0, 1.0), st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))


def reference(space, values, target):
    return np.array([coloraide.Color(space, list(row)).convert(target).coords() for row in values])


@settings(max_examples=100, deadline=None)
@given(displays)
def test_display_values_become_oklab_and_return(display):
    np.testing.assert_allclose(oklab(display), reference("srgb", display, "oklab"), atol=1e-12)
    np.testing.assert_allclose(linear_light(display), reference("srgb", display, "srgb-linear"), atol=1e-12)
    np.testing.assert_allclose(display_values(linear_light(display)), display, atol=1e-7)
    np.testing.assert_allclose(display_of_oklab(oklab(display)), display, atol=1e-7)


@settings(max_examples=100, deadline=None)
@given(labs)
def test_the_gamut_takes_chroma_alone_and_no_more_than_it_must(lab):
    lab = np.array(lab)
    mapped = in_gamut(lab)
    display = display_of_oklab(mapped)
    assert ((display >= -2e-6) & (display <= 1.0 + 2e-6)).all()
    assert mapped[0] == lab[0]
    share = np.hypot(*mapped[1:]) / max(np.hypot(*lab[1:]), 1e-12)
    np.testing.assert_allclose(mapped[1:], share * lab[1:], atol=1e-12)
    color = coloraide.Color("oklab", lab.tolist())
    if color.in_gamut("srgb", tolerance=0):
        np.testing.assert_array_equal(mapped, lab)
    elif 0.01 < lab[0] < 0.99 and share < 0.999:
        further = coloraide.Color("oklab", [lab[0], *(1.01 * mapped[1:])])
        assert not further.in_gamut("srgb", tolerance=1e-7)


def test_blends_are_those_of_oklab():
    anchors = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.5]])
    found = blended(anchors, 9)
    steps = coloraide.Color.steps(
        [coloraide.Color("srgb", row.tolist()) for row in anchors], steps=9, space="oklab", out_space="srgb"
    )
    np.testing.assert_allclose(found, np.clip([step.coords() for step in steps], 0.0, 1.0), atol=1e-9)


def test_a_palette_shows_its_anchors_and_keeps_its_own_colours():
    own = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    flame = Flame("anchored", (Xform(),), palette=Palette(own))
    assert [p.name for p in parameters_of(flame) if p.group == "Palette"] == ["palette.phase"]
    values = {"palette.color1": (0.1, 0.2, 0.3), "palette.color2": (1.0, 0.0, 0.25), "palette.phase": 0.5}
    changed = with_parameters(flame, values)
    assert {p.name: p.value for p in parameters_of(changed) if p.group == "Palette"} == values
    np.testing.assert_allclose(
        changed.palette.array[[0, -1]], [values[f"palette.color{k}"] for k in (1, 2)], atol=1e-9
    )
    assert changed.palette.colors == own
    assert parse_flames(write_flame(changed)) == (changed,)
    again = with_parameters(changed, {"palette.color2": (0.0, 1.0, 0.0)})
    assert again.palette.anchors == ((0.1, 0.2, 0.3), (0.0, 1.0, 0.0))
    for wrong in ({"palette.color2": (0, 0, 0)}, {"palette.color1": (0, 0)}, {"palette.hue": 1.0}):
        with pytest.raises(ValueError, match="palette"):
            with_parameters(flame, wrong)
