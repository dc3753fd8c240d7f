"""Files as older programs and their users left them: names of their time, no escaping, damaged neighbours."""

from __future__ import annotations

import dataclasses

import pytest

from bloom_blender.chaos.structure import structure_of, values_of
from bloom_blender.errors import BloomError
from bloom_blender.flame import old_names
from bloom_blender.flame.palettes import numbered_palette
from bloom_blender.flame.variations import VARIATIONS
from bloom_blender.flame.xml import Pack, parse_flames, read_flames, report_unknown, write_flame

APOPHYSIS = 'version="Apophysis 7x Version 15C.9"'
FLAM3 = 'version="FLAM3-LNX-3.1"'
XFORM = '<xform weight="1" linear="1" coefs="0.5 0 0 0.5 0 0"/>'


def flame_text(inside: str = XFORM, attributes: str = APOPHYSIS) -> str:
    return f"<flame {attributes}>{inside}</flame>"


def only(text: str | bytes):
    (flame,) = parse_flames(text)
    assert parse_flames(write_flame(flame)) == (flame,)
    return flame


def variations_of(attributes: str, version: str = APOPHYSIS) -> dict[str, tuple[float, dict[str, float]]]:
    flame = only(flame_text(f'<xform {attributes} coefs="1 0 0 1 0 0"/>', f'{version} new_linear="1"'))
    assert report_unknown(flame) == ()
    return {v.attribute: (v.weight, dict(v.parameters)) for v in flame.xforms[0].variations}


# ------------------------------------------------------------------------------------- old names

OLD = {
    "bwraps7": "bwraps", "bwraps2": "bwraps", "pre_bwraps2": "pre_bwraps", "post_bwraps2": "post_bwraps",
    "faber_w": "w", "faber_x": "x", "radial_gaussian": "radial_blur", "logn": "log", "cross2": "cross",
    "pre_spin_z": "pre_rotate_z", "post_spin_z": "post_rotate_z", "post_dcztransl": "post_dc_ztransl",
    "Epispiral": "epispiral",
}  # fmt: skip


@pytest.mark.parametrize("old,new", OLD.items())
def test_old_names_of_variations(old, new):
    assert list(variations_of(f'{old}="0.5"')) == [new]


@pytest.mark.parametrize(
    "old,variation,parameter",
    [
        ("Re_A", "Mobius", "Re_A"), ("Im_D", "Mobius", "Im_D"), ("bwraps7_space", "bwraps7", "space"),
        ("pre_bwraps2_gain", "pre_bwraps2", "gain"), ("post_bwraps2_gain", "post_bwraps", "gain"),
        ("logn_base", "logn", "base"), ("cyl_blur", "dc_cylinder", "blur"), ("osco2_damping", "oscilloscope2",
        "damping"), ("splitb_px", "SplitBrdr", "px"), ("octapol_r", "octapol", "radius"),
        ("mobius_width", "mobius", "width"), ("tf_seed", "Truchet_fill", "seed"),
        ("pr_a1", "projective", "A1"),
        ("faber_x_star_n", "faber_x", "star_n"), ("_symmetryZ", "bubbleT3D", "symmetryZ"),
        ("nb_numEdges", "nBlur", "numEdges"), ("w2r_distance", "waves2_radial", "distance"),
        ("post_osco2_damping", "post_oscilloscope2", "damping"), ("dc_cyl_angle", "dc_cylinder", "angle"),
    ],
)  # fmt: skip
def test_old_names_of_parameters(old, variation, parameter):
    ((_, parameters),) = variations_of(f'{old}="0.375" {variation}="1"').values()
    given = {name: value for name, value in parameters.items() if value == 0.375}
    assert [name.lstrip("_") for name in given] == [parameter]


def test_todays_names_go_before_old_ones():
    found = variations_of('oscilloscope2="1" oscilloscope2_damping="2" bwraps="1" bwraps_gain="3"')
    assert found["oscilloscope2"][1]["damping"] == 2.0 and found["bwraps"][1]["gain"] == 3.0
    assert list(variations_of('mobius="1"')) == ["Mobius"]
    assert list(variations_of('mobius="1" mobius_radius="2"')) == ["mobius_strip"]


def test_a_weight_is_no_parameter():
    """``sine`` and ``angle`` are parameters of plugins that named them so; ``power`` is a variation, too."""
    found = variations_of('scry2="1" power="0.5"')
    assert found["power"][0] == 0.5


def test_the_table_of_old_names_fits_the_registry():
    known = {name.lower() for name in VARIATIONS}
    absent = {"smartcrop"}
    assert set(old_names._PREFIXES) - known <= absent
    assert {name.lower() for name in old_names._VARIATIONS.values()} - known <= absent
    assert not set(old_names._VARIATIONS) & known
    assert len(old_names.FLAM3_ORDER) == 99
    assert {name for name in old_names.FLAM3_ORDER if name != "pre_blur"} <= known


def test_lists_of_weights_of_the_first_flam3():
    assert variations_of('var1="2"', FLAM3) == {"spherical": (1.0, {})}
    assert variations_of('var="0.25 0 0.5 0.0"', FLAM3) == {"linear": (0.25, {}), "spherical": (0.5, {})}
    (flame,) = parse_flames(flame_text('<xform var="1 2" var1="100" linear="1"/>', FLAM3))
    assert "var1" in " ".join(report_unknown(flame))


def test_two_numbers_for_a_color():
    assert only(flame_text('<xform color="0.25 0" linear="1"/>', FLAM3)).xforms[0].color == 0.25


# ------------------------------------------------------------------------- rules of the programs


def test_one_xform_alone():
    text = flame_text(3 * '<xform opacity="0.5" linear="1"/>', 'soloxform="1" ')
    assert [xform.opacity for xform in only(text).xforms] == [0.0, 0.5, 0.0]
    for number in ("-1", "3"):
        opacities = [xform.opacity for xform in only(text.replace('"1" ', f'"{number}" ')).xforms]
        assert opacities == [0.5, 0.5, 0.5]
    ember = only(text.replace("soloxform", 'version="EMBER" soloxform'))
    assert [xform.opacity for xform in ember.xforms] == [0.5, 0.5, 0.5]


def test_a_final_xform_that_is_turned_off():
    final = '<finalxform enabled="0" spherical="1" coefs="1 0 0 1 0 0"/>'
    flame = only(flame_text(XFORM + final))
    assert flame.finals == () and report_unknown(flame) == ()
    assert len(only(flame_text(XFORM + final.replace('"0"', '"1"', 1))).finals) == 1


def test_numbered_gradients_of_apophysis():
    colors = numbered_palette(11, 0.0)
    assert only(flame_text(attributes='gradient="11"')).palette.colors == colors
    brought = only(flame_text(f'{XFORM}<palette count="1">FF0000</palette>', 'gradient="11"'))
    assert brought.palette.colors == ((1.0, 0.0, 0.0),)


def test_variations_before_an_empty_sum_give_the_origin_in_flam3():
    """There the kernel has no variation at all: for flam3-render it is the same as ``linear="0"``."""

    def computed(attributes: str, version: str) -> list[str]:
        flame = only(flame_text(f'<xform weight="1" {attributes} coefs="1 0 0 1 3 0"/>', version))
        structure = structure_of(flame)
        assert values_of(flame, structure).size == structure.size
        return [slot.name for slot in structure.parts[0].variations]

    assert computed('pre_blur="1"', FLAM3) == []
    assert computed('pre_blur="1" linear="0.5"', FLAM3) == ["gaussian_blur", "linear"]
    assert computed('pre_blur="1"', 'version="Apophysis" new_linear="1"') == ["gaussian_blur"]


def test_a_decimal_comma_is_named():
    for text in ('<xform weight="0,5" linear="1"/>', '<xform linear="1" coefs="0,5 0 0 1 0 0"/>'):
        with pytest.raises(BloomError, match="decimal comma: write 0.5"):
            parse_flames(flame_text(text))


# ---------------------------------------------------------------------------------- broken texts


@pytest.mark.parametrize(
    "name", ["Salt & Pepper", "a <3 b", "R&B; &soul;", 'say "hi" twice', "bell\x07", "a & b &amp; c"]
)
def test_names_that_were_not_escaped(name):
    (flame,) = parse_flames(f'<flame name="{name}" version="Apophysis">{XFORM}</flame>')
    assert flame.name == name.replace("\x07", "").replace("&amp;", "&")
    assert parse_flames(write_flame(flame)) == (flame,)


def test_an_address_that_was_not_escaped():
    (flame,) = parse_flames(f'<flame name="x" url="http://a.b/?c=1&d=2" nick="a & b">{XFORM}</flame>')
    assert dict(flame.extra) == {"url": "http://a.b/?c=1&d=2", "nick": "a & b"}


@pytest.mark.parametrize(
    "encoding,declared", [
    ("cp1252", ""), ("latin-1", "ISO-8859-1"), ("cp1251", "windows-1251"), ("utf-16", "UTF-16"),
    ("utf-8-sig", ""), ("utf-16-le", ""), ("cp1252", "utf-8")]
)  # fmt: skip
def test_encodings(encoding, declared, tmp_path):
    name = "Привет" if encoding == "cp1251" else "Bl\u00e9te"
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    (tmp_path / "a.flame").write_bytes(f'{head}<flame name="{name}">{XFORM}</flame>'.encode(encoding))
    (flame,) = read_flames(tmp_path / "a.flame")
    assert flame.name == name


def test_flames_that_are_a_record_are_none_of_the_file():
    edit = f'<edit action="x"><edit><flame name="parent">{XFORM}</flame></edit><flame name="other"/></edit>'
    comment = f"<!-- <flame>{XFORM}</flame> --><![CDATA[<flame>]]>"
    pack = Pack(
        f'<flames><flame name="a">{XFORM}{edit}</flame>{comment}'
        f'<x><flame name="b">{XFORM}</flame></x></flames>'
    )
    assert [pack.flame(k).name for k in range(len(pack))] == ["a", "b"]
    assert [pack.name(k) for k in range(len(pack))] == ["a", "b"]
    assert report_unknown(pack.flame(0)) == ()


@pytest.mark.parametrize(
    "broken,reason",
    [
        (f'<flame name="b">{XFORM}', "damaged|truncated"),
        (f'<flame name="b" x=>{XFORM}</flame>', "line 3, column 23"),
        (f'<flame name="b">{XFORM}<edit></flame>', "damaged"),
        (f'<flame name="b" weight="1" quality="x">{XFORM}</flame>', "give a number"),
        ('<flame name="b"/>', "no xform"),
    ],
)
def test_one_damaged_flame_among_others(broken, reason):
    whole = f'<flame name="a">{XFORM}</flame>'
    pack = Pack(f"<flames>\n{whole}\n<x/>{broken}\n{whole}{whole}</flames>", "p.flame")
    assert len(pack) == 4
    assert [pack.flame(k).name for k in (0, 2, 3)] == ["a", "a", "a"]
    with pytest.raises(BloomError, match=reason) as caught:
        pack.flame(1)
    assert str(caught.value).startswith("p.flame, flame 2")


def test_texts_that_open_much_and_close_nothing():
    """Bounded work: the limit of flames is met, not a search of all that is open for each end."""
    with pytest.raises(BloomError, match="flames"):
        Pack("<edit>" * 100_000 + "<flame>" * 100_000 + "</edit>" * 100_000)


def test_fields_of_a_flame_are_unchanged_by_reading_lazily():
    text = flame_text(attributes='name="a" zoom="-0.5" scale="25"')
    pack = Pack(f"<flames>{text * 50}</flames>")
    assert dataclasses.replace(pack.flame(49), name="a") == pack.flame(0)
