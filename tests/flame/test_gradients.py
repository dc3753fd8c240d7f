"""Palettes of gradient files: real forms, odd ones, and texts that are not gradients."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bloom_blender.errors import BloomError
from bloom_blender.flame.gradients import parse_gradients, read_gradients
from bloom_blender.flame.palettes import numbered_palette, palette_names, with_hue
from bloom_blender.flame.xml import parse_flames

ULTRAFRACTAL = """\
; UltraFractal writes remarks so, even {odd ones}
Blue-Red {
gradient:
  title="blue = {no}, \t red" smooth=no index=0 color=16711680 index=100
  color=255
  index=399 color=16711680
opacity:
  smooth=no index=0 opacity=255
}
turned {
gradient:
  smooth=yes rotation=100 index=0 color=4278190335 index=200 color=65280
}
Formula { fractal: title="x" width=640 }
"""


def levels(palette) -> np.ndarray:
    return 255.0 * palette.array


def test_ultrafractal_gradients():
    gradients = parse_gradients(ULTRAFRACTAL)
    assert list(gradients) == ["Blue-Red", "turned"]
    first = levels(gradients["Blue-Red"])
    assert first.shape == (256, 3)
    assert first[0] == pytest.approx([0, 0, 255])  # blue is the highest byte
    assert first[64] == pytest.approx([255, 0, 0])  # place 100 of 400
    assert first[32] == pytest.approx([127.5, 0, 127.5], abs=0.5)  # halfway
    turned = levels(gradients["turned"])
    assert turned[64] == pytest.approx([255, 0, 0]) and turned[192] == pytest.approx([0, 255, 0])
    assert turned[0] == pytest.approx(turned[128], abs=1.0)  # around the circle


def test_names_that_occur_twice_or_not_at_all():
    block = "{ index=0 color=255 }"
    assert list(parse_gradients(f"a {block} a {block} {block}", "file.ugr")) == ["a", "a 2", "file"]


def test_fractint_maps(tmp_path):
    path = tmp_path / "vga.map"
    path.write_text("; head\n0 0 0 black\n\n255 128 0\n  1 2 3 ; last\n")
    assert levels(read_gradients(path)["vga"]) == pytest.approx(
        np.array([[0, 0, 0], [255, 128, 0], [1, 2, 3]])
    )
    path.write_text("1 1 1\n" * 300)
    assert len(read_gradients(path)["vga"].colors) == 256


def test_a_gradient_inside_a_flame():
    inside = '<xform linear="1"/><palette>gradient: index=0 color=255 index=200 color=65280</palette>'
    (flame,) = parse_flames(f'<flame version="EMBER">{inside}</flame>')
    assert levels(flame.palette)[[0, 128]] == pytest.approx(np.array([[255, 0, 0], [0, 255, 0]]))


@pytest.mark.parametrize("text,reason", [
    ("", "is empty"), ("1 2\n", "line 1"), ("1 2 3\n300 0 0", "line 2"), ("<flame/>", "line 1"),
    ("a { b }", "no gradient"), ("{" * 9999, "no gradient"),
    ("a { index=x color=1 }", "index 'x'"), ("a { index=0 color=1e9 }", "color '1e9'"),
])  # fmt: skip
def test_what_is_no_gradient(text, reason, tmp_path):
    path = tmp_path / "odd.ugr"
    path.write_text(text)
    with pytest.raises(BloomError, match=reason) as caught:
        read_gradients(path)
    message = str(caught.value)
    assert message.startswith("odd.ugr") and message.endswith(".") and "\n" not in message


def test_files_that_cannot_be_read(tmp_path):
    for path in (tmp_path / "absent.ugr", tmp_path, "a\0b"):
        with pytest.raises(BloomError):
            read_gradients(path)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='{}=";: \n\tcolorindexgradient0129', max_size=200))
def test_any_text_is_read_or_refused(text):
    try:
        for palette in parse_gradients(text).values():
            assert palette.array.min() >= 0.0 and palette.array.max() <= 1.0
    except BloomError as error:
        assert str(error).startswith("text")


def test_many_gradients_of_one_name():
    """Each name is found without a search of those before it, and there is an end to them."""
    names = list(parse_gradients("a{color=1}\na 3{color=1}\n" + "a{color=1}\n" * 300))
    assert names[:5] == ["a", "a 3", "a 2", "a 4", "a 5"] and len(set(names)) == 302
    with pytest.raises(BloomError, match="too many gradients: give 4096"):
        parse_gradients("a{color=1}\n" * 5000)


def test_numbered_palettes_are_shipped():
    assert len(palette_names()) == 701
    assert palette_names()[0] == "south-sea-bather"
    for number in (0, 700):
        assert np.array(numbered_palette(number)).shape == (256, 3)
    with pytest.raises(BloomError, match="choose 0 to 700"):
        numbered_palette(701)


def test_a_turn_of_the_hue_keeps_value_and_saturation():
    colors = numbered_palette(3)
    assert with_hue(colors, 1.0) == colors
    turned = np.array(with_hue(colors, 0.3))
    assert turned.max(1) == pytest.approx(np.array(colors).max(1))
    assert turned.min(1) == pytest.approx(np.array(colors).min(1))
    assert np.array(with_hue(tuple(map(tuple, turned.tolist())), -0.3)) == pytest.approx(np.array(colors))
