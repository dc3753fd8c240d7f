"""The way from a run and a flame to a movie."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..develop.picture import prepared
from ..errors import BloomError
from ..files import check_target, read_regular
from ..flame.model import Flame
from ..growth import Curves
from .encoding import Encoder, encoder_for
from .frames import FrameFolder

WIDTH = 1280
"""Pixels."""

QUALITY = 60.0
"""Points per pixel: with density estimation, what noise is left does not show in motion."""

FPS = 24

Progress = Callable[[int, int], None]
"""Called with the frames that are done and the frames that there will be."""

_TYPES = {".mp4": "video/mp4", ".webp": "image/webp", ".gif": "image/gif", ".png": "image/png"}
_LARGEST_SHOWN = 2**26  # bytes; a notebook holds the file


@dataclass(frozen=True)
class Movie:
    """A file that plays, which a notebook shows.

    Parameters
    ----------
    path
        .mp4, .webp, .gif or .png.
    frames, fps
        How many pictures it has, and how many of them a second.
    """

    path: Path
    frames: int
    fps: int

    def _repr_html_(self) -> str:
        kind = _TYPES[self.path.suffix.lower()]
        data = base64.b64encode(read_regular(self.path, _LARGEST_SHOWN)).decode("ascii")
        source = f"data:{kind};base64,{data}"
        if kind.startswith("video/"):
            return f'<video controls autoplay loop muted src="{source}" style="max-width:100%"></video>'
        return f'<img src="{source}" style="max-width:100%">'


def make_movie(
    flame: Flame,
    curves: Curves,
    output: str | os.PathLike[str],
    *,
    width: int = WIDTH,
    quality: float = QUALITY,
    supersample: int | None = None,
    fps: int = FPS,
    seed: int = 0,
    threads: int | None = None,
    keep_frames: bool = False,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> Movie:
    """Render the film of a flame that moves, and write it as one file.

    The pictures are kept beside the output, in a folder of its name and ``_frames``, until the file is
    written; where they are left by an interrupt, the same call goes on with them.

    Parameters
    ----------
    flame, curves
        The base flame and what `growth.grow` made of it and a run.
    output
        The file: .mp4 (needs ffmpeg), .webp, .gif or .png (need Pillow).
    width
        Of the pictures in pixels; the height follows the flame's own shape.
    quality
        Points per pixel.
    supersample
        Buckets per pixel and direction; None for the flame's own.
    fps
        Frames per second.
    seed, threads
        See `develop.render`. The pictures do not depend on the threads.
    keep_frames
        Leave the folder of pictures when the file is written.
    encoder
        Writes the file instead of the one of its ending.
    progress
        See `Progress`. What it raises ends the work, and a later call goes on.

    Raises
    ------
    BloomError
        If an option is out of range, or something that is needed is missing; then nothing was written.
    """
    path = Path(output)
    check_target(path)
    if not path.parent.is_dir():
        raise BloomError(f"{path.parent} is not a folder: create it first.")
    if not 1 <= fps <= 1000:
        raise BloomError(f"The film has {fps} frames a second: give 1 to 1000.")
    if not quality > 0:
        raise BloomError(f"The quality is {quality:g}: give more than 0.")
    encode = encoder or encoder_for(path)
    flame = prepared(flame, width=width, quality=quality, supersample=supersample)
    curves = curves.in_time_order()
    folder = FrameFolder(path.with_name(f"{path.stem}_frames"), flame, curves, seed=seed)
    missing = folder.missing()
    for count, index in enumerate(missing):
        if progress is not None:
            progress(curves.frames - len(missing) + count, curves.frames)
        folder.render(index, threads=threads)
    if progress is not None:
        progress(curves.frames, curves.frames)
    encode(folder.pictures, path, fps)
    if not keep_frames:
        folder.remove()
    return Movie(path, curves.frames, fps)
