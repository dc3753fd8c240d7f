"""Changes of structure: what is where afterwards, and that xaos speaks of the same xforms as before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bloom_blender.errors import BloomError
from bloom_blender.flame import editing
from bloom_blender.flame.model import IDENTITY, Flame, Variation, Xform
from bloom_blender.flame.parameters import parameters_of
from bloom_blender.flame.xml import parse_flames, write_flame


@pytest.fixture
def flame():
    """Three xforms with weights 1, 2, 3 and xaos 10 * from + to, and two final xforms."""
    xforms = tuple(
        Xform(
            weight=float(k),
            variations=(Variation("linear"),),
            xaos=tuple(10.0 * k + j for j in (1, 2, 3)),
        )
        for k in (1, 2, 3)
    )
    finals = (
        Xform(variations=(Variation("swirl"),)),
        Xform(variations=(Variation("julia3D", 1.0, (("power", 2.0),)),)),
    )
    return Flame("three", xforms, finals, version="EMBER-1")


def weights(flame):
    return [xform.weight for xform in flame.xforms]


def chances(flame):
    """How often an xform follows another, by their weights, which stand for them."""
    return {
        (one.weight, other.weight): factor
        for one in flame.xforms
        for other, factor in zip(flame.xforms, one.xaos, strict=True)
    }


def test_remove(flame):
    edit = editing.remove(flame, 1)
    assert weights(edit.flame) == [1.0, 3.0]
    assert chances(edit.flame) == {key: v for key, v in chances(flame).items() if 2.0 not in key}
    assert edit.origins == {"xform1": "xform1", "xform2": "xform3", "final": "final", "final2": "final2"}


@pytest.mark.parametrize(("place", "step"), [(0, 1), (2, -1), (1, 1)])
def test_move_changes_no_chance(flame, place, step):
    edit = editing.move(flame, place, step)
    assert weights(edit.flame)[edit.active] == weights(flame)[place]
    assert chances(edit.flame) == chances(flame)
    assert editing.move(edit.flame, edit.active, -step).flame == flame


def test_add_lets_the_new_one_follow_and_be_followed_as_usual(flame):
    edit = editing.add_xform(flame, 0)
    assert edit.active == 1
    assert weights(edit.flame) == [1.0, 2.0, 2.0, 3.0]
    assert edit.flame.xforms[0].xaos == (11.0, 1.0, 12.0, 13.0)
    assert edit.flame.xforms[1].xaos == ()
    assert editing.remove(edit.flame, 1).flame == flame


def test_duplicate(flame):
    edit = editing.duplicate(flame, 2)
    assert weights(edit.flame) == [1.0, 2.0, 3.0, 3.0]
    assert edit.flame.xforms[3].xaos == (31.0, 32.0, 33.0, 33.0)
    moved = editing.moves(flame, edit)
    assert [name for name, _, _ in moved["xform3.weight", None]] == ["xform3.weight", "xform4.weight"]
    group = "Xform 1: linear"
    assert moved["xform1.xaos", 2] == (("xform1.xaos", 2, group), ("xform1.xaos", 3, group))


def test_finals(flame):
    edit = editing.move(flame, 3, 1)
    assert [final.variations[0].name for final in edit.flame.finals] == ["julia3D", "swirl"]
    assert edit.origins["final"] == "final2"
    assert editing.moves(flame, edit)["final2.julia3D_power", None] == (
        ("final.julia3D_power", None, "Final Xform: julia3D"),
    )
    assert len(editing.remove(flame, 4).flame.finals) == 1
    assert len(editing.add_final(flame).flame.finals) == 3


def test_short_xaos_is_made_whole(flame):
    short = replace(flame, xforms=(replace(flame.xforms[0], xaos=(5.0,)), *flame.xforms[1:]))
    assert editing.move(short, 0, 1).flame.xforms[1].xaos == (1.0, 5.0, 1.0)


def test_every_parameter_is_somewhere_or_gone(flame):
    for change in (
        lambda f: editing.remove(f, 0),
        lambda f: editing.move(f, 1, 1),
        lambda f: editing.duplicate(f, 1),
        lambda f: editing.toggle_xaos(f, 1),
        lambda f: editing.toggle_post(f, 1),
        lambda f: editing.add_variation(f, 1, "julian", "pre"),
    ):
        edit = change(flame)
        now = {p.name: p.value for p in parameters_of(edit.flame)}
        before = {p.name: p.value for p in parameters_of(flame)}
        for (name, index), targets in editing.moves(flame, edit).items():
            for to, number, group in targets:
                old = before[name] if index is None else before[name][index]
                assert (now[to] if number is None else now[to][number]) == old
                assert group in {p.group for p in parameters_of(edit.flame) if p.name == to}


def test_variations(flame):
    edit = editing.add_variation(flame, 3, "JULIAN", "post")
    new = edit.flame.finals[0].variations[1]
    assert (new.name, new.form, new.weight) == ("julian", "post", 1.0)
    assert dict(new.parameters)["dist"] == 1.0
    assert editing.remove_variation(edit.flame, 3, "post_julian").flame == flame
    assert editing.add_variation(flame, 0, "swirl").flame.xforms[0].variations[1].weight == 0.5


def test_a_post_affine_map_can_be_written_and_taken_away(flame):
    edit = editing.toggle_post(flame, 0)
    assert parse_flames(write_flame(edit.flame)) == (edit.flame,)
    assert "xform1.post" in {p.name for p in parameters_of(edit.flame)}
    assert edit.flame.xforms[0].post == pytest.approx(IDENTITY, abs=1e-5)
    assert editing.toggle_post(edit.flame, 0).flame == flame


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: editing.remove(f, 7), "no xform at place 8"),
        (lambda f: editing.move(f, 0, -1), "first already"),
        (lambda f: editing.move(f, 2, 1), "last already"),
        (lambda f: editing.move(f, 4, 1), "last already"),
        (lambda f: editing.add_variation(f, 0, "linear"), "has linear already"),
        (lambda f: editing.add_variation(f, 0, "frobnicate"), "frobnicate"),
        (lambda f: editing.remove_variation(f, 0, "swirl"), "no variation 'swirl': it has linear"),
        (lambda f: editing.toggle_xaos(f, 3), "final"),
        (lambda f: editing.remove(replace(f, xforms=f.xforms[:1]), 0), "one xform only"),
    ],
)
def test_what_cannot_be_done_is_told(flame, change, message):
    with pytest.raises(BloomError, match=message):
        change(flame)
