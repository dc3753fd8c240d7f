"""Stop the work of a second Blender."""

from __future__ import annotations

import bpy

from ...bloom_blender.scene.work import work_state


class BLOOM_OT_stop_work(bpy.types.Operator):
    """Stop what is being baked or rendered; files that are finished stay"""

    bl_idname = "bloom.stop_work"
    bl_label = "Stop"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        """Something has to be under way."""
        if work_state.running(context) is None:
            cls.poll_message_set("Nothing is being baked")
            return False
        return True

    def execute(self, context):
        """Tell its operator, which ends at its next look."""
        work = work_state.running(context)
        if work is not None:
            work.stop = True
        return {"FINISHED"}
