"""`bloom measure`, run as a user runs it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bloom_blender.cli import main
from bloom_blender.cli.measure import displacements
from bloom_blender.flame.model import Flame, Variation, Xform
from bloom_blender.flame.xml import write_flame
from bloom_blender.growth import Curves
from bloom_blender.trajectory import write_bloom
from tests.growth.samples import converging_run, flower, gasket

SLID = Flame(
    "slid",
    gasket().xforms,
    finals=(Xform(coefs=(1.0, 0.0, 0.0, 1.0, 0.0, 0.0), variations=(Variation("linear", 1.0),)),),
)


def test_displacements_of_a_flame_that_slides_are_what_it_slides():
    """Every point of a flame goes as far as its final xform is moved; its radius scales with the flame."""
    names = tuple(f"final.coefs[{element}]" for element in range(6))
    places = np.cumsum([0.0, 0.1, 0.2, 0.0, 0.05])
    values = np.tile(np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]), (5, 1))
    values[:, 4] = places
    moved = displacements(SLID, Curves(names, values[0], values), points=500)
    np.testing.assert_allclose(moved[[0, 1, 3]] / moved[0], [1.0, 2.0, 0.5], rtol=1e-5)
    assert moved[2] == 0.0
    # In the unit triangle nine of ten points lie within some 0.6 of the middle.
    assert 100 * 0.1 / moved[0] == pytest.approx(0.6, abs=0.1)
    grown = np.array([2.0, 0.0, 0.0, 2.0, 0.0, 0.0])
    larger = Flame(
        "larger", SLID.xforms, finals=(Xform(coefs=tuple(grown), variations=(Variation("linear", 1.0),)),)
    )
    half = displacements(larger, Curves(names, grown, values + (grown - values[0])), points=500)
    np.testing.assert_allclose(half, moved / 2.0, rtol=1e-5)


def test_the_command_tells_the_arc(tmp_path, capsys):
    write_bloom(converging_run(), tmp_path / "run.bloom")
    (tmp_path / "flower.flame").write_text(write_flame(flower()), encoding="utf-8")
    command = ["measure", str(tmp_path / "run.bloom"), str(tmp_path / "flower.flame"), "--frames", "40"]
    command += ["--points", "250"]
    assert main([*command, "--json", "--wind", "0.5"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["frames"], len(told["displacements"])) == (40, 39)
    fifth = np.array(told["displacements"])[:7]
    assert told["first_fifth"] == pytest.approx(fifth.mean())
    assert main([*command, "--moments", "4"]) == 0
    text = capsys.readouterr().out.splitlines()
    assert text[1].count(",") == 3
    assert text[1].startswith("frame and displacement: 1 ")
    assert main([*command, "--points", "0"]) == 2
    assert "--points is 0: give 1 or more." in capsys.readouterr().err
