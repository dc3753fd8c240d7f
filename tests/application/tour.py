"""The first five minutes in the real Blender: a tour that installs Bloom, clicks, looks and checks.

    python3 tests/application/tour.py --blender /path/to/blender

Opens Blender's window on a virtual screen (Xvfb), presses keys and moves the mouse (xdotool), drops files
(python-xlib), and takes a picture at every station (ImageMagick). Each station checks what came of it:
values, numbers of points, pictures that are not black. At the end the console has to be free of errors.
Pictures, the console's text and ``report.json`` are left in ``--output``. Times are measured, never judged.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tools")]

import build_extension  # noqa: E402
from drop import drop_file  # noqa: E402
from window import SIZE, Application, Screen, TourError, difference, measure  # noqa: E402

SAMPLE = ROOT / "examples" / "runs" / "translation_en_fr.bloom"
SMALL = 25  # per cent of the size of a picture, so that F12 is a matter of seconds without a graphics card
#: What ``--docs`` writes: the names of pictures, and of the files in docs/images.
DOCS = {
    "menu": "tour-add",
    "flower": "tour-flower",
    "drop-dialog": "tour-drop",
    "frame-middle": "tour-film",
    "graph-few": "tour-curves",
    "f12-picture": "tour-render",
    "mutations": "tour-mutate",
}
LOOKS = ("PARTICLES", "VOLUME", "PICTURE")
#: What may not be said in the console, and what others say there that is not our fault.
BAD = re.compile(r"Traceback|\bError\b|\bERROR\b|bloom: |Policy violation|unregister_class|memory leak", re.I)
HARMLESS = re.compile(
    r"XDG_RUNTIME_DIR|libEGL|MESA|ALSA|pulse|audio|dbus|VkLayer|vulkan|libdecor|Color management|Fontconfig"
    r"|found bundled python|draco|USD|HIP|CUDA|OptiX|oneAPI|EGL",
    re.I,
)


def check(truth, what: str) -> None:
    """Say what is wrong where something is not as it has to be."""
    if not truth:
        raise TourError(what)


def build_zip(blender: Path, folder: Path, wheels: Path) -> Path:
    """Build the extension for a Blender's own Python, by that Blender's own command."""
    say = "import sys; print('PYTHON', '.'.join(map(str, sys.version_info[:2])))"
    command = [blender, "--background", "--factory-startup", "--python-expr", say]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    python = re.search(r"^PYTHON (\S+)", said, re.M)
    check(python, f"{blender} does not tell the version of its Python: {said[-500:]}")
    name = build_extension.this_platform()
    packed = build_extension.download(name, python[1], wheels)
    source = folder / "source" / "bloom"
    build_extension.stage(source)
    (source / "wheels").mkdir()
    for wheel in packed:
        shutil.copy2(wheel, source / "wheels" / wheel.name)
    manifest = source / "blender_manifest.toml"
    text = build_extension.with_wheels(manifest.read_text(), sorted(wheel.name for wheel in packed), [name])
    manifest.write_text(text)
    made = folder / "bloom.zip"
    command = [blender, "--command", "extension", "build", "--source-dir", source, "--output-filepath", made]
    built = subprocess.run(command, capture_output=True, text=True, timeout=300)
    check(made.is_file(), f"blender --command extension build: {built.stdout[-1000:]}{built.stderr[-1000:]}")
    return made


STATIONS: list[tuple[str, str]] = []


def station(title: str):
    """Make a method a station of the tour, in the order of the file."""

    def add(method):
        STATIONS.append((method.__name__, title))
        return method

    return add


class Tour:
    """All stations share one Blender; a station that fails does not keep the others from trying."""

    def __init__(self, app: Application, archive: Path, folder: Path, docs: Path | None = None):
        self.app, self.archive, self.folder, self.docs = app, archive, folder, docs
        self.facts: dict[str, object] = {}
        self.pictures: list[str] = []
        self.number = 0

    # --------------------------------------------------------------------------------------- helpers

    def note(self, **facts) -> None:
        """Keep what was measured for the report."""
        self.facts |= facts
        print("   ", ", ".join(f"{name} {value}" for name, value in facts.items()), flush=True)

    def shot(self, name: str) -> Path:
        """Keep a picture of the screen, once all that came before is drawn."""
        self.app.settle()
        if self.docs and name in DOCS:
            self.app.rest("waiting")
        path = self.app.shot(f"{self.number:02d}-{name}")
        self.pictures.append(path.name)
        if self.docs and name in DOCS:
            target = self.docs / f"{DOCS[name]}.jpg"
            command = ["convert", path, "-resize", "960x", "-strip", "-quality", "82", target]
            subprocess.run(command, check=True, timeout=60)
        return path

    def simplify(self) -> None:
        """Let the viewport draw each picture once, and F12 small ones: there may be no graphics card."""
        app = self.app
        app.ask("change", "eevee", "taa_samples", 16 if self.docs else 1)
        app.ask("change", "render", "resolution_percentage", 50 if self.docs else SMALL)
        app.ask("change", "cycles", "samples", 4)
        app.ask("change", "picture", "quality", 20.0)
        if app.state()["flame"]:
            app.ask("change", "bloom", "points_render", 200_000)
            app.ask("change", "bloom", "volume_points_render", 2.0)
            app.ask("change", "bloom", "volume_resolution_render", 128)

    def viewport(self) -> list[int]:
        """The middle of the 3D viewport, without its headers and tool bar."""
        left, top, width, height = self.app.ask("rectangle", "VIEW_3D")
        return [left + width // 5, top + height // 5, 3 * width // 5, 3 * height // 5]

    def beautiful(self, picture: Path) -> bool:
        """Whether the viewport shows something with light, dark and colour: a grey or black one has none."""
        seen = measure(picture, self.viewport())
        return seen["deviation"] > 0.05 and seen["saturation"] > 0.05

    def now(self) -> tuple[float, float]:
        """The time on the wall, and the processor time of Blender, in seconds."""
        return time.monotonic(), self.app.seconds_used()

    def until_beautiful(self, name: str, begin: tuple[float, float]) -> tuple[Path, dict[str, float]]:
        """Wait until the viewport shows a flower; the picture, and the times it took since ``begin``."""
        path = self.app.output / "waiting.png"

        def look():
            self.app.shot(path.stem)
            return self.beautiful(path)

        self.app.wait(look, "a flower in the viewport")
        now = self.now()
        times = {"wall_s": round(now[0] - begin[0], 1), "cpu_s": round(now[1] - begin[1], 1)}
        path.unlink()
        return self.shot(name), times

    def drop_on(self, path: Path, x: int, y: int, operator: str) -> None:
        """Drop a file on a place of the window, from another program where python-xlib is installed."""
        app = self.app
        try:
            taken = drop_file(app.screen.display, path, x, y)
            check(taken, f"Blender does not take {path.name} at {x}, {y}")
            self.note(dropped="by XDND")
        except ImportError:
            app.ask("operate", operator, {"filepath": str(path)}, "INVOKE_DEFAULT")
            self.note(dropped="by the file handler's operator, as python-xlib is not installed")

    def render(self, name: str) -> Path:
        """Press F12, wait for the picture, keep it, and close its window."""
        app = self.app
        app.over()
        begin = self.now()
        app.press("F12")
        app.wait_for("the render ends", lambda state: not state["rendering"])
        now = self.now()
        self.note(
            **{f"{name}_wall_s": round(now[0] - begin[0], 1), f"{name}_cpu_s": round(now[1] - begin[1], 1)}
        )
        self.shot(name)
        path = app.output / f"{self.number:02d}-{name}-picture.png"
        app.ask("save_render", str(path))
        self.pictures.append(path.name)
        seen = measure(path)
        check(
            seen["brightest"] > 0.3 and seen["deviation"] > 0.05, f"there is nothing in {path.name}: {seen}"
        )
        if app.state()["windows"] > 1:
            app.over_window(1)
        app.press("Escape")
        app.wait_for("the render's window closes", lambda state: state["windows"] == 1)
        return path

    # -------------------------------------------------------------------------------------- stations

    @station("Install the zip, open Blender")
    def install(self):
        """As `blender --command extension install-file` does, and as a drop of the zip does."""
        app = self.app
        app.command(
            *("--command", "extension", "install-file", "-r", "user_default", "--enable", self.archive)
        )
        app.start()
        about = app.ask("about")
        check(about["enabled"], "the extension is not enabled after its installation")
        self.note(blender=about["blender"], python=about["python"])
        app.over()
        app.press("Escape")  # the splash screen
        app.ask("change", "view", "show_splash", False)
        self.shot("start")

    @station("Add > Bloom")
    def menu(self):
        """Shift A, up to the last entry, into the sub-menu: flowers with thumbnails."""
        app = self.app
        app.over(across=0.4, down=0.1)
        app.press("shift+a", "Up", "Right")
        self.shot("menu")
        app.press("Escape", "Escape")

    @station("A flower")
    def flower(self):
        """Shift A, its name, Enter; then the viewport shows it as it will look."""
        app = self.app
        self.simplify()
        app.over()
        app.press("shift+a")
        app.type("lotus")
        self.shot("search")
        begin = self.now()
        app.tap("Return")
        time.sleep(1)
        self.pictures.append(app.shot(f"{self.number:02d}-first-seconds").name)
        _, times = self.until_beautiful("flower", begin)
        self.note(**{f"first_flower_{name}": value for name, value in times.items()})
        state = app.wait_for("a flame is there", lambda state: state["flame"])
        check(state["points"] >= 10_000 and state["finite"], f"points: {state['points']}")
        check(state["perspective"] == "CAMERA", "the viewport does not look through the camera")
        check("BLOOM_OT_add_flame" in state["operators"][-1:], f"last operator: {state['operators'][-1:]}")

    @station("Undo and redo")
    def undo(self):
        """Control Z takes the flower away, shift control Z brings it back."""
        app = self.app
        before = app.state()
        app.over()
        app.press("ctrl+z")
        gone = app.wait_for("the flower is undone", lambda state: not state["flames"])
        self.shot("undone")
        app.press("ctrl+shift+z")
        again = app.wait_for("the flower is back", lambda state: state["flames"] == before["flames"])
        check(again["fingerprint"] == before["fingerprint"], "redo brings other points")
        self.note(objects_after_undo=gone["objects"])
        self.shot("redone")

    @station("F9: the redo panel")
    def redo_panel(self):
        """The last operator's options change the flower that was added."""
        app = self.app
        app.ask("empty")
        self.simplify()
        app.over()
        app.press("shift+a")
        app.type("lotus")
        app.press("Return")
        app.wait_for("a flame is there", lambda state: state["flame"])
        x, y = app.over()
        app.press("F9")
        self.shot("redo-panel")
        app.double_click(x + 222, y + 217)  # the field Viewport Points
        app.press("ctrl+a")
        app.type("50000")
        app.press("Return")
        app.wait_for("the flower has other points", lambda state: state.get("points") == 50_000)
        app.press("Escape")
        self.shot("redone")

    @station("Drop a run's file on it")
    def drop(self):
        """The dialog of the import; Enter; then it is animated."""
        app = self.app
        self.simplify()
        before = app.state()
        x, y = app.over()
        self.drop_on(SAMPLE, x, y, "bloom.import_run")
        self.shot("drop-dialog")
        app.press("Return")
        state = app.wait_for("the flame is animated", lambda state: state.get("curves"))
        check(state["flames"] == before["flames"], f"there is more than one flame: {state['flames']}")
        check(state["run"], "the flame does not name its run")
        check(state["range"][1] > 10, f"range: {state['range']}")
        self.note(curves=state["curves"], keys=state["keys"], frames=state["range"])
        self.shot("dropped")

    @station("Play")
    def play(self):
        """Space starts and stops; frames and points go on meanwhile."""
        app = self.app
        before = app.state()
        app.over()
        app.press("space")
        seen = set()

        def moving():
            state = app.state()
            seen.add((state["frame"], state["fingerprint"]))
            return len({fingerprint for _, fingerprint in seen}) >= 4

        app.wait(moving, "the flower moves while the timeline plays", every=0.05)
        self.shot("playing")
        check(app.state()["playing"], "the timeline does not play")
        app.over()
        app.press("space")
        app.wait_for("the timeline stops", lambda state: not state["playing"])
        self.note(frames_seen=len(seen), from_frame=before["frame"])

    @station("Scrub")
    def scrub(self):
        """Drag in the timeline; the beginning, the middle and the end look different."""
        app = self.app
        left, top, width, _ = app.ask("rectangle", "DOPESHEET_EDITOR")
        app.drag(left + width // 3, top + 10, left + width // 2, top + 10)
        scrubbed = app.state()
        self.note(scrubbed_to=scrubbed["frame"])
        start, end = scrubbed["range"]
        shots, prints = [], set()
        for name, frame in (("first", start), ("middle", (start + end) // 2), ("last", end)):
            app.ask("go_to", frame)
            shots.append(self.shot(f"frame-{name}"))
            prints.add(app.state()["fingerprint"])
        check(len(prints) == 3, "frames of the film have equal points")
        check(difference(shots[0], shots[2], self.viewport()) > 0.01, "first and last frame look alike")

    @station("Every look: viewport and F12")
    def looks(self):
        """Set Up Scene of each look, the viewport, then F12 with a picture that is not black."""
        app = self.app
        engines = {}
        for look in LOOKS:
            begin = self.now()
            app.ask("operate", "bloom.set_up_scene", {"look": look})
            self.simplify()
            _, times = self.until_beautiful(f"look-{look.lower()}", begin)
            self.note(**{f"{look.lower()}_{name}": value for name, value in times.items()})
            if look == "VOLUME" and not app.ask("draws_volumes", str(self.folder)):
                self.note(left_out="F12 of the volume, as this Blender's Cycles renders no volumes")
                continue
            self.render(f"f12-{look.lower()}")
            engines[look] = app.state()["engine"]
        self.note(engines=engines)
        app.ask("operate", "bloom.set_up_scene", {"look": "PARTICLES"})

    @station("The panels of a flame")
    def panels(self):
        """Scroll the object's properties down to Bloom's own."""
        app = self.app
        app.ask("properties", "OBJECT")
        app.over("PROPERTIES", 0.3, 0.5)
        app.wheel(-60)
        self.shot("panels")

    @station("The Graph Editor")
    def graph(self):
        """The curves lie in groups with names."""
        app = self.app
        app.ask("show_editor", "GRAPH_EDITOR", "VIEW_3D")
        try:
            app.ask("view_all", "GRAPH_EDITOR")
            groups = app.ask("groups")
            self.shot("graph")
            check(any(name.startswith("Xform 1") for name in groups), f"groups: {groups}")
            every = app.state()["keys"]
            app.ask("operate", "bloom.decimate_curves", {"keys": "few"}, over="GRAPH_EDITOR")
            few = app.state()["keys"]
            app.ask("view_all", "GRAPH_EDITOR")
            self.shot("graph-few")
            check(few < every / 4, f"{few} keys are left of {every}")
            app.ask("operate", "bloom.decimate_curves", {"keys": "all"}, over="GRAPH_EDITOR")
            check(app.state()["keys"] == every, f"{app.state()['keys']} keys are back of {every}")
            self.note(groups=len(groups), keys=every, few_keys=few)
        finally:
            app.ask("show_editor", "VIEW_3D", "GRAPH_EDITOR")

    @station("Save, reload")
    def save(self):
        """The file opens as it was, points and curves included."""
        app = self.app
        before = app.state()
        path = self.folder / "tour.blend"
        app.ask("operate", "wm.save_as_mainfile", {"filepath": str(path)}, undo=False)
        app.ask("empty")
        app.ask("load", str(path))
        after = app.state()
        self.shot("reloaded")
        for name in ("flame", "points", "fingerprint", "curves", "keys", "run", "range", "engine"):
            check(after[name] == before[name], f"{name} was {before[name]}, is {after[name]} after loading")
        self.note(kilobytes=path.stat().st_size // 1000)

    @station("Bake points")
    def bake(self):
        """A second Blender writes files, the flame plays them, and clearing takes them away."""
        app = self.app
        frames = {"use_scene_range": False, "frame_start": 1, "frame_end": 3}
        app.ask("operate", "bloom.bake_points", frames, "INVOKE_DEFAULT")
        found = app.wait(
            lambda: "BLOOM_OT_bake_points" not in app.state()["modal"] and sorted(self.folder.rglob("*.ply")),
            "the bake's files",
        )
        numbers = {path.name.partition(".")[0][-4:] for path in found}
        check(numbers == {"0001", "0002", "0003"}, f"files: {found}")
        app.ask("go_to", 2)
        self.shot("baked")
        app.ask("operate", "bloom.clear_bake", {"kind": "POINTS"})
        check(not sorted(self.folder.rglob("*.ply")), "files are left of the bake")
        app.ask("operate", "wm.save_mainfile", undo=False)

    @station("Disable and enable the extension")
    def disable(self):
        """The last points stay, and everything works again afterwards."""
        app = self.app
        before = app.state()
        app.ask("enable", False)
        self.shot("disabled")
        check(not app.ask("about")["enabled"], "the extension is still enabled")
        app.ask("enable", True)
        after = app.state()
        for name in ("flame", "fingerprint", "curves", "run"):
            check(after[name] == before[name], f"{name} was {before[name]}, is {after[name]} afterwards")
        start, end = after["range"]
        app.ask("go_to", start if after["frame"] != start else end)
        check(app.state()["fingerprint"] != before["fingerprint"], "frames do not move the points any more")

    @station("Edit an xform")
    def edit(self):
        """A parameter that changes moves the points at once, a keyed one excepted."""
        app = self.app
        app.ask("empty")
        app.ask("operate", "bloom.add_flame", {"preset": "lotus"})
        self.simplify()
        before = app.state()
        weight = before["values"]["xform1.weight"]
        app.ask("turn", "xform1.weight", weight * 3)
        after = app.wait_for("points move", lambda state: state["fingerprint"] != before["fingerprint"])
        check(after["points"] == before["points"], "the number of points has changed")
        self.shot("edited")
        app.ask("turn", "xform1.weight", weight)
        app.wait_for("points are back", lambda state: state["fingerprint"] == before["fingerprint"])

    @station("The list of xforms")
    def xforms(self):
        """Add, duplicate, solo and remove."""
        app = self.app
        before = app.state()
        count = sum(name.endswith(".weight") for name in before["values"])
        places = []
        for name in ("add_xform", "duplicate_xform"):
            app.ask("operate", f"bloom.{name}")
            state = app.state()
            there = sum(name.endswith(".weight") for name in state["values"])
            places.append(state["xform"])
            check(there == count + len(places), f"{there} xforms after {name}; there were {count}")
        app.ask("operate", "bloom.solo_xform")
        app.wait_for("one is seen alone", lambda state: state["fingerprint"] != before["fingerprint"])
        app.over("PROPERTIES", 0.3, 0.5)
        app.wheel(-20)
        self.shot("solo")
        app.ask("operate", "bloom.solo_xform")
        for place in reversed(places):
            app.ask("change", "bloom", "active_xform", place)
            app.ask("operate", "bloom.remove_xform")
        after = app.state()
        check(after["values"] == before["values"], "values are not as they were")
        app.wait_for("points are back", lambda state: state["fingerprint"] == before["fingerprint"])

    @station("Mutate")
    def mutate(self):
        """By chance, and from a sheet of pictures."""
        app = self.app
        before = app.state()
        app.ask("operate", "bloom.mutate", {"seed": 5})
        mutated = app.wait_for("another flame", lambda state: state["fingerprint"] != before["fingerprint"])
        check(mutated["flames"] == before["flames"], "mutating adds flames")
        self.shot("mutated")
        app.ask("operate", "bloom.mutate_grid", {}, "INVOKE_DEFAULT")
        app.over(across=0.75, down=0.5)
        time.sleep(15)
        self.shot("mutations")
        app.click(*app.over(across=0.75, down=0.5))
        app.wait_for("a mutation is chosen", lambda state: state["fingerprint"] != mutated["fingerprint"])
        self.shot("chosen")

    @station("A random flower")
    def random(self):
        """Shift A, random flower, Enter."""
        app = self.app
        app.ask("empty")
        app.over()
        app.press("shift+a")
        app.type("random flower")
        app.press("Return")
        state = app.wait_for("a random flower", lambda state: state["flame"])
        check(state["finite"] and state["points"] >= 10_000, f"points: {state['points']}")
        self.simplify()
        self.until_beautiful("random", self.now())

    @station("The asset library")
    def assets(self):
        """The Asset Browser shows flowers and growths."""
        app = self.app
        app.ask("operate", "bloom.add_assets", undo=False)
        app.ask("show_assets", "VIEW_3D")
        try:
            app.wait(lambda: app.ask("choose_library", "Bloom"), "the Asset Browser")
            place = app.ask("rectangle", "FILE_BROWSER")

            def pictures():
                seen = measure(app.shot("waiting"), place)
                return seen["saturation"] > 0.03 and seen["deviation"] > 0.1

            app.wait(pictures, "the library's pictures", every=1.0)
            self.shot("assets")
        finally:
            (app.output / "waiting.png").unlink(missing_ok=True)
            app.ask("show_editor", "VIEW_3D", "FILE_BROWSER")
            app.ask("operate", "bloom.remove_assets", undo=False)

    @station("Render Preview")
    def preview(self):
        """A small picture by a second Blender."""
        app = self.app
        app.ask("operate", "bloom.render_preview", {}, "INVOKE_DEFAULT")
        self.note(size=app.wait(lambda: app.ask("previewed"), "the preview's picture"))
        self.shot("preview")
        if app.state()["windows"] > 1:
            app.over_window(1)
            app.press("Escape")

    @station("A .flame file on the outliner")
    def flame_file(self):
        """Export, then drop on the outliner: one more flame."""
        app = self.app
        app.ask("empty")
        app.ask("operate", "bloom.add_flame", {"preset": "lotus"})
        self.simplify()
        path = self.folder / "written.flame"
        app.ask("operate", "bloom.export_flame", {"filepath": str(path)})
        check(path.stat().st_size > 500, "no flame was written")
        x, y = app.over("OUTLINER", 0.5, 0.8)
        self.drop_on(path, x, y, "bloom.import_flame")
        state = app.wait_for("a second flame", lambda state: len(state["flames"]) == 2)
        self.note(flames=state["flames"])
        self.shot("flame-file")

    @station("Every log")
    def logs(self):
        """Each format that a plain file can have is taken by a drop, and moves the flame."""
        app = self.app
        app.ask("empty")
        app.ask("operate", "bloom.add_flame", {"preset": "lotus", "points_viewport": 20_000})
        taken = {kind: app.ask("handlers", kind) for kind in ("VIEW_3D", "OUTLINER", "DOPESHEET_EDITOR")}
        check(".flame" in taken["OUTLINER"]["BLOOM_FH_flame"], "a .flame file cannot be dropped")
        folder = self.folder / "logs"
        folder.mkdir()
        samples = ROOT / "tests" / "trajectory" / "samples"
        logs = app.ask("write_logs", str(folder)) | {
            ".wandb": str(samples / "sample.wandb"),
            ".sample": str(samples / "events.out.tfevents.1700000000.sample"),
            ".pt": str(samples / "legacy_1.pt"),
        }
        read = {}
        for ending, path in logs.items():
            if ending != ".sample":  # an old writer's event file ends with the name of a machine
                for kind, handlers in taken.items():
                    check(ending in handlers["BLOOM_FH_run"], f"{ending} cannot be dropped on {kind}")
            app.ask("operate", "bloom.import_run", {"filepath": path, "base": "ACTIVE", "frames": 50})
            state = app.state()
            check(state["curves"] > 0 and state["range"][1] == 50, f"{ending}: {state['curves']} curves")
            read[ending] = state["curves"]
            app.ask("operate", "ed.undo", undo=False)
            app.wait_for("it is undone", lambda state: not state["curves"])
        self.note(curves=read)

    @station("Follow a run")
    def follow(self):
        """A flame grows while a run is recorded beside it."""
        app = self.app
        app.ask("empty")
        app.ask("operate", "bloom.add_flame", {"preset": "lotus", "points_viewport": 20_000})
        self.simplify()
        path = self.folder / "live.bloom"
        command = [app.blender, "--background", "--python", HERE / "live_training.py", "--", path]
        with open(app.output / "training.log", "w") as log:
            training = subprocess.Popen(command, env=app.environ, stdout=log, stderr=subprocess.STDOUT)
        try:
            app.ask("operate", "bloom.follow_run", {"filepath": str(path), "interval": 0.5})
            first = app.wait_for("the first steps", lambda state: state["curves"])
            later = app.wait_for("more steps", lambda state: state["range"][1] > first["range"][1] + 5)
            self.shot("following")
            check(later["frame"] == later["range"][1], f"frame {later['frame']} of {later['range']}")
            app.ask("operate", "bloom.stop_following")
            app.wait_for("it follows no more", lambda state: "BLOOM_OT_follow_run" not in state["modal"])
            self.note(frames=[first["range"][1], later["range"][1]])
        finally:
            training.kill()
            training.wait()


def errors_in(console: str) -> list[str]:
    """The lines of a console that tell of something wrong."""
    return [line for line in console.splitlines() if BAD.search(line) and not HARMLESS.search(line)]


def main(argv: list[str] | None = None) -> int:
    """Go on the tour; 1 where a station failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--blender", type=Path, required=True, help="the executable")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "out" / "tour", help="folder for pictures and report"
    )
    parser.add_argument("--wheels", type=Path, default=build_extension.WHEELS, help="keeps downloaded wheels")
    parser.add_argument("--zip", type=Path, help="an extension that is already built")
    parser.add_argument("--display", help="a screen that is already there, instead of Xvfb")
    parser.add_argument("--docs", action="store_true", help="rewrite the pictures of docs/tour.md")
    parser.add_argument("--only", nargs="+", help="these stations and the installation")
    arguments = parser.parse_args(argv)

    blender = Path(shutil.which(arguments.blender) or arguments.blender)
    output = arguments.output.resolve()
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    results = []
    with tempfile.TemporaryDirectory(prefix="bloom-tour-") as temporary:
        folder = Path(temporary)
        archive = arguments.zip or build_zip(blender, folder, arguments.wheels)
        profile = folder / "profile"
        profile.mkdir()
        screen = Screen(output, arguments.display)
        app = Application(blender, screen, profile, output)
        tour = Tour(app, archive, folder, ROOT / "docs" / "images" if arguments.docs else None)
        try:
            for name, title in STATIONS:
                if arguments.only and name not in (*arguments.only, "install"):
                    continue
                results.append(visit(tour, name, title))
                if results[-1]["error"] and (name == "install" or app.process.poll() is not None):
                    break
        finally:
            app.close()
            screen.close()
    wrong = errors_in(app.console())
    report = {"stations": results, "console": wrong, "size": SIZE}
    (output / "report.json").write_text(json.dumps(report, indent=2))
    failed = [result["station"] for result in results if result["error"]]
    for line in wrong:
        print("console:", line)
    print(f"{len(results) - len(failed)} of {len(results)} stations passed; pictures and report: {output}")
    return 1 if failed or wrong else 0


def visit(tour: Tour, name: str, title: str) -> dict:
    """Go to one station; what came of it."""
    tour.number += 1
    tour.facts, tour.pictures = {}, []
    print(f"{tour.number:2d}. {title}", flush=True)
    begin, error = time.monotonic(), ""
    try:
        getattr(tour, name)()
    except Exception as problem:
        error = str(problem) or repr(problem)
        if not isinstance(problem, TourError):
            error = traceback.format_exc()
        print(f"    FAILED: {error}", flush=True)
        try:
            tour.shot(f"{name}-failed")
            tour.app.over()
            tour.app.press("Escape", "Escape")
        except Exception as further:
            print(f"    {further}", flush=True)
    seconds = round(time.monotonic() - begin, 1)
    return {
        "station": name,
        "title": title,
        "error": error,
        "seconds": seconds,
        "facts": tour.facts,
        "pictures": tour.pictures,
    }


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
