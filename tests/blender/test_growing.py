"""Settings of the growth: seen at once, kept in the file, undone, not in the way of what people keyed."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("bloom")

FRAMES = 24


@pytest.fixture
def runs(extension, tmp_path):
    """Function that writes a small run: two layers, a loss, two tables of words; returns its path."""
    room = f"{extension.__name__}.bloom_blender.trajectory"
    trajectory = importlib.import_module(f"{room}.trajectory")
    bloom_file = importlib.import_module(f"{room}.bloom_file")

    def write(seed=0, *, diverges=False, without=()):
        rng = np.random.default_rng(seed)
        steps = np.arange(60)
        fading = np.exp(-steps / 15)
        loss = fading + 0.1
        if diverges:
            loss[40:] = np.nan
        series = [
            trajectory.Series("first", steps, rng.normal(size=(60, 6)) * fading[:, None], "update"),
            trajectory.Series("second", steps, rng.normal(size=(60, 6)) * fading[::-1, None], "update"),
            trajectory.Series("loss", steps, loss, "metric"),
        ]
        words = tuple(f"w{k}" for k in range(30))
        tables = [
            trajectory.Embeddings(
                name, words, np.arange(6) * 12, np.cumsum(rng.normal(size=(6, 30, 8)), axis=0)
            )
            for name in ("source", "target")
        ]
        run = trajectory.Trajectory(
            f"run {seed}", tuple(one for one in series if one.name not in without), tuple(tables)
        )
        path = tmp_path / f"run{seed}.bloom"
        bloom_file.write_bloom(run, path)
        return path

    return write


@pytest.fixture
def grow_file(bloom, blender, add, runs):
    """Function that adds a flame and imports a run onto it."""

    def grow_file(seed=0, run=None, **options):
        obj = add()
        options = {"frames": FRAMES, **options}
        blender.ops.bloom.import_run(filepath=str(run or runs(seed)), base="ACTIVE", **options)
        return obj

    return grow_file


def keys_of(bloom, obj):
    """Values of every F-Curve, by path and index."""
    data = obj.animation_data
    found = {}
    for fcurve in bloom.versions.channelbag(data.action, data.action_slot).fcurves:
        keys = np.empty(2 * len(fcurve.keyframe_points), dtype=np.float32)
        fcurve.keyframe_points.foreach_get("co", keys)
        found[fcurve.data_path, fcurve.array_index] = keys.reshape(-1, 2)
    return found


def differ(one, other):
    return set(one) != set(other) or any(not np.array_equal(one[key], other[key]) for key in one)


SETTINGS = {
    "gain": 0.3,
    "bud": 0.2,
    "wind": 3.0,
    "smoothing": 4.0,
    "drive": "layers",
    "time": "log",
    "variant": 2,
    "loop": True,
    "frames": 40,
    "start_frame": 7,
    "source": "second",
    "colors": "embeddings",
    "mapping": "classic",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_seen_at_once(bloom, blender, grow_file, name):
    obj = grow_file()
    before = keys_of(bloom, obj)
    if name == "mapping":
        obj.bloom.growth.mapping = "classic"  # 8 directions of words, 16 are needed: told, nothing changed
        assert "directions" in bloom.growing.problems[obj.name]
        assert not differ(keys_of(bloom, obj), before)
        obj.bloom.growth.mapping = "robust"
        assert obj.name not in bloom.growing.problems
        return
    setattr(obj.bloom.growth, name, SETTINGS[name])
    changed = keys_of(bloom, obj)
    assert differ(changed, before)
    again = grow_file(**{name: SETTINGS[name]})
    assert not differ(keys_of(bloom, again), changed)  # as if imported so


def test_values_are_those_of_the_growth(bloom, blender, grow_file, evaluated, flame, extension):
    growth = importlib.import_module(f"{extension.__name__}.bloom_blender.growth")
    obj = grow_file(drive="layers", loop=True)
    run = bloom.run_data.unpack(obj.bloom.growth.run)
    curves = growth.grow(run, flame, frames=FRAMES, drive="layers", loop=True)
    for row in (0, 7, 18, 23):
        blender.context.scene.frame_set(1 + row)
        values = bloom.flame_object.values_of(evaluated(obj))
        for name, value in curves.parameters(row).items():
            assert values[name] == pytest.approx(value, rel=1e-5, abs=1e-6)


def test_a_flame_grows_again_after_the_file_was_reopened(bloom, blender, grow_file, runs, tmp_path):
    run = runs()
    obj = grow_file(run=run)
    name = obj.name
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    run.unlink()
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "saved.blend"))
    obj = blender.data.objects[name]
    before = keys_of(bloom, obj)
    obj.bloom.growth.gain = 0.2
    assert differ(keys_of(bloom, obj), before)
    obj.bloom.growth.gain = 1.0
    assert not differ(keys_of(bloom, obj), before)
    assert obj.bloom.growth.run.as_string().startswith("Training run run 0")


def test_a_run_goes_with_an_appended_flame(bloom, blender, grow_file, tmp_path):
    name = grow_file().name
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    blender.ops.wm.read_homefile(use_empty=True)
    with blender.data.libraries.load(str(tmp_path / "library.blend"), link=False) as (_, target):
        target.objects = [name]
    obj = blender.data.objects[name]
    blender.context.scene.collection.objects.link(obj)
    before = keys_of(bloom, obj)
    obj.bloom.growth.gain = 0.2
    assert differ(keys_of(bloom, obj), before)


def test_the_same_run_is_kept_once_and_goes_with_its_last_flame(bloom, blender, grow_file):
    one, other = grow_file(), grow_file()
    assert one.bloom.growth.run == other.bloom.growth.run
    assert len(blender.data.texts) == 1
    for obj in (one, other):
        blender.data.objects.remove(obj)
    blender.ops.outliner.orphans_purge(do_recursive=True)
    assert len(blender.data.texts) == 0


def test_another_run_takes_the_place_of_the_first(bloom, blender, grow_file, runs):
    one, other = grow_file(0), grow_file(0)
    blender.context.view_layer.objects.active = one
    for seed in (1, 2):
        blender.ops.bloom.import_run(filepath=str(runs(seed)), base="ACTIVE", frames=FRAMES)
    assert {text.name for text in blender.data.texts} == {"run 0 (training run)", "run 2 (training run)"}
    assert one.bloom.growth.run != other.bloom.growth.run


def test_undo_brings_settings_and_curves_back_together(bloom, blender, grow_file):
    obj = grow_file()
    name, before = obj.name, keys_of(bloom, obj)
    blender.ops.ed.undo_push(message="grown")
    obj.bloom.growth.bud = 0.0
    changed = keys_of(bloom, obj)
    blender.ops.ed.undo_push(message="bud")
    blender.ops.ed.undo()
    obj = blender.data.objects[name]
    assert obj.bloom.growth.bud == 1.0
    assert not differ(keys_of(bloom, obj), before)
    blender.ops.ed.redo()
    obj = blender.data.objects[name]
    assert obj.bloom.growth.bud == 0.0
    assert not differ(keys_of(bloom, obj), changed)
    obj.bloom.growth.bud = 1.0  # and it goes on from there
    assert not differ(keys_of(bloom, obj), before)


# What people keyed


def test_curves_made_by_hand_are_kept(bloom, blender, add, runs):
    obj = add()
    obj["xform1.weight"] = 3.0
    obj.keyframe_insert('["xform1.weight"]', frame=5)
    obj["xform1.color_speed"] = 0.1
    obj.keyframe_insert('["xform1.color_speed"]', frame=5)
    blender.ops.bloom.import_run(filepath=str(runs()), base="ACTIVE", frames=FRAMES)
    obj.bloom.growth.gain = 0.5
    keys = keys_of(bloom, obj)
    assert keys['["xform1.weight"]', 0].tolist() == [[5.0, 3.0]]
    assert len(keys['["xform1.color_speed"]', 0]) == 1
    assert len(keys['["xform1.coefs"]', 0]) == FRAMES
    blender.ops.bloom.grow_again(replace_edited=True)
    assert len(keys_of(bloom, obj)['["xform1.weight"]', 0]) == FRAMES
    assert len(keys_of(bloom, obj)['["xform1.color_speed"]', 0]) == 1  # no run moves it


def test_a_run_s_curve_that_was_changed_is_kept(bloom, blender, grow_file, capfd):
    obj = grow_file()
    data = obj.animation_data
    fcurve = bloom.versions.channelbag(data.action, data.action_slot).fcurves.find(
        '["xform2.weight"]', index=0
    )
    fcurve.keyframe_points[10].co.y = 9.0
    fcurve.update()
    edited = keys_of(bloom, obj)['["xform2.weight"]', 0]
    obj.bloom.growth.gain = 0.5
    assert np.array_equal(keys_of(bloom, obj)['["xform2.weight"]', 0], edited)
    assert blender.ops.bloom.grow_again() == {"FINISHED"}
    assert "1 kept as you made them" in capfd.readouterr().out
    blender.ops.bloom.grow_again(replace_edited=True)
    assert not np.array_equal(keys_of(bloom, obj)['["xform2.weight"]', 0], edited)


def test_what_was_set_by_hand_is_what_a_flame_grows_to(bloom, blender, grow_file, evaluated):
    obj = grow_file()
    obj["xform1.color_speed"] = 0.9  # no run moves it
    obj.bloom.growth.gain = 0.5
    blender.context.scene.frame_set(FRAMES)
    assert evaluated(obj)["xform1.color_speed"] == 0.9


# Colours


def test_embeddings_colour_a_flame_and_give_it_back(bloom, blender, grow_file, evaluated, flame):
    obj = grow_file(colors="embeddings")
    names = [name for name in obj.keys() if name.startswith("palette.color")]  # noqa: SIM118
    assert len(names) == 12
    ui = obj.id_properties_ui("palette.color1").as_dict()
    assert ui["subtype"] == "COLOR_GAMMA"
    palettes = []
    for frame in (1, FRAMES // 2, FRAMES):
        blender.context.scene.frame_set(frame)
        palettes.append(bloom.flame_object.flame_of(evaluated(obj)).palette.array)
    assert not np.allclose(palettes[0], palettes[1]) and not np.allclose(palettes[1], palettes[2])
    obj.bloom.growth.table = "target"
    blender.context.scene.frame_set(FRAMES)
    assert not np.allclose(bloom.flame_object.flame_of(evaluated(obj)).palette.array, palettes[2])
    obj.bloom.growth.colors = "flame"
    assert not [name for name in obj.keys() if name.startswith("palette.color")]  # noqa: SIM118
    blender.context.scene.frame_set(1)
    assert bloom.flame_object.flame_of(evaluated(obj)).palette == flame.palette
    assert not [path for path, _ in keys_of(bloom, obj) if "palette.color" in path]


def test_points_take_the_colours_of_their_frame(bloom, blender, grow_file):
    obj = grow_file(colors="embeddings", gain=0.0, bud=0.0, wind=0.0)
    seen = []
    for frame in (1, FRAMES):
        blender.context.scene.frame_set(frame)
        layer = next(a for a in obj.data.attributes if a.data_type == "FLOAT_COLOR")
        colors = np.empty(4 * len(layer.data), dtype=np.float32)
        layer.data.foreach_get("color", colors)
        seen.append(colors)
    assert not np.allclose(seen[0], seen[1])


def test_without_embeddings_the_flame_keeps_its_colours(bloom, blender, add, runs, extension, tmp_path):
    room = f"{extension.__name__}.bloom_blender.trajectory"
    trajectory = importlib.import_module(f"{room}.trajectory")
    series = trajectory.Series("loss", np.arange(30), np.exp(-np.arange(30) / 9.0), "metric")
    importlib.import_module(f"{room}.bloom_file").write_bloom(
        trajectory.Trajectory("loss only", (series,)), tmp_path / "loss.bloom"
    )
    obj = add()
    blender.ops.bloom.import_run(filepath=str(tmp_path / "loss.bloom"), base="ACTIVE", frames=FRAMES)
    before = keys_of(bloom, obj)
    obj.bloom.growth.colors = "embeddings"
    assert "no embeddings" in bloom.growing.problems[obj.name]
    assert not differ(keys_of(bloom, obj), before)


# By hand


def test_a_series_is_bound_by_picking(bloom, blender, grow_file):
    obj = grow_file()
    obj.bloom.growth.bud = obj.bloom.growth.wind = 0.0  # which move the flame as well
    bind = blender.ops.bloom.bind_series
    assert bind(series="loss", target="xform1.weight") == {"FINISHED"}
    growth = obj.bloom.growth
    assert growth.drive == "hand"
    moving = {place for place, keys in keys_of(bloom, obj).items() if np.ptp(keys[:, 1]) > 1e-6}
    assert moving - {('["training.loss"]', 0)} == {('["xform1.weight"]', 0)}
    bind(series="second", target="xform1.weight", gain=-0.5)  # in place of the loss
    bind(series="loss", target="xform2.coefs.turn")
    bound = [(b.series, b.target, b.gain) for b in growth.bindings]
    assert bound == [("second", "xform1.weight", -0.5), ("loss", "xform2.coefs.turn", 1.0)]
    with pytest.raises(RuntimeError, match="cannot move"):
        bind(series="loss", target="xform9.weight")
    assert len(growth.bindings) == 2


def test_bindings_move_what_they_say(bloom, blender, grow_file):
    obj = grow_file()
    obj.bloom.growth.drive = "hand"
    assert "nothing is bound" in bloom.growing.problems[obj.name]
    blender.ops.bloom.add_binding()
    assert (obj.bloom.growth.bindings[0].series, obj.bloom.growth.bindings[0].target) == ("loss", "bud")
    assert obj.name not in bloom.growing.problems
    size = keys_of(bloom, obj)['["final.julia3D"]', 0][:, 1]
    # A closed bud has three quarters of the flower's size.
    assert (np.diff(size[1:]) >= -1e-6).all() and size[0] == pytest.approx(0.75 * size[-1], rel=0.05)
    blender.ops.bloom.add_binding()
    item = obj.bloom.growth.bindings[1]
    item.target = "xform1.nonsense"
    assert "nothing can be bound" in bloom.growing.problems[obj.name]
    item.target = "palette.phase"
    assert len(keys_of(bloom, obj)['["palette.phase"]', 0]) == FRAMES
    blender.ops.bloom.remove_binding()
    assert ('["palette.phase"]', 0) not in keys_of(bloom, obj) or len(
        keys_of(bloom, obj)['["palette.phase"]', 0]
    ) == 1
    assert bloom.growing.series_names(obj) == ["first", "second", "loss", "source", "target"]
    assert "xform1.coefs.turn" in bloom.growing.target_names(obj)


# Two flames


def test_two_runs_are_compared_by_one_mapping(bloom, blender, grow_file, runs):
    one = grow_file(0)
    other = grow_file(1)
    own = keys_of(bloom, other)
    other.bloom.growth.like = one
    compared = keys_of(bloom, other)
    assert differ(compared, own)
    third = grow_file(1, like=one.name)
    assert not differ(keys_of(bloom, third), compared)
    one.bloom.growth.gain = 0.1  # moves the others too
    assert differ(keys_of(bloom, other), compared)
    assert not differ(keys_of(bloom, third), keys_of(bloom, other))
    other.bloom.growth.like = None
    assert not differ(keys_of(bloom, other), own)


def test_flames_that_are_like_each_other_do_not_go_round_in_circles(bloom, grow_file):
    one, other = grow_file(0), grow_file(1)
    one.bloom.growth.like = other
    other.bloom.growth.like = one
    one.bloom.growth.frames = 30
    assert len(keys_of(bloom, one)['["xform1.weight"]', 0]) == 30


def test_runs_of_other_models_are_told_apart(bloom, blender, grow_file, runs):
    one = grow_file(0)
    other = grow_file(run=runs(3, without=("second",)))
    before = keys_of(bloom, other)
    other.bloom.growth.like = one
    assert "which the mapping was fitted on" in bloom.growing.problems[other.name]
    assert not differ(keys_of(bloom, other), before)
    with pytest.raises(RuntimeError, match="not a flame with a training run"):
        grow_file(1, like="nobody")


def test_a_diverged_run_does_not_come_back(bloom, grow_file, runs, flame):
    obj = grow_file(run=runs(5, diverges=True))
    resting = flame.xforms[0].coefs[0]
    values = keys_of(bloom, obj)['["xform1.coefs"]', 0][:, 1]
    assert abs(values[-1] - resting) > 0.1


def test_every_named_growth_applies_and_grows(bloom, blender, grow_file, extension):
    table = importlib.import_module(f"{extension.__name__}.bloom_blender.scene.growth.growth_presets")
    assert len(table.GROWTH_PRESETS) == 6
    obj = grow_file(gain=0.31)
    growth, seen = obj.bloom.growth, [keys_of(bloom, obj)]
    for identifier, *_ in table.GROWTH_PRESETS:
        assert blender.ops.bloom.growth_preset(preset=identifier) == {"FINISHED"}
        assert obj.name not in bloom.growing.problems
        options = table.settings_of(identifier)
        for name, value in options.items():
            found = getattr(growth, name)
            assert found == (pytest.approx(value) if isinstance(value, float) else value), name
        assert growth.frames == FRAMES, "the length of the film is not the preset's"
        keys = keys_of(bloom, obj)
        assert all(differ(keys, others) for others in seen), identifier
        assert not differ(keys_of(bloom, grow_file(**options)), keys), "as if imported so"
        blender.context.view_layer.objects.active = obj
        seen.append(keys)


def test_a_named_growth_that_the_run_cannot_serve_says_so(bloom, blender, grow_file, runs):
    obj = grow_file(run=runs(without=("loss",)))
    before = keys_of(bloom, obj)
    assert blender.ops.bloom.growth_preset(preset="LOSS") == {"FINISHED"}
    assert obj.name in bloom.growing.problems
    assert not differ(keys_of(bloom, obj), before)
