"""Pictures on disk to a video file, through Blender's own sequencer and encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy

from ...errors import BloomError
from .. import versions


def write_video(pictures: Sequence[Path], path: Path, *, fps: int) -> None:
    """Encode ``pictures`` as an H.264 video in an MP4 file.

    A scene of its own does the work and is removed again, so nothing of the open file changes.

    Parameters
    ----------
    pictures : sequence of Path
        Files of one folder and one size, in order.
    path : Path
        The video; its folder must exist.
    fps : int
        Pictures per second.

    Raises
    ------
    BloomError
        If there are no pictures.
    """
    if not pictures:
        raise BloomError(f"{path} was not written, because there are no pictures: render some frames first.")
    scene = bpy.data.scenes.new("Bloom Film")
    try:
        strips = versions.sequencer_strips(scene)
        strip = strips.new_image(
            "Frames", filepath=str(pictures[0]), channel=1, frame_start=1, fit_method="ORIGINAL"
        )
        for picture in pictures[1:]:
            strip.elements.append(picture.name)
        versions.set_strip_duration(strip, len(pictures))
        render = scene.render
        image = bpy.data.images.load(str(pictures[0]))
        render.resolution_x, render.resolution_y = image.size
        bpy.data.images.remove(image)
        render.resolution_percentage = 100
        render.fps = fps
        scene.frame_start, scene.frame_end = 1, len(pictures)
        scene.view_settings.view_transform = "Standard"  # the pictures are finished
        versions.set_video_format(render.image_settings)
        render.ffmpeg.format = "MPEG4"
        render.ffmpeg.codec = "H264"
        render.ffmpeg.constant_rate_factor = "HIGH"
        render.filepath = str(path)
        render.use_file_extension = False
        bpy.ops.render.render(animation=True, scene=scene.name)
    finally:
        bpy.data.scenes.remove(scene)
