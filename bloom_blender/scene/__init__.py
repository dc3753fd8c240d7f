"""Everything that touches Blender: flame objects, curves, playback, and the look."""

from __future__ import annotations


def register() -> None:
    """Register settings and handlers."""
    from . import picture_settings, playback, render_engine, settings

    settings.register()
    picture_settings.register()
    render_engine.register()
    playback.register()


def unregister() -> None:
    """Undo :func:`register`."""
    from . import following, picture_settings, playback, render_engine, settings

    following.following.clear()
    playback.unregister()
    render_engine.unregister()
    picture_settings.unregister()
    settings.unregister()
