"""Record a PyTorch training run without touching its loop, on one process or on many.

Parameters are folded where they are (see `directions`). What is kept of them is one fold for each group;
what leaves a device at a recorded step is the K projections and two lengths of each group.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BloomError
from ..trajectory.directions import (
    PERIOD,
    PIECE,
    WIDTH,
    Change,
    Key,
    Piece,
    block_sign,
    block_signs,
    pieces,
    signs,
    tensor_key,
)
from ..trajectory.groups import clean_name
from .distributed import add_up, is_sharded, meet, places_of, rank
from .recorder import Recorder

if TYPE_CHECKING:
    import torch

_Places = tuple["int", "list[torch.Tensor] | None"]
_MOST_THREADS = 8  # more would wait for Python
_PIECES_EACH = 8  # what is worth a thread's while, a million numbers


def record(
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer | Sequence[torch.optim.Optimizer],
    path: str | PathLike,
    every: int = 1,
    *,
    embeddings: Mapping[str, Sequence[str]] | None = None,
    snapshot_every: int | None = None,
    **options,
) -> Recorder:
    """Record a run, until the `Recorder` that comes back is closed, as ``with`` does.

    After every `every` steps of the optimizer the change of the parameters that it trains is projected on
    the device where they are. In a distributed training every process calls this, and one of them writes.

    Parameters
    ----------
    model : torch.nn.Module
        Gives the names. It is not kept alive.
    optimizer : torch.optim.Optimizer or several
        The steps of the first one count.
    path, every
        See `Recorder`.
    embeddings : mapping, optional
        Tables to take snapshots of: from the name of a parameter (V, D) to the words of its first rows.
    snapshot_every : int, optional
        Take them every so many steps, besides the first and the last; by default a hundred times `every`.
    **options
        See `Recorder`. With ``resume=True`` the optimizer's own count of steps is used where it keeps one,
        as Adam does.

    Raises
    ------
    BloomError
        Before the training only, if an argument makes no sense. Later failures give one warning.
    """
    recorder = Recorder(path, every=every, writes=rank() == 0, **options)
    try:
        optimizers = [_inner(one) for one in (optimizer if isinstance(optimizer, Sequence) else [optimizer])]
        _Session(recorder, model, optimizers, embeddings or {}, snapshot_every or 100 * every)
    except Exception as error:
        recorder.complain("record", error)
    return recorder


class Folder:
    """Folds tensors on the devices where they are; keeps the signs and a few MB of room to work there."""

    def __init__(self, seed: int):
        self._seed = seed
        self._signs: dict[torch.device, torch.Tensor] = {}
        self._rooms = threading.local()
        self._pool: ThreadPoolExecutor | None = None

    @contextlib.contextmanager
    def working(self, device: torch.device) -> Iterator[None]:
        """While folding on a processor, have each thread work on a piece of its own.

        PyTorch would have them share every piece, which is too small for it: they would mostly wait.
        """
        import torch

        threads = torch.get_num_threads()
        if device.type != "cpu" or threads == 1:
            yield
            return
        torch.set_num_threads(1)
        try:
            # Its threads start when they have something to do, and then take over the one thread of each.
            with ThreadPoolExecutor(min(threads, _MOST_THREADS)) as self._pool:
                yield
        finally:
            self._pool = None
            torch.set_num_threads(threads)

    def fold(
        self, tensor: torch.Tensor, key: Key, start: int = 0, total: torch.Tensor | None = None
    ) -> torch.Tensor:
        """As `directions.fold`, on the tensor's device, or the processor if that has no float64.

        It is added to `total`, if that is given.
        """
        import torch

        home = _device_of(tensor)
        if total is None:
            total = torch.zeros(WIDTH + 1, dtype=torch.float64, device=home)
        with torch.no_grad(), self.working(home):
            flat = _as_real(tensor.detach()).reshape(-1)
            start = 2 * start if tensor.is_complex() else start
            self._signs_on(home)
            parts = list(pieces(flat.numel(), start, PIECE if home.type == "cpu" else PERIOD, key.shift))
            if self._pool is None or len(parts) < 2 * _PIECES_EACH:
                self._fold_pieces(flat, key, parts, total)
                return total
            each = max(_PIECES_EACH, -(-len(parts) // _MOST_THREADS))
            shares = [parts[begin : begin + each] for begin in range(0, len(parts), each)]
            totals = [torch.zeros_like(total) for _ in shares]
            list(self._pool.map(functools.partial(self._fold_pieces, flat, key), shares, totals))
            for one in totals:
                total += one
        return total

    def _fold_pieces(self, flat: torch.Tensor, key: Key, parts: Iterable[Piece], total: torch.Tensor) -> None:
        """Add the fold of some pieces to the total; called from several threads at once."""
        import torch

        with torch.no_grad():
            shared = self._signs[total.device]
            single, double, ones = self._room(total.device)
            folded, squares = total[:WIDTH], total[WIDTH]
            for part, block, of_signs, column in parts:
                values = flat[part].to(total.device)
                end = column + len(values)
                if end <= WIDTH:
                    table = torch.mul(values, shared[of_signs]).double()
                    folded[column:end].add_(table, alpha=block_sign(key, block))
                else:
                    rows = -(-end // WIDTH)
                    table = double[: rows * WIDTH]
                    # A product in the parameter's own precision is exact, and float32 is the fastest.
                    source = table if values.dtype == torch.float64 else single[: rows * WIDTH]
                    source[:column].zero_()
                    torch.mul(values, shared[of_signs], out=source[column:end])
                    source[end:].zero_()
                    if source is not table:
                        table.copy_(source)
                    folded.addmv_(table.view(rows, WIDTH).t(), ones[:rows], alpha=block_sign(key, block))
                squares.add_(torch.dot(table, table))

    def fold_places(self, tensor: torch.Tensor, key: Key, places: Sequence[torch.Tensor]) -> torch.Tensor:
        """Fold a part of a tensor whose numbers lie anywhere.

        Parameters
        ----------
        tensor : torch.Tensor
        key : Key
        places : for each axis, what its index adds to the place in the flattened whole tensor
        """
        import torch

        with torch.no_grad():
            values = _as_real(tensor.detach())
            if values.ndim > tensor.ndim:  # a complex number has two places
                places = [*(2 * one for one in places), torch.arange(2, device=values.device)]
            shared = self._signs_on(values.device)
            result = torch.zeros(WIDTH + 1, dtype=torch.float64, device=values.device)
            rest = torch.zeros((), dtype=torch.int64, device=values.device)
            for one in places[1:]:
                rest = rest[..., None] + one.to(values.device)
            rest = rest.reshape(-1)
            table = values.reshape(-1, len(rest))
            rows = max(1, PERIOD // max(1, len(rest)))
            for begin in range(0, len(table), rows):
                numbers = table[begin : begin + rows].reshape(-1).double()
                place = (places[0][begin : begin + rows, None].to(rest.device) + rest).reshape(-1)
                blocks, block = torch.unique(place // PERIOD, return_inverse=True)
                negative = block_signs(key, blocks.cpu().numpy()).astype(np.float64)
                of_blocks = 1 - 2 * torch.from_numpy(negative).to(values.device)
                signed = numbers * shared[place % PERIOD] * of_blocks[block]
                result.index_add_(0, (place + key.shift) % WIDTH, signed)
                result[WIDTH:].add_(torch.dot(numbers, numbers))
            return result

    def _signs_on(self, device: torch.device) -> torch.Tensor:
        import torch

        if device not in self._signs:
            self._signs[device] = torch.from_numpy(signs(self._seed).copy()).to(device)
        return self._signs[device]

    def _room(self, device: torch.device) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Room for a piece in float32 and in float64, and ones to sum its rows with; this thread's own."""
        import torch

        rooms = self._rooms.__dict__
        if device not in rooms:
            rows = -(-((PIECE if device.type == "cpu" else PERIOD) + WIDTH) // WIDTH)
            rooms[device] = (
                torch.empty(rows * WIDTH, dtype=torch.float32, device=device),
                torch.empty(rows * WIDTH, dtype=torch.float64, device=device),
                torch.ones(rows, dtype=torch.float64, device=device),
            )
        return rooms[device]


@functools.lru_cache(maxsize=1)
def folder_for(seed: int) -> Folder:
    """The same `Folder` at every call."""
    return Folder(seed)


class Meter:
    """Measures how groups of parameters change; keeps no parameter alive, and no copy of one.

    Parameters
    ----------
    recorder : Recorder
        Gives the groups and the directions, and hears of failures. If parameters are sharded, all processes
        get the step of the one that writes.
    named : iterable of (name, tensor)
    """

    def __init__(self, recorder: Recorder, named: Iterable[tuple[str, torch.Tensor]]):
        import torch

        self._recorder = recorder
        self._folder = Folder(recorder.seed)
        self._members = []
        self._home: torch.device | None = None
        sharded = False
        for name, tensor in named:
            group = recorder.group_of(name)
            if group is None:
                continue
            part: _Places | None = (0, None) if recorder.writes else None
            if is_sharded(tensor):
                sharded, part = True, places_of(tensor)
            self._home = self._home or _device_of(tensor)
            key = tensor_key(name, tuple(tensor.shape), recorder.seed)
            self._members.append((name, weakref.ref(tensor), group, key, part))
        self._groups = list(dict.fromkeys(group for _, _, group, _, _ in self._members))
        self._shared: torch.Tensor | None = None  # what the processes add up
        if sharded:
            self._groups, recorder.current_step = meet(self._groups, recorder.current_step)
            self._shared = torch.empty(len(self._groups), WIDTH + 1, device=self._home)
        if not (sharded or recorder.writes):
            self._groups = []
        self._mixer = torch.from_numpy(recorder.mixer).to(self._home)
        self._before: torch.Tensor | None = None
        self._calls = 0
        self._failed: set[str] = set()  # groups that could not be read at the last call

    def measure(self) -> dict[str, Change]:
        """The change of each group since the last call; empty the first time, and where another writes."""
        import torch

        self._calls += 1
        if not self._groups:
            return {}
        with torch.no_grad():
            failed_before, self._failed = self._failed, set()
            rows = self._difference()
            if self._calls == 1:
                return {}
            if self._shared is not None:
                # Whatever happened here, the other processes wait for these rows.
                self._shared.fill_(float("nan")) if rows is None else self._shared.copy_(rows)
                add_up(self._shared)
                rows = self._shared.double()
            if rows is None or not self._recorder.writes:
                return {}
            folds = rows[:, :WIDTH]
            lengths = folds.square().sum(1, keepdim=True)
            numbers = torch.cat([folds @ self._mixer, lengths, rows[:, WIDTH:]], dim=1).cpu().numpy()
        return {
            group: Change(line[:-2], float(line[-2]), float(line[-1]))
            for group, line in zip(self._groups, numbers, strict=True)
            if group not in failed_before | self._failed
        }

    def _difference(self) -> torch.Tensor | None:
        """For each group the fold of its change, and the sum of squares; None the first time."""
        import torch

        try:
            before, self._before = self._before, None
            after = self._before = self._fold_groups()
            if before is None:
                return None
            return torch.cat([after[:, :WIDTH] - before[:, :WIDTH], after[:, WIDTH:]], dim=1)
        except Exception as error:
            self._recorder.complain("record", error)
            return None

    def _fold_groups(self) -> torch.Tensor:
        """The (groups, WIDTH + 1) sums of folds; NaN for a group with a parameter that cannot be read."""
        import torch

        sums = torch.zeros(len(self._groups), WIDTH + 1, dtype=torch.float64, device=self._home)
        rows = dict(zip(self._groups, sums, strict=True))
        with self._folder.working(sums.device):
            for name, reference, group, key, part in self._members:
                if part is None:
                    continue
                try:
                    tensor = reference()
                    if tensor is None:
                        raise BloomError("it is gone: do not replace parameters while a run is recorded")
                    self._fold(tensor, key, part, rows[group])
                except Exception as error:
                    rows[group].fill_(float("nan"))
                    self._failed.add(group)
                    self._recorder.complain_of_parameter(name, error)
        return sums

    def _fold(self, tensor, key: Key, part: _Places, total: torch.Tensor) -> None:
        """Add the fold of a tensor, or of its part here, to the total of its group."""
        start, places = part
        local = tensor.to_local() if is_sharded(tensor) else tensor
        if places is not None:
            total += self._folder.fold_places(local, key, places).to(self._home)
        elif _device_of(local) == self._home:
            self._folder.fold(local, key, start, total)
        else:
            total += self._folder.fold(local, key, start).to(self._home)


class _Session:
    """A model and its optimizers under a recorder. It begins at the first step, whatever came before.

    So the model may be moved, loaded and wrapped between `record` and the first step.
    """

    def __init__(self, recorder: Recorder, model, optimizers, embeddings, snapshot_every: int):
        self._recorder = recorder
        self._model = weakref.ref(model)
        self._optimizers = [weakref.ref(optimizer) for optimizer in optimizers]
        self._embeddings = {name: tuple(words) for name, words in embeddings.items()}
        self._snapshot_every = snapshot_every
        self._meter: Meter | None = None
        self._begun = False
        handles = [
            optimizers[0].register_step_pre_hook(lambda *_: self._guard(self._before_step)),
            optimizers[0].register_step_post_hook(lambda *_: self._guard(self._after_step)),
        ]
        recorder.at_close(lambda: [handle.remove() for handle in handles])
        recorder.at_close(self._finish)

    def _guard(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            self._recorder.complain("record", error)

    def _before_step(self) -> None:
        if self._begun:
            return
        self._begun = True
        recorder = self._recorder
        recorder.metadata.setdefault("framework", f"torch {sys.modules['torch'].__version__}")
        counted = self._counted_steps()
        if recorder.resumes and counted:
            recorder.resume_at(counted)
        meter = Meter(recorder, self._trained())
        meter.measure()
        self._meter = meter
        self._snapshot()

    def _after_step(self) -> None:
        recorder = self._recorder
        if self._meter is None:
            recorder.count_step()
            return
        if recorder.count_step():
            recorder.add_changes(self._meter.measure())
        if recorder.current_step % self._snapshot_every == 0:
            self._snapshot()

    def _finish(self) -> None:
        """The last snapshots; not of sharded tables, for which another process may not come."""
        if self._begun:
            self._snapshot(sharded=False)

    def _trained(self) -> list[tuple[str, torch.Tensor]]:
        """The parameters that the optimizers train, by clean names."""
        optimizers = [optimizer() for optimizer in self._optimizers]
        trained = {
            id(parameter)
            for optimizer in optimizers
            if optimizer is not None
            for group in optimizer.param_groups
            for parameter in group["params"]
        }
        model = self._model()
        named = list(model.named_parameters()) if model is not None else []
        if any("_fsdp_wrapped_module" in name for name, _ in named):
            raise BloomError("FullyShardedDataParallel hides the parameters: use fully_shard (FSDP2).")
        found = [(clean_name(name), parameter) for name, parameter in named if id(parameter) in trained]
        if not found:
            raise BloomError(
                "the optimizer trains no parameter of the model: give the two that belong together."
            )
        if all(self._recorder.group_of(name) is None for name, _ in found):
            names = ", ".join(name for name, _ in found[:3])
            raise BloomError(f"no trained parameter is in a group: choose groups for names such as {names}.")
        return found

    def _counted_steps(self) -> int:
        """The first optimizer's own count of steps, 0 if it keeps none."""
        optimizer = self._optimizers[0]()
        states = optimizer.state.values() if optimizer is not None else ()
        return max((int(state["step"]) for state in states if "step" in state), default=0)

    def _snapshot(self, sharded: bool = True) -> None:
        model = self._model()
        if model is None or not self._embeddings:
            return
        tables = {clean_name(name): parameter for name, parameter in model.named_parameters()}
        for name, words in self._embeddings.items():
            if name not in tables:
                error = BloomError(f"the model has no parameter {name}: name one of {', '.join(tables)}.")
                self._recorder.complain("embeddings", error)
            elif sharded or not is_sharded(tables[name]):
                vectors = tables[name].detach()
                vectors = vectors.full_tensor() if is_sharded(vectors) else vectors
                self._recorder.snapshot(name, words, vectors[: len(words)])


def _inner(optimizer):
    """The optimizer itself, without Accelerate's wrapping."""
    while not hasattr(optimizer, "_optimizer_step_post_hooks") and hasattr(optimizer, "optimizer"):
        optimizer = optimizer.optimizer
    return optimizer


def _device_of(tensor: torch.Tensor) -> torch.device:
    """Where a tensor is folded: Apple's graphics processors have no float64."""
    import torch

    return torch.device("cpu") if tensor.device.type == "mps" else tensor.device


def _as_real(tensor: torch.Tensor) -> torch.Tensor:
    """A complex tensor with its real and imaginary parts as a last axis of two, another as it is."""
    import torch

    return torch.view_as_real(tensor) if tensor.is_complex() else tensor
