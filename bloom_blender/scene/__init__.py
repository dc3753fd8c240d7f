"""Everything that touches Blender: flame objects, curves, playback, and the look."""

from __future__ import annotations


def register() -> None:
    """Register settings and handlers."""
    from . import playback, settings

    settings.register()
    playback.register()


def unregister() -> None:
    """Undo :func:`register`."""
    from . import playback, settings

    playback.unregister()
    settings.unregister()
