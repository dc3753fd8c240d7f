"""A flame from text in the clipboard."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from ..bloom_blender.errors import BloomError
from ..bloom_blender.flame.xml import parse_flames, report_unknown
from ..bloom_blender.scene import actions
from .support import NewFlameOptions, in_object_mode, wait_cursor


class BLOOM_OT_paste_flame(NewFlameOptions, bpy.types.Operator):
    """Add a flame from the clipboard, where its text was copied from Bloom or another flame program"""

    bl_idname = "bloom.paste_flame"
    bl_label = "Paste Flame"
    bl_options = {"REGISTER", "UNDO"}

    text: StringProperty(
        name="Text",
        description="The flame as text; what the clipboard holds if this is empty",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        """Flames are added in Object Mode."""
        return in_object_mode(cls, context)

    def execute(self, context):
        """Read the text, then add the first flame in it."""
        if not self.text:  # kept for the redo panel, as the clipboard may hold something else by then
            self.text = context.window_manager.clipboard
        try:
            if "<" not in self.text:
                raise BloomError(
                    "The clipboard holds no flame: copy the text of one (it begins with <flame)."
                )
            flames = parse_flames(self.text, source="The clipboard's text")
            if not flames:
                raise BloomError("The clipboard's text holds no flame: copy all of it, from <flame on.")
            with wait_cursor(context):
                actions.add_flame(context, flames[0], **self.new_flame_options())
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        unknown = report_unknown(flames[0])
        if unknown:
            self.report({"WARNING"}, f"Bloom does not know: {', '.join(unknown)}")
        if len(flames) > 1:
            self.report({"INFO"}, f"Added the first of {len(flames)} flames")
        return {"FINISHED"}

    def draw(self, context):
        """Draw the options."""
        self.layout.use_property_split = True
        self.layout.use_property_decorate = False
        self.draw_new_flame_options(self.layout)
