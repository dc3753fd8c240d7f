"""What of a scene its user has left as it was, so that setting it up throws no work away.

A value counts as untouched while it is Blender's own default, or what Bloom set last, which is noted on the
scene. Anything else is the user's and stays, unless it is to be replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from ..flame.object import is_flame
from .startup_cube import is_startup_cube

NOTE = "bloom_set_up"
"""Custom property of a scene: the values that Bloom has set, by their names here."""

_MADE = "bloom_made"
"""Custom property of a camera's object: where Bloom has put it, and its lens."""

_VIEW = {"view_transform": "AgX", "look": "None"}
"""Defaults that Blender's properties do not tell."""


class Settings:
    """Sets values of a scene where they are untouched.

    Parameters
    ----------
    replace : bool
        Whether to set what the user has changed, too.

    Attributes
    ----------
    kept : list of str
        What was left as the user has it, in words.
    """

    def __init__(self, scene: bpy.types.Scene, *, replace: bool = False) -> None:
        self.scene, self.replace = scene, replace
        self.kept: list[str] = []
        self._notes = _notes(scene)

    def set(self, owner: Any, words: str, **values: Any) -> None:
        """Set properties that belong together, all of them or none."""
        names = {name: f"{type(owner).__name__}.{name}" for name in values}
        free = self.replace or all(
            _same(getattr(owner, name), value) or self._is_untouched(owner, name, names[name])
            for name, value in values.items()
        )
        if not free:
            self.kept.append(words)
            return
        for name, value in values.items():
            setattr(owner, name, value)
            self._notes[names[name]] = value

    def set_numbers(
        self, words: str, socket: bpy.types.NodeSocket, value: Sequence[float], default: Sequence[float]
    ) -> None:
        """Set what a socket of a node holds."""
        now, key = list(socket.default_value), f"numbers of {words}"
        known = [list(value), list(default), list(self._notes.get(key, default))]
        if self.replace or any(_same(now, one) for one in known):
            socket.default_value = value
            self._notes[key] = list(value)
        else:
            self.kept.append(words)

    def note(self) -> None:
        """Remember on the scene what was set."""
        self.scene[NOTE] = self._notes

    def _is_untouched(self, owner: Any, name: str, key: str) -> bool:
        if key in self._notes:
            return _same(getattr(owner, name), self._notes[key])
        return _same(getattr(owner, name), _default(owner, name))


def is_prepared(scene: bpy.types.Scene) -> bool:
    """Whether a scene has something that Blender's start-up file has not: a flame, or a user's work."""
    for obj in scene.objects:
        ours = obj.type == "CAMERA" and is_untouched_camera(obj)
        startup = is_startup_cube(obj) or (obj.type == "LIGHT" and obj.name == "Light")
        if is_flame(obj) or not (ours or startup):
            return True
    settings = Settings(scene)
    for owner, names in (
        (scene.render, ("engine", "resolution_x", "resolution_y")),
        (scene.cycles, ("samples",)),
        (scene.view_settings, ("view_transform",)),
    ):
        for name in names:
            if not settings._is_untouched(owner, name, f"{type(owner).__name__}.{name}"):
                return True
    return False


def note_camera(camera: bpy.types.Object) -> None:
    """Remember where Bloom has put a camera that it has made."""
    camera[_MADE] = _placement(camera)


def is_untouched_camera(camera: bpy.types.Object) -> bool:
    """Whether a camera is where Bloom has put it, or that of Blender's start-up file as that has it."""
    if camera.type != "CAMERA" or camera.animation_data or camera.data.animation_data or camera.constraints:
        return False
    noted = camera.get(_MADE)
    return is_startup_camera(camera) if noted is None else _same(_placement(camera), list(noted))


def is_startup_camera(camera: bpy.types.Object) -> bool:
    """Whether a camera is as Blender's start-up file has it."""
    if camera.type != "CAMERA":
        return False
    place = tuple(round(value, 3) for value in (*camera.location, *camera.rotation_euler, camera.data.lens))
    return camera.name == "Camera" and place == (7.359, -6.926, 4.958, 1.109, 0.0, 0.815, 50.0)


def _placement(camera: bpy.types.Object) -> list[float]:
    data = camera.data
    lens = (data.lens, data.ortho_scale, data.shift_x, data.shift_y, data.dof.aperture_fstop)
    return [*sum(map(tuple, camera.matrix_basis), ()), *lens, data.dof.focus_distance]


def _notes(scene: bpy.types.Scene) -> dict[str, Any]:
    noted = scene.get(NOTE)
    return noted.to_dict() if hasattr(noted, "to_dict") else {}


def _default(owner: Any, name: str) -> Any:
    return _VIEW[name] if name in _VIEW else owner.bl_rna.properties[name].default


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float) or isinstance(other, float):
        return abs(one - other) <= 1e-6 * max(abs(one), abs(other), 1e-6)
    return one == other
