"""A series of checkpoints: how the parameters changed from each to the next, projected as by the recorder.

The files of a series have names that differ in numbers only (``epoch_1.pt``, ``epoch_10.pt``,
``checkpoint-500/model.safetensors``). They are put in order of the step, never of the name. One tensor of
one checkpoint is in memory at a time; what is kept of it is its fold, see `directions`.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ...errors import BloomError
from ...files import open_regular
from .. import directions
from ..groups import clean_name, module_of
from ..options import Options
from ..source import Source, folder_name
from ..trajectory import Series, Trajectory
from . import arrays, safetensors_file, torch_file
from .order import EPOCH_LABEL, STEP_LABEL, first_that_orders, neighbours, numbers_in_names
from .tensors import Tensor, Weights

FORMAT = "checkpoints"

_SUFFIXES = (".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".npz", ".index.json", ".pkl", ".tar")

# Counters within a checkpoint, the first of them that there is.
_STEP_KEYS = ("global_step", "step", "steps", "iter_num", "iteration", "iter", "n_iter", "num_updates")
_EPOCH_KEYS = ("epoch", "epochs")

# Files of a folder of Hugging Face that hold its model, the first of them that there is.
MODEL_FILES = (
    "model.safetensors.index.json", "model.safetensors", "adapter_model.safetensors",
    "diffusion_pytorch_model.safetensors", "pytorch_model.bin.index.json", "pytorch_model.bin",
    "adapter_model.bin", "pytorch_model.pt", "model.pt",
)  # fmt: skip

# Float buffers that training changes but no optimizer does.
_BUFFERS = re.compile(r"(.*\.)?(running_mean|running_var|num_batches_tracked|running_std|inv_freq)")


def recognizes(source: Source) -> bool:
    """Whether the file holds weights."""
    if safetensors_file.recognizes(source) or torch_file.recognizes(source):
        return True
    return arrays.recognizes(source) and arrays.is_weights(source)


def is_candidate(path: Path) -> bool:
    """Whether a file is worth a look, by its name."""
    return path.name.lower().endswith(_SUFFIXES)


@dataclass(frozen=True)
class Checkpoint:
    """A file of weights (or the index of several), and the name by which it is ordered."""

    path: Path
    label: str

    @cached_property
    def weights(self) -> Weights:
        """The tensors that may be trained, opened and not loaded."""
        weights = open_weights(self.path)
        # As the recorder calls them; what is no Unicode cannot be stored.
        names = [clean_name(name).encode("utf-8", "replace").decode() for name in weights.tensors]
        if len(set(names)) < len(names):
            names = list(weights.tensors)
        trained = {
            name: tensor
            for name, tensor in zip(names, weights.tensors.values(), strict=True)
            if tensor.is_float and tensor.count and not _BUFFERS.fullmatch(name)
        }
        return Weights(trained, weights.clocks, weights.remarks)

    def release(self) -> None:
        """Let go of the file."""
        self.__dict__.pop("weights", None)


def open_weights(path: Path) -> Weights:
    """The tensors of any file of weights."""
    if path.name.endswith(".index.json"):
        return safetensors_file.open_shards(path)
    source = Source(path)
    if torch_file.recognizes(source):
        return torch_file.open_weights(path)
    if safetensors_file.recognizes(source):
        return safetensors_file.open_weights(path)
    if arrays.recognizes(source):
        return arrays.open_weights(path)
    raise BloomError(
        f"{path.name} is not a checkpoint that Bloom can read: save the state dict with torch.save."
    )


def series_of(path: Path) -> list[Checkpoint]:
    """The series that a file belongs to: its neighbours with a name that differs in numbers only."""
    return [Checkpoint(one, one.name) for one in neighbours(path)]


def read(source: Source, options: Options) -> Trajectory:
    """Read the series that a file belongs to."""
    return read_series(series_of(source.path), folder_name(source.path) or "run", options)


def read_series(files: Sequence[Checkpoint], name: str, options: Options) -> Trajectory:
    """The updates between checkpoints, their norms, and those of the parameters, for each group.

    Parameters
    ----------
    files : sequence of Checkpoint
        Two or more, in any order.
    name : str
        What to call the run.

    Raises
    ------
    BloomError
        If there are too few, they cannot be ordered, or they have no tensor in common.
    """
    steps, ordered, remarks = in_step_order(files, options)
    return _Differences(options, remarks).read(steps, ordered, name)


def plan(files: Sequence[Checkpoint], options: Options) -> dict:
    """What `read_series` would give, from the headers alone: steps, and the groups with their sizes."""
    steps, ordered, _ = in_step_order(files, options)
    groups: dict[str, int] = {}
    for name, tensor in ordered[-1].weights.tensors.items():
        groups[module_of(name)] = groups.get(module_of(name), 0) + tensor.count
    return {"steps": steps, "groups": groups}


def in_step_order(
    files: Sequence[Checkpoint], options: Options
) -> tuple[list[int], list[Checkpoint], list[str]]:
    """Steps and files in their order, and remarks; see `_steps` for where the steps come from."""
    sound, remarks = [], []
    for one in sorted(files, key=lambda one: one.label):
        try:
            if one.weights.tensors:
                sound.append(one)
        except torch_file.Refused:
            raise
        except BloomError as error:
            if not options.partial:
                raise
            remarks.append(str(error))
    if not sound:
        which = files[0].path.name if files else "the folder"
        raise BloomError(f"{which} holds no parameters: choose the checkpoints of a training.")
    if len(sound) == 1:
        raise BloomError(
            f"{sound[0].path} is one checkpoint, which is a place and not a way: "
            f"choose the folder with all checkpoints of the run, or its log."
        )
    steps = _steps(sound)
    pairs = sorted(zip(steps, sound, strict=True), key=lambda pair: pair[0])
    return [step for step, _ in pairs], [one for _, one in pairs], remarks


def _steps(files: Sequence[Checkpoint]) -> list[int]:
    """The step of each file, from the first of these that all have and that tells them apart.

    A counter of steps within the file; trainer_state.json beside it; a number called step in its name; a
    counter of epochs within; a number called epoch in its name; any number in its name.
    """
    labels = [one.label for one in files]

    def within(keys: Sequence[str]) -> list[list[int | None]]:
        return [[one.weights.clocks.get(key) for one in files] for key in keys]

    steps = first_that_orders(
        [
            *within(_STEP_KEYS),
            [_trainer_step(one.path.parent) for one in files],
            *numbers_in_names(labels, STEP_LABEL),
            *within(_EPOCH_KEYS),
            *numbers_in_names(labels, EPOCH_LABEL),
            *numbers_in_names(labels),
        ]
    )
    if steps is not None:
        return steps
    names = ", ".join(one.label for one in files[:3])
    raise BloomError(
        f"the checkpoints {names} … have no step that tells them apart: put the step into each file's name."
    )


def _trainer_step(folder: Path) -> int | None:
    """The step in a trainer_state.json; it may be long, so only its end and its beginning are looked at."""
    path = folder / "trainer_state.json"
    try:
        if not os.path.isfile(path):
            return None
        with open_regular(path) as file:
            match = re.search(rb'"global_step": *(\d{1,15})', file.read(20_000_000))
    except (OSError, ValueError):
        return None
    return int(match[1]) if match else None


class _Differences:
    """Folds each checkpoint once, as the recorder does at each step, and compares the folds."""

    def __init__(self, options: Options, remarks: list[str]):
        self._options = options
        self._remarks = remarks
        self._mixer = directions.mixer(options.directions, options.seed)
        self._rows: dict[str, list[tuple[int, np.ndarray, float, float]]] = {}

    def read(self, steps: list[int], files: list[Checkpoint], name: str) -> Trajectory:
        selection = self._options.selection
        broken, left_out, alone = [], 0, 0
        before: _Folds = {}
        for step, one in zip(steps, files, strict=True):
            after = self._folds(one.weights)
            broken.append(
                sum(_not_finite(one.weights.tensors[key[0]]) for key, fold in after.items() if _bad(fold))
            )
            if before:
                common = [key for key in after if key in before]
                alone += len(after) - len(common)
                left_out += self._compare(before, after, common, step)
            if one is files[-1]:
                self._remarks += one.weights.remarks
                selection.complain_if_unnamed(name, self._names(one))
            one.release()
            before = after
        if not self._rows and not any(broken):
            raise BloomError(
                f"{files[0].path.name} and {files[-1].path.name} have no parameter in common: "
                f"choose the checkpoints of one run."
            )
        if alone:
            self._remarks.append(f"{alone} times a parameter is new or has another shape: no update there")
        if left_out:
            self._remarks.append(f"{left_out} updates with NaN or infinity are left out")
        series = self._series()
        if any(broken):
            series.append(Series("nonfinite_parameters", np.array(steps), np.array(broken, float), "metric"))
        metadata = {
            "origin": FORMAT,
            "checkpoints": str(len(files)),
            "projection": directions.SCHEME,
            "directions": str(self._options.directions),
            "seed": str(self._options.seed),
        }
        if self._remarks:
            metadata["remarks"] = "; ".join(self._remarks[:20])
        return Trajectory(name, tuple(series), (), metadata)

    def _folds(self, weights: Weights) -> _Folds:
        """The fold of each parameter that is wanted, by its name and shape."""
        folds = {}
        for name, tensor in weights.tensors.items():
            if self._is_wanted(module_of(name)):
                key = directions.tensor_key(name, tensor.shape, self._options.seed)
                with np.errstate(all="ignore"):
                    folds[name, tensor.shape] = directions.fold(tensor.load(), key, self._options.seed)
        return folds

    def _compare(self, before: _Folds, after: _Folds, common: list[_FoldKey], step: int) -> int:
        """Project the change of each group; returns how many were left out because they are not finite."""
        groups: dict[str, list[_FoldKey]] = {}
        for key in common:
            groups.setdefault(module_of(key[0]), []).append(key)
        left_out = 0
        for group, keys in groups.items():
            with np.errstate(all="ignore"):
                change = directions.change(
                    np.sum([before[key] for key in keys], axis=0),
                    np.sum([after[key] for key in keys], axis=0),
                    self._mixer,
                    self._distance(before, after, keys),
                )
            numbers = [*change.projections, change.update_square, change.parameter_square]
            if np.isfinite(numbers).all():
                row = (step, change.projections, change.update_square**0.5, change.parameter_square**0.5)
                self._rows.setdefault(group, []).append(row)
            else:
                left_out += 1
        return left_out

    def _distance(self, before: _Folds, after: _Folds, keys: list[_FoldKey]) -> float | None:
        """The exact sum of squares of a small group's change, as the recorder has it; None for a large one.

        A fold of no more than WIDTH numbers has each of them in a column of its own.
        """
        width = directions.WIDTH
        if sum(math.prod(shape) for _, shape in keys) > width:
            return None
        return float(sum(np.sum(np.square(after[key][:width] - before[key][:width])) for key in keys))

    def _series(self) -> list[Series]:
        series = []
        for group, rows in self._rows.items():
            steps, updates, norms, parameters = (np.array(column) for column in zip(*rows, strict=True))
            series.append(Series(f"update/{group}", steps, updates, "update"))
            series.append(Series(f"update_norm/{group}", steps, norms, "norm"))
            series.append(Series(f"parameter_norm/{group}", steps, parameters, "norm"))
        return series

    def _names(self, file: Checkpoint) -> list[str]:
        groups = dict.fromkeys(module_of(name) for name in file.weights.tensors)
        return [f"{kind}/{group}" for group in groups for kind in _KINDS]

    def _is_wanted(self, group: str) -> bool:
        return any(self._options.selection.has_name(f"{kind}/{group}") for kind in _KINDS)


_KINDS = ("update", "update_norm", "parameter_norm")
_FoldKey = tuple[str, tuple[int, ...]]
_Folds = dict[_FoldKey, np.ndarray]


def _bad(fold: np.ndarray) -> bool:
    return not np.isfinite(fold).all()


def history_beside(files: Sequence[Checkpoint]) -> Path | None:
    """The trainer_state.json of the latest checkpoint, which holds the whole history."""
    states = [
        (step, path)
        for one in files
        if (step := _trainer_step(one.path.parent)) is not None
        for path in [one.path.parent / "trainer_state.json"]
    ]
    return max(states, default=(0, None), key=lambda pair: pair[0])[1]


def _not_finite(tensor: Tensor) -> int:
    """How many numbers of a tensor are NaN or infinite."""
    return int(tensor.count - np.count_nonzero(np.isfinite(tensor.load())))
