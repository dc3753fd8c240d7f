"""A flame that grows while the training is recorded."""

from __future__ import annotations

import importlib

import numpy as np
import pytest


@pytest.fixture
def following(extension):
    """The module."""
    return importlib.import_module(f"{extension.__name__}.bloom_blender.scene.growth.following")


@pytest.fixture
def recorder(extension, tmp_path):
    """A recorder of a model of two arrays, and a function that trains it for some steps."""
    module = importlib.import_module(f"{extension.__name__}.bloom_blender.record")
    random = np.random.default_rng(0)
    weights = {"first": random.normal(size=30), "second": random.normal(size=20)}
    recorder = module.Recorder(tmp_path / "run.bloom", every=1)
    recorder.step(weights)

    def train(steps):
        for _ in range(steps):
            for name in weights:
                weights[name] = weights[name] * 0.9 + 0.01 * random.normal(size=weights[name].shape)
            recorder.step(weights, loss=float(sum((w**2).sum() for w in weights.values())))
        recorder.flush()

    yield recorder, train
    recorder.close()


def test_curves_grow_with_the_run(blender, bloom, add, following, recorder):
    recorder, train = recorder
    obj = add()
    follow = following.Follow(obj, recorder.path, most=50)
    scene = blender.context.scene
    assert not follow.look(scene)
    train(12)
    assert follow.look(scene)
    first = scene.frame_end
    assert first == follow.steps >= 11
    assert not follow.look(scene)  # nothing new
    train(20)
    assert follow.look(scene) and scene.frame_end == follow.steps == first + 20
    obj.bloom.growth.keys, obj.bloom.growth.markers = "few", {"LOSS"}
    assert scene.timeline_markers["End of training"].frame == first + 20
    train(60)
    assert follow.look(scene) and scene.frame_end == 50
    assert scene.timeline_markers["End of training"].frame == 50
    data = obj.animation_data
    curve = bloom.versions.channelbag(data.action, data.action_slot).fcurves.find('["xform1.weight"]')
    assert curve.keyframe_points[0].interpolation == "BEZIER" and len(curve.keyframe_points) < 26
    assert len(blender.data.texts) == 1  # the newest state of the run, and no other
    scene.frame_set(50)
    rest = dict(bloom.flame_object.values_of(obj))
    for parameter in bloom.flame_object.parameters_on(obj):
        assert rest[parameter.name] == pytest.approx(parameter.value, abs=1e-5)
    scene.frame_set(1)
    assert any(rest[name] != value for name, value in bloom.flame_object.values_of(obj).items())


def test_the_operator_looks_once_without_a_window(blender, add, recorder):
    recorder, train = recorder
    obj = add()
    train(8)
    assert blender.ops.bloom.follow_run(filepath=str(recorder.path)) == {"FINISHED"}
    assert obj.bloom.growth.run is not None
    assert blender.context.scene.frame_current == blender.context.scene.frame_end
    assert not blender.ops.bloom.stop_following.poll()


def test_what_is_gone_or_broken_is_said(bloom, blender, add, following, tmp_path):
    obj = add()
    broken = tmp_path / "broken.bloom"
    broken.write_bytes(b"no run at all")
    with pytest.raises(bloom.errors.BloomError, match=r"broken\.bloom"):
        following.Follow(obj, broken).look()
    with pytest.raises(RuntimeError, match=r"broken\.bloom"):
        blender.ops.bloom.follow_run(filepath=str(broken))
    follow = following.Follow(obj, tmp_path / "later.bloom")
    assert not follow.look()
    blender.data.objects.remove(obj)
    with pytest.raises(bloom.errors.BloomError, match="gone"):
        follow.look()
