"""Where the light of a flame lies in its picture's plane, and the camera that fills a frame with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..errors import BloomError
from ..flame.color import linear_light
from ..flame.model import Camera, Flame
from ..flame.view import roll_of
from .picture import render

FRAMINGS = ("auto", "whole", "file")
"""``whole`` shows the whole flower, ``file`` what the flame's own camera shows, ``auto`` that camera for a
flame that was composed to run out of its frame, and else the whole flower."""

ASPECTS = {"16:9": (16, 9), "1:1": (1, 1), "9:16": (9, 16)}
"""Shapes of pictures by name."""

#: Share of the light that counts as the flower; the rest are its wisps.
INNER = 0.98
#: Share of the frame's height that the flower fills, and the most of its width.
HEIGHT, WIDTH = 0.8, 0.92
#: A flame whose light is higher than its frame was composed to run out of it.
_COMPOSED = 1.0
#: Height and width of what is looked at, in heights of the flame's own frame, and in pixels.
_REACH, _PIXELS = 3.0, 240
#: Points for each of these pixels.
_QUALITY = 40.0


@dataclass(frozen=True)
class Extent:
    """The rectangle that holds the light of a flame, from the middle of its picture, y down.

    In units of the flame.
    """

    left: float
    right: float
    top: float
    bottom: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top


def inner_span(light: np.ndarray, inner: float = INNER) -> tuple[float, float]:
    """Where the middle ``inner`` of the light of a row begins and ends, in its entries; (N,) floats."""
    share = np.concatenate([[0.0], np.cumsum(light, dtype=np.float64)])
    ends = [0.5 - 0.5 * inner, 0.5 + 0.5 * inner]
    low, high = np.interp(ends, share / max(share[-1], 1e-300), np.arange(len(share)))
    return float(low), float(high)


def extent_of(flame: Flame, *, threads: int | None = None) -> Extent | None:
    """Columns and rows that hold `INNER` of the light of a flame's picture; None where it is dark.

    Of the light of the finished picture, linear, on a canvas of three heights of the flame's own frame.
    """
    camera = flame.camera
    unit = _REACH * camera.extent[1] / _PIXELS
    canvas = replace(camera, size=(_PIXELS, _PIXELS), scale=1.0 / unit, zoom=0.0)
    tone = replace(flame.tone, estimator_radius=0.0, supersample=1, background=(0.0, 0.0, 0.0))
    picture = render(replace(flame, camera=canvas, tone=tone), quality=_QUALITY, threads=threads)
    light = linear_light(np.clip(picture[..., :3], 0.0, 1.0)).sum(2)
    if not light.any():
        return None
    ends = [inner_span(light.sum(axis)) for axis in (0, 1)]
    return Extent(*(unit * (end - 0.5 * _PIXELS) for span in ends for end in span))


def aspect_size(aspect: str, longer: int) -> tuple[int, int]:
    """Width and height in even pixels of an aspect such as ``16:9``, its longer side ``longer`` pixels.

    Raises
    ------
    BloomError
        If it is not two whole numbers above 0 with a colon between them.
    """
    try:
        across, down = (int(part) for part in aspect.split(":"))
        if not (0 < across <= 10_000 and 0 < down <= 10_000):
            raise ValueError
    except ValueError:
        raise BloomError(f"The aspect is {aspect!r}: give width and height, such as 16:9.") from None
    scale = longer / max(across, down)
    return max(2 * round(across * scale / 2), 2), max(2 * round(down * scale / 2), 2)


def framed(
    flame: Flame,
    *,
    size: tuple[int, int] | None = None,
    framing: str = "auto",
    extent: Extent | None = None,
) -> Flame:
    """The flame with a camera for a picture of ``size`` pixels, by default of its own size.

    Parameters
    ----------
    framing
        One of `FRAMINGS`. The flame's own camera shows the same area in another shape.
    extent
        That of the flame where it is known already.
    """
    if framing not in FRAMINGS:
        raise BloomError(f"The framing is {framing!r}: choose one of {', '.join(FRAMINGS)}.")
    camera = flame.camera
    width, height = size or camera.size
    own = camera.pixels_per_unit * (width * height / (camera.size[0] * camera.size[1])) ** 0.5
    resized = replace(camera, size=(width, height), scale=own, zoom=0.0)
    if framing != "file":
        extent = extent or extent_of(flame)
        composed = extent is not None and extent.size[1] > _COMPOSED * camera.extent[1]
        if extent is not None and not (composed and framing == "auto"):
            resized = _around(resized, extent)
    return replace(flame, camera=resized)


def _around(camera: Camera, extent: Extent) -> Camera:
    """The camera that has an extent in its middle and fills its frame with it."""
    width, height = camera.size
    wide, high = (max(length, 1e-9) for length in extent.size)
    middle = np.array([extent.left + extent.right, extent.top + extent.bottom]) / 2.0
    moved = np.array(camera.center) + roll_of(camera).T @ middle
    scale = min(HEIGHT * height / high, WIDTH * width / wide)
    return replace(camera, center=(float(moved[0]), float(moved[1])), scale=scale)
