"""Everything that touches Blender, in packages by topic; see docs/architecture.md for what imports what.

Scripts use `api`.
"""

from __future__ import annotations


def register() -> None:
    """Register settings and handlers."""
    from . import command_line
    from .editing import edits
    from .engine import picture_settings, render_engine
    from .flame import hooks, settings
    from .growth import growing
    from .playback import handlers
    from .points import baked_points
    from .setup import asset_library, migration, scene_setup
    from .work import work_state

    hooks.connect(
        growth_changed=growing.update,
        points_source_changed=baked_points.match,
        series_names=growing.series_names,
        style_changed=scene_setup.follow_style,
        target_names=growing.target_names,
        xform_renamed=edits.rename_xform,
    )
    settings.register()
    picture_settings.register()
    render_engine.register()
    migration.register()  # before any handler that reads what it upgrades
    handlers.register()
    growing.register()
    work_state.register()
    asset_library.register()
    command_line.register()


def unregister() -> None:
    """Undo :func:`register`."""
    from ..chaos import array_pool
    from ..codegen import threads
    from . import command_line
    from .engine import picture_settings, render_engine
    from .flame import hooks, settings
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
    hooks.disconnect()
    threads.stop()
    array_pool.release()
