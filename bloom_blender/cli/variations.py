"""`bloom variations`: the names that a flame may use."""

from __future__ import annotations

import argparse
import json

from ..flame.variations import VARIATIONS


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "variations",
        help="list the variations",
        description="List the variations, one a line, each with its parameters and their defaults.",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the names."""
    entries = sorted(VARIATIONS.items(), key=lambda item: item[0].lower())
    if arguments.json:
        print(json.dumps({name: dict(entry.defaults()) for name, entry in entries}, indent=2))
        return 0
    for name, entry in entries:
        print(name, *(f"{name}{p.joint}{p.name}={p.default:g}" for p in entry.parameters))
    return 0
