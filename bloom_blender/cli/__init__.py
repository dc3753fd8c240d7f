"""The command line: `bloom`, one file per verb."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

from .. import __version__
from ..errors import BloomError
from . import (
    card,
    convert,
    devices,
    film,
    grow,
    info,
    interpolate,
    measure,
    merge,
    mutate,
    random,
    render,
    variations,
)

VERBS = (
    card,
    convert,
    devices,
    film,
    grow,
    info,
    interpolate,
    measure,
    merge,
    mutate,
    random,
    render,
    variations,
)


def main(argv: Sequence[str] | None = None, *, more: Sequence[Any] = ()) -> int:
    """Run one command and return the exit status.

    ``more`` are verbs beside `VERBS`, modules or the like with ``add_parser``: what a program around this
    one can do, such as Blender.

    0 if it was done, 1 if it was done but for some of many pictures; 2 with ``bloom: error: …`` on stderr if
    the user has to fix something, and then nothing was written; 130 if it was interrupted. Like any program
    of `argparse` it exits by itself after ``--help``, ``--version`` and misspelt arguments.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files need not be Unicode
    arguments = _parser(more).parse_args(argv)
    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except BloomError as error:
        return _complain(str(error))
    except MemoryError:
        return _complain("there is not enough memory: use fewer frames, or a run with fewer numbers.")
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _parser(more: Sequence[Any]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bloom", description="Animate fractal flames by the training of neural networks."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for verb in (*VERBS, *more):
        verb.add_parser(subparsers)
    return parser


def _complain(message: str) -> int:
    print(f"bloom: error: {message}", file=sys.stderr)
    return 2
