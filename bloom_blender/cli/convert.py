"""`bloom convert`: any run to a `.bloom` file."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from ..errors import BloomError
from ..files import check_target, remove_leftovers
from ..trajectory import read_trajectory, write_bloom
from .reading import SOURCES, add_reading_options, reading_options

DESCRIPTION = f"""\
Read a training run, whatever it is, and write it as a .bloom file, on the machine where it lies. What a
source holds is told by `bloom info`. Sources: {SOURCES}."""


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser("convert", help="make a .bloom file of a run", description=DESCRIPTION)
    parser.add_argument("source", metavar="SOURCE", help="file or folder")
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help=".bloom file to write")
    parser.add_argument("--name", help="what to call the run; default: as the source says")
    add_reading_options(parser)
    parser.add_argument(
        "--float32", action="store_true", help="store numbers in half the space, with 7 digits"
    )
    group = parser.add_argument_group("checkpoints")
    group.add_argument("--directions", type=int, default=16, metavar="N", help="projections, default: 16")
    group.add_argument("--seed", type=int, default=0, metavar="N", help="of the directions, default: 0")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read and write; a line on stdout says what was written."""
    source, output = Path(arguments.source), Path(arguments.output)
    check_target(output)
    if output.exists() and source.exists() and output.samefile(source):
        raise BloomError(f"{output} is the source itself: name another file.")
    trajectory = read_trajectory(
        source, directions=arguments.directions, seed=arguments.seed, **reading_options(arguments)
    )
    if arguments.name:
        trajectory = replace(trajectory, name=arguments.name)
    members = trajectory.members
    dtypes = {one.name: "float32" for one in members} if arguments.float32 else {}
    remove_leftovers(output)
    write_bloom(trajectory, output, dtypes=dtypes)
    first, last = min(int(one.steps[0]) for one in members), max(int(one.steps[-1]) for one in members)
    print(
        f"{output}: {len(trajectory.series)} series and {len(trajectory.embeddings)} embedding tables "
        f"of {trajectory.name!r}, steps {first} to {last}"
    )
    if "remarks" in trajectory.metadata:
        print(f"note: {trajectory.metadata['remarks']}", file=sys.stderr)
    return 0
