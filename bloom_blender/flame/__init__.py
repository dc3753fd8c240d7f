"""What a fractal flame is: model, files, variations, and what of it can be animated.

The modules are loaded at first use, because Blender loads this package whenever it starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..later import later

if TYPE_CHECKING:
    from .interpolation import interpolate
    from .model import Flame
    from .variations.evaluate import evaluate_color, evaluate_variation
    from .xml import parse_flames, read_flame, read_flames, write_flame, write_flames

__getattr__ = later(
    __name__,
    {
        "Flame": "model",
        "interpolate": "interpolation",
        **dict.fromkeys(("evaluate_color", "evaluate_variation"), "variations.evaluate"),
        **dict.fromkeys(("parse_flames", "read_flame", "read_flames", "write_flame", "write_flames"), "xml"),
    },
)

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
