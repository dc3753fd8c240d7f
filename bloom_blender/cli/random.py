"""`bloom random`: new flames."""

from __future__ import annotations

import argparse

from ..errors import BloomError
from ..files import check_target
from ..flame.xml import write_flames


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "random",
        help="write new flames",
        description="Write new flames that are worth looking at: not empty, not a point, not a line.",
    )
    add = parser.add_argument
    add("-o", "--output", metavar="FILE", required=True, help=".flame file to write")
    add("--seed", type=int, default=0, metavar="N", help="of the first flame; the next have N + 1, …")
    add("--count", type=int, default=1, metavar="K", help="flames to write, default: 1")
    add("--kind", choices=["any", "flower", "general"], default="any", help="default: any")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the flames."""
    check_target(arguments.output)
    from ..garden import random_flame

    if arguments.count < 1:
        raise BloomError(f"--count is {arguments.count}: give 1 or more.")
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    write_flames(tuple(random_flame(seed, kind=arguments.kind) for seed in seeds), arguments.output)
    return 0
