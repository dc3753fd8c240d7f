"""Add > Bloom > a shipped flame."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.flame.presets import label, presets, read_preset
from ...bloom_blender.scene.setup import scene_setup
from ..common import NewFlameOptions, wait_cursor
from ..thumbnails import icon

_items: list[tuple[str, str, str, int, int]] = []


def _presets(operator, context) -> list[tuple[str, str, str, int, int]]:
    """Return the shipped flames; the list is kept alive because Blender does not copy its texts."""
    _items[:] = [
        (name, label(name), f"Add the shipped flame {label(name)}", icon(name), number)
        for number, name in enumerate(presets())
    ]
    return _items


class BLOOM_OT_add_flame(NewFlameOptions, bpy.types.Operator):
    """Add a shipped fractal flame as points"""

    bl_idname = "bloom.add_flame"
    bl_label = "Add Flame"
    bl_options = {"REGISTER", "UNDO"}

    preset: EnumProperty(name="Flame", description="Which of the shipped flames to add", items=_presets)

    @classmethod
    def poll(cls, context):
        """Flames are added in Object Mode, if there are any."""
        if context.mode != "OBJECT":
            cls.poll_message_set("Flames are added in Object Mode")
            return False
        if not presets():
            cls.poll_message_set("This copy of Bloom came without flames: import a .flame file")
            return False
        return True

    def execute(self, context):
        """Read the preset, then add it."""
        try:
            with wait_cursor(context):
                scene_setup.add_flame(context, read_preset(self.preset), **self.arguments(context))
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}

    def draw(self, context):
        """Draw the options."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.template_icon_view(self, "preset", show_labels=True, scale_popup=5.0)
        layout.prop(self, "preset")
        self.draw_new_flame_options(layout)
