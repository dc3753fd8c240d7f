"""Bakes of a flame, and the work of a second Blender."""

from __future__ import annotations

import bpy

from ..bloom_blender.errors import BloomError
from ..bloom_blender.scene.bake import baking, frames_bake, points_bake
from ..bloom_blender.scene.flame.parts import volume_of
from ..bloom_blender.scene.work import work_state
from .common import FlamePanel, draw_text


class BLOOM_PT_bake(FlamePanel, bpy.types.Panel):
    """Files that need no computing: points, volume, pictures"""

    bl_idname = "BLOOM_PT_bake"
    bl_label = "Bake"
    bl_parent_id = "BLOOM_PT_flame"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        """Draw what is under way, and what can be baked."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        draw_work(layout, context)
        obj = context.object
        column = layout.column()
        column.prop(obj.bloom, "points_source")
        column.prop(obj.bloom, "points_folder")
        draw_bake(column, context, "POINTS")
        if volume_of(obj) is not None:
            column = layout.column()
            column.separator(type="LINE")
            column.prop(obj.bloom, "volume_source")
            column.prop(obj.bloom, "volume_folder")
            draw_bake(column, context, "VOLUME")
        column = layout.column()
        column.separator(type="LINE")
        _draw_frames(column, context)


def draw_work(layout: bpy.types.UILayout, context) -> None:
    """Draw how far the work of a second Blender is, and the button that stops it."""
    work = work_state.running(context)
    if work is not None:
        column = layout.column(align=True)
        column.label(text=work.title)
        row = column.row(align=True)
        row.progress(factor=work.share, text=work.text)
        row.operator("bloom.stop_work", text="", icon="CANCEL")


def draw_bake(layout: bpy.types.UILayout, context, name: str) -> None:
    """Draw what is known of a bake of the context's object, and its buttons."""
    obj, kind = context.object, baking.KINDS[name]
    found = baking.status(obj, kind, context.scene)
    icon, text = "INFO", "Not baked"
    if name == "POINTS" and found is None:
        frames = context.scene.frame_end - context.scene.frame_start + 1
        text += f": about {_size(frames * points_bake.size(obj, context.scene))} for {frames} frames"
    if found is not None:
        first, last, count = found.frames[0], found.frames[-1], len(found.frames)
        text = f"Frames {first} to {last} are baked, {_size(found.size)}"
        if count < last - first + 1:
            icon = "ERROR"
            text = f"{count} of the frames {first} to {last} are baked: bake again for the rest"
        elif found.right is False:
            icon, text = "ERROR", "Out of date: this frame has changed since it was baked"
        elif getattr(obj.bloom, kind.source) == "BAKED":
            icon, text = "CHECKMARK", f"{text}; playing them"
    if work_state.running(context) is None:
        draw_text(layout, text, icon, context.region.width)
    row = layout.row(align=True)
    row.operator_context = "INVOKE_DEFAULT"
    row.operator(f"bloom.bake_{name.lower()}", icon="FILE_CACHE")
    if found is not None:
        if obj.bloom.is_property_set(kind.source) and getattr(obj.bloom, kind.source) == "LIVE":
            row.operator("bloom.use_bake", text="", icon="PLAY").kind = name
        row.operator("bloom.clear_bake", text="", icon="TRASH").kind = name


def _draw_frames(layout: bpy.types.UILayout, context) -> None:
    try:
        text = str(frames_bake.output_of(context.scene))
    except BloomError as error:
        text = str(error)
    draw_text(layout, f"Pictures: {text}", "OUTPUT", context.region.width)
    layout.operator_context = "INVOKE_DEFAULT"
    layout.operator("bloom.bake_frames", icon="RENDER_ANIMATION")
    layout.operator("bloom.render_preview", icon="RENDER_STILL")


def _size(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(size / 1e6, 0.1):.3g} MB"
