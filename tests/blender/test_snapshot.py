"""A flame is read once per frame, into a value that stays what it was."""

from __future__ import annotations

import dataclasses
import importlib

import pytest


@pytest.fixture
def snapshot(extension):
    """The module under test."""
    return importlib.import_module(f"{extension.__name__}.bloom_blender.scene.flame.snapshot")


def test_states_are_those_of_the_first_files(add, blender, snapshot):
    """Baked files carry them: other texts would make every bake of a user old."""
    obj = add(seed=3)
    assert obj.data["bloom_cloud"] == "250:12867a985ba6e4e3b207f39d210fe181"
    assert snapshot.read(obj, render=True).volume_state == "12153925663ef84a4398ab572d495ff3"
    obj.bloom.use_velocity = True
    blender.context.view_layer.update()
    assert obj.data["bloom_cloud"] == "250:5a422902071690b5aa50f0ce2b7a77af"
    obj.bloom.solo = "xform1"
    assert snapshot.read(obj).volume_state == "5855b6b558851837f553fb8eb28410f5"


def test_a_snapshot_does_not_follow_the_object(add, bloom, snapshot):
    obj = add()
    before = bloom.flame_object.flame_of(obj)
    now = snapshot.read(obj)
    obj["xform1.weight"] = 7.0
    obj["bloom_flame"] = "gone"
    obj.bloom.seed, obj.bloom.solo = 5, "xform1"
    assert now.flame == before and now.points.seed == 0 and now.solo == ""
    with pytest.raises(dataclasses.FrozenInstanceError):
        now.solo = "xform1"


def test_a_frame_reads_each_flame_once(add, bloom, blender, make_curves, snapshot, monkeypatch):
    flames = [add(), add(seed=2)]
    for obj in flames:
        obj.bloom.use_velocity = True
        bloom.keyframes.animate(obj, make_curves({"xform1.weight": [0.5, 0.6, 0.9]}))
    reads, real = [], snapshot.read
    monkeypatch.setattr(
        snapshot, "read", lambda obj, *rest, **named: reads.append(obj.name) or real(obj, *rest, **named)
    )
    before = [obj.data["bloom_cloud"] for obj in flames]
    blender.context.scene.frame_set(3)
    assert [obj.data["bloom_cloud"] for obj in flames] != before
    # Writing a mesh makes Blender evaluate once more, and that evaluation is read to find nothing new.
    assert sorted(reads) == sorted([obj.name for obj in flames] * (len(reads) // 2)) and len(reads) <= 4


def test_the_state_tells_whatever_is_shown(add, blender, snapshot):
    obj = add()
    seen = [snapshot.read(obj).state]
    changes = (
        lambda: obj.__setitem__("xform1.swirl", 0.9),
        lambda: setattr(obj.bloom, "seed", 4),
        lambda: setattr(obj.bloom, "style", "SOLID"),
        lambda: setattr(obj.bloom, "solo", "xform2"),
        lambda: setattr(obj.modifiers[0], "show_viewport", False),
        lambda: setattr(obj.bloom, "use_velocity", True),
    )
    for change in changes:
        change()
        seen.append(snapshot.read(obj).state)
        assert seen[-1] == snapshot.read(obj).state
    assert len(set(seen)) == len(changes) + 1
    obj.location.x = 5.0
    obj.bloom.volume_smoothness = 2.0  # it has no volume
    assert snapshot.read(obj).state == seen[-1]
