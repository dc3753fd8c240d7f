"""Clouds as PLY files, which Blender's Geometry Nodes and other programs read by themselves.

Binary, a float per number: x, y, z and, for an attribute of several numbers, one property per number
(``bloom_light_r``). Blender's own exporter would cut colours to eight bits, and light has no upper end.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from ...errors import BloomError
from ..work import claims
from . import cloud

PARTS = {"FLOAT_COLOR": "rgba", "FLOAT_VECTOR": "xyz"}
"""Last letters of the properties of an attribute with several numbers."""

STATE = "bloom_state"
"""Begins the comment that says the flame and state that a file shows."""

#: Bytes within which the comment stands.
_HEAD = 1024


def columns(*, velocity: bool) -> list[str]:
    """The names of a file's properties, in order; ``bloom_id`` is the place in the file."""
    attributes = {name: kind for name, kind in cloud.ATTRIBUTES.items() if name != "bloom_id"}
    if velocity:
        attributes[cloud.VELOCITY] = "FLOAT_VECTOR"
    names = ["x", "y", "z"]
    for name, kind in attributes.items():
        names += [f"{name}_{part}" for part in PARTS[kind]] if kind in PARTS else [name]
    return names


def write(path: Path, points, state: str, velocity: np.ndarray | None = None) -> None:
    """Write a ``PointCloud``; the file appears as a whole or not at all.

    Parameters
    ----------
    velocity : np.ndarray, optional
        (N, 3), flame units per frame.

    Raises
    ------
    BloomError
        If the file cannot be written.
    """
    names = columns(velocity=velocity is not None)
    values = np.empty((len(points.positions), len(names)), "<f4")
    parts = [points.positions, *(getattr(points, part) for part in cloud.PARTS if part != "ids")]
    at = 0
    for array in parts if velocity is None else [*parts, velocity]:
        wide = array.reshape(len(values), -1)
        values[:, at : at + wide.shape[1]] = wide
        at += wide.shape[1]
    header = [
        "ply",
        "format binary_little_endian 1.0",
        f"comment {STATE} {state}",
        f"element vertex {len(values)}",
        *(f"property float {name}" for name in names),
        "end_header",
    ]
    temporary = claims.part(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(("\n".join(header) + "\n").encode("ascii"))
            file.write(values.data)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BloomError(f"{path} cannot be written ({error.strerror}): choose another folder.") from error


def size(count: int, *, velocity: bool) -> int:
    """Bytes of a file of ``count`` points, about."""
    return 4 * count * len(columns(velocity=velocity))


def state_in(path: Path) -> str:
    """The state that a file shows; "" if it is no such file, or damaged."""
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
        length = path.stat().st_size
    except OSError:
        return ""
    lines = head.partition(b"end_header\n")[0].decode("ascii", "replace").split("\n")
    found = {words[0]: words[1:] for line in lines if (words := line.split())}
    comment, element = found.get("comment", []), found.get("element", [])
    if len(comment) != 2 or comment[0] != STATE or len(element) != 2 or not element[1].isdigit():
        return ""
    numbers = sum(line.startswith("property") for line in lines)
    whole = head.find(b"end_header\n") + len(b"end_header\n") + 4 * int(element[1]) * numbers
    return comment[1] if length == whole else ""
