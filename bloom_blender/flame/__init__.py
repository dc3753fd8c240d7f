"""What a fractal flame is: model, files, variations, and what of it can be animated."""

from __future__ import annotations

from .interpolation import interpolate
from .model import Flame
from .variations.evaluate import evaluate_color, evaluate_variation
from .xml import parse_flames, read_flame, read_flames, write_flame, write_flames

__all__ = [
    "Flame",
    "evaluate_color",
    "evaluate_variation",
    "interpolate",
    "parse_flames",
    "read_flame",
    "read_flames",
    "write_flame",
    "write_flames",
]
