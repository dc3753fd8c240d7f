"""How the settings of a growth are laid out, in the import and in the panel."""

from __future__ import annotations

from typing import Any

import bpy


def draw_growth(layout: bpy.types.UILayout, settings: Any, *, shared: bool = False) -> None:
    """Draw the settings of a growth, those that matter with the ones that are chosen.

    Parameters
    ----------
    layout : bpy.types.UILayout
        With property split.
    settings
        Whatever has the settings of ``scene.flame.growth_settings``.
    shared : bool
        Whether the mapping is another flame's; then only the frames, keys and markers are its own.
    """
    draw_frames(layout, settings)
    draw_keys(layout, settings)
    if not shared:
        draw_mapping(layout, settings)


def draw_frames(layout: bpy.types.UILayout, settings: Any) -> None:
    """Draw how long the film is and where it starts."""
    column = layout.column(align=True)
    column.prop(settings, "frames")
    column.prop(settings, "start_frame")


def draw_keys(layout: bpy.types.UILayout, settings: Any) -> None:
    """Draw how many keys the curves get, and what is marked."""
    column = layout.column(align=True)
    column.row(align=True).prop(settings, "keys", expand=True)
    if settings.keys == "few":
        column.prop(settings, "key_error")
    layout.row(align=True, heading="Markers").prop(settings, "markers", expand=True)


def draw_mapping(layout: bpy.types.UILayout, settings: Any) -> None:
    """Draw how the run moves the flame, see `draw_growth`."""
    column = layout.column(align=True)
    column.prop(settings, "mapping")
    if settings.mapping == "robust":
        column.prop(settings, "drive")
        column.prop(settings, "time")
        if settings.time == "loss":
            column.prop(settings, "metric")
        column = layout.column(align=True)
        for name in ("bud", "gain", "wind", "smoothing"):
            column.prop(settings, name)
        layout.prop(settings, "loop")
    else:
        column.prop(settings, "epochs")
        column.prop(settings, "skip_words")
    column = layout.column(align=True)
    column.prop(settings, "source")
    column.prop(settings, "variant")
    column = layout.column(align=True)
    column.prop(settings, "colors")
    if settings.colors == "embeddings":
        column.prop(settings, "table")
        column.prop(settings, "hue")
