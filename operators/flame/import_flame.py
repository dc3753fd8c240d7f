"""File > Import > Fractal Flame."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ImportHelper

from ...bloom_blender.errors import BloomError
from ...bloom_blender.flame.xml import Pack, read_pack
from .add_from_pack import AddFromPack


class BLOOM_OT_import_flame(AddFromPack, bpy.types.Operator, ImportHelper):
    """Add a fractal flame from a .flame file as points; of several, choose by their pictures"""

    bl_idname = "bloom.import_flame"
    bl_label = "Import Flame"
    bl_options = {"REGISTER", "UNDO", "PRESET"}

    filename_ext = ".flame"
    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.flame;*.flam3", options={"HIDDEN"})

    def invoke(self, context, event):
        """Ask for a file; where one was dropped, show what it holds or add it."""
        self.decide(context)
        if self.properties.is_property_set("filepath"):
            return self.choose_or_add(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        """Read the file, then add the flame; the file browser goes on to the pictures of several."""
        try:
            pack = self.pack()
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.decide(context)
        asked = self.use_all or self.properties.is_property_set("number")
        if self.options.is_invoke and not asked and len(pack) > 1:
            options = {"filepath": self.filepath, **self.new_flame_options()}
            bpy.ops.bloom.import_flame("INVOKE_DEFAULT", **options)
            return {"CANCELLED"}
        return self.add(context, pack)

    def pack(self) -> Pack:
        """Return the flames of the file."""
        return read_pack(self.filepath)
