"""What the recorder knows of processes that train together: who writes, which part of a tensor lies where.

A tensor that every process has whole (data-parallel training, sharded optimizers) is folded by the writing
process alone, with no word to the others. Sharded parameters (``DTensor``, as of ``fully_shard``) are
folded where they lie, each process those numbers that it answers for, and the folds are summed on the
writing process: WIDTH + 1 float32 numbers for each group and recorded step.
"""

from __future__ import annotations

import itertools
import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING

from ..errors import BloomError

if TYPE_CHECKING:
    import torch

_PATIENCE = timedelta(seconds=60)  # how long processes may come to their first step one after the other
_meetings = itertools.count()


def rank() -> int:
    """The number of this process; 0 writes. Known from the environment before torch.distributed begins."""
    import torch.distributed

    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank()
    return int(os.environ.get("RANK", "0")) if os.environ.get("WORLD_SIZE", "1") != "1" else 0


def is_sharded(tensor: torch.Tensor) -> bool:
    """Whether a tensor is one of those that lie on several processes."""
    return hasattr(tensor, "device_mesh")


def meet(groups: list[str], step: int) -> tuple[list[str], int]:
    """Wait for all processes; returns all their groups and the writing process's step.

    They meet in the store of torch.distributed and not in a collective operation, which would wait for
    ever for a process that does not record. All go on, or none does.

    Raises
    ------
    BloomError
        If a process does not come within a minute.
    """
    import torch.distributed
    from torch.distributed.distributed_c10d import _get_default_store

    store = _get_default_store()
    number, processes = rank(), torch.distributed.get_world_size()
    place = f"bloom_blender/{next(_meetings)}"
    store.set(f"{place}/{number}", json.dumps(groups))
    if number == 0:
        keys = [f"{place}/{other}" for other in range(processes)]
        verdict = "alone"
        try:
            store.wait(keys, _PATIENCE)
            union = dict.fromkeys(itertools.chain(*(json.loads(store.get(key)) for key in keys)))
            verdict = json.dumps([list(union), step])
        except torch.distributed.DistStoreError:
            pass
    else:
        verdict = "alone"
        try:
            store.wait([f"{place}/verdict"], 2 * _PATIENCE)
        except torch.distributed.DistStoreError:
            pass
    # The first word counts, whoever says it.
    said = store.compare_set(f"{place}/verdict", "", verdict).decode()
    if said == "alone":
        raise BloomError(
            "the parameters are sharded, but not every process records: call record in all of them."
        )
    groups, step = json.loads(said)
    return groups, step


def add_up(rows: torch.Tensor) -> None:
    """Sum the rows of all processes on the writing one, in place; the others' are then of no meaning."""
    import torch.distributed

    torch.distributed.reduce(rows, dst=0)


def places_of(tensor) -> tuple[int, list[torch.Tensor] | None] | None:
    """Where the numbers of a sharded tensor lie that this process answers for.

    Of numbers that several processes have, the first of them answers.

    Returns
    -------
    None for no numbers at all; else the place of the first one in the flattened whole tensor, and for
    each axis what an index of the local tensor adds to the place, or None if all follow one another.
    """
    import torch
    from torch.distributed.tensor import Replicate, distribute_tensor

    mesh = tensor.device_mesh
    coordinate = mesh.get_coordinate()
    if coordinate is None or tensor.to_local().numel() == 0 or not _is_first_mesh(mesh):
        return None
    for number, placement in zip(coordinate, tensor.placements, strict=True):
        if placement.is_replicate() and number != 0:
            return None
    strides = [1]
    for length in reversed(tensor.shape[1:]):
        strides.insert(0, strides[0] * length)
    places = []
    for axis, length in enumerate(tensor.shape):
        # Sharding a list of the indices in the same way tells which of them are here.
        placements = [_along(placement, axis, tensor.ndim) or Replicate() for placement in tensor.placements]
        whole = torch.arange(length, device=mesh.device_type)
        indices = distribute_tensor(whole, mesh, placements, src_data_rank=None).to_local()
        places.append(indices * strides[axis])
    if not places:
        return 0, None
    start = sum(int(one[0]) for one in places)
    count = tensor.to_local().numel()
    if start + count - 1 == sum(int(one[-1]) for one in places) and _increase(places):
        return start, None
    return start, places


def _is_first_mesh(mesh) -> bool:
    """Whether this mesh is the first, with the first process, of those that a larger one was cut into.

    They all have the same tensors.
    """
    root = mesh._get_root_mesh() if hasattr(mesh, "_get_root_mesh") else mesh
    return bool((mesh.mesh == root.mesh.flatten()[0]).any())


def _along(placement, axis: int, axes: int):
    """The placement of a list of an axis's indices that goes with the tensor's; None if it is whole."""
    if not hasattr(placement, "dim") or placement.dim % axes != axis:
        return None
    if hasattr(placement, "split_factor"):  # sharded twice, as by tensor-parallel and fully_shard
        return type(placement)(0, split_factor=placement.split_factor)
    return type(placement)(0)


def _increase(places: list[torch.Tensor]) -> bool:
    """Whether each index is followed by a later place."""
    return all(bool((one[1:] > one[:-1]).all()) for one in places)
