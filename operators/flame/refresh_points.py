"""Recompute the active flame's points."""

from __future__ import annotations

import bpy

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.flame import linking
from ...bloom_blender.scene.flame.object import list_parts
from ...bloom_blender.scene.playback import handlers
from ...bloom_blender.scene.points import geometry_nodes
from ...bloom_blender.scene.points.cloud import forget
from ...bloom_blender.scene.volume import volume_object
from ..common import flame_is_active, wait_cursor


class BLOOM_OT_refresh(bpy.types.Operator):
    """Compute the points of the active flame again from its properties. A linked one gets its own"""

    bl_idname = "bloom.refresh"
    bl_label = "Refresh Points"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """A flame has to be active."""
        return flame_is_active(cls, context)

    def execute(self, context):
        """Recompute, whatever the mesh holds."""
        obj = context.active_object
        try:
            if not linking.has_own_points(obj):
                obj = linking.give_own_points(obj)
                context.view_layer.objects.active = obj
            geometry_nodes.restore_modifier(obj)
            depsgraph = context.evaluated_depsgraph_get()
            forget(obj.data)
            volume_object.forget(obj)
            list_parts(obj)
            with wait_cursor(context):
                handlers.refresh(obj, obj.evaluated_get(depsgraph))
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
