"""What a frame of each look costs, by stages, and its memory.

    python benchmarks/looks.py [LOOK ...]      with a Python that has bpy

Seconds of processor time of all threads (with two cores that are free, a frame takes about half of
it). *Chaos game* plays and counts, *develop* is density estimation and tone, *hand-over* brings
points, files or pixels to Blender, *rest* is what Blender itself does: scene, Cycles, compositor.
*plain* is a scene of the same size without Bloom: a sphere of as many vertices as there are points,
in a sun's light, with as many samples.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, machine, table

SIZES = ((640, 360), (1920, 1080))
FRAMES = 121
POINTS = 1_000_000
#: Look and style of the points.
LOOKS = {
    "glow": ("PARTICLES", "GLOW"),
    "solid": ("PARTICLES", "SOLID"),
    "dust": ("PARTICLES", "DUST"),
    "volume": ("VOLUME", "GLOW"),
    "flame": ("PICTURE", "GLOW"),
    "plain": (None, None),
}


class Stages:
    """Processor time spent within functions, each without those that it calls in turn."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner = 0.0  # of the functions that the one at work has called

    def watch(self, owner, name: str, stage: str) -> None:
        """Count the time of a function of a module or class as a stage's."""
        function = getattr(owner, name)

        def watched(*given, **named):
            outer, self._inner = self._inner, 0.0
            began = time.process_time()
            try:
                return function(*given, **named)
            finally:
                spent = time.process_time() - began
                self.seconds[stage] = self.seconds.get(stage, 0.0) + spent - self._inner
                self._inner = outer + spent

        setattr(owner, name, watched)


def watch_all(stages: Stages) -> None:
    """Watch all that Bloom does for a frame."""
    from bloom_blender.develop import exposure
    from bloom_blender.scene.engine import render_engine
    from bloom_blender.scene.playback import handlers
    from bloom_blender.scene.points import chaos_game
    from bloom_blender.scene.volume import vdb, volume_object

    stages.watch(chaos_game, "compute", "chaos")
    stages.watch(volume_object, "compute", "chaos")
    stages.watch(exposure.Exposure, "fill", "chaos")
    stages.watch(exposure.Exposure, "light", "develop")
    stages.watch(exposure, "picture", "develop")
    stages.watch(handlers, "write_cloud", "hand-over")
    stages.watch(vdb, "write", "hand-over")
    stages.watch(render_engine.BloomRenderEngine, "_hand_over", "hand-over")


def build(name: str) -> None:
    """The scene of a look: the lotus, grown from the shipped run."""
    import bpy

    from bloom_blender import scene as bloom
    from bloom_blender.flame import presets
    from bloom_blender.growth.grow import grow
    from bloom_blender.scene.setup import scene_setup
    from bloom_blender.trajectory.read import read_trajectory

    look, style = LOOKS[name]
    if look is None:
        build_plain()
        return
    bloom.register()
    flame = presets.read_preset("lotus")
    run = read_trajectory(ROOT / "examples" / "runs" / "translation_en_fr.bloom")
    obj = scene_setup.add_flame(
        bpy.context, flame, curves=grow(run, flame, frames=FRAMES), points_render=POINTS
    )
    obj.bloom.style = style
    scene_setup.set_up_scene(bpy.context, obj, look=look)


def build_plain() -> None:
    """A sphere of a million vertices, a sun, a camera."""
    import math

    import bpy
    import numpy as np

    across = round(math.sqrt(POINTS))
    turn, rise = np.meshgrid(np.linspace(0.0, 2.0 * np.pi, across), np.linspace(0.0, np.pi, across))
    places = np.stack([np.sin(rise) * np.cos(turn), np.sin(rise) * np.sin(turn), np.cos(rise)], -1)
    corner = (np.arange(across - 1)[:, None] * across + np.arange(across - 1)).reshape(-1, 1)
    mesh = bpy.data.meshes.new("Sphere")
    mesh.from_pydata(places.reshape(-1, 3), [], corner + np.array([0, 1, across + 1, across]))
    bpy.context.collection.objects.link(bpy.data.objects.new("Sphere", mesh))
    bpy.ops.object.light_add(type="SUN", rotation=(0.5, 0.5, 0.0))
    bpy.ops.object.camera_add(location=(0.0, -5.0, 0.0), rotation=(math.pi / 2, 0.0, 0.0))
    scene = bpy.context.scene
    scene.camera = bpy.context.object
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 16
    scene.cycles.use_adaptive_sampling = scene.cycles.use_denoising = False


def measure(name: str, width: int, height: int) -> None:
    """Render two frames in this process and print the second one's figures as JSON."""
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    build(name)
    stages = Stages()
    watch_all(stages)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.resolution_percentage = 100
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "frame.png")
        for frame in (FRAMES - 1, FRAMES):
            stages.seconds.clear()
            scene.frame_set(frame)
            began = time.process_time()
            stages.seconds.clear()
            bpy.ops.render.render(write_still=True)
            whole = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("FIGURES", json.dumps(stages.seconds | {"whole": whole, "peak": peak}))
    sys.stdout.flush()
    os._exit(0)


def figures(name: str, width: int, height: int) -> dict[str, float]:
    """Figures of a look and a size, from a process of its own."""
    command = [sys.executable, __file__, "--measure", name, str(width), str(height)]
    environment = dict(os.environ)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    line = next((line for line in done.stdout.splitlines() if line.startswith("FIGURES ")), None)
    if line is None:
        raise RuntimeError(f"{name} at {width} x {height} failed:\n{done.stderr[-2000:]}")
    return json.loads(line.removeprefix("FIGURES "))


def main(names: list[str]) -> None:
    """Measure and print."""
    import bpy

    print(machine(), "Blender", bpy.app.version_string, time.strftime("%Y-%m-%d"))
    rows = []
    for name in names or LOOKS:
        for width, height in SIZES:
            found = figures(name, width, height)
            stages = [found.get(stage, 0.0) for stage in ("chaos", "develop", "hand-over")]
            rest = found["whole"] - sum(stages)
            rows.append([name, f"{width} x {height}", *stages, rest, found["whole"], round(found["peak"])])
    head = ["look", "size", "chaos game, s", "develop, s", "hand-over, s", "rest, s", "whole, s", "peak, MB"]
    table(head, rows)


if __name__ == "__main__":
    if "--measure" in sys.argv:
        at = sys.argv.index("--measure")
        measure(sys.argv[at + 1], int(sys.argv[at + 2]), int(sys.argv[at + 3]))
    else:
        main(sys.argv[1:])
