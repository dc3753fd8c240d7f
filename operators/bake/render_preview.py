"""A quick picture of the frame."""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.work import second_blender
from ..common import wait_cursor
from .second_blender_work import ChildWork, may_begin

_NAME = "Bloom Preview"


class BLOOM_OT_render_preview(ChildWork, bpy.types.Operator):
    """Render this frame small and with few points and samples, in a second Blender, and show it in an Image \
Editor; no setting of the scene is touched"""

    bl_idname = "bloom.render_preview"
    bl_label = "Render Preview"
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context):
        """A camera is needed, and nothing else may be at work."""
        if context.scene.camera is None:
            cls.poll_message_set("The scene has no camera: set up the scene, or add one")
            return False
        return may_begin(cls, context)

    def execute(self, context):
        """Begin."""
        if bpy.app.background or context.window is None:
            self.report({"ERROR"}, "A preview needs a window: render the frame instead")
            return {"CANCELLED"}
        scene = context.scene
        self._folder = Path(tempfile.mkdtemp(prefix="bloom-preview-", dir=bpy.app.tempdir or None))
        try:
            with wait_cursor(context):
                work = second_blender.Work(*preview_command(scene, self._folder), folder=self._folder)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return self.look_after(context, work, self.bl_label)

    def finished(self, context, work: second_blender.Work) -> None:
        """Show the picture; it is packed, as its file goes away."""
        picture = next(self._folder.glob("*.png"), None)
        if picture is None:
            raise BloomError("The preview made no picture: render the frame instead.")
        before = bpy.data.images.get(_NAME)
        image = bpy.data.images.load(str(picture))
        image.pack()
        picture.unlink()
        self._folder.rmdir()
        if before is not None:
            before.user_remap(image)
            bpy.data.images.remove(before)
        image.name = _NAME
        # A new window handles events while it opens, so this operator has to be over by then.
        bpy.app.timers.register(_show, first_interval=0.01)


def preview_command(scene: bpy.types.Scene, folder: Path) -> tuple[list[str], list[str]]:
    """The arguments of the command line before and after the file's name."""
    given = {
        "--scene": scene.name,
        "--frames": str(scene.frame_current),
        "--output": str(folder / "preview_####"),
        "--progress": "json",
    }
    return ["bake", "frames"], [*(part for pair in given.items() for part in pair), "--preview"]


def _show() -> None:
    """Show the preview in an Image Editor that is open, or in a window of its own as renders are."""
    manager, image = bpy.context.window_manager, bpy.data.images.get(_NAME)
    if image is None:
        return
    areas = [area for window in manager.windows for area in window.screen.areas]
    area = next((area for area in areas if area.ui_type == "IMAGE_EDITOR"), None)
    if area is None:
        before = set(manager.windows)
        with bpy.context.temp_override(window=manager.windows[0]):
            bpy.ops.wm.window_new()
        window = next(window for window in manager.windows if window not in before)
        area = window.screen.areas[0]
        area.ui_type = "IMAGE_EDITOR"
    area.spaces.active.image = image
    area.tag_redraw()
