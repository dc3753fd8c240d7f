"""Show what another process has baked."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.bake import baking
from ..common import flame_is_active
from .second_blender_work import may_begin


class BLOOM_OT_use_bake(bpy.types.Operator):
    """Have the active flame play the baked files in its folder, whichever machine made them"""

    bl_idname = "bloom.use_bake"
    bl_label = "Use Baked Files"
    bl_options = {"REGISTER", "UNDO"}

    kind: EnumProperty(
        name="Bake",
        description="Which files are played",
        items=(("POINTS", "Points", "The PLY files"), ("VOLUME", "Volume", "The OpenVDB files")),
    )

    @classmethod
    def poll(cls, context):
        """A flame has to be active, and nothing at work."""
        return flame_is_active(cls, context) and may_begin(cls, context)

    def execute(self, context):
        """Look into the folder."""
        try:
            baking.KINDS[self.kind].check(context.active_object)
            baking.adopt(context.active_object, baking.KINDS[self.kind])
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
