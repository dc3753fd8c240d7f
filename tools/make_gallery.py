"""Make the pictures of docs/gallery.md: each look at the start, the middle and the end of three runs.

    .venv/blender-5.2/bin/python tools/make_gallery.py [--train] [--run RUN] [LOOK ...]

Grows a flower from each shipped run (with --train from runs that it first records with the scripts of
examples/, in the environment of a training machine) and renders it through the extension's own set-up,
640 × 360. Any can be made alone. Needs bpy and Pillow.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FRAMES = 121
SIZE = (640, 360)
RUNS_FOLDER = ROOT / "examples" / "runs"
#: Run: file, flower, moments, and the script and options that record it.
RUNS = {
    "translation": ("translation_en_fr", "lotus", (25, 75, 121), ("train_translation.py",)),
    "digits": ("digits", "passion_flower", (12, 60, 121), ("train_digits.py",)),
    "characters": ("characters", "cherry_blossom", (20, 60, 121), ("train_characters.py",)),
}
#: Look and style of the points.
LOOKS = {
    "glow": ("PARTICLES", "GLOW"),
    "solid": ("PARTICLES", "SOLID"),
    "dust": ("PARTICLES", "DUST"),
    "volume": ("VOLUME", "GLOW"),
    "flame": ("PICTURE", "GLOW"),
    "over": ("PARTICLES", "GLOW"),
}


def render(look_name: str, run_name: str, folder: Path, runs: Path) -> None:
    """Render the moments of one look and run as PNG files."""
    import bpy

    from bloom_blender import scene as bloom

    file, flower, moments, _ = RUNS[run_name]
    scene = stage(look_name, flower, runs / f"{file}.bloom")
    for number, frame in enumerate(moments):
        scene.frame_set(frame)
        scene.render.filepath = str(folder / f"{look_name}-{run_name}-{number}.png")
        bpy.ops.render.render(write_still=True)
    bloom.unregister()


def stage(look_name: str, flower: str, run: Path):
    """A new scene with a flower that grows by a run, set up for a look."""
    import bpy

    from bloom_blender import scene as bloom
    from bloom_blender.flame import presets
    from bloom_blender.growth.grow import grow
    from bloom_blender.scene.setup import compositor, scene_setup
    from bloom_blender.trajectory.read import read_trajectory

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bloom.register()
    look, style = LOOKS[look_name]
    flame = presets.read_preset(flower)
    curves = grow(read_trajectory(run), flame, frames=FRAMES)
    obj = scene_setup.add_flame(bpy.context, flame, curves=curves, with_scene=False)
    obj.bloom.style = style
    obj.bloom.volume_bounds = "FRAME"  # a flower that tears grows out of the box of the one at rest
    scene_setup.set_up_scene(bpy.context, obj, look=look)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.image_settings.file_format = "PNG"
    if look_name == "flame":
        node = compositor.set_up_finish(scene)
        node.inputs["Backdrop"].default_value = compositor.backdrop_of(flame)
        node.inputs["Glow"].default_value = 0.2
    if look_name == "over":
        lay_over_balls(bpy, scene)
    return scene


def make_clip() -> None:
    """A short film for the head of a page, and its last frame: cherry blossoms as the true flame."""
    import bpy

    images = ROOT / "docs" / "images"
    scene = stage("flame", "cherry_blossom", RUNS_FOLDER / "translation_en_fr.bloom")
    scene.bloom.quality = 120.0
    scene.render.dither_intensity = 0.5
    frames = range(1, FRAMES + 1, 2)
    with tempfile.TemporaryDirectory() as temporary:
        for frame in frames:
            scene.frame_set(frame)
            scene.render.filepath = str(Path(temporary) / f"{frame:04d}.png")
            bpy.ops.render.render(write_still=True)
        pictures = [Image.open(path).convert("RGB") for path in sorted(Path(temporary).glob("*.png"))]
        pictures[0].save(
            images / "cherry_blossom.webp", save_all=True, append_images=pictures[1:], loop=0, quality=70,
            method=6, duration=[80] * (len(pictures) - 1) + [3000],
        )  # fmt: skip
        scene.render.resolution_x, scene.render.resolution_y = 1280, 720
        scene.bloom.quality, scene.bloom.supersample = 600.0, 2
        bpy.ops.render.render(write_still=True)
        Image.open(scene.render.filepath).convert("RGB").save(
            images / "cherry_blossom.jpg", quality=88, optimize=True
        )


def lay_over_balls(bpy, scene) -> None:
    """A wall behind the flower and pearls around it, for Cycles, and the true flame between them."""
    from mathutils import Matrix

    from bloom_blender.scene.setup import compositor, flame_over_scene, lights

    camera = scene.camera
    distance = camera.data.dof.focus_distance
    for make, size, place, color in (
        (bpy.ops.mesh.primitive_plane_add, {"size": 4.0}, (0.0, 0.0, -1.5), (0.02, 0.03, 0.06)),
        (bpy.ops.mesh.primitive_uv_sphere_add, {"radius": 0.05}, (0.13, -0.09, -0.8), (0.03, 0.05, 0.09)),
        (bpy.ops.mesh.primitive_uv_sphere_add, {"radius": 0.035}, (-0.2, -0.12, -0.85), (0.55, 0.3, 0.16)),
        (bpy.ops.mesh.primitive_uv_sphere_add, {"radius": 0.07}, (0.3, 0.05, -1.15), (0.3, 0.12, 0.2)),
    ):
        make(**{key: value * distance for key, value in size.items()})
        obj = bpy.context.object
        obj.matrix_world = camera.matrix_world @ Matrix.Translation([distance * x for x in place])
        if len(obj.data.polygons) > 1:
            bpy.ops.object.shade_smooth()
        material = bpy.data.materials.new(obj.name)
        if material.node_tree is None:  # Blender 4.5
            material.use_nodes = True
        shader = material.node_tree.nodes["Principled BSDF"]
        shader.inputs["Base Color"].default_value = (*color, 1.0)
        shader.inputs["Roughness"].default_value = 0.25
        obj.data.materials.append(material)
    lights.add_lights(scene)
    for obj in scene.objects:
        if obj.type == "LIGHT":
            obj.data.energy *= 0.4
    compositor.rest(scene)
    flame_over_scene.lay_over(scene)


def record_runs(folder: Path) -> None:
    """Train what the shipped runs are recordings of."""
    import environments

    python, reason = environments.training()
    if python is None:
        sys.exit(f"make_gallery: {reason}")
    for file, _, _, (script, *options) in RUNS.values():
        command = [str(python), f"examples/{script}", "--out", str(folder / f"{file}.bloom"), *options]
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def join(look_name: str, run_name: str, folder: Path) -> None:
    """Lay the moments of a look and run side by side."""
    pictures = [
        Image.open(path).convert("RGB") for path in sorted(folder.glob(f"{look_name}-{run_name}-*.png"))
    ]
    whole = Image.new("RGB", (SIZE[0] * len(pictures), SIZE[1]))
    for place, picture in enumerate(pictures):
        whole.paste(picture, (SIZE[0] * place, 0))
    whole.save(ROOT / "docs" / "images" / f"gallery-{look_name}-{run_name}.jpg", quality=80, optimize=True)


def compare_originals(folder: Path) -> None:
    """Render flames of others by the Bloom engine in Blender, and lay them beside ember's pictures of them.

    Prints the correlation of the means of 8 × 8 pixels, over all channels.
    """
    import bpy
    import numpy as np

    from bloom_blender import scene as bloom
    from bloom_blender.flame.xml import read_flame
    from bloom_blender.scene.setup import scene_setup

    paths = sorted((folder / "flames").glob("*.flame"))
    width = 400
    rows = []
    for path in paths:
        reference = Image.open(folder / "reference" / f"{path.stem}.png").convert("RGB")
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bloom.register()
        scene_setup.add_flame(bpy.context, read_flame(path), points_viewport=10, look="PICTURE")
        scene = bpy.context.scene
        scene.render.resolution_x, scene.render.resolution_y = reference.size
        scene.bloom.supersample, scene.bloom.quality = 1, 1000.0
        scene.render.dither_intensity = 0.0
        scene.render.image_settings.file_format = "PNG"
        with tempfile.TemporaryDirectory() as temporary:
            scene.render.filepath = str(Path(temporary) / "picture.png")
            bpy.ops.render.render(write_still=True)
            ours = Image.open(scene.render.filepath).convert("RGB")
        bloom.unregister()
        means = [
            np.asarray(picture, float)[: h // 8 * 8, : w // 8 * 8]
            .reshape(h // 8, 8, w // 8, 8, 3)
            .mean((1, 3))
            for picture in (reference, ours)
            for w, h in [reference.size]
        ]
        print(f"{path.stem}: {np.corrcoef(means[0].ravel(), means[1].ravel())[0, 1]:.4f}", flush=True)
        height = round(width * reference.height / reference.width)
        rows.append([p.resize((width, height), Image.Resampling.LANCZOS) for p in (reference, ours)])
    height = rows[0][0].height
    whole = Image.new("RGB", (4 * width, height * -(-len(rows) // 2)))
    for number, row in enumerate(rows):
        for side, picture in enumerate(row):
            whole.paste(picture, ((number % 2 * 2 + side) * width, number // 2 * height))
    whole.save(ROOT / "docs" / "images" / "originals.jpg", quality=74, optimize=True)


def main() -> None:
    """Make one strip for each look and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("looks", nargs="*", metavar="LOOK", help=f"of {', '.join(LOOKS)}; by default all")
    parser.add_argument("--run", choices=RUNS, help="only that of one run")
    parser.add_argument("--train", action="store_true", help="record the runs again")
    parser.add_argument("--pictures", metavar="FOLDER", help="render there and keep the single pictures")
    parser.add_argument(
        "--originals", metavar="FOLDER",
        help="only compare flames/NAME.flame there with ember's pictures, reference/NAME.png",
    )  # fmt: skip
    parser.add_argument("--clip", action="store_true", help="only make cherry_blossom.webp and .jpg")
    options = parser.parse_args()
    if options.clip:
        make_clip()
        sys.stdout.flush()
        os._exit(0)
    if options.originals:
        compare_originals(Path(options.originals))
        sys.stdout.flush()
        os._exit(0)
    with tempfile.TemporaryDirectory() as temporary:
        runs = Path(temporary) if options.train else RUNS_FOLDER
        if options.train:
            record_runs(runs)
        folder = Path(options.pictures or temporary)
        for look_name in options.looks or LOOKS:
            for run_name in [options.run] if options.run else RUNS:
                if look_name == "over" and run_name != "translation":
                    continue
                began = time.process_time()
                render(look_name, run_name, folder, runs)
                join(look_name, run_name, folder)
                print(f"{look_name}, {run_name}: {time.process_time() - began:.0f} CPU s", flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
