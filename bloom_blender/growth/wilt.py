"""What a run that lost again what it had learned does to a flame: it withers, in shape and in colour."""

from __future__ import annotations

import numpy as np

from ..flame.color import display_of_oklab, in_gamut, oklab
from ..flame.model import Flame
from .chance import Chance
from .drives import Drive

DROOP = (0.35, -0.9, 0.35, 0.5, 0.25, 0.7)  # of a map's signals: turn, size, aspect, shear, right and down
LOOSE = 0.8  # of the signal of a variation's weight and parameters
ANCHORS = 12  # colours of the palette that withers
BROWN = (0.035, 0.045)  # where the colours go, a and b of OKLab
FADED = 0.8  # of the way there
DARK = 0.4  # of the lightness that goes
ASH = (0.0, 0.02)  # where they go in a run that does well on its training data all the while
LIGHT = 0.45  # of the way to white that those go


def droop(drives: tuple[Drive, ...], seed: int) -> np.ndarray:
    """The signals of a flame that has withered altogether, one for each channel: (channels,).

    Maps become smaller and hang. Which way each is turned and sheared, and what variations do, is drawn.
    """
    chance = Chance(seed)
    found: list[float] = []
    for drive in drives:
        if drive.is_affine:
            turn, shear, right = chance.sign(), chance.sign(), chance.sign()
            found += [d * s for d, s in zip(DROOP, (turn, 1.0, 1.0, shear, right, 1.0), strict=True)]
        elif any(drive.sways):
            found.append(LOOSE * chance.sign())
        else:
            found.append(0.0)
    return np.array(found)


def fade(
    flame: Flame, lost: np.ndarray, memorized: np.ndarray
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Curves of a palette that withers where ``lost`` (N,) is 1: names, base (P,), values (N, P).

    It turns brown and dark, or pale as ash where ``memorized`` (N,) is 1.
    """
    colors = np.clip(flame.palette.array, 0.0, 1.0)
    places = np.linspace(0.0, len(colors) - 1.0, ANCHORS)
    fresh = oklab(
        np.stack([np.interp(places, np.arange(len(colors)), channel) for channel in colors.T], axis=1)
    )
    withered = fresh.copy()
    withered[:, 0] *= 1.0 - DARK
    withered[:, 1:] += FADED * (np.array(BROWN) * np.minimum(fresh[:, :1] / 0.5, 1.0) - fresh[:, 1:])
    pale = fresh.copy()
    pale[:, 0] += LIGHT * (1.0 - fresh[:, 0]) * np.minimum(fresh[:, 0] / 0.3, 1.0)
    pale[:, 1:] += FADED * (np.array(ASH) - fresh[:, 1:])
    share, kept = lost[:, None, None], memorized[:, None, None]
    end = withered + kept * (pale - withered)
    shown = np.clip(display_of_oklab(in_gamut(fresh + share * (end - fresh))), 0.0, 1.0)
    base = np.clip(display_of_oklab(fresh), 0.0, 1.0).reshape(-1)
    names = tuple(f"palette.color{k}[{c}]" for k in range(1, ANCHORS + 1) for c in range(3))
    return names, base, shown.reshape(len(lost), -1)
