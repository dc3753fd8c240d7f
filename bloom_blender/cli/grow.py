"""`bloom grow`: a run and a flame to curves in an `.npz` file."""

from __future__ import annotations

import argparse
import json
import zipfile
from pathlib import Path

import numpy as np

from ..errors import BloomError
from ..flame.xml import read_flame
from ..growth import MAPPINGS, grow
from ..trajectory import read_trajectory

DESCRIPTION = """\
Compute how a training run moves the parameters of a flame, and write an .npz file with the arrays
names (P), base (P), values (frames x P) and order. The rows are in the order of the film and the last
one is the base flame, except with the classic mapping: its rows are written as that mapping emits them,
from the base flame outwards (order is "reversed"), and play from the last row to the first."""


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "grow",
        help="make curves of a run and a flame",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("trajectory", metavar="RUN", help=".bloom file or folder of word embeddings")
    parser.add_argument("flame", metavar="FLAME", help=".flame file")
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help=".npz file to write")
    parser.add_argument("--mapping", choices=list(MAPPINGS), default="robust", help="default: %(default)s")
    parser.add_argument("--frames", type=int, default=250, metavar="N", help="default: %(default)s")
    parser.add_argument("--index", type=int, default=1, metavar="N", help="which flame of the file, from 1")
    parser.add_argument(
        "--side", choices=["auto", "src", "tgt"], default="auto", help="language of a folder with two"
    )
    parser.add_argument("--source", metavar="NAME", help="update series or embedding table of the run to use")
    parser.add_argument("--seed", type=int, metavar="N", help="another choice of what moves what, default: 0")
    robust = parser.add_argument_group("robust mapping")
    robust.add_argument("--bud", type=float, metavar="X", help="how closed it begins, default: 1")
    robust.add_argument("--wind", type=float, metavar="X", help="how much it trembles, default: 1")
    robust.add_argument("--gain", type=float, metavar="X", help="how far the run moves it, default: 1")
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
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, grow, write; a line on stdout says what was written."""
    options = {
        name: getattr(arguments, name)
        for name in ("seed", "source", "bud", "wind", "gain", "epochs", "skip_words")
    }
    if arguments.permutation is not None:
        options["permutation"] = read_permutation(arguments.permutation)
    if arguments.mapping == "classic" or arguments.end_on_base:
        options["end_on_base"] = arguments.end_on_base
    output = Path(arguments.output)
    if output.is_dir():
        raise BloomError(f"{output} is a folder: name a file in it.")
    trajectory = read_trajectory(arguments.trajectory, side=arguments.side)
    flame = read_flame(arguments.flame, arguments.index - 1)
    curves = grow(
        trajectory, flame, mapping=arguments.mapping, frames=arguments.frames, order="emitted", **options
    )
    curves.save_npz(output)
    print(f"{output}: {curves.frames} frames of {len(curves.names)} parameters")
    return 0


def read_permutation(path: str) -> list[int]:
    """Whole numbers from a file, whose format is told by its name."""
    file = Path(path)
    try:
        numbers = np.asarray(_permutation_in(file))
        if numbers.ndim != 1 or numbers.size == 0 or not np.array_equal(numbers, numbers.astype(np.int64)):
            raise ValueError
    except OSError as error:
        raise BloomError(f"{file} cannot be read ({error.strerror or 'damaged'}): check the path.") from None
    except KeyError:
        raise BloomError(f"{file.name} has no array named perm: store the permutation so.") from None
    except (ValueError, TypeError, EOFError, OverflowError, RecursionError, zipfile.BadZipFile):
        raise BloomError(f"{file.name} is not a list of whole numbers: write 0 and up, each once.") from None
    return numbers.astype(np.int64).tolist()


def _permutation_in(file: Path):
    suffix = file.suffix.lower()
    if suffix in (".npy", ".npz"):
        with open(file, "rb") as stream:
            content = np.load(stream, allow_pickle=False)
            return content["perm"] if suffix == ".npz" else content
    text = file.read_text(encoding="utf-8-sig")
    if suffix == ".json":
        content = json.loads(text)
        return content["perm"] if isinstance(content, dict) else content
    return [int(word) for word in text.replace(",", " ").split()]
