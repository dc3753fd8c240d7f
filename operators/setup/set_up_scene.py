"""Camera, compositor and render settings for the active flame."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.flame.settings import LOOKS, PARTICLES
from ...bloom_blender.scene.setup import scene_setup
from ..common import flame_is_active


class BLOOM_OT_set_up_scene(bpy.types.Operator):
    """Set up camera, compositor, rendering and viewport for the active flame; what you have changed stays"""

    bl_idname = "bloom.set_up_scene"
    bl_label = "Set Up Scene"
    bl_options = {"REGISTER", "UNDO"}

    look: EnumProperty(name="Look", description="How the flame is shown", items=(PARTICLES, *LOOKS))
    new_camera: BoolProperty(
        name="New Camera",
        description="Make the flame's own camera the scene's, in the place of the one that is there",
        default=False,
        options={"SKIP_SAVE"},
    )
    replace: BoolProperty(
        name="Replace Settings",
        description="Set resolution, samples, color management and so on also where you have changed them",
        default=False,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, _context, properties):
        """Say what the look is, where one is chosen."""
        if not properties.is_property_set("look"):
            return cls.__doc__
        return next(text for identifier, _, text in (PARTICLES, *LOOKS) if identifier == properties.look)

    @classmethod
    def poll(cls, context):
        """A flame has to be active."""
        return flame_is_active(cls, context)

    def draw(self, _context):
        """Draw what the panel does not have."""
        column = self.layout.column()
        column.prop(self, "new_camera")
        column.prop(self, "replace")

    def execute(self, context):
        """Set up the context's scene."""
        try:
            kept = scene_setup.set_up_scene(
                context,
                context.active_object,
                look=self.look,
                with_camera=self.new_camera or None,
                replace=self.replace,
            )
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if kept:
            self.report({"INFO"}, f"Kept as you have them: {', '.join(kept)}")
        return {"FINISHED"}
