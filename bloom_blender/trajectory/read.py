"""The entry point for whatever a user chooses as a training run. See docs/readers.md."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from types import ModuleType

from ..errors import BloomError
from .bloom_file import FORMAT as BLOOM_FORMAT
from .bloom_file import read_bloom
from .embedding_folder import embedding_side, has_embeddings, read_embedding_folder
from .options import Options
from .readers import checkpoints, folder, foreign, mlflow_store, safetensors_file, tensorboard, wandb_file
from .selection import select
from .source import Source
from .trajectory import Trajectory

_PICKLES = (b"\x02", b"\x03", b"\x04", b"\x05")  # versions of the protocol
_BINARY_READERS: tuple[ModuleType, ...] = (wandb_file, tensorboard, mlflow_store)


def read_trajectory(
    path: str | PathLike,
    *,
    series: str | Iterable[str] = (),
    steps: str = "",
    run: str | None = None,
    side: str = "auto",
    partial: bool = False,
    directions: int = 16,
    seed: int = 0,
) -> Trajectory:
    """Read a training run; what it is, is decided by its content and not by its name.

    Parameters
    ----------
    path : path
        A `.bloom` file, the log of some program, one of a series of checkpoints, or a folder of these.
    series : str or sequence of str
        Names of the series and embedding tables to keep, with wildcards; all by default.
    steps : str
        The range of steps to keep, such as ``"100:2000"``, both ends included.
    run : str, optional
        Which run of a folder or file that holds several.
    side : {"auto", "src", "tgt", "both"}
        Which embeddings to read from a folder that has those of two languages; see
        `read_embedding_folder`. A `.bloom` file holds all of its tables, so it is not used there.
    partial : bool
        Take what is readable of damaged files.
    directions, seed : int
        How the changes between checkpoints are projected; as in `bloom_blender.record.Recorder`.

    Raises
    ------
    BloomError
        If there is nothing, or nothing that Bloom can read, or several runs and none is chosen.
    """
    if path == "":  # which would be the folder that the program stands in
        raise BloomError("No file is chosen: choose a run.")
    if directions < 1:
        raise BloomError(f"there cannot be {directions} directions: give a whole number of at least 1.")
    options = Options(select(series, steps), run or None, side, partial, directions, seed)
    try:
        trajectory = _read(Path(path), options)
    except BloomError as error:
        if Path(path).name in str(error):
            raise
        raise BloomError(f"{Path(path).name}: {error}") from None
    except ValueError:
        if "\0" in str(path):
            raise BloomError(f"{str(path)!r} is not a path: check it.") from None
        raise
    return options.selection.apply(trajectory)


def _read(path: Path, options: Options) -> Trajectory:
    kind, source = recognize(path, options)
    if kind == "folder":
        return folder.read(path, options)
    if kind == "embeddings":
        return read_embedding_folder(
            path if os.path.isdir(path) else path.parent, _side(path, options), options
        )
    if options.run is not None and not getattr(kind, "HAS_RUNS", False):
        raise BloomError(f"{path.name} holds one run: leave the choice of a run out.")
    if kind == "bloom":
        return read_bloom(path, partial=options.partial)
    assert source is not None and isinstance(kind, ModuleType)
    return kind.read(source, options)


def recognize(path: Path, options: Options) -> tuple[str | ModuleType, Source | None]:
    """What a path is: ``"folder"``, ``"embeddings"``, ``"bloom"`` or the reader of the file.

    Raises
    ------
    BloomError
        If it does not exist, or is nothing that Bloom can read.
    """
    if os.path.isdir(path):  # unlike Path.is_dir it is False, and no error, where that cannot be asked
        return ("embeddings" if has_embeddings(path, options.side) else "folder"), None
    if os.path.isfile(path) and embedding_side(path.name) and has_embeddings(path.parent, options.side):
        return "embeddings", None
    if path.suffix.lower() == ".bloom":
        return "bloom", None
    source = Source(path)
    if not source.head:
        raise BloomError(f"{path.name} is empty: copy it again or record the run again.")
    strange = foreign.of_file(source)
    if strange is not None:
        place = path.parent if strange is foreign.DISTRIBUTED else path
        raise BloomError(f"{path.name} is {foreign.sentence(strange, place)}.")
    if safetensors_file.recognizes(source):
        header, _ = safetensors_file.read_header(path)
        metadata = header.get("__metadata__")
        if isinstance(metadata, dict) and metadata.get("format") == BLOOM_FORMAT:
            return "bloom", source
    if checkpoints.recognizes(source):
        return checkpoints, source
    if source.head[:1] == b"\x80" and source.head[1:2] in _PICKLES:
        raise BloomError(
            f"{path.name} is a pickle, which Bloom does not load because it could run code: "
            f"save it as .npz or .safetensors."
        )
    for reader in _BINARY_READERS:
        if reader.recognizes(source):
            return reader, source
    found = folder.log_reader(source)
    if found is not None:
        return found, source
    raise BloomError(f"{path.name} is not a training run: {_what_instead(source)}.")


def _side(path: Path, options: Options) -> str:
    """The side that was asked for, or that of the file that was chosen."""
    if options.side == "auto" and not os.path.isdir(path):
        return embedding_side(path.name) or "auto"
    return options.side


def _what_instead(source: Source) -> str:
    head = source.head
    if head[:2] == b"PK":
        return "a zip archive or a pickle that Bloom does not load, choose a checkpoint or a .npz"
    if source.looks_binary:
        return "choose one of the formats in docs/readers.md"
    if re.search(r"<flames?\b", source.head_text, re.IGNORECASE):
        return "it holds flames, give the run in its place"
    return "no line of it tells a step and a number, choose a log, a table or a .bloom file"
