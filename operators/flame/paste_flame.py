"""A flame from text in the clipboard."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.flame.xml import Pack
from .add_from_pack import AddFromPack


class BLOOM_OT_paste_flame(AddFromPack, bpy.types.Operator):
    """Add a flame from the clipboard, where its text was copied from Bloom or another flame program"""

    bl_idname = "bloom.paste_flame"
    bl_label = "Paste Flame"
    bl_options = {"REGISTER", "UNDO"}

    text: StringProperty(
        name="Text",
        description="The flame as text; what the clipboard holds if this is empty",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    def invoke(self, context, event):
        """Add the flame; of several, show the pictures."""
        return self.choose_or_add(context)

    def execute(self, context):
        """Read the text, then add the flame."""
        try:
            return self.add(context, self.pack())
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}

    def pack(self) -> Pack:
        """Return the flames of the text."""
        if not self.text:  # kept for the redo panel, as the clipboard may hold something else by then
            self.text = bpy.context.window_manager.clipboard
        if "<" not in self.text:
            raise BloomError("The clipboard holds no flame: copy the text of one (it begins with <flame).")
        pack = Pack(self.text, "The clipboard's text")
        if not len(pack):
            raise BloomError("The clipboard's text holds no flame: copy all of it, from <flame on.")
        return pack
