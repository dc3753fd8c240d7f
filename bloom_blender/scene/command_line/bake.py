"""`bake`: points, volumes or pictures of a .blend file become numbered files."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

import bpy

from ...errors import BloomError
from ..bake import baking, frames_bake, preview
from ..flame.object import flames
from .import_run import save

FRAMES = "frames"


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "bake",
        help="bake points, volumes or pictures of a scene (in Blender)",
        description="points, volume: write a flame's frames as files that Blender plays without Bloom, and "
        "save the .blend so that it plays them. frames: render pictures. Files that are right already are "
        "kept, so a bake that was stopped goes on where it was, and several machines may bake the same range "
        "into one folder.",
    )
    add = parser.add_argument
    add("what", choices=(*(name.lower() for name in baking.KINDS), FRAMES), help="what to bake")
    add("file", metavar="FILE.blend", help="a saved scene")
    add("--frames", metavar="LIST", help="as 1-100,450; default: the scene's range")
    add("-s", "--start", type=int, metavar="N", help="first frame of a range")
    add("-e", "--end", type=int, metavar="N", help="last frame of a range")
    add("--object", metavar="NAME", help="only this flame; default: all that have such a thing")
    add("--scene", metavar="NAME", help="of the file; default: the one that was open")
    add("--folder", metavar="FOLDER", help="of points and volumes, default: the one set in the flame")
    add("-o", "--output", metavar="PATH", help="of pictures, as out/name_####; default: the scene's output")
    add("--skip-existing", action=argparse.BooleanOptionalAction, default=True,
        help="leave out pictures that are there; default: on")  # fmt: skip
    add("--preview", action="store_true", help="pictures at small size and quality")
    add("--home", metavar="FOLDER", help="what // stands for, where FILE is a copy; default: its folder")
    add("--no-save", action="store_true", help="leave the .blend as it is")
    add("--progress", choices=("none", "json"), default="none", help="a line of JSON after each frame")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Open, bake, save; a line on stdout for each flame."""
    path = Path(arguments.file)
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path.absolute()))
    except RuntimeError:
        raise BloomError(f"{path} cannot be opened: choose an existing .blend file.") from None
    if arguments.home:
        baking.settle(Path(arguments.home).absolute())
    scene = _open_scene(arguments)
    frames = _frames(arguments, scene)
    if arguments.what == FRAMES:
        return _pictures(arguments, frames)
    kind = baking.KINDS[arguments.what.upper()]
    folder = Path(arguments.folder).absolute() if arguments.folder else None
    for obj in _chosen(arguments, path, kind):
        last = _follow(arguments, baking.bake(bpy.context, obj, kind, frames, folder=folder))
        print(f"{obj.name}: {last.text}, in {folder or baking.folder_of(obj, kind)}", flush=True)
    if not arguments.no_save:
        save(path)
    return 0


def _open_scene(arguments: argparse.Namespace) -> bpy.types.Scene:
    """Have Blender work in the scene that is asked for."""
    if arguments.scene is not None:
        scene = bpy.data.scenes.get(arguments.scene)
        if scene is None:
            raise BloomError(f"{arguments.file} has no scene {arguments.scene}: choose another.")
        bpy.context.window.scene = scene
    return bpy.context.scene


def _pictures(arguments: argparse.Namespace, frames: list[int]) -> int:
    scene = bpy.context.scene
    if arguments.preview:
        preview.reduce(scene)
    output = frames_bake.output_of(scene) if arguments.output is None else _absolute(arguments.output)
    overwrite = not arguments.skip_existing
    last = _follow(arguments, frames_bake.bake(bpy.context, frames, output=output, overwrite=overwrite))
    print(f"{scene.name}: {last.text}, in {frames_bake.file_of(scene, frames[0], output).parent}", flush=True)
    return 0


def _absolute(path: str) -> str:
    """A path from here; one that ends in a separator goes on to name a folder."""
    return os.path.join(os.path.abspath(path), "") if path.endswith(("/", os.sep)) else os.path.abspath(path)


def _follow(arguments: argparse.Namespace, steps: Iterator[baking.Progress]) -> baking.Progress:
    for progress in steps:
        last = progress
        if arguments.progress == "json":
            numbers = {name: getattr(progress, name) for name in ("frames", "written", "kept", "elsewhere")}
            print(json.dumps({"bloom": "progress", **numbers}), flush=True)
    return last


def _chosen(arguments: argparse.Namespace, path: Path, kind: baking.Kind) -> list[bpy.types.Object]:
    named = [obj for obj in flames() if arguments.object in (None, obj.name)]
    if not named:
        raise BloomError(f"{path} has no flame {arguments.object or ''}: choose another file or name.")
    fit, problem = [], None
    for obj in named:
        try:
            kind.check(obj)
            fit.append(obj)
        except BloomError as error:
            problem = error
    if not fit and problem is not None:
        raise problem
    return fit


def _frames(arguments: argparse.Namespace, scene: bpy.types.Scene) -> list[int]:
    """The frames that are asked for, by one of three ways."""
    if arguments.frames is not None:
        if arguments.start is not None or arguments.end is not None:
            raise BloomError("--frames says which frames there are: leave -s and -e out.")
        return frames_of(arguments.frames)
    start = scene.frame_start if arguments.start is None else arguments.start
    end = scene.frame_end if arguments.end is None else arguments.end
    step = scene.frame_step if arguments.what == FRAMES else 1
    if start < 0 or end < start:
        raise BloomError(f"Frames {start} to {end} are not a range: give a first and a last frame from 0 on.")
    return list(range(start, end + 1, step))


def frames_of(text: str) -> list[int]:
    """Frames of ``1-100,450``.

    Raises
    ------
    BloomError
        If it is no such list.
    """
    frames: set[int] = set()
    for item in text.split(","):
        first, dash, last = item.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or int(last or first) < int(first):
            raise BloomError(f"--frames is {text!r}: give numbers and ranges as in 1-100,450.")
        frames.update(range(int(first), int(last or first) + 1))
    return sorted(frames)
