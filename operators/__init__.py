"""What a person can do: one operator per file, and the menus and drops that lead to them."""

from __future__ import annotations

import bpy

from . import menus, thumbnails
from .add_flame import BLOOM_OT_add_flame
from .add_variation import BLOOM_OT_add_variation
from .add_xform import BLOOM_OT_add_xform
from .asset_library import BLOOM_OT_add_assets, BLOOM_OT_remove_assets
from .bake_frames import BLOOM_OT_bake_frames
from .bake_points import BLOOM_OT_bake_points
from .bake_volume import BLOOM_OT_bake_volume
from .bind_series import BLOOM_OT_bind_series
from .clear_bake import BLOOM_OT_clear_bake
from .copy_flame import BLOOM_OT_copy_flame
from .decimate_curves import BLOOM_OT_decimate_curves
from .duplicate_xform import BLOOM_OT_duplicate_xform
from .export_flame import BLOOM_OT_export_flame
from .file_handlers import BLOOM_FH_flame, BLOOM_FH_run
from .fit_volume import BLOOM_OT_fit_volume
from .flame_over_scene import BLOOM_OT_flame_over_scene
from .follow_run import BLOOM_OT_follow_run, BLOOM_OT_stop_following
from .grow_again import (
    BLOOM_OT_add_binding,
    BLOOM_OT_grow_again,
    BLOOM_OT_remove_binding,
)
from .growth_preset import BLOOM_OT_growth_preset
from .import_flame import BLOOM_OT_import_flame
from .import_run import BLOOM_OT_import_run
from .mark_run import BLOOM_OT_mark_run
from .move_xform import BLOOM_OT_move_xform
from .mutate import BLOOM_OT_mutate
from .mutate_grid import BLOOM_OT_mutate_grid
from .palette_ramp import BLOOM_OT_palette_ramp
from .paste_flame import BLOOM_OT_paste_flame
from .random_flower import BLOOM_OT_random_flower
from .random_grid import BLOOM_OT_random_grid
from .refresh import BLOOM_OT_refresh
from .remove_variation import BLOOM_OT_remove_variation
from .remove_xform import BLOOM_OT_remove_xform
from .render_preview import BLOOM_OT_render_preview
from .select_xform import BLOOM_OT_select_xform
from .set_up_scene import BLOOM_OT_set_up_scene
from .solo_xform import BLOOM_OT_solo_xform
from .stop_work import BLOOM_OT_stop_work
from .toggle_xform_part import BLOOM_OT_toggle_xform_part
from .use_bake import BLOOM_OT_use_bake

classes = (
    BLOOM_OT_add_flame,
    BLOOM_OT_import_flame,
    BLOOM_OT_import_run,
    BLOOM_OT_follow_run,
    BLOOM_OT_stop_following,
    BLOOM_OT_grow_again,
    BLOOM_OT_mark_run,
    BLOOM_OT_decimate_curves,
    BLOOM_OT_growth_preset,
    BLOOM_OT_add_binding,
    BLOOM_OT_remove_binding,
    BLOOM_OT_bind_series,
    BLOOM_OT_set_up_scene,
    BLOOM_OT_flame_over_scene,
    BLOOM_OT_refresh,
    BLOOM_OT_add_xform,
    BLOOM_OT_duplicate_xform,
    BLOOM_OT_remove_xform,
    BLOOM_OT_move_xform,
    BLOOM_OT_select_xform,
    BLOOM_OT_solo_xform,
    BLOOM_OT_add_variation,
    BLOOM_OT_remove_variation,
    BLOOM_OT_toggle_xform_part,
    BLOOM_OT_palette_ramp,
    BLOOM_OT_export_flame,
    BLOOM_OT_copy_flame,
    BLOOM_OT_paste_flame,
    BLOOM_OT_random_flower,
    BLOOM_OT_random_grid,
    BLOOM_OT_mutate,
    BLOOM_OT_mutate_grid,
    BLOOM_OT_fit_volume,
    BLOOM_OT_bake_volume,
    BLOOM_OT_bake_points,
    BLOOM_OT_bake_frames,
    BLOOM_OT_clear_bake,
    BLOOM_OT_use_bake,
    BLOOM_OT_stop_work,
    BLOOM_OT_render_preview,
    BLOOM_OT_add_assets,
    BLOOM_OT_remove_assets,
    BLOOM_FH_flame,
    BLOOM_FH_run,
    menus.BLOOM_MT_add,
    menus.BLOOM_MT_flame,
    menus.BLOOM_MT_bind,
)


def register() -> None:
    """Register all operators and extend Blender's menus."""
    for cls in classes:
        bpy.utils.register_class(cls)
    menus.extend()


def unregister() -> None:
    """Undo :func:`register`."""
    menus.retract()
    thumbnails.forget()
    for cls in reversed(classes):
        bpy.utils.unregister_class(cls)
