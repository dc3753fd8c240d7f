"""Colour values: from display-referred to linear light."""

from __future__ import annotations

import numpy as np


def linear_light(display: np.ndarray) -> np.ndarray:
    """Linear light (Rec. 709 primaries) of sRGB display values in 0..1, by IEC 61966-2-1; any shape."""
    return np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4)
