"""Set the growth of the active flame to one of the named growths."""

from __future__ import annotations

from bpy.props import EnumProperty

from ...bloom_blender.scene.growth import growing
from ...bloom_blender.scene.growth.growth_presets import GROWTH_PRESETS, settings_of
from ..common import wait_cursor
from .grow_again import OnGrownFlame


class BLOOM_OT_growth_preset(OnGrownFlame):
    """Set how the run moves the active flame, all settings at once"""

    bl_idname = "bloom.growth_preset"
    bl_label = "Growth Preset"

    preset: EnumProperty(
        name="Growth", description="A named growth", items=tuple(preset[:3] for preset in GROWTH_PRESETS)
    )

    def execute(self, context):
        """Set them, then grow once."""
        obj = context.active_object
        with growing.quiet():
            for name, value in settings_of(self.preset).items():
                setattr(obj.bloom.growth, name, value)
        with wait_cursor(context):
            growing.update(obj)
        problem = growing.problems.get(obj.name)
        if problem:
            self.report({"WARNING"}, problem)
        return {"FINISHED"}
