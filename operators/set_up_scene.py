"""Camera, compositor and render settings for the active flame."""

from __future__ import annotations

import bpy

from ..bloom_blender.errors import BloomError
from ..bloom_blender.scene import actions
from ..bloom_blender.scene.flame_object import is_flame


class BLOOM_OT_set_up_scene(bpy.types.Operator):
    """Add the active flame's camera and set up compositor, rendering and viewport for it"""

    bl_idname = "bloom.set_up_scene"
    bl_label = "Set Up Scene"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """A flame has to be active."""
        if not is_flame(context.active_object):
            cls.poll_message_set("Select a flame first")
            return False
        return True

    def execute(self, context):
        """Set up the context's scene."""
        try:
            actions.set_up_scene(context, context.active_object)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
