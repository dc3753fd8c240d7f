"""Curves: the values of a flame's animated parameters, frame by frame, and their `.npz` file."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from ..arrays import array_headers, load_array
from ..errors import BloomError
from ..files import open_regular, replace_file

ORDERS = ("time", "reversed")

_ELEMENT = re.compile(r"(.+)\[(\d+)\]")


@dataclass(frozen=True, eq=False)
class Curves:
    """The values of P flat parameters over N frames.

    Parameters
    ----------
    names : tuple of str, length P
        ``"xform1.weight"``; the elements of a vector are ``"xform1.coefs[0]"`` and so on.
    base : (P,) float64
        The parameters of the base flame.
    values : (N, P) float64, finite
        One row per frame.
    order : {"time", "reversed"}
        ``"time"``: row 0 is the first frame of the film. ``"reversed"``: row 0 is the last frame, which
        is how the classic mapping computes its rows. Whoever plays curves calls `in_time_order` first.

    Raises
    ------
    BloomError
        If the shapes do not fit or a number is not finite.
    """

    names: tuple[str, ...]
    base: np.ndarray
    values: np.ndarray
    order: str = "time"

    def __post_init__(self):
        names = tuple(str(name) for name in self.names)
        base = np.array(self.base, dtype=np.float64)
        values = np.array(self.values, dtype=np.float64)
        if values.ndim != 2 or len(values) == 0 or base.shape != values.shape[1:] or len(names) != len(base):
            raise BloomError(
                f"curves of {len(names)} parameters have values of shape {values.shape} and a base of shape "
                f"{base.shape}: give (frames, {len(names)}) and ({len(names)},)."
            )
        if len(set(names)) != len(names):
            raise BloomError("two curves have the same name: name each parameter once.")
        if self.order not in ORDERS:
            raise BloomError(f"the order of curves is {self.order!r}: choose one of {', '.join(ORDERS)}.")
        if not (np.isfinite(values).all() and np.isfinite(base).all()):
            raise BloomError(
                "the curves hold NaN or infinity: use a smaller gain, or a run that did not diverge."
            )
        base.flags.writeable = values.flags.writeable = False
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "base", base)
        object.__setattr__(self, "values", values)

    @property
    def frames(self) -> int:
        """N, the number of frames."""
        return len(self.values)

    def in_time_order(self) -> Curves:
        """The same curves with row 0 as the first frame of the film."""
        if self.order == "time":
            return self
        return Curves(self.names, self.base, self.values[::-1])

    def parameters(self, row: int) -> dict[str, float | tuple[float, ...]]:
        """One row as `flame.parameters.with_parameters` wants it: elements gathered into vectors."""
        gathered: dict[str, float | tuple[float, ...]] = {}
        for name, value in zip(self.names, self.values[row].tolist(), strict=True):
            element = _ELEMENT.fullmatch(name)
            if element is None:
                gathered[name] = value
                continue
            before = gathered.get(element[1], ())
            if not isinstance(before, tuple) or int(element[2]) != len(before):
                raise BloomError(f"the curve {name} does not follow the element before it: sort them.")
            gathered[element[1]] = (*before, value)
        return gathered

    def save_npz(self, path: str | PathLike) -> None:
        """Write the four fields; at every moment the path holds the old file or the whole new one."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            names=np.array(self.names, dtype=str),
            base=self.base,
            values=self.values,
            order=np.array(self.order),
        )
        with replace_file(path) as temporary:
            temporary.write_bytes(buffer.getvalue())


def load_npz(path: str | PathLike) -> Curves:
    """Read curves that `Curves.save_npz` wrote; BloomError if the file is something else or damaged."""
    path = Path(path)
    with open_regular(path, advice="check the path"):
        pass
    try:
        fields = {name: load_array(path, name) for name in array_headers(path)}
        order = str(fields.get("order", "time"))
        names, base, values = fields["names"].tolist(), fields["base"], fields["values"]
    except (BloomError, KeyError):
        raise BloomError(
            f"{path.name} is not a file of curves or is damaged: write it again with `bloom grow`."
        ) from None
    return Curves(tuple(names), base, values, order)
