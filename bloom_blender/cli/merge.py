"""`bloom merge`: one picture of the parts that several machines counted."""

from __future__ import annotations

import argparse
import glob
import sys
from pathlib import Path

from ..errors import BloomError

DESCRIPTION = """\
Add up the parts of a picture that `bloom render --share 1/16 -o part01.npz`, 2/16 … made, and develop it.
The parts may come from different machines; their order does not matter."""


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "merge",
        help="one picture of many machines' parts",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("parts", metavar="PART", nargs="+", help=".npz of `bloom render --share`")
    add("-o", "--output", metavar="FILE", required=True, help=".png or .exr")
    add("--bits", type=int, choices=[8, 16], default=8, help="of a .png, default: 8")
    add("--transparent", action="store_true", help="write the alpha channel")
    add("--early-clip", action="store_true", help="display colours before the spatial filter, not after it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Add up, develop, write."""
    from ..develop.parts import Merged
    from .render import check_output, write_picture

    output = Path(arguments.output)
    check_output(output)
    paths = [path for text in arguments.parts for path in _matching(text)]
    merged = Merged(paths)
    if merged.missing:
        some = ", ".join(map(str, merged.missing[:10])) + (" …" if len(merged.missing) > 10 else "")
        text = f"{len(merged.missing)} of {merged.count} parts are missing ({some}), so there is more noise."
        print(f"bloom: note: {text}", file=sys.stderr)
    picture = merged.picture(early_clip=arguments.early_clip)
    write_picture(picture, output, arguments.bits, arguments.transparent, ", ".join(merged.devices))
    return 0


def _matching(text: str) -> list[str]:
    """The files that a pattern means, where the shell has not looked."""
    if not any(mark in text for mark in "*?[") or Path(text).exists():
        return [text]
    found = sorted(glob.glob(text))
    if not found:
        raise BloomError(f"No file matches {text}: check the folder.")
    return found
