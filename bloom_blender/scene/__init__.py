"""Everything that touches Blender: flame objects, curves, playback, and the look."""

from __future__ import annotations


def register() -> None:
    """Register settings and handlers."""
    from . import (
        asset_library,
        command_line,
        growing,
        migration,
        picture_settings,
        playback,
        render_engine,
        settings,
        work_state,
    )

    settings.register()
    picture_settings.register()
    render_engine.register()
    migration.register()  # before any handler that reads what it mends
    playback.register()
    growing.register()
    work_state.register()
    asset_library.register()
    command_line.register()


def unregister() -> None:
    """Undo :func:`register`."""
    from . import (
        asset_library,
        command_line,
        following,
        growing,
        migration,
        picture_settings,
        playback,
        render_engine,
        settings,
        work_state,
    )

    command_line.unregister()
    asset_library.unregister()
    work_state.unregister()
    following.following.clear()
    growing.unregister()
    playback.unregister()
    migration.unregister()
    render_engine.unregister()
    picture_settings.unregister()
    settings.unregister()
