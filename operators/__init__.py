"""What a person can do: one operator per file, and the menus and drops that lead to them."""

from __future__ import annotations

import bpy

from . import menus
from .add_flame import BLOOM_OT_add_flame
from .file_handlers import BLOOM_FH_flame, BLOOM_FH_run
from .follow_run import BLOOM_OT_follow_run, BLOOM_OT_stop_following
from .grow_again import (
    BLOOM_OT_add_binding,
    BLOOM_OT_grow_again,
    BLOOM_OT_remove_binding,
)
from .import_flame import BLOOM_OT_import_flame
from .import_run import BLOOM_OT_import_run
from .refresh import BLOOM_OT_refresh
from .set_up_scene import BLOOM_OT_set_up_scene

classes = (
    BLOOM_OT_add_flame,
    BLOOM_OT_import_flame,
    BLOOM_OT_import_run,
    BLOOM_OT_follow_run,
    BLOOM_OT_stop_following,
    BLOOM_OT_grow_again,
    BLOOM_OT_add_binding,
    BLOOM_OT_remove_binding,
    BLOOM_OT_set_up_scene,
    BLOOM_OT_refresh,
    BLOOM_FH_flame,
    BLOOM_FH_run,
    menus.BLOOM_MT_add,
)


def register() -> None:
    """Register all operators and extend Blender's menus."""
    for cls in classes:
        bpy.utils.register_class(cls)
    menus.extend()


def unregister() -> None:
    """Undo :func:`register`."""
    menus.retract()
    for cls in reversed(classes):
        bpy.utils.unregister_class(cls)
