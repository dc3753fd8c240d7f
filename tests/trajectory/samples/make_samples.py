"""Makes the files in this folder with the programs that they come from.

They are committed, because these programs are large and the tests run without them. Needs tensorboard,
wandb and torch, each in an environment of its own if need be: give the names of those to make.

    python make_samples.py tensorboard wandb torch
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def make_tensorboard() -> None:
    """Scalars as TensorFlow 1, TensorFlow 2 and PyTorch write them, a histogram, and a restart."""
    from tensorboard.compat.proto.event_pb2 import Event, SessionLog
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
    from tensorboard.summary.writer.record_writer import RecordWriter

    with open(HERE / "events.out.tfevents.1700000000.sample", "wb") as file:
        writer = RecordWriter(file)

        def write(**fields) -> None:
            writer.write(Event(wall_time=1.7e9, **fields).SerializeToString())

        def write_value(step: int, **fields) -> None:
            write(step=step, summary=Summary(value=[Summary.Value(**fields)]))

        write(file_version="brain.Event:2")
        for step in range(0, 100, 10):
            write_value(step, tag="loss", simple_value=3.0 / (1 + step))
            write_value(step, tag="accuracy", tensor=TensorProto(dtype=1, float_val=[step / 100]))
            write_value(
                step,
                tag="rate",
                tensor=TensorProto(
                    dtype=2, tensor_shape=TensorShapeProto(), tensor_content=_double(0.1 * 0.5 ** (step / 10))
                ),
            )
            write_value(step, tag="words", tensor=TensorProto(dtype=7, string_val=[b"text"]))
        write_value(90, tag="weights", histo={"min": 0.0, "max": 1.0, "num": 5000, "bucket": [1.0] * 9000})
        write(step=50, session_log=SessionLog(status=SessionLog.START))
        for step in range(50, 80, 10):
            write_value(step, tag="loss", simple_value=7.0)
        write_value(80, tag="loss", simple_value=float("nan"))
        writer.flush()


def _double(number: float) -> bytes:
    import struct

    return struct.pack("<d", number)


def make_wandb() -> None:
    """The file that wandb keeps beside a run, with a record longer than a block."""
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        import wandb

        settings = wandb.Settings(
            mode="offline", console="off", silent=True, disable_git=True, disable_code=True,
            disable_job_creation=True, x_disable_meta=True, x_disable_stats=True, x_disable_machine_info=True,
            save_code=False, host="host", username="user", program="train.py", root_dir=".",
        )  # fmt: skip
        with wandb.init(project="project", name="sample", id="sample", settings=settings) as run:
            for step in range(0, 200, 10):
                run.log({"train/loss": 3.0 / (1 + step), "optimizer": {"rate": 0.1}}, step=step)
                if step == 100:
                    run.log({"note": "x" * 40_000, "validation/loss": 0.5}, step=step)
            run.log({"train/loss": float("nan")}, step=200)
        (file,) = Path(folder).rglob("*.wandb")
        (HERE / "sample.wandb").write_bytes(file.read_bytes())


def make_torch() -> None:
    """Checkpoints of torch in its two formats, a whole module, and odd tensors."""
    import torch

    torch.manual_seed(0)
    table = torch.arange(24.0).reshape(6, 4) / 7
    tensors = {
        "plain": table,
        "turned": table.t(),
        "part": table[1:5:2, 1:],
        "half": table[0].half(),
        "bfloat16": table[1].bfloat16(),
        "double": table[2].double() / 3,
        "float8": table[0].to(torch.float8_e4m3fn),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
    }
    torch.save(tensors, HERE / "odd_tensors.pt")
    expected = {name: tensor.double().tolist() for name, tensor in tensors.items()}
    (HERE / "odd_tensors.json").write_text(json.dumps(expected))
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(model.parameters())
    for step in (1, 2):
        model(torch.randn(5, 3)).square().sum().backward()
        optimizer.step()
        state = {
            "model_state_dict": model.state_dict(),
            "optimizer_state_dict": optimizer.state_dict(),
            "global_step": 10 * step,
            "best_score": torch.tensor(0.5),
        }
        torch.save(state, HERE / f"legacy_{3 - step}.pt", _use_new_zipfile_serialization=False)
    torch.save(model, HERE / "module.pt")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        {"tensorboard": make_tensorboard, "wandb": make_wandb, "torch": make_torch}[name]()
