"""File > Import > Fractal Flame."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from ..bloom_blender.errors import BloomError
from ..bloom_blender.flame.xml import read_flame, report_unknown
from ..bloom_blender.scene import actions
from .support import NewFlameOptions, ask, wait_cursor


class BLOOM_OT_import_flame(NewFlameOptions, bpy.types.Operator, ImportHelper):
    """Add a fractal flame from a .flame file as points"""

    bl_idname = "bloom.import_flame"
    bl_label = "Import Flame"
    bl_options = {"REGISTER", "UNDO", "PRESET"}

    filename_ext = ".flame"
    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.flame;*.flam3", options={"HIDDEN"})
    number: IntProperty(
        name="Flame",
        description="Which flame of the file to add, counted from 1",
        default=1,
        min=1,
    )

    @classmethod
    def poll(cls, context):
        """Flames are added in Object Mode."""
        if context.mode != "OBJECT":
            cls.poll_message_set("Flames are added in Object Mode")
            return False
        return True

    def invoke(self, context, event):
        """Ask for a file, or only for the options where one was dropped."""
        return ask(self, context)

    def execute(self, context):
        """Read the file, then add the flame."""
        try:
            with wait_cursor(context):
                flame = read_flame(self.filepath, self.number - 1)
                obj = actions.add_flame(context, flame, **self.new_flame_options())
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        unknown = report_unknown(flame)
        if unknown:
            self.report({"WARNING"}, f"Added {obj.name}. {' '.join(unknown)}")
        else:
            self.report({"INFO"}, f"Added {obj.name}")
        return {"FINISHED"}

    def draw(self, context):
        """Draw the options."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "number")
        self.draw_new_flame_options(layout)
