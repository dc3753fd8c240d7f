"""The base flames that Bloom ships."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import BloomError
from .model import Flame
from .xml import read_flame

FOLDER = Path(__file__).resolve().parents[1] / "presets"


def presets() -> dict[str, Path]:
    """Return the shipped flames, identifier (the file's stem) to file, in alphabetical order."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.flame"))}


def label(identifier: str) -> str:
    """Return the name of a preset for the interface: ``night_rose`` is Night Rose."""
    return identifier.replace("_", " ").replace("-", " ").title()


def read_preset(identifier: str) -> Flame:
    """Read a shipped flame by its identifier; BloomError where there is none of that name."""
    path = presets().get(identifier)
    if path is None:
        names = ", ".join(presets()) or "none"
        raise BloomError(
            f"Bloom ships no flame {identifier!r}, and there is no such file: choose one of {names}."
        )
    return read_flame(path)


def find_flame(name: str | os.PathLike[str], index: int = 0) -> Flame:
    """The flame that a user names: a ``.flame`` file, or else a shipped flame, as in ``lotus``.

    Parameters
    ----------
    name
        A path, or the name of a preset in any case, with blanks, ``-`` or ``_`` between its words.
    index
        Which flame of the file, counted from 0.

    Raises
    ------
    BloomError
        If there is neither, or the file cannot be read.
    """
    identifier = _identifier(name)
    return read_flame(name, index) if identifier is None else read_preset(identifier)


def flame_file(name: str | os.PathLike[str]) -> Path:
    """Where the flame lies that a user names, see `find_flame`; the path itself where no preset is meant."""
    identifier = _identifier(name)
    return presets().get(identifier or "", Path(name))


def _identifier(name: str | os.PathLike[str]) -> str | None:
    """The identifier of the preset that a name may mean; None for a path."""
    path = Path(name)
    if os.path.exists(path) or path.name != str(name) or path.suffix:
        return None
    return path.name.strip().lower().replace(" ", "_").replace("-", "_")


def thumbnail(identifier: str) -> Path | None:
    """Return the small picture that lies beside a shipped flame, None where there is none."""
    path = FOLDER / f"{identifier}.png"
    return path if path.is_file() else None
