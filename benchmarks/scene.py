"""Figures inside Blender: frame change, import of a long run, memory of a render.

    python benchmarks/scene.py          with a Python that has bpy
    python benchmarks/scene.py --memory             peak of one render
    python benchmarks/scene.py --long [LOOK]        memory over 1,000 frames of a look

``frame change`` is from ``frame_set`` until the evaluated geometry holds the new points.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, flames, machine, table

FRAMES = 1_800


def main() -> None:
    """Measure and print."""
    import bpy

    from bloom_blender import scene as bloom
    from bloom_blender.flame.xml import read_flame
    from bloom_blender.growth.grow import grow
    from bloom_blender.scene.curves import keyframes
    from bloom_blender.scene.setup import scene_setup
    from bloom_blender.trajectory.read import read_trajectory

    run = read_trajectory(ROOT / "examples" / "runs" / "translation_en_fr.bloom")
    print(machine(), "Blender", bpy.app.version_string)
    print(
        "enable the extension, ms: wall {:.1f}, processor {:.1f} (each the best of 9 processes)".format(
            *enabling()
        )
    )
    rows = []
    for name, path in flames().items():
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bloom.register()
        flame = read_flame(path)
        began = time.perf_counter()
        curves = grow(run, flame, frames=FRAMES)
        grown = time.perf_counter() - began
        obj = scene_setup.add_flame(bpy.context, flame, curves=curves, points_viewport=1_000_000)
        began = time.perf_counter()
        keyframes.animate(obj, curves, start_frame=1)
        keyed = time.perf_counter() - began
        figures = [name, len(curves.names), 1e3 * grown, 1e3 * keyed]
        for points in (1_000_000, 200_000):
            obj.bloom.points_viewport = points
            times = [frame_change(obj, frame) for frame in range(FRAMES - 21, FRAMES)]
            figures += [1e3 * min(times), 1e3 * sorted(times)[10]]
        rows.append(figures)
        bloom.unregister()
    table(
        [
            "flame",
            "curves",
            "grow, ms",
            "keyframe, ms",
            "1 M points, ms: best",
            "median",
            "200,000: best",
            "median",
        ],
        rows,
    )
    print(f"memory of a render: {Path(sys.executable).name} {Path(__file__).name} --memory, in a new process")
    sys.stdout.flush()
    os._exit(0)


ENABLE = """
import sys, time, bpy
sys.path.insert(0, sys.argv[1])
wall, processor = time.perf_counter(), time.process_time()
import bloom
bloom.register()
print(1e3 * (time.perf_counter() - wall), 1e3 * (time.process_time() - processor), flush=True)
bloom.unregister()
"""


def enabling() -> tuple[float, float]:
    """Milliseconds from the import of the extension until it is registered, wall and processor, at best."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    times = []
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "bloom").symlink_to(ROOT, target_is_directory=True)
        environment["PYTHONPYCACHEPREFIX"] = str(Path(folder, "compiled"))
        for _ in range(10):  # the first compiles all modules
            run = [sys.executable, "-c", ENABLE, folder]
            done = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
            times.append([float(word) for word in done.stdout.split()[-2:]])
    wall, processor = zip(*times[1:], strict=True)
    return min(wall), min(processor)


def frame_change(obj, frame: int) -> float:
    """Seconds from another frame until the evaluated flame holds its points."""
    import bpy

    began = time.perf_counter()
    bpy.context.scene.frame_set(frame)
    evaluated = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    assert evaluated.data is not None
    return time.perf_counter() - began


def memory() -> None:
    """Render one picture in a process of its own and print the peak of its memory."""
    import bpy

    from bloom_blender import scene as bloom
    from bloom_blender.flame import presets
    from bloom_blender.scene.setup import scene_setup

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bloom.register()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    scene_setup.add_flame(bpy.context, presets.read_preset("lotus"))
    scene = bpy.context.scene
    scene.render.resolution_percentage = 50
    scene.cycles.samples = 4
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "frame.png")
        bpy.ops.render.render(write_still=True)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of a render of 1 M points at 640 x 360: {after:.0f} MB ({before:.0f} MB before)")
    sys.stdout.flush()
    os._exit(0)


def resident() -> float:
    """Memory of this process now, MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def long_render() -> None:
    """Render many small frames of a growing flower and print the memory after every fiftieth."""
    import bpy

    from bloom_blender import scene as bloom
    from bloom_blender.flame import presets
    from bloom_blender.growth.grow import grow
    from bloom_blender.scene.setup import scene_setup
    from bloom_blender.trajectory.read import read_trajectory

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bloom.register()
    # Blender keeps the grids of volume files that it has read, up to this many MB, 4096 by default.
    bpy.context.preferences.system.memory_cache_limit = 256
    run = read_trajectory(ROOT / "examples" / "runs" / "translation_en_fr.bloom")
    flame = presets.read_preset("lotus")
    frames = 1000
    look = next((look for look in ("PICTURE", "VOLUME") if look in sys.argv), "PARTICLES")
    obj = scene_setup.add_flame(
        bpy.context, flame, look=look, curves=grow(run, flame, frames=frames), points_render=50_000
    )
    obj.bloom.volume_resolution_render, obj.bloom.volume_points_render = 64, 1.0
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, frames
    scene.render.resolution_percentage = 10
    scene.cycles.samples = 1
    scene.bloom.quality = 20.0
    found = []
    bpy.app.handlers.render_post.append(
        lambda scene, *_: (
            found.append((scene.frame_current, resident()))
            if scene.frame_current in (1, 10) or scene.frame_current % 50 == 0
            else 0
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = f"{folder}/"
        bpy.ops.render.render(animation=True)
    print(f"resident memory of {frames} frames ({look}), {machine()}, Blender {bpy.app.version_string}")
    table(["frame", "MB"], [list(row) for row in found])
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    if "--long" in sys.argv:
        long_render()
    elif "--memory" in sys.argv:
        memory()
    else:
        main()
