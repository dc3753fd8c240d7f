"""`bloom mutate`: relatives of a flame."""

from __future__ import annotations

import argparse

from ..errors import BloomError
from ..files import check_target
from ..flame.presets import find_flame
from ..flame.xml import write_flames


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "mutate",
        help="write relatives of a flame",
        description="Write relatives of a flame that are worth looking at: not empty, no point, no line.",
    )
    add = parser.add_argument
    add("flame", metavar="FLAME", help="a shipped flame such as lotus, or a .flame file")
    add("-o", "--output", metavar="FILE", required=True, help=".flame file to write")
    add("--index", type=int, default=1, metavar="I", help="which flame of the file, from 1")
    add("--seed", type=int, default=0, metavar="N", help="of the first relative; the next have N + 1, …")
    add("--count", type=int, default=1, metavar="K", help="flames to write, default: 1")
    add("--strength", type=float, default=0.3, metavar="S", help="0 to 1, default: 0.3")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the flames."""
    check_target(arguments.output)
    from ..garden import mutate

    if arguments.count < 1:
        raise BloomError(f"--count is {arguments.count}: give 1 or more.")
    flame = find_flame(arguments.flame, arguments.index - 1)
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    write_flames(tuple(mutate(flame, seed, arguments.strength) for seed in seeds), arguments.output)
    return 0
