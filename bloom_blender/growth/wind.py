"""The wind: a tremble of the opened flame, as strong as the run still moves."""

from __future__ import annotations

import numpy as np

from .chance import Chance

STRENGTH = 0.12  # of the reach of a signal, where the run moves at its average speed
RESPONSE = 1.0 / 6.0  # a run a million times slower still makes a tenth of the wind
PERIOD = 32.0  # frames of a sway; fewer in films shorter than six of them
CALM = 0.12  # the last share of the film, in which the wind dies down


def breeze(speed: np.ndarray, opened: np.ndarray, channels: int, seed: int) -> np.ndarray:
    """Signals of the wind at N frames: (N, channels), within -STRENGTH … STRENGTH, exactly 0 at the end.

    Parameters
    ----------
    speed : (N,)
        How fast the run moves at each frame, relative to its average.
    opened : (N,)
        0 for a bud, 1 for an open flame: the wind rises as the flame opens.

    Every channel sways in two sines of its own frequency and phase, under gusts that all of them share.
    """
    frames = len(speed)
    period = min(PERIOD, max(frames / 6.0, 8.0))
    now = np.arange(frames) / period
    film = np.linspace(0.0, 1.0, frames)
    ending = np.clip((1.0 - film) / CALM, 0.0, 1.0)
    chance = Chance(seed)
    gusts = 0.75 + 0.25 * np.sin(2.0 * np.pi * (now / 3.7 + chance.uniform()))
    strength = STRENGTH * np.clip(speed, 0.0, 1.0) ** RESPONSE
    strength = strength * opened**2 * gusts * ending**2 * (3.0 - 2.0 * ending)
    sways = []
    for _ in range(channels):
        pace, first, second = 0.8 + 0.4 * chance.uniform(), chance.uniform(), chance.uniform()
        sways.append(
            0.7 * np.sin(2.0 * np.pi * (pace * now + first))
            + 0.3 * np.sin(2.0 * np.pi * (1.618 * pace * now + second))
        )
    return strength[:, None] * np.stack(sways, axis=1)
