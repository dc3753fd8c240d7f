"""The wind: a tremble of the opened flame, as strong as the run's own restlessness."""

from __future__ import annotations

import numpy as np

from .chance import Chance

STRENGTH = 0.12  # of the reach of a signal, where the run is as restless as its steps are long on average
RESPONSE = 1.0 / 4.0  # a run ten thousand times calmer still makes a tenth of the wind
PERIOD = 32.0  # frames of a sway; fewer in films shorter than six of them
CALM = 0.12  # the last share of the film, in which the wind dies down


def breeze(
    restlessness: np.ndarray, opened: np.ndarray, channels: int, seed: int, moments: np.ndarray | None = None
) -> np.ndarray:
    """Signals of the wind at N frames: (N, channels), within -STRENGTH … STRENGTH, exactly 0 at the end.

    Parameters
    ----------
    restlessness : (N,)
        How much the run's steps differ around each frame, relative to the length of its steps on average.
    opened : (N,)
        0 for a bud, 1 for an open flame: the wind rises as the flame opens.
    moments : (N,), optional
        The film's time at each frame, 0 to 1; from the first to the last, evenly, by default.

    Every channel sways in two sines of its own frequency and phase, under gusts that all of them share.
    """
    frames = len(restlessness)
    period = min(PERIOD, max(frames / 6.0, 8.0))
    now = np.arange(frames) / period
    film = np.linspace(0.0, 1.0, frames) if moments is None else moments
    ending = np.clip((1.0 - film) / CALM, 0.0, 1.0)
    chance = Chance(seed)
    gusts = 0.75 + 0.25 * np.sin(2.0 * np.pi * (now / 3.7 + chance.uniform()))
    strength = STRENGTH * np.clip(restlessness, 0.0, 1.0) ** RESPONSE
    strength = strength * opened**2 * gusts * ending**2 * (3.0 - 2.0 * ending)
    sways = []
    for _ in range(channels):
        pace, first, second = 0.8 + 0.4 * chance.uniform(), chance.uniform(), chance.uniform()
        sways.append(
            0.7 * np.sin(2.0 * np.pi * (pace * now + first))
            + 0.3 * np.sin(2.0 * np.pi * (1.618 * pace * now + second))
        )
    return strength[:, None] * np.stack(sways, axis=1)
