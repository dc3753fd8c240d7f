"""`bloom card`: a film of a training run as one picture, without Blender."""

from __future__ import annotations

import argparse

from ..growth import film_steps
from .film import FrameProgress
from .grow import add_flame_option, add_growth_options, grown
from .reading import SOURCES, add_reading_options

DESCRIPTION = """\
Make one picture of a training run to share: moments of the flower that it grows, over the curve of its loss,
with what came of it.

  bloom card run.bloom -o card.png
  bloom card runs/tensorboard --flame aster --moments 6 -o card.png"""

FRAMES = 240


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "card",
        help="show a run and its flower in one picture",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("trajectory", metavar="RUN", help=SOURCES)
    add("-o", "--output", metavar="FILE", required=True, help=".png")
    add_flame_option(parser)
    add(
        "--moments",
        type=int,
        default=5,
        metavar="N",
        help="moments of the film, 2 to 8, default: %(default)s",
    )
    add("--quality", type=float, default=200.0, metavar="Q", help="points per pixel, default: %(default)g")
    add("--title", metavar="TEXT", help="instead of the run's name")
    add("--threads", type=int, metavar="T", help="default: all; the picture does not depend on it")
    add("--quiet", action="store_true", help="no progress on stderr")
    add_growth_options(parser)
    add_reading_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, grow, draw; a line on stdout says what was written."""
    from ..movie.card import Words, make_card

    one = grown(arguments, FRAMES)
    trajectory, flame, curves = one.trajectory, one.flame, one.curves
    steps = film_steps(trajectory, mapping=one.mapping, frames=curves.frames, **one.options)
    groups = len(trajectory.updates)
    moved = f"updates of {groups} groups of parameters" if groups else "metrics or embeddings"
    footer = f"{flame.name or 'Flame'}, moved by {moved}"
    if one.options["drive"]:
        footer += f" (drive {one.options['drive']})"
    words = Words(arguments.title or trajectory.name, one.verdict, footer)
    path = make_card(
        trajectory,
        flame,
        curves,
        steps,
        words,
        arguments.output,
        quality=arguments.quality,
        moments=arguments.moments,
        threads=arguments.threads,
        progress=None if arguments.quiet else FrameProgress("moment"),
    )
    print(f"{path}: {arguments.moments} moments of {trajectory.name}")
    return 0
