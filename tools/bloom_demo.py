"""The main job from a clean clone: grow a flower from the sample run, in every Blender of this machine.

    python3 tools/bloom_demo.py                     film in the newest Blender, stills in the others
    python3 tools/bloom_demo.py --blender 4.5       only in this one
    python3 tools/bloom_demo.py -- --frames 60      pass the rest on to examples/grow_a_flower.py

It makes the environments that it needs (half a minute and 1.2 GB each, once) and writes to ``out/``.
"""

from __future__ import annotations

import argparse
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path

import environments
from environments import ROOT, Environment, EnvironmentsError
from progress import Bar, parse

EXAMPLE = ROOT / "examples" / "grow_a_flower.py"
PICTURES = {".png", ".jpg", ".exr", ".webp"}
SHOWN = {".mp4", ".mkv", ".webm", ".gif", ".mov", ".blend"}
#: For a slow machine, and for Blender 4.5, which can hang at its very end if a scene holds a driver.
SECONDS = 3 * 60 * 60
SECONDS_AFTER_THE_END = 30


def _start(command: list[str]) -> tuple[subprocess.Popen, queue.Queue[str | None]]:
    """Start a program and read its lines in a thread; a None in the queue is their end."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return process, lines


def run_example(environment: Environment, out: Path, arguments: list[str]) -> int:
    """Run the example in one Blender with a progress bar; its exit code.

    It reports with the lines of `progress.MARK`, the last one at 1. Everything that it prints is kept in
    ``out/log.txt``, and the last lines are shown if it fails.
    """
    out.mkdir(parents=True, exist_ok=True)
    name = f"Blender {environment.blender.version}"
    bar = Bar(name)
    bar.show(0.0, "starting")
    last: deque[str] = deque(maxlen=15)
    deadline = time.monotonic() + SECONDS
    finished = False
    process, lines = _start([str(environment.python), str(EXAMPLE), "--out", str(out), *arguments])
    with open(out / "log.txt", "w", encoding="utf-8") as log:
        try:
            while time.monotonic() < deadline:
                try:
                    line = lines.get(timeout=0.5)
                except queue.Empty:
                    continue
                if line is None:
                    break
                log.write(line)
                step = parse(line)
                if step is None:
                    last.append(line.rstrip())
                    continue
                bar.show(*step)
                if step[0] >= 1 and not finished:
                    finished = True
                    deadline = time.monotonic() + SECONDS_AFTER_THE_END
            code = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            code = 0 if finished else 124
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            bar.close()
    if code:
        print("\n".join(last))
        reason = "took too long" if code == 124 else f"failed with exit code {code}"
        print(f"{name} {reason}; all that it said is in {out / 'log.txt'}")
    return code


def _say_what_is_new(folder: Path, since: float) -> None:
    """Name the films, scenes and pictures made since a time: a series by its first and last picture."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_mtime >= since]
    for path in files:
        if path.suffix.lower() in SHOWN:
            print(f"  {path}  {path.stat().st_size / 1e6:.1f} MB")
    by_folder: dict[Path, list[Path]] = {}
    for path in files:
        if path.suffix.lower() in PICTURES:
            by_folder.setdefault(path.parent, []).append(path)
    for parent, pictures in by_folder.items():
        if len(pictures) <= 6:
            print("\n".join(f"  {path}" for path in pictures))
        else:
            print(f"  {parent}{os.sep}  {len(pictures)} pictures, {pictures[0].name} to {pictures[-1].name}")


def main(argv: list[str] | None = None) -> int:
    """Run the example in each Blender; 0 when it worked in all that are there."""
    parser = argparse.ArgumentParser(description="Grow a flower from the sample run in Blender.")
    parser.add_argument("--blender", action="append", default=[], metavar="X.Y", help="only in this Blender")
    parser.add_argument("--newest", action="store_true", help="only in the newest Blender, as a film")
    parser.add_argument("--stills", action="store_true", help="stills in the newest Blender too")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="folder for the results")
    parser.add_argument("example", nargs="*", help="arguments for the example, after --")
    arguments = parser.parse_args(argv)

    if arguments.newest:
        environment, missing = environments.newest()
        made = [environment] if environment else []
    else:
        made, missing = environments.available(tuple(arguments.blender))
    environments.report(missing)
    if not made:
        raise EnvironmentsError("not one supported Blender can run here")

    failed = []
    for environment in reversed(made):
        film = environment is made[-1] and not arguments.stills
        start = time.time()
        out = arguments.out.resolve() / f"blender-{environment.blender.version}"
        options = [*([] if film else ["--stills"]), *arguments.example]
        if run_example(environment, out, options):
            failed.append(environment.blender.version)
        _say_what_is_new(out, start)
    return 1 if failed else 0


if __name__ == "__main__":
    environments.restart_in_supported_python()
    try:
        sys.exit(main())
    except EnvironmentsError as problem:
        sys.exit(f"error: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
