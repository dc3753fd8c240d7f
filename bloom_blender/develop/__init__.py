"""From a histogram to a picture: density, filter, tone, file."""

from .picture import develop, fill, render, resized
from .png import png_bytes

__all__ = ["develop", "fill", "png_bytes", "render", "resized"]
