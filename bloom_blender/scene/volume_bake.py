"""Volumes baked to a folder: a numbered OpenVDB sequence that Blender and other programs play by themselves.

Until it ends, Blender shows what it once read from a path, whatever is written there later. So a bake never
writes to a file that holds another state of the flame: at the first such file it begins a new *take*, whose
number is part of the names, and takes along the files that are right.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..errors import BloomError
from . import vdb, volume
from .flame_object import flame_of

#: Digits of a file's number, as in Blender's own sequences.
_DIGITS = 4
_TAKE = "bloom_take"
"""Custom property of volume data: number of the last take."""


@dataclass
class Progress:
    """What a bake has done so far: ``written`` files, and ``kept`` ones that were right already."""

    frames: int
    written: int = 0
    kept: int = 0

    @property
    def share(self) -> float:
        """Of the frames that are done."""
        return (self.written + self.kept) / self.frames


def folder_of(obj: bpy.types.Object) -> Path:
    """The folder that a flame object's volume is baked to.

    Raises
    ------
    BloomError
        If it is relative to a .blend file that was never saved, or none is given.
    """
    given = obj.bloom.volume_folder
    if not given:
        raise BloomError("No folder is given for the baked volume: choose one.")
    if given.startswith("//") and not bpy.data.filepath:
        raise BloomError(
            "The folder is relative to the .blend file: save that first, or choose another folder."
        )
    return Path(bpy.path.abspath(given))


@dataclass
class Takes:
    """The baked files of one flame object."""

    folder: Path
    name: str
    number: int

    def file(self, frame: int, number: int | None = None) -> Path:
        """The file of a frame, of this take by default."""
        number = number or self.number
        take = "" if number == 1 else f"-{number}"
        return self.folder / f"{self.name}{take}_{frame:0{_DIGITS}}.vdb"

    def others(self, frame: int) -> list[Path]:
        """Files of a frame that other takes left behind."""
        files = [self.file(frame, number) for number in range(1, self.number)]
        return [path for path in files if path.is_file()]

    def find(self, frame: int, state: str) -> bool:
        """Whether there is a file of this state, which is then in this take."""
        path = self.file(frame)
        if path.is_file():
            return vdb.state_in(path) == state
        for other in self.others(frame):
            if vdb.state_in(other) == state:
                os.replace(other, path)
                return True
        return False

    def begin_another(self, start: int, frame: int) -> None:
        """Begin a new take with the frames from ``start`` to before ``frame`` of this one."""
        before = [self.file(number) for number in range(start, frame)]
        self.number += 1
        for number, path in enumerate(before, start):
            os.replace(path, self.file(number))


def takes_of(obj: bpy.types.Object, data: bpy.types.Volume) -> Takes:
    """The takes of a flame object, at the last that is known."""
    folder, name = folder_of(obj), bpy.path.clean_name(obj.name)
    pattern = re.compile(re.escape(name) + r"-(\d+)_\d+\.vdb")
    found = [int(match[1]) for path in folder.glob("*.vdb") if (match := pattern.fullmatch(path.name))]
    return Takes(folder, name, max(data.get(_TAKE, 1), *found, 1))


def bake(
    context: bpy.types.Context, obj: bpy.types.Object, start: int, end: int
) -> Generator[Progress, None, None]:
    """Bake frames ``start`` to ``end`` of a flame object's volume, a step of the iterator for each.

    Files whose state is that of their frame are kept, so a bake that was stopped goes on where it was. After
    the last frame the volume plays the files; before that, and where the iterator is closed early, it is
    live. The scene's frame is put back in any case.

    Raises
    ------
    BloomError
        If the folder cannot be used, or a frame cannot be computed.
    """
    shown = volume.volume_of(obj)
    if shown is None:
        raise BloomError(f"{obj.name} has no volume: set up the scene for the look Volume first.")
    if start < 0 or end < start:
        raise BloomError("A sequence of files needs frames from 0 on: change the scene's frame range.")
    scene, data = context.scene, shown.data
    takes = takes_of(obj, data)
    before = scene.frame_current, scene.frame_subframe
    progress = Progress(end - start + 1)
    _release(context, obj, takes.folder)
    complete = False
    volume.paused.add(obj.name)
    try:
        for frame in range(start, end + 1):
            scene.frame_set(frame)
            source = obj.evaluated_get(context.evaluated_depsgraph_get())
            request = volume.request_of(source, render=True)
            state = volume.state_of(source, request)
            if takes.find(frame, state):
                progress.kept += 1
            else:
                computed = volume.compute(flame_of(source), request)
                if takes.file(frame).is_file():
                    takes.begin_another(start, frame)
                    data[_TAKE] = takes.number
                vdb.write(takes.file(frame), computed, state)
                progress.written += 1
            yield progress
        complete = True
    finally:
        volume.paused.discard(obj.name)
        if complete:
            for frame in range(start, end + 1):
                for path in takes.others(frame):
                    path.unlink()
            _play(obj, data, takes.file(start), start, end)
        else:
            obj.bloom.volume_source = "LIVE"
        scene.frame_set(before[0], subframe=before[1])


def _release(context: bpy.types.Context, obj: bpy.types.Object, folder: Path) -> None:
    """Have no volume show files that a bake may move."""
    for other in bpy.data.volumes:
        if other.is_sequence and Path(bpy.path.abspath(other.filepath)).parent == folder:
            other.is_sequence = False
            other.filepath = ""
            other.update_tag()
    obj.update_tag()  # a script may have set properties, which Blender does not notice by itself
    context.view_layer.update()


def _play(obj: bpy.types.Object, data: bpy.types.Volume, first: Path, start: int, end: int) -> None:
    path = str(first)
    if obj.bloom.volume_folder.startswith("//"):
        path = bpy.path.relpath(path)
    data[volume.BAKED] = path
    data.frame_start, data.frame_offset = start, start - 1
    data.frame_duration = end - start + 1
    data.sequence_mode = "EXTEND"
    obj.bloom.volume_source = "BAKED"
    volume.play_baked(data)
