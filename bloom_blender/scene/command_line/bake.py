"""`bake`: the volumes of a .blend file become files that it plays."""

from __future__ import annotations

import argparse
from pathlib import Path

import bpy

from ...errors import BloomError
from .. import volume, volume_bake
from ..flame_object import flames
from .import_run import save


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "bake",
        help="bake the volumes of a scene (in Blender)",
        description="Write the volumes of a .blend file as OpenVDB files, and have the .blend play them. "
        "Files that are right already are kept, so a bake that was stopped goes on where it was.",
    )
    parser.add_argument("file", metavar="FILE.blend", help="a saved scene; it is saved again")
    parser.add_argument("--object", metavar="NAME", help="only this flame; default: all that have a volume")
    parser.add_argument("-s", "--start", type=int, metavar="N", help="default: the scene's first frame")
    parser.add_argument("-e", "--end", type=int, metavar="N", help="default: the scene's last frame")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Open, bake, save; a line on stdout for each flame."""
    path = Path(arguments.file)
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path.absolute()))
    except RuntimeError:
        raise BloomError(f"{path} cannot be opened: choose an existing .blend file.") from None
    scene = bpy.context.scene
    start = scene.frame_start if arguments.start is None else arguments.start
    end = scene.frame_end if arguments.end is None else arguments.end
    chosen = [obj for obj in flames() if arguments.object in (None, obj.name)]
    if not chosen:
        raise BloomError(f"{path} has no flame {arguments.object or ''}: choose another file or name.")
    shown = [obj for obj in chosen if volume.volume_of(obj) is not None]
    if not shown:
        raise BloomError(f"No flame of {path} has a volume: set up its scene for the look Volume first.")
    for obj in shown:
        for progress in volume_bake.bake(bpy.context, obj, start, end):
            last = progress
        print(f"{obj.name}: {last.written} files written, {last.kept} kept, in {volume_bake.folder_of(obj)}")
    save(path)
    return 0
