"""A palette as a few stops of a colour ramp, between which light is blended."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .color import display_values, linear_light
from .model import ANCHORED, Palette

MOST = 32
"""Stops that a ramp of Blender can have."""
TOLERANCE = 0.008
"""Root mean square error of the display colours, 0 .. 1, at which more stops are not worth having."""


class Stops(NamedTuple):
    """Positions (K,) 0..1 and display colours (K, 3) 0..1 of a ramp; whether it jumps between them."""

    positions: np.ndarray
    colors: np.ndarray
    jumps: bool


def sampled(palette: Palette, count: int = ANCHORED) -> np.ndarray:
    """The colours that a palette shows without its anchors, (count, 3), at equal steps of the index."""
    colors = np.clip(np.array(palette.colors), 0.0, 1.0)
    place = np.linspace(0.0, len(colors) - 1.0, count)
    if palette.mode == "step":
        return colors[np.floor(place + 1e-9).astype(int)]
    return np.stack([np.interp(place, np.arange(len(colors)), column) for column in colors.T], axis=1)


def fitted(palette: Palette, *, most: int = MOST, tolerance: float = TOLERANCE) -> Stops:
    """The fewest stops that come as near to a palette as the tolerance says, at most so many.

    For each number of stops they are the best choice among the palette's own colours, by dynamic programming
    over all stretches between two of them.
    """
    colors = sampled(palette)
    if palette.mode == "step":
        starts = np.flatnonzero(np.r_[True, (np.diff(colors, axis=0) != 0.0).any(axis=1)])
        if len(starts) <= most:
            return Stops(starts / (len(colors) - 1.0), colors[starts], True)
    error = _errors(colors)
    enough = tolerance**2 * colors.size
    cost = error[0]
    steps: list[np.ndarray] = []
    while cost[-1] > enough and len(steps) + 2 < most:
        whole = cost[:, None] + error
        steps.append(whole.argmin(axis=0))
        cost = whole.min(axis=0)
    chosen = [len(colors) - 1]
    for step in reversed(steps):
        chosen.append(int(step[chosen[-1]]))
    places = np.unique([0, *chosen])
    return Stops(places / (len(colors) - 1.0), colors[places], False)


def _errors(colors: np.ndarray) -> np.ndarray:
    """(n, n) squared error of the display colours between every two stops; infinite backwards."""
    count, light = len(colors), linear_light(colors)
    errors = np.full((count, count), np.inf)
    np.fill_diagonal(errors, 0.0)
    for length in range(1, count):
        share = (np.arange(1, length) / length)[None, :, None]
        blend = light[:-length, None] * (1.0 - share) + light[length:, None] * share
        inner = np.lib.stride_tricks.sliding_window_view(colors, length + 1, axis=0)[:, :, 1:-1]
        gap = display_values(blend) - inner.transpose(0, 2, 1)
        errors[np.arange(count - length), np.arange(length, count)] = np.einsum("ijk,ijk->i", gap, gap)
    return errors


def light_of_stops(stops: Stops) -> np.ndarray:
    """Linear light of the stops' colours, (K, 3), as a ramp holds it."""
    return linear_light(stops.colors)


def display_of_light(light: np.ndarray) -> np.ndarray:
    """Display colours, (N, 3) 0 .. 1, of what a ramp gives."""
    return np.clip(display_values(light), 0.0, 1.0)
