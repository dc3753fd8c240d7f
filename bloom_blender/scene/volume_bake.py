"""Volumes baked to a folder: a numbered OpenVDB sequence that Blender and other programs play by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..errors import BloomError
from . import vdb, volume
from .flame_object import flame_of

#: Digits of a file's number, as in Blender's own sequences.
_DIGITS = 4


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
        raise BloomError("The folder is relative to the .blend file: save that first, or choose another folder.")
    return Path(bpy.path.abspath(given))


def file_of(obj: bpy.types.Object, frame: int) -> Path:
    """The baked file of a frame."""
    return folder_of(obj) / f"{bpy.path.clean_name(obj.name)}_{frame:0{_DIGITS}}.vdb"


def bake(context: bpy.types.Context, obj: bpy.types.Object, start: int, end: int) -> Iterator[Progress]:
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
    file_of(obj, start)
    scene, data = context.scene, shown.data
    before = scene.frame_current, scene.frame_subframe
    progress = Progress(end - start + 1)
    _release(context, obj)
    complete = False
    volume.paused.add(obj.name)
    try:
        for frame in range(start, end + 1):
            scene.frame_set(frame)
            source = obj.evaluated_get(context.evaluated_depsgraph_get())
            request = volume.request_of(source, render=True)
            state, path = volume.state_of(source, request), file_of(obj, frame)
            if vdb.state_in(path) == state:
                progress.kept += 1
            else:
                vdb.write(path, volume.compute(flame_of(source), request), state)
                progress.written += 1
            yield progress
        complete = True
    finally:
        volume.paused.discard(obj.name)
        if complete:
            _play(obj, data, start, end)
        else:
            obj.bloom.volume_source = "LIVE"
        scene.frame_set(before[0], subframe=before[1])


def _release(context: bpy.types.Context, obj: bpy.types.Object) -> None:
    """Have Blender let go of files that may be written anew: it remembers a file while a volume shows it."""
    for other in bpy.data.volumes:
        if other.is_sequence and Path(bpy.path.abspath(other.filepath)).parent == folder_of(obj):
            other.is_sequence = False
            other.filepath = ""
            other.update_tag()
    context.view_layer.update()


def _play(obj: bpy.types.Object, data: bpy.types.Volume, start: int, end: int) -> None:
    path = str(file_of(obj, start))
    if obj.bloom.volume_folder.startswith("//"):
        path = bpy.path.relpath(path)
    data.filepath = path
    data.is_sequence = True
    data.frame_start, data.frame_offset = start, start - 1
    data.frame_duration = end - start + 1
    data.sequence_mode = "EXTEND"
    obj.bloom.volume_source = "BAKED"
    data.update_tag()
