"""Where a flame's movement came from."""

from __future__ import annotations

import bpy

from .support import FlamePanel


class BLOOM_PT_run(FlamePanel, bpy.types.Panel):
    """The training run that moves a flame"""

    bl_idname = "BLOOM_PT_run"
    bl_label = "Training Run"
    bl_parent_id = "BLOOM_PT_flame"

    def draw(self, context):
        """Draw what is known of the run, and the way to import one."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.object.bloom
        if settings.run_name:
            column = layout.column()
            column.enabled = False
            column.prop(settings, "run_name")
            column.prop(settings, "mapping")
            column.prop(settings, "run_start")
            column.prop(settings, "run_frames")
        text = "Import Another Run…" if settings.run_name else "Import Training Run…"
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("bloom.import_run", text=text, icon="IMPORT")
