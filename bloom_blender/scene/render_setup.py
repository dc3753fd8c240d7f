"""Render settings for a flame."""

from __future__ import annotations

import bpy


def set_up(scene: bpy.types.Scene, flame, obj: bpy.types.Object) -> None:
    """Set engine, size and colour management of ``scene`` for ``obj``."""
    scene.render.engine = "CYCLES"
    scene.render.use_lock_interface = True
