"""The training run that moves a flame, and how it does."""

from __future__ import annotations

import bpy

from ..bloom_blender.scene.flame.object import is_flame
from ..bloom_blender.scene.growth import growing
from ..bloom_blender.scene.growth.following import is_following
from ..bloom_blender.scene.growth.growth_layout import draw_growth
from .common import FlamePanel, draw_text, is_bound_by_hand


class BLOOM_PT_run(FlamePanel, bpy.types.Panel):
    """The training run that moves a flame"""

    bl_idname = "BLOOM_PT_run"
    bl_label = "Training Run"
    bl_parent_id = "BLOOM_PT_flame"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        """Draw what is known of the run, and the way to import one."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        obj = context.object
        if obj.bloom.growth.run is not None:
            layout.prop(obj.bloom.growth, "run")
            layout.operator("bloom.grow_again", icon="FILE_REFRESH")
        text = "Import Another Run…" if obj.bloom.growth.run else "Import Training Run…"
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("bloom.import_run", text=text, icon="IMPORT")
        if is_following(obj):
            layout.operator("bloom.stop_following", icon="CANCEL", depress=True)
        else:
            layout.operator("bloom.follow_run", icon="RECORD_ON")


class BLOOM_UL_bindings(bpy.types.UIList):
    """The bindings of a flame, a line each"""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property):
        """Draw series, target and gain."""
        row = layout.row(align=True)
        row.prop(item, "series", text="", emboss=False)
        row.prop(item, "target", text="", emboss=False)
        row.prop(item, "gain", text="", emboss=False)


class BLOOM_PT_growth(FlamePanel, bpy.types.Panel):
    """How the training run moves a flame; every change is seen at once"""

    bl_idname = "BLOOM_PT_growth"
    bl_label = "Growth"
    bl_parent_id = "BLOOM_PT_run"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        """Show it for flames with a run only."""
        return is_flame(context.object) and context.object.bloom.growth.run is not None

    def draw(self, context):
        """Draw the settings, the bindings where they matter, and what is wrong where something is."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        obj = context.object
        growth = obj.bloom.growth
        problem = growing.problems.get(obj.name)
        if problem:
            draw_text(layout, problem, "ERROR", context.region.width)
        elif obj.name in growing.notes:
            draw_text(layout, growing.notes[obj.name], "INFO", context.region.width)
        if growth.like is None:
            layout.operator_menu_enum("bloom.growth_preset", "preset", icon="PRESET")
        layout.prop(growth, "like")
        draw_growth(layout, growth, shared=growth.like is not None)
        if is_bound_by_hand(obj):
            self._draw_bindings(layout, growth)

    def _draw_bindings(self, layout: bpy.types.UILayout, growth) -> None:
        layout.label(text="Series, what it moves, and how far")
        row = layout.row()
        row.template_list("BLOOM_UL_bindings", "", growth, "bindings", growth, "active_binding", rows=3)
        column = row.column(align=True)
        column.operator("bloom.add_binding", icon="ADD", text="")
        column.operator("bloom.remove_binding", icon="REMOVE", text="")
