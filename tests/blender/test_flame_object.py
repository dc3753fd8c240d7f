"""A flame's structure and values on an object, and back."""

from __future__ import annotations

import numpy as np
import pytest


def test_round_trip(add, bloom, flame):
    assert bloom.flame_object.flame_of(add()) == flame


def test_every_parameter_is_a_property_with_range_and_description(add, bloom, flame):
    obj = add()
    for parameter in bloom.parameters.parameters_of(flame):
        ui = obj.id_properties_ui(parameter.name).as_dict()
        assert ui["description"] == parameter.description
        assert ui["min"] == pytest.approx(parameter.minimum)
        assert ui["max"] == pytest.approx(parameter.maximum)
        default = ui["default"]
        assert (tuple(default) if isinstance(parameter.value, tuple) else default) == pytest.approx(
            parameter.value
        )


def test_an_edited_property_changes_the_flame(add, bloom):
    obj = add()
    obj["xform1.weight"] = 3.0
    obj["xform2.coefs"] = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    obj["final.julia3D_power"] = 3  # a whole number where a float was
    flame = bloom.flame_object.flame_of(obj)
    assert flame.xforms[0].weight == 3.0
    assert flame.xforms[1].coefs == (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    assert flame.finals[0].variations[0].parameters[0][1] == 3.0


@pytest.mark.parametrize("value", [None, "a text", (1.0, 2.0), float("nan"), float("inf"), {"a": 1}])
def test_a_deleted_or_spoilt_property_counts_as_at_rest(add, bloom, flame, value):
    obj = add()
    for name in ("xform1.weight", "xform2.coefs"):
        del obj[name]  # Blender refuses to change the type of one that is there
        if value is not None:
            obj[name] = value
    assert bloom.flame_object.flame_of(obj) == flame


def test_a_lost_structure_is_told_in_a_sentence(add, bloom):
    obj = add()
    obj["bloom_flame"] = 3
    with pytest.raises(bloom.errors.BloomError, match=r"tiny.*bloom_flame"):
        bloom.flame_object.flame_of(obj)


def test_the_mirror_lies_in_the_objects_matrix(add, bloom, blender, expected, flame, points_of):
    obj = add()
    blender.context.view_layer.update()
    assert tuple(obj.scale) == (1.0, -1.0, 1.0)
    assert (points_of(obj.data) == expected(flame, 250)).all()  # flame space, not mirrored


def test_attributes_of_the_cloud(add, bloom):
    mesh = add().data
    for name, kind in bloom.cloud.ATTRIBUTES.items():
        assert mesh.attributes[name].data_type == kind
        assert len(mesh.attributes[name].data) == len(mesh.vertices) == 250


def test_the_modifier_makes_as_many_points(add, evaluated):
    geometry = evaluated(add()).evaluated_geometry()
    assert len(geometry.pointcloud.points) == 250


def test_bounding_box_follows_the_points(add, evaluated, blender):
    obj = add()
    obj.modifiers.clear()  # 4.5 gives no box of a point cloud that a modifier makes
    before = [tuple(corner) for corner in evaluated(obj).bound_box]
    obj["xform1.coefs"] = (0.1, 0.1, -0.1, 0.1, 3.0, 3.0)
    obj.update_tag()
    blender.context.view_layer.update()
    assert [tuple(corner) for corner in evaluated(obj).bound_box] != before


def test_a_flame_without_a_name_is_called_bloom(blender, bloom, flame):
    nameless = bloom.model.Flame("", flame.xforms)
    assert bloom.new_flame.make_flame_object(nameless, blender.data.collections.new("Apart")).name == "Bloom"


def test_freeze_keeps_the_points_of_one_frame(blender, add, points_of):
    """Whatever is done with the flame and the frame."""
    scene = blender.context.scene
    obj = add(points_render=400, points_viewport=150)
    for frame, weight in ((1, 0.2), (11, 0.9)):
        obj["xform1.weight"] = weight
        obj.keyframe_insert('["xform1.weight"]', frame=frame)
    scene.frame_set(6)
    assert blender.ops.bloom.freeze() == {"FINISHED"}
    frozen = blender.context.active_object
    assert frozen != obj and frozen.name == "tiny Frozen" and obj.hide_get() and obj.hide_render
    before = points_of(frozen.data)
    assert len(before) == 400
    obj.hide_set(False)
    scene.frame_set(11)
    obj["xform1.coefs"] = [2.0 * value for value in obj["xform1.coefs"]]
    frozen["xform1.weight"] = 0.0
    frozen.update_tag()
    blender.context.view_layer.update()
    np.testing.assert_array_equal(points_of(frozen.data), before)
    assert frozen.animation_data is None or frozen.animation_data.action is None
    with pytest.raises(RuntimeError, match="Select a flame first"):
        blender.ops.bloom.freeze()
    blender.context.view_layer.objects.active = obj
    blender.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="in Object Mode"):
        blender.ops.bloom.freeze()


def test_freeze_of_baked_points_is_refused(blender, add):
    obj = add()
    count = len(blender.data.objects), len(blender.data.meshes)
    obj.bloom.points_source = "BAKED"
    with pytest.raises(RuntimeError, match="choose the source Live"):
        blender.ops.bloom.freeze()
    assert (len(blender.data.objects), len(blender.data.meshes)) == count
