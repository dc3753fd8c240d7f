"""A Blender with a window on a screen of its own: keys, mouse, screenshots, and questions to it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZE = (1280, 800)
PATIENCE = 300  # seconds until anything that was asked for has to have happened; a limit, not a measure
#: Key codes of X for function keys: xdotool presses Alt as well where they are given by name.
CODES = {f"F{n}": str(66 + n) for n in range(1, 11)} | {"F11": "95", "F12": "96"}
TOOLS = ("xdotool", "import", "convert")


class TourError(AssertionError):
    """Blender did not do what the tour expects."""


class Screen:
    """A virtual screen, or the one that ``DISPLAY`` names."""

    def __init__(self, folder: Path, display: str | None = None):
        missing = [name for name in (*TOOLS, *(() if display else ("Xvfb",))) if shutil.which(name) is None]
        if missing:
            raise TourError(f"{', '.join(missing)} not found: apt-get install xvfb xdotool imagemagick")
        self.process: subprocess.Popen | None = None
        self.display = display or self._start(folder)

    def _start(self, folder: Path) -> str:
        read, write = os.pipe()
        size = f"{SIZE[0]}x{SIZE[1]}x24"
        path = folder / "xvfb.log"
        with open(path, "w") as log:
            self.process = subprocess.Popen(
                ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
                pass_fds=(write,),
                stdout=log,
                stderr=log,
            )
        os.close(write)
        with os.fdopen(read) as stream:
            number = stream.readline().strip()
        if not number:
            raise TourError(f"Xvfb does not start: see {path}")
        return f":{number}"

    def close(self) -> None:
        """End the virtual screen."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


class Application:
    """One Blender, from its start to its end.

    Parameters
    ----------
    blender : path of the executable.
    screen : where its window goes.
    profile : folder for its settings, extensions and caches (``BLENDER_USER_RESOURCES``).
    output : folder that keeps the screenshots and the console's text.
    """

    def __init__(self, blender: Path, screen: Screen, profile: Path, output: Path):
        self.blender, self.screen, self.profile, self.output = blender, screen, profile, output
        self.environ = os.environ | {
            "DISPLAY": screen.display,
            "BLENDER_USER_RESOURCES": str(profile),
            "PYTHONNOUSERSITE": "1",
        }
        for name in ("PYTHONPATH", "BLOOM_CACHE_DIR", "WAYLAND_DISPLAY"):
            self.environ.pop(name, None)
        self.console_file = output / "console.log"
        self._socket: socket.socket | None = None
        self.process: subprocess.Popen | None = None

    def command(self, *arguments: str | Path, seconds: float = PATIENCE) -> str:
        """Run Blender without a window; what it says."""
        result = subprocess.run(
            [self.blender, *arguments],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
        )
        if result.returncode:
            raise TourError(f"blender {' '.join(map(str, arguments))} failed: {result.stdout[-2000:]}")
        return result.stdout

    def start(self) -> None:
        """Open the window and wait until Blender answers."""
        port_file = self.profile / "port"
        port_file.unlink(missing_ok=True)
        width, height = map(str, SIZE)
        command = [self.blender, "--window-geometry", "0", "0", width, height]
        command += ["--python", HERE / "inside.py", "--", port_file]
        with open(self.console_file, "a") as log:
            self.process = subprocess.Popen(
                command, env=self.environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.wait(port_file.is_file, "Blender opens its window")
        self._socket = socket.create_connection(("127.0.0.1", int(port_file.read_text())), timeout=PATIENCE)
        self.ask("about")

    def close(self) -> None:
        """End Blender, whatever it does."""
        if self._socket is not None:
            self._socket.close()
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def ask(self, name: str, *arguments, **named):
        """Call a function of ``inside.py``; TourError with its traceback where it fails."""
        request = json.dumps({"name": name, "arguments": arguments, "named": named}).encode() + b"\n"
        try:
            self._socket.sendall(request)
            answer = b""
            while not answer.endswith(b"\n"):
                got = self._socket.recv(1 << 16)
                if not got:
                    raise ConnectionError("the connection was closed")
                answer += got
        except OSError as error:
            code = self.process.poll()
            ended = "hangs" if code is None else f"has ended with {code}"
            raise TourError(f"Blender {ended} ({error}): see {self.console_file}") from error
        got = json.loads(answer)
        if "error" in got:
            raise TourError(f"{name}{arguments} failed in Blender:\n{got['error']}")
        return got["value"]

    def state(self) -> dict:
        """What the scene and the active flame are now."""
        return self.ask("state")

    def wait(self, ready, what: str, every: float = 0.2):
        """Wait for something to become true, and return it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process is not None and self.process.poll() is not None:
                raise TourError(f"Blender has ended with {self.process.returncode}: see {self.console_file}")
            if answer := ready():
                return answer
            time.sleep(every)
        raise TourError(f"waited in vain: {what}")

    def wait_for(self, what: str, ready) -> dict:
        """Wait until ``ready(state)``; that state."""

        def ask():
            state = self.state()
            return state if ready(state) else None

        return self.wait(ask, what)

    def seconds_used(self) -> float:
        """Processor time that Blender has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # ---------------------------------------------------------------------------------- mouse and keys

    def _xdotool(self, *arguments: str | int) -> None:
        subprocess.run(["xdotool", *map(str, arguments)], env=self.environ, check=True, timeout=30)

    def point(self, x: int, y: int) -> None:
        """Move the mouse, in two steps as a hand does."""
        self._xdotool("mousemove", x - 3, y - 3, "sleep", "0.05", "mousemove", x, y, "sleep", "0.1")

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Click at a place."""
        self.point(x, y)
        self._xdotool("click", button, "sleep", "0.2")

    def double_click(self, x: int, y: int) -> None:
        """Click twice at a place."""
        self.point(x, y)
        self._xdotool("click", "--repeat", 2, "--delay", 80, 1, "sleep", "0.2")
        self.settle()

    def drag(self, x: int, y: int, to_x: int, to_y: int, steps: int = 8) -> None:
        """Press the mouse's left button at one place and let it go at another."""
        self.point(x, y)
        moves: list[str | int] = ["mousedown", 1, "sleep", "0.1"]
        for step in range(1, steps + 1):
            place = (round(a + (b - a) * step / steps) for a, b in ((x, to_x), (y, to_y)))
            moves += ["mousemove", *place, "sleep", "0.1"]
        self._xdotool(*moves, "mouseup", 1, "sleep", "0.2")

    def over(self, kind: str = "VIEW_3D", across: float = 0.5, down: float = 0.5) -> tuple[int, int]:
        """Move the mouse over an area; where it is now."""
        left, top, width, height = self.ask("rectangle", kind)
        place = round(left + across * width), round(top + down * height)
        self.point(*place)
        return place

    def over_window(self, number: int) -> None:
        """Move the mouse into another window of Blender: without a window manager, keys follow it."""
        left, bottom, width, height = self.ask("window", number)
        self.point(left + width // 2, SIZE[1] - bottom - height // 2)

    def wheel(self, steps: int) -> None:
        """Turn the mouse's wheel, down where ``steps`` is negative."""
        self._xdotool("click", "--repeat", abs(steps), "--delay", 15, 4 if steps > 0 else 5)
        self.settle()

    def press(self, *keys: str) -> None:
        """Press keys one after the other (``shift+a``, ``F12``), for the area under the mouse."""
        for key in keys:
            self.tap(key)
        self.settle()

    def tap(self, key: str) -> None:
        """Press a key without waiting for what comes of it."""
        self._xdotool("key", "--clearmodifiers", CODES.get(key, key), "sleep", "0.25")

    def type(self, text: str) -> None:
        """Type a text."""
        self._xdotool("type", "--delay", "60", text)
        self.settle()

    def settle(self) -> None:
        """Wait until Blender has handled what came before: it answers between two rounds of events."""
        for _ in range(3):
            self.ask("about")

    # ------------------------------------------------------------------------------------- pictures

    def shot(self, name: str) -> Path:
        """Take a picture of the screen."""
        path = self.output / f"{name}.png"
        subprocess.run(["import", "-window", "root", path], env=self.environ, check=True, timeout=60)
        return path

    def rest(self, name: str) -> None:
        """Wait until the window's picture changes no more, or half a minute."""
        end = time.monotonic() + 30
        last = b""
        while time.monotonic() < end:
            time.sleep(2)
            self.settle()
            path = self.shot(name)
            seen = path.read_bytes()
            path.unlink()
            if seen == last:
                return
            last = seen

    def console(self) -> str:
        """All that Blender has printed."""
        return self.console_file.read_text(errors="replace")


def measure(picture: Path, crop: list[int] | None = None) -> dict[str, float]:
    """Mean, deviation, largest value and mean saturation of a picture or a part of it, within 0..1."""
    command = ["convert", picture]
    if crop is not None:
        left, top, width, height = crop
        command += ["-crop", f"{width}x{height}+{left}+{top}", "+repage"]
    command += [
        "-alpha",
        "off",
        "-colorspace",
        "sRGB",
        "-format",
        "%[fx:mean] %[fx:standard_deviation] %[fx:maxima] ",
    ]
    command += ["-write", "info:", "-colorspace", "HSL", "-format", "%[fx:mean.g]", "info:"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split()
    return dict(zip(("mean", "deviation", "brightest", "saturation"), map(float, said), strict=True))


def difference(first: Path, second: Path, crop: list[int]) -> float:
    """Root mean square of the difference of two pictures in a part of them, within 0..1."""
    left, top, width, height = crop
    area = ["-crop", f"{width}x{height}+{left}+{top}", "+repage"]
    command = ["convert", first, *area, "(", second, *area, ")", "-alpha", "off", "-compose", "difference"]
    command += ["-composite", "-format", "%[fx:hypot(mean,standard_deviation)]", "info:"]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)
