"""Flames that people made: all load and survive writing, or say in one sentence why not."""

from __future__ import annotations

import functools

import pytest

from bloom_blender.errors import BloomError
from bloom_blender.flame.model import Flame
from bloom_blender.flame.parameters import parameters_of, with_parameters
from bloom_blender.flame.xml import parse_flames, read_flame, read_flames, report_unknown, write_flame
from tests.support import data_path

BLOOM = ("brick", "crucible", "fireflies", "hearts", "neon", "willowisp")


@functools.cache
def bloom_flame(name: str) -> Flame:
    return read_flame(data_path("bloom/flames") / f"{name}.flame")


@pytest.mark.parametrize("name", BLOOM)
def test_bloom_flames_are_read_completely(name):
    flame = bloom_flame(name)
    assert report_unknown(flame) == ()
    assert flame.version == "EMBER-LNX-1.0.0.14"
    assert flame.camera.size == (1440, 910)
    assert len(flame.palette.colors) == 256
    assert len(flame.tone.curves) == 4
    (final,) = flame.finals
    assert [(v.name, v.weight, v.parameters) for v in final.variations] == [
        ("julia3D", 2.0, (("power", -2.0),))
    ]
    kept = {name for xform in (*flame.xforms, final) for name, _ in xform.extra}
    assert kept == {"symmetry"}


def test_bloom_flames_in_numbers():
    counts = {name: [len(xform.variations) for xform in bloom_flame(name).xforms] for name in BLOOM}
    assert counts == {
        "brick": [2, 7, 2, 1], "crucible": [2, 8, 2, 0, 1], "fireflies": [1, 4, 1, 3, 1],
        "hearts": [2, 7, 1, 1, 1], "neon": [2, 5, 1, 3], "willowisp": [2, 5, 3],
    }  # fmt: skip
    second = bloom_flame("willowisp").xforms[1]
    assert (second.weight, second.color, second.color_speed) == (5.0, 0.772549, 0.05)
    assert [v.name for v in second.variations] == ["cross", "linear", "zcone", "ztranslate", "taurus"]
    assert second.coefs == (-1.11965, -1.06831, 0.854836, -1.01985, -0.115798, -0.758476)


@pytest.mark.parametrize("folder", ["bloom/flames", "bench", "flames", "golden", "hostile/flames"])
def test_every_file_loads_and_survives_writing_or_says_why_not(folder):
    root = data_path(folder)
    files = [path for path in sorted(root.rglob("*")) if path.suffix in (".flame", ".flam3")]
    assert files
    refused = {}
    for path in files:
        try:
            flames = read_flames(path)
        except BloomError as error:
            refused[path.name] = str(error)
            continue
        for flame in flames:
            assert parse_flames(write_flame(flame)) == (flame,), path.name
            values = {parameter.name: parameter.value for parameter in parameters_of(flame)}
            assert with_parameters(flame, values) == flame, path.name
    for name, message in refused.items():
        assert message.startswith(name) and message.endswith(".") and "\n" not in message
    assert len(refused) <= 0.04 * len(files) or folder == "hostile/flames"


ODD = {
    "flames/boddmg+music2picture/template2.flame": ": the flame has no xform",
    "flames/thargor6+JWildfireSwan/example082.flame": "is damaged at line 3, column 805 ",
    "flames/thargor6+JWildfireSwan/example145.flame": "is damaged at line 3, column 557 ",
    "flames/thargor6+JWildfireSwan/example155.flame": "is damaged at line 3, column 557 ",
    "flames/thargor6+JWildfireSwan/example200.flame": "is damaged at line 5, column 388 ",
    "flames/thargor6+JWildfireSwan/example208.flame": "is a JWildfire flame with layers",
    "flames/thargor6+JWildfireSwan/example209.flame": "is a JWildfire flame with layers",
    "flames/thargor6+JWildfireSwan/example230.flame": "is damaged at line 4, column 337 ",
}
"""The files of the collection that are refused, and why; all others are read.

The damaged ones hold names of attributes that XML does not allow, such as ``b#1``.
"""


def test_odd_files_of_the_collection():
    root = data_path("flames").parent
    refused = {}
    for path in sorted((root / "flames").rglob("*")):
        if path.suffix in (".flame", ".flam3"):
            try:
                assert read_flames(path)
            except BloomError as error:
                refused[path.relative_to(root).as_posix()] = str(error)
    assert refused.keys() == ODD.keys()
    for name, sentence in refused.items():
        assert sentence.removeprefix(name.split("/")[-1]).lstrip().startswith(ODD[name])


def test_every_hostile_file_has_an_expectation():
    assert {path.name for path in data_path("hostile/flames").iterdir()} == set(HOSTILE)


HOSTILE = {
    "badattr_jwfswan_example129.flame": "is damaged at line 8, column 338 ",
    "badattr_jwfswan_example155.flame": "is damaged at line 3, column 557 ",
    "badattr_jwfswan_example168.flame": "is damaged at line 2, column 593 ",
    "badattr_jwfswan_example200.flame": "is damaged at line 5, column 388 ",
    "bare_ampersand_selftest.flame": None,
    "duplicate_names_test.flam3": None,
    "layers_jwf-flame_example209.flame": "is a JWildfire flame with layers",
    "multi_final_example036.flame": None,
    "multi_final_example102.flame": None,
    "multi_final_example126.flame": None,
    "multi_final_example214.flame": None,
    "over32_xforms.flame": None,
    "root_pick_render100.flam3": None,
    "settings_only_vidres.flam3": ": the flame has no xform",
    "zero_xforms_template2.flame": ": the flame has no xform",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name):
    path = data_path("hostile/flames") / name
    if HOSTILE[name] is None:
        assert read_flames(path)
    else:
        with pytest.raises(BloomError) as caught:
            read_flames(path)
        assert str(caught.value).removeprefix(name).lstrip().startswith(HOSTILE[name])


def test_several_final_xforms_are_kept():
    flame = read_flame(data_path("hostile/flames") / "multi_final_example036.flame")
    assert len(flame.finals) == 2


def test_more_than_32_xforms_with_xaos():
    flame = read_flame(data_path("hostile/flames") / "over32_xforms.flame")
    assert len(flame.xforms) > 32
    assert {len(xform.xaos) for xform in flame.xforms} == {len(flame.xforms)}
