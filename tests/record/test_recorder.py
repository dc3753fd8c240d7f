"""The recorder without any framework."""

# ruff: noqa: PT012, PT031 (a recording takes more than one statement)

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.files import replace_file
from bloom_blender.record import Recorder
from bloom_blender.trajectory import read_bloom
from bloom_blender.trajectory.directions import fold, mixer, tensor_key


def run(path, steps=12, *, seed=0, **options):
    """A small training by gradient descent; returns the parameters after each step."""
    random = np.random.default_rng(seed)
    parameters = {
        "encoder.weight": random.normal(size=(30, 8)).astype(np.float32),
        "encoder.bias": random.normal(size=8),
        "output.weight": random.normal(size=(5, 4)),
    }
    history = [{name: value.copy() for name, value in parameters.items()}]
    with Recorder(path, **options) as recorder:
        recorder.watch(parameters)
        recorder.snapshot("source", ["a", "b"], parameters["output.weight"][:2])
        for _ in range(steps):
            for value in parameters.values():
                value -= 0.1 * value  # in place, as optimizers do
            recorder.step(parameters, loss=sum(float(np.sum(value**2)) for value in parameters.values()))
            history.append({name: value.copy() for name, value in parameters.items()})
        recorder.snapshot("source", ["a", "b"], parameters["output.weight"][:2])
    return history


def projected(before, after, names, directions=16, seed=0):
    """The change of these parameters on the directions, from the change itself; its length; their length."""
    changes = {name: after[name].astype(np.float64) - before[name] for name in names}
    folded = sum(
        fold(change, tensor_key(name, change.shape, seed), seed)[:-1] for name, change in changes.items()
    )
    lengths = [
        np.sqrt(sum(np.sum(part[name].astype(np.float64) ** 2) for name in names))
        for part in (changes, after)
    ]
    return folded @ mixer(directions, seed), *lengths


def test_a_run_is_recorded_and_read_back(tmp_path):
    history = run(tmp_path / "run.bloom", metadata={"note": "small"})
    back = read_bloom(tmp_path / "run.bloom")
    assert back.name == "run"
    assert back.metadata["note"] == "small"
    assert back.metadata["step"] == "12"
    assert [one.name for one in back.updates] == ["update/encoder", "update/output"]
    update = back.series_named("update/encoder")
    assert update.steps.tolist() == list(range(1, 13))
    for step in range(1, 13):
        projections, length, parameter_length = projected(
            history[step - 1], history[step], ("encoder.weight", "encoder.bias")
        )
        np.testing.assert_allclose(update.values[step - 1], projections, rtol=1e-6, atol=1e-6 * length)
        assert back.series_named("update_norm/encoder").values[step - 1] == pytest.approx(length, rel=0.05)
        assert back.series_named("parameter_norm/encoder").values[step - 1] == pytest.approx(parameter_length)
    assert back.series_named("loss").steps.tolist() == list(range(1, 13))
    table = back.embedding("source")
    assert table.steps.tolist() == [0, 12]
    np.testing.assert_array_equal(table.vectors[1], history[12]["output.weight"][:2].astype(np.float32))


def test_every_second_step_adds_up_two(tmp_path):
    history = run(tmp_path / "run.bloom", steps=5, every=2, directions=4)
    back = read_bloom(tmp_path / "run.bloom")
    assert back.series_named("update/output").steps.tolist() == [2, 4]
    projections, length, _ = projected(history[2], history[4], ["output.weight"], 4)
    np.testing.assert_allclose(back.series_named("update/output").values[1], projections, rtol=1e-6)
    assert back.series_named("update_norm/output").values[1] == pytest.approx(length)  # one small tensor


def test_nested_parameters_have_paths_as_names(tmp_path):
    with Recorder(tmp_path / "run.bloom") as recorder:
        for value in (1.0, 4.0):
            recorder.step({"params": {"dense": {"kernel": np.array([[value]]), "bias": np.array([value])}}})
    back = read_bloom(tmp_path / "run.bloom")
    assert [one.name for one in back.updates] == ["update/params/dense"]
    assert back.series_named("parameter_norm/params/dense").values.tolist() == [pytest.approx(32**0.5)]


@pytest.mark.parametrize(
    "groups, expected",
    [
        (None, ["wte", "h.0.attn", "h.0.mlp", "h.1.attn"]),
        ("*.attn.*", ["*.attn.*"]),
        (["*.mlp.*", "*"], ["*", "*.mlp.*"]),
        ({"block *": "h.*.*", "rest": ["*"]}, ["rest", "block 0", "block 1"]),
        ({"attention": ["h.0.attn.weight", "h.[1-9].attn.*"]}, ["attention"]),
        (lambda name: name[0] if name != "wte.weight" else None, ["h"]),
    ],
)
def test_groups_are_modules_or_patterns_or_a_function(tmp_path, groups, expected):
    names = ["wte.weight", "h.0.attn.weight", "h.0.mlp.weight", "h.1.attn.weight", "h.1.attn.bias"]
    with Recorder(tmp_path / "run.bloom", groups=groups) as recorder:
        for value in (1.0, 3.0):
            recorder.step({name: np.array([value]) for name in names})
    assert [
        one.name.removeprefix("update/") for one in read_bloom(tmp_path / "run.bloom").updates
    ] == expected


def test_two_runs_give_the_same_bytes_in_two_processes(tmp_path):
    code = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('t', sys.argv[1])\n"
        "t = importlib.util.module_from_spec(spec); spec.loader.exec_module(t)\n"
        "t.run(sys.argv[2])\n"
    )
    for name, salt in (("a", "1"), ("b", "2")):
        (tmp_path / name).mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": salt, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run(
            [sys.executable, "-c", code, __file__, str(tmp_path / name / "run.bloom")],
            check=True, env=environment,
        )  # fmt: skip
    assert (tmp_path / "a/run.bloom").read_bytes() == (tmp_path / "b/run.bloom").read_bytes()


def test_without_watch_the_first_step_is_only_remembered(tmp_path):
    with Recorder(tmp_path / "run.bloom") as recorder:
        for value in (1.0, 3.0, 4.0):
            recorder.step({"w": np.array([value])})
    norm = read_bloom(tmp_path / "run.bloom").series_named("update_norm/w")
    assert norm.steps.tolist() == [2, 3]
    assert norm.values.tolist() == [2.0, 1.0]


def test_the_last_of_two_logs_in_a_step_counts(tmp_path):
    with Recorder(tmp_path / "run.bloom") as recorder:
        recorder.log(loss=3.0)
        recorder.log(loss=2.0, accuracy=np.float32(0.5))
        recorder.log(step=7, loss=1)
    back = read_bloom(tmp_path / "run.bloom")
    assert back.series_named("loss").values.tolist() == [2.0, 1.0]
    assert back.series_named("loss").steps.tolist() == [0, 7]
    assert back.series_named("accuracy").values.tolist() == [0.5]


@pytest.mark.parametrize(
    "arguments",
    [
        {"directions": 0},
        {"every": 0},
        {"every": 1.5},
        {"embedding_dtype": "int8"},
        {"resume": -1},
        {"resume": "yes"},
        {"groups": 3},
        {"groups": {"a": [1]}},
        {"groups": {"": "*"}},
    ],
)
def test_senseless_arguments_are_refused_at_once(tmp_path, arguments):
    with pytest.raises(BloomError, match="is not possible: give"):
        Recorder(tmp_path / "run.bloom", **arguments)


def test_a_folder_is_refused_at_once(tmp_path):
    with pytest.raises(BloomError, match="is a folder: name a file in it"):
        Recorder(tmp_path)


# Failures.


def test_a_recording_of_nothing_warns_at_its_end(tmp_path):
    with (
        pytest.warns(RuntimeWarning, match="nothing to write after 1 steps with every=1000"),
        Recorder(tmp_path / "run.bloom", every=1000) as recorder,
    ):
        recorder.step({"w": np.ones(3)})
    assert not (tmp_path / "run.bloom").exists()


def test_every_failure_warns_once_and_the_rest_is_recorded(tmp_path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with Recorder(tmp_path / "run.bloom") as recorder:
            for step in range(3):
                recorder.log(loss="not a number")
                recorder.step({"v.w": np.array([float(step)]), "v.odd": np.array(["text"])})
                recorder.log(**{"update_norm/v": 1.0})
                recorder.add_changes(None)
                recorder.snapshot("source", ["a"], np.zeros((2, 2)))
                recorder.log(loss=float(step))
    assert read_bloom(tmp_path / "run.bloom").series_named("loss").values.tolist() == [0.0, 1.0, 2.0]
    assert read_bloom(tmp_path / "run.bloom").series_named("update_norm/v").steps.tolist() == [2, 3]
    messages = [str(one.message) for one in caught]
    assert len(messages) == len(set(messages)) == 5
    assert all(one.category is RuntimeWarning for one in caught)
    assert all("the training goes on" in message for message in messages)


def test_an_update_of_a_diverged_step_is_left_out_and_its_loss_kept(tmp_path):
    with (
        pytest.warns(RuntimeWarning, match="update of w at step 2 is nan and was left out") as caught,
        Recorder(tmp_path / "run.bloom") as recorder,
    ):
        for value in (1.0, np.nan, 2.0, 3.0, np.nan):
            recorder.step({"w": np.array([value])}, loss=value)
    back = read_bloom(tmp_path / "run.bloom")
    assert back.series_named("update_norm/w").steps.tolist() == [4]
    assert back.series_named("loss").steps.tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_array_equal(back.series_named("loss").values, [1, np.nan, 2, 3, np.nan])
    assert len(caught) == 1


def test_a_snapshot_too_large_for_its_dtype_is_left_out(tmp_path):
    with (
        pytest.warns(RuntimeWarning, match="snapshot source at step 0 is 100000.0 and was left out"),
        Recorder(tmp_path / "run.bloom", embedding_dtype="float16") as recorder,
    ):
        recorder.snapshot("source", ["a"], [[1e5]])
        recorder.snapshot("source", ["a"], [[0.1]], step=1)
    assert read_bloom(tmp_path / "run.bloom").embedding().vectors.tolist() == [[[float(np.float16(0.1))]]]


def test_a_table_keeps_its_words(tmp_path):
    with (
        pytest.warns(RuntimeWarning, match="use another name"),
        Recorder(tmp_path / "run.bloom") as recorder,
    ):
        recorder.snapshot("source", ["a"], [[1.0]])
        recorder.snapshot("source", ["b"], [[2.0]], step=1)
    assert read_bloom(tmp_path / "run.bloom").embedding().words == ("a",)


def test_a_place_that_cannot_be_written_does_not_stop_the_training(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.warns(RuntimeWarning, match="the training goes on"):
        history = run(tmp_path / "file" / "run.bloom")
    assert len(history) == 13


def test_warnings_made_errors_do_not_stop_the_training(tmp_path, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Recorder(tmp_path / "run.bloom") as recorder:
            recorder.log(loss="x")
    assert "the training goes on" in capsys.readouterr().err


def test_a_disk_that_was_full_is_tried_again(tmp_path, monkeypatch):
    from bloom_blender.record import recorder as module

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    with Recorder(tmp_path / "run.bloom", flush_seconds=0) as recorder:
        with monkeypatch.context() as patch, pytest.warns(RuntimeWarning, match="No space left"):
            patch.setattr(module, "write_bloom", full)
            recorder.log(loss=1.0)
        recorder.log(step=1, loss=0.5)
        assert read_bloom(tmp_path / "run.bloom").series_named("loss").values.tolist() == [1.0, 0.5]


def test_an_error_of_the_training_comes_through_and_the_run_is_kept(tmp_path):
    with pytest.raises(ZeroDivisionError), Recorder(tmp_path / "run.bloom") as recorder:
        recorder.log(loss=1.0)
        1 / 0  # noqa: B018
    assert read_bloom(tmp_path / "run.bloom").series_named("loss").values.tolist() == [1.0]


def test_nothing_recorded_writes_nothing(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Recorder(tmp_path / "run.bloom"):
            pass
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_written_at_intervals_of_at_least_two_hundred_writings(tmp_path, monkeypatch):
    from bloom_blender.record import recorder as module

    now = [0.0]
    written = []

    def slow(*_args, **_options):
        written.append(now[0])
        now[0] += 0.5

    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "write_bloom", slow)
    recorder = Recorder(tmp_path / "run.bloom", flush_seconds=10)
    for _ in range(120):
        now[0] += 1.0
        recorder.log(loss=1.0)
    assert written == [10.0, 110.5]


FOR_EVER = """
import sys, numpy as np
from bloom_blender.record import Recorder
with Recorder(sys.argv[1], resume=True) as recorder:
    parameters = {"w": np.full(2000, float(recorder.current_step))}
    recorder.watch(parameters)
    print("ready", flush=True)
    while True:
        parameters["w"] += 1.0
        recorder.step(parameters, loss=1.0)
        recorder.flush()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_training_killed_at_any_moment_leaves_a_whole_file_and_goes_on(tmp_path):
    path = tmp_path / "run.bloom"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    def state():
        return path.stat().st_mtime_ns if path.exists() else None

    last = 0
    for moment in (0.0, 0.003, 0.02, 0.05):
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", FOR_EVER, str(path)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout.readline() == b"ready\n"
        before = state()
        while state() == before:
            time.sleep(0.001)
        time.sleep(moment)
        os.kill(process.pid, signal.SIGKILL)
        _, complaints = process.communicate()
        assert not complaints
        steps = read_bloom(path).series_named("update/w").steps
        assert steps.tolist() == list(range(1, len(steps) + 1))
        assert len(steps) > last
        last = len(steps)


# Order and resumption.


def test_steps_are_kept_in_order_whatever_the_order_they_come_in(tmp_path):
    with Recorder(tmp_path / "run.bloom") as recorder:
        for step in (5, 1, 9, 3, 5):
            recorder.log(step=step, loss=float(step + recorder.current_step))
            recorder.snapshot("t", ["a"], [[float(step)]], step=step)
            recorder.current_step += 1
    back = read_bloom(tmp_path / "run.bloom")
    assert back.series_named("loss").steps.tolist() == [1, 3, 5, 9]
    assert back.series_named("loss").values.tolist() == [2.0, 6.0, 9.0, 11.0]
    assert back.embedding().vectors.ravel().tolist() == [1.0, 3.0, 5.0, 9.0]


def train(path, first, last, **options):
    """Steps `first` to `last` of a training whose state depends on the step only, as after a checkpoint."""

    def parameters(step):
        return {"w": np.array([np.sin(step), step**0.5])}

    with Recorder(path, **options) as recorder:
        recorder.watch(parameters(first - 1))
        for step in range(first, last + 1):
            recorder.step(parameters(step), loss=1 / step)
        recorder.snapshot("t", ["a", "b"], parameters(last)["w"][:, None])


def same(one, two):
    """Whether two runs hold the same, apart from metadata."""
    first, second = read_bloom(one), read_bloom(two)
    assert [each.name for each in first.series] == [each.name for each in second.series]
    for a, b in zip(first.series + first.embeddings, second.series + second.embeddings, strict=True):
        np.testing.assert_array_equal(a.steps, b.steps)
        values = [each.values if hasattr(each, "values") else each.vectors for each in (a, b)]
        np.testing.assert_array_equal(*values)


def test_a_run_goes_on_where_it_stopped(tmp_path):
    train(tmp_path / "a.bloom", 1, 20)
    train(tmp_path / "b.bloom", 1, 12, resume=True)
    with Recorder(tmp_path / "b.bloom", resume=12):
        pass
    assert read_bloom(tmp_path / "b.bloom").embedding().steps.tolist() == [12]
    train(tmp_path / "b.bloom", 13, 20, resume=True)
    assert read_bloom(tmp_path / "b.bloom").embedding().steps.tolist() == [12, 20]
    with Recorder(tmp_path / "a.bloom", resume=True) as recorder:
        recorder.snapshot("t", ["a", "b"], [[np.sin(12)], [12**0.5]], step=12)
    same(tmp_path / "a.bloom", tmp_path / "b.bloom")


def test_what_comes_after_the_checkpoint_is_replaced(tmp_path):
    train(tmp_path / "a.bloom", 1, 20)
    train(tmp_path / "b.bloom", 1, 15)
    train(tmp_path / "b.bloom", 11, 20, resume=10)
    same(tmp_path / "a.bloom", tmp_path / "b.bloom")


def test_an_update_over_fewer_steps_than_the_others_is_left_out(tmp_path):
    train(tmp_path / "a.bloom", 1, 20, every=4)
    train(tmp_path / "b.bloom", 1, 10, every=4)
    train(tmp_path / "b.bloom", 11, 20, every=4, resume=True)
    one, two = (read_bloom(tmp_path / f"{name}.bloom").series_named("update/w") for name in "ab")
    assert one.steps.tolist() == [4, 8, 12, 16, 20]
    assert two.steps.tolist() == [4, 8, 16, 20]
    np.testing.assert_array_equal(two.values, one.values[[0, 1, 3, 4]])


def test_a_new_run_replaces_an_old_one(tmp_path):
    train(tmp_path / "a.bloom", 1, 15)
    train(tmp_path / "a.bloom", 1, 4)
    assert read_bloom(tmp_path / "a.bloom").series_named("loss").steps.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("options", [{"seed": 1}, {"directions": 4}])
def test_runs_on_other_directions_are_not_continued(tmp_path, options):
    train(tmp_path / "a.bloom", 1, 5)
    with pytest.raises(BloomError, match=f"recorded with {next(iter(options))} .* record to another file"):
        Recorder(tmp_path / "a.bloom", resume=True, **options)


def test_a_file_that_cannot_be_read_is_put_aside(tmp_path):
    (tmp_path / "a.bloom").write_bytes(b"what?")
    with pytest.warns(RuntimeWarning, match="kept as a.bloom.unreadable, a new run begins"):
        train(tmp_path / "a.bloom", 1, 5, resume=True)
    assert (tmp_path / "a.bloom.unreadable").read_bytes() == b"what?"
    assert read_bloom(tmp_path / "a.bloom").series_named("loss").steps.tolist() == [1, 2, 3, 4, 5]


def test_a_recorder_that_does_not_write_does_nothing(tmp_path):
    run(tmp_path / "run.bloom", writes=False)
    assert list(tmp_path.iterdir()) == []


def test_importing_the_recorder_imports_neither_torch_nor_blender():
    code = "import bloom_blender.record, sys; assert not {'torch', 'bpy', 'numba'} & set(sys.modules)"
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )


# Nothing is lost in silence.


def test_a_metric_that_is_logged_while_nothing_steps_gives_one_warning(tmp_path):
    with Recorder(tmp_path / "run.bloom") as recorder, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(100):
            recorder.log(loss=1.0)
        recorder.close()
    assert len(caught) == 1
    assert "loss was logged 31 times at step 0, of which the last counts: no step was" in str(
        caught[0].message
    )
    recorder = Recorder(tmp_path / "run.bloom")
    for step in range(6):
        if step < 2:
            recorder.step({"a": np.full(2, step)})
        recorder.log(loss=1.0)
    with pytest.warns(RuntimeWarning, match="loss was logged 5 times at step 2"):
        recorder.close()


def test_accumulated_gradients_and_steps_left_out_give_a_remark(tmp_path):
    with Recorder(tmp_path / "run.bloom") as recorder, warnings.catch_warnings():
        warnings.simplefilter("error")
        for step in range(5):
            for part in range(8):
                recorder.log(loss=step + part / 8)
            recorder.step({"a": np.full(2, step)})
    run = read_bloom(tmp_path / "run.bloom")
    assert run.metadata["remarks"].startswith("loss was logged more than once at 5 steps")
    with Recorder(tmp_path / "run.bloom") as recorder:
        for step in (0, 1):
            recorder.step({"a": np.full(2, step)}, loss=1.0)
    assert "remarks" not in read_bloom(tmp_path / "run.bloom").metadata


@pytest.mark.parametrize("sizes", [(64, 64), (512, 512), (300, 7), (2000, 2093)])
def test_the_length_of_a_small_groups_update_is_exact(tmp_path, sizes):
    """Weight and bias of a normalization share columns of the fold, and their changes are alike."""
    rng = np.random.default_rng(5)
    start = {f"norm.{name}": rng.normal(size=size) for name, size in zip("ab", sizes, strict=True)}
    moved = {name: value + 1e-3 * np.abs(rng.normal(size=value.size)) for name, value in start.items()}
    with Recorder(tmp_path / "run.bloom") as recorder:
        recorder.watch(start)
        recorder.step(moved)
    exact = np.sqrt(sum(np.sum((moved[name] - start[name]) ** 2) for name in start))
    norm = read_bloom(tmp_path / "run.bloom").series_named("update_norm/norm").values
    np.testing.assert_allclose(norm, [exact], rtol=1e-6)


@pytest.mark.skipif(os.name != "posix", reason="on Windows a process cannot be asked for without harm")
def test_what_killed_recorders_leave_is_removed(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with replace_file(tmp_path / "other.bloom") as at_work:
        place = at_work.name.partition("-")[2][:8]  # of this machine
    (tmp_path / "other.bloom").unlink()
    gone = tmp_path / f".{ended.pid}-{place}0123456789ab.bloom"
    mine = tmp_path / f".{os.getpid()}-{place}0123456789ab.bloom"
    other = tmp_path / f".{ended.pid}-notes.bloom"
    for path in (gone, mine, other):
        path.write_bytes(b"x")
    with Recorder(tmp_path / "run.bloom") as recorder:
        recorder.log(loss=1.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([mine.name, other.name, "run.bloom"])
