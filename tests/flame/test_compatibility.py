"""Compatibility: what a file asks for, what is kept, and which formulas and defaults follow."""

from __future__ import annotations

import functools
import json
from dataclasses import replace

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.flame.compatibility import COMPATIBILITIES, RULES, compatibility_of
from bloom_blender.flame.model import Flame, Variation, Xform
from bloom_blender.flame.parameters import parameters_of
from bloom_blender.flame.variations import lookup
from bloom_blender.flame.variations.evaluate import evaluate_variation
from bloom_blender.flame.xml import parse_flames, report_unknown, write_flame
from tests.support import data_path

FLAME = '<flame {}><xform weight="1" {} coefs="1 0 0 1 0 0"/></flame>'
POINTS = np.array([[0.3, -0.4, 0.2], [1.2, 0.7, -0.5], [-0.6, 0.1, 1.0]])


def read(attributes: str, xform: str = 'linear="1"') -> Flame:
    (flame,) = parse_flames(FLAME.format(attributes, xform))
    assert parse_flames(write_flame(flame)) == (flame,)
    return flame


@pytest.mark.parametrize("version,expected", [
    ("EMBER-LNX-1.0.0.14", "1.0.0.14"), ("EMBER", "1.0.0.14"), ("ember-win-25.0", "current"),
    ("EMBER-WIN-2.0.0.1", "current"), ("FLAM3-LNX-3.1.1", "flam3"), ("flam3", "flam3"), ("", "flam3"),
    ("Fr0st 1.4", "flam3"), ("Apophysis 7x", "1.0.0.14"), ("JWildfire V7", "1.0.0.14"),
    ("BLOOM 0.1", "1.0.0.14"),
])  # fmt: skip
def test_files_ask_by_their_version(version, expected):
    assert compatibility_of(version) == expected
    assert read(f'version="{version}"' if version else "").rules is RULES[expected]


def test_a_flame_may_say_it_and_its_file_keeps_it():
    flame = read('version="EMBER-LNX-1.0.0.14" compatibility="flam3"')
    assert flame.compatibility == "flam3" and flame.rules.name == "flam3" and report_unknown(flame) == ()
    for name in COMPATIBILITIES:
        changed = replace(flame, compatibility=name)
        assert parse_flames(write_flame(changed)) == (changed,) and changed.rules.name == name
    assert replace(flame, compatibility="").rules.name == "1.0.0.14"
    with pytest.raises(BloomError, match="compatibility"):
        replace(flame, compatibility="chaotica")


def test_a_word_that_is_no_compatibility_is_kept_and_reported():
    flame = read('version="EMBER 25.1" compatibility="chaotica"')
    assert flame.rules.name == "current"
    assert report_unknown(flame) == ("Flame '': compatibility is unknown and kept unused.",)


def test_flames_made_here_follow_the_first_bloom():
    assert Flame("made", (Xform(variations=(Variation("linear"),)),)).rules.name == "1.0.0.14"


def test_defaults_of_what_a_file_leaves_out():
    old, new = read(""), read('version="EMBER 25.1"')
    assert (old.tone.highlight_power, old.palette.mode) == (-1.0, "step")
    assert (new.tone.highlight_power, new.palette.mode) == (1.0, "linear")
    said = read('highlight_power="2" palette_mode="linear"')
    assert (said.tone.highlight_power, said.palette.mode) == (2.0, "linear")


@pytest.mark.parametrize("version,rotation,separation", [("FLAM3", 0.0, 0.0), ("EMBER", 0.5, 1.0)])
def test_parameters_that_a_file_leaves_out(version, rotation, separation):
    """What ``flam3-genome`` writes for them, and what ember does."""
    pie, apart = read(f'version="{version}"', 'pie="1" separation="1"').xforms[0].variations[:2]
    assert dict(pie.parameters)["rotation"] == rotation
    assert dict(apart.parameters)["x"] == separation


def test_a_palette_padded_with_blanks_is_what_flam3_scans():
    """``%2x`` passes over the blank of `` 7``, and the next colours begin a character later."""
    inside = '<palette count="2" format="RGB">\n 71020304050\n</palette>'
    text = '<flame version="{}"><xform linear="1"/>' + inside + "</flame>"
    (scanned,) = parse_flames(text.format("FLAM3"))
    assert np.allclose(scanned.palette.array * 255.0, [[0x71, 0x02, 0x03], [0x04, 0x05, 0x0]])
    (meant,) = parse_flames(text.format("EMBER"))
    assert np.allclose(meant.palette.array * 255.0, [[0x07, 0x10, 0x20], [0x30, 0x40, 0x50]])


@pytest.mark.parametrize("name", ["bubble", "cylinder", "waves2"])
def test_flam3_is_flat(name):
    parameters = {"scalez": 1.0, "freqz": 2.0} if name == "waves2" else {}
    flat = evaluate_variation(name, POINTS * [1, 1, 0], parameters=parameters, compatibility="flam3")
    deep = evaluate_variation(name, POINTS * [1, 1, 0], parameters=parameters)
    assert np.array_equal(flat[:, 2], np.zeros(3)) and (deep[:, 2] != 0.0).all()
    np.testing.assert_allclose(flat[:, :2], deep[:, :2])


def test_flam3_adds_the_centre_of_lazysusan_whole():
    parameters = {"x": 0.5, "y": -0.25, "spin": 1.0}
    own = evaluate_variation("lazysusan", POINTS, weight=0.4, parameters=parameters, compatibility="flam3")
    common = evaluate_variation("lazysusan", POINTS, weight=0.4, parameters=parameters)
    np.testing.assert_allclose(own - common, np.broadcast_to([0.6 * 0.5, 0.6 * 0.25, 0.0], (3, 3)))


def test_flam3_takes_parameters_as_they_are():
    given = {"power": 2.6, "dist": 1.0}
    assert lookup("julian", "flam3").values(given) == (1.0, 2.6)
    assert lookup("julian").values(given) == (1.0, 3.0)


@pytest.mark.parametrize("name", ["auger", "cardioid", "circus", "hole"])
def test_forms_that_flam3_and_later_embers_share(name):
    forms = {c: evaluate_variation(name, POINTS, weight=0.7, compatibility=c) for c in COMPATIBILITIES}
    defaults = {p.name: p.default for p in lookup(name).parameters}
    same = evaluate_variation(name, POINTS, weight=0.7, compatibility="flam3", parameters=defaults)
    np.testing.assert_allclose(same, forms["current"])
    assert not np.allclose(same, forms["1.0.0.14"])


def test_old_flat_flames_need_no_flatten_where_there_is_no_depth():
    assert [v.name for v in read('version="FLAM3"').xforms[0].variations] == ["linear"]
    assert [v.name for v in read('version="Apophysis"').xforms[0].variations] == ["linear", "flatten"]


OWN_WAY = {
    "lazysusan": "ember weighs the centre, flam3 does not (its pictures say so)",
    "log": "flam3 has no base",
}
BY_CHANCE = {("julian", 1), ("wedge_julia", 1)}
"""Rows whose powers are not whole numbers, so that a branch is drawn that the table never saw drawn."""


def flam3_names() -> list[str]:
    try:
        lines = data_path("variations_flam3.txt").read_text().split("\n")
    except pytest.skip.Exception:
        return []
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [name for name in names if name != "pre_blur"]


@functools.cache
def table() -> dict[str, np.ndarray]:
    """What ember 25 computes when it is asked to be compatible with flam3."""
    columns = (
        "names",
        "param_set",
        "params_json",
        "output",
        "deterministic",
        "sens",
        "affine_input",
        "affine",
    )
    with np.load(data_path("variation-tables/current_flam3compat.npz")) as file:
        return {key: file[key] for key in columns}


@pytest.mark.parametrize("name", flam3_names())
def test_values_in_the_plane(name):
    """All variations of flam3, by ember's word for what flam3 does."""
    rows = [row for row, other in enumerate(table()["names"]) if other.lower() == name]
    assert rows
    if name in OWN_WAY:
        pytest.skip(OWN_WAY[name])
    for row in rows:
        if (name, table()["param_set"][row]) in BY_CHANCE:
            continue
        held = json.loads(table()["params_json"][row])
        held = {key[len(name) + 1 :]: value for key, value in held.items()}
        ours = evaluate_variation(
            name, table()["affine_input"], weight=0.7, parameters=held, affine=tuple(table()["affine"]),
            compatibility="flam3",
        )[:, :2]  # fmt: skip
        theirs, sens = table()["output"][row][:, :2], table()["sens"][row][:, None]
        use = table()["deterministic"][row][:, None] & np.isfinite(theirs) & (sens <= 1e5)
        with np.errstate(invalid="ignore"):
            error = np.abs(ours - theirs)
        assert (~use | (error <= 1e-9 * (1.0 + np.abs(theirs)) + 1e-10 * sens)).all(), held


@pytest.mark.parametrize("name,lowest", [("flam3", -1e6), ("1.0.0.14", 1.0)])
def test_ranges_of_what_can_be_animated(name, lowest):
    flame = replace(read('version="EMBER"', 'pie="1"'), compatibility=name)
    (slices,) = [p for p in parameters_of(flame) if p.name == "xform1.pie_slices"]
    assert slices.minimum <= lowest and (slices.minimum == 1.0) == (name == "1.0.0.14")


def test_parameters_of_other_programs_survive():
    """loonie2 has a power in ember 25 alone; a flame may leave that and come back."""
    flame = read('version="EMBER 25.1"', 'loonie2="1" loonie2_power="3"')
    assert dict(flame.xforms[0].variations[0].parameters)["power"] == 3.0
    changed = replace(flame, compatibility="1.0.0.14")
    assert parse_flames(write_flame(changed)) == (changed,)
    assert "power" not in dict(read('version="EMBER 25.1"', 'loonie2="1"').xforms[0].variations[0].parameters)
