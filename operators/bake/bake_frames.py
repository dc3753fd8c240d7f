"""Render the frames to pictures in a second Blender."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.bake import frames_bake
from ...bloom_blender.scene.work import second_blender
from ..common import wait_cursor
from .second_blender_work import ChildWork, RangeOptions, may_begin


class BLOOM_OT_bake_frames(RangeOptions, ChildWork, bpy.types.Operator):
    """Render the frames to pictures in a second Blender while you go on working. Pictures that are there \
are left alone, so what was stopped goes on where it was"""

    bl_idname = "bloom.bake_frames"
    bl_label = "Render Frames"
    bl_options = {"REGISTER"}

    overwrite: BoolProperty(
        name="Overwrite",
        description="Render pictures again that are there",
        default=False,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        """Nothing else may be at work."""
        if context.scene.camera is None:
            cls.poll_message_set("The scene has no camera: set up the scene, or add one")
            return False
        return may_begin(cls, context)

    def execute(self, context):
        """Begin in a second Blender; where there is no window, render all at once."""
        scene = context.scene
        frames = self.frames(scene)[:: scene.frame_step]
        try:
            if not frames:
                raise BloomError("The range has no frames: change its start or end.")
            output = frames_bake.output_of(scene)
            if bpy.app.background or context.window is None:
                for progress in frames_bake.bake(context, frames, output=output, overwrite=self.overwrite):
                    last = progress
                self.report({"INFO"}, f"{scene.name}: {last.text}")
                return {"FINISHED"}
            if scene.render.is_movie_format:
                raise BloomError(
                    f"{scene.name} renders a video, which cannot be made in parts: choose an image format in "
                    "Output."
                )
            self._folder = frames_bake.file_of(scene, frames[0], output).parent
            with wait_cursor(context):
                work = second_blender.Work(
                    *frames_command(scene, frames, output, self.overwrite), folder=self._folder
                )
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return self.look_after(context, work, f"{self.bl_label} of {scene.name}")

    def invoke(self, context, event):
        """Say what there is to do, and ask for the range."""
        return context.window_manager.invoke_props_dialog(self, confirm_text="Render", width=360)

    def draw(self, context):
        """Draw the options, and how many pictures there are."""
        layout, scene = self.layout, context.scene
        layout.use_property_split = True
        layout.prop(self, "use_scene_range")
        column = layout.column(align=True)
        column.enabled = not self.use_scene_range
        owner = scene if self.use_scene_range else self
        column.prop(owner, "frame_start", text="Start")
        column.prop(owner, "frame_end", text="End")
        layout.prop(self, "overwrite")
        try:
            output = frames_bake.output_of(scene)
            frames = self.frames(scene)[:: scene.frame_step]
            there = len(frames) - len(frames_bake.missing(scene, frames, output))
            layout.label(text=str(frames_bake.file_of(scene, frames[0], output)) if frames else "No frames")
            layout.label(text=f"{there} of {len(frames)} pictures are there already")
        except BloomError as error:
            layout.label(text=str(error), icon="ERROR")

    def finished(self, context, work: second_blender.Work) -> None:
        """Say where they are."""
        self.report({"INFO"}, f"{work.text} in {self._folder}")


def frames_command(
    scene: bpy.types.Scene, frames: range, output: str, overwrite: bool
) -> tuple[list[str], list[str]]:
    """The arguments of the command line before and after the file's name."""
    given = {
        "--scene": scene.name,
        "--frames": ",".join(map(str, frames)) if frames.step > 1 else f"{frames[0]}-{frames[-1]}",
        "--output": output,
        "--progress": "json",
    }
    skip = "--no-skip-existing" if overwrite else "--skip-existing"
    return ["bake", "frames"], [*(part for pair in given.items() for part in pair), skip]
