"""The adapters, each with its real framework where that is installed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from bloom_blender.record import Recorder
from bloom_blender.trajectory import read_bloom

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def _no_complaint():
    """Whatever the frameworks warn of, the recorder must not."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "the training goes on")
        yield


@pytest.fixture
def data():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install torch)")
    torch.manual_seed(0)
    x = torch.randn(64, 5)
    return torch.utils.data.TensorDataset(x, x.sum(1, keepdim=True))


def test_lightning(tmp_path, data):
    lightning = pytest.importorskip("lightning.pytorch", reason="pip install lightning")
    import torch

    from bloom_blender.record.lightning import callback

    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.inner = torch.nn.Linear(5, 1)

        def training_step(self, batch, _):
            loss = torch.nn.functional.mse_loss(self.inner(batch[0]), batch[1])
            self.log("loss", loss, on_step=True, on_epoch=True)
            self.log("constant", 0.5)
            return loss

        def validation_step(self, batch, _):
            self.log("validation", torch.nn.functional.mse_loss(self.inner(batch[0]), batch[1]))

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), lr=0.1)

    def trainer(epochs, **options):
        return lightning.Trainer(
            max_epochs=epochs,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            accumulate_grad_batches=2,
            callbacks=[callback(tmp_path / "run.bloom", every=2, **options)],
        )

    loaders = [torch.utils.data.DataLoader(data, batch_size=8) for _ in range(2)]
    module, first = Module(), trainer(2)
    first.fit(module, *loaders)
    first.save_checkpoint(tmp_path / "state.ckpt")
    back = read_bloom(tmp_path / "run.bloom")
    assert [one.name for one in back.updates] == ["update/inner"]
    assert back.updates[0].steps.tolist() == [2, 4, 6, 8]  # 8 batches, two a step, two epochs
    # Each is recorded when it is measured: validation and means once an epoch.
    assert back.series_named("validation").steps.tolist() == [4, 8]
    assert back.series_named("loss_epoch").steps.tolist() == [4, 8]
    assert back.series_named("constant").steps.tolist() == list(range(9))
    assert back.series_named("loss").values[-1] < back.series_named("loss").values[0]

    trainer(3).fit(module, *loaders, ckpt_path=tmp_path / "state.ckpt")
    again = read_bloom(tmp_path / "run.bloom")
    assert again.updates[0].steps.tolist() == [2, 4, 6, 8, 10, 12]
    np.testing.assert_array_equal(again.updates[0].values[:4], back.updates[0].values)


def test_huggingface(tmp_path, data):
    transformers = pytest.importorskip("transformers", reason="pip install transformers")
    pytest.importorskip("accelerate", reason="pip install accelerate")
    import torch

    from bloom_blender.record.huggingface import callback

    configuration = transformers.GPT2Config(
        n_layer=1, n_head=2, n_embd=8, vocab_size=20, n_positions=8, bos_token_id=0, eos_token_id=0
    )
    words = [{"input_ids": row, "labels": row} for row in torch.randint(20, (40, 8))]

    def train(steps, **options):
        torch.manual_seed(0)
        arguments = transformers.TrainingArguments(
            output_dir=str(tmp_path / "out"), max_steps=steps, per_device_train_batch_size=4,
            logging_steps=3, save_steps=6, report_to=[], use_cpu=True, disable_tqdm=True,
            gradient_accumulation_steps=2,
        )  # fmt: skip
        trainer = transformers.Trainer(
            transformers.GPT2LMHeadModel(configuration),
            arguments,
            train_dataset=words,
            callbacks=[callback(tmp_path / "run.bloom", every=3)],
        )
        trainer.train(**options)

    train(6)
    back = read_bloom(tmp_path / "run.bloom")
    assert "update/transformer.h.0.attn.c_attn" in [one.name for one in back.updates]
    assert {tuple(one.steps) for one in back.updates} == {(3, 6)}
    assert back.series_named("loss").steps.tolist() == [3, 6]
    train(12, resume_from_checkpoint=True)
    again = read_bloom(tmp_path / "run.bloom")
    assert {tuple(one.steps) for one in again.updates} == {(3, 6, 9, 12)}
    np.testing.assert_array_equal(again.updates[0].values[:2], back.updates[0].values)


def test_accelerate(tmp_path, data):
    accelerate = pytest.importorskip("accelerate", reason="pip install accelerate")
    import torch

    from bloom_blender.record.accelerate import tracker

    bloom = tracker(tmp_path / "run.bloom", every=2)
    accelerator = accelerate.Accelerator(cpu=True, log_with=bloom, gradient_accumulation_steps=2)
    model = torch.nn.Linear(5, 1)
    model, optimizer, loader = accelerator.prepare(
        model, torch.optim.SGD(model.parameters(), lr=0.1), torch.utils.data.DataLoader(data, batch_size=8)
    )
    bloom.watch(model, optimizer)
    accelerator.init_trackers("run", config={"rate": 0.1})
    for x, y in loader:
        with accelerator.accumulate(model):
            loss = torch.nn.functional.mse_loss(model(x), y)
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
            accelerator.log({"loss": loss, "note": "not a number"})
    accelerator.end_training()
    back = read_bloom(tmp_path / "run.bloom")
    assert back.updates[0].steps.tolist() == [2, 4]
    assert back.series_named("loss").steps.tolist() == [0, 1, 2, 3, 4]
    assert back.metadata["rate"] == "0.1"


KERAS = """
import os, sys
os.environ["KERAS_BACKEND"] = sys.argv[2]
import keras, numpy as np, warnings
from bloom_blender.record.keras import callback
warnings.filterwarnings("error", "the training goes on")
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(7, name="one"),
                          keras.layers.Dense(1, name="two")])
model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
bloom = callback(sys.argv[1], every=4)
model.fit(x, x.sum(1), batch_size=8, epochs=2, shuffle=False, verbose=0, callbacks=[bloom])
"""


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_keras(tmp_path, backend):
    for package in ("keras", backend):  # importing keras would choose its backend
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"pip install {package}")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KERAS_HOME": str(tmp_path)}
    out = tmp_path / "run.bloom"
    subprocess.run([sys.executable, "-c", KERAS, str(out), backend], env=environment, check=True)
    back = read_bloom(out)
    assert [one.name for one in back.updates] == ["update/sequential/one", "update/sequential/two"]
    assert {tuple(one.steps) for one in back.updates} == {(4, 8, 12, 16)}
    assert back.series_named("loss").steps.tolist() == list(range(1, 17))
    assert back.series_named("epoch_loss").steps.tolist() == [8, 16]


def test_jax_arrays(tmp_path):
    jax = pytest.importorskip("jax", reason="pip install jax")
    parameters = {"dense": {"kernel": jax.numpy.ones((3, 4)), "bias": jax.numpy.ones(4, "bfloat16")}}
    with Recorder(tmp_path / "run.bloom") as recorder:
        for _ in range(3):
            recorder.step(parameters, loss=jax.numpy.float32(2))
            parameters = jax.tree.map(lambda one: one * 2, parameters)
    back = read_bloom(tmp_path / "run.bloom")
    assert back.series_named("update_norm/dense").values.tolist() == pytest.approx([4.0, 8.0])
    assert back.series_named("loss").values.tolist() == [2, 2, 2]
