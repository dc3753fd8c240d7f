"""How near flam3's own pictures come ours: correlation with its golden pictures, beside another run of flam3.

    python benchmarks/golden.py [NAME ...] [--all] [--write docs/golden.md]

Every golden flame is rendered by the rules of flam3 at the size and quality of its picture, and so does
``flam3-render`` (Debian: flam3-utils) with another seed. Pictures of more than 20 million points take flam3
minutes each: without --all its own correlation counts as 1 there, the most that it can be.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import ROOT, table
from PIL import Image

from bloom_blender.develop import render
from bloom_blender.flame.xml import read_flame

LIMIT = 0.005
LARGE = 20_000_000
SEED = 1
REASONS = {
    "248.23554": (
        "disc and a contraction make numbers of its orbits smaller and smaller. Double precision holds them "
        "for thousands of steps, float32 for hundreds; then they are 0 and the orbit stays there until it "
        "restarts, after 10000 steps as in flam3."
    ),
    "render035": (
        "nine of ten steps are turns and mirrors of a symmetry, so an orbit comes slowly to the attractor. "
        "flam3 counts after 15 steps, and a fog of points that are not there yet is part of its picture. "
        "With early clip it waits for 100, and there (earlyclip is the same flame) both agree. Bloom always "
        "waits."
    ),
}

HEAD = """# flam3's golden pictures

`benchmarks/golden.py` renders flam3's golden flames by the [rules of flam3](compatibility.md), at the size
and quality of their pictures, and lets `flam3-render` do the same with another seed. A cell is the
correlation of the means of 8 × 8 pixels with the golden picture, over all channels. – is a picture of more
than 20 million points, where flam3 takes minutes; its correlation counts as 1, the most that it can be.
earlyclip is developed with early clip. The script wrote this page.
"""


@dataclass(frozen=True)
class Golden:
    """A flame and flam3's picture of it."""

    name: str
    flame: Path
    picture: Path


def goldens(folder: Path) -> Iterator[Golden]:
    """All golden flames below a folder."""
    for path in sorted(folder.glob("flam3-suite/*.flam3")):
        yield Golden(path.stem, path, path.with_suffix(".png"))
    for path in sorted(folder.glob("pyr3/*/*.flam3")):
        yield Golden(path.parent.name, path, path.parent / "golden.png")


def block_means(picture: np.ndarray, size: int = 8) -> np.ndarray:
    """Means of squares of ``size`` pixels of an (H, W, 3) picture; what is left at its ends is left out."""
    height, width = (n // size * size for n in picture.shape[:2])
    tiles = picture[:height, :width, :3].reshape(height // size, size, width // size, size, 3)
    return tiles.mean((1, 3))


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Pearson's correlation of the block means of two pictures, over all channels."""
    return float(np.corrcoef(block_means(one).ravel(), block_means(other).ravel())[0, 1])


def opened(path: Path) -> np.ndarray:
    """A picture's red, green and blue in 0..1."""
    return np.asarray(Image.open(path).convert("RGB"), np.float64) / 255.0


def ours(golden: Golden, early_clip: bool) -> np.ndarray:
    """Our picture, in bytes as a file has them."""
    flame = read_flame(golden.flame)
    picture = render(flame, seed=SEED, compatibility="flam3", early_clip=early_clip)[..., :3]
    return np.trunc(picture * 255.0) / 255.0


def flam3s(golden: Golden, early_clip: bool) -> np.ndarray:
    """flam3's picture with another seed than the golden one."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"out": f"{folder}/out.png", "seed": "7", "isaac_seed": "another", "nthreads": "1"}
        settings |= {"earlyclip": "1"} if early_clip else {}
        with open(golden.flame, "rb") as file:
            environment = {**os.environ, **settings}
            subprocess.run(["flam3-render"], stdin=file, env=environment, capture_output=True, check=True)
        return opened(Path(folder) / "out.png")


def measure(golden: Golden, everything: bool) -> tuple[list[object], float]:
    """A row of the table, and by how much we are farther from the golden picture than flam3 is."""
    flame = read_flame(golden.flame)
    width, height = flame.camera.size
    points = flame.tone.quality * 4.0**flame.camera.zoom * width * height
    early_clip = golden.name == "earlyclip"
    reference = opened(golden.picture)
    our = correlation(ours(golden, early_clip), reference)
    their = 1.0
    cell = "–"
    if points <= LARGE or everything:
        their = correlation(flam3s(golden, early_clip), reference)
        cell = f"{their:.4f}"
    row = [golden.name, f"{points / 1e6:.1f}", f"{our:.4f}", cell, f"{our - their:+.4f}"]
    print(*row, flush=True)
    return row, their - our


def page(rows: list[tuple[list[object], float]]) -> str:
    """The page of the docs."""
    far = {str(row[0]): lack for row, lack in rows if lack > LIMIT}
    lines = [HEAD, f"Within {LIMIT} of flam3 itself: {len(rows) - len(far)} of {len(rows)}."]
    lines += [
        f"\n**{name}** ({-lack:+.4f}): {REASONS.get(name, 'not explained yet.')}"
        for name, lack in far.items()
    ]
    lines += ["", "| flame | million points | Bloom | flam3 | difference |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row, _ in rows]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write the page where asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--all", action="store_true", help="let flam3 render the large ones too")
    parser.add_argument("--write", metavar="FILE", type=Path, help="the page of the docs")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("BLOOM_DATA", ROOT.parent / "shared")) / "data" / "golden"
    chosen = [one for one in goldens(folder) if not arguments.names or one.name in arguments.names]
    if not chosen:
        parser.error(f"there are no golden flames in {folder}")
    rows = [measure(one, arguments.all) for one in chosen]
    table(["flame", "million points", "Bloom", "flam3", "difference"], [row for row, _ in rows])
    if arguments.write:
        arguments.write.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
