"""Camera, compositor and render settings for the active flame."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.flame.settings import LOOKS
from ...bloom_blender.scene.setup import scene_setup
from ..common import flame_is_active


class BLOOM_OT_set_up_scene(bpy.types.Operator):
    """Add the active flame's camera and set up compositor, rendering and viewport for it"""

    bl_idname = "bloom.set_up_scene"
    bl_label = "Set Up Scene"
    bl_options = {"REGISTER", "UNDO"}

    look: EnumProperty(name="Look", description="How the flame is rendered", items=LOOKS)

    @classmethod
    def poll(cls, context):
        """A flame has to be active."""
        return flame_is_active(cls, context)

    def execute(self, context):
        """Set up the context's scene."""
        try:
            scene_setup.set_up_scene(context, context.active_object, look=self.look)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
