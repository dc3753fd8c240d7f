"""The main job: a training run and a base flame become a scene, its frames and a film.

    python examples/grow_a_flower.py --out out
    python examples/grow_a_flower.py --out out --run my.bloom --flame peony --aspect 9:16 --width 720

Runs in any Python that has bpy and this project's dependencies. Writes ``flower.blend`` (which needs
neither the run nor the flame any more), the true flame's ``frames/####.png`` and ``flower.mp4``, and the last
frame as ``particles.png`` and ``volume.png``.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that it runs from a clone, with nothing of ours installed
RUN = ROOT / "examples" / "runs" / "translation_en_fr.bloom"


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Grow a flower from a training run, in Blender.")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="folder for scene, frames and film")
    parser.add_argument("--run", type=Path, default=RUN, help=".bloom file or folder of embeddings")
    parser.add_argument("--flame", default="chrysanthemum", help="a shipped flame's name, or a .flame file")
    parser.add_argument("--mapping", choices=["robust", "classic"], default="robust")
    parser.add_argument("--frames", type=int, default=240, help="length of the film")
    parser.add_argument("--fps", type=int, default=24)
    parser.add_argument("--width", type=int, default=1280, help="pixels")
    parser.add_argument("--aspect", default="16:9", help="of the picture: 16:9, 1:1, 9:16 …")
    parser.add_argument("--quality", type=float, default=40.0, help="of the true flame, points per pixel")
    parser.add_argument("--supersample", type=int, default=2, help="of the true flame, 2 for smooth edges")
    parser.add_argument("--points", type=int, default=1_000_000, help="of the particles")
    parser.add_argument("--samples", type=int, default=4, help="of Cycles, for particles and volume")
    parser.add_argument(
        "--stills", action="store_true", help="first, middle and last frame, and nothing else"
    )
    return parser.parse_args()


def say(part: float, text: str) -> None:
    """A line that the driver of this example turns into a progress bar."""
    print(f"progress {part:.4f} {text}", flush=True)


def build(options: argparse.Namespace):
    """Make the scene: flame object, camera, compositor, keyframes. Returns the flame object."""
    import bpy

    from bloom_blender.develop.framing import aspect_size, framed
    from bloom_blender.flame.xml import read_flame
    from bloom_blender.scene import api
    from bloom_blender.scene.setup import compositor
    from bloom_blender.trajectory.read import read_trajectory

    trajectory = read_trajectory(options.run)
    flame = read_flame(options.flame) if Path(options.flame).is_file() else api.read_preset(options.flame)
    width, height = aspect_size(options.aspect, 10_000)
    size = (options.width, max(2 * round(options.width * height / width / 2), 2))
    flame = framed(flame, size=size, framing="whole")
    obj = api.add_flame(bpy.context, flame, points_render=options.points, look="PICTURE")
    api.grow_by(obj, trajectory, {"mapping": options.mapping, "frames": options.frames})
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, options.frames
    scene.render.fps = options.fps
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.image_settings.file_format = "PNG"
    scene.bloom.quality, scene.bloom.supersample = options.quality, options.supersample
    compositor.set_up_finish(scene).inputs["Backdrop"].default_value = compositor.backdrop_of(flame)
    return obj


def render(frames: list[int], folder: Path) -> list[Path]:
    """Render ``frames`` (evenly spaced) to PNG files through the compositor; returns their paths."""
    import bpy

    scene = bpy.context.scene
    folder.mkdir(parents=True, exist_ok=True)
    scene.render.filepath = str(folder / "####.png")
    scene.frame_start, scene.frame_end = frames[0], frames[-1]
    scene.frame_step = frames[1] - frames[0] if len(frames) > 1 else 1
    done = 0

    def report(*_) -> None:
        nonlocal done
        done += 1
        say(0.05 + 0.75 * done / len(frames), f"frame {done} of {len(frames)}")

    say(0.05, f"frame 0 of {len(frames)}")
    bpy.app.handlers.render_write.append(report)
    try:
        bpy.ops.render.render(animation=True)
    finally:
        bpy.app.handlers.render_write.remove(report)
    return [folder / f"{frame:04d}.png" for frame in frames]


def render_look(obj, look: str, path: Path, options: argparse.Namespace) -> None:
    """Render the last frame in another look, with Cycles."""
    import bpy

    from bloom_blender.scene.setup import scene_setup

    scene = bpy.context.scene
    size = scene.render.resolution_x, scene.render.resolution_y
    scene_setup.set_up_scene(bpy.context, obj, look=look, with_camera=False, replace=True)
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.cycles.samples = options.samples
    scene.frame_set(options.frames)
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    print(f"{look.lower():10}{path}")


def main() -> int:
    """Build, save, render, encode; the exit code."""
    options = arguments()
    options.out = options.out.resolve()
    say(0.0, "starting Blender")
    import bpy

    from bloom_blender import scene as bloom
    from bloom_blender.errors import BloomError
    from bloom_blender.scene.setup.video import write_video

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bloom.register()
    options.out.mkdir(parents=True, exist_ok=True)
    say(0.01, "growing the flower")
    try:
        obj = build(options)
    except BloomError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    blend = options.out / "flower.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=True)
    # Stills: the first, middle and last frame.
    step = max((options.frames - 1) // 2, 1) if options.stills else 1
    pictures = render(list(range(1, options.frames + 1, step)), options.out / "frames")
    print(f"scene   {blend}\nframes  {pictures[0]} to {pictures[-1].name}")
    if not options.stills:
        say(0.8, "encoding the film")
        film = options.out / "flower.mp4"
        write_video(pictures, film, fps=options.fps)
        print(f"film    {film}")
        for part, look in ((0.85, "PARTICLES"), (0.92, "VOLUME")):
            say(part, f"{look.lower()} of the last frame")
            render_look(obj, look, options.out / f"{look.lower()}.png", options)
    say(1.0, "done")
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # bpy 4.5 can hang at its end
