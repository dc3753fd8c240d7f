"""The wind: how the maps of a flame sway, as wide as the run has still to go and as it is restless."""

from __future__ import annotations

import numpy as np

from .chance import Chance

PERIOD = 32.0  # frames of a sway; fewer in films shorter than six of them
HOMEWARD = 0.3  # of the film at its end, in which the sway is led to the flame at rest without becoming less
_GOLDEN = 0.5 * (5.0**0.5 - 1.0)


def sways(
    frames: int, channels: int, seed: int, moments: np.ndarray | None = None, *, loop: bool = False
) -> np.ndarray:
    """How each of some channels sways at N frames: (N, channels), within -2 … 2, 0 at the film's end.

    Parameters
    ----------
    moments : (N,), optional
        The film's time at each frame, 0 to 1; from the first to the last, evenly, by default.
    loop : bool
        Go round: each sine makes a whole number of turns.

    Every channel sways in two sines of its own frequency. Phases of neighbouring channels differ by the
    golden section, so that some are quick while others turn, and the flame as a whole moves evenly.
    """
    period = min(PERIOD, max(frames / 6.0, 8.0))
    film = np.linspace(0.0, 1.0, frames) if moments is None else moments
    end = int(np.argmax(film))
    now = np.arange(frames) / frames
    turns = frames / period
    chance = Chance(seed)
    start = chance.uniform()
    home = np.clip((film - 1.0 + HOMEWARD) / HOMEWARD, 0.0, 1.0)
    home = home**2 * (3.0 - 2.0 * home)
    columns = []
    for channel in range(channels):
        pace, other = turns * (0.85 + 0.3 * chance.uniform()), chance.uniform()
        phase = start + _GOLDEN * channel
        paces = (pace, 1.618 * pace)
        if loop:
            paces = (max(round(paces[0]), 1), max(round(paces[1]), 1))
        sway = 0.7 * np.sin(2.0 * np.pi * (paces[0] * now + phase))
        sway += 0.3 * np.sin(2.0 * np.pi * (paces[1] * now + other))
        columns.append(sway - sway[end] * home)
    return np.stack(columns, axis=1) if columns else np.zeros((frames, 0))
