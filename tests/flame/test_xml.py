"""Reading and writing flames: the rules of the format on small texts, and broken input."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.flame.model import Flame, Palette, Variation, Xform
from bloom_blender.flame.xml import (
    parse_flames,
    read_flame,
    read_flames,
    report_unknown,
    write_flame,
    write_flames,
)

XFORM = '<xform weight="1" linear="1" coefs="1 0 0 1 0 0"/>'


def flame_text(inside: str = XFORM, attributes: str = 'version="EMBER-LNX-1.0.0.14"') -> str:
    return f"<flame {attributes}>{inside}</flame>"


def only(text: str):
    (flame,) = parse_flames(text)
    (again,) = parse_flames(write_flame(flame))
    assert again == flame
    return flame


def xform_of(attributes: str, version: str = 'version="EMBER"'):
    return only(flame_text(f"<xform {attributes}/>", version)).xforms[0]


# ------------------------------------------------------------------------------------ attributes


def test_numbers_of_the_flame():
    flame = only(
        flame_text(
            attributes='version="ember" name="n" size="640 480" center="0.5 -1" scale="100" rotate="90" '
            'cam_yaw="1" cam_pitch="2" cam_persp="0.1" cam_zpos="3" cam_dof="-0.2" quality="50" '
            'brightness="5" '
            'gamma="3" gamma_threshold="0.02" vibrancy="0.9" highlight_power="-1" filter="0.7" '
            'filter_shape="Hermite" estimator_radius="11" estimator_minimum="1" estimator_curve="0.5" '
            'background="0.1 0.2 0.3" supersample="2" palette_mode="step" time="4" zoom="1.5"'
        )
    )
    camera, tone = flame.camera, flame.tone
    assert camera.size == (640, 480) and camera.center == (0.5, -1.0)
    assert (camera.scale, camera.zoom, camera.rotate) == (100.0, 1.5, 90.0)
    assert (camera.yaw, camera.pitch, camera.perspective, camera.zpos, camera.dof) == (1, 2, 0.1, 3, -0.2)
    assert (tone.quality, tone.supersample, tone.brightness, tone.gamma) == (50, 2, 5, 3)
    assert (tone.gamma_threshold, tone.vibrancy, tone.highlight_power) == (0.02, 0.9, -1)
    assert (tone.filter_radius, tone.filter_shape) == (0.7, "hermite")
    assert (tone.estimator_radius, tone.estimator_minimum, tone.estimator_curve) == (11, 1, 0.5)
    assert tone.background == (0.1, 0.2, 0.3)
    assert flame.palette.mode == "step"
    assert flame.extra == (("time", "4"),)
    assert report_unknown(flame) == ()


def test_synonyms():
    flame = only(flame_text(attributes='version="ember" oversample="3" cam_perspective="0.2" cam_zoom="2"'))
    assert (flame.tone.supersample, flame.camera.perspective, flame.camera.zoom) == (3, 0.2, 2.0)


def test_negative_zoom_shows_more_except_for_ember():
    for version in ("", 'version="FLAM3-LNX-3.1"', 'version="Apophysis 7x Version 15C.9"'):
        assert only(flame_text(attributes=f'{version} zoom="-1"')).camera.zoom == -1.0
    assert only(flame_text(attributes='version="EMBER-LNX-1.0.0.14" zoom="-1"')).camera.zoom == 0.0


def test_magnification_of_jwildfire_goes_into_the_scale():
    flame = only(flame_text(attributes='version="JWildfire V7" scale="100" cam_zoom="2.5"'))
    assert (flame.camera.scale, flame.camera.zoom) == (250.0, 0.0)


def test_defaults_of_flam3_differ():
    assert only(flame_text(attributes='version="FLAM3-LNX-3.1.1"')).tone.highlight_power == -1.0
    assert only(flame_text(attributes='version="FLAM3-LNX-3.1.1"')).palette.mode == "step"
    assert only(flame_text()).tone.highlight_power == 1.0


def test_numbers_of_an_xform():
    xform = xform_of(
        'weight="2" color="0.25" color_speed="0.1" var_color="0.5" opacity="0.75" animate="0" name="a b" '
        'coefs="1 2 3 4 5 6" post="6 5 4 3 2 1" chaos="1 0 2 " linear="1"'
    )
    assert (xform.weight, xform.color, xform.color_speed, xform.direct_color) == (2, 0.25, 0.1, 0.5)
    assert (xform.opacity, xform.animate, xform.name) == (0.75, 0, "a b")
    assert xform.coefs == (1, 2, 3, 4, 5, 6)
    assert xform.post == (6, 5, 4, 3, 2, 1)
    assert xform.xaos == (1, 0, 2)


def test_symmetry_of_an_xform_counts_except_for_ember():
    old = xform_of('symmetry="0.5" linear="1"', 'version="FLAM3 3" new_linear="1"')
    assert (old.color_speed, old.animate) == (0.25, 0.0)
    assert xform_of('symmetry="-1" linear="1"', "").color_speed == 1.0
    assert xform_of('symmetry="-1" linear="1"', "").animate == 1.0
    new = xform_of('symmetry="0.5" linear="1"')
    assert (new.color_speed, new.animate, new.extra) == (0.5, 1.0, (("symmetry", "0.5"),))


def test_plotmode_off_hides():
    assert xform_of('plotmode="off" linear="1"').opacity == 0.0


def test_old_flat_flames_are_flattened():
    names = [v.name for v in xform_of('linear="1" swirl="1"', 'version="Apophysis"').variations]
    assert names == ["linear", "swirl", "flatten"]
    for attributes, version in (
        ('linear="1" zcone="1"', 'version="Apophysis"'),
        ('linear3D="1"', ""),
        ('linear="1"', 'version="Apophysis" new_linear="1"'),
        ('linear="1"', 'version="ember"'),
        ('pre_swirl="1"', ""),
    ):
        assert "flatten" not in [v.name for v in xform_of(attributes, version).variations]


# ------------------------------------------------------------------------------------ variations


def test_variations_keep_the_order_of_the_file():
    xform = xform_of('swirl="1" name="x" linear="0.5" coefs="1 0 0 1 0 0" cross="2"')
    assert [(v.name, v.weight) for v in xform.variations] == [("swirl", 1.0), ("linear", 0.5), ("cross", 2.0)]


def test_parameters_are_gathered_and_defaults_filled_in():
    xform = xform_of('waves2_freqx="3" waves2="1" waves2_scaley="0.5"')
    (waves2,) = xform.variations
    assert dict(waves2.parameters) == {
        "freqx": 3.0, "scalex": 0.0, "freqy": 2.0, "scaley": 0.5, "freqz": 0.0, "scalez": 0.0,
    }  # fmt: skip
    assert [name for name, _ in waves2.parameters][:2] == ["freqx", "scalex"]


def test_names_in_any_capitals_get_the_registered_spelling():
    xform = xform_of('JULIA3D="2" julia3d_POWER="-2" truchet="1" truchet_seed="7"')
    assert [v.name for v in xform.variations] == ["julia3D", "Truchet"]
    assert dict(xform.variations[0].parameters) == {"power": -2.0}
    assert dict(xform.variations[1].parameters)["seed"] == 7.0


def test_forms():
    xform = xform_of('pre_julian="1" pre_julian_power="3" julian="2" post_julian="3" post_julian_dist="0.5"')
    forms = {v.form: v for v in xform.variations}
    assert {form: v.weight for form, v in forms.items()} == {"pre": 1.0, "regular": 2.0, "post": 3.0}
    assert dict(forms["pre"].parameters)["power"] == 3.0
    assert dict(forms["regular"].parameters) == {"power": 1.0, "dist": 1.0}
    assert dict(forms["post"].parameters)["dist"] == 0.5


def test_pre_blur_is_gaussian_except_for_ember():
    assert xform_of('pre_blur="1" linear="1"', "").variations[0] == Variation("gaussian_blur", form="pre")
    assert xform_of('pre_blur="1" linear="1"').variations[0] == Variation("blur", form="pre")


def test_some_parameters_join_the_variation_without_a_line():
    """q_ode01 and MobiusNRe_A are whole attributes, and stay so when written; in the pre form too."""
    text = 'q_ode="1" q_ode01="0.25" pre_MobiusN="0.5" pre_MobiusNRe_A="2" pre_MobiusN_Power="3"'
    q_ode, mobius = xform_of(text).variations
    assert dict(q_ode.parameters)["01"] == 0.25
    assert dict(mobius.parameters)["Re_A"] == 2.0 and dict(mobius.parameters)["Power"] == 3.0
    written = write_flame(Flame("one", (Xform(variations=(q_ode, mobius)),)))
    assert 'q_ode01="0.25"' in written and 'pre_MobiusNRe_A="2"' in written


def test_flam3_spells_the_parameters_of_oscilloscope_shorter():
    (oscilloscope,) = xform_of('oscilloscope="1" oscope_damping="0.25"').variations
    assert dict(oscilloscope.parameters)["damping"] == 0.25


def test_the_unknown_is_kept_in_order_reported_and_written():
    text = flame_text(
        '<xform linear="1" zany="0.5" zany_power="3" swirl_depth="1"><note>hello <b>there</b></note></xform>'
        "<weather kind='rain'/><edit date='today'/>",
        'version="ember" shine="1" fps="25"',
    )
    flame = only(text)
    assert flame.xforms[0].extra == (("zany", "0.5"), ("zany_power", "3"), ("swirl_depth", "1"))
    assert flame.xforms[0].extra_elements == ("<note>hello <b>there</b></note>",)
    assert flame.extra == (("shine", "1"), ("fps", "25"))
    assert flame.extra_elements == ('<weather kind="rain" />', '<edit date="today" />')
    written = write_flame(flame)
    assert 'zany="0.5" zany_power="3" swirl_depth="1"' in written
    assert report_unknown(flame) == (
        "Flame '': shine, <weather> are unknown and kept unused.",
        "Xform 1: zany, zany_power, swirl_depth, <note> are unknown and kept unused.",
    )


def test_settings_that_change_nothing_are_not_reported():
    neutral = 'version="ember" rand_range="1"'
    assert report_unknown(only(flame_text(attributes=neutral))) == ()
    assert report_unknown(only(flame_text(attributes='version="ember" rand_range="2"'))) == (
        "Flame '': rand_range is unknown and kept unused.",
    )


def test_a_variation_given_twice_counts_once_and_is_kept():
    xform = xform_of('linear="1" Linear="0.5"')
    assert xform.variations == (Variation("linear", 1.0),)
    assert xform.extra == (("Linear", "0.5"),)


def test_an_unknown_word_for_a_choice_means_the_first_and_is_kept():
    flame = only(flame_text(attributes='version="ember" time="0" filter_shape="moire" palette_mode="cubic"'))
    assert (flame.tone.filter_shape, flame.palette.mode) == ("gaussian", "linear")
    assert flame.extra == (("time", "0"), ("filter_shape", "moire"), ("palette_mode", "cubic"))
    assert len(report_unknown(flame)) == 1


# ------------------------------------------------------------------------------------ final xforms


def test_final_xforms_count_if_they_do_something():
    text = flame_text(XFORM + '<finalxform color="0.5" julia3D="2" coefs="1 0 0 1 0 0"/>')
    assert [v.name for v in only(text).finals[0].variations] == ["julia3D"]
    moved = flame_text(XFORM + '<finalxform coefs="1 0 0 1 2 0"/>')
    assert len(only(moved).finals) == 1
    idle = only(flame_text(XFORM + '<finalxform color="1" coefs="1 0 0 1 0 0" symmetry="1"/>'))
    assert idle.finals == ()
    assert "<finalxform" in write_flame(idle)


# ------------------------------------------------------------------------------------ palettes


def test_bytes_padded_with_blanks():
    """Each byte is two characters, and a blank stands for a zero, at the start of a line too."""
    text = "\n      17 a 43f26b9\n       7 611 3 2 9\n"
    flame = parse_flames(flame_text(XFORM + f'<palette count="4" format="RGB">{text}</palette>'))[0]
    levels = [tuple(round(255 * v) for v in color) for color in flame.palette.colors]
    assert levels == [(0x17, 0x0A, 0x04), (0x3F, 0x26, 0xB9), (0x07, 0x06, 0x11), (0x03, 0x02, 0x09)]


def test_hexadecimal_blocks_whatever_their_count_says():
    flame = only(flame_text(XFORM + '<palette count="256" format="RGB">\n FF0080 00ff00\n0000FF </palette>'))
    assert flame.palette.colors == ((1.0, 0.0, 128 / 255), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def test_indexed_colours():
    colors = '<color index="1" rgb="0 127.5 255"/><color index="0" rgb="255 0 0"/>'
    assert only(flame_text(XFORM + colors)).palette.colors == ((1.0, 0.0, 0.0), (0.0, 0.5, 1.0))
    rgba = '<color index="0" rgba="255 255 0 127.5"/>'
    assert only(flame_text(XFORM + rgba)).palette.colors == ((0.5, 0.5, 0.0),)


def test_gaps_between_indexed_colours_are_blended_around():
    """The numbers are what flam3-genome 3.1.1 prints for these two colours."""
    colors = '<color index="5" rgb="10 20 30"/><color index="200" rgb="200 100 50"/>'
    palette = 255.0 * only(flame_text(XFORM + colors)).palette.array
    assert palette.shape == (256, 3)
    expected = {
        0: (25.5738, 26.5574, 31.6393), 5: (10, 20, 30), 6: (10.9744, 20.4103, 30.1026),
        100: (102.564, 58.9744, 39.7436), 201: (196.885, 98.6885, 49.6721), 255: (28.6885, 27.8689, 31.9672),
    }  # fmt: skip
    for index, color in expected.items():
        assert palette[index] == pytest.approx(color, rel=1e-5)


def test_eight_digit_colours_of_apophysis():
    flame = only(flame_text(XFORM + '<colors count="2" data="00FF000000 0000FF"/>'))
    assert flame.palette.colors == ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0))


def test_a_flame_without_colours_gets_a_default_palette():
    flame = only(flame_text(attributes='version="ember" palette="701"'))
    assert flame.palette == Palette()
    assert flame.extra == (("palette", "701"),)
    assert report_unknown(flame) == ("Flame '': palette is unknown and kept unused.",)


def test_numbered_palettes():
    """The numbers are what flam3-genome 3.1.1 prints."""
    plain = only(flame_text(attributes='palette="15"'))
    turned = only(flame_text(attributes='palette="15" hue="0.22851"'))
    assert len(plain.palette.colors) == 256 and plain.extra == turned.extra == ()
    assert 255 * plain.palette.array[[0, 3]] == pytest.approx(np.array([[218, 222, 188], [238, 242, 207]]))
    assert 255 * turned.palette.array[[0, 20, 255]] == pytest.approx(
        np.array([[188, 222, 204.616], [170, 186.579, 190], [113, 157, 137.327]]), rel=1e-5
    )
    both = flame_text(XFORM + '<color index="0" rgb="1 2 3"/>', 'palette="15"')
    assert only(both).palette == plain.palette
    ember = only(flame_text(attributes='version="ember" palette="15" hue="0.5"'))
    assert ember.palette.colors == plain.palette.colors


def test_phase_survives():
    flame = only(flame_text())
    shifted = dataclasses.replace(flame, palette=dataclasses.replace(flame.palette, phase=0.25))
    assert only(write_flame(shifted)) == shifted


# ------------------------------------------------------------------------------------ curves, symmetry


def test_curves_of_both_kinds():
    identity = "0 0 1 0 0 1 1 1 1 1 1 1 "
    splines = " ".join(f'{name}_curve="0 0 0.5 0.25 1 1 "' for name in ("overall", "red", "green", "blue"))
    flame = only(flame_text(attributes=f'version="ember" curves="{identity * 4}" {splines}'))
    assert flame.tone.curves[3] == ((0, 0, 1), (0, 0, 1), (1, 1, 1), (1, 1, 1))
    assert flame.tone.splines[0] == ((0, 0), (0.5, 0.25), (1, 1))
    odd = only(flame_text(attributes='version="ember" curves="0 0 1"'))
    assert odd.tone.curves == () and odd.extra == (("curves", "0 0 1"),)


@pytest.mark.parametrize("kind, count", [(0, 0), (1, 0), (2, 1), (4, 3), (-1, 1), (-5, 5)])
def test_symmetry_elements_become_xforms(kind, count):
    flame = only(flame_text(XFORM + f'<symmetry kind="{kind}"/>'))
    added = flame.xforms[1:]
    assert len(added) == count
    for xform in added:
        a, d, b, e, c, f = xform.coefs
        assert abs(a * e - b * d) == pytest.approx(1.0, abs=2e-6)
        assert (c, f, xform.weight, xform.color_speed, xform.animate) == (0, 0, 1, 0, 0)


def test_symmetry_as_flam3_adds_it():
    """The numbers are what flam3-genome 3.1.1 prints for kind -5."""
    mirror, *turns = only(flame_text(XFORM + '<symmetry kind="-5"/>')).xforms[1:]
    assert (mirror.coefs, mirror.color) == ((-1, 0, 0, 1, 0, 0), 1.0)
    assert {(x.coefs[0], x.coefs[1], round(x.color, 6)) for x in turns} == {
        (0.309017, 0.951057, 0.0), (-0.809017, 0.587785, 0.333333),
        (-0.809017, -0.587785, 0.666667), (0.309017, -0.951057, 1.0),
    }  # fmt: skip


# ------------------------------------------------------------------------------------ files


def test_files_of_several_flames(tmp_path):
    second = flame_text(attributes='name="two"')
    flames = parse_flames(f"<Flames>{flame_text()}{second}</Flames>")
    path = tmp_path / "two.flame"
    write_flames(flames, path)
    assert read_flames(path) == flames
    assert read_flame(path, 1).name == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["two.flame"]
    with pytest.raises(BloomError, match=r"two\.flame has no flame 3: choose 1 to 2"):
        read_flame(path, 2)


def test_flames_without_a_common_root():
    assert len(parse_flames(f'<?xml version="1.0"?>\n{flame_text()}\n{flame_text()}')) == 2
    assert len(parse_flames(f"\ufeff{flame_text()}{flame_text()}".encode())) == 2


def test_one_flame_of_a_file_can_be_read_although_another_is_broken(tmp_path):
    path = tmp_path / "half.flame"
    path.write_text(f"<f>{flame_text('')}{flame_text()}</f>")
    assert len(read_flame(path, 1).xforms) == 1
    with pytest.raises(BloomError, match=r"half\.flame, flame 1: the flame has no xform"):
        read_flames(path)


def test_encodings():
    for encoding in ("utf-8", "latin-1", "utf-16"):
        text = f'<?xml version="1.0" encoding="{encoding}"?>' + flame_text(attributes='name="é"')
        assert parse_flames(text.encode(encoding))[0].name == "é"


BROKEN = {
    "": "is empty",
    "   \n": "is empty",
    "just words": "is not a flame",
    "<html><body/></html>": "holds no flame",
    "<jwf-flame><layer/></jwf-flame>": "with layers",
    flame_text("")[:-3]: "is truncated",
    flame_text()[:-12]: "is truncated",
    flame_text()[:60]: "is truncated",
    flame_text().replace('linear="1"', "linear=1"): "is damaged at line 1, column",
    flame_text().replace('linear="1"', 'b#1="1"'): "is damaged at line 1, column",
    flame_text(""): "the flame has no xform",
    '<!DOCTYPE f [<!ENTITY a "b">]>' + flame_text(): "defines XML entities",
    '<!DOCTYPE f [<!ENTITY a SYSTEM "file:///etc/passwd">]><flame>&a;</flame>': "defines XML entities",
    flame_text(XFORM.replace('weight="1"', 'weight="nan"')): "xform 1: weight is nan: give a finite number",
    flame_text(XFORM.replace('"1 0 0 1 0 0"', '"1 0 0 1 0 -inf"')): "xform 1: coefs is -inf",
    flame_text(XFORM.replace('"1 0 0 1 0 0"', '"1 0 0 1"')): "has 4 numbers: give 6",
    flame_text(XFORM.replace('linear="1"', 'linear="much"')): "xform 1: linear is 'much': give a number",
    flame_text('<xform julia3D="1" julia3D_power="nan"/>'): "julia3D_power is nan",
    flame_text(attributes='size="0 0"'): "picture size is 0 x 0",
    flame_text(attributes='size="640"'): "picture size has 1 numbers: give 2",
    flame_text(attributes='scale="-1"'): "scale is -1",
    flame_text(attributes='gamma="0"'): "gamma is 0",
    flame_text(attributes='quality="1e999"'): "quality is 1e999",
    flame_text(XFORM + "<palette>12345G</palette>"): "not hexadecimal",
    flame_text(XFORM + '<color index="0" rgb="1 2"/>'): "three numbers",
    flame_text(XFORM + '<color index="x" rgb="1 2 3"/>'): "colour index is 'x'",
    flame_text(XFORM + '<symmetry kind="1e9"/>'): "symmetry kind is 1e\\+09",
    '<?xml version="1.0" encoding="klingon"?><flame/>': "klingon|encoding|damaged",
    "<flame>" + "<a>" * 5000 + "</a>" * 5000 + XFORM + "</flame>": "too deeply",
}


@pytest.mark.parametrize("text", BROKEN, ids=[BROKEN[text] for text in BROKEN])
def test_broken_texts_name_the_file_and_the_remedy(text, tmp_path):
    path = tmp_path / "broken.flame"
    path.write_text(text)
    with pytest.raises(BloomError, match=BROKEN[text]) as caught:
        read_flames(path)
    message = str(caught.value)
    assert message.startswith("broken.flame")
    assert "\n" not in message and message.endswith(".")
    assert any(w in message for w in ("choose", "give", "copy", "repair", "remove", "save"))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(BloomError, match=r"absent\.flame cannot be read"):
        read_flames(tmp_path / "absent.flame")
    with pytest.raises(BloomError, match="is a folder"):
        read_flames(tmp_path)
    with pytest.raises(BloomError, match="not a path"):
        read_flames("a\0b")


def test_files_that_cannot_be_written(tmp_path):
    flames = parse_flames(flame_text())
    with pytest.raises(BloomError, match="cannot be written"):
        write_flames(flames, tmp_path / "absent" / "a.flame")


def test_written_numbers_are_short_and_exact():
    xform = xform_of(f'weight="0.1" color="1.0" opacity="{math.pi!r}" linear="1e-05"')
    text = write_flame(only(flame_text(XFORM.replace('weight="1"', 'weight="0.1" color="1.0"'))))
    assert 'weight="0.1"' in text and 'color="1"' in text
    assert xform.opacity == math.pi
