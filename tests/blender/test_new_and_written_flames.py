"""Random flowers, mutations, and flames as text and files."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytestmark = pytest.mark.usefixtures("bloom")

FEW = {"with_camera": False, "with_scene": False, "points_viewport": 250, "points_render": 600}


def test_export_writes_the_current_frame(blender, bloom, add, flame, tmp_path):
    obj = add()
    for frame, weight in ((1, 0.5), (11, 1.5)):
        obj["xform1.weight"] = weight
        obj.keyframe_insert('["xform1.weight"]', frame=frame)
    for curve in bloom.versions.channelbag(obj.animation_data.action, obj.animation_data.action_slot).fcurves:
        for key in curve.keyframe_points:
            key.interpolation = "LINEAR"
    blender.context.scene.frame_set(6)
    path = tmp_path / "out.flame"
    assert blender.ops.bloom.export_flame(filepath=str(path)) == {"FINISHED"}
    (written,) = bloom.xml.read_flames(path)
    assert written.xforms[0].weight == pytest.approx(1.0)
    assert replace(written, xforms=flame.xforms) == flame

    scene = blender.context.scene
    scene.frame_start, scene.frame_end = 1, 11
    blender.ops.bloom.export_flame(filepath=str(path), use_range=True, every=4)
    pack = bloom.xml.read_flames(path)
    assert [flame.xforms[0].weight for flame in pack] == pytest.approx([0.5, 0.9, 1.3, 1.5])
    assert [dict(flame.extra)["time"] for flame in pack] == ["1", "5", "9", "11"]
    assert scene.frame_current == 6


def test_export_to_nowhere_is_told(blender, add, tmp_path):
    add()
    with pytest.raises(RuntimeError, match="cannot be written"):
        blender.ops.bloom.export_flame(filepath=str(tmp_path / "none" / "out.flame"))


def test_what_is_copied_can_be_pasted(blender, bloom, add):
    """A background Blender has no clipboard, so the text goes by hand."""
    obj = add()
    obj["xform2.weight"] = 3.0
    assert blender.ops.bloom.copy_flame() == {"FINISHED"}
    text = bloom.xml.write_flame(bloom.flame_object.flame_of(obj))
    assert blender.ops.bloom.paste_flame(text=text, **FEW) == {"FINISHED"}
    pasted = blender.context.active_object
    assert pasted != obj
    assert bloom.flame_object.flame_of(pasted) == bloom.flame_object.flame_of(obj)


@pytest.mark.parametrize("text", ["", "a poem", "<svg/>", "<flame><xform", "<flames></flames>"])
def test_other_texts_are_told_and_add_nothing(blender, text):
    with pytest.raises(RuntimeError, match=r"[Cc]lipboard"):
        blender.ops.bloom.paste_flame(text=text, **FEW)
    assert not blender.data.objects


def test_a_random_flower_follows_its_seed(blender, bloom):
    for name, seed in (("random_flower", 4), ("random_grid", 4), ("random_flower", 5)):
        assert getattr(blender.ops.bloom, name)(seed=seed, **FEW) == {"FINISHED"}
    one, again, other = (bloom.flame_object.flame_of(obj) for obj in bloom.flame_object.flames())
    assert one == again
    assert one.xforms != other.xforms


@pytest.mark.parametrize("strength", [0.1, 0.9])
def test_mutating_keeps_object_and_keys(blender, bloom, add, strength, points_of, expected):
    bloom_flower = blender.ops.bloom.random_flower(seed=4, **FEW)
    assert bloom_flower == {"FINISHED"}
    obj = blender.context.active_object
    before = bloom.flame_object.flame_of(obj)
    obj.keyframe_insert('["xform1.color_speed"]', frame=1)
    speed = obj["xform1.color_speed"]
    name = obj.name
    blender.ops.ed.undo_push(message="before")
    assert blender.ops.bloom.mutate(seed=3, strength=strength) == {"FINISHED"}
    assert blender.context.active_object == obj
    after = bloom.flame_object.flame_of(obj)
    assert after != before
    assert after.name == before.name
    assert not any("bloom_origin" in dict(xform.extra) for xform in after.xforms)
    if strength < 0.2:
        assert len(after.xforms) == len(before.xforms)
        assert obj["xform1.color_speed"] == speed
    assert (points_of(obj.data) == expected(after, 250)).all()
    # No curve moves what is not there.
    data = obj.animation_data
    paths = {bloom.flame_object.data_path(key) for key in bloom.flame_object.values_of(obj)}
    bag = bloom.versions.channelbag(data.action, data.action_slot)
    assert {curve.data_path for curve in bag.fcurves} <= paths
    blender.ops.ed.undo_push(message="after")
    blender.ops.ed.undo()
    assert bloom.flame_object.flame_of(blender.data.objects[name]) == before
    # The redo panel runs it again from the same flame: the same seed, the same result.
    obj = blender.data.objects[name]
    blender.ops.bloom.mutate(seed=3, strength=strength)
    assert bloom.flame_object.flame_of(obj) == after
