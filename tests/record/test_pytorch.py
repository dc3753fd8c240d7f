# ruff: noqa: PT012, PT031 (a recording takes more than one statement)

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from bloom_blender.record import record
from bloom_blender.record.directions import WIDTH, measure_change, mixer, tensor_key
from bloom_blender.trajectory import read_bloom

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install torch)")

ROOT = Path(__file__).resolve().parent.parent.parent


def make(seed=0):
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Embedding(50, 8), torch.nn.Linear(8, 6), torch.nn.Linear(6, 50))
    return model, torch.optim.Adam(model.parameters(), lr=0.01)


def values(model):
    return {name: parameter.detach().float().numpy().copy() for name, parameter in model.named_parameters()}


def step(model, optimizer):
    words = torch.randint(50, (20,))
    loss = torch.nn.functional.cross_entropy(model(words), (words + 1) % 50)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def test_the_loop_is_unchanged_and_everything_is_recorded(tmp_path):
    model, optimizer = make()
    history, losses = [values(model)], []
    with record(model, optimizer, tmp_path / "run.bloom", every=2, directions=5, seed=9) as recorder:
        for _ in range(6):
            loss = step(model, optimizer)
            recorder.log(loss=loss)
            losses.append(loss.item())
            history.append(values(model))
        recorder.snapshot("source", [f"w{i}" for i in range(50)], model[0].weight)
    back = read_bloom(tmp_path / "run.bloom")
    assert [one.name for one in back.updates] == ["update/0", "update/1", "update/2"]
    assert back.metadata["framework"] == f"torch {torch.__version__}"
    update = back.series_named("update/1")
    assert update.steps.tolist() == [2, 4, 6]
    for row, (before, after) in enumerate(zip(history[0::2], history[2::2], strict=False)):
        change = measure_change("1.weight", before["1.weight"], after["1.weight"], 9)
        change += measure_change("1.bias", before["1.bias"], after["1.bias"], 9)
        np.testing.assert_allclose(update.values[row], change.folded @ mixer(5, 9), rtol=1e-5, atol=1e-8)
        norms = [back.series_named(f"{kind}_norm/1").values[row] for kind in ("update", "parameter")]
        np.testing.assert_allclose(
            norms, [change.update_square**0.5, change.parameter_square**0.5], rtol=1e-6
        )
    np.testing.assert_allclose(back.series_named("loss").values, losses)
    np.testing.assert_array_equal(back.embedding().vectors[0], history[6]["0.weight"])


@pytest.mark.parametrize("shape", [(), (3,), (WIDTH + 1,), (700, 900)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_tensors_are_measured_like_arrays(shape, dtype):
    from bloom_blender.record.pytorch import _measure_tensor

    old, new = torch.randn(shape).to(dtype), torch.randn(shape).to(dtype)
    row = _measure_tensor(old, new, tensor_key("a", shape, 0)).numpy()
    change = measure_change("a", old.double().numpy(), new.double().numpy(), 0)
    np.testing.assert_allclose(row[:WIDTH], change.folded, rtol=0, atol=1e-9)
    np.testing.assert_allclose(row[WIDTH:], [change.update_square, change.parameter_square], rtol=1e-12)


def test_recording_does_not_change_the_training(tmp_path):
    plain, optimizer = make()
    for _ in range(3):
        step(plain, optimizer)
    recorded, optimizer = make()
    with record(recorded, optimizer, tmp_path / "run.bloom"):
        for _ in range(3):
            step(recorded, optimizer)
    for name, value in values(plain).items():
        np.testing.assert_array_equal(value, values(recorded)[name])


def test_the_hook_is_gone_after_the_block(tmp_path):
    model, optimizer = make()
    with record(model, optimizer, tmp_path / "run.bloom") as recorder:
        step(model, optimizer)
    before = (tmp_path / "run.bloom").read_bytes()
    step(model, optimizer)
    assert recorder.current_step == 1
    assert (tmp_path / "run.bloom").read_bytes() == before


def test_only_trained_parameters_are_recorded_and_shared_ones_once(tmp_path):
    model, _ = make()
    model[2].weight = torch.nn.Parameter(torch.randn(50, 6))
    optimizer = torch.optim.SGD([model[2].weight], lr=0.1)
    with record(model, optimizer, tmp_path / "run.bloom"):
        step(model, optimizer)
    assert [one.name for one in read_bloom(tmp_path / "run.bloom").updates] == ["update/2"]


def test_wrappers_do_not_change_names():
    from bloom_blender.record.pytorch import clean_name

    assert clean_name("module._orig_mod.encoder.weight") == "encoder.weight"
    assert clean_name("encoder.module.weight") == "encoder.module.weight"


def test_complex_and_half_precision_parameters(tmp_path):
    model = torch.nn.Module()
    model.a = torch.nn.Parameter(torch.randn(4, 3, dtype=torch.complex64))
    model.b = torch.nn.Parameter(torch.randn(4, dtype=torch.bfloat16))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with record(model, optimizer, tmp_path / "run.bloom") as recorder:
        (model.a.abs().sum() + model.b.sum().float()).backward()
        optimizer.step()
        recorder.snapshot("source", ["x"], model.b[None])
    assert len(read_bloom(tmp_path / "run.bloom").updates) == 2


def test_a_failure_in_the_hook_warns_once_and_the_training_goes_on(tmp_path, monkeypatch):
    from bloom_blender.record import pytorch

    model, optimizer = make()
    with (
        pytest.warns(
            RuntimeWarning, match="parameter 0.weight cannot be measured .RuntimeError: out of memory"
        ) as caught,
        record(model, optimizer, tmp_path / "run.bloom") as recorder,
    ):
        step(model, optimizer)

        def fail(*_):
            raise RuntimeError("out of memory")

        with monkeypatch.context() as patch:
            patch.setattr(pytorch, "_measure_tensor", fail)
            step(model, optimizer)
            step(model, optimizer)
        step(model, optimizer)
        recorder.log(loss=1.0)
    assert len(caught) == 1
    back = read_bloom(tmp_path / "run.bloom")
    assert back.series_named("update/0").steps.tolist() == [1, 4]


def test_a_model_that_cannot_be_recorded_trains_all_the_same(tmp_path):
    model, optimizer = make()
    with (
        pytest.warns(RuntimeWarning, match="the training goes on"),
        record(None, optimizer, tmp_path / "run.bloom") as recorder,
    ):
        step(model, optimizer)
        recorder.log(loss=1.0)
    assert read_bloom(tmp_path / "run.bloom").series_named("loss").values.tolist() == [1.0]


def test_an_error_of_the_training_comes_through(tmp_path):
    model, optimizer = make()
    with pytest.raises(KeyboardInterrupt), record(model, optimizer, tmp_path / "run.bloom"):
        step(model, optimizer)
        raise KeyboardInterrupt
    assert read_bloom(tmp_path / "run.bloom").updates


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_on_a_graphics_card():
    from bloom_blender.record.pytorch import _measure_tensor

    old, new = torch.randn(3000, 3000), torch.randn(3000, 3000)
    key = tensor_key("a", old.shape, 0)
    expected = _measure_tensor(old, new, key)
    torch.testing.assert_close(
        _measure_tensor(old.cuda(), new.cuda(), key).cpu(), expected, atol=1e-9, rtol=1e-9
    )


def test_the_example_script_runs(tmp_path):
    pytest.importorskip("django", reason="Django is not installed (pip install django)")
    out = tmp_path / "sample.bloom"
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples/train_translation.py"), "--out", str(out), "--epochs", "1",
         "--words", "120", "--width", "4", "--hidden", "8", "--batch", "64", "--show", "1"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "never seen" in done.stdout
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        back = read_bloom(out)
    assert len(back.updates) == 12
    assert back.embedding("target").vectors.shape == (2, 120, 4)
