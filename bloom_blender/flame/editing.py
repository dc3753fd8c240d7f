"""Changes of a flame's structure that remember where everything came from.

Every function takes a flame and the place of an xform, counted from 0 over the xforms and then the final
xforms, and returns an :class:`Edit`: the new flame, and for each of its xforms the one it was before. From
that follows where the values and curves of the old parameters belong (:func:`moves`). The entries of xaos go
with the xforms that they speak of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..errors import BloomError
from .model import FORMS, IDENTITY, Flame, Variation, Xform
from .parameters import parameters_of, parts_of
from .variations import lookup

_BARELY = (1.0, 0.0, 0.0, 1.0, 0.0, 1e-6)
"""A post affine map that shows no change and is one all the same: the identity counts as none."""

Place = tuple[str, int | None]
"""Name of a parameter, and which of its numbers where it has several."""


@dataclass(frozen=True)
class Edit:
    """A changed flame.

    Parameters
    ----------
    flame
        The result.
    origins
        Prefix of names (``xform2``, ``final``) of every part that was there before, to its prefix then.
    active
        Place of the part that the edit is about.
    """

    flame: Flame
    origins: Mapping[str, str] = field(default_factory=dict)
    active: int = 0


def part_at(flame: Flame, place: int) -> tuple[str, str, Xform]:
    """Prefix of names, title and xform at a place; BloomError where there is none."""
    parts = list(parts_of(flame))
    if not 0 <= place < len(parts):
        raise BloomError(f"{flame.name} has no xform at place {place + 1}: choose 1 to {len(parts)}.")
    return parts[place]


def add_xform(flame: Flame, place: int) -> Edit:
    """One more xform after the one at `place`: it halves the plane and pulls to the palette's middle."""
    after = min(place, len(flame.xforms) - 1)
    part_at(flame, after)
    mean = sum(abs(xform.weight) for xform in flame.xforms) / len(flame.xforms)
    new = Xform(
        weight=mean or 1.0,
        coefs=(0.5, 0.0, 0.0, 0.5, 0.25, 0.0),
        variations=(Variation("linear"),),
        color=0.5,
    )
    count = len(flame.xforms)
    return _ordered(flame, [*range(after + 1), new, *range(after + 1, count)], after + 1)


def add_final(flame: Flame) -> Edit:
    """One more final xform, which changes nothing yet."""
    new = Xform(variations=(Variation("linear"),), color_speed=0.0)
    changed = replace(flame, finals=(*flame.finals, new))
    return Edit(changed, _same(flame), len(flame.xforms) + len(flame.finals))


def duplicate(flame: Flame, place: int) -> Edit:
    """The part at `place` once more, right after it."""
    part_at(flame, place)
    order, at = _order(flame, place)
    return _either(flame, place, [*order[: at + 1], at, *order[at + 1 :]], place + 1)


def remove(flame: Flame, place: int) -> Edit:
    """The flame without the part at `place`; BloomError for the last xform."""
    part_at(flame, place)
    if place < len(flame.xforms) == 1:
        raise BloomError(f"{flame.name} has one xform only, and a flame needs one: add another first.")
    order, at = _order(flame, place)
    total = len(flame.xforms) + len(flame.finals)
    return _either(flame, place, [k for k in order if k != at], min(place, total - 2))


def move(flame: Flame, place: int, step: int) -> Edit:
    """The part at `place` further up (-1) or down (+1), among its kind; BloomError at the end."""
    part_at(flame, place)
    order, at = _order(flame, place)
    if not 0 <= at + step < len(order):
        raise BloomError(
            f"The xform is the {'first' if step < 0 else 'last'} already: move it the other way."
        )
    order.insert(at + step, order.pop(at))
    return _either(flame, place, order, place + step)


def add_variation(flame: Flame, place: int, name: str, form: str = "regular") -> Edit:
    """A variation more in the part at `place`, with its parameters as they are by default.

    It has the weight 1 where it is the first of its form that sums or where it stands before or after the
    sum, and else 0.5. BloomError where the part has that variation in that form already.
    """
    _, title, xform = part_at(flame, place)
    if form not in FORMS:
        raise BloomError(f"The form of a variation is {form!r}: choose one of {', '.join(FORMS)}.")
    try:
        entry = lookup(name, flame.rules.name)
    except KeyError:
        raise BloomError(f"Bloom knows no variation {name!r}: choose one of the list.") from None
    weight = 0.5 if form == "regular" and xform.with_form("regular") else 1.0
    parameters = tuple((p.name, float(p.default)) for p in entry.parameters)
    new = Variation(entry.name, weight, parameters, form)
    if any(variation.attribute == new.attribute for variation in xform.variations):
        raise BloomError(f"{title} has {new.attribute} already: change its weight, or choose another.")
    return _with(flame, place, replace(xform, variations=(*xform.variations, new)))


def remove_variation(flame: Flame, place: int, attribute: str) -> Edit:
    """The part at `place` without a variation, called as in files: ``julian``, ``pre_blur``."""
    _, title, xform = part_at(flame, place)
    kept = tuple(variation for variation in xform.variations if variation.attribute != attribute)
    if len(kept) == len(xform.variations):
        names = ", ".join(variation.attribute for variation in xform.variations) or "none"
        raise BloomError(f"{title} has no variation {attribute!r}: it has {names}.")
    return _with(flame, place, replace(xform, variations=kept))


def toggle_post(flame: Flame, place: int) -> Edit:
    """The part at `place` with a post affine map if it had none, and without one if it had."""
    xform = part_at(flame, place)[2]
    return _with(flame, place, replace(xform, post=_BARELY if xform.post == IDENTITY else IDENTITY))


def toggle_xaos(flame: Flame, place: int) -> Edit:
    """The xform at `place` with a factor for each xform that may follow if it had none, and without if so."""
    xform = part_at(flame, place)[2]
    if place >= len(flame.xforms):
        raise BloomError("Nothing follows a final xform, so it has no xaos: choose another xform.")
    return _with(flame, place, replace(xform, xaos=() if xform.xaos else (1.0,) * len(flame.xforms)))


def renamed_part(flame: Flame, place: int, name: str) -> Edit:
    """The part at `place` under another name; its title (``Xform 2``) and nothing stand for no name."""
    _, title, xform = part_at(flame, place)
    name = name.strip()
    return _with(flame, place, replace(xform, name="" if name == title else name))


def moves(before: Flame, edit: Edit) -> dict[Place, tuple[tuple[str, int | None, str], ...]]:
    """Where every parameter of `before` is now: names, indices and groups; empty for what is gone.

    A part that was duplicated has its parameters in two places.
    """
    found: dict[Place, list] = {
        place: [] for p in parameters_of(before) for place in _places(p.name, p.value)
    }
    for parameter in parameters_of(edit.flame):
        part, _, key = parameter.name.partition(".")
        origin = part if part == "palette" else edit.origins.get(part)
        if origin is None:
            continue
        for name, index in _places(parameter.name, parameter.value):
            old = _xform_before(edit, index) if key == "xaos" else index
            source = (f"{origin}.{key}", old)
            if source in found:
                found[source].append((name, index, parameter.group))
    return {place: tuple(targets) for place, targets in found.items()}


def renamed(name: str, edit: Edit) -> str | None:
    """What a name that begins with a part's (``xform2.coefs.angle``) is called now; None if that is gone."""
    part, dot, key = name.partition(".")
    if not dot or part == "palette":
        return name
    return next((f"{new}.{key}" for new, old in edit.origins.items() if old == part), None)


def _places(name: str, value: float | tuple[float, ...]) -> list[Place]:
    return [(name, k) for k in range(len(value))] if isinstance(value, tuple) else [(name, None)]


def _xform_before(edit: Edit, index: int | None) -> int | None:
    """Index that an xform had before, None for a new one."""
    origin = edit.origins.get(f"xform{(index or 0) + 1}")
    return None if origin is None else int(origin.removeprefix("xform")) - 1


def _same(flame: Flame) -> dict[str, str]:
    return {prefix: prefix for prefix, _, _ in parts_of(flame)}


def _order(flame: Flame, place: int) -> tuple[list[int], int]:
    """Indices of the parts of the same kind as the one at `place`, and its own."""
    count = len(flame.xforms)
    return (list(range(count)), place) if place < count else (list(range(len(flame.finals))), place - count)


def _either(flame: Flame, place: int, order: list[int], active: int) -> Edit:
    if place < len(flame.xforms):
        return _ordered(flame, order, active)
    prefixes = [prefix for prefix, _, _ in parts_of(flame)]
    changed = replace(flame, finals=tuple(flame.finals[k] for k in order))
    now = [prefix for prefix, _, _ in parts_of(changed)]
    count = len(flame.xforms)
    before = [*prefixes[:count], *(prefixes[count + k] for k in order)]
    return Edit(changed, dict(zip(now, before, strict=True)), active)


def _ordered(flame: Flame, order: Sequence[int | Xform], active: int) -> Edit:
    """The flame with xforms in a new order; numbers stand for those of the flame."""

    def followed(xaos: tuple[float, ...]) -> tuple[float, ...]:
        if not xaos:
            return ()
        return tuple(xaos[k] if isinstance(k, int) and k < len(xaos) else 1.0 for k in order)

    xforms = (flame.xforms[k] if isinstance(k, int) else k for k in order)
    changed = replace(flame, xforms=tuple(replace(xform, xaos=followed(xform.xaos)) for xform in xforms))
    origins = {f"xform{new + 1}": f"xform{k + 1}" for new, k in enumerate(order) if isinstance(k, int)}
    finals = [prefix for prefix, _, _ in parts_of(flame)][len(flame.xforms) :]
    return Edit(changed, origins | {prefix: prefix for prefix in finals}, active)


def _with(flame: Flame, place: int, xform: Xform) -> Edit:
    """The flame with another xform at `place`."""
    parts = [part for _, _, part in parts_of(flame)]
    parts[place] = xform
    count = len(flame.xforms)
    return Edit(replace(flame, xforms=tuple(parts[:count]), finals=tuple(parts[count:])), _same(flame), place)
