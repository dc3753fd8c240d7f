"""Pack flam3's numbered palettes into the file that the extension ships.

    python3 tools/make_palettes.py                    from an installed flam3
    python3 tools/make_palettes.py FLAM3-PALETTES.XML

flam3 is free software under the GPL, version 3 or later, and so are its palettes; see docs/dependencies.md.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

SOURCE = Path("/usr/share/flam3/flam3-palettes.xml")
TARGET = Path(__file__).resolve().parent.parent / "bloom_blender" / "flame" / "palettes.npz"


def colors_of(data: str) -> np.ndarray:
    """(256, 3) uint8 levels of a palette's text: eight digits a colour, the last six are RRGGBB."""
    levels = np.frombuffer(bytes.fromhex("".join(data.split())), np.uint8)
    return levels.reshape(256, 4)[:, 1:]


def main(arguments: list[str]) -> None:
    """Write the file; its bytes depend on flam3's alone."""
    source = Path(arguments[0]) if arguments else SOURCE
    palettes = list(ElementTree.parse(source).getroot().iter("palette"))
    numbers = [int(palette.get("number", "-1")) for palette in palettes]
    if numbers != list(range(len(numbers))):
        sys.exit(f"error: {source} does not number its palettes from 0: is it of another flam3?")
    colors = np.stack([colors_of(palette.get("data", "")) for palette in palettes])
    # What changes from colour to colour, channel by channel, is a third smaller than the colours.
    steps = np.diff(colors.astype(np.int16), axis=1, prepend=0).astype(np.uint8).transpose(0, 2, 1)
    names = np.array([palette.get("name", "") for palette in palettes])
    np.savez_compressed(TARGET, steps=np.ascontiguousarray(steps), names=names)
    print(f"{TARGET}  {len(palettes)} palettes, {TARGET.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
