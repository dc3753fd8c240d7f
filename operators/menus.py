"""Bloom's entries in Blender's menus."""

from __future__ import annotations

import bpy

from ..bloom_blender.scene.presets import label, presets


class BLOOM_MT_add(bpy.types.Menu):
    """The shipped flames"""

    bl_idname = "BLOOM_MT_add"
    bl_label = "Bloom"

    def draw(self, context):
        """List every shipped flame, and the way to others."""
        layout = self.layout
        layout.operator_context = "EXEC_REGION_WIN"
        for name in presets():
            layout.operator("bloom.add_flame", text=label(name)).preset = name
        layout.separator()
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("bloom.import_flame", text="From .flame File…")
        layout.operator("bloom.import_run", text="From Training Run…")


def _draw_add(menu, context) -> None:
    menu.layout.menu(BLOOM_MT_add.bl_idname, icon="LIGHTPROBE_VOLUME")


def _draw_import(menu, context) -> None:
    menu.layout.operator("bloom.import_flame", text="Fractal Flame (.flame)")
    menu.layout.operator("bloom.import_run", text="Training Run (.bloom, logs, checkpoints)")


def extend() -> None:
    """Add the entries."""
    bpy.types.VIEW3D_MT_add.append(_draw_add)
    bpy.types.TOPBAR_MT_file_import.append(_draw_import)


def retract() -> None:
    """Take them away."""
    bpy.types.TOPBAR_MT_file_import.remove(_draw_import)
    bpy.types.VIEW3D_MT_add.remove(_draw_add)
