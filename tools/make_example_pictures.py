"""Make the pictures of docs/examples.md, from the runs that its examples record.

    .venv/blender-5.2/bin/python tools/make_example_pictures.py

Trains the digits (seconds, in the environment of a training machine) and takes the shipped runs of a
translation model and a transformer; grows a flower from each without Blender, and lays moments of it side by
side. Needs Pillow.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import environments
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
MOMENTS = "1,12,30,60,121"
WIDTH = 480


def bloom(*arguments: object) -> None:
    """Run a command of ours."""
    command = [sys.executable, "-m", "bloom_blender", *map(str, arguments)]
    subprocess.run(command, check=True, cwd=ROOT)


def strip(run: Path, flame: str, name: str, folder: Path, *options: str) -> None:
    """Grow a shipped flower from a run and write moments of it side by side."""
    flames = folder / f"{name}.flame"
    bloom("grow", run, f"bloom_blender/presets/{flame}.flame", "--frames", 121, "--at", MOMENTS,
          "-o", flames, *options)  # fmt: skip
    bloom("render", flames, "-o", folder / f"{name}-##.png", "--range", "-", "--width", 2 * WIDTH,
          "--quality", 200, "--supersample", 1, "--quiet")  # fmt: skip
    pictures = [Image.open(path).convert("RGB") for path in sorted(folder.glob(f"{name}-*.png"))]
    height = round(WIDTH * pictures[0].height / pictures[0].width)
    whole = Image.new("RGB", (WIDTH * len(pictures), height))
    for place, picture in enumerate(pictures):
        whole.paste(picture.resize((WIDTH, height), Image.Resampling.LANCZOS), (place * WIDTH, 0))
    whole.save(IMAGES / f"example-{name}.jpg", quality=85, optimize=True)


def main() -> None:
    """Make all four."""
    python, reason = environments.training()
    if python is None:
        sys.exit(f"make_example_pictures: {reason}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        checkpoints = folder / "checkpoints"
        subprocess.run(
            [str(python), "examples/train_digits.py", "--out", str(folder / "digits.bloom"),
             "--checkpoints", str(checkpoints)],
            check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        bloom("convert", checkpoints, "-o", folder / "converted.bloom")
        strip(folder / "digits.bloom", "peony", "digits", folder, "--colors", "embeddings")
        strip(folder / "converted.bloom", "dahlia", "checkpoints", folder)
        runs = ROOT / "examples" / "runs"
        strip(runs / "translation_en_fr.bloom", "lotus", "translation", folder, "--colors", "embeddings")
        strip(runs / "characters.bloom", "cherry_blossom", "characters", folder)


if __name__ == "__main__":
    main()
