"""Colours from word vectors: snapshots of embedding tables to the anchors of a palette. See docs/growth.md.

Words lie along the palette in the order of the strongest direction of the finished table; that is lightness
too. The next two directions are the two axes of colour. All three are fixed once, on the last snapshot,
so a palette changes only as the table does, and ends on the same colours however the film gets there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ..errors import BloomError
from ..flame.color import display_of_oklab, display_values, in_gamut, linear_light, oklab
from ..trajectory import Embeddings, Trajectory
from .curves import Curves
from .principal import principal_directions

ANCHORS = 12
PREFIX = "palette.color"
LIGHTNESS = (
    (0.36, 0.93),
    (0.28, 0.95),
    (0.20, 0.97),
)  # darkest and lightest; wider where colours are too alike
CHROMA = 0.17  # of an anchor as far from the middle of the table as they are on average
NEAR = 0.35  # of that distance: an anchor nearer than this has less than half of its chroma
TINT = 0.05  # chroma that a table has as a whole, before it has learned to tell its words apart
HUE = 350.0  # degrees: of the first table's tint; others are spread evenly around
OVERLAP = 0.85  # of a neighbour's place: how far an anchor looks around for words
TURNS = (0.0, 20.0, -20.0, 40.0, -40.0, 60.0, -60.0)  # degrees of all hues, tried where colours are too alike
ALIKE = 0.02  # colours nearer than this in OKLab are hard to tell apart side by side

_FIT_WORDS = 4096  # of larger tables as many words decide on the directions
_GRAIN = 2.0**-24

#: Linear light as protanopes and deuteranopes see it: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A
#: physiologically-based model for simulation of color vision deficiency" (2009), full severity.
_VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}


@dataclass(frozen=True, eq=False)
class Table:
    """How one embedding table becomes colours: a projection, the words of each anchor, and scales."""

    name: str
    directions: np.ndarray  # (3, D)
    shares: np.ndarray  # (K, V): how much of each word is in an anchor
    places: np.ndarray  # (K,): where the anchors of the last snapshot are along the first direction
    lightness: np.ndarray  # (K,): and how light they are there
    radius: float  # mean distance of those anchors from the middle in the other two directions
    hue: float  # radians

    def anchors(self, vectors: np.ndarray) -> np.ndarray:
        """OKLab colours (K, 3) of a snapshot (V, D), not yet mapped into a gamut."""
        found = self.shares @ ((vectors - vectors.mean(axis=0)) @ self.directions.T)
        light = np.interp(found[:, 0], self.places, self.lightness)
        across = found[:, 1:] / self.radius
        far = np.sqrt((across**2).sum(axis=1, keepdims=True))
        across = CHROMA * (1.0 + NEAR) * across / (far + NEAR)
        c, s = math.cos(self.hue), math.sin(self.hue)
        a, b = across.T
        return np.stack([light, TINT * c + a * c - b * s, TINT * s + a * s + b * c], axis=1)


@dataclass(frozen=True, eq=False)
class Colors:
    """A palette for the embedding tables of a run; `fit_colors` makes it."""

    tables: tuple[Table, ...]

    def anchors(self, trajectory: Trajectory, step: float) -> np.ndarray:
        """Display colours (ANCHORS, 3) of a run at a step, between snapshots too."""
        return self.over(trajectory, np.array([step]))[0]

    def over(self, trajectory: Trajectory, steps: np.ndarray) -> np.ndarray:
        """Display colours of a run at N steps: (N, ANCHORS, 3) within 0 … 1.

        Between two snapshots, which are mapped into the gamut, the colours go straight in OKLab.
        """
        parts = []
        for number, table in enumerate(self.tables):
            snapshots = _table_like(trajectory, table)
            lab = in_gamut(np.stack([table.anchors(vectors) for vectors in snapshots.vectors]))
            flat = lab.reshape(len(lab), -1)
            moved = np.stack([np.interp(steps, snapshots.steps, column) for column in flat.T], axis=1)
            moved = moved.reshape(len(steps), *lab.shape[1:])
            parts.append(moved if number % 2 == 0 else moved[:, ::-1])  # dark, light, dark: a circle
        return np.clip(display_of_oklab(np.concatenate(parts, axis=1)), 0.0, 1.0)


def fit_colors(trajectory: Trajectory, tables: Sequence[str] | None = None, *, hue: float = 0.0) -> Colors:
    """The palette of a run's embedding tables.

    Parameters
    ----------
    trajectory
    tables : sequence of str, optional
        Names of one or more tables, which share the palette side by side; all of them by default.
    hue : float
        Degrees by which all colours are turned.

    Raises
    ------
    BloomError
        If the run has no such table, or one of a single word.
    """
    chosen = [trajectory.embedding(name) for name in tables] if tables else list(trajectory.embeddings)
    if not chosen:
        raise BloomError(
            f"the run {trajectory.name!r} holds no embeddings to colour by: keep the flame's own palette."
        )
    if len(chosen) > ANCHORS // 2:
        raise BloomError(f"{len(chosen)} tables were chosen for one palette: choose {ANCHORS // 2} or fewer.")
    edges = np.rint(np.linspace(0, ANCHORS, len(chosen) + 1)).astype(int)
    counts = np.diff(edges).tolist()
    fitted = [_fitted(table, count) for table, count in zip(chosen, counts, strict=True)]
    found: list[tuple[float, Colors]] = []
    for (darkest, lightest), turned in product(LIGHTNESS, TURNS):
        made = []
        for number in range(len(chosen)):
            count = counts[number]
            # Neighbouring tables take lightnesses in between each other's, so that no two colours meet.
            between = number / len(chosen)
            light = darkest + (lightest - darkest) * (np.arange(count) + between) / (count - 1 / len(chosen))
            turn = math.radians(HUE + hue + turned + 360.0 * number / len(chosen))
            made.append(replace(fitted[number], lightness=light, hue=turn))
        colors = Colors(tuple(made))
        apart = min(differences(_final(colors, chosen)).values())
        if apart >= ALIKE:
            return colors
        found.append((apart, colors))
    return max(found, key=lambda item: item[0])[1]


def differences(anchors: np.ndarray) -> dict[str, float]:
    """The smallest distance in OKLab between any two of some display colours (K, 3), by kind of eyes."""
    found = {}
    for vision, matrix in _VISION.items():
        seen = np.clip(linear_light(anchors) @ matrix.T, 0.0, 1.0)
        lab = oklab(np.clip(display_values(seen), 0.0, 1.0))
        distance = np.sqrt(((lab[:, None] - lab[None]) ** 2).sum(axis=-1))
        found[vision] = float(distance[~np.eye(len(lab), dtype=bool)].min())
    return found


def alike(anchors: np.ndarray) -> tuple[str, ...]:
    """The kinds of eyes to which two of some display colours (K, 3) are hard to tell apart."""
    return tuple(vision for vision, distance in differences(anchors).items() if distance < ALIKE)


def anchors_of(curves: Curves) -> np.ndarray:
    """The anchors (K, 3) on which curves end; none, (0, 3), where they move no palette."""
    columns = [k for k, name in enumerate(curves.names) if name.startswith(PREFIX)]
    return curves.base[columns].reshape(-1, 3)


def _final(colors: Colors, tables: list[Embeddings]) -> np.ndarray:
    lab = np.concatenate(
        [mine.anchors(table.vectors[-1]) for mine, table in zip(colors.tables, tables, strict=True)]
    )
    return np.clip(display_of_oklab(in_gamut(lab)), 0.0, 1.0)


def _fitted(table: Embeddings, count: int) -> Table:
    """The projection and the words of `count` anchors, before it is said how light and of what hue."""
    last = table.vectors[-1] - table.vectors[-1].mean(axis=0)
    words = len(last)
    if words < 2:
        raise BloomError(f"the embedding table {table.name!r} has one word: colours need two or more.")
    largest = np.abs(last).max() or 1.0
    rows = last[:: -(-words // _FIT_WORDS)]
    directions, _ = principal_directions(np.rint(rows / (largest * _GRAIN)))
    missing = 3 - min(len(directions), 3)  # tables of fewer dimensions have fewer axes
    directions = np.concatenate([directions[:3], np.zeros((missing, last.shape[1]))])
    found = (last / largest) @ directions.T
    rank = np.empty(words)
    rank[np.argsort(found[:, 0], kind="stable")] = (np.arange(words) + 0.5) / words
    centres = (np.arange(count) + 0.5) / count
    shares = np.exp(-0.5 * ((rank[None] - centres[:, None]) * count / OVERLAP) ** 2)
    shares /= shares.sum(axis=1, keepdims=True)
    anchors = shares @ found
    places = np.maximum.accumulate(anchors[:, 0] + 1e-9 * np.arange(count))
    radius = np.sqrt((anchors[:, 1:] ** 2).sum(axis=1)).mean() or 1.0
    light = np.linspace(0.0, 1.0, count)
    return Table(table.name, directions, shares, places * largest, light, float(radius * largest), 0.0)


def _table_like(trajectory: Trajectory, table: Table) -> Embeddings:
    """The run's table of that name, whose shape has to be that of the table that was fitted."""
    found = trajectory.embedding(table.name)
    if found.vectors.shape[1:] != (table.shares.shape[1], table.directions.shape[1]):
        raise BloomError(
            f"the embedding table {table.name!r} of the run {trajectory.name!r} has another shape than "
            f"the one that the colours were fitted on: choose a run of the same model."
        )
    return found


def color_curves(colors: Colors, trajectory: Trajectory, steps: np.ndarray):
    """Names (P,), base (P,) and values (N, P) of curves that show the run's palette at N steps.

    The base is the palette of the last snapshots.
    """
    last = max(trajectory.embedding(table.name).steps[-1] for table in colors.tables)
    values = colors.over(trajectory, np.append(steps, last)).reshape(len(steps) + 1, -1)
    count = values.shape[1] // 3
    names = tuple(f"{PREFIX}{number}[{k}]" for number in range(1, count + 1) for k in range(3))
    return names, values[-1], values[:-1]
