"""Growing a flame object by its run, again and again: every change of a setting is seen at once.

The run lies in the file (`run_data`), the settings on the object (`growth_settings`), the flame at rest too;
so a flame can be regrown at any time, after reopening the file as well. Fitting a mapping takes longer
than applying it, so the last mappings are remembered; forgetting them costs that time.
"""

from __future__ import annotations

import sys
from collections import abc
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import bpy
from bpy.app.handlers import persistent

from ...errors import BloomError
from ...flame.model import Flame
from ...flame.parameters import with_parameters
from ..curves import decimation, keyframes, markers
from ..flame.growth_settings import SETTINGS
from ..flame.object import base_flame, is_flame, set_structure, structure_of
from . import run_data

if TYPE_CHECKING:  # growth is loaded at first use, for a quick start
    import numpy as np

    from ...growth import Choices, Curves, Mapping
    from ...trajectory import Trajectory

problems: dict[str, str] = {}
"""What keeps a flame from growing with its settings, by name of the object; for the panel."""

notes: dict[str, str] = {}
"""What is worth knowing of a flame as it has grown, by name of the object; for the panel."""

_MOST_KEPT = 8
_mappings: dict[tuple, Mapping] = {}
_quiet: set[str] = set()
_AT_FIRST = SimpleNamespace(like=None, bindings=())
"""What a new flame has of the settings that no importer asks for."""


@dataclass(frozen=True, eq=False)
class Film:
    """A flame's curves by a run, the step that each frame shows, (N,), and what came of the run."""

    curves: Curves
    run: Trajectory
    steps: np.ndarray
    outcome: str = ""


@contextmanager
def quiet() -> abc.Iterator[None]:
    """Within it changed settings do not grow anything, so that several can be changed at once."""
    if _quiet:
        yield
        return
    _quiet.add("changing")
    try:
        yield
    finally:
        _quiet.clear()


def update(obj: bpy.types.Object) -> None:
    """Grow a flame whose settings have changed; errors are shown in its panel."""
    if _quiet or not is_flame(obj) or obj.bloom.growth.run is None:
        return
    try:
        regrow(obj)
    except BloomError as error:
        problems[obj.name] = str(error)
        print(f"bloom: {obj.name} keeps its last curves. {error}", file=sys.stderr)


def regrow(obj: bpy.types.Object, *, replace_edited: bool = False) -> tuple[Curves, tuple[str, ...]]:
    """Grow a flame by its run with its settings, and those that are moved like it.

    Parameters
    ----------
    obj : bpy.types.Object
        Flame object with a run.
    replace_edited : bool
        Also replace curves that were made or changed by hand.

    Returns
    -------
    curves : Curves
    kept : tuple of str
        Names of the curves that were left as they had been made or changed by hand.

    Raises
    ------
    BloomError
        If it cannot be done; nothing has changed then.
    """
    text = obj.bloom.growth.run
    if text is None:
        raise BloomError(f"{obj.name} has no training run: import one.")
    flame = _resting(obj)
    growth = obj.bloom.growth
    film = _film(flame, run_data.unpack(text), growth, text)
    kept = show(obj, flame, film, growth, replace_edited=replace_edited)
    _finish(obj, film)
    return film.curves, kept


def grow_by(
    obj: bpy.types.Object, trajectory: Trajectory, settings: dict[str, Any], *, source: str = ""
) -> tuple[Curves, tuple[str, ...]]:
    """Give a flame object a run and settings, and grow it.

    Parameters
    ----------
    obj : bpy.types.Object
    trajectory : Trajectory
    settings : dict
        Those that differ from what the object has, by their names in `growth_settings`.
    source : str
        Where the run was read from, for people.

    Raises
    ------
    BloomError
        If it cannot be done; nothing has changed then.
    """
    return carry_out(obj, plan(_resting(obj), trajectory, settings, obj.bloom.growth), source=source)


@dataclass(frozen=True, eq=False)
class Plan:
    """How a run is to move a flame, before anything has changed.

    Parameters
    ----------
    flame
        That the curves grow from.
    name
        Of the run.
    data
        The bytes that keep it in the file.
    film
        The curves.
    given
        Settings to set, by their names in `growth_settings`.
    settings
        All of them.
    """

    flame: Flame
    name: str
    data: bytes
    film: Film
    given: abc.Mapping[str, Any]
    settings: SimpleNamespace


def plan(
    flame: Flame, trajectory: Trajectory, given: abc.Mapping[str, Any], settings: Any = _AT_FIRST
) -> Plan:
    """Work out how a run moves a flame; whatever can go wrong with it shows here.

    Parameters
    ----------
    given : mapping
        Settings that differ from ``settings``, by their names in `growth_settings`.
    settings
        Whatever has all settings; by default those of a new flame, of which ``given`` names every one.

    Raises
    ------
    BloomError
        If the run cannot move the flame.
    """
    names = [name for name in (*SETTINGS, "like", "bindings") if name not in given]
    whole = SimpleNamespace(**{name: getattr(settings, name) for name in names}, **given)
    data, run = run_data.prepare(trajectory)
    return Plan(flame, trajectory.name, data, _film(flame, run, whole, None), given, whole)


def carry_out(obj: bpy.types.Object, how: Plan, *, source: str = "") -> tuple[Curves, tuple[str, ...]]:
    """Have a run move a flame object as it was planned; see `grow_by`."""
    growth, film = obj.bloom.growth, how.film
    kept = show(obj, how.flame, film, how.settings)
    before = growth.run
    with quiet():
        growth.run = run_data.store(how.data, film.run, source=source)
        for name, value in how.given.items():
            setattr(growth, name, value)
    run_data.discard(before)
    obj.bloom.run_name = how.name
    _finish(obj, film)
    return film.curves, kept


def _resting(obj: bpy.types.Object) -> Flame:
    """Return the flame that a run grows, with keyed weights at rest.

    How far maps move goes by the weights, and must not depend on the frame that is shown.
    """
    flame, rest = base_flame(obj), structure_of(obj)
    keyed = {name for name, _ in keyframes.keyed_places(obj)}
    xforms = tuple(
        replace(xform, weight=other.weight) if f"xform{number}.weight" in keyed else xform
        for number, (xform, other) in enumerate(zip(flame.xforms, rest.xforms, strict=True), start=1)
    )
    return replace(flame, xforms=xforms)


def curves_for(flame: Flame, trajectory: Trajectory, settings: Any) -> Curves:
    """Return the curves that a run makes of a flame.

    ``settings`` is whatever has the settings of `growth_settings`: those of an object, or an operator.
    """
    return _film(flame, trajectory, settings, None).curves


def _film(flame: Flame, run: Trajectory, settings: Any, text: bpy.types.Text | None) -> Film:
    """What a run that is in ``text``, if it is in the file already, makes of a flame."""
    from ...growth import film_steps, fit, grow

    like = getattr(settings, "like", None)
    frames = settings.frames
    if like is not None and like.bloom.growth.run is not None:
        settings = like.bloom.growth
        text = settings.run
        if settings.mapping == "classic":
            raise BloomError(
                f"{like.name} moves by the classic mapping, which cannot be shared: choose another."
            )
    options = options_of(settings)
    if settings.mapping == "robust":
        options["like"] = fit(run, _choices(options)) if text is None else _mapping(text, options)
    options |= {"mapping": settings.mapping, "frames": frames}
    curves, steps = grow(run, flame, **options), film_steps(run, **options)
    outcome = options["like"].outcome(run).sentence if settings.mapping == "robust" else ""
    return Film(curves, run, steps, outcome)


def options_of(settings: Any) -> dict[str, Any]:
    """Return the options of `growth.grow` that some settings stand for."""
    options: dict[str, Any] = {"seed": settings.variant, "source": settings.source or None}
    if settings.colors == "embeddings":
        options |= {"colors": "embeddings", "hue": settings.hue}
        options["tables"] = (settings.table,) if settings.table else None
    if settings.mapping == "classic":
        return options | {"epochs": settings.epochs or None, "skip_words": settings.skip_words}
    for name in ("drive", "time", "gain", "bud", "wind", "smoothing", "loop"):
        options[name] = getattr(settings, name)
    options["metric"] = settings.metric or None
    if settings.drive == "hand":
        from ...growth import Binding

        options["bindings"] = tuple(
            Binding(item.series, item.target, item.gain)
            for item in settings.bindings
            if item.series and item.target
        )
    return options


def show(
    obj: bpy.types.Object,
    flame: Flame,
    film: Film,
    settings: Any,
    *,
    replace_edited: bool = False,
) -> tuple[str, ...]:
    """Give an object the curves of a flame, a palette of anchors where they move one, and the run's markers.

    ``settings`` say where it begins, how many keys it has, and what is marked. Returns the names of the
    curves that were kept as they had been made or changed by hand.
    """
    from ...growth.milestones import metrics_shown

    curves = film.curves
    colored = any(name.startswith("palette.color") for name in curves.names)
    resting = with_parameters(flame, _anchors_in(curves)) if colored else _without_grown_anchors(obj, flame)
    keyframes.curve_targets(resting, curves)
    # A new structure first, so that its parameters can be animated; an old one last, so that they can rest.
    if colored:
        set_structure(obj, _with_palette(structure_of(obj), resting))
    kept = keyframes.animate(
        obj,
        curves,
        start_frame=settings.start_frame,
        replace_edited=replace_edited,
        error=settings.key_error / 100.0 if settings.keys == "few" else None,
        metrics=metrics_shown(film.run, film.steps),
    )
    if settings.keys == "all":
        decimation.restore(obj)
    markers.renew(obj, film.run, film.steps, settings.markers, settings.start_frame)
    if not colored:
        set_structure(obj, _with_palette(structure_of(obj), resting))
    return kept


def series_names(obj: bpy.types.Object) -> list[str]:
    """Return the names of the series and tables of an object's run."""
    text = obj.bloom.growth.run
    try:
        run = run_data.unpack(text) if text is not None else None
    except BloomError:
        run = None
    return [one.name for one in run.members] if run is not None else []


def target_names(obj: bpy.types.Object) -> list[str]:
    """Return everything of an object's flame that a series can be bound to."""
    from ...growth import targets_of

    try:
        return list(targets_of(structure_of(obj)))
    except BloomError:
        return []


def _finish(obj: bpy.types.Object, film: Film) -> None:
    """Note what is worth knowing of an object that has grown, and grow those that are moved like it."""
    from ...growth.colors import alike, anchors_of

    problems.pop(obj.name, None)
    notes.pop(obj.name, None)
    told = [film.outcome] if film.outcome else []
    if obj.bloom.growth.colors == "embeddings" and (blind := alike(anchors_of(film.curves))):
        told.append(f"Two colours are hard to tell apart ({', '.join(blind)}): try another hue or table.")
    if told:
        notes[obj.name] = " ".join(told)
    for other in bpy.data.objects:
        if other != obj and is_flame(other) and other.library is None and other.bloom.growth.like == obj:
            update(other)


def _mapping(text: bpy.types.Text, options: dict[str, Any]) -> Mapping:
    """The mapping of a run, from memory where only what it is applied with has changed."""
    from ...growth import fit

    choices = _choices(options)
    key = (text.get(run_data.KEY), choices)
    if key not in _mappings:
        while len(_mappings) >= _MOST_KEPT:
            _mappings.pop(next(iter(_mappings)))
        _mappings[key] = fit(run_data.unpack(text), choices)
    return _mappings[key]


def _choices(options: dict[str, Any]) -> Choices:
    """What a mapping is fitted with; the rest of the options it is applied with."""
    from ...growth import Choices

    names = ("drive", "source", "time", "metric", "bindings")
    return Choices(**{name: options[name] for name in names if options.get(name) is not None})


def _anchors_in(curves: Curves) -> dict[str, Any]:
    """The anchors of the palette on which the curves end."""
    from ...growth import Curves

    resting = Curves(curves.names, curves.base, curves.base[None])
    return {name: value for name, value in resting.parameters(0).items() if name.startswith("palette.color")}


def _without_grown_anchors(obj: bpy.types.Object, flame: Flame) -> Flame:
    """``flame`` without the palette that an earlier growth gave it; one that is keyed by hand stays."""
    if not any(name.startswith("palette.color") for name in keyframes.grown_names(obj)):
        return flame
    return replace(flame, palette=replace(flame.palette, anchors=()))


def _with_palette(structure: Flame, flame: Flame) -> Flame:
    return replace(structure, palette=replace(structure.palette, anchors=flame.palette.anchors))


@persistent
def on_load(path, *_) -> None:
    """Forget what was told of the last file's flames."""
    problems.clear()
    notes.clear()


def register() -> None:
    """Attach the handler."""
    bpy.app.handlers.load_post.append(on_load)


def unregister() -> None:
    """Detach the handler and forget everything."""
    bpy.app.handlers.load_post.remove(on_load)
    problems.clear()
    notes.clear()
    _mappings.clear()
