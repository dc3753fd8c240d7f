"""How to read a run, where there is a choice."""

from __future__ import annotations

from dataclasses import dataclass, field

from .selection import Selection


@dataclass(frozen=True)
class Options:
    """Options of the readers.

    Attributes
    ----------
    selection : Selection
        Series, tables and steps to keep. Readers of large files use it early, to save memory.
    run : str, optional
        Which run of a folder or file that holds several.
    side : {"auto", "src", "tgt"}
        Which embeddings of a folder that has those of two languages.
    partial : bool
        Take what is readable of a damaged file.
    directions, seed : int
        How changes between checkpoints are projected; see `bloom_blender.record.Recorder`.
    """

    selection: Selection = field(default_factory=Selection)
    run: str | None = None
    side: str = "auto"
    partial: bool = False
    directions: int = 16
    seed: int = 0
