"""The compositor's node group."""

from __future__ import annotations

import bpy


def set_up(scene: bpy.types.Scene) -> None:
    """Lead the scene's frames through Bloom's compositor group."""
