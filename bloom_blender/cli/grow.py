"""`bloom grow`: a run and a flame to curves in an `.npz` file, or to frames in a `.flame` file."""

from __future__ import annotations

import argparse
import io
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import DAMAGE
from ..errors import BloomError
from ..files import check_target, read_regular
from ..flame.model import Flame
from ..flame.parameters import with_parameters
from ..flame.presets import find_flame
from ..flame.xml import write_flames
from ..growth import COLORS, DRIVES, MAPPINGS, TIMES, Curves, grow, parse_binding
from ..growth.colors import alike, anchors_of, differences
from ..growth.outcome import sentence_of
from ..trajectory import Trajectory, read_trajectory
from .reading import SOURCES, add_reading_options, reading_options

DESCRIPTION = """\
Let a training run move a flame: it opens from a bud while the run learns, is wild as long as much is left to
learn, and ends on exactly the flame you gave. A run that lost what it had learned withers it, one that never
learned leaves it a bud, and one that diverged tears it apart; a line on stdout says what was seen.

-o FILE.npz gets curves: the arrays names (P), base (P), values (frames x P) and order. The rows are in the
order of the film, except with the classic mapping: its rows are written as that mapping emits them, from the
base flame outwards (order is "reversed"), and play from the last row to the first.
-o FILE.flame gets the frames as flames, all of them or those of --at; `bloom render` makes pictures of them.

  bloom grow run.bloom rose.flame -o film.flame --frames 240 --at 1,60,120,240 --colors embeddings
  bloom render film.flame --range - --width 640 -o film####.png"""

EPILOG = """\
Try the film of a loss curve with --drive metric, one part of the network for each part of the flower with
--drive layers, and a run beside another one, moved by the same rules, with --like OTHER.bloom."""


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "grow",
        help="make curves of a run and a flame",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("trajectory", metavar="RUN", help=SOURCES)
    parser.add_argument(
        "flame",
        metavar="FLAME",
        help="a shipped flame such as lotus, or a .flame file: where a run that converges arrives",
    )
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help=".npz or .flame file to write")
    parser.add_argument(
        "--frames", type=int, default=250, metavar="N", help="of the film, default: %(default)s"
    )
    parser.add_argument(
        "--at", metavar="N,N,…", help="write only these frames of a .flame, from 1; or every: /25"
    )
    parser.add_argument("--index", type=int, default=1, metavar="N", help="which flame of the file, from 1")
    add_growth_options(parser)
    add_reading_options(parser)
    parser.set_defaults(run=run)


def add_flame_option(parser: argparse.ArgumentParser) -> None:
    """Declare which flame is grown, for commands that have a flower of their own."""
    parser.add_argument(
        "--flame",
        default="lotus",
        metavar="FLAME",
        help="a shipped flame or a .flame file: where a run that converges arrives, default: %(default)s",
    )
    parser.add_argument("--index", type=int, default=1, metavar="N", help="which flame of the file, from 1")


def add_growth_options(parser: argparse.ArgumentParser) -> None:
    """Declare what says how a run moves a flame."""
    parser.add_argument("--mapping", choices=list(MAPPINGS), default="robust", help="default: %(default)s")
    parser.add_argument(
        "--source",
        metavar="NAME",
        help="series or embedding table of the run to use, or a pattern such as 'update/encoder.*'; default: "
        "all updates, else the embeddings, else the metrics (bloom info lists them)",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="another choice of what moves what, default: 0")
    robust = parser.add_argument_group("robust mapping")
    robust.add_argument(
        "--drive",
        choices=list(DRIVES),
        help="all: the main directions of the whole run move everything (default); layers: each part of the "
        "network moves an xform of its own; metric: the changes of the loss do; hand: only what --bind says",
    )
    robust.add_argument(
        "--bind",
        action="append",
        metavar="SERIES=TARGET[:GAIN]",
        help="let a series move one thing: loss=bud, loss=xform1.coefs.turn:0.5, grad_norm=palette.phase; "
        "may be given many times, implies --drive hand",
    )
    robust.add_argument(
        "--time",
        choices=list(TIMES),
        help="learning: slow down where much is learned (default); step: as the run went; log: the first "
        "steps are long, the last ones short; loss: as fast as the loss falls",
    )
    robust.add_argument("--metric", metavar="NAME", help="metric of --time loss, default: the first loss")
    robust.add_argument("--bud", type=float, metavar="X", help="how closed it begins, default: 1")
    robust.add_argument("--wind", type=float, metavar="X", help="how much it trembles, default: 1")
    robust.add_argument("--gain", type=float, metavar="X", help="how far the run moves it, default: 1")
    robust.add_argument(
        "--smoothing",
        type=float,
        metavar="X",
        help="0 keeps the run's own noise, 5 makes it float, default: 1",
    )
    robust.add_argument(
        "--loop", action="store_true", help="close again at the end, for a film that goes round"
    )
    robust.add_argument(
        "--like",
        metavar="RUN",
        help="move it by the rules found on this run of the same model, to compare the two",
    )
    colors = parser.add_argument_group("colours")
    colors.add_argument(
        "--colors",
        choices=list(COLORS),
        help="of the flame (default), or a palette that its word vectors make",
    )
    colors.add_argument(
        "--table",
        action="append",
        metavar="NAME",
        help="embedding table to colour by, default: all, side by side",
    )
    colors.add_argument("--hue", type=float, metavar="DEGREES", help="turn the colours of the embeddings")
    classic = parser.add_argument_group("classic mapping")
    classic.add_argument("--epochs", type=int, metavar="N", help="updates to use, default: 15")
    classic.add_argument("--skip-words", type=int, metavar="N", help="words to leave out, default: 2")
    classic.add_argument(
        "--permutation",
        metavar="FILE",
        help="which component drives each parameter: .npy, .npz (perm), .json or .txt; default: by seed",
    )
    classic.add_argument(
        "--end-on-base", action="store_true", help="begin the rows with the base flame itself"
    )


_PLAIN = (
    *("seed", "source", "drive", "time", "metric", "bud", "wind", "gain", "smoothing"),
    *("epochs", "skip_words", "colors", "hue"),
)


def run(arguments: argparse.Namespace) -> int:
    """Read, grow, write; a line on stdout says what was written."""
    output = Path(arguments.output)
    check_target(output)
    as_flames = output.suffix.lower() == ".flame"
    if not as_flames and output.suffix.lower() != ".npz":
        raise BloomError(f"{output} is no name for curves or frames: end it in .npz or .flame.")
    if arguments.at and not as_flames:
        raise BloomError("--at is for frames as flames: name an output that ends in .flame.")
    frames = _frames_at(arguments.at, arguments.frames) if as_flames else []
    one = grown(arguments, arguments.frames, order="time" if as_flames else "emitted")
    curves = one.curves
    if as_flames:
        write_flames(tuple(_still(one.flame, curves, frame) for frame in frames), output)
        print(f"{output}: {len(frames)} of {curves.frames} frames")
    else:
        curves.save_npz(output)
        print(f"{output}: {curves.frames} frames of {len(curves.names)} parameters")
    if one.options["colors"] == "embeddings":
        _tell_colors(curves)
    if one.verdict:
        print(one.verdict)
    return 0


@dataclass(frozen=True)
class Grown:
    """A run, a flame, and what the options made of them.

    Parameters
    ----------
    trajectory, flame, curves
        What was read and what `growth.grow` made of it.
    mapping, options
        What it was called with.
    """

    trajectory: Trajectory
    flame: Flame
    curves: Curves
    mapping: str
    options: dict[str, Any]

    @property
    def verdict(self) -> str:
        """What came of the run, one sentence; empty with the classic mapping, which does not judge it."""
        if self.mapping != "robust":
            return ""
        source, metrics = self.options["source"], self.options["drive"] == "metric"
        return sentence_of(self.trajectory, source, metrics=metrics)


def grown(arguments: argparse.Namespace, frames: int, **more: Any) -> Grown:
    """Read the run and the flame that a command names, and grow one by the other.

    ``more`` goes to `growth.grow`, beside the options of `add_growth_options`.
    """
    options = growth_options(arguments)
    trajectory = read_trajectory(arguments.trajectory, **reading_options(arguments))
    flame = find_flame(arguments.flame, arguments.index - 1)
    curves = grow(trajectory, flame, mapping=arguments.mapping, frames=frames, **options, **more)
    return Grown(trajectory, flame, curves, arguments.mapping, options)


def _tell_colors(curves: Curves) -> None:
    """How far apart the colours of word vectors are, to whom; a warning where that is too little."""
    anchors = anchors_of(curves)
    if len(anchors) == 0:
        return
    told = ", ".join(f"{vision} {distance:.3f}" for vision, distance in differences(anchors).items())
    print(f"smallest difference of two colours in OKLab: {told}")
    for vision in alike(anchors):
        print(
            f"bloom: warning: two colours are hard to tell apart ({vision}): try another --hue or --table.",
            file=sys.stderr,
        )


def growth_options(arguments: argparse.Namespace) -> dict:
    """What `grow` is to be called with, without what was not given; reads the run of --like."""
    options = {name: getattr(arguments, name) for name in _PLAIN}
    if arguments.like is not None:
        options["like"] = read_trajectory(arguments.like, **reading_options(arguments) | {"run": None})
    if arguments.bind:
        options["bindings"] = tuple(parse_binding(text) for text in arguments.bind)
        options["drive"] = arguments.drive or "hand"
    if arguments.table:
        options["tables"] = tuple(arguments.table)
    if arguments.loop:
        options["loop"] = True
    if arguments.permutation is not None:
        options["permutation"] = read_permutation(arguments.permutation)
    if arguments.mapping == "classic" or arguments.end_on_base:
        options["end_on_base"] = arguments.end_on_base
    return options


def _frames_at(text: str | None, frames: int) -> list[int]:
    """Numbers of frames, from 1: of a list ``1,25,250``, every so many ``/25`` and the last, or all."""
    if text is None:
        return list(range(1, frames + 1))
    try:
        if text.startswith("/"):
            numbers = sorted({*range(1, frames + 1, int(text[1:])), frames})
        else:
            numbers = [int(word) for word in text.replace(",", " ").split()]
    except ValueError:
        numbers = []
    if not numbers or not all(1 <= number <= frames for number in numbers):
        raise BloomError(
            f"--at is {text!r}: give numbers of frames from 1 to {frames}, as in 1,25,250 or /25."
        )
    return numbers


def _still(flame: Flame, curves: Curves, frame: int) -> Flame:
    """One frame as a flame that any program can read: the palette it shows is written out."""
    still = with_parameters(flame, curves.parameters(frame - 1))
    palette = replace(still.palette, colors=tuple(map(tuple, still.palette.array.tolist())), anchors=())
    return replace(still, name=f"{flame.name or 'flame'} {frame:04}", palette=palette)


def read_permutation(path: str) -> list[int]:
    """Whole numbers from a file, whose extension decides the format."""
    file = Path(path)
    try:
        numbers = np.asarray(_permutation_in(file))
        if numbers.ndim != 1 or numbers.size == 0 or numbers.dtype.kind not in "iuf":
            raise ValueError
        # Beyond 2**53 a float is no index, and NaN is not equal to itself.
        if not np.array_equal(numbers, np.rint(numbers)) or np.abs(numbers).max() >= 2**53:
            raise ValueError
    except BloomError:
        raise
    except KeyError:
        raise BloomError(f"{file.name} has no array named perm: store the permutation so.") from None
    except DAMAGE:
        raise BloomError(f"{file.name} is not a list of whole numbers: write 0 and up, each once.") from None
    return numbers.astype(np.int64).tolist()


_LARGEST_PERMUTATION = 2**24  # bytes; a flame has some hundred parameters


def _permutation_in(file: Path):
    suffix = file.suffix.lower()
    if suffix in (".npy", ".npz"):
        content = np.load(io.BytesIO(read_regular(file, _LARGEST_PERMUTATION)), allow_pickle=False)
        return content["perm"] if suffix == ".npz" else content
    text = read_regular(file, _LARGEST_PERMUTATION, advice="check the path").decode("utf-8-sig")
    if suffix == ".json":
        content = json.loads(text)
        return content["perm"] if isinstance(content, dict) else content
    return [int(word) for word in text.replace(",", " ").split()]
