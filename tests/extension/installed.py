"""Install the zip in a clean Blender and use it; run by test_install.py in a process of its own.

    python installed.py ZIP FLAME RUN REPORT

``BLENDER_USER_RESOURCES`` names the clean profile. What was seen goes into the file REPORT as JSON, so
that the tests look at facts and this file judges nothing. It imports nothing of Bloom.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time

WHEELS = ("numba", "llvmlite", "safetensors", "defusedxml")
MODULE = "bl_ext.user_default.bloom"


def registered(bpy) -> dict[str, list[str]]:
    """Everything by which an add-on can leave traces, by kind, as sorted names."""
    names = sorted(name for name in dir(bpy.types) if not name.startswith("__"))
    properties, drawn = [], []
    for name in names:
        cls = getattr(bpy.types, name)
        if hasattr(cls, "bl_rna"):
            properties += [f"{name}.{item.identifier}" for item in cls.bl_rna.properties]
        functions = getattr(getattr(cls, "draw", None), "_draw_funcs", ())
        drawn += [f"{name}: {f.__module__}.{f.__qualname__}" for f in functions if "bl_ext" in f.__module__]
    handlers = []
    for name in dir(bpy.app.handlers):
        found = getattr(bpy.app.handlers, name)
        if isinstance(found, list):
            handlers += [f"{name}: {f.__module__}.{f.__qualname__}" for f in found]
    configuration = bpy.context.window_manager.keyconfigs.addon
    keys = (
        [f"{m.name}: {k.idname}" for m in configuration.keymaps for k in m.keymap_items]
        if configuration
        else []
    )
    commands = [name for name, handle in COMMANDS.items() if handle is not None]
    return {
        "types": names,
        "properties": sorted(properties),
        "menus": sorted(drawn),
        "handlers": sorted(handlers),
        "keys": sorted(keys),
        "commands": sorted(commands),
    }


#: Commands registered for ``blender --command``. Blender cannot list them, so they are counted here.
COMMANDS: dict[str, object] = {}


def watch_commands(bpy) -> None:
    register, unregister = bpy.utils.register_cli_command, bpy.utils.unregister_cli_command

    def watched_register(name, execute):
        handle = register(name, execute)
        if "bl_ext" in execute.__module__:
            COMMANDS[name] = handle
        return handle

    def watched_unregister(handle):
        unregister(handle)
        for name, known in COMMANDS.items():
            if known is handle:
                COMMANDS[name] = None

    bpy.utils.register_cli_command = watched_register
    bpy.utils.unregister_cli_command = watched_unregister


def added(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, list[str]]:
    """What is in ``after`` and not in ``before``, kinds without a difference left out."""
    new = {kind: sorted(set(after[kind]) - set(before[kind])) for kind in before}
    return {kind: names for kind, names in new.items() if names}


def render(bpy, path: str) -> dict[str, float]:
    """Render the scene's frame small; brightness of the picture."""
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 96, 72, 100
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = path
    if scene.render.engine == "CYCLES":
        scene.cycles.samples = 4
        scene.cycles.device = "CPU"
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(path)
    image.colorspace_settings.name = "Non-Color"
    pixels = list(image.pixels)
    light = [max(pixels[n : n + 3]) for n in range(0, len(pixels), 4)]
    bpy.data.images.remove(image)
    return {"brightest": max(light), "lit": sum(value > 0.05 for value in light) / len(light)}


def positions(obj) -> list[float]:
    """Coordinates of an object's first points."""
    return [round(value, 5) for item in obj.data.attributes["position"].data[:20] for value in item.vector]


def main(archive: str, flame: str, run: str, report: str) -> None:
    seen: dict = {"preinstalled": [name for name in WHEELS if importlib.util.find_spec(name)]}

    def save() -> None:  # after each step, so that a crash leaves what was seen before it
        with open(report, "w", encoding="utf-8") as file:
            json.dump(seen, file, indent=1)

    save()
    import bpy

    seen["blender"] = bpy.app.version_string
    watch_commands(bpy)
    before = registered(bpy)

    bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=False, overwrite=True
    )
    seen["installed"] = sorted(
        os.listdir(os.path.join(bpy.utils.user_resource("EXTENSIONS"), "user_default"))
    )
    start = time.perf_counter()
    bpy.ops.preferences.addon_enable(module=MODULE)
    seen["first_enable_ms"] = 1000 * (time.perf_counter() - start)
    seen["imported"] = [name for name in ("numba", "llvmlite", "torch") if name in sys.modules]
    seen["added"] = added(before, registered(bpy))
    save()

    module = sys.modules[MODULE]
    module.unregister()
    start = time.perf_counter()
    module.register()
    seen["register_ms"] = 1000 * (time.perf_counter() - start)

    bpy.ops.wm.read_homefile(use_empty=True)
    seen["survives_new_file"] = hasattr(bpy.types, "BLOOM_OT_import_flame")
    seen["import_flame"] = sorted(bpy.ops.bloom.import_flame(filepath=flame, points_render=30_000))
    save()
    seen["still"] = render(bpy, os.path.join(os.path.dirname(report), "still.png"))
    save()
    obj = bpy.context.active_object
    seen["import_run"] = sorted(bpy.ops.bloom.import_run(filepath=run, base="ACTIVE", frames=6))
    scene = bpy.context.scene
    seen["frames"] = [scene.frame_start, scene.frame_end]
    frames = []
    for frame in (scene.frame_start, (scene.frame_start + scene.frame_end) // 2):
        scene.frame_set(frame)
        frames.append(positions(obj))
    seen["points"], seen["moved"] = len(frames[0]) // 3, frames[0] != frames[1]
    seen["grown"] = render(bpy, os.path.join(os.path.dirname(report), "grown.png"))
    save()
    seen["add_flame"] = sorted(bpy.ops.bloom.add_flame())
    seen["objects"] = len(bpy.data.objects)
    save()
    import numba

    seen["numba"] = numba.__file__

    bpy.ops.wm.read_factory_settings(use_empty=True)
    seen["left_by_factory_reset"] = added(before, registered(bpy))
    bpy.ops.preferences.addon_enable(module=MODULE)
    bpy.ops.preferences.addon_disable(module=MODULE)
    seen["left_by_disable"] = added(before, registered(bpy))
    seen["lost_by_disable"] = added(registered(bpy), before)
    save()


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # Blender 4.5 can hang at its end
