"""Grow a flame again by its run, and edit what is bound by hand."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.flame.object import is_flame
from ...bloom_blender.scene.growth import growing
from ..common import wait_cursor


class OnGrownFlame(bpy.types.Operator):
    """An operator on the active flame, which has a run."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """A flame with a run has to be active."""
        obj = context.active_object
        if not is_flame(obj) or obj.bloom.growth.run is None:
            cls.poll_message_set("Select a flame that a training run moves")
            return False
        return True


class BLOOM_OT_grow_again(OnGrownFlame):
    """Grow the active flame again by its training run, from the flame as it is now"""

    bl_idname = "bloom.grow_again"
    bl_label = "Grow Again"

    replace_edited: BoolProperty(
        name="Replace Edited Curves",
        description="Also replace curves that were keyed or changed by hand",
        options={"SKIP_SAVE"},
    )

    def execute(self, context):
        """Grow, and tell what was left alone."""
        obj = context.active_object
        try:
            with wait_cursor(context):
                curves, kept = growing.regrow(obj, replace_edited=self.replace_edited)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        text = f"{obj.name}: {len(curves.names) - len(kept)} curves"
        self.report({"INFO"}, f"{text}, {len(kept)} kept as you made them" if kept else text)
        return {"FINISHED"}


class BLOOM_OT_add_binding(OnGrownFlame):
    """Bind another series of the run to something of the flame"""

    bl_idname = "bloom.add_binding"
    bl_label = "Add Binding"

    def execute(self, context):
        """Add one: the first binds the loss, or the first series, to the bud."""
        obj = context.active_object
        growth = obj.bloom.growth
        names = growing.series_names(obj)
        losses = [name for name in names if "loss" in name.lower()]
        with growing.quiet():
            item = growth.bindings.add()
            item.series = (losses or names or [""])[0]
            item.target = "bud" if len(growth.bindings) == 1 else ""
            growth.active_binding = len(growth.bindings) - 1
        growing.update(obj)
        return {"FINISHED"}


class BLOOM_OT_remove_binding(OnGrownFlame):
    """Remove the active binding"""

    bl_idname = "bloom.remove_binding"
    bl_label = "Remove Binding"

    def execute(self, context):
        """Remove it."""
        obj = context.active_object
        growth = obj.bloom.growth
        if not 0 <= growth.active_binding < len(growth.bindings):
            return {"CANCELLED"}
        growth.bindings.remove(growth.active_binding)
        growth.active_binding = min(growth.active_binding, max(len(growth.bindings) - 1, 0))
        growing.update(obj)
        return {"FINISHED"}
