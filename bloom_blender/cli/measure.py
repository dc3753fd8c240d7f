"""`bloom measure`: how far the points of a film move from frame to frame."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BloomError
from ..flame.model import Flame
from ..flame.parameters import with_parameters
from ..growth import Curves
from ..growth.arc import Arc, arc_of
from .grow import add_growth_options, grown
from .reading import SOURCES, add_reading_options

if TYPE_CHECKING:
    from ..chaos.points import Play

DESCRIPTION = """\
Measure the film that a run and a flame make: how far its points move from each frame to the next, as the
median over the points, in percent of the radius of the flame at rest. A film that begins wild and ends calm
has its largest displacement early, a rank correlation with time near -1, and a first fifth that moves many
times as far as its last.

  bloom measure run.bloom lotus.flame
  bloom measure run.bloom lotus.flame --frames 900 --json"""

POINTS = 2000
MOMENTS = 20


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "measure",
        help="measure how far a film moves",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("trajectory", metavar="RUN", help=SOURCES)
    parser.add_argument("flame", metavar="FLAME", help=".flame file")
    parser.add_argument(
        "--frames", type=int, default=240, metavar="N", help="of the film, default: %(default)s"
    )
    parser.add_argument(
        "--points", type=int, default=POINTS, metavar="N", help="to follow, default: %(default)s"
    )
    parser.add_argument(
        "--moments", type=int, default=MOMENTS, metavar="N", help="moments to tell, default: %(default)s"
    )
    parser.add_argument("--index", type=int, default=1, metavar="N", help="which flame of the file, from 1")
    parser.add_argument("--json", action="store_true", help="for programs, with every frame")
    add_growth_options(parser)
    add_reading_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Grow, measure, tell."""
    for name, least in (("points", 1), ("moments", 2)):
        if getattr(arguments, name) < least:
            raise BloomError(f"--{name} is {getattr(arguments, name)}: give {least} or more.")
    one = grown(arguments, arguments.frames)
    trajectory, flame = one.trajectory, one.flame
    moved = displacements(flame, one.curves, points=arguments.points)
    arc = arc_of(moved)
    if arguments.json:
        told = {"run": trajectory.name, "flame": flame.name, **arc.as_dict(), "displacements": moved.tolist()}
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        print("\n".join(_text(trajectory.name, flame.name, arc, moved, arguments.moments)))
    return 0


def displacements(flame: Flame, curves: Curves, *, points: int = POINTS, seed: int = 0) -> np.ndarray:
    """Median displacement of the points between neighbouring frames, (N - 1,); see `followed`."""
    return followed(flame, curves, points=points, seed=seed)[0]


def followed(
    flame: Flame, curves: Curves, *, points: int = POINTS, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Follow the points of a film: how far they move, and how large the flame is.

    Parameters
    ----------
    flame : Flame
        At rest; its radius is the distance from its middle within which nine of ten points lie.
    curves : Curves
        Of N frames, in any order.
    points : int
        How many are followed.

    Returns
    -------
    moved : (N - 1,) float64
        Median displacement from frame k + 1 to k + 2, in percent of the flame's radius. Points that are
        hidden in one of both frames do not count; 0 where all are.
    sizes : (N,) float64
        The radius at each frame, in percent of that of the flame at rest; 0 where all points are hidden.
    """
    from ..chaos.density import footprint_of
    from ..chaos.points import play

    curves = curves.in_time_order()
    footprint = footprint_of(flame)

    def played(parameters) -> Play:
        return play(with_parameters(flame, parameters), points, seed=seed, footprint=footprint)

    radius = radius_of(play(flame, points, seed=seed, footprint=footprint))
    before = played(curves.parameters(0))
    moved, sizes = np.zeros(curves.frames - 1), np.zeros(curves.frames)
    for frame in range(curves.frames):
        now = played(curves.parameters(frame)) if frame else before
        if (now.colors[:, 3] > 0.0).any():
            sizes[frame] = 100.0 * radius_of(now) / radius
        shown = (before.colors[:, 3] > 0.0) & (now.colors[:, 3] > 0.0)
        if frame and shown.any():
            steps = now.positions[shown].astype(np.float64) - before.positions[shown]
            moved[frame - 1] = 100.0 * float(np.median(np.sqrt((steps**2).sum(axis=1)))) / radius
        before = now
    return moved, sizes


def radius_of(cloud: Play) -> float:
    """Distance from the middle of a cloud (the median) within which nine of ten of its points lie."""
    places = cloud.positions[cloud.colors[:, 3] > 0.0].astype(np.float64)
    if len(places) == 0:
        raise BloomError("the flame has no points that can be seen: choose another.")
    away = np.sqrt(((places - np.median(places, axis=0)) ** 2).sum(axis=1))
    return float(np.quantile(away, 0.9)) or 1.0


def _text(run: str, flame: str, arc: Arc, moved: np.ndarray, moments: int) -> list[str]:
    rows = np.unique(np.rint(np.linspace(0, len(moved) - 1, min(moments, len(moved)))).astype(int))
    found = [f"{row + 1} {moved[row]:.2f}" for row in rows]
    ratio = f"{arc.ratio:.1f} times" if np.isfinite(arc.ratio) else "and more than any number of times"
    jumps = ", ".join(map(str, arc.jumps[:8])) + (" …" if len(arc.jumps) > 8 else "")
    return [
        f"{run!r} on {flame!r}: {arc.frames} frames, displacement in % of the radius per frame",
        "frame and displacement: " + ", ".join(found),
        f"rank correlation with time {arc.rank_correlation:+.2f}",
        f"largest at {arc.largest_at:.0%} of the film",
        f"first fifth {arc.first_fifth:.3f}, last fifth {arc.last_fifth:.3f}, {ratio} as far",
        f"calmest frame of the last fifth {arc.calmest:.3f}",
        f"jumps: {jumps or 'none'}",
    ]
