"""Small trainings that are the same on any number of processes; torchrun starts them for the tests.

    train_distributed.py FOLDER KIND…

Each kind of training is recorded to FOLDER/KIND.bloom. The model is seeded and the processes share out the
batch, so that the gradients, averaged over them, are those of one process.
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.optim import ZeroRedundancyOptimizer
from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module

from bloom_blender.record import distributed, record
from bloom_blender.record.pytorch import Folder

PROCESSES = int(os.environ.get("WORLD_SIZE", "1"))
RANK = int(os.environ.get("RANK", "0"))


class Model(nn.Module):
    """Sizes that no number of processes divides."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(37, 9)
        self.norm = nn.LayerNorm(9)
        self.first = nn.Linear(9, 150)
        self.second = nn.Linear(150, 37)

    def forward(self, words):
        return self.second(torch.tanh(self.first(self.norm(self.embedding(words)))))


def parallel(model: nn.Module, kind: str) -> tuple[nn.Module, int, int]:
    """The model spread over the processes; which share of the batch is this one's, of how many."""
    if kind in ("ddp", "zero"):
        return nn.parallel.DistributedDataParallel(model), RANK, PROCESSES
    if kind.startswith("fsdp"):
        for part in (model.first, model.second):
            fully_shard(part)
        return fully_shard(model), RANK, PROCESSES
    if kind == "mixed":  # one module is sharded, the others lie whole on every process
        fully_shard(model.first)
        return model, 0, 1
    if kind == "replicated":  # sharded over pairs of processes, and each pair has all
        mesh = init_device_mesh("cpu", (PROCESSES // 2, 2), mesh_dim_names=("copies", "shards"))
        return fully_shard(model, mesh=mesh), RANK, PROCESSES
    if kind in ("tensor", "both"):
        mesh = init_device_mesh("cpu", (PROCESSES // 2, 2), mesh_dim_names=("data", "tensor"))
        plan = {"first": ColwiseParallel(), "second": RowwiseParallel()}
        parallelize_module(model, mesh["tensor"], plan)
        if kind == "both":
            for part in (model.first, model.second, model):
                fully_shard(part, mesh=mesh["data"])
            return model, RANK // 2, PROCESSES // 2
    return model, 0, 1


def train(model, optimizer, steps, share: int, shares: int, recorder) -> None:
    """Train on seeded words."""
    for step in steps:
        torch.manual_seed(step)
        words = torch.randint(37, (20,))[share::shares]
        loss = nn.functional.cross_entropy(model(words), (words + 1) % 37)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if recorder is not None:
            recorder.log(learning_rate=0.1 / step)


def main(folder: Path, kind: str) -> None:
    """Make a model, train and record."""
    torch.manual_seed(0)
    model, share, shares = parallel(Model(), kind)
    if kind == "zero":
        optimizer = ZeroRedundancyOptimizer(model.parameters(), torch.optim.Adam, lr=0.01)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01, foreach=False)
    options = {"every": 2, "embeddings": {"embedding.weight": "abc"}, "snapshot_every": 2}
    out = folder / f"{kind}.bloom"
    if kind == "fsdp_alone" and RANK != 0:
        train(model, optimizer, range(1, 7), share, shares, None)
        return
    with record(model, optimizer, out, **options) as recorder:
        train(model, optimizer, range(1, 5 if kind == "fsdp_parts" else 7), share, shares, recorder)
    if kind == "fsdp_parts":
        with record(model, optimizer, out, resume=True, **options) as recorder:
            train(model, optimizer, range(5, 7), share, shares, recorder)


@contextlib.contextmanager
def trouble(kind: str):
    """What goes wrong in this kind of training; the others do not even warn."""
    fold = Folder.fold

    def fail(self, tensor, key, start=0):
        if start:
            raise RuntimeError("out of memory")
        return fold(self, tensor, key, start)

    if kind == "fsdp_alone":
        distributed._PATIENCE = timedelta(seconds=1)
    if kind == "fsdp_failing":
        Folder.fold = fail
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    Folder.fold = fold
    for one in caught:
        if issubclass(one.category, RuntimeWarning):
            print(f"process {RANK}, {kind}: {one.message}", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    if PROCESSES > 1:
        dist.init_process_group("gloo", timeout=timedelta(seconds=60))
    for each in sys.argv[2:]:
        with trouble(each):
            main(Path(sys.argv[1]), each)
    if PROCESSES > 1:
        dist.barrier()
        dist.destroy_process_group()
