"""Markers in the timeline for the milestones of the active flame's run."""

from __future__ import annotations

from bpy.props import EnumProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.flame.growth_settings import MARKERS
from ...bloom_blender.scene.growth import growing
from ..growth.grow_again import OnGrownFlame


class BLOOM_OT_mark_run(OnGrownFlame):
    """Mark the milestones of the active flame's training run in the timeline, or remove these markers"""

    bl_idname = "bloom.mark_run"
    bl_label = "Mark Training Run"

    markers: EnumProperty(
        name="Markers",
        description="What is marked; nothing removes the markers",
        items=MARKERS,
        options={"ENUM_FLAG"},
        default={"EPOCHS", "LOSS"},
    )

    def execute(self, context):
        """Set what is marked, which makes the markers."""
        obj = context.active_object
        with growing.quiet():
            obj.bloom.growth.markers = self.markers
        try:
            growing.regrow(obj)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        count = len(obj.bloom.run_markers.split("\n")) if obj.bloom.run_markers else 0
        self.report({"INFO"}, f"{obj.name}: {count} markers")
        return {"FINISHED"}
