"""Changing a flame object's structure: values and curves go along, the points follow, undo restores."""

from __future__ import annotations

import importlib
from dataclasses import replace

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("bloom")

FEW = {"with_camera": False, "with_scene": False, "points_viewport": 250, "points_render": 600}


@pytest.fixture
def curves_on(bloom):
    """Function that returns an object's curves: (path, index) to (group, value at frame 1)."""

    def curves_on(obj):
        data = obj.animation_data
        bag = bloom.versions.channelbag(data.action, data.action_slot)
        return {
            (c.data_path, c.array_index): (c.group and c.group.name, c.evaluate(1.0)) for c in bag.fcurves
        }

    return curves_on


@pytest.fixture
def keyed(add):
    """A flame with values set by hand and keys on both xforms and the final one."""
    obj = add()
    obj["xform1.weight"], obj["xform2.weight"] = 0.25, 4.0
    for name, group in (
        ("xform1.weight", "Xform 1"),
        ("xform2.weight", "Xform 2"),
        ("xform2.spherical", "Xform 2"),
        ("final.julia3D_power", "Final Xform"),
        ("xform2.color", "Mine"),
    ):
        obj.keyframe_insert(f'["{name}"]', frame=1, group=group)
    obj["xform2.coefs"][4] = -0.7
    obj.keyframe_insert('["xform2.coefs"]', index=4, frame=1, group="Xform 2")
    return obj


@pytest.fixture
def shown(blender, points_of, expected, bloom):
    """Function that asserts that an object shows the points of its flame."""

    def shown(obj):
        blender.context.view_layer.update()
        flame = bloom.flame_object.flame_of(obj)
        assert (points_of(obj.data) == expected(flame, 250)).all()

    return shown


def test_removing_renames_the_curves_of_those_behind(blender, bloom, keyed, curves_on, shown):
    assert blender.ops.bloom.remove_xform(xform=0) == {"FINISHED"}
    assert curves_on(keyed) == {
        ('["xform1.weight"]', 0): ("Xform 1: spherical, linear", 4.0),
        ('["xform1.spherical"]', 0): ("Xform 1: spherical, linear", 0.5),
        ('["xform1.coefs"]', 4): ("Xform 1: spherical, linear", pytest.approx(-0.7)),
        ('["final.julia3D_power"]', 0): ("Final Xform: julia3D", -2.0),
        ('["xform1.color"]', 0): ("Mine", 1.0),
    }
    assert "xform2.weight" not in keyed
    assert keyed["xform1.weight"] == 4.0
    assert "swirl" not in bloom.flame_object.structure_of(keyed).xforms[0].variations[0].name
    shown(keyed)
    keyed["xform1.weight"] = 9.0  # the curve has the last word
    blender.context.scene.frame_set(1)
    assert keyed["xform1.weight"] == 4.0


def test_moving_exchanges_curves(blender, bloom, keyed, curves_on, shown):
    before = bloom.flame_object.flame_of(keyed)
    blender.ops.bloom.move_xform(xform=1, direction="UP")
    curves = curves_on(keyed)
    assert curves['["xform1.weight"]', 0] == ("Xform 1: spherical, linear", 4.0)
    assert curves['["xform2.weight"]', 0] == ("Xform 2: linear, swirl", 0.25)
    assert curves['["xform1.spherical"]', 0] == ("Xform 1: spherical, linear", 0.5)
    after = bloom.flame_object.flame_of(keyed)
    assert after.xforms == before.xforms[::-1]
    assert keyed.bloom.active_xform == 0
    shown(keyed)
    blender.ops.bloom.move_xform(direction="DOWN")
    assert bloom.flame_object.flame_of(keyed) == before


def test_a_duplicate_moves_like_its_original(blender, bloom, keyed, curves_on, shown):
    data = keyed.animation_data
    bag = bloom.versions.channelbag(data.action, data.action_slot)
    bag.fcurves.find('["xform2.weight"]').modifiers.new("NOISE").strength = 3.0
    keyed.keyframe_insert('["xform2.weight"]', frame=11)
    blender.ops.bloom.duplicate_xform(xform=1)
    curves = curves_on(keyed)
    assert curves['["xform3.spherical"]', 0] == ("Xform 3: spherical, linear", 0.5)
    assert curves['["xform3.coefs"]', 4] == ("Xform 3: spherical, linear", pytest.approx(-0.7))
    one, other = (bag.fcurves.find(f'["xform{k}.weight"]') for k in (2, 3))
    assert [one.evaluate(f) for f in (1, 4.5, 7)] == [other.evaluate(f) for f in (1, 4.5, 7)]
    flame = bloom.flame_object.flame_of(keyed)
    assert flame.xforms[1] == flame.xforms[2]
    shown(keyed)


def test_undo_restores_everything(blender, bloom, keyed, curves_on):
    name, flame, curves = keyed.name, bloom.flame_object.flame_of(keyed), curves_on(keyed)
    blender.ops.ed.undo_push(message="before")
    blender.ops.bloom.remove_xform(xform=0)
    blender.ops.ed.undo_push(message="after")
    blender.ops.ed.undo()
    obj = blender.data.objects[name]
    assert bloom.flame_object.flame_of(obj) == flame
    assert curves_on(obj) == curves


def test_drivers_follow(blender, keyed):
    for name in ("xform1.opacity", "xform2.opacity"):
        keyed.driver_add(f'["{name}"]').driver.expression = "0.5" if "1" in name else "0.25"
    blender.ops.bloom.remove_xform(xform=0)
    drivers = {driver.data_path: driver.driver.expression for driver in keyed.animation_data.drivers}
    assert drivers == {'["xform1.opacity"]': "0.25"}
    blender.ops.bloom.duplicate_xform(xform=0)
    drivers = {driver.data_path: driver.driver.expression for driver in keyed.animation_data.drivers}
    assert drivers == {'["xform1.opacity"]': "0.25", '["xform2.opacity"]': "0.25"}


def test_another_object_with_the_same_action_keeps_its_curves(blender, bloom, keyed, curves_on):
    twin = keyed.copy()
    blender.context.collection.objects.link(twin)
    assert twin.animation_data.action == keyed.animation_data.action
    before = curves_on(twin)
    blender.ops.bloom.remove_xform(xform=0)
    assert curves_on(twin) == before
    assert ('["xform2.weight"]', 0) not in curves_on(keyed)


def test_a_runs_curves_stay_a_runs(blender, bloom, add, make_curves, curves_on):
    obj = add()
    curves = make_curves(
        {"xform1.weight": [0.5, 1.0], "xform2.weight": [0.7, 2.0], "xform2.coefs[4]": [0.1, 0.2]}
    )
    bloom.keyframes.animate(obj, curves)
    blender.ops.bloom.remove_xform(xform=0)
    assert bloom.keyframes.grown_names(obj) == ("xform1.weight", "xform1.coefs[4]")
    again = make_curves({"xform1.weight": [3.0, 4.0], "xform1.coefs[4]": [0.3, 0.4]})
    assert bloom.keyframes.animate(obj, again) == ()  # none counts as made by hand
    assert curves_on(obj)['["xform1.weight"]', 0][1] == 3.0


def test_add(blender, bloom, keyed, shown):
    blender.ops.bloom.add_xform()
    assert keyed.bloom.active_xform == 1
    flame = bloom.flame_object.flame_of(keyed)
    assert [xform.weight for xform in flame.xforms] == [0.25, pytest.approx(0.6), 4.0]
    assert keyed.id_properties_ui("xform2.weight").as_dict()["description"]
    shown(keyed)
    blender.ops.bloom.add_xform(kind="FINAL")
    assert keyed.bloom.active_xform == 4
    shown(keyed)


def test_variations_of_every_form(blender, bloom, keyed, shown):
    for form in ("regular", "pre", "post"):
        blender.ops.bloom.add_variation(xform=0, variation="julian", form=form)
    assert {"xform1.julian", "xform1.pre_julian_dist", "xform1.post_julian_power"} <= set(keyed.keys())
    shown(keyed)
    keyed.keyframe_insert('["xform1.pre_julian_dist"]', frame=1)
    before = bloom.flame_object.flame_of(keyed)
    assert len(before.xforms[0].variations) == 5
    blender.ops.bloom.remove_variation(xform=0, variation="pre_julian")
    assert "xform1.pre_julian_dist" not in keyed
    data = keyed.animation_data
    bag = bloom.versions.channelbag(data.action, data.action_slot)
    assert bag.fcurves.find('["xform1.pre_julian_dist"]') is None
    with pytest.raises(RuntimeError, match="has julian already"):
        blender.ops.bloom.add_variation(xform=0, variation="julian")


def test_every_variation_can_be_chosen(blender, extension):
    items = blender.types.BLOOM_OT_add_variation
    module = importlib.import_module(f"{extension.__name__}.operators.editing.add_variation")
    registry = importlib.import_module(f"{extension.__name__}.bloom_blender.flame.variations")
    names = [name for name, _, _ in module._variations(items, None)]
    assert set(names) == set(registry.VARIATIONS)
    assert all(description for _, _, description in module._variations(items, None))


def test_post_and_xaos_come_and_go(blender, bloom, keyed, shown):
    before = bloom.flame_object.flame_of(keyed)
    for part, name, count in (("POST", "xform1.post", 6), ("XAOS", "xform1.xaos", 2)):
        blender.ops.bloom.toggle_xform_part(xform=0, part=part)
        assert len(keyed[name]) == count
    keyed["xform1.xaos"] = (0.25, 0.5)
    blender.ops.bloom.move_xform(xform=0, direction="DOWN")
    assert tuple(keyed["xform2.xaos"]) == (0.5, 0.25)
    shown(keyed)
    blender.ops.bloom.move_xform(xform=1, direction="UP")
    for part in ("POST", "XAOS"):
        blender.ops.bloom.toggle_xform_part(xform=0, part=part)
    assert bloom.flame_object.flame_of(keyed) == before


def test_solo_shows_one_xform_and_changes_nothing(blender, bloom, keyed, points_of):

    blender.context.view_layer.update()
    values, state = bloom.flame_object.values_of(keyed), keyed.data["bloom_cloud"]
    blender.ops.bloom.solo_xform(xform=1)
    assert keyed.bloom.solo == "xform2"
    assert keyed.data["bloom_cloud"] != state
    assert bloom.flame_object.values_of(keyed) == values
    alone = bloom.flame_object.soloed(bloom.flame_object.flame_of(keyed), "xform2")
    assert [xform.opacity for xform in alone.xforms] == [0.0, 1.0]
    cloud = bloom.points.compute_points(alone, 250, detail=1)
    assert (points_of(keyed.data) == cloud.positions).all()
    blender.ops.bloom.move_xform(xform=1, direction="UP")
    assert keyed.bloom.solo == "xform1"
    blender.ops.bloom.move_xform(xform=0, direction="DOWN")
    blender.ops.bloom.solo_xform(xform=1)
    blender.context.view_layer.update()
    assert keyed.bloom.solo == ""
    assert keyed.data["bloom_cloud"] == state


def test_removing_the_solo_shows_all_again(blender, keyed):
    blender.ops.bloom.solo_xform(xform=1)
    blender.ops.bloom.remove_xform(xform=1)
    assert keyed.bloom.solo == ""


def test_selecting(blender, keyed):
    blender.ops.bloom.select_xform(xform=2)
    assert keyed.bloom.active_xform == 2
    with pytest.raises(RuntimeError, match="choose 1 to 3"):
        blender.ops.bloom.select_xform(xform=3)


def test_what_cannot_be_done_changes_nothing(blender, bloom, add):
    obj = add()
    blender.ops.bloom.remove_xform(xform=1)
    blender.ops.bloom.select_xform(xform=0)
    before = bloom.flame_object.flame_of(obj)
    with pytest.raises(RuntimeError, match="one xform only"):
        blender.ops.bloom.remove_xform()
    assert bloom.flame_object.flame_of(obj) == before
    blender.ops.bloom.select_xform(xform=1)
    with pytest.raises(RuntimeError, match="has none alone"):
        blender.ops.bloom.solo_xform()


def test_nothing_selected_is_told(blender, add):
    add()
    blender.context.view_layer.objects.active = None
    for name in ("add_xform", "duplicate_xform", "mutate", "copy_flame", "export_flame"):
        assert not getattr(blender.ops.bloom, name).poll()


def test_bindings_of_a_run_follow(blender, add):
    obj = add()
    targets = ("xform1.weight", "xform2.coefs.angle", "final.coefs.scale", "bud")
    for target in targets:
        obj.bloom.growth.bindings.add().target = target
    blender.ops.bloom.move_xform(xform=0, direction="DOWN")
    now = [binding.target for binding in obj.bloom.growth.bindings]
    assert now == ["xform2.weight", "xform1.coefs.angle", "final.coefs.scale", "bud"]
    blender.ops.bloom.remove_xform(xform=1)
    assert [binding.target for binding in obj.bloom.growth.bindings] == ["", *now[1:]]


def test_solo_is_for_the_window_alone(bloom, blender, keyed):
    blender.ops.bloom.solo_xform(xform=1)
    blender.context.view_layer.update()
    shown = keyed.data["bloom_cloud"]
    keyed.bloom.points_render = keyed.bloom.points_viewport
    keyed.bloom.detail = 1
    assert bloom.playback.refresh(keyed, render=True)
    all_of_it = keyed.data["bloom_cloud"]
    assert all_of_it != shown
    keyed.bloom.solo = ""
    assert not bloom.playback.refresh(keyed, render=True)


@pytest.fixture
def room(extension):
    """Function that imports a module of the enabled extension."""
    return lambda name: importlib.import_module(f"{extension.__name__}.{name}")


@pytest.fixture
def ramp(blender, add, flame, room):
    """The colour ramp of a flame with a palette of 256 noisy colours, and that flame."""
    colors = room("bloom_blender.flame.palettes").numbered_palette(7)
    obj = add(replace(flame, palette=replace(flame.palette, colors=colors)))
    blender.ops.bloom.palette_ramp()
    return obj.bloom.palette_ramp.nodes["Palette"].color_ramp, obj


def test_an_untouched_ramp_is_the_palette_of_the_file(bloom, blender, ramp, shown, room):
    ramp, obj = ramp
    of_file = bloom.flame_object.structure_of(obj).palette
    assert bloom.flame_object.flame_of(obj).palette == of_file
    assert 8 < len(ramp.elements) <= 32
    shown(obj)
    # Without the detail it is what Blender blends between the stops: as near as so few can be.
    obj.bloom.palette_detail = 0.0
    coarse = bloom.flame_object.flame_of(obj).palette.array
    blended = np.array([ramp.evaluate(k / 255)[:3] for k in range(256)])
    assert coarse == pytest.approx(room("bloom_blender.flame.color").display_values(blended), abs=0.51 / 255)
    assert 0.0 < np.sqrt(np.mean((coarse - of_file.array) ** 2)) < 0.1


def test_the_points_follow_the_ramp(bloom, blender, ramp, shown, evaluated):
    ramp, obj = ramp
    before = bloom.flame_object.flame_of(obj).palette.array
    blender.context.view_layer.update()
    state, of_file = obj.data["bloom_cloud"], bloom.flame_object.flame_of(obj)
    last = ramp.elements[-1]
    last.color = (1.0, 0.0, 0.0, 1.0)
    blender.context.view_layer.update()
    assert obj.data["bloom_cloud"] != state
    shown(obj)
    after = bloom.flame_object.flame_of(obj).palette.array
    near = round(ramp.elements[-2].position * 255)
    assert (after[: near + 1] == before[: near + 1]).all()  # detail included
    assert after[-1].tolist() == [1.0, 0.0, 0.0]
    text = bloom.xml.write_flame(bloom.flame_object.flame_of(obj))  # what is copied and exported
    assert (bloom.xml.parse_flames(text)[0].palette.array == after).all()
    obj.bloom.palette_ramp = None
    assert bloom.flame_object.flame_of(obj) == of_file
    shown(obj)


def test_a_ramp_stays_through_edits_and_mutations(bloom, blender, ramp, shown, room):
    ramp, obj = ramp
    of_file = bloom.flame_object.structure_of(obj).palette
    ramp.elements[0].color = (0.0, 1.0, 0.0, 1.0)
    mutating = room("bloom_blender.scene.editing.mutating")
    blender.ops.bloom.duplicate_xform(xform=0)
    for seed in range(4):  # some turn the palette or take another, some do not
        before = bloom.flame_object.flame_of(obj).palette
        expected = mutating.mutation(bloom.flame_object.base_flame(obj), seed, 0.5).flame.palette
        mutating.mutate(obj, seed, 0.5)
        assert bloom.flame_object.flame_of(obj).palette == expected
        if expected == before:
            assert bloom.flame_object.structure_of(obj).palette == of_file
        of_file = bloom.flame_object.structure_of(obj).palette
    shown(obj)


def test_a_keyed_ramp_is_rendered(bloom, blender, ramp, small_render, points_of):
    ramp, obj = ramp
    for frame, color in ((1, (1.0, 0.0, 0.0, 1.0)), (3, (0.0, 0.0, 1.0, 1.0))):
        for element in ramp.elements:
            element.color = color
            element.keyframe_insert("color", frame=frame)
    seen = {}

    def look(scene, depsgraph=None):
        values = np.empty(4 * len(obj.data.vertices), dtype=np.float32)
        obj.data.attributes["bloom_color"].data.foreach_get("color", values)
        seen[scene.frame_current] = values.reshape(-1, 4)[:, :3].max(axis=0)

    obj.bloom.palette_detail = 0.0
    blender.context.scene.frame_start, blender.context.scene.frame_end = 1, 3
    blender.app.handlers.render_post.append(look)
    try:
        blender.ops.render.render(animation=True)
    finally:
        blender.app.handlers.render_post.remove(look)
    assert seen[1] == pytest.approx([1.0, 0.0, 0.0], abs=1e-4)
    assert seen[3] == pytest.approx([0.0, 0.0, 1.0], abs=1e-4)


# ------------------------------------------------------------------------------------- the list


def test_the_list_shows_what_the_flame_has(bloom, blender, add, room):
    obj = add()
    items = obj.bloom.xforms
    assert [item.name for item in items] == ["Xform 1", "Xform 2", "Final Xform"]
    assert [tuple(item.color) for item in items][:2] == [(1.0, 0.0, 0.0), (1.0, 1.0, 1.0)]
    obj["xform1.color"] = 1 / 3
    assert tuple(items[0].color) == (0.0, 1.0, 0.0)
    items[1].name = "petal"
    assert bloom.flame_object.structure_of(obj).xforms[1].name == "petal"
    blender.ops.bloom.move_xform(xform=1, direction="UP")
    blender.ops.bloom.duplicate_xform(xform=0)
    assert [item.name for item in items] == ["petal", "petal", "Xform 3", "Final Xform"]
    items[0].name = "Xform 1"
    assert bloom.flame_object.structure_of(obj).xforms[0].name == ""
    items.clear()  # as in a file from before there was a list
    room("bloom_blender.scene.setup.migration").upgrade()
    assert len(items) == 4
