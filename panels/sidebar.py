"""The same panels in the sidebar of the 3D viewport, in one tab."""

from __future__ import annotations

from typing import Any

import bpy

from ..bloom_blender.scene.flame.object import is_flame

CATEGORY = "Bloom"


class BLOOM_PT_sidebar(bpy.types.Panel):
    """Ways to a flower, and to others from it"""

    bl_idname = "BLOOM_PT_sidebar"
    bl_label = "Flowers"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = CATEGORY

    def draw(self, context):
        """Draw the menu of flowers, and what can be done with the active one."""
        column = self.layout.column()
        column.menu("BLOOM_MT_add", text="Add Flower", icon="ADD")
        column.operator_context = "INVOKE_DEFAULT"
        column.operator("bloom.random_grid", text="Random Flowers by Pictures", icon="RNDCURVE")
        if is_flame(context.object):
            column.operator("bloom.mutate_grid", icon="MESH_GRID")
            row = column.row(align=True)
            row.operator("bloom.copy_flame", text="Copy", icon="COPYDOWN")
            row.operator("bloom.paste_flame", text="Paste", icon="PASTEDOWN")


def in_sidebar(classes: tuple[type, ...]) -> tuple[type, ...]:
    """Return panels like these for the sidebar, parents first."""
    return (BLOOM_PT_sidebar, *(_in_sidebar(cls) for cls in classes))


def _in_sidebar(cls: Any) -> type:
    """A copy of a panel; Blender would lose a class that another registered class inherits from."""
    names = {key: value for key, value in vars(cls).items() if key not in ("__dict__", "__weakref__")}
    names |= {"bl_idname": _name(cls.bl_idname), "bl_category": CATEGORY, "bl_context": ""}
    names |= {"bl_space_type": "VIEW_3D", "bl_region_type": "UI"}
    if "bl_parent_id" in names:
        names |= {"bl_parent_id": _name(names["bl_parent_id"]), "bl_options": {"DEFAULT_CLOSED"}}
    return type(_name(cls.__name__), cls.__bases__, names)


def _name(name: str) -> str:
    return name.replace("BLOOM_PT_", "BLOOM_PT_sidebar_", 1)
