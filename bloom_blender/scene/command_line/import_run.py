"""`import`: a training run and a flame become a scene, saved as a .blend file."""

from __future__ import annotations

import argparse
from pathlib import Path

import bpy

from ...cli.reading import SOURCES, add_reading_options, reading_options
from ...errors import BloomError
from ...flame.presets import find_flame
from ...trajectory import read_trajectory
from ..flame.growth_settings import COLORS, MAPPINGS
from ..flame.settings import NEW_LOOKS
from ..growth import growing
from ..setup import scene_setup

_LOOKS = {identifier.lower(): identifier for identifier, *_ in NEW_LOOKS}


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "import",
        help="make a scene of a run (in Blender)",
        description="Make a scene of a training run: flame, curves, camera, compositor and render settings.",
    )
    parser.add_argument("trajectory", metavar="RUN", help=SOURCES)
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help=".blend file to write")
    parser.add_argument(
        "--flame", default="lotus", metavar="NAME|FILE", help="a shipped flame or a .flame file: %(default)s"
    )
    parser.add_argument(
        "--frames", type=int, default=250, metavar="N", help="of the film, default: %(default)s"
    )
    parser.add_argument("--look", choices=list(_LOOKS), default="particles", help="default: %(default)s")
    parser.add_argument(
        "--mapping", choices=[item[0] for item in MAPPINGS], default="robust", help="default: %(default)s"
    )
    parser.add_argument(
        "--colors", choices=[item[0] for item in COLORS], default="flame", help="default: %(default)s"
    )
    parser.add_argument("--width", type=int, metavar="PIXELS", help="of the picture; the height follows")
    parser.add_argument("--points", type=int, metavar="N", help="in final renders")
    add_reading_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, grow, save; a line on stdout says what was written."""
    output = _output(arguments.output)
    for name, least in (("frames", 2), ("width", 4), ("points", 1)):
        given = getattr(arguments, name)
        if given is not None and given < least:
            raise BloomError(f"--{name} {given} is too few: at least {least}.")
    trajectory = read_trajectory(arguments.trajectory, **reading_options(arguments))
    flame = find_flame(arguments.flame)
    bpy.ops.wm.read_homefile(use_empty=True)
    context = bpy.context
    options = {} if arguments.points is None else {"points_render": arguments.points}
    obj = scene_setup.add_flame(context, flame, look=_LOOKS[arguments.look], **options)
    settings = {"mapping": arguments.mapping, "colors": arguments.colors, "frames": arguments.frames}
    curves, _ = growing.grow_by(obj, trajectory, settings, source=str(arguments.trajectory))
    scene = context.scene
    scene.frame_start = obj.bloom.growth.start_frame
    scene.frame_end = scene.frame_start + len(curves.values) - 1
    scene.frame_set(scene.frame_start)
    if arguments.width is not None:
        render = scene.render
        height = round(arguments.width * render.resolution_y / render.resolution_x / 2) * 2
        render.resolution_x, render.resolution_y = arguments.width, max(height, 4)
    save(output)
    print(f"{output}: {obj.name} follows {trajectory.name} over {len(curves.values)} frames")
    return 0


def save(path: Path) -> None:
    """Save the open file under a name.

    Raises
    ------
    BloomError
        If it cannot be written.
    """
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(path.absolute()), compress=True)
    except RuntimeError as error:
        raise BloomError(f"{path} cannot be written ({str(error).strip()}): choose another place.") from None


def _output(name: str) -> Path:
    path = Path(name)
    if path.suffix.lower() != ".blend":
        raise BloomError(f"{name} is no name of a scene: end it in .blend.")
    if not path.absolute().parent.is_dir():
        raise BloomError(f"The folder of {name} does not exist: make it, or choose another.")
    return path
