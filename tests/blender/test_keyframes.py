"""A run's curves as F-Curves."""

from __future__ import annotations

import numpy as np
import pytest

COLUMNS = {
    "xform1.weight": [0.5, 0.6, 0.9, 0.2],
    "xform2.coefs[4]": [0.1, 0.2, -0.3, 0.4],
    "xform2.coefs[0]": [0.7, 0.7, 0.7, 0.7],
    "final.julia3D": [1.0, 1.1, 1.2, 1.5],
    "palette.phase": [0.0, 0.1, 0.2, 0.9],
}


def fcurves_of(bloom, obj):
    data = obj.animation_data
    return {
        (fcurve.data_path, fcurve.array_index): fcurve
        for fcurve in bloom.versions.channelbag(data.action, data.action_slot).fcurves
    }


def value_at(bloom, obj, flat):
    name, _, index = flat.rstrip("]").partition("[")
    value = bloom.flame_object.values_of(obj)[name]
    return value[int(index)] if index else value


def test_values_at_frames_are_the_curves(add, bloom, blender, evaluated, make_curves):
    obj = add()
    curves = make_curves(COLUMNS)
    bloom.keyframes.animate(obj, curves, start_frame=11)
    for row, values in enumerate(curves.values):
        blender.context.scene.frame_set(11 + row)
        found = [value_at(bloom, evaluated(obj), name) for name in curves.names]
        assert found == pytest.approx(values, abs=1e-6)


def test_between_frames_values_are_linear(add, bloom, blender, evaluated, make_curves):
    obj = add()
    bloom.keyframes.animate(obj, make_curves(COLUMNS))
    blender.context.scene.frame_set(2, subframe=0.25)
    assert value_at(bloom, evaluated(obj), "xform1.weight") == pytest.approx(0.675, abs=1e-6)


def test_reversed_curves_are_played_in_time_order(add, bloom, blender, evaluated):
    obj = add()
    curves = bloom.curves.Curves(("xform1.weight",), [1.0], [[1.0], [2.0], [3.0]], order="reversed")
    bloom.keyframes.animate(obj, curves)
    blender.context.scene.frame_set(1)
    assert value_at(bloom, evaluated(obj), "xform1.weight") == 3.0


def test_curves_lie_in_groups_and_are_linear(add, bloom, make_curves):
    obj = add()
    bloom.keyframes.animate(obj, make_curves(COLUMNS))
    fcurves = fcurves_of(bloom, obj)
    assert {key: fcurve.group.name for key, fcurve in fcurves.items()} == {
        ('["xform1.weight"]', 0): "Xform 1: linear, swirl",
        ('["xform2.coefs"]', 4): "Xform 2: spherical, linear",
        ('["xform2.coefs"]', 0): "Xform 2: spherical, linear",
        ('["final.julia3D"]', 0): "Final Xform: julia3D",
        ('["palette.phase"]', 0): "Palette",
    }
    assert all(key.interpolation == "LINEAR" for fcurve in fcurves.values() for key in fcurve.keyframe_points)
    assert len(fcurves['["xform1.weight"]', 0].keyframe_points) == 4
    assert len(fcurves['["xform2.coefs"]', 0].keyframe_points) == 1  # never changes


def test_one_action_with_a_slot(add, bloom, blender, make_curves):
    obj = add()
    bloom.keyframes.animate(obj, make_curves(COLUMNS))
    bloom.keyframes.animate(obj, make_curves(COLUMNS), start_frame=5)
    assert len(blender.data.actions) == 1
    assert [slot.target_id_type for slot in obj.animation_data.action.slots] == ["OBJECT"]
    assert obj.animation_data.action_slot is not None


def test_a_second_run_replaces_the_first_and_keeps_the_users_curves(
    add, bloom, blender, evaluated, make_curves
):
    obj = add()
    obj.keyframe_insert("location", frame=1)
    obj["xform1.color"] = 0.25
    obj.keyframe_insert('["xform1.color"]', frame=1)
    bloom.keyframes.animate(obj, make_curves(COLUMNS))
    blender.context.scene.frame_set(3)
    bloom.keyframes.animate(obj, make_curves({"xform1.weight": [2.0, 3.0, 4.0]}))
    fcurves = fcurves_of(bloom, obj)
    assert set(fcurves) == {
        ("location", 0),
        ("location", 1),
        ("location", 2),
        ('["xform1.color"]', 0),
        ('["xform1.weight"]', 0),
    }
    blender.context.scene.frame_set(2)
    now = evaluated(obj)
    assert now["xform1.weight"] == 3.0
    assert now["xform1.color"] == 0.25
    assert now["xform2.coefs"][4] == pytest.approx(-0.4)  # at rest again
    assert now["final.julia3D"] == pytest.approx(1.0)


def test_a_modifier_on_a_curve_survives_another_run(add, bloom, make_curves):
    obj = add()
    bloom.keyframes.animate(obj, make_curves(COLUMNS))
    fcurves_of(bloom, obj)['["xform1.weight"]', 0].modifiers.new("NOISE")
    bloom.keyframes.animate(obj, make_curves({"xform1.weight": [2.0, 3.0, 4.0]}))
    assert [m.type for m in fcurves_of(bloom, obj)['["xform1.weight"]', 0].modifiers] == ["NOISE"]


def test_a_copy_that_shares_the_action_is_not_changed(add, bloom, blender, evaluated, make_curves):
    obj = add()
    bloom.keyframes.animate(obj, make_curves({"xform1.weight": [1.0, 2.0]}))
    copy = obj.copy()
    copy.data = obj.data.copy()
    blender.context.collection.objects.link(copy)
    assert copy.animation_data.action == obj.animation_data.action
    bloom.keyframes.animate(copy, make_curves({"xform1.weight": [5.0, 6.0]}))
    blender.context.scene.frame_set(2)
    assert evaluated(obj)["xform1.weight"] == 2.0
    assert evaluated(copy)["xform1.weight"] == 6.0


def test_base_flame_is_at_rest_where_a_run_moves_and_as_edited_elsewhere(
    add, bloom, blender, flame, make_curves
):
    obj = add()
    bloom.keyframes.animate(obj, make_curves({"xform1.weight": [7.0, 8.0]}))
    obj["xform2.opacity"] = 0.5
    obj.update_tag()
    blender.context.scene.frame_set(2)
    base = bloom.flame_object.base_flame(obj)
    assert base.xforms[0].weight == flame.xforms[0].weight
    assert base.xforms[1].opacity == 0.5


@pytest.mark.parametrize(
    "name",
    ["xform9.weight", "xform1.coefs[6]", "xform1.coefs", "xform1.weight[0]", "location[0]", "nonsense"],
)
def test_curves_for_another_flame_change_nothing(add, bloom, make_curves, name):
    obj = add()
    with pytest.raises(bloom.errors.BloomError, match="tiny has no parameter"):
        bloom.keyframes.animate(obj, make_curves({"xform1.weight": [1.0, 2.0], name: [1.0, 2.0]}))
    assert obj.animation_data is None


def test_values_beyond_float32_change_nothing(add, bloom, make_curves):
    obj = add()
    with pytest.raises(bloom.errors.BloomError, match="range"):
        bloom.keyframes.animate(obj, make_curves({"xform1.weight": [1.0, 1e300]}))
    assert obj.animation_data is None


def test_handles_lie_at_the_keys_if_made_bezier(add, bloom, blender, evaluated, make_curves):
    obj = add()
    bloom.keyframes.animate(obj, make_curves({"xform1.weight": [1.0, 2.0, 3.0]}))
    fcurve = fcurves_of(bloom, obj)['["xform1.weight"]', 0]
    for key in fcurve.keyframe_points:
        key.interpolation = "BEZIER"
    fcurve.update()
    blender.context.scene.frame_set(1, subframe=0.5)
    assert 1.0 < evaluated(obj)["xform1.weight"] < 2.0


def test_1800_frames_of_64_curves_in_bulk(bloom, blender):
    """A long film of a large flame; how long it takes is measured in ``benchmarks/scene.py``."""
    xform = '<xform weight="1" linear="1" swirl="1" spherical="1" coefs="1 0 0 1 0 0" post="1 0 0 1 0 1"/>'
    flame = bloom.xml.parse_flames(f'<flame name="many" size="8 8">{xform * 4}</flame>')[0]
    names = []
    for parameter in bloom.parameters.parameters_of(flame):
        many = isinstance(parameter.value, tuple)
        names += [f"{parameter.name}[{k}]" for k in range(len(parameter.value))] if many else [parameter.name]
    names = names[:64]
    assert len(names) == 64
    values = np.random.default_rng(1).uniform(0.1, 1.0, (1800, 64))
    curves = bloom.curves.Curves(tuple(names), values[0], values)
    obj = bloom.new_flame.make_flame_object(flame, blender.data.collections.new("Not in the scene"))
    bloom.keyframes.animate(obj, curves)
    action = obj.animation_data.action
    fcurves = bloom.versions.channelbag(action, obj.animation_data.action_slot, create=False).fcurves
    assert len(fcurves) == 64
    for name, column in zip(names, values.T, strict=True):
        flat, _, index = name.partition("[")
        fcurve = fcurves.find(bloom.flame_object.data_path(flat), index=int(index[:-1] or 0) if index else 0)
        keys = np.empty(2 * 1800, dtype=np.float32)
        fcurve.keyframe_points.foreach_get("co", keys)
        assert (keys[0::2] == np.arange(1, 1801)).all()
        assert (keys[1::2] == column.astype(np.float32)).all()
