"""Freeze the active flame at the present frame."""

from __future__ import annotations

import bpy

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.setup.freeze import freeze
from ..common import flame_is_active, wait_cursor


class BLOOM_OT_freeze(bpy.types.Operator):
    """Make an object of the active flame's points at this frame, which nothing changes any more, and hide \
the flame"""

    bl_idname = "bloom.freeze"
    bl_label = "Freeze"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """A flame has to be active, in Object Mode."""
        if context.mode != "OBJECT":
            cls.poll_message_set("A flame is frozen in Object Mode")
            return False
        return flame_is_active(cls, context)

    def execute(self, context):
        """Freeze it."""
        try:
            with wait_cursor(context):
                freeze(context, context.active_object)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
