"""The base flames that Bloom ships."""

from __future__ import annotations

from pathlib import Path

from ...errors import BloomError
from ...flame.model import Flame
from ...flame.xml import read_flame

FOLDER = Path(__file__).resolve().parents[2] / "presets"


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
        raise BloomError(f"Bloom ships no flame {identifier!r}: choose one of {names}.")
    return read_flame(path)


def thumbnail(identifier: str) -> Path | None:
    """Return the small picture that lies beside a shipped flame, None where there is none."""
    path = FOLDER / f"{identifier}.png"
    return path if path.is_file() else None
