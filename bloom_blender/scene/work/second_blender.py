"""Long work in a second Blender, so that the window stays free.

The second one opens a copy of the file as it is now, unsaved changes included, from a folder for temporary
files, and runs a verb of the command line. It prints a line of JSON after each step. The user's own file is
neither read nor written by it.
"""

from __future__ import annotations

import os
import queue
import shutil
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

import bpy

from ...errors import BloomError
from . import claims

#: What the second Blender runs. ``--command`` would do where the extension is enabled in the saved
#: preferences; this also works where it was enabled in this session alone, and in Blender as a module.
#: The end is hard since Blender 4.5 as a module can hang when it ends by itself; all files are closed then.
_PROGRAM = """
import importlib, os, sys, bpy
bpy.ops.preferences.addon_enable(module={package!r})
command = importlib.import_module({module!r})
status = command.run(sys.argv[sys.argv.index("--") + 1:])
sys.stdout.flush(), sys.stderr.flush()
os._exit(status)
"""

_ERROR = "bloom: error: "


class Work:
    """A verb of the command line at work in a second Blender.

    Parameters
    ----------
    before, after : sequence of str
        Arguments before and after the name of the copied file.
    folder : path
        Where it writes; what it leaves there unfinished is removed when it is stopped.

    Raises
    ------
    BloomError
        If the file cannot be copied, or Blender not be started.
    """

    def __init__(self, before: Sequence[str], after: Sequence[str], folder: Path) -> None:
        import subprocess  # at first use, for a quick start

        self.folder = folder
        self.done = self.frames = self.written = 0
        self.text = ""
        """How many files were written and kept, in words."""
        self.code: int | None = None
        """Exit status, None as long as it runs."""
        self._lines: queue.Queue[str] = queue.Queue()
        self._last: deque[str] = deque(maxlen=12)
        self._error = ""
        self._began: tuple[float, int] | None = None
        self._home = Path(tempfile.mkdtemp(prefix="bloom-work-", dir=bpy.app.tempdir or None))
        try:
            copy = _copy(self._home)
            self._process = subprocess.Popen(
                _command([*before, str(copy), *_home(), *after]),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            )
        except OSError as error:
            self._remove()
            raise BloomError(f"A second Blender cannot be started: {error}.") from None
        except BloomError:
            self._remove()
            raise
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def poll(self) -> bool:
        """Take in what has been told; whether the work goes on."""
        if self.code is not None:
            return False
        code = self._process.poll()
        if code is not None:
            self._reader.join(timeout=2.0)
        while not self._lines.empty():
            self._take(self._lines.get().strip())
        if code is None:
            return True
        self._end(code)
        return False

    def stop(self) -> None:
        """End it at once; what was finished stays."""
        if self.code is None:
            self._process.kill()
            self._end(self._process.wait())

    @property
    def share(self) -> float:
        """Of the frames that are done."""
        return self.done / self.frames if self.frames else 0.0

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the frames that were computed so far; None before the second of them."""
        if self._began is None:
            return None
        since, first = self._began
        computed = self.written - first
        return (time.monotonic() - since) / computed * (self.frames - self.done) if computed > 0 else None

    @property
    def failure(self) -> str:
        """What went wrong, for its user; "" if nothing did."""
        if not self.code:
            return ""
        if self._error:
            return self._error
        last = " ".join(list(self._last)[-2:])
        return f"The second Blender ended early (status {self.code}). It said last: {last or 'nothing'}"

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def _take(self, line: str) -> None:
        told = progress_in(line)
        if told is not None:
            self.frames, self.written = told["frames"], told["written"]
            self.done = self.written + told["kept"] + told["elsewhere"]
            self.text = ", ".join(
                f"{told[name]} {words}"
                for name, words in (
                    ("written", "written"),
                    ("kept", "kept"),
                    ("elsewhere", "left to other processes"),
                )
                if told[name] or name == "written"
            )
            if self.written and self._began is None:
                self._began = (time.monotonic(), self.written)
        elif line.startswith(_ERROR):
            self._error = line.removeprefix(_ERROR)
        elif line:
            self._last.append(line)

    def _end(self, code: int) -> None:
        self.code = code
        if code:
            claims.tidy(self.folder, self._process.pid)
        self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)


def progress_in(line: str) -> dict[str, int] | None:
    """The counts of frames in a line of a second Blender; None if it tells of something else.

    A process that is ended may leave half a line.
    """
    if not line.startswith('{"bloom": "progress"'):
        return None
    import json

    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    counts = {name: told.get(name) for name in ("frames", "written", "kept", "elsewhere")}
    if all(type(count) is int and 0 <= count < 2**31 for count in counts.values()):
        return counts
    return None


def duration(seconds: float) -> str:
    """A time left in words: ``2 min``, ``1 h 5 min``."""
    if seconds < 60.0:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60.0)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _copy(folder: Path) -> Path:
    """Save the open file under its own name in a folder, with its relative paths made right for there."""
    path = folder / (Path(bpy.data.filepath).name or "untitled.blend")
    try:
        with _no_thumbnail():
            bpy.ops.wm.save_as_mainfile(
                filepath=str(path), copy=True, relative_remap=True, check_existing=False, compress=False
            )
    except RuntimeError as error:
        raise BloomError(
            f"The file cannot be copied to {folder} ({str(error).strip()}): make room there, or choose "
            "another folder for temporary files in the preferences."
        ) from None
    return path


@contextmanager
def _no_thumbnail():
    """Let files be saved without a picture of the viewport, which can take seconds to draw."""
    preferences = bpy.context.preferences
    before, changed = preferences.filepaths.file_preview_type, preferences.is_dirty
    preferences.filepaths.file_preview_type = "NONE"
    try:
        yield
    finally:
        preferences.filepaths.file_preview_type = before
        preferences.is_dirty = changed


def _home() -> list[str]:
    """The argument that says what the user's relative paths are relative to."""
    return ["--home", str(Path(bpy.data.filepath).parent)] if bpy.data.filepath else []


def _command(arguments: Sequence[str]) -> list[str]:
    module = f"{__package__.rpartition('.')[0]}.command_line"
    package = __package__.rpartition(".bloom_blender.")[0]
    program = _PROGRAM.format(package=package, module=module)
    if bpy.app.binary_path:
        start = [bpy.app.binary_path, "-b", "--python-exit-code", "1", "--python-expr", program]
    else:  # Blender as a Python module
        start = [sys.executable, "-c", program]
    return [*start, "--", *arguments]
