"""Record a PyTorch training run without touching its loop, on one process or on many.

Parameters are folded where they are (see `directions`). What is kept of them is one fold for each group;
what leaves a device at a recorded step is the K projections and two lengths of each group.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from ..errors import BloomError
from ..trajectory.directions import WIDTH, Change, Key, tensor_key
from ..trajectory.groups import clean_name
from .distributed import add_up, is_sharded, meet, places_of, rank
from .folding import Folder, as_real, device_of
from .recorder import Recorder

if TYPE_CHECKING:
    import torch

_Places = tuple["int", "list[torch.Tensor] | None"]


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
        self._counts: dict[str, int] = {}  # of the numbers of each group, on all processes
        sharded = False
        for name, tensor in named:
            group = recorder.group_of(name)
            if group is None:
                continue
            part: _Places | None = (0, None) if recorder.writes else None
            if is_sharded(tensor):
                sharded, part = True, places_of(tensor)
            self._home = self._home or device_of(tensor)
            key = tensor_key(name, tuple(tensor.shape), recorder.seed)
            self._members.append((name, weakref.ref(tensor), group, key, part))
            self._counts[group] = self._counts.get(group, 0) + tensor.numel() * (1 + tensor.is_complex())
        self._groups = list(dict.fromkeys(group for _, _, group, _, _ in self._members))
        self._shared: torch.Tensor | None = None  # what the processes add up
        if sharded:
            self._groups, recorder.current_step = meet(self._groups, recorder.current_step)
            self._shared = torch.empty(len(self._groups), WIDTH + 2, device=self._home)
        if not (sharded or recorder.writes):
            self._groups = []
        self._mixer = torch.from_numpy(recorder.mixer).to(self._home)
        self._before: torch.Tensor | None = None
        # The numbers of small groups, whose lengths are exact; no more than their folds have.
        self._numbers: dict[str, torch.Tensor] = {}
        self._calls = 0
        self._failed: set[str] = set()  # groups that could not be read at the last call

    def names(self) -> set[str]:
        """The names of what is measured."""
        return {name for name, *_ in self._members}

    def tensors(self) -> list[torch.Tensor]:
        """What is measured and still there."""
        return [tensor for _, reference, *_ in self._members if (tensor := reference()) is not None]

    def take_over(self, before: Meter, midway: bool) -> None:
        """Go on from what another one measured, after the first `measure`.

        Groups that are new or have other parameters than before begin here; if that is ``midway`` between two
        recorded steps, their next change would be over fewer steps than the others', and is left out.
        """
        old_rows = {group: row for row, group in enumerate(before._groups)}
        for row, group in enumerate(self._groups):
            if before._before is not None and self._of(group) == before._of(group) and group in old_rows:
                if self._before is not None:
                    self._before[row] = before._before[old_rows[group]]
                if group in before._numbers:
                    self._numbers[group] = before._numbers[group]
                if group in before._failed:
                    self._failed.add(group)
            elif midway:
                self._failed.add(group)

    def _of(self, group: str) -> list[tuple[str, Key]]:
        return [(name, key) for name, _, its_group, key, _ in self._members if its_group == group]

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
        changes = {}
        for group, line in zip(self._groups, numbers, strict=True):
            if group not in failed_before | self._failed:
                length = line[-1] if self._is_small(group) else line[-3]
                changes[group] = Change(line[:-3], float(length), float(line[-2]))
        return changes

    def _is_small(self, group: str) -> bool:
        """Whether a group has no more numbers than its fold. Groups that are not here are others' alone."""
        return 0 < self._counts.get(group, 0) <= WIDTH

    def _difference(self) -> torch.Tensor | None:
        """For each group the fold of its change, the sum of squares, and that of the change; None at first.

        The last is exact for small groups, and 0 for others.
        """
        import torch

        try:
            before, self._before = self._before, None
            after = self._before = self._fold_groups()
            distances = self._distances()
            if before is None:
                return None
            return torch.cat([after[:, :WIDTH] - before[:, :WIDTH], after[:, WIDTH:], distances], dim=1)
        except Exception as error:
            self._recorder.complain("record", error)
            return None

    def _distances(self) -> torch.Tensor:
        """The (groups, 1) sums of squares of the changes of small groups since the last call; else 0."""
        import torch

        parts: dict[str, list[torch.Tensor]] = {}
        for _, reference, group, _, part in self._members:
            if part is not None and group not in self._failed and self._is_small(group):
                tensor: Any = reference()
                local = tensor.to_local() if is_sharded(tensor) else tensor
                parts.setdefault(group, []).append(as_real(local.detach()).to(self._home).double().flatten())
        before, self._numbers = self._numbers, {group: torch.cat(found) for group, found in parts.items()}
        distances = torch.zeros(len(self._groups), 1, dtype=torch.float64, device=self._home)
        for row, group in enumerate(self._groups):
            if group in before and group in self._numbers:
                distances[row, 0] = (self._numbers[group] - before[group]).square().sum()
        return distances

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
        elif device_of(local) == self._home:
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
        self._sizes: list[int] = []  # of the parameter groups that are measured
        self._is_stepping = False  # the first optimizer is within its step
        self._steps = 0  # of the first optimizer
        self._around: list[int] = []  # these, as steps of others began
        self._others: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # whether they train the same
        self._counted_others = 0
        self._ignores_others = False
        # The hooks are for all optimizers: another one may take over, or step in place of the given one.
        # They keep nothing alive; the recorder keeps the session.
        me = weakref.ref(self)

        def call(name: str, optimizer) -> None:
            session = me()
            if session is not None:
                session._guard(lambda: getattr(session, name)(optimizer))

        if not hasattr(optimizers[0], "_optimizer_step_post_hooks"):
            raise BloomError(
                f"{type(optimizers[0]).__name__} is no optimizer of PyTorch: give the one that it wraps."
            )
        from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

        handles = [
            register_optimizer_step_pre_hook(lambda optimizer, *_: call("_begin_step", optimizer)),
            register_optimizer_step_post_hook(lambda optimizer, *_: call("_end_step", optimizer)),
        ]
        recorder.at_close(lambda: [handle.remove() for handle in handles])
        recorder.at_close(self._finish)

    def _guard(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            self._recorder.complain("record", error)

    def _begin_step(self, optimizer) -> None:
        """Any optimizer begins a step."""
        if optimizer is self._optimizers[0]():
            self._is_stepping = True
            self._before_step()
        elif self._counts(optimizer):
            self._around.append(self._steps)
            self._before_step()

    def _end_step(self, optimizer) -> None:
        """Any optimizer has taken a step.

        Steps of another one count if it trains the same parameters and neither is part of a step of the given
        one nor has one within it: so with an optimizer that was swapped, or one like SAM that calls a base.
        """
        if optimizer is self._optimizers[0]():
            self._is_stepping = False
            self._steps += 1
            self._after_step()
            if self._counted_others and not self._around and not self._ignores_others:
                self._ignores_others = True
                raise BloomError(
                    f"{self._counted_others} steps of another optimizer of the same parameters were counted, "
                    f"further ones are not: give record the optimizer whose steps count."
                )
        elif self._counts(optimizer) and self._around and self._around.pop() == self._steps:
            self._counted_others += 1
            self._after_step()

    def _counts(self, optimizer) -> bool:
        """Whether the steps of an optimizer that was not given count."""
        if self._is_stepping or self._ignores_others or any(optimizer is one() for one in self._optimizers):
            return False
        first = self._optimizers[0]()
        if first is None:  # another one has taken its place
            mine = {id(tensor) for tensor in self._meter.tensors()} if self._meter else set()
        else:
            mine = {id(one) for group in first.param_groups for one in group["params"]}
        if optimizer not in self._others:
            self._others[optimizer] = any(
                id(one) in mine for group in optimizer.param_groups for one in group["params"]
            )
        return self._others[optimizer]

    def _before_step(self) -> None:
        if self._begun:
            if self._meter is not None and self._sizes_now() != self._sizes:
                self._extend(self._meter)
            return
        self._begun = True
        recorder = self._recorder
        recorder.metadata.setdefault("framework", f"torch {sys.modules['torch'].__version__}")
        counted = self._counted_steps()
        if recorder.resumes and counted:
            recorder.resume_at(counted)
        self._sizes = self._sizes_now()
        meter = Meter(recorder, self._trained())
        meter.measure()
        self._meter = meter
        self._snapshot()

    def _sizes_now(self) -> list[int]:
        """How many parameters each group of the optimizers has."""
        optimizers = [optimizer() for optimizer in self._optimizers]
        return [len(group["params"]) for one in optimizers if one is not None for group in one.param_groups]

    def _extend(self, before: Meter) -> None:
        """Measure parameters that were given to an optimizer since, as when layers are unfrozen."""
        self._sizes = self._sizes_now()
        meter = Meter(self._recorder, self._trained(before.names()))
        meter.measure()
        meter.take_over(before, self._recorder.current_step % self._recorder.every != 0)
        self._meter = meter

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

    def _trained(self, also: Collection[str] = ()) -> list[tuple[str, torch.Tensor]]:
        """The parameters that the optimizers train, by clean names, and those with one of other names."""
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
        clean = [(clean_name(name), parameter) for name, parameter in named]
        found = [(name, parameter) for name, parameter in clean if id(parameter) in trained or name in also]
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
