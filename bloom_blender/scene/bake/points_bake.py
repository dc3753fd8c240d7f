"""Points as a bake (see `baking`): two PLY files a frame, of all points and of those for the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy

from ..flame.object import flame_of
from ..playback import handlers
from ..points import baked_points, chaos_game, motion, ply
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

    def state(self, obj: bpy.types.Object, source: bpy.types.Object, scene: bpy.types.Scene) -> str:
        """As many points as renders have; how many the window had does not make a bake wrong."""
        request = request_of(source, scene, render=True)
        return handlers.state_of(source, request, _around(obj, source, scene, request)).replace(":", "-")

    def write(self, obj, source, scene, paths: list[Path], state: str) -> None:
        """The file of the window first, for the other says that both are there."""
        flame = flame_of(source)
        for path, render in reversed(list(zip(paths, (True, False), strict=True))):
            request = request_of(source, scene, render=render)
            points, velocity = chaos_game.compute(flame, request), None
            around = _around(obj, source, scene, request)
            if around is not None:
                velocity = motion.velocities(source, around, _player(request))
            ply.write(path, points, state, velocity)

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


def request_of(source: bpy.types.Object, scene: bpy.types.Scene, *, render: bool) -> chaos_game.Request:
    """What is asked of the points: with their motion where a render would blur it."""
    request = chaos_game.request_of(source, render=render)
    return replace(request, velocity=request.velocity or scene.render.use_motion_blur)


def size(obj: bpy.types.Object, scene: bpy.types.Scene) -> int:
    """Bytes of a frame, about."""
    requests = [request_of(obj, scene, render=render) for render in (True, False)]
    return sum(ply.size(request.count, velocity=request.velocity) for request in requests)


def _around(obj, source, scene, request):
    return motion.moments(obj, source, scene.frame_current_final) if request.velocity else None


def _player(request: chaos_game.Request):
    return lambda flame: chaos_game.play(flame, request)
