"""What the bakes of points and of volumes share."""

from __future__ import annotations

from typing import Any

import bpy

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.bake import baking
from ...bloom_blender.scene.work import second_blender
from ..common import wait_cursor
from .second_blender_work import ChildWork, RangeOptions


class Bake(RangeOptions, ChildWork):
    """Mixin: an operator that bakes a kind of thing, at once or in a second Blender."""

    kind: str

    def execute(self: Any, context):
        """Bake all frames at once, in this Blender."""
        obj, kind = context.active_object, baking.KINDS[self.kind]
        try:
            with wait_cursor(context):
                for progress in baking.bake(context, obj, kind, self.frames(context.scene)):
                    last = progress
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"{obj.name}: {last.text}")
        return {"FINISHED"}

    def invoke(self: Any, context, event):
        """Bake in a second Blender, so that the window goes on and Esc stops it."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        obj, kind = context.active_object, baking.KINDS[self.kind]
        frames = self.frames(context.scene)
        try:
            if not frames:
                raise BloomError("The range has no frames: change its start or end.")
            folder = baking.folder_of(obj, kind)
            with wait_cursor(context):
                baking.prepare(context, obj, kind, folder)
                work = second_blender.Work(*bake_command(obj, kind, frames), folder=folder)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self._name = obj.name
        return self.look_after(context, work, f"{self.bl_label} of {obj.name}")

    def finished(self: Any, context, work: second_blender.Work) -> None:
        """Have the flame play the files."""
        obj = bpy.data.objects.get(self._name)
        if obj is None:
            raise BloomError(f"{self._name} is gone or has another name: its files are baked all the same.")
        baking.adopt(obj, baking.KINDS[self.kind])
        self.report({"INFO"}, f"{obj.name}: {work.text}")


def bake_command(obj: bpy.types.Object, kind: baking.Kind, frames: range) -> tuple[list[str], list[str]]:
    """The arguments of the command line before and after the file's name."""
    what = next(name for name, known in baking.KINDS.items() if known is kind)
    given = {
        "--object": obj.name,
        "--frames": f"{frames[0]}-{frames[-1]}",
        "--folder": str(baking.folder_of(obj, kind)),
        "--progress": "json",
    }
    return ["bake", what.lower()], [*(part for pair in given.items() for part in pair), "--no-save"]
