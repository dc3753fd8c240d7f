"""Pictures of a range of frames, one by one, each whole or not at all.

Pictures that are there are left alone, so the same call again goes on where it was, and several processes and
machines may share one range without a list of who does what (see `claims`).
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from ...errors import BloomError
from ..work import claims
from .baking import Progress

FOLDER = "//frames/"
"""Where pictures go while the scene's output is Blender's own default, a folder for temporary files."""


def output_of(scene: bpy.types.Scene) -> str:
    """The pattern of the pictures' paths: the scene's output, or one beside the .blend.

    Raises
    ------
    BloomError
        If it is relative to a .blend file that was never saved.
    """
    path = scene.render.filepath
    # The factory's output is /tmp/ on every system, and so may a user's folder for temporary files be.
    temporary = {"/tmp", "", os.path.normpath(bpy.app.tempdir or "/tmp")}
    if path in ("", "/tmp/", "/tmp\\") or os.path.normpath(path) in temporary:
        path = FOLDER
    if path.startswith("//") and not bpy.data.filepath:
        raise BloomError(
            "The pictures go beside the .blend file: save that first, or choose another output path."
        )
    return bpy.path.abspath(path)


def file_of(scene: bpy.types.Scene, frame: int, output: str) -> Path:
    """The picture of a frame, named as Blender does: the last run of # is the number, else four digits."""
    render = scene.render
    folder, name = os.path.split(bpy.path.abspath(output))
    runs = list(re.finditer("#+", name)) or list(re.finditer("#+", name := f"{name}####"))
    start, end = runs[-1].span()
    name = f"{name[:start]}{frame:0{end - start}}{name[end:]}"
    if render.use_file_extension and not name.lower().endswith(render.file_extension):
        name += render.file_extension
    return Path(folder, name)


def missing(scene: bpy.types.Scene, frames: Iterable[int], output: str) -> list[int]:
    """Frames whose picture is not there; an empty file is somebody's placeholder and no picture."""
    return [frame for frame in frames if not _is_there(file_of(scene, frame, output))]


def bake(
    context: bpy.types.Context,
    frames: Iterable[int],
    *,
    output: str = "",
    overwrite: bool = False,
) -> Generator[Progress, None, None]:
    """Render frames of the context's scene, a step of the iterator for each.

    Parameters
    ----------
    output : str
        Pattern of the paths, ``folder/name_####``; defaults to `output_of` the scene.
    overwrite : bool
        Whether to render again what is there.

    Raises
    ------
    BloomError
        If the scene has no camera or renders videos, or the folder cannot be used.
    """
    scene = context.scene
    render = scene.render
    if scene.camera is None:
        raise BloomError(f"{scene.name} has no camera: set up the scene, or add one.")
    if render.is_movie_format:
        raise BloomError(
            f"{scene.name} renders a video, which cannot be made in parts: choose an image format in Output."
        )
    output = output or output_of(scene)
    frames = sorted(set(frames))
    progress = Progress(len(frames))
    before = render.filepath, scene.frame_current, scene.frame_subframe
    try:
        for frame in frames:
            path = file_of(scene, frame, output)
            with claims.claim(path) as mine:
                if not overwrite and _is_there(path):
                    progress.kept += 1
                elif not mine:
                    progress.elsewhere += 1
                else:
                    _render(scene, frame, path)
                    progress.written += 1
            yield progress
    finally:
        render.filepath = before[0]
        scene.frame_set(before[1], subframe=before[2])


def _is_there(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


@contextmanager
def _interrupts_kept() -> Iterator[None]:
    """Raise an interrupt (Ctrl-C) at the end, which Python would raise and Blender swallow in its callbacks.

    Where Blender is the program, and not a module of Python, interrupts are its own and stay so.
    """
    came: list[int] = []
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or not _in_main_thread():
        yield
        return
    signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if came:
        raise KeyboardInterrupt


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _render(scene: bpy.types.Scene, frame: int, path: Path) -> None:
    part = claims.part(path)
    scene.frame_set(frame)
    scene.render.filepath = str(part)
    try:
        with _interrupts_kept():
            bpy.ops.render.render(write_still=True, scene=scene.name)
            os.replace(part, path)
    except (OSError, RuntimeError) as error:
        raise BloomError(f"{path} cannot be rendered: {error}") from None
    finally:
        part.unlink(missing_ok=True)
