"""Bloom's entries in Blender's menus."""

from __future__ import annotations

import bpy

from ..bloom_blender.flame.editing import part_at
from ..bloom_blender.flame.presets import label, presets
from ..bloom_blender.scene.flame.object import is_flame, structure_of
from ..bloom_blender.scene.flame.settings import LOOKS
from ..bloom_blender.scene.growth import growing
from ..bloom_blender.scene.setup import scene_setup
from ..bloom_blender.scene.setup.asset_library import libraries
from .editing.edit_flame import active_place
from .thumbnails import icon


class BLOOM_MT_add(bpy.types.Menu):
    """Flowers that are shipped, new ones, and ways to others"""

    bl_idname = "BLOOM_MT_add"
    bl_label = "Bloom"

    def draw(self, context):
        """List every shipped flame, and the ways to others."""
        layout = self.layout
        layout.operator_context = "EXEC_REGION_WIN"
        for name in presets():
            given = {"icon_value": number} if (number := icon(name)) else {"icon": "LIGHTPROBE_VOLUME"}
            layout.operator("bloom.add_flame", text=label(name), **given).preset = name
        layout.separator()
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("bloom.random_flower", icon="RNDCURVE")
        layout.operator("bloom.random_grid", text="Random Flowers by Pictures…", icon="MESH_GRID")
        layout.separator()
        layout.operator("bloom.import_flame", text="From .flame File…", icon="IMPORT")
        layout.operator("bloom.paste_flame", text="From Clipboard", icon="PASTEDOWN")
        layout.operator("bloom.import_run", text="From Training Run…", icon="RECORD_ON")
        layout.separator()
        layout.operator("bloom.remove_assets" if libraries() else "bloom.add_assets", icon="ASSET_MANAGER")


class BLOOM_MT_flame(bpy.types.Menu):
    """What can be done with the active flame"""

    bl_idname = "BLOOM_MT_flame"
    bl_label = "Bloom"

    def draw(self, context):
        """List what a flame can become, and where it can go."""
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("bloom.mutate_grid", icon="MESH_GRID")
        layout.operator("bloom.mutate", icon="MOD_NOISE")
        layout.operator("bloom.import_run", text="Grow by Training Run…", icon="RECORD_ON")
        layout.separator()
        layout.operator("bloom.copy_flame", icon="COPYDOWN")
        layout.operator("bloom.paste_flame", icon="PASTEDOWN")
        layout.operator("bloom.export_flame", text="Export Flame…", icon="EXPORT")
        layout.separator()
        layout.menu("BLOOM_MT_look", icon="SHADING_RENDERED")
        now = scene_setup.look_of(context.object, context.scene)
        layout.operator("bloom.set_up_scene", icon="SCENE").look = now
        layout.operator("bloom.refresh", icon="FILE_REFRESH")
        layout.operator("bloom.freeze", icon="FREEZE")


class BLOOM_MT_look(bpy.types.Menu):
    """How the active flame is shown; what you have changed in the scene stays"""

    bl_idname = "BLOOM_MT_look"
    bl_label = "Look"

    def draw(self, context):
        """List the looks, and mark the present one."""
        now = scene_setup.look_of(context.object, context.scene)
        for identifier, name, _ in LOOKS:
            icon = "RADIOBUT_ON" if identifier == now else "RADIOBUT_OFF"
            self.layout.operator("bloom.set_up_scene", text=name, icon=icon).look = identifier


class BLOOM_MT_bind(bpy.types.Menu):
    """Bind a series of the training run to what the affine map of the active xform does"""

    bl_idname = "BLOOM_MT_bind"
    bl_label = "Bind Training Series"

    def draw(self, context):
        """List what a run can do with the map."""
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        obj = context.object
        prefix = part_at(structure_of(obj), active_place(obj))[0]
        for target in growing.target_names(obj):
            stem, _, word = target.rpartition(".")
            if stem == f"{prefix}.coefs":
                layout.operator("bloom.bind_series", text=word.title()).target = target


def _draw_value(menu, context) -> None:
    """Offer to bind the value that was clicked, where a run can move it."""
    obj, prop = context.object, getattr(context, "button_prop", None)
    if prop is None or not is_flame(obj) or obj.bloom.growth.run is None:
        return
    if getattr(context, "button_pointer", None) == obj and prop.identifier in growing.target_names(obj):
        menu.layout.separator()
        menu.layout.operator_context = "INVOKE_DEFAULT"
        menu.layout.operator("bloom.bind_series", icon="LINKED").target = prop.identifier


def _draw_add(menu, context) -> None:
    menu.layout.menu(BLOOM_MT_add.bl_idname, icon="LIGHTPROBE_VOLUME")


def _draw_flame(menu, context) -> None:
    if is_flame(context.active_object):
        menu.layout.menu(BLOOM_MT_flame.bl_idname, icon="LIGHTPROBE_VOLUME")
        menu.layout.separator()


def _draw_import(menu, context) -> None:
    menu.layout.operator("bloom.import_flame", text="Fractal Flame (.flame)")
    menu.layout.operator("bloom.import_run", text="Training Run (.bloom, logs, checkpoints)")


def _draw_export(menu, context) -> None:
    menu.layout.operator("bloom.export_flame", text="Fractal Flame (.flame)")


def _draw_keys(menu, context) -> None:
    if is_flame(context.active_object):
        menu.layout.separator()
        menu.layout.operator("bloom.decimate_curves", icon="LIGHTPROBE_VOLUME")


def _draw_markers(menu, context) -> None:
    if is_flame(context.active_object):
        menu.layout.separator()
        menu.layout.operator("bloom.mark_run", icon="LIGHTPROBE_VOLUME")


_EDITORS = {
    "GRAPH_MT_key": _draw_keys,
    "DOPESHEET_MT_key": _draw_keys,
    "GRAPH_MT_marker": _draw_markers,
    "DOPESHEET_MT_marker": _draw_markers,
    "TIME_MT_marker": _draw_markers,
}
"""Menus of the editors of animation; the timeline's own is gone in later versions."""


def extend() -> None:
    """Add the entries."""
    bpy.types.VIEW3D_MT_add.append(_draw_add)
    bpy.types.VIEW3D_MT_object_context_menu.prepend(_draw_flame)
    bpy.types.TOPBAR_MT_file_import.append(_draw_import)
    bpy.types.TOPBAR_MT_file_export.append(_draw_export)
    bpy.types.UI_MT_button_context_menu.append(_draw_value)
    for name, draw in _EDITORS.items():
        if menu := getattr(bpy.types, name, None):
            menu.append(draw)


def retract() -> None:
    """Take them away."""
    bpy.types.UI_MT_button_context_menu.remove(_draw_value)
    for name, draw in _EDITORS.items():
        if menu := getattr(bpy.types, name, None):
            menu.remove(draw)
    bpy.types.TOPBAR_MT_file_export.remove(_draw_export)
    bpy.types.TOPBAR_MT_file_import.remove(_draw_import)
    bpy.types.VIEW3D_MT_object_context_menu.remove(_draw_flame)
    bpy.types.VIEW3D_MT_add.remove(_draw_add)
