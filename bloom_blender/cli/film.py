"""`bloom film`: a training run to a movie, without Blender."""

from __future__ import annotations

import argparse
import sys
import time

from ..develop.framing import FRAMINGS, aspect_size, framed
from ..errors import BloomError
from .grow import add_flame_option, add_growth_options, grown
from .reading import SOURCES, add_reading_options

DESCRIPTION = """\
Film how a training run moves a flame: the pictures of `bloom render`, and one file that plays.

  bloom film run.bloom -o film.mp4
  bloom film runs/tensorboard --flame rose --colors embeddings --seconds 8 --width 640 -o film.webp

The pictures are kept in FILE_frames/ until the film is written. After an interrupt (Ctrl-C) the same command
goes on with them."""

SECONDS = 10.0

SHAPE = 5760
"""Pixels of the longer side by which an aspect is told, before the width of the film."""


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "film",
        help="film how a run moves a flame",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("trajectory", metavar="RUN", help=SOURCES)
    add(
        *("-o", "--output"),
        metavar="FILE",
        required=True,
        help=".mp4 (by ffmpeg), .webp, .gif or .png (an animated PNG)",
    )
    add_flame_option(parser)
    add("--seconds", type=float, metavar="S", help=f"length of the film, default: {SECONDS:g}")
    add("--frames", type=int, metavar="N", help="length in frames, instead of --seconds")
    add("--fps", type=int, default=24, metavar="N", help="frames per second, default: %(default)s")
    add("--width", type=int, default=1280, metavar="W", help="in pixels, default: %(default)s")
    add("--aspect", metavar="W:H", help="such as 16:9, 1:1 or 9:16, default: as the flame has it")
    add(
        "--framing",
        choices=FRAMINGS,
        default="auto",
        help="whole: the flower at rest fills four fifths of the height; file: the flame's own camera; "
        "auto: that camera where the flame runs out of its frame, else whole (default)",
    )
    add("--quality", type=float, default=60.0, metavar="Q", help="points per pixel, default: %(default)g")
    add("--threads", type=int, metavar="T", help="default: all; the pictures do not depend on it")
    add("--keep-frames", action="store_true", help="leave the pictures there when the film is written")
    add("--quiet", action="store_true", help="no progress on stderr")
    add_growth_options(parser)
    add_reading_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, grow, render, encode; a line on stdout says what was written."""
    from ..movie import make_movie

    frames = _frames(arguments)
    one = grown(arguments, frames)
    size = aspect_size(arguments.aspect, SHAPE) if arguments.aspect else None
    movie = make_movie(
        framed(one.flame, size=size, framing=arguments.framing),
        one.curves,
        arguments.output,
        width=arguments.width,
        quality=arguments.quality,
        fps=arguments.fps,
        threads=arguments.threads,
        keep_frames=arguments.keep_frames,
        progress=None if arguments.quiet else FrameProgress(),
    )
    seconds = movie.frames / movie.fps
    print(f"{movie.path}: {movie.frames} frames, {seconds:g} s, {movie.path.stat().st_size / 1e6:.1f} MB")
    if one.verdict:
        print(one.verdict)
    return 0


def _frames(arguments: argparse.Namespace) -> int:
    """How many frames the film has."""
    if arguments.frames is not None:
        if arguments.seconds is not None:
            raise BloomError("--frames and --seconds both say how long the film is: give one of them.")
        return arguments.frames
    seconds = SECONDS if arguments.seconds is None else arguments.seconds
    if not 0 < seconds <= 24 * 3600:
        raise BloomError(f"--seconds is {seconds:g}: give more than 0, and a day or less.")
    return max(round(seconds * arguments.fps), 2)


class FrameProgress:
    """A line on stderr with the frames that are done and the time left."""

    def __init__(self, noun: str = "frame") -> None:
        self.noun = noun
        self.began, self.first, self.shown = time.perf_counter(), -1, sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        if self.first < 0:
            self.first = done
        if not self.shown:
            return
        text = f"{self.noun} {done} of {total}"
        if done > self.first:
            left = (time.perf_counter() - self.began) / (done - self.first) * (total - done)
            text += f", {left:.0f} s left"
        end = "\r\x1b[K" if done == total else ""
        print(f"\r{text}\x1b[K{end}", end="", file=sys.stderr, flush=True)
