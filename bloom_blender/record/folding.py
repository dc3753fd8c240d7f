"""Folding tensors of PyTorch on the devices where they are; see `directions`."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from ..trajectory.directions import PERIOD, PIECE, WIDTH, Key, Piece, block_sign, block_signs, pieces, signs

if TYPE_CHECKING:
    import torch

_MOST_THREADS = 8  # more would wait for Python
_PIECES_EACH = 8  # what is worth a thread's while, a million numbers


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

        home = device_of(tensor)
        if total is None:
            total = torch.zeros(WIDTH + 1, dtype=torch.float64, device=home)
        with torch.no_grad(), self.working(home):
            flat = as_real(tensor.detach()).reshape(-1)
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
            values = as_real(tensor.detach())
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


def device_of(tensor: torch.Tensor) -> torch.device:
    """Where a tensor is folded: Apple's graphics processors have no float64."""
    import torch

    return torch.device("cpu") if tensor.device.type == "mps" else tensor.device


def as_real(tensor: torch.Tensor) -> torch.Tensor:
    """A complex tensor with its real and imaginary parts as a last axis of two, another as it is."""
    import torch

    return torch.view_as_real(tensor) if tensor.is_complex() else tensor
