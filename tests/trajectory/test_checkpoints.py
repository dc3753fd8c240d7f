"""Series of checkpoints: every tensor as it is, changes as the recorder projects them, and no code run."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from bloom_blender.errors import BloomError
from bloom_blender.record import Recorder
from bloom_blender.trajectory import describe, read_trajectory
from bloom_blender.trajectory.readers import tensors, torch_file
from bloom_blender.trajectory.readers.checkpoints import open_weights
from tests.support import data_path

SAMPLES = Path(__file__).parent / "samples"


def parameters(step: int) -> dict[str, np.ndarray]:
    """Parameters of a small model that move less and less."""
    rng = np.random.default_rng(7)
    start, end = ({"a.weight": rng.normal(size=(30, 40)), "a.bias": rng.normal(size=30),
                   "b.weight": rng.normal(size=(5, 30))} for _ in range(2))  # fmt: skip
    share = np.exp(-step / 30)
    return {name: (share * start[name] + (1 - share) * end[name]).astype(np.float32) for name in start}


def recorded(folder: Path, steps) -> dict[str, np.ndarray]:
    """What the recorder has to say about the same parameters."""
    with Recorder(folder / "recorded.bloom", every=1) as recorder:
        recorder.watch(parameters(steps[0]))
        for step in steps[1:]:
            recorder.step(parameters(step))
    return {one.name: one.values for one in read_trajectory(folder / "recorded.bloom").series}


def assert_as_recorded(run, expected, steps) -> None:
    assert {one.name for one in run.series} == set(expected)
    for one in run.series:
        assert one.steps.tolist() == list(steps[1:])
        np.testing.assert_allclose(one.values, expected[one.name], rtol=2e-6, atol=1e-6)  # it stores float32


STEPS = (0, 5, 10, 40, 100)


@pytest.mark.parametrize("form", ["safetensors", "npz", "sharded"])
def test_a_series_is_what_the_recorder_would_have_recorded(tmp_path, form):
    for step in STEPS:
        values = parameters(step)
        if form == "safetensors":
            safetensors.numpy.save_file(values, tmp_path / f"model_{step}.safetensors")
        elif form == "npz":
            np.savez(tmp_path / f"model_{step}.npz", **values)
        else:
            folder = tmp_path / f"checkpoint-{step}"
            folder.mkdir()
            first, second = {"a.weight": values["a.weight"]}, {n: values[n] for n in ("a.bias", "b.weight")}
            safetensors.numpy.save_file(first, folder / "model-00001-of-00002.safetensors")
            safetensors.numpy.save_file(second, folder / "model-00002-of-00002.safetensors")
            places = dict.fromkeys(first, "model-00001-of-00002.safetensors")
            places |= dict.fromkeys(second, "model-00002-of-00002.safetensors")
            (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    expected = recorded(tmp_path / "other", STEPS)
    shutil.rmtree(tmp_path / "other")
    run = read_trajectory(tmp_path)
    assert_as_recorded(run, expected, STEPS)
    found = describe(tmp_path)
    assert [one["name"] for one in found["series"]] == [one.name for one in run.series]
    assert found["metadata"]["parameters"] == str(30 * 40 + 30 + 150)
    only = read_trajectory(tmp_path, series="update/a", steps=":40")
    assert [(one.name, one.steps.tolist()) for one in only.series] == [("update/a", [5, 10, 40])]


def test_any_file_of_a_series_stands_for_it_and_a_log_goes_along(tmp_path):
    for step in (2, 10, 1):
        safetensors.numpy.save_file(parameters(step), tmp_path / f"epoch_{step}.safetensors")
        safetensors.numpy.save_file(parameters(step), tmp_path / f"other-{step}.safetensors")
    (tmp_path / "log.csv").write_text("epoch,loss\n1,2.0\n2,1.0\n10,0.5\n")
    run = read_trajectory(tmp_path / "epoch_2.safetensors")
    assert run.series_named("update/a").steps.tolist() == [2, 10]
    with pytest.raises(
        BloomError, match=r"3 runs: choose one of \., epoch_#.safetensors, other-#.safetensors"
    ):
        read_trajectory(tmp_path)
    for path in tmp_path.glob("other-*"):
        path.unlink()
    run = read_trajectory(tmp_path)
    assert {"update/a", "update_norm/b", "loss"} <= {one.name for one in run.series}
    assert "checkpoints" in run.metadata["origin"]


def test_checkpoints_of_hugging_face_with_their_history(tmp_path):
    for step in (100, 20):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        safetensors.numpy.save_file(parameters(step), folder / "model.safetensors", {"format": "pt"})
        log = [{"loss": 1.0 / at, "step": at} for at in range(10, step + 1, 10)]
        state = {"global_step": step, "log_history": log}
        (folder / "trainer_state.json").write_text(json.dumps(state, indent=2))
    run = read_trajectory(tmp_path)
    assert run.series_named("update/b").steps.tolist() == [100]
    assert run.series_named("loss").steps.tolist() == list(range(10, 101, 10))


def test_too_few_or_strange_checkpoints(tmp_path):
    safetensors.numpy.save_file(parameters(1), tmp_path / "a1.safetensors")
    with pytest.raises(BloomError, match=r"a1.safetensors is one checkpoint, .*: choose the folder"):
        read_trajectory(tmp_path / "a1.safetensors")
    safetensors.numpy.save_file({"other": np.ones(3)}, tmp_path / "a2.safetensors")
    with pytest.raises(BloomError, match=r"no parameter in common: choose"):
        read_trajectory(tmp_path / "a1.safetensors")
    safetensors.numpy.save_file({"ids": np.arange(3)}, tmp_path / "b1.safetensors")
    with pytest.raises(BloomError, match=r"holds no parameters: choose"):
        read_trajectory(tmp_path / "b1.safetensors")
    (tmp_path / "a2.safetensors").write_bytes(b'\x10\0\0\0\0\0\0\0{"a": 1')
    with pytest.raises(BloomError, match=r"a2.safetensors is truncated"):
        read_trajectory(tmp_path / "a1.safetensors")
    for step in (3, 4):
        safetensors.numpy.save_file(parameters(step), tmp_path / f"a{step}.safetensors")
    run = read_trajectory(tmp_path / "a1.safetensors", partial=True)
    assert run.series_named("update/a").steps.tolist() == [3, 4]
    assert "a2.safetensors is truncated" in run.metadata["remarks"]


def test_an_index_cannot_lead_out_of_its_folder(tmp_path):
    folder = tmp_path / "checkpoint-1"
    folder.mkdir()
    index = folder / "model.safetensors.index.json"
    for name in ("../secret.safetensors", "/etc/secret", "..", "missing.safetensors"):
        index.write_text(json.dumps({"weight_map": {"a": name}}))
        with pytest.raises(BloomError, match=r"no index of the files|is missing"):
            open_weights(index)


def test_a_model_that_diverged_says_so(tmp_path):
    for step in range(4):
        values = parameters(step)
        if step >= 2:
            values["b.weight"][0, :7] = np.nan
        safetensors.numpy.save_file(values, tmp_path / f"step{step}.safetensors")
    run = read_trajectory(tmp_path)
    assert run.series_named("nonfinite_parameters").values.tolist() == [0, 0, 7, 7]
    assert run.series_named("update/b").steps.tolist() == [1]
    assert run.series_named("update/a").steps.tolist() == [1, 2, 3]
    assert "2 updates with NaN" in run.metadata["remarks"]


# PyTorch's files.


def test_tensors_of_torch_bit_by_bit():
    weights = open_weights(SAMPLES / "odd_tensors.pt")
    expected = json.loads((SAMPLES / "odd_tensors.json").read_text())
    assert set(weights.tensors) == set(expected)
    for name, values in expected.items():
        loaded = weights.tensors[name].load()
        assert loaded.astype(np.float64).tolist() == values


def test_legacy_checkpoints_are_ordered_by_what_they_say_and_not_by_name():
    run = read_trajectory(SAMPLES / "legacy_1.pt")
    assert run.series_named("update/0").steps.tolist() == [20]  # legacy_2 is of step 10
    assert not any("exp_avg" in one.name or "score" in one.name for one in run.series)
    assert set(open_weights(SAMPLES / "legacy_1.pt").tensors) >= {"0.weight", "0.bias", "1.weight"}


def test_a_whole_module_gives_its_parameters():
    weights = open_weights(SAMPLES / "module.pt")
    assert {"0.weight", "0.bias", "1.weight", "1.bias"} <= set(weights.tensors)
    assert "torch.nn.modules.linear.Linear" in weights.remarks[0]


def test_eight_bit_floats():
    # Values of the OCP specification: largest, smallest normal and subnormal numbers.
    e4m3, e5m2 = tensors._float8_table(4, 3), tensors._float8_table(5, 2)
    assert (e4m3[0x7E], e4m3[0x08], e4m3[0x01], e4m3[0x80 + 0x38]) == (448.0, 2.0**-6, 2.0**-9, -1.0)
    assert (e5m2[0x7B], e5m2[0x04], e5m2[0x01]) == (57344.0, 2.0**-14, 2.0**-16)
    assert np.isnan(e4m3[[0x7F, 0xFF]]).all()
    assert np.isinf(e5m2[[0x7C, 0xFC]]).all()


@pytest.mark.parametrize("legacy", [False, True])
def test_against_torch(tmp_path, legacy):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(9, 70), torch.nn.BatchNorm1d(70), torch.nn.Linear(70, 3))
    model[2].bias = torch.nn.Parameter(model[0].weight[:3, 0].detach().clone().t())
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(5, 9)).square().sum().backward()
    optimizer.step()
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}
    torch.save(state, tmp_path / "a.pt", _use_new_zipfile_serialization=not legacy)
    weights = open_weights(tmp_path / "a.pt")
    assert weights.clocks == {"epoch": 3}
    assert set(weights.tensors) == set(model.state_dict())
    for name, tensor in model.state_dict().items():
        np.testing.assert_array_equal(weights.tensors[name].load(), tensor.numpy())


# Files that would run code.


class Evil:
    """Pickles to a call of a function with arguments."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def torch_zip(path: Path, program: bytes, **members: bytes) -> Path:
    """A file as `torch.save` makes it, around a program of ours."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", program)
        archive.writestr("archive/byteorder", "little")
        for key, data in members.items():
            archive.writestr(f"archive/data/{key.strip('_')}", data)
    return path


def evil_programs(marker: Path) -> dict[str, bytes]:
    command = f"echo > {marker}"
    code = f"open({str(marker)!r}, 'w').close()"
    programs = {
        "os.system": pickle.dumps({"state_dict": Evil(os.system, command)}),
        "eval": pickle.dumps(Evil(eval, code)),
        "exec, old protocol": pickle.dumps([Evil(exec, code)], protocol=0),
        "deep": pickle.dumps({"a": [{"b": (1, Evil(os.system, command))}]}, protocol=4),
        "subprocess": b"csubprocess\ncall\n((lS'touch'\naS'" + str(marker).encode() + b"'\natR.",
        "INST": b"(S'" + command.encode() + b"'\nios\nsystem\n.",
        "OBJ": b"(cos\nsystem\nS'" + command.encode() + b"'\no.",
        "nested name": b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c"
        + bytes([len(code)])
        + code.encode()
        + b"\x85R.",
        "after a tensor": b"}(S'a'\nK\x01S'b'\ncposix\nsystem\n(S'" + command.encode() + b"'\ntRu.",
    }
    return {name: program for name, program in programs.items() if len(code) < 256}


@pytest.mark.parametrize("wrapped", ["torch", "legacy", "bare"])
@pytest.mark.parametrize(
    "kind",
    [
        "os.system",
        "eval",
        "exec, old protocol",
        "deep",
        "subprocess",
        "INST",
        "OBJ",
        "nested name",
        "after a tensor",
    ],
)
def test_a_checkpoint_that_would_run_code_is_refused_and_runs_nothing(tmp_path, kind, wrapped):
    marker = tmp_path / "executed"
    program = evil_programs(marker)[kind]
    with pytest.MonkeyPatch.context() as patch:  # the program is a real one: pickle would run it
        called = []
        patch.setattr(pickle, "loads", lambda *a, **k: called.append(a))
        patch.setattr(pickle, "load", lambda *a, **k: called.append(a))
        path = tmp_path / "model_1.pt"
        if wrapped == "torch":
            torch_zip(path, program)
        elif wrapped == "legacy":
            head = (torch_file._MAGIC, 1001, {"little_endian": True})
            path.write_bytes(b"".join(pickle.dumps(one, protocol=2) for one in head) + program)
        else:
            path.write_bytes(b"\x80\x04" + program.removeprefix(b"\x80\x04"))
        words = "would run .* when loaded" if wrapped != "bare" else "a pickle, which Bloom does not load"
        for partial in (False, True):
            with pytest.raises(BloomError, match=words) as caught:
                read_trajectory(path, partial=partial)
            assert path.name in str(caught.value)
        assert called == []
    assert not marker.exists()


def test_the_programs_above_do_run_code_in_pickle(tmp_path):
    marker = tmp_path / "executed"
    for program in evil_programs(marker).values():
        pickle.loads(program)
        assert marker.exists()
        marker.unlink()


def test_one_bad_file_spoils_the_series(tmp_path):
    marker = tmp_path / "executed"
    safe = (SAMPLES / "odd_tensors.pt").read_bytes()
    (tmp_path / "m1.pt").write_bytes(safe)
    (tmp_path / "m2.pt").write_bytes(safe)
    torch_zip(tmp_path / "m3.pt", evil_programs(marker)["os.system"])
    for path in (tmp_path / "m1.pt", tmp_path):
        with pytest.raises(BloomError, match=r"m3.pt would run"):
            read_trajectory(path, partial=True)
    assert not marker.exists()


def test_unknown_classes_are_never_called(tmp_path):
    program = b"}S'w'\ncnowhere.to.be.found\nMaker\n(K\x01tR}S'x'\nK\x02sbs."
    path = torch_zip(tmp_path / "a.pt", program)
    assert "nowhere.to.be.found.Maker" in open_weights(path).remarks[0]


STORAGE = b"(S'storage'\nctorch\nFloatStorage\nS'0'\nS'cpu'\nK\x04tQ"


@pytest.mark.parametrize(
    ("offset", "size", "stride"),
    [
        (b"K\x00", b"K\x05", b"K\x01"),  # beyond the end
        (b"K\x03", b"K\x02", b"K\x01"),
        (b"K\x00", b"K\x03", b"K\x02"),
        (b"K\x00", b"J\xff\xff\xff\x7f", b"K\x00"),  # two thousand million numbers out of one
        (b"J\xff\xff\xff\xff", b"K\x02", b"K\x01"),  # before the beginning
        (b"K\x00", b"K\x02", b"J\xff\xff\xff\xff"),
        (b"S'x'\n", b"K\x02", b"K\x01"),
    ],
)
def test_a_tensor_that_reaches_beyond_its_storage_is_damage(tmp_path, offset, size, stride):
    call = (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + STORAGE
        + offset
        + b"("
        + size
        + b"t("
        + stride
        + b"t\x89}tR"
    )
    path = torch_zip(tmp_path / "a.pt", b"}S'w'\n" + call + b"s.", _0=bytes(16))
    with pytest.raises(BloomError, match=r"a.pt is damaged: copy it again"):
        open_weights(path)
    good = b"ctorch._utils\n_rebuild_tensor_v2\n(" + STORAGE + b"K\x00(K\x04t(K\x01t\x89}tR"
    path = torch_zip(tmp_path / "b.pt", b"}S'w'\n" + good + b"s.", _0=struct.pack("<4f", 1, 2, 3, 4))
    assert open_weights(path).tensors["w"].load().tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "program",
    [
        b"", b".", b"K\x01", b"(((((", b"\x80\x05\x95\xff\xff\xff\xff\xff\xff\xff\x7f", b"0.", b"h\x05.",
        b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.", b"\x96\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"r\xff\xff\xff\xff.", b"I" + b"9" * 9000 + b"\n.", b"(K\x01d.", b"K\x01K\x02K\x03s.", b"\x82\x01.",
        b"]" + b"\x85" * 200_000 + b".", b"}" + b"]" + b"\x85" * 200_000 + b"K\x01s.", b"Pid\n.", b"K\x01Q.",
    ],
)  # fmt: skip
def test_programs_that_are_none_are_damage(tmp_path, program):
    path = torch_zip(tmp_path / "a.pt", program)
    try:
        assert open_weights(path).tensors == {}
    except BloomError as error:
        assert "a.pt" in str(error)


def test_a_flipped_bit_in_a_tensor_is_found(tmp_path):
    data = bytearray((SAMPLES / "odd_tensors.pt").read_bytes())
    data[data.index(np.float32(5 / 7).tobytes())] ^= 1
    (tmp_path / "a.pt").write_bytes(data)
    plain = open_weights(tmp_path / "a.pt").tensors["plain"]
    with pytest.raises(BloomError, match=r"a.pt is damaged in .*data/0.*: copy it again"):
        plain.load()


# Real files.


@pytest.mark.parametrize(("pattern", "count"), [("epoch_1", 10), ("epoch2_7", 10), ("epoch_no_thresh_2", 5)])
def test_a_real_series(pattern, count):
    folder = data_path("logs/checkpoint_series/pbishop52+HEP-ML-Model/checkpoints")
    run = read_trajectory(folder / f"{pattern}.pt")
    assert len(run.updates) == 4
    for one in run.updates:
        assert one.steps.tolist() == list(range(2, count + 1))
    before, after = (
        open_weights(folder / f"{pattern.rpartition('_')[0]}_{step}.pt").tensors for step in (2, 3)
    )
    change = after["model.0.weight"].load().astype(float) - before["model.0.weight"].load()
    bias = after["model.0.bias"].load().astype(float) - before["model.0.bias"].load()
    norm = run.series_named("update_norm/model.0").values[1]
    # The length comes from the fold: exact to some percent, see directions.py.
    assert norm == pytest.approx(np.sqrt((change**2).sum() + (bias**2).sum()), rel=0.1)


def test_real_names_that_are_in_another_order_than_the_steps():
    folder = data_path("hostile/checkpoints")
    run = read_trajectory(folder / "name_order_is_not_step_order_v21.ckpt")
    assert run.updates[0].steps.tolist() == [248]  # v23 is of step 245


def test_a_real_series_with_a_jump(tmp_path):
    # The training was restarted before its fourth epoch: the update is what two random models are apart.
    folder = data_path("logs/checkpoint_series/pbishop52+HEP-ML-Model/checkpoints")
    for step in range(1, 11):
        shutil.copyfile(folder / f"epoch2_{step}.pt", tmp_path / f"epoch2_{step}.pt")
    jump = data_path("hostile/checkpoints/jump_epoch2_4.pt")
    shutil.copyfile(jump, tmp_path / "epoch2_4.pt")
    run = read_trajectory(tmp_path)
    norms = run.series_named("update_norm/model.0").values
    sizes = run.series_named("parameter_norm/model.0").values
    assert norms[2] > 5 * np.delete(norms, 2).mean()
    assert norms[2] == pytest.approx(np.hypot(sizes[1], sizes[2]), rel=0.1)


def test_a_real_model_of_nan(tmp_path):
    folder = data_path("hostile/checkpoints")
    shutil.copy(folder / "name_order_is_not_step_order_v21.ckpt", tmp_path / "best-v1.ckpt")
    shutil.copy(folder / "nan_weights.ckpt", tmp_path / "best-v2.ckpt")
    run = read_trajectory(tmp_path)
    bad = run.series_named("nonfinite_parameters")
    assert bad.steps.tolist() == [218, 248]
    assert bad.values[0] > 0 == bad.values[1]


def test_a_real_pickle_of_a_class_that_nobody_has():
    weights = open_weights(data_path("hostile/checkpoints/whole_module_pickle_unknown_class.pt"))
    assert {"encoder.weight", "decoder.weight", "decoder.bias"} <= set(weights.tensors)
    assert "model.CharRNN" in weights.remarks[0]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("AnAccountWithoutAName+Deep-Lineary-Gated-Networks/dlgn_model_h_64_n_4_b_1_a_8650.pth", 13),
        ("AliBayatMokhtari+mnist-tinygrad/model.safetensors", None),
    ],
)
def test_real_single_checkpoints(name, count):
    path = data_path(f"logs/checkpoint_single/{name}")
    weights = open_weights(path)
    assert count is None or len(weights.tensors) == count
    assert all(np.isfinite(tensor.load()).all() for tensor in weights.tensors.values() if tensor.is_float)
    with pytest.raises(BloomError, match="is one checkpoint"):
        read_trajectory(path)
