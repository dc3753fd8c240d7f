"""The cloud follows frames and edits, in the window and in renders."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

COLUMNS = {
    "xform1.weight": [0.5, 0.6, 0.9, 0.2],
    "xform2.coefs[4]": [-0.4, -0.3, -0.2, -0.1],
    "final.julia3D": [1.0, 1.1, 1.2, 1.5],
}


@pytest.fixture
def animated(add, bloom, make_curves):
    """A flame object that moves over frames 1 to 4."""
    obj = add()
    bloom.keyframes.animate(obj, make_curves(COLUMNS))
    return obj


@pytest.fixture
def frame_points(bloom, flame, expected):
    """Function that computes the points of ``animated`` at a (sub-)frame without Blender."""

    def frame_points(frame, count):
        rows = np.array(list(COLUMNS.values())).T
        low = min(int(frame) - 1, len(rows) - 1)
        high = min(low + 1, len(rows) - 1)
        weight, offset, amount = rows[low] + (frame - int(frame)) * (rows[high] - rows[low])
        coefs = flame.xforms[1].coefs
        changed = {
            "xform1.weight": weight,
            "xform2.coefs": (*coefs[:4], offset, coefs[5]),
            "final.julia3D": amount,
        }
        return expected(bloom.parameters.with_parameters(flame, changed), count)

    return frame_points


@pytest.fixture
def writes(bloom, monkeypatch):
    """List that grows by the number of points whenever a cloud is written."""
    counts = []
    real = bloom.playback.write_cloud

    def counted(mesh, cloud, *rest):
        counts.append(len(cloud.positions))
        real(mesh, cloud, *rest)

    monkeypatch.setattr(bloom.playback, "write_cloud", counted)
    return counts


@pytest.fixture
def watch(blender, points_of):
    """Function that records frame and points of an object at a handler, into the list it returns."""
    attached = []

    def watch(obj, name="render_post"):
        seen = []

        def handler(scene, depsgraph):
            mode = depsgraph.mode if depsgraph is not None else ""
            seen.append((scene.frame_current_final, points_of(obj.data), mode))

        handlers = getattr(blender.app.handlers, name)
        handlers.append(handler)
        attached.append((handlers, handler))
        return seen

    yield watch
    for handlers, handler in attached:
        if handler in handlers:
            handlers.remove(handler)


def close(a, b):
    """Whether two clouds agree, up to float32 curves moving a value in its last place."""
    return a.shape == b.shape and np.median(np.abs(a - b)) < 1e-4


def test_the_cloud_follows_the_frame(animated, blender, frame_points, points_of):
    for frame in (1, 3, 2, 4):
        blender.context.scene.frame_set(frame)
        assert close(points_of(animated.data), frame_points(frame, 250))


def test_the_cloud_follows_sub_frames(animated, blender, frame_points, points_of):
    blender.context.scene.frame_set(2, subframe=0.5)
    assert close(points_of(animated.data), frame_points(2.5, 250))
    assert not close(points_of(animated.data), frame_points(2, 250))


def test_editing_a_curve_changes_the_cloud(animated, bloom, blender, points_of, expected, evaluated):
    scene = blender.context.scene
    scene.frame_set(3)
    before = points_of(animated.data)
    data = animated.animation_data
    bag = bloom.versions.channelbag(data.action, data.action_slot)
    fcurve = bag.fcurves.find('["final.julia3D"]')
    fcurve.keyframe_points[2].co.y = 2.5
    fcurve.update()
    scene.frame_set(3)
    assert evaluated(animated)["final.julia3D"] == 2.5
    assert not close(points_of(animated.data), before)
    assert (points_of(animated.data) == expected(bloom.flame_object.flame_of(evaluated(animated)), 250)).all()


def test_a_driver_moves_the_cloud(add, bloom, blender, points_of, expected, evaluated):
    obj = add()
    driver = obj.driver_add('["xform1.weight"]').driver
    driver.type = "SCRIPTED"
    driver.expression = "frame / 10"
    for frame in (3, 8):
        blender.context.scene.frame_set(frame)
        assert evaluated(obj)["xform1.weight"] == pytest.approx(frame / 10)
        assert (points_of(obj.data) == expected(bloom.flame_object.flame_of(evaluated(obj)), 250)).all()


def test_a_driver_on_another_object_moves_the_cloud(add, blender, points_of):
    obj = add()
    empty = blender.data.objects.new("Empty", None)
    blender.context.collection.objects.link(empty)
    driver = obj.driver_add('["xform2.coefs"]', 4).driver
    variable = driver.variables.new()
    variable.type = "TRANSFORMS"
    variable.targets[0].id = empty
    driver.expression = variable.name
    blender.context.view_layer.update()
    before = points_of(obj.data)
    empty.location.x = 0.7
    blender.context.view_layer.update()
    assert not close(points_of(obj.data), before)


def test_a_noise_modifier_moves_the_cloud(animated, bloom, blender, points_of, frame_points):
    data = animated.animation_data
    bag = bloom.versions.channelbag(data.action, data.action_slot)
    noise = bag.fcurves.find('["final.julia3D"]').modifiers.new("NOISE")
    noise.strength = 3.0
    clouds = []
    for frame in (2, 3):
        blender.context.scene.frame_set(frame)
        clouds.append(points_of(animated.data))
        assert not close(clouds[-1], frame_points(frame, 250))
    assert not close(*clouds)


def test_an_edit_in_the_panel_changes_the_cloud_once(add, bloom, blender, points_of, expected, writes):
    obj = add()
    obj["xform1.swirl"] = 1.5
    obj.update_tag()
    for _ in range(4):
        blender.context.view_layer.update()
    assert (points_of(obj.data) == expected(bloom.flame_object.flame_of(obj), 250)).all()
    assert writes == [250]


def test_moving_the_object_computes_nothing(add, blender, writes):
    obj = add()
    obj.location.x = 3.0
    blender.context.view_layer.update()
    assert writes == []


def test_settings_change_the_cloud(add, blender, flame, points_of, expected):
    obj = add()
    obj.bloom.seed = 5
    blender.context.view_layer.update()
    assert (points_of(obj.data) == expected(flame, 250, seed=5)).all()
    obj.bloom.points_viewport = 333
    blender.context.view_layer.update()
    assert len(obj.data.vertices) == 333


def test_stills_and_animation_give_the_same_clouds_and_pixels(
    animated, blender, frame_points, points_of, small_render, watch
):
    scene = blender.context.scene
    scene.frame_start, scene.frame_end = 2, 4
    seen = watch(animated)
    blender.ops.render.render(animation=True)
    assert [frame for frame, *_ in seen] == [2, 3, 4]
    for frame, points, _ in seen:
        assert close(points, frame_points(frame, 600))
    pixels = {frame: _pixels(blender, small_render / f"frame_{frame:04}.png") for frame in (2, 3, 4)}
    assert not (pixels[2] == pixels[4]).all()
    for frame, points, _ in list(seen):
        scene.frame_set(int(frame))
        scene.render.filepath = f"{small_render}/still_{frame:.0f}"
        blender.ops.render.render(write_still=True)
        assert (seen[-1][1] == points).all()
        assert (_pixels(blender, small_render / f"still_{frame:.0f}.png") == pixels[frame]).all()


def _pixels(blender, path):
    image = blender.data.images.load(str(path))
    values = np.empty(len(image.pixels), dtype=np.float32)
    image.pixels.foreach_get(values)
    blender.data.images.remove(image)
    return values


def test_frame_of_a_still_need_not_be_set_through_frame_set(
    animated, blender, frame_points, small_render, watch
):
    seen = watch(animated)
    blender.context.scene.frame_current = 3
    blender.ops.render.render()
    assert close(seen[-1][1], frame_points(3, 600))


def test_after_a_render_the_window_has_its_own_cloud(
    animated, blender, frame_points, points_of, small_render
):
    scene = blender.context.scene
    scene.frame_set(2)
    scene.frame_start, scene.frame_end = 3, 4
    blender.ops.render.render(animation=True)
    assert scene.frame_current == 2
    assert close(points_of(animated.data), frame_points(2, 250))
    blender.ops.render.render()
    assert close(points_of(animated.data), frame_points(2, 250))


def test_after_a_cancelled_render_the_window_has_its_own_cloud(
    animated, blender, frame_points, points_of, small_render, watch
):
    """The second frame cannot be written, which cancels the animation."""
    scene = blender.context.scene
    scene.frame_set(1)
    scene.frame_start, scene.frame_end = 2, 4
    (small_render / "frame_0003.png").mkdir()
    seen, cancelled = watch(animated), watch(animated, "render_cancel")
    with contextlib.suppress(RuntimeError):
        blender.ops.render.render(animation=True)
    assert [(frame, len(points)) for frame, points, _ in seen] == [(2, 600)]
    assert len(cancelled) == 1
    assert close(points_of(animated.data), frame_points(1, 250))


def test_cancel_handler_alone_restores_the_window(
    animated, bloom, blender, evaluated, frame_points, points_of
):
    """In a window nothing else happens after a cancelled F12, and objects may hold a rendered frame."""
    bloom.playback.refresh(animated, evaluated(animated), render=True)
    assert len(animated.data.vertices) == 600
    animated["final.julia3D"] = 9.0
    for handler in blender.app.handlers.render_cancel:
        handler(blender.context.scene)
    assert len(animated.data.vertices) == 250
    blender.context.view_layer.update()
    assert close(points_of(animated.data), frame_points(1, 250))


def test_motion_blur_sees_the_sub_frames(animated, blender, frame_points, small_render, watch):
    scene = blender.context.scene
    scene.render.use_motion_blur = True
    scene.frame_set(2)
    seen = watch(animated, "frame_change_post")
    blender.ops.render.render()
    rendered = [(frame, points) for frame, points, mode in seen if mode == "RENDER"]
    assert len({frame for frame, _ in rendered}) >= 3
    for frame, points in rendered:
        assert close(points, frame_points(frame, 600))


def test_several_flames_each_with_its_own_values(
    animated, add, bloom, blender, flame, points_of, frame_points
):
    other = add(seed=3)
    other.bloom.points_viewport = 100
    blender.context.scene.frame_set(4)
    assert close(points_of(animated.data), frame_points(4, 250))
    assert len(other.data.vertices) == 100


@pytest.mark.parametrize("how", ["eye", "monitor"])
def test_hidden_flames_are_not_computed_until_shown(animated, blender, frame_points, points_of, writes, how):
    def hide(state):
        if how == "eye":
            animated.hide_set(state)
        else:
            animated.hide_viewport = state

    blender.context.view_layer.update()
    writes.clear()
    hide(True)
    blender.context.scene.frame_set(3)
    assert writes == []
    hide(False)
    blender.context.view_layer.update()
    if how == "monitor":  # Blender itself evaluates such an object's curves only at the next frame
        blender.context.scene.frame_set(4)
    assert close(points_of(animated.data), frame_points(blender.context.scene.frame_current, 250))


def test_a_flame_hidden_in_renders_is_not_computed_there(animated, blender, small_render, writes):
    animated.hide_render = True
    blender.ops.render.render()
    assert 600 not in writes


def test_objects_that_share_a_mesh_do_not_fight_over_it(animated, blender, writes):
    twin = animated.copy()
    blender.context.collection.objects.link(twin)
    twin.animation_data_clear()
    twin["xform1.weight"] = 5.0
    for _ in range(4):
        twin.update_tag()
        blender.context.view_layer.update()
    assert len(writes) <= 1


def test_windows_at_different_frames_do_not_answer_each_other(animated, bloom, blender, writes):
    """What the window at another frame writes is left alone until this one's frame or values change."""
    blender.context.scene.frame_set(2)
    writes.clear()
    graph = blender.context.evaluated_depsgraph_get()
    animated.data["bloom_cloud"] = "250:of another frame"
    bloom.playback.update(graph, edits_only=True)
    assert writes == []
    animated["xform1.swirl"] = 0.9
    animated.update_tag()
    blender.context.view_layer.update()
    assert writes == [250]
    animated.data["bloom_cloud"] = "250:of another frame"
    bloom.playback.update(graph)
    assert writes == [250, 250]


def test_a_broken_flame_is_told_and_stops_no_other(
    animated, add, bloom, blender, capfd, frame_points, points_of
):
    broken = add()
    broken["bloom_flame"] = "<flame"
    broken.update_tag()
    before = points_of(broken.data)
    for frame in (2, 3):
        blender.context.scene.frame_set(frame)
    assert close(points_of(animated.data), frame_points(3, 250))
    assert (points_of(broken.data) == before).all()
    assert broken.name in bloom.playback.problems
    assert capfd.readouterr().err.count(f"bloom: {broken.name} keeps") == 1


def test_edit_mode_is_left_alone(animated, blender):
    scene = blender.context.scene
    scene.frame_set(2)
    blender.context.view_layer.objects.active = animated
    blender.ops.object.mode_set(mode="EDIT")
    scene.frame_set(3)
    blender.ops.object.mode_set(mode="OBJECT")
    assert len(animated.data.vertices) == 250


def test_a_linked_flame_keeps_its_points_until_it_has_its_own(
    animated, bloom, blender, capfd, frame_points, points_of, tmp_path
):
    """Blender ignores writes to linked meshes."""
    blender.context.scene.frame_set(1)
    path = str(tmp_path / "library.blend")
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.read_homefile(use_empty=True)
    with blender.data.libraries.load(path, link=True) as (_, target):
        target.objects = ["tiny"]
    obj = blender.data.objects["tiny"]
    blender.context.scene.collection.objects.link(obj)
    blender.context.scene.frame_set(3)
    assert close(points_of(obj.data), frame_points(1, 250))
    assert "Refresh Points" in bloom.playback.problems["tiny"]
    assert "Refresh Points" in capfd.readouterr().err
    blender.context.view_layer.objects.active = obj
    assert blender.ops.bloom.refresh() == {"FINISHED"}
    own = blender.context.view_layer.objects.active
    assert own.override_library.reference == obj and list(blender.context.scene.objects) == [own]
    assert close(points_of(own.data), frame_points(3, 250))
    path = str(tmp_path / "user.blend")
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.open_mainfile(filepath=path)
    own = blender.context.scene.objects["tiny"]
    for frame in (2, 4):
        blender.context.scene.frame_set(frame)
        assert close(points_of(own.data), frame_points(frame, 250))
    assert own.override_library and not bloom.playback.problems
