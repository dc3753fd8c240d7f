"""Bakes: what a flame shows in each frame becomes a numbered file that Blender plays by itself.

A file says which state of the flame it shows, so a bake that was stopped, or repeated after an edit,
computes only what is missing or changed. Several processes may bake the same frames into one folder (see
`claims`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import bpy

from ...errors import BloomError
from ..flame.object import flames
from ..flame.parts import volume_of
from ..flame.snapshot import Snapshot
from ..points import baked_points
from ..volume import volume_object
from ..work import claims
from ..work.baked_files import Takes
from . import points_bake, volume_bake


class Kind(Protocol):
    """What can be baked of a flame."""

    name: str
    """In a sentence."""
    folder: str
    source: str
    """Names of the settings in ``object.bloom``."""
    endings: tuple[str, ...]

    def check(self, obj: bpy.types.Object) -> None:
        """Raise a BloomError where the flame object has no such thing."""

    def holder(self, obj: bpy.types.Object) -> bpy.types.ID:
        """Who remembers the number of the last take."""

    def state_in(self, path: Path) -> str:
        """The state that a file shows; "" if it is no such file, or damaged."""

    def read(self, obj: bpy.types.Object, source: bpy.types.Object, scene: bpy.types.Scene) -> Snapshot:
        """What is baked of a flame object, evaluated as ``source``."""

    def state(self, now: Snapshot) -> str:
        """The state that its files will show."""

    def write(self, now: Snapshot, paths: list[Path], state: str) -> None:
        """Compute the frame and write its files, one per ending."""

    def release(self, obj: bpy.types.Object, folder: Path) -> None:
        """Have nothing show files that a bake may move."""

    def play(self, obj: bpy.types.Object, takes: Takes, start: int, end: int) -> None:
        """Have the flame show its files."""

    def forget(self, obj: bpy.types.Object) -> None:
        """Have the flame know of no files."""


KINDS: dict[str, Kind] = {"POINTS": points_bake.Points(), "VOLUME": volume_bake.Volume()}

_TAKE = "bloom_take"
"""Custom property of a kind's holder: number of the last take."""


@dataclass
class Progress:
    """What a bake has done so far: ``written`` files, ``kept`` ones that were right, others ``elsewhere``."""

    frames: int
    written: int = 0
    kept: int = 0
    elsewhere: int = 0

    @property
    def done(self) -> int:
        """Frames that need no more work."""
        return self.written + self.kept + self.elsewhere

    @property
    def share(self) -> float:
        """Of the frames that are done."""
        return self.done / self.frames

    @property
    def text(self) -> str:
        """In words: ``3 files written, 2 kept``."""
        text = f"{self.written} files written"
        if self.kept:
            text += f", {self.kept} kept"
        if self.elsewhere:
            text += f", {self.elsewhere} left to other processes"
        return text


@dataclass(frozen=True)
class Status:
    """What there is of a bake: frames, bytes, and whether the scene's frame is right (None: not baked)."""

    frames: tuple[int, ...]
    size: int
    right: bool | None


def folder_of(obj: bpy.types.Object, kind: Kind) -> Path:
    """The folder that a flame object is baked to.

    Raises
    ------
    BloomError
        If it is relative to a .blend file that was never saved, or none is given.
    """
    given = getattr(obj.bloom, kind.folder)
    if not given:
        raise BloomError(f"No folder is given for the baked {kind.name}: choose one.")
    if given.startswith("//") and not bpy.data.filepath:
        raise BloomError(
            "The folder is relative to the .blend file: save that first, or choose another folder."
        )
    return Path(bpy.path.abspath(given))


def takes_of(obj: bpy.types.Object, kind: Kind, folder: Path | None = None) -> Takes:
    """The takes of a flame object, at the last that is known."""
    folder = folder or folder_of(obj, kind)
    name = bpy.path.clean_name(obj.name)
    return Takes(folder, name, kind.endings, kind.state_in, kind.holder(obj).get(_TAKE, 1))


def bake(
    context: bpy.types.Context,
    obj: bpy.types.Object,
    kind: Kind,
    frames: Iterable[int],
    *,
    folder: Path | None = None,
) -> Generator[Progress, None, None]:
    """Bake frames of a flame object, a step of the iterator for each.

    Files whose state is that of their frame are kept. After the last frame the flame plays the files; before
    that, and where the iterator is closed early, it is live. The scene's frame is put back in any case.

    Parameters
    ----------
    folder : path, optional
        Where the files go, in the place of the object's setting.

    Raises
    ------
    BloomError
        If the folder cannot be used, or a frame cannot be computed.
    """
    kind.check(obj)
    frames = sorted(set(frames))
    if not frames or frames[0] < 0:
        raise BloomError("A sequence of files needs frames from 0 on: change the scene's frame range.")
    takes = takes_of(obj, kind, folder)
    prepare(context, obj, kind, takes.folder)
    scene, progress = context.scene, Progress(len(frames))

    def go_to(frame: int) -> tuple[Snapshot, str]:
        scene.frame_set(frame)
        source = obj.evaluated_get(context.evaluated_depsgraph_get())
        now = kind.read(obj, source, scene)
        return now, kind.state(now)

    complete = False
    with _standing_still(scene):
        try:
            there = [frame for frame in frames if takes.file(frame).is_file()]
            right = {frame for frame in there if takes.right(frame, go_to(frame)[1])}
            if len(right) < len(there):
                takes.begin_another(right)
                kind.holder(obj)[_TAKE] = takes.number
            elsewhere = set()
            for frame in frames:
                if frame in right:
                    progress.kept += 1
                    yield progress
                    continue
                now, state = go_to(frame)
                with claims.claim(takes.file(frame)) as mine:
                    if takes.adopt(frame, state):
                        progress.kept += 1
                    elif not mine:
                        progress.elsewhere += 1
                        elsewhere.add(frame)
                    else:
                        paths = [takes.file(frame, ending) for ending in takes.endings]
                        kind.write(now, paths, state)
                        progress.written += 1
                yield progress
            takes.remove_older(set(frames) - elsewhere)
            complete = True
        finally:
            if complete:
                adopt(obj, kind, takes)
            else:
                setattr(obj.bloom, kind.source, "LIVE")


def prepare(context: bpy.types.Context, obj: bpy.types.Object, kind: Kind, folder: Path) -> None:
    """Have the flame be live, and nothing show files that a bake may move."""
    setattr(obj.bloom, kind.source, "LIVE")
    kind.release(obj, folder)
    obj.update_tag()  # a script may have set properties, which Blender does not notice by itself
    context.view_layer.update()


def adopt(obj: bpy.types.Object, kind: Kind, takes: Takes | None = None) -> None:
    """Have a flame object play what its folder holds, whoever has baked it.

    Raises
    ------
    BloomError
        If there is nothing.
    """
    takes = takes or takes_of(obj, kind)
    frames = takes.frames()
    if not frames:
        raise BloomError(f"{takes.folder} holds no {kind.name} of {obj.name}: bake them first.")
    kind.holder(obj)[_TAKE] = takes.number
    kind.play(obj, takes, frames[0], frames[-1])
    setattr(obj.bloom, kind.source, "BAKED")


def status(obj: bpy.types.Object, kind: Kind, scene: bpy.types.Scene) -> Status | None:
    """What there is of a flame object's bake; None where there is nothing, or no folder."""
    try:
        takes = takes_of(obj, kind)
        frames = takes.frames()
        if not frames:
            return None
        state = kind.state(kind.read(obj, obj, scene))
    except (BloomError, OSError):
        return None
    frame = min(max(scene.frame_current, frames[0]), frames[-1])
    path = takes.file(frame)
    right = None
    if path.is_file():
        right = frame != scene.frame_current or takes.right(frame, state)
    size = path.stat().st_size * len(frames) if path.is_file() else 0
    return Status(tuple(frames), size, right)


def ours(obj: bpy.types.Object, kind: Kind) -> list[Path]:
    """All files of a flame object's bake, those of other programs with such names left out."""
    return [path for path in takes_of(obj, kind).every_file() if kind.state_in(path)]


def clear(context: bpy.types.Context, obj: bpy.types.Object, kind: Kind) -> int:
    """Delete the files of a flame object's bake and have it live; how many files there were.

    Raises
    ------
    BloomError
        If a file cannot be deleted.
    """
    takes = takes_of(obj, kind)
    prepare(context, obj, kind, takes.folder)
    found = ours(obj, kind)
    for path in found:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise BloomError(f"{path} cannot be deleted ({error.strerror}): close what uses it.") from None
    if takes.folder.is_dir() and not any(takes.folder.iterdir()):
        takes.folder.rmdir()
    kind.forget(obj)
    kind.holder(obj)[_TAKE] = takes.number + 1  # until it ends, Blender remembers what these paths held
    return len(found)


def settle(home: Path) -> None:
    """In a copy of a file: make paths absolute that Blender does not know to be paths.

    Parameters
    ----------
    home : path
        What ``//`` stood for.
    """

    def absolute(path: str) -> str:
        return str(home / path.removeprefix("//")) if path.startswith("//") else path

    for obj in flames():
        for kind in KINDS.values():
            setattr(obj.bloom, kind.folder, absolute(getattr(obj.bloom, kind.folder)))
        baked_points.relocate(obj, absolute)
        shown = volume_of(obj)
        if shown is not None and not shown.data.is_sequence and volume_object.BAKED in shown.data:
            shown.data[volume_object.BAKED] = absolute(shown.data[volume_object.BAKED])
        obj.update_tag()


@contextmanager
def _standing_still(scene: bpy.types.Scene):
    """Let the scene be stepped through: no flame is computed meanwhile, and the frame is put back."""
    before = scene.frame_current, scene.frame_subframe
    names = {obj.name for obj in flames()} - volume_object.paused
    volume_object.paused.update(names)
    try:
        yield
    finally:
        volume_object.paused.difference_update(names)
        scene.frame_set(before[0], subframe=before[1])
