"""`bloom interpolate`: flames between flames."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from ..errors import BloomError
from ..files import check_target
from ..flame.interpolation import AFFINES, PALETTES, interpolate_sequence, key_times, place_among
from ..flame.presets import flame_file
from ..flame.xml import read_flames, write_flames


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "interpolate",
        help="write the flames between flames",
        description="Write the flames between flames, the keyframes, of one file or of several in a row. "
        "Each keyframe is shown at its time, as in flam3-animate, where all of them have rising times. "
        "`bloom render OUT.flame --range - -o out/####.png` makes pictures of them.",
    )
    add = parser.add_argument
    add("flames", metavar="FLAME", nargs="+", help=".flame files with two or more flames together")
    add("-o", "--output", metavar="FILE", required=True, help=".flame file to write")
    add("--frames", type=int, required=True, metavar="N", help="flames to write, the first and last included")
    add("--even", action="store_true", help="pay no heed to times: the same number of frames between all")
    add("--linear", action="store_true", help="straight from flame to flame, without a smooth curve")
    add("--affine", choices=AFFINES, help="how affine maps move, default: what the file asks for, or log")
    add("--palette", choices=PALETTES, help="how colours move, default: what the file asks for")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the flames."""
    check_target(arguments.output)
    keys = [flame for path in arguments.flames for flame in read_flames(flame_file(path))]
    if len(keys) < 2:
        raise BloomError("There is one flame: name files with two or more.")
    if arguments.frames < 2:
        raise BloomError(f"--frames is {arguments.frames}: give 2 or more.")
    times = None if arguments.even else key_times(keys)
    if times is None and not arguments.even and any("time" in dict(key.extra) for key in keys):
        print("bloom: note: the keyframes' times do not rise: they are spaced evenly.", file=sys.stderr)
    frames = []
    for k in range(arguments.frames):
        time = k * (len(keys) - 1) / (arguments.frames - 1)
        if times is not None:
            time = place_among(times, times[0] + k * (times[-1] - times[0]) / (arguments.frames - 1))
        flame = interpolate_sequence(
            keys, time, smooth=not arguments.linear, affine=arguments.affine, palette=arguments.palette
        )
        extra = tuple(pair for pair in flame.extra if pair[0] != "time")
        frames.append(replace(flame, extra=(*extra, ("time", str(k)))))
    write_flames(tuple(frames), arguments.output)
    return 0
