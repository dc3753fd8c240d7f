"""Volumes as a bake (see `baking`): a numbered OpenVDB sequence that Blender and other programs play."""

from __future__ import annotations

from pathlib import Path

import bpy

from ...errors import BloomError
from ..flame import snapshot
from ..flame.parts import volume_of
from ..flame.snapshot import Snapshot
from ..volume import vdb, volume_object
from ..work.baked_files import Takes


class Volume:
    """The kind of bake."""

    name = "volume"
    folder, source = "volume_folder", "volume_source"
    endings: tuple[str, ...] = (".vdb",)

    def check(self, obj: bpy.types.Object) -> None:
        """A flame has a volume once its scene was set up for one."""
        if volume_of(obj) is None:
            raise BloomError(f"{obj.name} has no volume: set up the scene for the look Volume first.")

    def holder(self, obj: bpy.types.Object) -> bpy.types.ID:
        """The volume data."""
        shown = volume_of(obj)
        return obj.data if shown is None else shown.data

    def state_in(self, path: Path) -> str:
        """From the file's metadata."""
        return vdb.state_in(path)

    def read(self, obj: bpy.types.Object, source: bpy.types.Object, scene: bpy.types.Scene) -> Snapshot:
        """At the resolution of renders."""
        return snapshot.read(obj, source, render=True, scene=scene)

    def state(self, now: Snapshot) -> str:
        """That of the volume."""
        return now.volume_state

    def write(self, now: Snapshot, paths: list[Path], state: str) -> None:
        """One file."""
        vdb.write(paths[0], volume_object.compute(now.flame, now.volume), state)

    def release(self, obj: bpy.types.Object, folder: Path) -> None:
        """Of any flame, for a folder may be shared."""
        for other in bpy.data.volumes:
            if other.is_sequence and Path(bpy.path.abspath(other.filepath)).parent == folder:
                other.is_sequence = False
                other.filepath = ""
                other.update_tag()

    def play(self, obj: bpy.types.Object, takes: Takes, start: int, end: int) -> None:
        """By Blender's own settings of a sequence."""
        data = self.holder(obj)
        path = str(takes.file(start))
        if obj.bloom.volume_folder.startswith("//"):
            path = bpy.path.relpath(path)
        data[volume_object.BAKED] = path
        data.is_sequence = False
        data.frame_start, data.frame_offset = start, start - 1
        data.frame_duration = end - start + 1
        data.sequence_mode = "EXTEND"
        volume_object.play_baked(data)

    def forget(self, obj: bpy.types.Object) -> None:
        """No last bake is known."""
        data = self.holder(obj)
        if volume_object.BAKED in data:
            del data[volume_object.BAKED]
