"""What a person can do: one operator per file, and the menus and drops that lead to them."""

from __future__ import annotations

import bpy

from . import menus, thumbnails
from .bake.bake_frames import BLOOM_OT_bake_frames
from .bake.bake_points import BLOOM_OT_bake_points
from .bake.bake_volume import BLOOM_OT_bake_volume
from .bake.clear_bake import BLOOM_OT_clear_bake
from .bake.render_preview import BLOOM_OT_render_preview
from .bake.stop_work import BLOOM_OT_stop_work
from .bake.use_bake import BLOOM_OT_use_bake
from .curves.decimate_curves import BLOOM_OT_decimate_curves
from .curves.mark_run import BLOOM_OT_mark_run
from .editing.add_variation import BLOOM_OT_add_variation
from .editing.add_xform import BLOOM_OT_add_xform
from .editing.duplicate_xform import BLOOM_OT_duplicate_xform
from .editing.move_xform import BLOOM_OT_move_xform
from .editing.mutate import BLOOM_OT_mutate
from .editing.mutate_grid import BLOOM_OT_mutate_grid
from .editing.palette_ramp import BLOOM_OT_palette_ramp
from .editing.remove_variation import BLOOM_OT_remove_variation
from .editing.remove_xform import BLOOM_OT_remove_xform
from .editing.select_xform import BLOOM_OT_select_xform
from .editing.solo_xform import BLOOM_OT_solo_xform
from .editing.toggle_xform_part import BLOOM_OT_toggle_xform_part
from .file_handlers import BLOOM_FH_flame, BLOOM_FH_run
from .flame.add_flame import BLOOM_OT_add_flame
from .flame.copy_flame import BLOOM_OT_copy_flame
from .flame.export_flame import BLOOM_OT_export_flame
from .flame.freeze import BLOOM_OT_freeze
from .flame.import_flame import BLOOM_OT_import_flame
from .flame.paste_flame import BLOOM_OT_paste_flame
from .flame.random_flower import BLOOM_OT_random_flower
from .flame.random_grid import BLOOM_OT_random_grid
from .flame.refresh_points import BLOOM_OT_refresh
from .growth.bind_series import BLOOM_OT_bind_series
from .growth.follow_run import BLOOM_OT_follow_run, BLOOM_OT_stop_following
from .growth.grow_again import BLOOM_OT_add_binding, BLOOM_OT_grow_again, BLOOM_OT_remove_binding
from .growth.growth_preset import BLOOM_OT_growth_preset
from .growth.import_run import BLOOM_OT_import_run
from .setup.asset_library import BLOOM_OT_add_assets, BLOOM_OT_remove_assets
from .setup.flame_over_scene import BLOOM_OT_flame_over_scene
from .setup.set_up_scene import BLOOM_OT_set_up_scene
from .volume.fit_volume import BLOOM_OT_fit_volume

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
    BLOOM_OT_freeze,
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
    menus.BLOOM_MT_look,
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
