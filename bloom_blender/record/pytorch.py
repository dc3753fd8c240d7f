"""Record a PyTorch training run without touching its loop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from .directions import ROWS_PER_WORD, WIDTH, Change, Key, sign_words, tensor_key
from .recorder import Recorder

if TYPE_CHECKING:
    import torch

_BLOCK_WORDS = {"cpu": 8, "cuda": 128}  # larger pieces on a graphics card, 4 million numbers


@contextmanager
def record(
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    path: str | PathLike,
    every: int = 1,
    directions: int = 16,
    seed: int = 0,
    **options,
) -> Iterator[Recorder]:
    """Record the run inside a ``with`` block; yields the `Recorder`, for metrics and snapshots.

    After every `every` optimizer steps the change of the model's trained parameters is projected on the
    device where they are. A copy of the parameters is kept there for that.

    Parameters
    ----------
    model : torch.nn.Module
        Gives the names; only parameters that `optimizer` trains are recorded.
    optimizer : torch.optim.Optimizer
    path, every, directions, seed, **options
        See `Recorder`.

    Raises
    ------
    BloomError
        Before the training only, if an argument makes no sense. Later failures give one warning.
    """
    recorder = Recorder(path, every=every, directions=directions, seed=seed, **options)
    handle = None
    try:
        handle = _install(recorder, model, optimizer)
    except Exception as error:
        recorder.complain("record", error)
    try:
        yield recorder
    finally:
        if handle is not None:
            handle.remove()
        recorder.close()


def _install(recorder: Recorder, model, optimizer):
    """Hook a recorder to an optimizer; returns the handle that removes the hook."""
    import torch

    recorder.metadata.setdefault("framework", f"torch {torch.__version__}")
    trained = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    parameters = {
        clean_name(name): parameter
        for name, parameter in model.named_parameters()
        if id(parameter) in trained
    }
    before: dict[str, torch.Tensor] = {}
    _measure(parameters, before, recorder)

    def after_step(*_):
        try:
            if recorder.count_step():
                recorder.add_changes(_measure(parameters, before, recorder))
        except Exception as error:
            recorder.complain("record", error)

    return optimizer.register_step_post_hook(after_step)


def clean_name(name: str) -> str:
    """A parameter's name without what torch.compile and the parallel wrappers add to it."""
    return name.replace("_orig_mod.", "").removeprefix("module.")


def _measure(parameters: dict, before: dict, recorder: Recorder) -> dict[str, Change]:
    """The change of each group since the last call; `before` holds the values then, and is renewed.

    All that leaves a device is, for each group, the fold of its change and two sums, in one copy.
    """
    import torch

    sums: dict[tuple[torch.device, str], torch.Tensor] = {}
    with torch.no_grad():
        for name, parameter in parameters.items():
            try:
                after = parameter.detach()
                if after.is_complex():
                    after = torch.view_as_real(after)
                old = before.get(name)
                if old is None or old.shape != after.shape:
                    before[name] = after.clone()
                    continue
                old = old.to(after.device)
                change = _measure_tensor(old, after, tensor_key(name, tuple(parameter.shape), recorder.seed))
                before[name] = old.copy_(after)
            except Exception as error:
                recorder.complain_of_parameter(name, error)
                continue
            place = (after.device, recorder.group_of(name))
            sums[place] = sums[place] + change if place in sums else change
        changes: dict[str, Change] = {}
        for device in {device for device, _ in sums}:
            groups = [group for on, group in sums if on == device]
            rows = torch.stack([sums[device, group] for group in groups]).cpu().double().numpy()
            for group, row in zip(groups, rows, strict=True):
                change = Change(row[:WIDTH], float(row[WIDTH]), float(row[WIDTH + 1]))
                changes[group] = changes[group] + change if group in changes else change
    return changes


def _measure_tensor(old: torch.Tensor, after: torch.Tensor, key: Key) -> torch.Tensor:
    """The fold of after − old (WIDTH numbers), its sum of squares, and that of `after`, on their device.

    The sums are in float64, or float32 on devices that have no float64.
    """
    import torch

    device = after.device
    dtype = torch.float32 if device.type == "mps" else torch.float64
    flat_old, flat_after = old.reshape(-1), after.reshape(-1)
    result = torch.zeros(WIDTH + 2, dtype=dtype, device=device)
    block_words = _BLOCK_WORDS.get(device.type, 32)
    block_size = block_words * ROWS_PER_WORD * WIDTH
    shifts = torch.arange(ROWS_PER_WORD, dtype=torch.int32, device=device)[:, None]
    for block, start in enumerate(range(0, flat_after.numel(), block_size)):
        values = flat_after[start : start + block_size].to(dtype)
        difference = values - flat_old[start : start + block_size].to(dtype)
        words = -(-difference.numel() // (ROWS_PER_WORD * WIDTH))
        signs = sign_words(key, block * block_words, words).view(np.int32)
        bits = (torch.from_numpy(signs).to(device)[:, None, :] >> shifts) & 1
        padded = torch.nn.functional.pad(difference, (0, bits.numel() - difference.numel()))
        result[:WIDTH] += (padded.view(bits.shape) * (1 - 2 * bits)).sum((0, 1))
        result[WIDTH] += difference.square().sum()
        result[WIDTH + 1] += values.square().sum()
    return result
