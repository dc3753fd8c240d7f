"""What the tour asks of Blender, from within: run by ``blender --python inside.py -- PORT_FILE``.

A timer answers requests on a local socket: one JSON object a line, the name of a function below and its
arguments. The answers are plain values, and a function that fails answers with its traceback. Nothing
here presses keys; what a person does with mouse and keys, `window` does from outside.
"""

from __future__ import annotations

import hashlib
import json
import socket
import sys
import traceback
from pathlib import Path

import bpy
import numpy as np

MODULE = "bl_ext.user_default.bloom"
TICK = 0.05  # seconds


def _window() -> bpy.types.Window:
    return bpy.context.window_manager.windows[0]


def _area(kind: str) -> bpy.types.Area:
    areas = [area for area in _window().screen.areas if area.type == kind]
    if not areas:
        raise LookupError(f"the window has no {kind}")
    return max(areas, key=lambda area: area.width * area.height)


def _override(kind: str = "VIEW_3D"):
    area = _area(kind)
    region = next(region for region in area.regions if region.type == "WINDOW")
    return bpy.context.temp_override(window=_window(), screen=_window().screen, area=area, region=region)


def _flame() -> bpy.types.Object | None:
    obj = _window().view_layer.objects.active
    return obj if obj is not None and getattr(obj, "bloom", None) is not None and obj.bloom.is_flame else None


def _curves(obj: bpy.types.Object) -> list:
    from bpy_extras import anim_utils

    data = obj.animation_data
    if data is None or data.action is None:
        return []
    find = getattr(anim_utils, "action_get_channelbag_for_slot", None)
    bag = find(data.action, data.action_slot) if find is not None else data.action
    return [] if bag is None else list(bag.fcurves)


# ------------------------------------------------------------------------------------------- questions


def rectangle(kind: str, region: str = "WINDOW") -> list[int]:
    """Left, top, width and height in the window, in pixels from its upper left corner."""
    found = next(item for item in _area(kind).regions if item.type == region)
    return [found.x, _window().height - found.y - found.height, found.width, found.height]


def window(number: int) -> list[int]:
    """Left, bottom, width and height of a window on the screen."""
    found = bpy.context.window_manager.windows[number]
    return [found.x, found.y, found.width, found.height]


def state() -> dict:
    """What the window's scene, the active flame and its points are now."""
    window, scene = _window(), _window().scene
    space = next((area.spaces.active for area in window.screen.areas if area.type == "VIEW_3D"), None)
    obj = _flame()
    answer = {
        "windows": len(bpy.context.window_manager.windows),
        "objects": sorted(item.name for item in scene.objects),
        "flames": sorted(
            item.name for item in scene.objects if getattr(item, "bloom", None) and item.bloom.is_flame
        ),
        "frame": scene.frame_current,
        "range": [scene.frame_start, scene.frame_end],
        "engine": scene.render.engine,
        "playing": window.screen.is_animation_playing,
        "shading": space.shading.type if space else "",
        "perspective": space.region_3d.view_perspective if space else "",
        "rendering": bpy.app.is_job_running("RENDER"),
        "operators": [item.bl_idname for item in bpy.context.window_manager.operators],
        "modal": [item.bl_idname for item in window.modal_operators],
        "file": bpy.data.filepath,
        "flame": None,
    }
    answer["curves"] = 0 if obj is None else len(_curves(obj))
    if obj is not None:
        mesh = obj.data
        positions = np.zeros(3 * len(mesh.vertices), np.float32)
        mesh.vertices.foreach_get("co", positions)
        answer |= {
            "flame": obj.name,
            "points": len(mesh.vertices),
            "finite": bool(np.isfinite(positions).all()),
            "spread": float(positions.std()) if positions.size else 0.0,
            "fingerprint": hashlib.blake2b(positions.tobytes(), digest_size=8).hexdigest(),
            "run": obj.bloom.run_name,
            "style": obj.bloom.style,
            "xform": obj.bloom.active_xform,
            "keys": sum(len(curve.keyframe_points) for curve in _curves(obj)),
            "values": {name: _plain(value) for name, value in obj.items() if "." in name},
        }
    return answer


def _plain(value):
    return list(value) if hasattr(value, "__len__") and not isinstance(value, str) else value


def about() -> dict:
    """Versions, and whether the extension is enabled."""
    return {
        "blender": bpy.app.version_string,
        "python": sys.version.split()[0],
        "enabled": MODULE in bpy.context.preferences.addons,
        "operators": sorted(name for name in dir(bpy.ops.bloom) if not name.startswith("_")),
    }


def handlers(kind: str) -> dict[str, list[str]]:
    """The extensions that each of Bloom's file handlers takes in an area of this kind."""
    with _override(kind):
        return {
            cls.bl_idname: cls.bl_file_extensions.split(";")
            for cls in bpy.types.FileHandler.__subclasses__()
            if cls.bl_idname.startswith("BLOOM_FH") and cls.poll_drop(bpy.context)
        }


# --------------------------------------------------------------------------------------------- actions


def operate(
    name: str,
    arguments: dict | None = None,
    mode: str = "EXEC_DEFAULT",
    undo: bool = True,
    over: str = "VIEW_3D",
) -> list[str]:
    """Call an operator over an editor, as a button there would."""
    group, _, verb = name.partition(".")
    with _override(over):
        return sorted(getattr(getattr(bpy.ops, group), verb)(mode, undo, **(arguments or {})))


def change(target: str, name: str, value) -> None:
    """Set a property: of ``bloom`` (the flame's), ``scene``, ``render``, ``cycles`` or ``preferences``."""
    scene, obj = _window().scene, _flame()
    targets = {
        "scene": scene,
        "render": scene.render,
        "cycles": getattr(scene, "cycles", None),
        "eevee": scene.eevee,
        "picture": scene.bloom if hasattr(scene, "bloom") else None,
        "bloom": obj.bloom if obj else None,
        "view": bpy.context.preferences.view,
    }
    setattr(targets[target], name, value)


def turn(name: str, value) -> None:
    """Set a parameter of the active flame, as a slider of its panel does."""
    obj = _flame()
    obj[name] = value
    obj.update_tag()


def activate(name: str) -> None:
    """Make an object active and select it alone."""
    layer = _window().view_layer
    for item in layer.objects:
        item.select_set(item.name == name)
    layer.objects.active = layer.objects[name]


def go_to(frame: int) -> None:
    """Show a frame."""
    _window().scene.frame_set(frame)


def properties(context: str) -> None:
    """Show a tab of the Properties editor, all of whose height it gets."""
    _area("PROPERTIES").spaces.active.context = context


def save_render(path: str) -> list[int]:
    """Write the last render into a file, as *Image > Save As* does; its size."""
    image = bpy.data.images["Render Result"]
    image.save_render(path, scene=_window().scene)
    return [int(size) for size in image.size]


def enable(on: bool) -> list[str]:
    """Enable or disable the extension."""
    operator = bpy.ops.preferences.addon_enable if on else bpy.ops.preferences.addon_disable
    with bpy.context.temp_override(window=_window()):
        return sorted(operator(module=MODULE))


def empty() -> None:
    """Begin with a new file."""
    with bpy.context.temp_override(window=_window()):
        bpy.ops.wm.read_homefile(use_splash=False)


def load(path: str) -> None:
    """Open a file."""
    with bpy.context.temp_override(window=_window()):
        bpy.ops.wm.open_mainfile(filepath=path)


def presets() -> dict[str, str]:
    """Names of the shipped flowers and their labels."""
    module = __import__(f"{MODULE}.bloom_blender.flame.presets", fromlist=["presets"])
    return {name: module.label(name) for name in module.presets()}


def show_editor(kind: str, instead_of: str) -> None:
    """Turn an area into another editor, as the menu in its corner does."""
    _area(instead_of).type = kind


def show_assets(instead_of: str) -> None:
    """Turn an area into an Asset Browser."""
    _area(instead_of).ui_type = "ASSETS"


def choose_library(name: str) -> bool:
    """Have the Asset Browser show a library; False while it is not ready for that."""
    params = _area("FILE_BROWSER").spaces.active.params
    if params is None:
        return False
    params.asset_library_reference = name
    return True


def view_all(kind: str) -> None:
    """Show all that there is in an animation editor."""
    with _override(kind):
        (bpy.ops.graph if kind == "GRAPH_EDITOR" else bpy.ops.action).view_all()


def groups() -> dict[str, int]:
    """The groups of the active flame's curves, and how many curves each has."""
    found: dict[str, int] = {}
    for curve in _curves(_flame()):
        name = curve.group.name if curve.group is not None else ""
        found[name] = found.get(name, 0) + 1
    return found


def previewed() -> list[int] | None:
    """Size of the picture of *Render Preview*, once there is one."""
    image = bpy.data.images.get("Bloom Preview")
    return None if image is None else [int(size) for size in image.size]


def draws_volumes(folder: str) -> bool:
    """Whether this Blender's Cycles renders a box of mist at all: it may have been built without NanoVDB."""
    import openvdb

    path = str(Path(folder) / "mist.vdb")
    grid = openvdb.FloatGrid()
    grid.fill((-10, -10, -10), (10, 10, 10), 1.0)
    grid.name = "density"
    openvdb.write(path, grids=[grid])
    scene = bpy.data.scenes.new("Mist")
    volume = bpy.data.volumes.new("Mist")
    volume.filepath = path
    material = bpy.data.materials.new("Mist")
    if material.node_tree is None:  # Blender 4.5
        material.use_nodes = True
    nodes = material.node_tree.nodes
    nodes.clear()
    light, end = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeOutputMaterial")
    material.node_tree.links.new(light.outputs[0], end.inputs["Volume"])
    volume.materials.append(material)
    scene.collection.objects.link(bpy.data.objects.new("Mist", volume))
    scene.camera = bpy.data.objects.new("Mist", bpy.data.cameras.new("Mist"))
    scene.camera.location.z = 60.0
    scene.collection.objects.link(scene.camera)
    scene.render.engine, scene.cycles.samples = "CYCLES", 1
    scene.render.resolution_x = scene.render.resolution_y = 32
    scene.render.filepath = str(Path(folder) / "mist.png")
    bpy.ops.render.render(write_still=True, scene=scene.name)
    picture = bpy.data.images.load(scene.render.filepath)
    pixels = np.array(picture.pixels[:])
    for kind, item in (("images", picture), ("volumes", volume), ("materials", material), ("scenes", scene)):
        getattr(bpy.data, kind).remove(item)
    bpy.data.orphans_purge()
    return bool(pixels.reshape(-1, 4)[:, :3].max() > 0.1)


def write_logs(folder: str) -> dict[str, str]:
    """Write a small run in every format that a plain file can have; the files by their endings."""
    from safetensors.numpy import save_file

    place = Path(folder)
    steps = np.arange(1, 61) * 10
    losses = 3.0 * np.exp(-steps / 200) + 0.1
    rows = [{"step": int(step), "loss": float(loss)} for step, loss in zip(steps, losses, strict=True)]
    texts = {
        "run.csv": "step,loss\n" + "".join(f"{row['step']},{row['loss']:.6f}\n" for row in rows),
        "run.tsv": "step\tloss\n" + "".join(f"{row['step']}\t{row['loss']:.6f}\n" for row in rows),
        "run.json": json.dumps({"log_history": rows}),
        "run.jsonl": "".join(json.dumps(row) + "\n" for row in rows),
        "run.log": "".join(f"step {row['step']} loss={row['loss']:.6f}\n" for row in rows),
    }
    for name, text in texts.items():
        (place / name).write_text(text)
    np.savez(place / "run.npz", steps=steps, loss=losses)
    random = np.random.default_rng(1)
    start, end = random.normal(size=(2, 20, 30)).astype(np.float32)
    (place / "checkpoints").mkdir()
    for step in (10, 20, 50, 100, 200):
        share = np.float32(np.exp(-step / 60))
        weights = {"layer.weight": share * start + (1 - share) * end}
        save_file(weights, place / "checkpoints" / f"model_{step}.safetensors")
    files = [*sorted(place.glob("run.*")), place / "checkpoints" / "model_10.safetensors"]
    return {path.suffix: str(path) for path in files}


# ---------------------------------------------------------------------------------------------- server


class Server:
    """Answers one client at a time, without ever waiting."""

    def __init__(self, port_file: Path):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.client: socket.socket | None = None
        self.pending = b""
        temporary = port_file.with_suffix(".part")
        temporary.write_text(str(self.listener.getsockname()[1]))
        temporary.replace(port_file)

    def tick(self) -> float:
        """Answer what has come in; called by Blender's timer."""
        try:
            if self.client is None:
                self.client = self.listener.accept()[0]
                self.client.setblocking(False)
            data = self.client.recv(1 << 16)
            if not data:
                self.client = None
                return TICK
            self.pending += data
        except BlockingIOError:
            return TICK
        while b"\n" in self.pending:
            line, self.pending = self.pending.split(b"\n", 1)
            answer = json.dumps(_answer(json.loads(line))).encode() + b"\n"
            self.client.setblocking(True)
            self.client.sendall(answer)
            self.client.setblocking(False)
        return TICK


def _answer(request: dict) -> dict:
    try:
        return {"value": globals()[request["name"]](*request["arguments"], **request["named"])}
    except Exception:
        return {"error": traceback.format_exc()}


if __name__ == "__main__":
    server = Server(Path(sys.argv[sys.argv.index("--") + 1]))
    bpy.app.timers.register(server.tick, persistent=True)
