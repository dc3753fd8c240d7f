"""Pictures to one file that plays: MP4 by the ffmpeg of the system, WebP, GIF and APNG by Pillow."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..errors import BloomError
from ..files import replace_file

FORMATS = (".mp4", ".webp", ".gif", ".png")
"""Endings of the files that can be written; ``.png`` is an animated PNG."""

Encoder = Callable[[Sequence[Path], Path, int], None]
"""Called with the pictures in order, the file to write and the frames per second."""


def encoder_for(path: Path) -> Encoder:
    """What writes a file of this ending; BloomError, before anything is computed, where it is not there."""
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise BloomError(f"{path.name} has a format that is not written: choose {', '.join(FORMATS)}.")
    if ending == ".mp4":
        if shutil.which("ffmpeg") is None:
            raise BloomError(
                "MP4 needs ffmpeg, which is not on this machine: install it, or write a .webp file."
            )
        return encode_with_ffmpeg
    try:
        import PIL  # noqa: F401
    except ImportError:
        raise BloomError(
            f'{ending} needs Pillow: `pip install "bloom-blender[render]"`, or write an .mp4 file.'
        ) from None
    return encode_with_pillow


def encode_with_ffmpeg(pictures: Sequence[Path], path: Path, fps: int) -> None:
    """Write an H.264 video that browsers, chats and slides play."""
    with replace_file(path) as temporary, tempfile.TemporaryFile() as messages:
        command = [
            *(shutil.which("ffmpeg") or "ffmpeg", "-hide_banner", "-loglevel", "error", "-y"),
            # Through a pipe, since ffmpeg would take a % in the folder's name for a pattern.
            *("-f", "image2pipe", "-framerate", str(fps), "-c:v", "png", "-i", "-"),
            # H.264 with 4:2:0, the only one that all players know, wants even sizes.
            *("-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2", "-pix_fmt", "yuv420p"),
            *("-c:v", "libx264", "-crf", "16", "-preset", "slow", "-movflags", "+faststart"),
            str(temporary),
        ]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=messages
        ) as encoder:
            assert encoder.stdin is not None
            try:
                for picture in pictures:
                    encoder.stdin.write(picture.read_bytes())
                encoder.stdin.close()
            except BrokenPipeError:
                pass  # it has ended, and says why
        if encoder.returncode:
            messages.seek(0)
            lines = messages.read().decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
            raise BloomError(
                f"ffmpeg did not write {path.name} ({lines[-1].strip()}): "
                f"the pictures are in {pictures[0].parent}."
            )


class _Opened:
    """Pictures that are opened one after the other, as often as Pillow goes through them (PNG: twice)."""

    def __init__(self, pictures: Sequence[Path]) -> None:
        self.pictures = pictures

    def __iter__(self) -> Iterator[Any]:
        from PIL import Image

        for picture in self.pictures:
            with Image.open(picture) as image:
                yield image.copy()


def encode_with_pillow(pictures: Sequence[Path], path: Path, fps: int) -> None:
    """Write an animated WebP, GIF or PNG that repeats."""
    from PIL import Image

    ending = path.suffix.lower()
    options: dict[str, Any] = {".webp": {"quality": 82, "method": 4}}.get(ending, {})

    # In milliseconds. A GIF counts hundredths of a second, and players slow down below two of them.
    unit, least = (10, 20) if ending == ".gif" else (1, 1)
    times = [round(index * 1000 / fps / unit) * unit for index in range(len(pictures) + 1)]
    durations = [max(after - before, least) for before, after in pairwise(times)]
    with replace_file(path) as temporary, Image.open(pictures[0]) as first:
        first.save(
            temporary,
            save_all=True,
            append_images=_Opened(pictures[1:]),
            duration=durations,
            loop=0,
            **options,
        )
