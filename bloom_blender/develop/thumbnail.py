"""Small pictures of flames to choose by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..flame.model import Flame
from .picture import render

QUALITY = 60.0
"""Points per pixel: enough to tell flames apart, and a small picture takes less than a tenth of a second."""


def thumbnail(flame: Flame, size: tuple[int, int], *, quality: float = QUALITY) -> np.ndarray:
    """All that a flame's picture shows, in a frame of ``size`` (width, height) pixels.

    Returns (height, width, 4) float32: display colours with the background, top row first, and alpha. Where
    the frame has another shape than the flame's own picture, more of the flame is seen.
    """
    return render(fitted(flame, size), quality=quality * 4.0**-flame.camera.zoom, supersample=1)


def fitted(flame: Flame, size: tuple[int, int]) -> Flame:
    """The flame with a picture of another size, which holds all of its own."""
    camera = flame.camera
    factor = min(new / old for new, old in zip(size, camera.size, strict=True))
    return replace(flame, camera=replace(camera, size=size, scale=camera.scale * factor))
