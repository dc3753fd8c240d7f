"""Everything that touches Blender: flame objects, curves, playback, and the look."""

from __future__ import annotations


def register() -> None:
    """Register settings and handlers."""
    from . import command_line
    from .engine import picture_settings, render_engine
    from .flame import settings
    from .growth import growing
    from .playback import handlers
    from .setup import asset_library, migration
    from .work import work_state

    settings.register()
    picture_settings.register()
    render_engine.register()
    migration.register()  # before any handler that reads what it mends
    handlers.register()
    growing.register()
    work_state.register()
    asset_library.register()
    command_line.register()


def unregister() -> None:
    """Undo :func:`register`."""
    from . import command_line
    from .engine import picture_settings, render_engine
    from .flame import settings
    from .growth import following, growing
    from .playback import handlers
    from .setup import asset_library, migration
    from .work import work_state

    command_line.unregister()
    asset_library.unregister()
    work_state.unregister()
    following.following.clear()
    growing.unregister()
    handlers.unregister()
    migration.unregister()
    render_engine.unregister()
    picture_settings.unregister()
    settings.unregister()
