"""Points as a bake (see `baking`): two PLY files a frame, of all points and of those for the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy

from ..flame import requests, snapshot
from ..flame.snapshot import Snapshot
from ..points import baked_points, chaos_game, ply
from ..work.baked_files import Takes


class Points:
    """The kind of bake."""

    name = "points"
    folder, source = "points_folder", "points_source"
    endings: tuple[str, ...] = baked_points.ENDINGS

    def check(self, obj: bpy.types.Object) -> None:
        """Every flame has points."""

    def holder(self, obj: bpy.types.Object) -> bpy.types.ID:
        """The mesh."""
        return obj.data

    def state_in(self, path: Path) -> str:
        """From the file's comment."""
        return ply.state_in(path)

    def read(self, obj: bpy.types.Object, source: bpy.types.Object, scene: bpy.types.Scene) -> Snapshot:
        """As renders show it, and with the motion that a render would blur."""
        return snapshot.read(obj, source, render=True, velocity=scene.render.use_motion_blur, scene=scene)

    def state(self, now: Snapshot) -> str:
        """As many points as renders have; how many the window had does not make a bake wrong."""
        return now.points_state.replace(":", "-")

    def write(self, now: Snapshot, paths: list[Path], state: str) -> None:
        """The file of the window first, for the other says that both are there."""
        for path, request in ((paths[1], now.window), (paths[0], now.points)):
            asked = replace(now, points=request)
            cloud = chaos_game.compute(asked.flame, request)
            ply.write(path, cloud, state, chaos_game.velocities(asked))

    def release(self, obj: bpy.types.Object, folder: Path) -> None:
        """The modifier rests while the flame is live."""

    def play(self, obj: bpy.types.Object, takes: Takes, start: int, end: int) -> None:
        """By a modifier."""
        prefix = str(takes.folder / takes.prefix)
        if obj.bloom.points_folder.startswith("//"):
            prefix = bpy.path.relpath(prefix)
        baked_points.play(obj, prefix, start, end)

    def forget(self, obj: bpy.types.Object) -> None:
        """Without the modifier."""
        modifier = baked_points.player_of(obj)
        if modifier is not None:
            obj.modifiers.remove(modifier)


def size(obj: bpy.types.Object, scene: bpy.types.Scene) -> int:
    """Bytes of a frame, about."""
    velocity = obj.bloom.use_velocity or scene.render.use_motion_blur
    counts = (requests.points_request(obj, render=render).count for render in (True, False))
    return sum(ply.size(count, velocity=velocity) for count in counts)
