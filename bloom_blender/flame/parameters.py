"""What of a flame can be animated: names, values, ranges, and the way back into a flame."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import BloomError
from .model import IDENTITY, Flame, Palette, Variation, Xform
from .variations import lookup

LIMIT = 1e6
"""Hard limit of what has none: a curve may be wild (a weight of -78), the chaos game decides."""

_ANCHOR = "palette.color"
_MOST_NAMES = 3  # variations that a summary names
_LONGEST_TITLE = 60


@dataclass(frozen=True)
class Parameter:
    """One animatable quantity of a flame.

    Parameters
    ----------
    name
        Name of the custom property and of its F-Curve: ``xform1.coefs``, ``final.julia3D_power``.
    value
        A float, or a tuple of floats.
    minimum, maximum, soft_minimum, soft_maximum
        Hard limits and range of the slider.
    description
        Tooltip without a final period.
    group
        Title under which it is listed: ``Xform 1: julian, linear``, ``Final Xform: julia3D``, ``Palette``.
    subtype
        Blender's property subtype.
    """

    name: str
    value: float | tuple[float, ...]
    minimum: float
    maximum: float
    soft_minimum: float
    soft_maximum: float
    description: str
    group: str
    subtype: str = "NONE"


_SCALARS = {
    "weight": (0.0, 10.0, "Share of the points that this xform makes", "NONE"),
    "opacity": (0.0, 1.0, "How much this xform's points show", "FACTOR"),
    "color": (0.0, 1.0, "Place in the palette that this xform pulls towards", "FACTOR"),
    "color_speed": (0.0, 1.0, "How fast the colour moves to this xform's", "FACTOR"),
}
"""Scalar field of an xform to soft range, description and subtype."""

_TUPLES = {
    "coefs": (-2.0, 2.0, "Affine map: x' = 1·x + 3·y + 5, y' = 2·x + 4·y + 6 by position"),
    "post": (-2.0, 2.0, "Affine map after the variations, in the same order"),
    "xaos": (0.0, 2.0, "Factors on the weights of the xforms that may follow this one"),
}
"""Tuple field of an xform to soft range and description."""


def parameters_of(flame: Flame) -> tuple[Parameter, ...]:
    """Everything animatable in `flame`, xform by xform, then final xforms, then palette.

    The names depend on the structure only (which xforms and variations there are, whether a post
    affine map, xaos or anchors of the palette are present), and come in a stable order.
    """
    found: list[Parameter] = []
    for prefix, title, xform in parts_of(flame):
        group = f"{title}: {xform.name or summary_of(xform)}"[:_LONGEST_TITLE]
        found += _xform_parameters(prefix, group, xform, flame.rules.name)
    phase = flame.palette.phase
    description = "Shift of the colours along the palette, 1 is once around"
    found.append(Parameter("palette.phase", phase, -LIMIT, LIMIT, 0.0, 1.0, description, "Palette", "FACTOR"))
    for number, color in enumerate(flame.palette.anchors, start=1):
        description = f"Colour {number} of {len(flame.palette.anchors)} along the palette"
        name = f"{_ANCHOR}{number}"
        found.append(Parameter(name, color, 0.0, 1.0, 0.0, 1.0, description, "Palette", "COLOR_GAMMA"))
    return tuple(found)


def with_parameters(flame: Flame, values: Mapping[str, float | Sequence[float]]) -> Flame:
    """`flame` with the named quantities replaced; those not named stay.

    Values are taken as they are, without clamping. Raises BloomError for a name that the flame does
    not have and for a value of the wrong shape.
    """
    changes: dict[str, dict[str, object]] = {}
    for name, value in values.items():
        part, _, key = name.partition(".")
        changes.setdefault(part, {})[key] = value
    parts = {prefix: xform for prefix, _, xform in parts_of(flame)}
    changed = {}
    for part, change in changes.items():
        if part == "palette":
            continue
        if part not in parts:
            raise _unknown(flame, f"{part}.{next(iter(change))}")
        changed[part] = _changed_xform(flame, part, parts[part], change)
    palette = _changed_palette(flame, changes.get("palette", {}))
    return replace(
        flame,
        xforms=tuple(changed.get(_xform_prefix(k), xform) for k, xform in enumerate(flame.xforms)),
        finals=tuple(changed.get(_final_prefix(k), final) for k, final in enumerate(flame.finals)),
        palette=palette,
    )


def summary_of(xform: Xform) -> str:
    """Names of an xform's variations, summed and heavy ones first: ``julian, linear …``."""
    heaviest = sorted(xform.variations, key=lambda one: (one.form != "regular", -abs(one.weight)))
    names = ", ".join(variation.attribute for variation in heaviest[:_MOST_NAMES])
    return (f"{names} …" if len(heaviest) > _MOST_NAMES else names) or "nothing"


def _xform_prefix(index: int) -> str:
    return f"xform{index + 1}"


def _final_prefix(index: int) -> str:
    return "final" if index == 0 else f"final{index + 1}"


def parts_of(flame: Flame) -> Iterator[tuple[str, str, Xform]]:
    """Prefix of names, group title and xform, in order."""
    for k, xform in enumerate(flame.xforms):
        yield _xform_prefix(k), f"Xform {k + 1}", xform
    for k, final in enumerate(flame.finals):
        yield _final_prefix(k), "Final Xform" if k == 0 else f"Final Xform {k + 1}", final


def _xform_parameters(prefix: str, group: str, xform: Xform, compatibility: str) -> Iterator[Parameter]:
    for field, (low, high, description, subtype) in _SCALARS.items():
        if field == "weight" and prefix.startswith("final"):
            continue
        value = getattr(xform, field)
        yield Parameter(f"{prefix}.{field}", value, -LIMIT, LIMIT, low, high, description, group, subtype)
    for field, (low, high, description) in _TUPLES.items():
        values = getattr(xform, field)
        if (field == "post" and values == IDENTITY) or not values:
            continue
        yield Parameter(f"{prefix}.{field}", values, -LIMIT, LIMIT, low, high, description, group)
    for variation in xform.variations:
        yield from _variation_parameters(prefix, group, variation, compatibility)


def _variation_parameters(
    prefix: str, group: str, variation: Variation, compatibility: str
) -> Iterator[Parameter]:
    name = f"{prefix}.{variation.attribute}"
    reach = max(2.0, 2.0 * abs(variation.weight))
    description = f"Amount of {variation.attribute}"
    yield Parameter(name, variation.weight, -LIMIT, LIMIT, -reach, reach, description, group)
    specifications = _specifications(variation, compatibility)
    for short, value in variation.parameters:
        yield Parameter(f"{name}_{short}", value, *specifications(short), group)


def _specifications(
    variation: Variation, compatibility: str
) -> Callable[[str], tuple[float, float, float, float, str]]:
    """Function from the short name of a parameter to its ranges and description."""
    try:
        entry = lookup(variation.name, compatibility)
    except KeyError:
        return lambda short: (-LIMIT, LIMIT, -2.0, 2.0, f"{short} of {variation.name}")

    def specification(short: str) -> tuple[float, float, float, float, str]:
        try:
            p = entry.parameter(short)
        except KeyError:
            return -LIMIT, LIMIT, -2.0, 2.0, f"{short} of {variation.name}"
        minimum, maximum = max(p.minimum, -LIMIT), min(p.maximum, LIMIT)
        text = p.description or f"{short} of {variation.name}"
        return minimum, maximum, p.soft_minimum, p.soft_maximum, text  # type: ignore[return-value]

    return specification


def _changed_xform(flame: Flame, prefix: str, xform: Xform, change: Mapping[str, object]) -> Xform:
    """`xform` with the keys of `change` replaced."""
    fields: dict[str, object] = {}
    rest = dict(change)
    for key in change:
        name = f"{prefix}.{key}"
        if key in _SCALARS and not (key == "weight" and prefix.startswith("final")):
            fields[key] = _scalar(name, rest.pop(key))
        elif key in ("coefs", "post"):
            fields[key] = _tuple(name, rest.pop(key), 6)
        elif key == "xaos" and xform.xaos:
            fields[key] = _tuple(name, rest.pop(key), len(xform.xaos))
    if rest:
        fields["variations"] = tuple(_changed_variation(prefix, v, rest) for v in xform.variations)
    if rest:
        raise _unknown(flame, f"{prefix}.{next(iter(rest))}")
    return replace(xform, **fields)  # type: ignore[arg-type]


def _changed_palette(flame: Flame, change: Mapping[str, object]) -> Palette:
    """The palette with the keys of `change` replaced; one without anchors takes a whole set of them."""
    palette = flame.palette
    rest = dict(change)
    phase = _scalar("palette.phase", rest.pop("phase", palette.phase))
    anchors: list = list(palette.anchors)
    if rest and not anchors and all(f"color{number}" in rest for number in range(1, len(rest) + 1)):
        anchors = [None] * len(rest)
    for number in range(1, len(anchors) + 1):
        if f"color{number}" in rest:
            anchors[number - 1] = _tuple(f"{_ANCHOR}{number}", rest.pop(f"color{number}"), 3)
    if rest:
        raise _unknown(flame, f"palette.{next(iter(rest))}")
    return replace(palette, phase=phase, anchors=tuple(anchors))


def _changed_variation(prefix: str, variation: Variation, rest: dict[str, object]) -> Variation:
    """`variation` with its own keys taken out of `rest`."""
    attribute = variation.attribute

    def take(key: str, old: float) -> float:
        return _scalar(f"{prefix}.{key}", rest.pop(key)) if key in rest else old

    weight = take(attribute, variation.weight)
    parameters = tuple((short, take(f"{attribute}_{short}", value)) for short, value in variation.parameters)
    return replace(variation, weight=weight, parameters=parameters)


def _scalar(name: str, value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise BloomError(f"{name} is one number, not {value!r}: give a float.") from None


def _tuple(name: str, value: object, count: int) -> tuple[float, ...]:
    numbers: tuple[float, ...] | None = None
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        try:
            numbers = tuple(float(number) for number in value)
        except (TypeError, ValueError):
            numbers = None
    if numbers is None or len(numbers) != count:
        raise BloomError(f"{name} is {count} numbers, not {value!r}: give a sequence of {count}.")
    return numbers


def _unknown(flame: Flame, name: str) -> BloomError:
    """The error for a name that the flame lacks, with the nearest one that it has."""
    known = [parameter.name for parameter in parameters_of(flame)]
    stem = re.split(r"[._]", name)[0]
    near = [other for other in known if other.lower() == name.lower()] or [
        other for other in known if re.split(r"[._]", other)[0] == stem
    ]
    hint = ", ".join(near[:4] or known[:4])
    return BloomError(f"The flame {flame.name!r} has no parameter {name!r}: it has, for example, {hint}.")
