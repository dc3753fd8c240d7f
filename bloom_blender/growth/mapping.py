"""A mapping from runs to movement: fitted on one run, applied to it or to others. See docs/growth.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import BloomError
from ..flame.model import Flame
from ..trajectory import Trajectory
from . import film
from .bindings import Binding, target_of
from .bud import close_bud
from .chance import Chance
from .curves import Curves
from .drives import Drive, drives_of, keeps_distances, phase_drive
from .outcome import Outcome, outcome_of
from .path import Path, path_of, quality_metrics
from .principal import principal_directions
from .tear import tear
from .wilt import droop, fade
from .wind import sways

COMPONENTS = 24  # directions of the run that are used, at most
OFFSET = 0.6  # how far from the base flame what is still to be learned puts a signal
SWING = 0.6  # and how far the swings of the run around that
LEAST_SWING = 0.1  # of the size of the whole: swings smaller than this are not blown up
SLOW = 0.07  # standard deviation of the smoothing, as a share of the film, that tells swings from the rest
ROAM = 1.1  # how wide the maps sway where all is still to be learned
HEAT = 2.0  # power of what is left to learn that this goes by
BREATH = 0.07  # and how wide at rest, in a run as restless as its steps are long
RESPONSE = 1.0 / 8.0  # a run that is calmer by a factor of ten thousand still breathes a third as wide
SHAPE = 0.75
SWINGS = 1.0
AT_ONCE = 0.35  # of its opening goes by what its metrics gained alone; the rest waits for progress
SHRUNK = 0.5  # of its openness that a flame loses which has lost all that it had learned
TEARS_WITHIN = (0.15, 0.75)  # of the film: when a diverged run's flame begins to tear

DRIVES = ("all", "layers", "metric", "hand")
TIMES = ("learning", "step", "log", "loss")

_GRAIN = 2.0**-24  # of the largest number: finer differences don't decide on directions
_NOT_SPANNED = 1e-4  # a direction this weak, relative to the strongest, is not used


@dataclass(frozen=True)
class Choices:
    """The settings of a mapping; see `robust` for what each of them means."""

    drive: str = "all"
    source: str | None = None
    time: str = "learning"
    metric: str | None = None
    smoothing: float = 1.0
    bud: float = 1.0
    wind: float = 1.0
    gain: float = 1.0
    loop: bool = False
    seed: int = 0
    bindings: tuple[Binding, ...] = ()

    def __post_init__(self):
        for name, known in (("drive", DRIVES), ("time", TIMES)):
            if getattr(self, name) not in known:
                raise BloomError(f"{name} is {getattr(self, name)!r}: choose one of {', '.join(known)}.")
        if self.drive == "hand" and not self.bindings:
            raise BloomError(
                "nothing is bound by hand: bind a series to a parameter, or choose another drive."
            )


@dataclass(frozen=True, eq=False)
class Group:
    """Directions of some parts of a path, and how large the run's movement along them is."""

    names: tuple[str, ...]
    directions: np.ndarray  # (C, D)
    size: np.ndarray  # (C,)
    swing_size: np.ndarray  # (C,)


@dataclass(frozen=True, eq=False)
class Mapping:
    """How runs of one model move a flame: directions, sizes and clock, all fitted on one of them.

    Attributes
    ----------
    choices : Choices
    run : str
        Name of the run it was fitted on.
    units : dict of str to float
        What each series is divided by.
    groups : tuple of Group
        One, or one for each series (``drive="layers"``).
    bound : dict of str to (units, Group)
        For each series that is bound by hand.
    steps : (GRID + 1,) float64
        The step of the run that each moment of the film shows.
    span : tuple of float
        The first and the last step of the run.
    pace : float
        Root mean square of the lengths of the run's steps.
    own : tuple of Trajectory and Path
        The run it was fitted on, which is not walked again.
    """

    choices: Choices
    run: str
    units: dict[str, float]
    groups: tuple[Group, ...]
    bound: dict[str, tuple[dict[str, float], Group]]
    steps: np.ndarray
    span: tuple[float, float]
    pace: float
    own: tuple[Trajectory, Path]

    def apply(self, trajectory: Trajectory, flame: Flame, *, frames: int) -> Curves:
        """Curves of a film in which `trajectory` moves `flame`, as the run of the mapping would.

        A frame shows the same step of every run; a run with more steps than that of the mapping is
        squeezed into the film. The last row is the base flame, bit by bit (in a loop the one at
        `film.turn_of`), unless the run diverged.

        Raises
        ------
        BloomError
            If the run lacks what the mapping is made of.
        """
        choices = self.choices
        path = self._path(trajectory)
        moments, torn = self._moments(path)
        loops = choices.loop and path.diverged is None
        where = film.moments_of(frames, loop=loops)
        width = film.width_for(frames, choices.smoothing)
        outcome = self.outcome(trajectory)
        progress = film.along(film.progress_steps(path)[:, None], path, moments)
        reached = 1.0 if path.diverged is None else path.diverged
        left = (1.0 - reached) + reached * film.smooth(1.0 - progress, width)
        known, lost, pale = _told(outcome, path, moments, width)
        openness = known * (AT_ONCE + (1.0 - AT_ONCE) * (1.0 - left)) if outcome.judged else 1.0 - left
        closed = 1.0 - outcome.learned * openness * (1.0 - SHRUNK * lost)
        drives = (*drives_of(flame), *([phase_drive(flame)] if choices.drive == "hand" else []))
        channels = sum(drive.channels for drive in drives)
        if choices.drive == "hand":
            signals, closing = self._bound_signals(trajectory, moments, drives, channels, width)
            lost = np.zeros_like(lost)
        else:
            closing = None
            signals = left**SHAPE * self._signals(path, moments, drives, channels, left, width)
        signals = choices.gain * film.at_moments(signals, where)
        closedness = film.at_moments(closed if closing is None else closing, where)[:, 0]
        restless = film.restlessness(path, moments)[:, None] / (self.pace or 1.0)
        breath = BREATH * np.clip(film.smoothed(restless, width), 0.0, 1.0) ** RESPONSE
        amplitude = choices.wind * breath
        if choices.drive != "hand":
            amplitude = amplitude + choices.gain * ROAM * left**HEAT * (1.0 - torn) ** 2
        amplitude = film.at_moments(amplitude, where)
        swaying = sways(frames, channels, choices.seed, where, loop=loops)
        signals = signals + amplitude * swaying * _windy(drives, maps_only=choices.drive == "hand")
        withered = choices.bud * film.at_moments(lost, where)
        signals = signals + np.minimum(withered, 1.0) * droop(drives, choices.seed)
        names = tuple(name for drive in drives for name in drive.names)
        base = np.array([value for drive in drives for value in drive.base])
        values = _balanced(flame, names, _driven(drives, signals))
        values = close_bud(flame, names, values, choices.bud * closedness)
        if path.diverged is not None:
            values = tear(flame, names, values, film.at_moments(torn, where)[:, 0], choices.seed)
        elif outcome.is_whole or choices.bud == 0.0:
            values[film.turn_of(frames, loop=loops)] = base
        if withered.any():
            more = fade(flame, np.minimum(withered[:, 0], 1.0), film.at_moments(pale, where)[:, 0])
            names, base = names + more[0], np.concatenate([base, more[1]])
            values = np.concatenate([values, more[2]], axis=1)
        return Curves(names, base, values)

    def outcome(self, trajectory: Trajectory) -> Outcome:
        """What came of a run that this mapping shows."""
        return outcome_of(trajectory, self._path(trajectory))

    def steps_shown(self, trajectory: Trajectory, frames: int) -> np.ndarray:
        """The step of a run that each frame of its film shows: (frames,)."""
        path = self._path(trajectory)
        moments, _ = self._moments(path)
        where = film.moments_of(frames, loop=self.choices.loop and path.diverged is None)
        return path.first + (path.last - path.first) * np.interp(where, film.FILM, moments)

    def _path(self, trajectory: Trajectory) -> Path:
        return self.own[1] if trajectory is self.own[0] else _path(trajectory, self.choices, self.units)

    def _moments(self, path: Path) -> tuple[np.ndarray, np.ndarray]:
        """The run's time at each moment of the film, (GRID + 1,), and how torn the flame is, (…, 1)."""
        first, last = self.span
        own_last = path.last
        if path.diverged:  # the whole run; the path is the part before it diverged
            own_last = path.first + (path.last - path.first) / path.diverged
        longer = max((own_last - path.first) / (last - first), 1.0)
        moments = (self.steps - first) * longer / (path.last - path.first)
        torn = np.zeros((film.GRID + 1, 1))
        if path.diverged is not None:
            begins = film.FILM[min(int(np.searchsorted(moments, 1.0)), film.GRID)]
            begins = float(np.clip(begins, *TEARS_WITHIN))
            since = np.clip((film.FILM - begins) / (1.0 - begins), 0.0, 1.0)
            torn[:, 0] = since * (2.0 - since)
        return np.clip(moments, 0.0, 1.0), torn

    def _signals(
        self,
        path: Path,
        moments: np.ndarray,
        drives: tuple[Drive, ...],
        channels: int,
        left: np.ndarray,
        width: float,
    ) -> np.ndarray:
        """One signal per channel over the film's grid: (GRID + 1, channels) within -1 … 1, 0 at the end."""
        sources = [
            (offset, left**SWINGS * swing) for offset, swing in (_two(g, path, moments) for g in self.groups)
        ]
        if not sources:
            return np.zeros((film.GRID + 1, channels))
        if self.choices.drive != "layers":
            mix = _mix(len(self.groups[0].directions), channels, self.choices.seed)
            raw = _mixed(*sources[0], mix)
        else:
            raw = _by_layer(sources, drives, self.choices.seed)
        return film.smooth(np.tanh(raw), width)

    def _bound_signals(
        self,
        trajectory: Trajectory,
        moments: np.ndarray,
        drives: tuple[Drive, ...],
        channels: int,
        width: float,
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The signals of the bindings, and how closed the bud is if a binding says so."""
        signals = np.zeros((film.GRID + 1, channels))
        closing = None
        for binding in self.choices.bindings:
            units, group = self.bound[binding.series]
            path = path_of(trajectory, binding.series, units=units, bands=False)
            signal = -film.along(_remaining(path, group), path, moments)[:, :1] / group.size[:1]
            signal = binding.gain * film.smooth(signal, width)
            channel = target_of(binding.target, drives)
            if channel is None:
                closing = np.clip((0.0 if closing is None else closing) + signal, 0.0, 1.0)
            else:
                signals[:, channel] += signal[:, 0]
        return np.clip(signals, -2.0, 2.0), closing


def fit(trajectory: Trajectory, choices: Choices | None = None, **changes) -> Mapping:
    """The mapping of a run: what its directions are, how far it goes in them, and when.

    Parameters
    ----------
    trajectory
    choices : Choices, optional
    **changes
        Settings that differ from `choices`, or from its defaults.

    Raises
    ------
    BloomError
        If the run never moves, or holds nothing that a setting asks for.
    """
    choices = replace(choices or Choices(), **changes)
    path = _path(trajectory, choices, None)
    if path.diverged is None:
        times = film.run_times(path, choices.time, _learned(trajectory, path, choices))
        steps = path.first + times * (path.last - path.first)
        span = path.first, path.last
    else:
        steps, span = _steps_of_diverged(trajectory, path, choices)
    moments = np.clip((steps - path.first) / (path.last - path.first), 0.0, 1.0)
    if choices.drive == "layers":
        groups = tuple(_group(path, (part.name,), moments) for part in path.parts)
    else:
        groups = (_group(path, tuple(part.name for part in path.parts), moments),) if path.parts else ()
    bound = {}
    for binding in choices.bindings if choices.drive == "hand" else ():
        own = path_of(trajectory, binding.series, bands=False)
        group = _group(own, tuple(own.units), moments)
        if group.directions.size == 1:  # one number goes up where it goes up
            group = replace(group, directions=np.ones((1, 1)))
        remaining = np.abs(_remaining(own, group)).max(axis=0)
        bound[binding.series] = own.units, replace(group, size=np.where(remaining > 0.0, remaining, 1.0))
    pace = float(np.sqrt(path.squares.sum() / path.counts.sum()))
    return Mapping(choices, trajectory.name, path.units, groups, bound, steps, span, pace, (trajectory, path))


def _told(outcome: Outcome, path: Path, moments: np.ndarray, width: float) -> tuple[np.ndarray, ...]:
    """What metrics say at each moment of the film: how far the best had come, what was lost, memorized."""
    ends = path.last if path.diverged is not None else outcome.steps[-1]
    at = path.first + (ends - path.first) * moments
    found = np.stack(
        [
            np.interp(at, outcome.steps, values)
            for values in (outcome.reached, outcome.lost, outcome.memorized)
        ],
        axis=1,
    )
    known, lost, pale = np.split(np.clip(film.smoothed(found, width), 0.0, 1.0), 3, axis=1)
    return known, lost, pale


def _path(trajectory: Trajectory, choices: Choices, units: dict[str, float] | None) -> Path:
    return path_of(trajectory, choices.source, metrics=choices.drive == "metric", units=units)


def _steps_of_diverged(
    trajectory: Trajectory, path: Path, choices: Choices
) -> tuple[np.ndarray, tuple[float, float]]:
    """The clock of a run that diverged: the part before it, then the wreck, in even steps."""
    share = path.diverged or 0.0
    end = path.first + (path.last - path.first) / share if share else path.last + 1.0
    begins = float(np.clip(share, *TEARS_WITHIN))
    before = film.run_times(path, choices.time, _learned(trajectory, path, choices))
    times = np.interp(np.minimum(film.FILM / begins, 1.0), film.FILM, before)
    steps = path.first + times * (path.last - path.first)
    after = np.maximum(film.FILM - begins, 0.0) / (1.0 - begins)
    return steps + after * (end - path.last), (path.first, end)


def _learned(trajectory: Trajectory, path: Path, choices: Choices) -> np.ndarray | None:
    """How much of its way the metric that tells time had come before each step of the path: 0 … 1."""
    if choices.time != "loss":
        return None
    if choices.metric is None:
        found = quality_metrics(trajectory)
        losses = [one for one in found if "loss" in one.name.lower()] or list(found)
        if not losses:
            raise BloomError(
                f"the run {trajectory.name!r} has no metric to tell time by: choose another time."
            )
        series = losses[0]
    else:
        series = trajectory.series_named(choices.metric)
    values = series.values.reshape(len(series.steps), -1)[:, 0]
    keep = np.isfinite(values)
    steps, values = series.steps[keep], values[keep]
    if len(values) < 2 or values[0] == values[-1]:
        raise BloomError(f"the metric {series.name!r} does not change: choose another to tell time by.")
    toward = values if values[-1] > values[0] else -values
    best = np.maximum.accumulate(toward)
    at = path.first + np.concatenate([[0.0], path.times]) * (path.last - path.first)
    reached = np.interp(at, steps, best)
    return (reached - reached[0]) / ((reached[-1] - reached[0]) or 1.0)


def _group(path: Path, names: tuple[str, ...], moments: np.ndarray) -> Group:
    updates = _columns(path, names)
    largest = np.abs(updates).max()
    if largest == 0.0:
        return Group(names, np.zeros((0, updates.shape[1])), np.zeros(0), np.zeros(0))
    directions, strengths = principal_directions(np.rint(updates / (_GRAIN * largest)))
    used = min(COMPONENTS, int((strengths > _NOT_SPANNED * strengths[0]).sum()))
    group = Group(names, directions[:used], np.ones(used), np.ones(used))
    remaining = film.along(_remaining(path, group), path, moments)
    swings = remaining - film.smooth(remaining, SLOW, keep_start=True)
    size = _root_mean_square(remaining)
    return replace(group, size=size, swing_size=np.maximum(_root_mean_square(swings), LEAST_SWING * size))


def _columns(path: Path, names: tuple[str, ...]) -> np.ndarray:
    return np.concatenate(
        [path.updates[:, part.columns] for part in path.parts if part.name in names], axis=1
    )


def _remaining(path: Path, group: Group) -> np.ndarray:
    """What is still to come, before each step and at the end, in the group's directions: (N + 1, C)."""
    if not path.parts:
        return np.zeros((len(path.updates) + 1, len(group.directions)))
    steps = _columns(path, group.names) @ group.directions.T
    return np.concatenate([np.cumsum(steps[::-1], axis=0)[::-1], np.zeros((1, steps.shape[1]))])


def _two(group: Group, path: Path, moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is still to be learned and its swings, each by its size: (GRID + 1, C) twice."""
    remaining = film.along(_remaining(path, group), path, moments)
    swings = remaining - film.smooth(remaining, SLOW, keep_start=True)
    return remaining / group.size, swings / group.swing_size


def _mixed(offset: np.ndarray, swing: np.ndarray, mix: np.ndarray) -> np.ndarray:
    return OFFSET * (offset @ mix) + SWING * (swing @ mix[:, ::-1])


def _by_layer(
    sources: list[tuple[np.ndarray, np.ndarray]], drives: tuple[Drive, ...], seed: int
) -> np.ndarray:
    """Every xform by its own layers, in the order of both; final xforms by all of them."""
    owners = [drive.names[0].partition(".")[0] for drive in drives]
    xforms = list(dict.fromkeys(owner for owner in owners if owner.startswith("xform")))
    raw = []
    for number, owner in enumerate(dict.fromkeys(owners)):
        if owner in xforms:
            chosen = layers_of(xforms.index(owner), len(xforms), len(sources))
        else:
            chosen = list(range(len(sources)))
        offset = np.concatenate([sources[layer][0] for layer in chosen], axis=1)
        swing = np.concatenate([sources[layer][1] for layer in chosen], axis=1)
        count = sum(drive.channels for drive, its in zip(drives, owners, strict=True) if its == owner)
        raw.append(_mixed(offset, swing, _mix(offset.shape[1], count, seed + number)))
    return np.concatenate(raw, axis=1)


def layers_of(xform: int, xforms: int, layers: int) -> list[int]:
    """Which layers drive an xform: neighbours share one where there are fewer, each has several of more."""
    if layers <= xforms:
        return [xform * layers // xforms]
    return list(range(xform * layers // xforms, (xform + 1) * layers // xforms))


def _root_mean_square(values: np.ndarray) -> np.ndarray:
    """Size of each column over the film, which no sign can cancel; 1 where the column is 0."""
    size = np.sqrt((values**2).mean(axis=0))
    return np.where(size > 0.0, size, 1.0)


def _mix(components: int, channels: int, seed: int) -> np.ndarray:
    """Which components make which channel: (components, channels), columns of length 1.

    Every component comes before any comes again. The first round is pure; later rounds mix in a
    second component, so that no two parameters move alike.
    """
    chance = Chance(seed)
    mix = np.zeros((components, channels))
    for channel in range(channels if components else 0):
        turn = channel % components
        if turn == 0:
            order = chance.permutation(components)
        mix[order[turn], channel] = chance.sign()
        if channel >= components > 1:
            other = order[(turn + 1 + chance.bits() % (components - 1)) % components]
            mix[order[turn], channel] *= 0.8
            mix[other, channel] = 0.6 * chance.sign()
    return mix


def _windy(drives: Sequence[Drive], *, maps_only: bool = False) -> np.ndarray:
    """1 for each channel that sways, else 0; variations do not where only what is bound by hand may move."""
    return np.array(
        [float(sways and (drive.is_affine or not maps_only)) for drive in drives for sways in drive.sways]
    )


def _balanced(flame: Flame, names: tuple[str, ...], values: np.ndarray) -> np.ndarray:
    """Weights whose sum is that of the base, where maps that are not moved make a flower symmetric.

    So each of its petals keeps its share of the points, and the chaos game settles alike in each frame.
    """
    moved = [k for k, xform in enumerate(flame.xforms) if xform.weight > 0.0 and not keeps_distances(xform)]
    columns = [names.index(f"xform{k + 1}.weight") for k in moved]
    if not columns or not any(keeps_distances(xform) for xform in flame.xforms):
        return values
    balanced = values.copy()
    whole = sum(flame.xforms[k].weight for k in moved)
    balanced[:, columns] *= whole / values[:, columns].sum(axis=1, keepdims=True)
    return balanced


def _driven(drives: Sequence[Drive], signals: np.ndarray) -> np.ndarray:
    parts, first = [], 0
    for drive in drives:
        base = np.array(drive.base)
        parts.append(drive.law(base, signals[:, first : first + drive.channels]))
        first += drive.channels
    return np.concatenate(parts, axis=1)
