"""Delete the files of a bake."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.bake import baking
from ..common import flame_is_active
from .second_blender_work import may_begin


class BLOOM_OT_clear_bake(bpy.types.Operator):
    """Delete the baked files of the active flame and compute it live again; other files in the folder stay"""

    bl_idname = "bloom.clear_bake"
    bl_label = "Clear Bake"
    bl_options = {"UNDO"}

    kind: EnumProperty(
        name="Bake",
        description="Which files are deleted",
        items=(("POINTS", "Points", "The PLY files"), ("VOLUME", "Volume", "The OpenVDB files")),
    )

    @classmethod
    def poll(cls, context):
        """A flame has to be active, and nothing at work."""
        return flame_is_active(cls, context) and may_begin(cls, context)

    def invoke(self, context, event):
        """Ask first: deleted files do not come back with undo."""
        obj = context.active_object
        try:
            found = baking.ours(obj, baking.KINDS[self.kind])
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        size = sum(path.stat().st_size for path in found) / 1e6
        return context.window_manager.invoke_confirm(
            self,
            event,
            title="Clear Bake",
            message=f"Delete {len(found)} files ({size:,.0f} MB) of {obj.name}? Undo brings none back",
            confirm_text="Delete",
            icon="WARNING",
        )

    def execute(self, context):
        """Delete them."""
        obj = context.active_object
        try:
            count = baking.clear(context, obj, baking.KINDS[self.kind])
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"{obj.name}: {count} files deleted")
        return {"FINISHED"}
