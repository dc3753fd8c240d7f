"""Bake the active flame's points to files."""

from __future__ import annotations

import bpy

from ..common import flame_is_active
from .bake_range import Bake
from .second_blender_work import may_begin


class BLOOM_OT_bake_points(Bake, bpy.types.Operator):
    """Write the points of each frame as PLY files, and show these files from then on, on machines without \
Bloom too. Files that are right already are kept, so a bake that was stopped goes on where it was"""

    bl_idname = "bloom.bake_points"
    bl_label = "Bake Points"
    bl_options = {"UNDO"}  # no panel to change it in: each change would start another bake

    kind = "POINTS"

    @classmethod
    def poll(cls, context):
        """A flame has to be active."""
        return flame_is_active(cls, context) and may_begin(cls, context)
