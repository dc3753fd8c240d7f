"""What the commands that read a run have in common: the options of `read_trajectory`."""

from __future__ import annotations

import argparse
from typing import Any

SOURCES = (
    ".bloom, a log (TensorBoard, wandb, MLflow, trainer_state.json, CSV, JSON, text), .npz, word vectors, "
    "one of a series of checkpoints, or a folder of these"
)


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Declare which part of a run is read."""
    group = parser.add_argument_group("which part of a run")
    group.add_argument(
        "--run", dest="run_name", metavar="NAME", help="which run of a folder or table that holds several"
    )
    group.add_argument(
        "--series",
        metavar="GLOB",
        action="append",
        default=[],
        help="only series and tables with such names, as in 'train/*'; may be given again",
    )
    group.add_argument("--steps", metavar="A:B", default="", help="only these steps, both ends included")
    group.add_argument(
        "--side",
        choices=["auto", "src", "tgt", "both"],
        default="auto",
        help="language of a folder with two",
    )
    group.add_argument("--partial", action="store_true", help="take what is readable of a damaged file")


def reading_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options as arguments of `read_trajectory` and `describe`."""
    return {
        "run": arguments.run_name,
        "series": arguments.series,
        "steps": arguments.steps,
        "side": arguments.side,
        "partial": arguments.partial,
    }
