"""`bloom render`: pictures of flames, without Blender."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import BloomError
from ..files import check_target, replace_file
from ..flame.compatibility import COMPATIBILITIES
from ..flame.model import Flame
from ..flame.presets import flame_file
from ..flame.xml import read_pack, report_unknown

DESCRIPTION = """\
Render the picture of a flame as Fractorium's renderer does. With --range a pack of flames becomes many
pictures; write a run of # in the name of the output for the number, as in out/####.png.

A flame that is damaged is passed over with a line on stderr, and the exit status is then 1. So is what Bloom
does not know in a flame: the picture is made without it.

An interrupt (Ctrl-C) ends cleanly: a picture is written whole or not at all, or as far as it is with
--keep-partial. With --resume FILE the unfinished histogram is kept there, and the same command goes on."""


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "render",
        help="render pictures of flames",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("flame", metavar="FLAME", help=".flame file, or the name of a shipped flame")
    add("-o", "--output", metavar="FILE", required=True, help=".png or .exr")
    add("--width", type=int, metavar="W", help="pixels; height and scale follow; default: the flame's size")
    add("--quality", type=float, metavar="Q", help="points per pixel, default: the flame's")
    add("--supersample", type=int, metavar="S", help="buckets per pixel and direction, default: the flame's")
    add("--seed", type=int, default=0, metavar="N", help="another choice of random numbers, default: 0")
    add("--threads", type=int, metavar="T", help="default: all; the picture does not depend on it")
    add(
        "--device",
        default="auto",
        metavar="D",
        help="auto, cpu, gpu or gpu:N, see `bloom devices`; default: auto",
    )
    add("--share", metavar="K/N", help="count part K of N into FILE.npz, see `bloom merge`")
    add("--index", type=int, default=1, metavar="I", help="which flame of the file, from 1")
    add("--range", metavar="A-B", help="the flames A to B of the file; - for all")
    add("--skip-existing", action="store_true", help="leave pictures alone that are there")
    add("--keep-partial", action="store_true", help="on an interrupt write what there is")
    add("--resume", metavar="FILE", help="keep the histogram there on an interrupt, and go on with it")
    add("--update", type=float, metavar="SECONDS", help="write the picture again and again while it grows")
    add("--bits", type=int, choices=[8, 16], default=8, help="of a .png, default: 8")
    add("--transparent", action="store_true", help="write the alpha channel")
    add("--compatibility", choices=COMPATIBILITIES, help="whose rules hold; default: what the file asks for")
    add("--early-clip", action="store_true", help="display colours before the spatial filter, not after it")
    add("--stats", action="store_true", help="print iterations and seconds as a line of JSON")
    add("--quiet", action="store_true", help="no progress on stderr")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Render one flame, or several, one after the other."""
    if arguments.threads is not None and arguments.threads < 1:
        raise BloomError(f"--threads is {arguments.threads}: give 1 or more.")
    if arguments.update is not None and not arguments.update > 0:
        raise BloomError(f"--update is {arguments.update:g}: give more than 0 seconds.")
    for name, lowest in (("width", 1), ("supersample", 1)):
        value = getattr(arguments, name)
        if value is not None and value < lowest:
            raise BloomError(f"--{name} is {value}: give {lowest} or more.")
    pack = read_pack(flame_file(arguments.flame))
    if arguments.range is None:
        if not 1 <= arguments.index <= len(pack):
            raise BloomError(
                f"--index is {arguments.index}, the file has flames 1 to {len(pack)}: choose among them."
            )
        numbers = [arguments.index]
    else:
        numbers = chosen(arguments.range, len(pack), "--range")
    outputs = [output_for(arguments.output, number) for number in numbers]
    if len(numbers) > 1 and (len(set(outputs)) < len(numbers) or arguments.resume):
        raise BloomError(
            "--resume is for one flame: leave it out."
            if arguments.resume
            else f"{len(numbers)} flames and one output: write #### in its name for the number."
        )
    jobs = list(zip(numbers, outputs, strict=True))
    if arguments.share and arguments.resume:
        raise BloomError("--share and --resume are two ways to cut the work: leave one out.")
    for _, output in jobs:
        check_output(output, part=bool(arguments.share))
    if arguments.skip_existing:
        jobs = [job for job in jobs if not job[1].exists()]
    left_out: list[BloomError] = []
    for number, output in jobs:
        try:
            flame = prepared(pack.flame(number - 1), arguments)
        except BloomError as error:
            if len(jobs) == 1:
                raise
            print(f"bloom: left out: {error}", file=sys.stderr)
            left_out.append(error)
            continue
        for sentence in report_unknown(flame):
            print(f"bloom: note: {sentence}", file=sys.stderr)
        render_to(flame, output, arguments)
    if left_out and len(left_out) == len(jobs):
        raise left_out[0]
    return 1 if left_out else 0


def chosen(text: str, count: int, option: str) -> list[int]:
    """Numbers from 1 of ``A-B``, ``A-``, ``-B``, ``-`` or ``A``, all within 1..count."""
    first, dash, last = text.partition("-")
    try:
        low = int(first or 1)
        high = int(last or count) if dash else low
    except ValueError:
        raise BloomError(f"{option} is {text!r}: give numbers as in 3-17.") from None
    if not 1 <= low <= high <= count:
        raise BloomError(f"{option} is {text}, the file has flames 1 to {count}: choose among them.")
    return list(range(low, high + 1))


def output_for(text: str, number: int) -> Path:
    """The output's path, with the number in the place of its run of ``#``."""
    path = Path(text)
    marks = path.stem.count("#")
    if marks and "#" * marks in path.stem:
        path = path.with_name(path.name.replace("#" * marks, str(number).zfill(marks)))
    return path


def check_output(path: Path, *, part: bool = False) -> None:
    """Whether a picture, or a part of one, can be written there, before anything is computed."""
    check_target(path)
    if not os.path.isdir(path.parent):
        raise BloomError(f"{path.parent} is not a folder: create it first.")
    if part:
        if path.suffix.lower() != ".npz":
            raise BloomError(f"{path.name} is to be a part of a picture: give it a name that ends in .npz.")
        return
    if path.suffix.lower() not in (".png", ".exr"):
        raise BloomError(f"{path.name} has a format that is not written: choose .png or .exr.")
    if path.suffix.lower() == ".exr":
        _exr_library()


def prepared(flame: Flame, arguments: argparse.Namespace) -> Flame:
    """The flame as it was asked for; refused if its picture cannot be made."""
    from ..develop import picture

    if arguments.transparent:  # what is behind the picture is not in it
        flame = replace(flame, tone=replace(flame.tone, background=(0.0, 0.0, 0.0)))
    if arguments.compatibility is not None:
        flame = replace(flame, compatibility=arguments.compatibility)
    return picture.prepared(
        flame, width=arguments.width, quality=arguments.quality, supersample=arguments.supersample
    )


class _Interrupts:
    """Within it an interrupt is remembered and breaks nothing off, so that all counts stay right."""

    def __init__(self) -> None:
        self.came = False

    def __enter__(self) -> _Interrupts:
        main = threading.current_thread() is threading.main_thread()
        self._before = signal.signal(signal.SIGINT, self._remember) if main else None
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _remember(self, *_: object) -> None:
        if self.came:  # the second one is meant
            raise KeyboardInterrupt
        self.came = True


LONG = 60.0
"""Seconds of a picture that is told to be long, after its first part, also where no line is kept up."""


@dataclass
class Progress:
    """A line on stderr with the share that is done and the time left, and pictures in between."""

    name: str
    shown: bool
    update: float | None
    write: Callable[[Any], None]
    began: float = 0.0
    told: float = 0.0
    wrote: float = 0.0
    interrupts: _Interrupts | None = None
    quiet: bool = True
    estimated: bool = False

    def __call__(self, histogram, total: int) -> None:
        """Called after each part of the work."""
        now = time.perf_counter()
        done = min(histogram.iterations / total, 1.0)
        if self.shown and (now - self.told > 0.25 or done >= 1.0):
            self.told = now
            left = (now - self.began) * (1.0 - done) / done
            text = f"{self.name}: {done:4.0%}, {_duration(left)} left"
            print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)
        if not self.estimated:
            self.estimated = True
            whole = (now - self.began) / done
            if whole > LONG and not self.quiet:
                print(f"bloom: {self.name} takes about {_duration(whole)}", file=sys.stderr, flush=True)
        if self.update is not None and done < 1.0 and now - max(self.wrote, self.began) > self.update:
            self.write(histogram)
            self.wrote = time.perf_counter()
        if self.interrupts is not None and self.interrupts.came:
            raise KeyboardInterrupt

    def end(self) -> None:
        """Leave the terminal's line."""
        if self.shown and self.told:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def render_to(flame: Flame, output: Path, arguments: argparse.Namespace) -> None:
    """Render a flame and write its picture."""
    from ..chaos.mixing import mixing_of
    from ..develop.picture import develop, fill, iterations_for

    share = None
    if arguments.share:
        from ..develop.parts import Share, part_of, prepared_for_parts

        share, flame = Share.parse(arguments.share), prepared_for_parts(flame)

    def write(histogram) -> None:
        if share is not None:
            part_of(histogram, share, arguments.seed).save(output)
            return
        picture = develop(histogram, early_clip=arguments.early_clip)
        write_picture(picture, output, arguments.bits, arguments.transparent, device_of(histogram))

    if mixing_of(flame, arguments.threads).never:
        sentence = "its orbits do not forget where they begin, and the picture shows it."
        print(f"bloom: note: Flame {flame.name!r}: {sentence}", file=sys.stderr)
    total, seed = iterations_for(flame), arguments.seed
    if share is not None:
        total, seed = share.points(total), share.seed(seed)
    histogram = _histogram(flame, arguments, seed)
    if arguments.resume and os.path.exists(arguments.resume):  # False where the path is too long
        histogram.restore(arguments.resume)
    started = time.perf_counter()
    histogram.start()
    shown = sys.stderr.isatty() and not arguments.quiet
    progress = Progress(output.name, shown, arguments.update, write, quiet=arguments.quiet)
    before, progress.began = histogram.iterations, time.perf_counter()
    try:
        with _Interrupts() as interrupts:
            progress.interrupts = interrupts
            fill(histogram, total, progress)
        seconds = time.perf_counter() - progress.began
    except KeyboardInterrupt:
        progress.end()
        if arguments.resume:
            histogram.save(arguments.resume)
        if arguments.keep_partial and histogram.iterations:
            write(histogram)
        raise
    progress.end()
    developing = time.perf_counter()
    write(histogram)
    if arguments.resume:
        Path(arguments.resume).unlink(missing_ok=True)
    if arguments.stats:
        played = histogram.iterations - before
        numbers = {
            "output": str(output),
            "iterations": histogram.iterations,
            "chaos_seconds": round(seconds, 4),
            "iterations_per_second": round(played / seconds) if seconds > 0 and played else 0,
            "device": device_of(histogram),
            "start_seconds": round(progress.began - started, 4),
            "develop_seconds": round(time.perf_counter() - developing, 4),
        }
        print(json.dumps(numbers), flush=True)


def _histogram(flame: Flame, arguments: argparse.Namespace, seed: int) -> Any:
    """A histogram on the device that was asked for."""
    from ..chaos.histogram import Histogram
    from ..device.cards import card_for
    from ..device.choice import ChosenHistogram, say_on_stderr

    device = arguments.device
    if arguments.resume and device.startswith("gpu"):
        say_on_stderr("note: --resume keeps what the processor counts, so the processor does the work.")
    if device == "cpu" or arguments.resume:
        card_for("cpu" if device.startswith("gpu") else device)  # whether the word means something
        return Histogram(flame, seed=seed, threads=arguments.threads)
    return ChosenHistogram(flame, device=device, seed=seed, threads=arguments.threads)


def device_of(histogram: Any) -> str:
    """What counts, as files record it: ``cpu`` or the name of a card."""
    return getattr(histogram, "device_name", "cpu")


def write_picture(picture, path: Path, bits: int, transparent: bool, device: str = "cpu") -> None:
    """Write a picture, whole or not at all; it says which device made it."""
    from ..develop.png import png_bytes

    pixels = picture if transparent else picture[..., :3]
    with replace_file(path) as temporary:
        if path.suffix.lower() == ".exr":
            _write_exr(pixels, temporary, path, device)
        else:
            temporary.write_bytes(png_bytes(pixels, bits, {"Device": device}))


def _exr_library():
    try:
        import OpenEXR
    except ImportError:
        raise BloomError(
            'EXR needs OpenEXR: `pip install "bloom-blender[render]"`, or write .png with --bits 16.'
        ) from None
    return OpenEXR


def _write_exr(pixels, temporary: Path, path: Path, device: str) -> None:
    """Linear light (Rec. 709 primaries) as half floats."""
    import numpy as np

    from ..flame.color import linear_light

    library = _exr_library()
    light = linear_light(pixels[..., :3].astype(np.float64))
    values = np.concatenate([light, pixels[..., 3:]], 2).astype(np.float16)
    header = {"compression": library.ZIP_COMPRESSION, "type": library.scanlineimage, "device": device}
    channels = {"RGBA" if values.shape[2] == 4 else "RGB": np.ascontiguousarray(values)}
    try:
        with library.File(header, channels) as file:
            file.write(str(temporary))
    except RuntimeError:  # of OpenEXR, without a reason: a full disk above all
        raise BloomError(f"{path} cannot be written: check the folder and the free space.") from None
