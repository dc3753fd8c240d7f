"""What an animator finds in Blender's editors: groups, colours, few keys to edit, markers, the loss."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

SAMPLE = Path(__file__).parents[2] / "examples" / "runs" / "translation_en_fr.bloom"
FRAMES = 240


@pytest.fixture
def curves_of(bloom):
    """Function that returns an object's F-Curves by path and index."""

    def curves_of(obj):
        data = obj.animation_data
        bag = bloom.versions.channelbag(data.action, data.action_slot)
        return {(curve.data_path, curve.array_index): curve for curve in bag.fcurves}

    return curves_of


@pytest.fixture
def grown(bloom, blender):
    """Function that imports the run of the examples onto a lotus."""

    def grown(**options):
        options = {"frames": FRAMES, "points_viewport": 250, "points_render": 600, **options}
        blender.ops.bloom.import_run(
            filepath=str(SAMPLE),
            base="lotus",
            with_camera=False,
            with_scene=False,
            with_view=False,
            **options,
        )
        return blender.context.active_object

    return grown


def keys_of(curve):
    values = np.empty(2 * len(curve.keyframe_points), dtype=np.float32)
    curve.keyframe_points.foreach_get("co", values)
    return values.reshape(-1, 2)


def snapshot(curves):
    return {place: keys_of(curve).tolist() for place, curve in curves.items()}


# Few keys


def test_few_keys_stay_within_the_bound_and_all_keys_come_back(blender, grown, curves_of):
    obj = grown(frames=1800)
    dense = {place: keys_of(curve) for place, curve in curves_of(obj).items()}
    moving = {place for place, keys in dense.items() if len(keys) > 1 and "training" not in place[0]}
    assert len(moving) > 70 and all(len(dense[place]) == 1800 for place in moving)
    obj.bloom.growth.keys = "few"
    curves = curves_of(obj)
    assert set(curves) == set(dense)
    for error in (0.01, 0.05):
        obj.bloom.growth.key_error = 100.0 * error
        for place, keys in dense.items():
            curve = curves[place]
            values = np.array([curve.evaluate(frame) for frame in keys[:, 0]])
            bound = error * np.ptp(keys[:, 1].astype(np.float64))
            assert np.abs(values - keys[:, 1]).max() <= bound, (place, error)
            assert set(keys_of(curve)[:, 0]) <= set(keys[:, 0])
        counts = [len(curves[place].keyframe_points) for place in moving]
        assert np.median(counts) <= 160 and max(counts) <= 900
    points = [point for place in moving for point in curves[place].keyframe_points]
    assert {point.interpolation for point in points} == {"BEZIER"}
    assert not any(point.select_control_point for point in points)
    assert {point.handle_left_type for point in points} | {p.handle_right_type for p in points} == {"ALIGNED"}
    obj.bloom.growth.keys = "all"
    again = curves_of(obj)
    assert all((keys_of(again[place]) == keys).all() for place, keys in dense.items())
    first = next(iter(moving))
    assert {point.interpolation for point in again[first].keyframe_points} == {"LINEAR"}
    assert {point.handle_left_type for point in again[first].keyframe_points} == {"AUTO_CLAMPED"}


def test_few_keys_that_were_edited_are_kept_and_others_are_not_taken_for_edited(blender, grown, curves_of):
    obj = grown(keys="few")
    curves = curves_of(obj)
    moved, turned = curves['["xform1.weight"]', 0], curves['["xform1.coefs"]', 4]
    moved.keyframe_points[1].co.y += 0.5
    turned.keyframe_points[1].select_left_handle = True
    turned.keyframe_points[1].handle_left.y += 0.05  # the right one follows
    for curve in curves.values():
        for _ in range(3):  # Blender realigns handles
            curve.update()
    edited = {place: keys_of(curves[place]).tolist() for place in curves if curves[place] in (moved, turned)}
    obj.bloom.growth.keys = "all"
    dense = curves_of(obj)
    kept = [place for place, curve in dense.items() if 1 < len(curve.keyframe_points) < FRAMES]
    assert sorted(kept) == sorted(edited)
    obj.bloom.growth.gain = 0.5
    obj.bloom.growth.keys = "few"
    assert {place: keys_of(curves_of(obj)[place]).tolist() for place in edited} == edited
    blender.ops.bloom.grow_again(replace_edited=True)
    assert keys_of(curves_of(obj)['["xform1.weight"]', 0]).tolist() != edited['["xform1.weight"]', 0]


def test_the_operator_takes_curves_that_were_made_by_hand_too(bloom, blender, grown, curves_of, capfd):
    obj = grown()
    place, location = ('["xform1.weight"]', 0), ("location", 0)
    curve = curves_of(obj)[place]
    for point in curve.keyframe_points:
        point.co.y *= 1.5
    curve.update()
    for frame in range(1, 62):
        obj.location.x = np.sin(frame / 9.0)
        obj.keyframe_insert("location", index=0, frame=frame)
    curves_of(obj)[location].modifiers.new("NOISE")
    before = snapshot(curves_of(obj))
    was = keys_of(curves_of(obj)[place])
    assert blender.ops.bloom.decimate_curves(error=2.0) == {"FINISHED"}
    assert "keys have become" in capfd.readouterr().out
    few = curves_of(obj)
    assert all(len(few[one].keyframe_points) < 30 for one in (place, location))
    assert obj.bloom.growth.keys == "few" and obj.bloom.growth.key_error == 2.0
    values = np.array([few[place].evaluate(frame) for frame in was[:, 0]])
    assert np.abs(values - was[:, 1]).max() <= 0.02 * np.ptp(was[:, 1].astype(np.float64))
    blender.ops.bloom.decimate_curves(error=0.5)  # from what it was before, not from the few
    values = np.array([few[place].evaluate(frame) for frame in was[:, 0]])
    assert np.abs(values - was[:, 1]).max() <= 0.005 * np.ptp(was[:, 1].astype(np.float64))
    few[location].keyframe_points[2].co.y = 7.0
    few[location].update()
    edited = keys_of(few[location]).tolist()
    blender.ops.bloom.decimate_curves(keys="all")
    after = snapshot(curves_of(obj))
    assert after.pop(location) == edited and len(before.pop(location)) == 61
    assert after == before
    assert [m.type for m in curves_of(obj)[location].modifiers] == ["NOISE"]
    kept = obj.bloom.all_keys
    assert (
        len(
            next(
                curve for curve in bag_of(bloom, kept).fcurves if curve.data_path == "location"
            ).keyframe_points
        )
        == 61
    )


def bag_of(bloom, action):
    return bloom.versions.channelbag(action, action.slots[0], create=False)


def test_decimation_without_a_run_and_undo(blender, add, curves_of):
    obj = add()
    assert not blender.ops.bloom.decimate_curves.poll()
    for frame in range(1, 41):
        obj["xform1.weight"] = 1.0 + 0.01 * frame
        obj.keyframe_insert('["xform1.weight"]', frame=frame)
    blender.ops.ed.undo_push(message="keyed")
    name = obj.name
    blender.ops.bloom.decimate_curves()
    assert len(curves_of(obj)['["xform1.weight"]', 0].keyframe_points) == 2
    blender.ops.ed.undo_push(message="decimated")
    blender.ops.ed.undo()
    obj = blender.data.objects[name]
    assert len(curves_of(obj)['["xform1.weight"]', 0].keyframe_points) == 40
    assert obj.bloom.all_keys is None


def test_all_keys_follow_the_structure_and_the_file(bloom, blender, add, curves_of, tmp_path):
    obj = add()
    for frame in range(1, 41):
        obj["xform2.weight"] = 1.0 + np.sin(frame / 5.0)
        obj.keyframe_insert('["xform2.weight"]', frame=frame)
    dense = keys_of(curves_of(obj)['["xform2.weight"]', 0]).tolist()
    blender.ops.bloom.decimate_curves()
    blender.ops.bloom.remove_xform(xform=0)
    name = obj.name
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "few.blend"))
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "few.blend"))
    obj = blender.context.view_layer.objects.active = blender.data.objects[name]
    assert len(curves_of(obj)['["xform1.weight"]', 0].keyframe_points) < 20
    blender.ops.bloom.decimate_curves(keys="all")
    assert keys_of(curves_of(obj)['["xform1.weight"]', 0]).tolist() == dense


# Groups and colours


def test_groups_have_names_and_curves_the_colour_of_their_xform(blender, grown, curves_of):
    obj = grown(colors="embeddings")
    curves = curves_of(obj)
    groups = {curve.group.name: curve.group for curve in curves.values()}
    assert all(name.startswith("Xform ") and ": " in name for name in groups if name[0] == "X")
    assert {"Palette", "Training"} < set(groups)
    assert all(group.color_set == "CUSTOM" for group in groups.values())

    def hue(color):
        red, green, blue = color
        return np.arctan2(np.sqrt(3.0) * (green - blue), 2.0 * red - green - blue)

    by_xform = {}
    for (path, _), curve in curves.items():
        if path.startswith('["palette.color'):
            assert curve.color_mode == "AUTO_RGB"
        elif path.startswith('["xform'):
            by_xform.setdefault(path.partition(".")[0], []).append(curve)
    centres = []
    for own in by_xform.values():
        colors = np.array([curve.color for curve in own])
        assert (colors.max(axis=1) > 0.5).all(), "to be seen on a dark background"
        assert len(np.unique(colors.round(3), axis=0)) > len(own) // 2
        hues = np.array([hue(color) for color in colors])
        centre = np.angle(np.exp(1j * hues).mean())
        assert np.abs(np.angle(np.exp(1j * (hues - centre)))).max() < 0.4
        centres.append(centre)
    apart = [abs(np.angle(np.exp(1j * (a - b)))) for k, a in enumerate(centres) for b in centres[:k]]
    assert min(apart) > 0.3
    first = curves['["xform1.weight"]', 0]
    first.color = (1.0, 1.0, 1.0)
    obj.bloom.growth.gain = 0.5
    assert tuple(curves_of(obj)['["xform1.weight"]', 0].color) == (1.0, 1.0, 1.0), "a person's own"


# Markers


def markers_of(scene):
    return sorted((marker.frame, marker.name) for marker in scene.timeline_markers)


def test_markers_are_made_once_moved_along_and_removed(blender, grown):
    scene = blender.context.scene
    scene.timeline_markers.new("Mine", frame=5)
    obj = grown()
    first = markers_of(scene)
    assert (FRAMES, "Epoch 30 · End of training") in first and (5, "Mine") in first
    assert {"Epoch 5", "Loss halved", "Loss 1/4"} <= {name for _, name in first}
    assert blender.ops.bloom.mark_run() == {"FINISHED"}
    assert markers_of(scene) == first
    obj.bloom.growth.frames = 2 * FRAMES
    assert [name for _, name in markers_of(scene)] == [name for _, name in first]
    assert markers_of(scene)[-1][0] == 2 * FRAMES
    moved = next(marker for marker in scene.timeline_markers if marker.name == "Epoch 5")
    moved.frame = 3
    obj.bloom.growth.gain = 0.5
    assert [frame for frame, name in markers_of(scene) if name == "Epoch 5"] == [3]
    blender.ops.bloom.mark_run(markers={"LOSS"})
    assert "Epoch 15" not in {name for _, name in markers_of(scene)}
    blender.ops.bloom.mark_run(markers=set())
    assert markers_of(scene) == [(3, "Epoch 5"), (5, "Mine")]


def test_an_import_can_do_without_markers(blender, grown):
    obj = grown(markers=set())
    assert markers_of(blender.context.scene) == []
    blender.ops.ed.undo_push(message="grown")
    name = obj.name
    blender.ops.bloom.mark_run(markers={"EPOCHS"})
    assert len(markers_of(blender.context.scene)) == 6
    blender.ops.ed.undo_push(message="marked")
    blender.ops.ed.undo()
    assert markers_of(blender.context.scene) == []
    assert blender.data.objects[name].bloom.growth.markers == set()


# The loss


def test_metrics_are_curves_that_move_nothing_and_drive_others(bloom, blender, grown, curves_of, extension):
    scene = blender.context.scene
    obj = grown()
    curves = curves_of(obj)
    training = {path for (path, _), curve in curves.items() if curve.group.name == "Training"}
    assert training == {
        f'["training.{name}"]' for name in ("loss", "epoch_loss", "validation_loss", "learning_rate")
    }
    read = importlib.import_module(f"{extension.__name__}.bloom_blender.trajectory").read_trajectory
    losses = read(SAMPLE).series_named("epoch_loss").values
    curve = curves['["training.epoch_loss"]', 0]
    assert (curve.evaluate(1), curve.evaluate(FRAMES)) == pytest.approx((losses[0], losses[-1]))
    other = blender.data.objects.new("Lamp", None)
    scene.collection.objects.link(other)
    driver = other.driver_add("location", 0).driver
    driver.type = "SUM"
    variable = driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = obj, '["training.loss"]'
    seen = []
    for frame in (1, FRAMES):
        scene.frame_set(frame)
        seen.append(other.evaluated_get(blender.context.evaluated_depsgraph_get()).location.x)
        assert seen[-1] == pytest.approx(curves['["training.loss"]', 0].evaluate(frame), rel=1e-5)
    assert seen[0] > 5.0 > 1.0 > seen[1]
    assert not any("training" in p.name for p in bloom.flame_object.parameters_on(obj))


def test_metrics_of_another_run_take_the_place_of_the_first(blender, grown, curves_of, extension, tmp_path):
    room = f"{extension.__name__}.bloom_blender.trajectory"
    module = importlib.import_module(f"{room}.trajectory")
    one = module.Series('val "loss" [0]', np.arange(30), np.exp(-np.arange(30) / 9.0), "metric")
    importlib.import_module(f"{room}.bloom_file").write_bloom(
        module.Trajectory("other", (one,)), tmp_path / "other.bloom"
    )
    obj = grown()
    assert "training.loss" in obj
    blender.ops.bloom.import_run(filepath=str(tmp_path / "other.bloom"), base="ACTIVE", frames=FRAMES)
    own = [name for name in obj.keys() if name.startswith("training.")]  # noqa: SIM118
    assert own == ['training.val_"loss"__0_']
    obj.bloom.growth.gain = 0.5  # and it is known as the run's own again
    assert [path for path, _ in curves_of(obj) if "training" in path] == ['["training.val_\\"loss\\"__0_"]']
    assert "Epoch 5" not in {marker.name for marker in blender.context.scene.timeline_markers}
