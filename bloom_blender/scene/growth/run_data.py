"""A training run inside the .blend: a text that says what it is, with the run itself as a property of it.

A text is not part of what Blender evaluates and draws, so megabytes in it cost nothing but the file's size;
objects point to it, so it is saved, appended and linked along with them, and several may share it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import bpy

from ...errors import BloomError

if TYPE_CHECKING:  # runs are read and kept by modules that are loaded at first use, for a quick start
    from ...trajectory import Trajectory

DATA = "bloom_run"
"""Custom property of the text with the bytes of a .bloom file."""

KEY = "bloom_run_key"
"""Another one, equal exactly where the bytes are."""

_MOST_KEPT = 8
_unpacked: dict[str, Trajectory] = {}


def prepare(trajectory: Trajectory) -> tuple[bytes, Trajectory]:
    """Return the bytes that keep a run, and the run as it will come out of them."""
    from ...growth.keep import kept_part
    from ...trajectory.bloom_file import bloom_bytes, read_bloom_bytes

    kept, dtypes = kept_part(trajectory)
    data = bloom_bytes(kept, dtypes=dtypes)
    return data, read_bloom_bytes(data, trajectory.name)


def store(data: bytes, trajectory: Trajectory, *, source: str = "") -> bpy.types.Text:
    """Put a run that was prepared into the file, or find it where it is there already.

    ``source`` says where it was read from, for people.
    """
    key = hashlib.blake2b(data, digest_size=16).hexdigest()
    for text in bpy.data.texts:
        if text.library is None and text.get(KEY) == key:
            return text
    text = bpy.data.texts.new(f"{trajectory.name} (training run)")
    text[DATA], text[KEY] = data, key
    text.use_fake_user = False
    text.from_string(_description(trajectory, source))
    text.cursor_set(0)
    return text


def discard(text: bpy.types.Text | None) -> None:
    """Remove a run from the file if no flame needs it any more."""
    if text is not None and text.library is None and text.users == 0 and DATA in text:
        bpy.data.texts.remove(text)


def unpack(text: bpy.types.Text) -> Trajectory:
    """Return the run in a text.

    Raises
    ------
    BloomError
        If there is none in it, or it is damaged.
    """
    from ...trajectory.bloom_file import read_bloom_bytes

    data = text.get(DATA)
    if not isinstance(data, bytes):
        raise BloomError(f"The text {text.name} has lost its training run: import the run again.")
    key = str(text.get(KEY))
    if key not in _unpacked:
        while len(_unpacked) >= _MOST_KEPT:
            _unpacked.pop(next(iter(_unpacked)))
        _unpacked[key] = read_bloom_bytes(data, text.name)
    return _unpacked[key]


def _description(trajectory: Trajectory, source: str) -> str:
    lines = [
        f"Training run {trajectory.name}",
        "This text holds the numbers that move flames of this file, as a custom property. Keep it to grow "
        "them again with other settings.",
    ]
    lines += [f"From {source}"] if source else []
    lines += [""]
    for one in trajectory.series:
        lines.append(f"{one.kind} {one.name}: {len(one.steps)} steps, {one.steps[0]} to {one.steps[-1]}")
    for table in trajectory.embeddings:
        snapshots, words, size = table.vectors.shape
        lines.append(f"embeddings {table.name}: {snapshots} snapshots of {words} words × {size}")
    return "\n".join(lines) + "\n"
