"""Thumbnails of the shipped flames: read when a menu first shows them, dropped when Bloom is disabled."""

from __future__ import annotations

from typing import Any

import bpy.utils.previews

from ..bloom_blender.flame.presets import thumbnail

_previews: Any = None


def icon(identifier: str) -> int:
    """Return the icon of a shipped flame, 0 (no icon) where it has no thumbnail."""
    global _previews
    path = thumbnail(identifier)
    if path is None:
        return 0
    if _previews is None:
        _previews = bpy.utils.previews.new()
    key = str(path)
    if key not in _previews:
        _previews.load(key, key, "IMAGE")
    return _previews[key].icon_id


def forget() -> None:
    """Drop all that were read."""
    global _previews
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
        _previews = None
