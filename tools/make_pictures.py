"""Make the pictures of the documentation, so that they stay true.

    .venv/blender-5.2/bin/python tools/make_pictures.py            all flowers
    .venv/blender-5.2/bin/python tools/make_pictures.py lotus      one of them

For each shipped flower: ``docs/images/NAME.jpg``, its last frame, and ``docs/images/NAME-opening.jpg``, the
beginning, middle and end of the shipped run side by side. Needs an environment with bpy and Pillow.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SIZE = (1280, 720)
SMALL = (480, 270)


def make(name: str) -> None:
    """Render three stills of a flower and write its two pictures."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "examples" / "grow_a_flower.py"), "--stills", "--out", folder]
        command += ["--flame", name, "--width", str(SIZE[0]), "--samples", "6"]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pictures = [Image.open(path).convert("RGB") for path in sorted(Path(folder, "frames").glob("*.png"))]
    pictures[-1].save(IMAGES / f"{name}.jpg", quality=88, optimize=True)
    strip = Image.new("RGB", (SMALL[0] * len(pictures), SMALL[1]))
    for place, picture in enumerate(pictures):
        strip.paste(picture.resize(SMALL, Image.Resampling.LANCZOS), (place * SMALL[0], 0))
    strip.save(IMAGES / f"{name}-opening.jpg", quality=88, optimize=True)


def main() -> None:
    """Make the pictures of the flowers named, or of all."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    names = sys.argv[1:] or sorted(path.stem for path in (ROOT / "bloom_blender/presets").glob("*.flame"))
    for name in names:
        print(name, flush=True)
        make(name)


if __name__ == "__main__":
    main()
