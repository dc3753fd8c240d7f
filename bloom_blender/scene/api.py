"""The public API for scripts in Blender, see docs/api.md: what is named here keeps its name and place."""

from __future__ import annotations

from ..flame.presets import presets, read_preset
from .flame.object import base_flame, flame_of, flames, is_flame, structure_of
from .growth.growing import grow_by, regrow
from .setup.scene_setup import add_flame, add_flames, set_look, set_up_scene

__all__ = [
    "add_flame",
    "add_flames",
    "base_flame",
    "flame_of",
    "flames",
    "grow_by",
    "is_flame",
    "presets",
    "read_preset",
    "regrow",
    "set_look",
    "set_up_scene",
    "structure_of",
]
