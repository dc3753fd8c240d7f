"""Make the pictures of docs/gallery.md: each look at the start, the middle and the end of a run.

    .venv/blender-5.2/bin/python tools/make_gallery.py [LOOK ...]

Grows the lotus from the shipped translation run and renders it through the extension's own set-up, 640 × 360.
Needs bpy and Pillow.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FRAMES = 121
MOMENTS = (12, 75, 121)
SIZE = (640, 360)
#: Look and style of the points.
LOOKS = {
    "glow": ("PARTICLES", "GLOW"),
    "solid": ("PARTICLES", "SOLID"),
    "dust": ("PARTICLES", "DUST"),
    "volume": ("VOLUME", "GLOW"),
    "flame": ("PICTURE", "GLOW"),
    "over": ("PARTICLES", "GLOW"),
}


def render(name: str, folder: Path) -> list[Path]:
    """Render the moments of one look; paths of the pictures."""
    import bpy

    from bloom_blender import scene as bloom
    from bloom_blender.growth.grow import grow
    from bloom_blender.scene import actions, presets
    from bloom_blender.trajectory.read import read_trajectory

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bloom.register()
    look, style = LOOKS[name]
    flame = presets.read_preset("lotus")
    run = read_trajectory(ROOT / "examples" / "runs" / "translation_en_fr.bloom")
    obj = actions.add_flame(bpy.context, flame, curves=grow(run, flame, frames=FRAMES), with_scene=False)
    obj.bloom.style = style
    actions.set_up_scene(bpy.context, obj, look=look)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.image_settings.file_format = "PNG"
    if name == "over":
        lay_over_a_ball(bpy, scene)
    pictures = []
    for frame in MOMENTS:
        scene.frame_set(frame)
        scene.render.filepath = str(folder / f"{name}-{frame:03d}.png")
        bpy.ops.render.render(write_still=True)
        pictures.append(Path(scene.render.filepath))
    bloom.unregister()
    return pictures


def lay_over_a_ball(bpy, scene) -> None:
    """A wall behind the flower and a ball before it, for Cycles, and the true flame between them."""
    from mathutils import Matrix

    from bloom_blender.scene import compositor, lights, overlay

    camera = scene.camera
    distance = camera.data.dof.focus_distance
    for make, size, place, color in (
        (bpy.ops.mesh.primitive_plane_add, {"size": 4.0}, (0.0, 0.0, -1.5), (0.12, 0.2, 0.3)),
        (bpy.ops.mesh.primitive_uv_sphere_add, {"radius": 0.06}, (0.12, -0.08, -0.8), (0.8, 0.3, 0.1)),
    ):
        make(**{key: value * distance for key, value in size.items()})
        obj = bpy.context.object
        obj.matrix_world = camera.matrix_world @ Matrix.Translation([distance * x for x in place])
        if len(obj.data.polygons) > 1:
            bpy.ops.object.shade_smooth()
        material = bpy.data.materials.new(obj.name)
        material.use_nodes = True
        material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*color, 1.0)
        obj.data.materials.append(material)
    lights.add_lights(scene)
    for obj in scene.objects:
        if obj.type == "LIGHT":
            obj.data.energy *= 0.4
    compositor.rest(scene)
    overlay.lay_over(scene)


def main() -> None:
    """Make one strip for each look."""
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or LOOKS:
            began = time.process_time()
            pictures = [Image.open(path).convert("RGB") for path in render(name, Path(folder))]
            whole = Image.new("RGB", (SIZE[0] * len(pictures), SIZE[1]))
            for place, picture in enumerate(pictures):
                whole.paste(picture, (SIZE[0] * place, 0))
            target = ROOT / "docs" / "images" / f"gallery-{name}.jpg"
            whole.save(target, quality=85, optimize=True)
            print(f"{target.relative_to(ROOT)}: {time.process_time() - began:.0f} CPU s")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
