"""Make Bloom's asset library, bloom_blender/presets/assets, for Blender's Asset Browser.

    .venv/blender-4.5/bin/python tools/make_assets.py [flowers] [growth]

Needs bpy 4.5, so that every supported Blender opens the files. An asset is a flame object with all of its
settings and a small cloud: enough to show itself where Bloom is missing; where Bloom is enabled it computes
the whole one when it comes into a scene. An asset of a growth has a run of its own besides, and its curves.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import make_presets as makers  # noqa: E402

FOLDER = ROOT / "bloom_blender" / "presets" / "assets"
CATALOGS = {
    "Bloom": "6e0d5c1a-0b5e-4f55-9a86-3c7f1f2f0b01",
    "Bloom/Flowers": "6e0d5c1a-0b5e-4f55-9a86-3c7f1f2f0b02",
    "Bloom/Growth": "6e0d5c1a-0b5e-4f55-9a86-3c7f1f2f0b03",
}
CATALOG_FILE = "blender_assets.cats.txt"
PREVIEW = 256
"""Pixels of a preview, across and down: what Blender keeps of a custom one."""
POINTS = 2000
FEW_POINTS = 1000
FRAMES = 240
#: The moment of a growth that its preview shows.
SHOWN = 100
RUN = ROOT / "examples" / "runs" / "digits.bloom"
#: Which flower shows which growth.
GROWN = {
    "BUD": "lotus",
    "STORM": "poppy",
    "BREEZE": "cherry_blossom",
    "LAYERS": "tulip",
    "LOSS": "iris",
    "LOOP": "rose",
}


@dataclass(frozen=True)
class Asset:
    """What the Asset Browser tells of an object."""

    catalog: str
    description: str
    tags: tuple[str, ...]


def _first_sentence(text: str | None) -> str:
    """The first line of a maker's docstring, without its end."""
    return (text or "").strip().splitlines()[0].rstrip(".:")


def short(cloud: Any) -> Any:
    """A cloud whose numbers have 11 significant bits, which Blender packs to half the size."""
    parts = ("positions", "colors", "density", "radius", "light", "age")
    return replace(cloud, **{p: getattr(cloud, p).astype(np.float16).astype(np.float32) for p in parts})


def flame_object(flame: Any, name: str, points: int) -> Any:
    """A flame object in no scene, with a small cloud that counts as out of date."""
    import bpy

    from bloom_blender.scene.flame import requests
    from bloom_blender.scene.points import chaos_game, cloud
    from bloom_blender.scene.points.new_flame import make_flame_object

    collection = bpy.data.collections.new(name)
    obj = make_flame_object(flame, collection, name=name)
    request = replace(requests.points_request(obj, render=False), count=points)
    cloud.write_cloud(obj.data, short(chaos_game.compute(flame, request)), "")
    cloud.forget(obj.data)
    bpy.data.collections.remove(collection)
    return obj


def mark(obj: Any, asset: Asset, picture: Path) -> None:
    """Make an object an asset with a picture."""
    import bpy

    obj.asset_mark()
    data = obj.asset_data
    data.catalog_id = CATALOGS[asset.catalog]
    data.description = asset.description
    data.author = "Bloom contributors"
    data.license = "GPL-3.0-or-later"
    for tag in asset.tags:
        data.tags.new(tag)
    image = bpy.data.images.load(str(picture))
    preview = obj.preview_ensure()
    preview.image_size = image.size
    preview.image_pixels_float.foreach_set(np.array(image.pixels, np.float32))
    bpy.data.images.remove(image)


def flower(identifier: str, folder: Path) -> Any:
    """The asset of a shipped flower."""
    from bloom_blender.flame import presets

    flame, name = presets.read_preset(identifier), presets.label(identifier)
    obj = flame_object(flame, name, POINTS)
    picture = folder / f"{identifier}.png"
    makers.thumbnail(flame, picture, PREVIEW)
    about = _first_sentence(makers.PRESETS[identifier].__doc__)
    mark(obj, Asset("Bloom/Flowers", about, ("bloom", "flower", "fractal flame")), picture)
    return obj


def growth(preset: tuple, folder: Path) -> Any:
    """The asset of a named growth: a flower that a shipped run moves, with the settings of that growth."""
    from bloom_blender.flame import presets
    from bloom_blender.flame.parameters import with_parameters
    from bloom_blender.scene.growth import growing, growth_presets
    from bloom_blender.trajectory.read import read_trajectory

    identifier, label, about, _ = preset
    flame = presets.read_preset(GROWN[identifier])
    name = f"{label} ({presets.label(GROWN[identifier])})"
    obj = flame_object(flame, name, FEW_POINTS)
    settings = growth_presets.settings_of(identifier) | {"frames": FRAMES, "keys": "few"}
    curves, _ = growing.grow_by(obj, read_trajectory(RUN), settings, source="Bloom's asset library")
    picture = folder / f"{identifier}.png"
    shown = with_parameters(flame, curves.parameters(SHOWN if settings["drive"] != "metric" else 60))
    makers.thumbnail(shown, picture, PREVIEW)
    mark(obj, Asset("Bloom/Growth", f"{about}.", ("bloom", "growth", "animation")), picture)
    return obj


def write_catalogs() -> None:
    """Write the file in which Blender looks for the catalogs of a library."""
    lines = [
        "# The catalogs of Bloom's asset library, by tools/make_assets.py.",
        "",
        "VERSION 1",
        "",
    ]
    lines += [f"{number}:{path}:{path.replace('/', '-')}" for path, number in CATALOGS.items()]
    (FOLDER / CATALOG_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def write(name: str, make: Any) -> None:
    """Save a file of nothing but assets: each object that `make` yields."""
    import bpy

    from bloom_blender import scene as bloom

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bloom.register()
    try:
        objects = set(make())
        path = FOLDER / f"{name}.blend"
        bpy.data.libraries.write(str(path), objects, path_remap="RELATIVE", compress=True)
        print(
            f"{path.relative_to(ROOT)}: {len(objects)} assets, {path.stat().st_size / 1e6:.2f} MB", flush=True
        )
    finally:
        bloom.unregister()


def main() -> int:
    """Write both files, or the named one, and their catalogs."""
    import bpy

    wanted = sys.argv[1:] or ["flowers", "growth"]

    if bpy.app.version[:2] != (4, 5):
        print(
            "make_assets: error: this needs bpy 4.5, whose files every supported Blender opens.",
            file=sys.stderr,
        )
        return 2
    from bloom_blender.scene.growth.growth_presets import GROWTH_PRESETS

    FOLDER.mkdir(exist_ok=True)
    write_catalogs()
    with tempfile.TemporaryDirectory() as folder:
        if "flowers" in wanted:
            write("flowers", lambda: [flower(name, Path(folder)) for name in makers.PRESETS])
        if "growth" in wanted:
            write("growth", lambda: [growth(preset, Path(folder)) for preset in GROWTH_PRESETS])
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)
