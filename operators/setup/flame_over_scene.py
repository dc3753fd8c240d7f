"""Lay the true flame over what Cycles or EEVEE renders."""

from __future__ import annotations

import bpy

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.setup import flame_over_scene


class BLOOM_OT_flame_over_scene(bpy.types.Operator):
    """Render the flames by the Bloom engine in a second scene and lay them over this one's renders"""

    bl_idname = "bloom.flame_over_scene"
    bl_label = "Flame over Scene"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        """Make or update the second scene and the nodes."""
        try:
            flames = flame_over_scene.lay_over(context.scene)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"{flames.name} is laid over {context.scene.name} by its compositor")
        return {"FINISHED"}
