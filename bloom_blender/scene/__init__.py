"""Everything that touches Blender: flame objects, curves, playback, and the look."""

from __future__ import annotations


def register() -> None:
    """Register settings and handlers."""
    from . import growing, picture_settings, playback, render_engine, settings

    settings.register()
    picture_settings.register()
    render_engine.register()
    playback.register()
    growing.register()


def unregister() -> None:
    """Undo :func:`register`."""
    from . import following, growing, picture_settings, playback, render_engine, settings

    following.following.clear()
    growing.unregister()
    playback.unregister()
    render_engine.unregister()
    picture_settings.unregister()
    settings.unregister()
