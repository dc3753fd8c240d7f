"""The model accepts what a flame can be and names what it cannot."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.flame.model import Camera, Flame, Palette, Tone, Variation, Xform

LINEAR = Xform(variations=(Variation("linear"),))


def test_defaults_make_a_flame():
    flame = Flame("plain", (LINEAR,))
    assert flame.finals == ()
    assert flame.xforms[0].coefs == (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    assert len(flame.palette.colors) == 256
    assert flame.camera.is_flat


def test_numbers_become_floats_and_sequences_tuples():
    xform = Xform(weight=2, coefs=[1, 0, 0, 1, 0, 0], xaos=np.array([1, 0]))
    assert xform.weight == 2.0 and isinstance(xform.weight, float)
    assert xform.coefs == (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    assert xform.xaos == (1.0, 0.0)


def test_equal_flames_are_equal_and_hash_alike():
    one, other = Flame("a", (LINEAR,)), Flame("a", (LINEAR,))
    assert one == other
    assert hash(one) == hash(other)
    assert one != dataclasses.replace(one, name="b")


def test_palette_array_is_the_colours_and_read_only():
    palette = Palette(np.array([[0.0, 0.5, 1.0]]))
    assert palette.colors == ((0.0, 0.5, 1.0),)
    assert palette.array.shape == (1, 3)
    with pytest.raises(ValueError):
        palette.array[0, 0] = 1.0


def test_negative_weights_are_kept():
    assert Xform(weight=-78.0).weight == -78.0


def test_variations_by_form_and_attribute():
    pre = Variation("gaussian_blur", form="pre")
    xform = Xform(variations=(Variation("linear"), pre))
    assert xform.with_form("pre") == (pre,)
    assert [v.attribute for v in xform.variations] == ["linear", "pre_gaussian_blur"]


WRONG = {
    "xform is nan": lambda: Xform(weight=float("nan")),
    "'five'": lambda: Xform(weight="five"),
    "5 numbers": lambda: Xform(coefs=(1, 0, 0, 1, 0)),
    "coefs.* inf": lambda: Xform(coefs=(1, 0, 0, 1, 0, float("inf"))),
    "sequence": lambda: Xform(coefs=3.0),
    "Variation objects": lambda: Xform(variations=("linear",)),
    "form of linear": lambda: Variation("linear", form="middle"),
    "no name": lambda: Variation(""),
    "julia3D_power": lambda: Variation("julia3D", parameters=(("power", float("nan")),)),
    "no xform": lambda: Flame("empty", ()),
    "Xform objects": lambda: Flame("odd", (1,)),
    "give a Camera": lambda: Flame("odd", (LINEAR,), camera=None),
    "give a text": lambda: Flame(None, (LINEAR,)),
    r"character '\\x00'": lambda: Flame("a\0b", (LINEAR,)),
    "0 x 10": lambda: Camera(size=(0, 10)),
    "whole pixels": lambda: Camera(size=(10.5, 10)),
    "scale is 0": lambda: Camera(scale=0.0),
    "gamma is 0": lambda: Tone(gamma=0.0),
    "quality is -1": lambda: Tone(quality=-1.0),
    "supersample is 1.5": lambda: Tone(supersample=1.5),
    "supersample is 0": lambda: Tone(supersample=0),
    "filter_shape": lambda: Tone(filter_shape="round"),
    "four curves": lambda: Tone(curves=(((0, 0, 1),),)),
    "curves of points": lambda: Tone(splines=(((0, 0),),)),
    "palette is empty": lambda: Palette(()),
    "palette colour": lambda: Palette(((0.0, 1.0),)),
    "mode": lambda: Palette(mode="smooth"),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_cannot_be_is_refused_with_a_remedy(message):
    with pytest.raises(BloomError, match=message) as caught:
        WRONG[message]()
    assert any(word in str(caught.value) for word in ("give", "choose", "add", "remove"))
