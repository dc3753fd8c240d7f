"""Few keys for the active flame's curves, or all of them again."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, FloatProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.curves import decimation, keyframes
from ...bloom_blender.scene.flame.growth_settings import KEYS
from ...bloom_blender.scene.flame.object import is_flame
from ...bloom_blender.scene.growth import growing
from ..common import wait_cursor


class BLOOM_OT_decimate_curves(bpy.types.Operator):
    """Give all F-Curves of the active flame few keys with handles, or all their keys back"""

    bl_idname = "bloom.decimate_curves"
    bl_label = "Decimate Flame Curves"
    bl_options = {"REGISTER", "UNDO"}

    keys: EnumProperty(
        name="Keys",
        description="Few keys, or those that there were before",
        items=KEYS,
        default="few",
        options={"SKIP_SAVE"},
    )
    error: FloatProperty(
        name="Error",
        description="How far a curve may go astray in any frame, in percent of its range",
        subtype="PERCENTAGE",
        default=1.0,
        min=0.1,
        soft_max=10.0,
        max=50.0,
        precision=1,
    )

    @classmethod
    def poll(cls, context):
        """A flame that is animated has to be active."""
        obj = context.active_object
        if not is_flame(obj) or obj.animation_data is None or obj.animation_data.action is None:
            cls.poll_message_set("Select a flame that is animated")
            return False
        return True

    def execute(self, context):
        """Set how many keys the run makes, and see to the curves that are no run's or were changed."""
        obj = context.active_object
        before = _count(obj)
        try:
            with wait_cursor(context):
                self._decimate(obj)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"{obj.name}: {before:,} keys have become {_count(obj):,}")
        return {"FINISHED"}

    def _decimate(self, obj: bpy.types.Object) -> None:
        growth = obj.bloom.growth
        with growing.quiet():
            growth.keys = self.keys
            if self.keys == "few":
                growth.key_error = self.error
        if growth.run is not None:
            growing.regrow(obj)
        if self.keys == "few":
            decimation.decimate(obj, self.error / 100.0)
        else:
            decimation.restore(obj)

    def draw(self, context):
        """Draw the error where it matters."""
        layout = self.layout
        layout.use_property_split = True
        layout.row().prop(self, "keys", expand=True)
        if self.keys == "few":
            layout.prop(self, "error")


def _count(obj: bpy.types.Object) -> int:
    return sum(len(curve.keyframe_points) for curve in keyframes.channelbag_of(obj).fcurves)
