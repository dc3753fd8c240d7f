"""Flames between flames: against flam3's own, by its table of paddings, and by properties."""

from __future__ import annotations

import math
import random
import shutil
import subprocess
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bloom_blender.errors import BloomError
from bloom_blender.flame.interpolation import align, catmull_rom, interpolate, interpolate_sequence
from bloom_blender.flame.model import Camera, Flame, Palette, Variation, Xform
from bloom_blender.flame.xml import parse_flames, write_flame
from tests.flame.test_properties import flames
from tests.support import data_path

COLORS = '<color index="0" rgb="{}"/><color index="255" rgb="{}"/>'
KEYS = [
    """<flame name="A" size="640 480" center="0 0" scale="100" rotate="0" brightness="4" gamma="4">
    <xform weight="1" color="0" color_speed="0.5" linear="1" coefs="0.5 0.1 -0.1 0.5 1 0"/>
    <xform weight="2" color="1" color_speed="0.3" julian="1" julian_power="3" julian_dist="1"
      coefs="-0.5 0.2 -0.3 -0.5 0 1" post="1 0 0 1 0.5 0" chaos="1 0.5" opacity="0.5"/>"""
    + COLORS.format("255 0 0", "0 255 0"),
    """<flame name="B" size="320 240" center="1 -1" scale="200" rotate="-200" brightness="6" gamma="3"
      background="1 0.5 0">
    <xform weight="3" color="0.5" color_speed="0.1" linear="0.5" swirl="0.5" coefs="0 0.5 -0.5 0 0 0"/>
    <xform weight="1" color="0" julian="2" julian_power="5" julian_dist="2" coefs="0.5 0.2 -0.3 0.7 0 1"/>
    <xform weight="0.5" color="0.7" spherical="1" coefs="1 0 0 1 0.2 0" post="0 1 -1 0 0 0"/>
    <finalxform color="0.2" color_speed="0.4" spherical="1" coefs="1 0 0 2 0 0"/>"""
    + COLORS.format("0 0 255", "255 255 0"),
    """<flame name="C" size="320 240" center="1 1" scale="150" rotate="20" brightness="5" gamma="3.5">
    <xform weight="1" color="0.5" color_speed="0.5" linear="1" coefs="0 0 0.000001 0.5 0 0"/>
    <xform weight="1" color="0.1" bubble="1" coefs="0.5 0.2 -0.3 0.7 0 1" chaos="0 0.5 2 3"/>
    <xform weight="0.5" color="0.9" curl="1" curl_c1="0.5" coefs="1 0 0 1 0.2 0"/>
    <xform weight="2" color="0.4" curl="1" curl_c1="0.5" coefs="1 0 0 1 0.2 0"/>
    <finalxform color="0" color_speed="0.5" linear="1" coefs="1 0.2 0 1 0 0.1"/>"""
    + COLORS.format("40 90 20", "10 20 200"),
    """<flame name="D" size="640 360" center="1 0" scale="120" rotate="150" brightness="5" gamma="3.5">
    <xform weight="2" color="0.5" color_speed="0.2" waves="1" coefs="0.3 0.4 0.5 0.5 0 0.1"/>
    <xform weight="2" color="0.1" linear="0.5" coefs="-0.5 0.2 -0.3 0.7 0 1" opacity="0.2"/>
    <finalxform color="1" color_speed="0.1" linear="1" coefs="0 1 1 0.1 0 0"/>"""
    + COLORS.format("255 255 255", "80 80 80"),
]


def pack(keys: list[str], kind: str, palette: str) -> str:
    """Keyframes ten frames apart, as flam3 reads them."""
    motion = "smooth" if len(keys) > 2 else "linear"
    texts = []
    for number, key in enumerate(keys):
        element = ElementTree.fromstring(key if "</flame>" in key else key + "</flame>")
        element.attrib |= {
            "time": str(10 * number), "interpolation": motion, "interpolation_type": kind,
            "palette_interpolation": palette, "version": "FLAM3-TEST",
        }  # fmt: skip
        texts.append(ElementTree.tostring(element, encoding="unicode"))
    return "<flames>" + "".join(texts) + "</flames>"


def of_flam3(text: str, frame: int, folder) -> Flame:
    """The flame that flam3 finds at a frame."""
    if shutil.which("flam3-genome") is None:
        pytest.skip("flam3-genome is not on this machine (Debian's flam3-utils)")
    file = folder / "keys.flame"
    file.write_text(text)
    settings = {"animate": str(file), "begin": str(frame), "end": str(frame)}
    (flame,) = parse_flames(subprocess.run(["flam3-genome"], env=settings, capture_output=True).stdout)
    return flame


def numbers(flame: Flame) -> dict[str, list[float]]:
    """Everything that flam3 interpolates, by name; variations of weight 0 are absent."""
    found: dict[str, list[float]] = {}
    count = len(flame.xforms)
    for kind, xforms in (("xform", flame.xforms), ("final", flame.finals)):
        for k, xform in enumerate(xforms):
            name = f"{kind} {k + 1}: "
            found[name] = [*xform.coefs, *xform.post, xform.color, xform.color_speed, xform.opacity]
            if kind == "xform":
                found[name + "xaos"] = [xform.weight, *(xform.xaos + (1.0,) * count)[:count]]
            for variation in xform.variations:
                if abs(variation.weight) > 1e-9:
                    parameters = [value for _, value in variation.parameters]
                    found[name + variation.attribute] = [variation.weight, *parameters]
    camera, tone = flame.camera, flame.tone
    found["camera"] = [*camera.size, *camera.center, camera.scale, camera.zoom, camera.rotate]
    found["tone"] = [tone.brightness, tone.gamma, tone.vibrancy, *tone.background, tone.estimator_radius]
    found["palette"] = (255.0 * flame.palette.array).ravel().tolist()
    return found


def assert_same(ours: Flame, theirs: Flame, without: tuple[str, ...] = ()) -> None:
    """The same up to the six digits that flam3 prints."""
    mine, other = numbers(ours), numbers(theirs)
    assert sorted(mine) == sorted(other)
    for name, values in mine.items():
        if name.split()[-1] not in without:
            assert values == pytest.approx(other[name], rel=2e-5, abs=2e-5), name


@pytest.mark.parametrize("kind", ["log", "linear"])
@pytest.mark.parametrize("palette", ["hsv", "hsv_circular", "rgb"])
@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (2, 3), (1, 0)])
def test_two_keyframes_as_flam3(kind, palette, pair, tmp_path):
    text = pack([KEYS[k] for k in pair], kind, palette)
    a, b = parse_flames(text)
    for frame in (1, 5, 8):
        assert_same(interpolate(a, b, frame / 10), of_flam3(text, frame, tmp_path))


@pytest.mark.parametrize("kind", ["log", "linear"])
def test_a_spline_among_four_keyframes_as_flam3(kind, tmp_path):
    text = pack(KEYS, kind, "rgb")
    keys = parse_flames(text)
    for frame in (4, 13, 16, 25):
        # flam3 looks for the parameters of a missing variation only in the keyframe next to it.
        found = interpolate_sequence(keys, frame / 10)
        assert_same(found, of_flam3(text, frame, tmp_path), without=("julian", "curl"))


def test_real_flames_as_flam3(tmp_path):
    """Without flower and twintrian, which flam3 forgets in part, and symmetry, whose xforms it sorts."""
    found = []
    for path in sorted(data_path("golden").rglob("*.flam3")):
        try:
            element = next(ElementTree.parse(path).getroot().iter("flame"))
        except ElementTree.ParseError:  # no common root, say
            continue
        text = ElementTree.tostring(element, encoding="unicode")
        if not any(name in text for name in ("flower", "<symmetry", "wintrian", "winTrian")):
            for palette in (*element.findall("palette"), *element.findall("color")):
                element.remove(palette)  # another test has them
            found.append(ElementTree.tostring(element, encoding="unicode"))
    chance = random.Random(3)
    for _ in range(12):
        text = pack(chance.sample(found, 2), chance.choice(["log", "linear"]), "rgb")
        a, b = parse_flames(text)
        assert_same(interpolate(a, b, 0.3), of_flam3(text, 3, tmp_path), without=("palette",))


HALF_TURN = (-1.0, 0.0, 0.0, -1.0, 0.0, 0.0)
MIRROR = (0.0, 1.0, 1.0, 0.0, 0.0, 0.0)
PADDINGS = {
    "swirl": ({}, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), {"linear": 1.0}),
    "spherical": ({}, HALF_TURN, {"linear": -1.0}),
    "ngon": ({"sides": 5.0}, HALF_TURN, {"linear": -1.0}),
    "wedge_julia": ({}, HALF_TURN, {"linear": -1.0}),
    "rings2": ({"val": 3.0}, (1, 0, 0, 1, 0, 0), {"rings2": 1.0, "val": 0.0}),
    "blob": ({"low": 3.0, "high": 5.0}, (1, 0, 0, 1, 0, 0), {"blob": 1.0, "low": 1.0, "high": 1.0}),
    "super_shape": ({"n1": 3.0, "m": 5.0}, (1, 0, 0, 1, 0, 0), {"super_shape": 1.0, "n1": 2.0, "m": 5.0}),
    "fan": ({}, MIRROR, {"fan": 1.0}),
}  # fmt: skip
"""What flam3 3.1.1 pads with where one keyframe has this variation (found from its output halfway)."""


@pytest.mark.parametrize("name", PADDINGS)
def test_paddings(name):
    parameters, coefs, expected = PADDINGS[name]
    still = Flame("a", (Xform(variations=(Variation("linear"),)),))
    other = Variation(name, 1.0, tuple(parameters.items()))
    a, _ = align([still, replace(still, xforms=(*still.xforms, Xform(variations=(other,))))])
    added = a.xforms[1]
    assert (added.weight, added.coefs, added.color) == (0.0, coefs, 1.0)
    found = {v.name: v.weight for v in added.variations if v.weight}
    found |= {n: value for v in added.variations if v.weight for n, value in v.parameters if n in expected}
    assert found == expected


def test_added_finals_do_not_turn_depth_upside_down():
    still = Flame("a", (Xform(variations=(Variation("linear"),)),))
    final = Xform(variations=(Variation("spherical"),))
    deep = replace(still, finals=(final,), camera=Camera(perspective=0.2))
    assert align([still, deep])[0].finals[0].coefs == (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    assert align([still, replace(deep, camera=Camera())])[0].finals[0].coefs == HALF_TURN


# ------------------------------------------------------------------------------------ properties


def test_a_turn_stays_a_turn():
    def turned(angle: float) -> Flame:
        c, s = math.cos(angle), math.sin(angle)
        return Flame("t", (Xform(coefs=(c, s, -s, c, 1.0, 0.0), variations=(Variation("linear"),)),))

    for a, b, middle in ((0.0, 1.0, 0.5), (3.0, -3.0, math.pi), (0.0, math.pi, math.pi / 2)):
        found = interpolate(turned(a), turned(b), 0.5).xforms[0].coefs
        assert found == pytest.approx(turned(middle).xforms[0].coefs, abs=1e-12)
    straight = interpolate(turned(0.0), turned(math.pi), 0.5, affine="linear").xforms[0].coefs
    assert straight[:4] == pytest.approx((0.0, 0.0, 0.0, 0.0), abs=1e-12)


def test_lengths_are_blended_by_their_logarithm():
    a, b = (Flame("l", (Xform(coefs=(s, 0, 0, s, 0, 0)),)) for s in (0.25, 4.0))
    assert interpolate(a, b, 0.5).xforms[0].coefs == pytest.approx((1, 0, 0, 1, 0, 0), abs=1e-12)


def test_shares_of_a_spline_sum_to_one_and_meet_the_keyframes():
    assert catmull_rom(0.0) == (0, 1, 0, 0) and catmull_rom(1.0) == (0, 0, 1, 0)
    for t in (0.1, 0.5, 0.77):
        assert sum(catmull_rom(t)) == pytest.approx(1.0)
        assert catmull_rom(t) == pytest.approx(catmull_rom(1.0 - t)[::-1])


@pytest.mark.parametrize("kind,colors", [
    ("rgb", (0.5, 0.5, 0.0)), ("hsv", (1.0, 1.0, 0.0)), ("hsv_circular", (1.0, 1.0, 0.0)),
    ("sweep", (1.0, 0.0, 0.0)),
])  # fmt: skip
def test_kinds_of_palettes(kind, colors):
    a, b = (Flame("p", (Xform(),), palette=Palette((c, c))) for c in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)))
    found = interpolate(a, b, 0.5, palette=kind).palette.array
    assert found[1] == pytest.approx(colors)
    oklab = interpolate(a, b, 0.5, palette="oklab").palette.array[0]
    assert min(oklab[:2]) > 0.6 and oklab[2] < 0.3  # light, where "rgb" is dark


def test_the_ends_are_the_keyframes():
    keys = parse_flames(pack(KEYS, "log", "hsv"))
    assert interpolate(keys[0], keys[1], 0.0) is keys[0] and interpolate(keys[0], keys[1], 1.0) is keys[1]
    for k, key in enumerate(keys):
        assert interpolate_sequence(keys, float(k)) is key


@settings(max_examples=15, deadline=None)
@given(st.lists(flames, min_size=2, max_size=5), st.floats(0.0, 1.0), st.booleans())
def test_any_flames_give_a_flame(keys, share, smooth):
    found = interpolate_sequence(keys, share * (len(keys) - 1), smooth=smooth)
    assert parse_flames(write_flame(found))
    assert len(found.xforms) <= max(len(key.xforms) for key in keys)


@settings(max_examples=40, deadline=None)
@given(flames, st.floats(0.01, 0.99))
def test_between_equal_flames_lies_the_same(flame, t):
    assert interpolate(flame, flame, t) == flame


@settings(max_examples=40, deadline=None)
@given(flames, flames, st.floats(0.01, 0.99))
def test_backwards_is_the_same_way(a, b, t):
    """Up to the order of variations and what is not a number, in weights and tone."""
    there, back = interpolate(a, b, t), interpolate(b, a, 1.0 - t)
    near = {"rel": 1e-6, "abs": 1e-6}
    assert [x.weight for x in there.xforms] == pytest.approx([x.weight for x in back.xforms], **near)
    assert there.camera.scale == pytest.approx(back.camera.scale, **near)
    assert np.allclose(there.palette.array, back.palette.array, atol=1e-6)


def test_what_cannot_be_done():
    flame = Flame("a", (Xform(),))
    with pytest.raises(BloomError, match="give 0 to 1"):
        interpolate(flame, flame, 1.5)
    with pytest.raises(BloomError, match="give 0 to 1"):
        interpolate(flame, flame, math.nan)
    with pytest.raises(BloomError, match="choose one of log, linear"):
        interpolate(flame, flame, 0.5, affine="older")
    with pytest.raises(BloomError, match="keyframes"):
        interpolate_sequence((), 0.0)
