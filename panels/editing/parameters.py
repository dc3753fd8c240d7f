"""The xforms of a flame: a list, and the parameters of the active one."""

from __future__ import annotations

import bpy

from ...bloom_blender.errors import BloomError
from ...bloom_blender.flame.editing import part_at
from ...bloom_blender.flame.model import IDENTITY, Flame, Variation, Xform
from ...bloom_blender.flame.parameters import Parameter, summary_of
from ...bloom_blender.scene.flame.object import data_path, parameters_on, structure_of
from ..common import FlamePanel, draw_parameters, is_bound_by_hand

_WIDE = 400
"""Points of a region in which a name and the variations of an xform can be read in one line."""


class BLOOM_PT_parameters(FlamePanel, bpy.types.Panel):
    """The xforms of a flame, and the parameters of the active one"""

    bl_idname = "BLOOM_PT_parameters"
    bl_label = "Xforms"
    bl_parent_id = "BLOOM_PT_flame"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        """Draw the list, and below it the active xform; the palette has a panel of its own."""
        layout = self.layout
        obj = context.object
        try:
            flame, parameters = structure_of(obj), parameters_on(obj)
        except BloomError as error:
            layout.label(text=str(error), icon="ERROR")
            return
        place = min(obj.bloom.active_xform, len(flame.xforms) + len(flame.finals) - 1)
        draw_list(layout, obj, flame)
        layout.use_property_split = True
        layout.use_property_decorate = True
        prefix, _, xform = part_at(flame, place)
        own = {p.name: p for p in parameters if p.name.startswith(f"{prefix}.")}
        _draw_share(layout, obj, prefix, own)
        _draw_fold(
            layout, obj, "color", "Color", [own[f"{prefix}.{key}"] for key in ("color", "color_speed")]
        )
        _draw_variations(layout, obj, prefix, xform, own)
        header, body = layout.panel("bloom_xform_affine", default_closed=False)
        header.label(text="Affine")
        if is_bound_by_hand(obj):
            header.menu("BLOOM_MT_bind", text="", icon="LINKED")
        if body is not None:
            _draw_affine(body, obj, own[f"{prefix}.coefs"])
        _draw_optional(layout, obj, "POST", "Post Affine", own.get(f"{prefix}.post"), xform.post != IDENTITY)
        if place < len(flame.xforms):
            _draw_optional(layout, obj, "XAOS", "Xaos", own.get(f"{prefix}.xaos"), bool(xform.xaos))


class BLOOM_UL_xforms(bpy.types.UIList):
    """The xforms of a flame, a line each"""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index):
        """Draw colour, name, variations, weight and whether it is shown alone."""
        obj = data.id_data
        flame = structure_of(obj)
        prefix, _, xform = part_at(flame, index)
        row = layout.row(align=True)
        color = row.row()
        color.ui_units_x = 0.8
        color.prop(item, "color", text="")
        wide = context.region.width > _WIDE * context.preferences.system.ui_scale
        if wide or not xform.name:
            names = row.split(factor=0.42)
            names.prop(item, "name", text="", emboss=False)
            names.label(text=summary_of(xform))
        else:
            row.prop(item, "name", text="", emboss=False)
        weight = row.row(align=True)
        weight.ui_units_x = 3.2
        if f"{prefix}.weight" in obj:
            weight.prop(obj, data_path(f"{prefix}.weight"), text="", emboss=False)
        else:
            weight.label(text="")
        solo = row.row(align=True)
        solo.ui_units_x = 1.0
        if index < len(flame.xforms):
            shown = "SOLO_ON" if obj.bloom.solo == prefix else "SOLO_OFF"
            solo.operator("bloom.solo_xform", text="", icon=shown, emboss=False).xform = index
        else:
            solo.label(text="", icon="OUTLINER_DATA_CAMERA")


def draw_list(layout: bpy.types.UILayout, obj: bpy.types.Object, flame: Flame) -> None:
    """Draw the list of the xforms, and the buttons beside."""
    if len(obj.bloom.xforms) != len(flame.xforms) + len(flame.finals):
        layout.label(text="The xforms were changed from outside", icon="INFO")
        layout.operator("bloom.refresh", text="List Them Again", icon="FILE_REFRESH")
        return
    row = layout.row()
    row.template_list("BLOOM_UL_xforms", "", obj.bloom, "xforms", obj.bloom, "active_xform", rows=5)
    column = row.column(align=True)
    column.operator("bloom.add_xform", text="", icon="ADD").kind = "XFORM"
    column.operator("bloom.remove_xform", text="", icon="REMOVE")
    column.separator()
    column.operator("bloom.duplicate_xform", text="", icon="DUPLICATE")
    column.operator("bloom.add_xform", text="", icon="OUTLINER_DATA_CAMERA").kind = "FINAL"
    column.separator()
    column.operator("bloom.move_xform", text="", icon="TRIA_UP").direction = "UP"
    column.operator("bloom.move_xform", text="", icon="TRIA_DOWN").direction = "DOWN"


def _draw_share(layout: bpy.types.UILayout, obj: bpy.types.Object, prefix: str, own: dict) -> None:
    names = (f"{prefix}.weight", f"{prefix}.opacity")
    draw_parameters(layout.column(align=True), obj, [own[name] for name in names if name in own])


def _draw_fold(
    layout: bpy.types.UILayout, obj: bpy.types.Object, key: str, title: str, parameters: list[Parameter]
) -> None:
    header, body = layout.panel(f"bloom_xform_{key}", default_closed=False)
    header.label(text=title)
    if body is not None:
        draw_parameters(body.column(), obj, parameters)


def _draw_variations(
    layout: bpy.types.UILayout, obj: bpy.types.Object, prefix: str, xform: Xform, own: dict[str, Parameter]
) -> None:
    """Draw each variation with its parameters and a way to remove it, and the ways to add more."""
    header, body = layout.panel("bloom_xform_variations", default_closed=False)
    header.label(text="Variations")
    if body is None:
        return
    for variation in xform.variations:
        column = body.column(align=True)
        line = column.row(align=True)
        draw_parameters(line.column(), obj, _parameters_of(variation, prefix, own)[:1])
        line.operator(
            "bloom.remove_variation", text="", icon="X", emboss=False
        ).variation = variation.attribute
        draw_parameters(column, obj, _parameters_of(variation, prefix, own)[1:])
    row = body.row(align=True)
    row.operator_context = "INVOKE_DEFAULT"
    for form, text in (("regular", "Add"), ("pre", "Pre"), ("post", "Post")):
        row.operator("bloom.add_variation", text=text, icon="ADD").form = form


def _parameters_of(variation: Variation, prefix: str, own: dict[str, Parameter]) -> list[Parameter]:
    """The weight of a variation, and then its parameters."""
    stem = f"{prefix}.{variation.attribute}"
    names = [stem, *(f"{stem}_{short}" for short, _ in variation.parameters)]
    return [own[name] for name in names if name in own]


def _draw_optional(
    layout: bpy.types.UILayout,
    obj: bpy.types.Object,
    part: str,
    title: str,
    parameter: Parameter | None,
    present: bool,
) -> None:
    """Draw what few xforms have, with a box to tick for whether this one has it."""
    header, body = layout.panel(f"bloom_xform_{part.lower()}", default_closed=not present)
    header.operator(
        "bloom.toggle_xform_part",
        text="",
        icon="CHECKBOX_HLT" if present else "CHECKBOX_DEHLT",
        emboss=False,
    ).part = part
    header.label(text=title)
    if body is None or parameter is None:
        return
    if part == "POST":
        _draw_affine(body, obj, parameter)
    else:
        draw_parameters(body.column(), obj, [parameter])


def _draw_affine(layout: bpy.types.UILayout, obj: bpy.types.Object, parameter: Parameter) -> None:
    """Draw an affine map as where it takes the two axes and the middle."""
    if parameter.name not in obj or len(obj[parameter.name]) != len(IDENTITY):
        draw_parameters(layout, obj, [parameter])
        return
    for number, title in enumerate(("X Axis to", "Y Axis to", "Middle to")):
        column = layout.column(align=True)
        column.prop(obj, data_path(parameter.name), index=2 * number, text=f"{title} X")
        column.prop(obj, data_path(parameter.name), index=2 * number + 1, text="Y")
