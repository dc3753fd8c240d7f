"""Add Bloom's assets to the Asset Browser, and take them out again."""

from __future__ import annotations

import bpy

from ...bloom_blender.scene.setup import asset_library


class BLOOM_OT_add_assets(bpy.types.Operator):
    """Have the Asset Browser show flowers and growths that you can drag into the viewport"""

    bl_idname = "bloom.add_assets"
    bl_label = "Add Bloom's Assets to the Asset Browser"
    bl_options = {"REGISTER"}  # undo does not reach the preferences

    @classmethod
    def poll(cls, context):
        """It is added once, where it was shipped."""
        if not asset_library.FOLDER.is_dir():
            cls.poll_message_set("This copy of Bloom came without assets")
            return False
        if asset_library.libraries():
            cls.poll_message_set("They are there already")
            return False
        return True

    def execute(self, context):
        """Add it to the preferences, which Blender saves as it is set to."""
        asset_library.add()
        self.report({"INFO"}, f"The Asset Browser has a library {asset_library.NAME} now")
        return {"FINISHED"}


class BLOOM_OT_remove_assets(bpy.types.Operator):
    """Take Bloom's asset library out of the preferences; its files and what came from it stay"""

    bl_idname = "bloom.remove_assets"
    bl_label = "Remove Bloom's Assets from the Asset Browser"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        """Only what is there can be removed."""
        if not asset_library.libraries():
            cls.poll_message_set("They are not in the Asset Browser")
            return False
        return True

    def execute(self, context):
        """Remove every entry of it."""
        asset_library.remove()
        return {"FINISHED"}
