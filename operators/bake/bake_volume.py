"""Bake the active flame's volume to files."""

from __future__ import annotations

import bpy

from ...bloom_blender.scene.flame.object import is_flame
from ...bloom_blender.scene.flame.parts import volume_of
from .bake_range import Bake
from .second_blender_work import may_begin


class BLOOM_OT_bake_volume(Bake, bpy.types.Operator):
    """Write the volume of each frame as an OpenVDB file, and show these files from then on. Files that are \
right already are kept, so a bake that was stopped goes on where it was"""

    bl_idname = "bloom.bake_volume"
    bl_label = "Bake Volume"
    bl_options = {"UNDO"}  # no panel to change it in: each change would start another bake

    kind = "VOLUME"

    @classmethod
    def poll(cls, context):
        """A flame with a volume has to be active."""
        if not is_flame(context.active_object) or volume_of(context.active_object) is None:
            cls.poll_message_set("Select a flame and set up the scene for the look Volume")
            return False
        return may_begin(cls, context)
