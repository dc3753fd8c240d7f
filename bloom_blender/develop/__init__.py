"""From a histogram to a picture: density, filter, tone, file."""

from .picture import compatibility_of, develop, fill, render, resized
from .png import png_bytes

__all__ = ["compatibility_of", "develop", "fill", "png_bytes", "render", "resized"]
