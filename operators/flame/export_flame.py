"""File > Export > Fractal Flame."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ...bloom_blender.errors import BloomError
from ...bloom_blender.flame.xml import write_flames
from ...bloom_blender.scene.flame.flame_files import flame_now, flames_over_time
from ..common import flame_is_active, wait_cursor


class BLOOM_OT_export_flame(bpy.types.Operator, ExportHelper):
    """Write the active flame to a .flame file, as it is at the current frame or over the frame range"""

    bl_idname = "bloom.export_flame"
    bl_label = "Export Flame"
    bl_options = {"REGISTER", "UNDO", "PRESET"}

    filename_ext = ".flame"
    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.flame", options={"HIDDEN"})
    use_range: BoolProperty(
        name="Frame Range",
        description="Write a pack with a flame for every so many frames of the scene's range, instead of one",
    )
    every: IntProperty(
        name="Every",
        description="Frames from one flame of the pack to the next; the last frame is always in it",
        default=10,
        min=1,
        soft_max=100,
    )

    @classmethod
    def poll(cls, context):
        """A flame has to be active."""
        return flame_is_active(cls, context)

    def invoke(self, context, event):
        """Ask for the file, beside the .blend and named like the object."""
        if not self.filepath:
            name = bpy.path.clean_name(context.active_object.name)
            folder = Path(bpy.data.filepath).parent if bpy.data.filepath else Path.home()
            self.filepath = str(folder / f"{name}.flame")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        """Evaluate, then write the whole file at once."""
        obj = context.active_object
        try:
            with wait_cursor(context):
                if self.use_range:
                    flames = tuple(flames_over_time(obj, context.scene, self.every))
                else:
                    flames = (flame_now(obj, context.evaluated_depsgraph_get()),)
                write_flames(flames, self.filepath)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        count = "1 flame" if len(flames) == 1 else f"{len(flames)} flames"
        self.report({"INFO"}, f"Wrote {count} to {Path(self.filepath).name}")
        return {"FINISHED"}

    def draw(self, context):
        """Draw the options."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "use_range")
        column = layout.column()
        column.active = self.use_range
        column.prop(self, "every")
