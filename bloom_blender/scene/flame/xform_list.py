"""What Blender's lists show of a flame's xforms: an item for each, whose content is read from the flame."""

from __future__ import annotations

import re

import bpy
from bpy.props import FloatVectorProperty, StringProperty

from ...errors import BloomError
from ...flame.editing import part_at
from . import hooks
from .object import color_of, structure_of

_UNKNOWN = (0.5, 0.5, 0.5)


def _place(item: bpy.types.PropertyGroup) -> int:
    """Which xform an item stands for, from its path ``bloom.xforms[2]``."""
    found = re.search(r"\[(\d+)\]$", item.path_from_id())
    return int(found[1]) if found else 0


def _name(item: bpy.types.PropertyGroup) -> str:
    try:
        _, title, xform = part_at(structure_of(item.id_data), _place(item))
    except BloomError:
        return ""
    return xform.name or title


def _rename(item: bpy.types.PropertyGroup, name: str) -> None:
    hooks.xform_renamed(item.id_data, _place(item), name)


def _color(item: bpy.types.PropertyGroup) -> tuple[float, ...]:
    try:
        return color_of(item.id_data, _place(item))
    except BloomError:
        return _UNKNOWN


class BloomXform(bpy.types.PropertyGroup):
    """An xform of a flame, for lists."""

    name: StringProperty(
        name="Name",
        description="Name of the xform: double click to change it, empty for its number",
        get=_name,
        set=_rename,
    )
    color: FloatVectorProperty(
        name="Color",
        description="The colour of the palette that the xform pulls towards; set it by Color below",
        subtype="COLOR_GAMMA",
        size=3,
        min=0.0,
        max=1.0,
        get=_color,
    )
