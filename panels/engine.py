"""Render properties of the Bloom engine."""

from __future__ import annotations

from typing import Any

import bpy

from ..bloom_blender.scene.engine.render_engine import ENGINE


class _PicturePanel:
    """Mixin: a panel of the Bloom engine."""

    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"
    COMPAT_ENGINES = {ENGINE}

    @classmethod
    def poll(cls, context):
        """Show it where the engine is Bloom."""
        return context.engine == ENGINE

    def column(self: Any, context):
        """The layout's column, and the settings."""
        self.layout.use_property_split = True
        return self.layout.column(), context.scene.bloom


class BLOOM_PT_picture_quality(_PicturePanel, bpy.types.Panel):
    """Points, and how finely they are counted"""

    bl_idname = "BLOOM_PT_picture_quality"
    bl_label = "Quality"

    def draw(self, context):
        """Draw the settings."""
        column, settings = self.column(context)
        column.prop(settings, "device")
        column.prop(settings, "quality_viewport", text="Viewport")
        column.prop(settings, "quality", text="Render")
        column.prop(settings, "supersample")
        column.prop(settings, "filter_radius")
        column.prop(settings, "seed")


class BLOOM_PT_picture_tone(_PicturePanel, bpy.types.Panel):
    """From density to colour"""

    bl_idname = "BLOOM_PT_picture_tone"
    bl_label = "Tone"

    def draw(self, context):
        """Draw the settings."""
        column, settings = self.column(context)
        for name in ("brightness", "gamma", "gamma_threshold", "vibrancy", "highlight_power", "use_curves"):
            column.prop(settings, name)


class BLOOM_PT_picture_estimation(_PicturePanel, bpy.types.Panel):
    """Smooth what few points make up"""

    bl_idname = "BLOOM_PT_picture_estimation"
    bl_label = "Density Estimation"

    def draw(self, context):
        """Draw the settings."""
        column, settings = self.column(context)
        column.prop(settings, "estimator_radius", text="Radius")
        sub = column.column()
        sub.active = settings.estimator_radius > 0.0
        sub.prop(settings, "estimator_minimum")
        sub.prop(settings, "estimator_curve")


class BLOOM_PT_picture_film(_PicturePanel, bpy.types.Panel):
    """Background, objects in front, and motion"""

    bl_idname = "BLOOM_PT_picture_film"
    bl_label = "Film"

    def draw(self, context):
        """Draw the settings."""
        column, settings = self.column(context)
        render = context.scene.render
        column.prop(render, "film_transparent", text="Transparent")
        column.prop(settings, "use_holdout")
        column.prop(settings, "use_soft_lens")
        column.prop(render, "use_motion_blur")
        sub = column.column()
        sub.active = render.use_motion_blur
        sub.prop(render, "motion_blur_shutter", text="Shutter")
        sub.prop(render, "motion_blur_position", text="Position")
        sub.prop(settings, "motion_samples")


class BLOOM_PT_picture_passes(_PicturePanel, bpy.types.Panel):
    """Passes of a view layer"""

    bl_idname = "BLOOM_PT_picture_passes"
    bl_label = "Passes"
    bl_context = "view_layer"

    def draw(self, context):
        """Draw the settings."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layer = context.view_layer
        column = layout.column(heading="Include")
        column.prop(layer, "use_pass_combined")
        column.prop(layer, "use_pass_z")
        column.prop(layer.bloom, "use_pass_density")
        column.prop(layer.bloom, "use_pass_index")
