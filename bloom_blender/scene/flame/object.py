"""A flame as a Blender object: custom properties are the truth, the mesh shows its points.

What an object carries
    ``bloom_flame``: the flame's structure as .flame XML text (which variations there are, palette,
    camera, tone, and the resting value of every parameter). One custom property per parameter that can
    be animated, named as in ``flame.parameters``; these decide what is drawn. Nothing lies outside
    the object, so a .blend is complete by itself.

The one mirror
    In flame space +y points down, as in the file; in Blender +y points up. The object's matrix
    holds the mirror (scale y = -1), set once when the object is made. The mesh, the custom
    properties and the chaos game all stay in flame space; camera and light see the world.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import bpy

from ...errors import BloomError
from ...flame.editing import part_at
from ...flame.model import Flame
from ...flame.parameters import Parameter, parameters_of, with_parameters
from ...flame.xml import parse_flames, write_flame
from . import palette_ramp

STRUCTURE = "bloom_flame"
"""Custom property with the flame's XML text."""

MIRROR = (1.0, -1.0, 1.0)
"""Scale of a flame object: from flame space (+y down) to Blender's (+y up)."""

_LARGEST = 3.4e38

SCHEMA = 1
"""Version of what a flame object carries; `migration` brings older ones up to it."""

Value = float | tuple[float, ...]


class Structure(NamedTuple):
    """The text on an object, the flame at rest that it holds, and what of that can be animated."""

    text: str
    rest: Flame
    parameters: tuple[Parameter, ...]
    paths: dict[str, str]
    """Names of the parameters by the RNA paths of their properties."""


def is_flame(obj: bpy.types.Object | None) -> bool:
    """Whether ``obj`` shows a flame; never writes to the object (``obj.bloom`` alone would)."""
    return obj is not None and obj.type == "MESH" and STRUCTURE in obj and obj.bloom.is_flame


def flames() -> list[bpy.types.Object]:
    """All flame objects of the file, linked ones included, in order of name."""
    return [obj for obj in bpy.data.objects if is_flame(obj)]


def structure_of(obj: bpy.types.Object) -> Flame:
    """Return the flame at rest: structure and values as stored in the object's XML text.

    Raises
    ------
    BloomError
        If the text was deleted or is not a flame.
    """
    return structure_on(obj).rest


def structure_on(obj: bpy.types.Object) -> Structure:
    """What an object's XML text holds, see `structure_of`; parsed once for each text."""
    return _parse(_text(obj))


def parameters_on(obj: bpy.types.Object) -> tuple[Parameter, ...]:
    """Return the parameters that ``obj`` can have as properties, with their resting values."""
    return structure_on(obj).parameters


def values_of(obj: bpy.types.Object) -> dict[str, Value]:
    """Return the value of every parameter, from the (evaluated) object's custom properties.

    A property that was deleted, or whose value is not a finite number or has another length than the
    parameter, counts as the resting value.
    """
    return read_values(obj, structure_on(obj))


def read_values(obj: bpy.types.Object, structure: Structure) -> dict[str, Value]:
    """The same, where the structure is at hand."""
    return {p.name: _value(obj.get(p.name), p.value) for p in structure.parameters}


def flame_of(obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph | None = None) -> Flame:
    """Return the flame that the (evaluated) object's properties and its color ramp describe.

    Parameters
    ----------
    depsgraph : bpy.types.Depsgraph, optional
        Which evaluated the object; its frame's keys hold for the ramp, too.

    Raises
    ------
    BloomError
        If the structure is missing or broken.
    """
    structure = structure_on(obj)
    return flame_from(structure, read_values(obj, structure), palette_ramp.read_ramp(obj, depsgraph))


def flame_from(structure: Structure, values: Mapping[str, Value], ramp: palette_ramp.Ramp | None) -> Flame:
    """Return the flame of a structure, values and a color ramp."""
    palette = palette_ramp.shown(ramp, structure.rest.palette)
    rest = structure.rest
    return with_parameters(rest if palette is rest.palette else replace(rest, palette=palette), values)


def soloed(flame: Flame, solo: str) -> Flame:
    """Return the flame with the points of one xform alone, ``xform2``; as it is for a name that it lacks.

    The chaos game goes on as before: the other xforms are visited and do not show.
    """
    names = [f"xform{number + 1}" for number in range(len(flame.xforms))]
    if solo not in names:
        return flame
    xforms = (
        xform if name == solo else replace(xform, opacity=0.0)
        for name, xform in zip(names, flame.xforms, strict=True)
    )
    return replace(flame, xforms=tuple(xforms))


def base_flame(obj: bpy.types.Object) -> Flame:
    """Return the flame that a run grows from and, at its end, back to.

    Parameters that a run already moves are taken at rest; the others as they are set now, so that
    an edit by hand is kept.
    """
    moved = {line.partition(" ")[0].partition("[")[0] for line in obj.bloom.run_curves.split("\n")}
    structure = structure_on(obj)
    values = {name: value for name, value in read_values(obj, structure).items() if name not in moved}
    return flame_from(structure, values, palette_ramp.read_ramp(obj))


def set_structure(obj: bpy.types.Object, flame: Flame) -> None:
    """Give an object another flame at rest; properties of parameters that are new are made, old ones removed.

    The values of those that stay, and their curves, are left alone.
    """
    text = write_flame(flame)
    if text == obj.get(STRUCTURE):
        return
    before = {parameter.name for parameter in parameters_on(obj)}
    obj[STRUCTURE] = text
    after = {parameter.name: parameter for parameter in parameters_of(flame)}
    list_parts(obj)
    for name in before - set(after):
        if name in obj:
            del obj[name]
    for name, parameter in after.items():
        if name not in before or name not in obj:
            set_property(obj, parameter, parameter.value)
    obj.update_tag()


def list_parts(obj: bpy.types.Object) -> None:
    """Have the list of the panel hold an item for each xform of a flame object, final ones included."""
    flame, items = structure_of(obj), obj.bloom.xforms
    count = len(flame.xforms) + len(flame.finals)
    while len(items) > count:
        items.remove(len(items) - 1)
    while len(items) < count:
        items.add()


def color_of(obj: bpy.types.Object, place: int) -> tuple[float, float, float]:
    """Return the display colour at which an xform pulls, counted from 0 over xforms and final xforms."""
    structure = structure_on(obj)
    palette, values = structure.rest.palette, read_values(obj, structure)
    prefix = part_at(structure.rest, place)[0]
    index, phase = float(values[f"{prefix}.color"]), float(values["palette.phase"]) % 1.0  # type: ignore[arg-type]
    index = (index + phase) % 1.0 if phase else min(max(index, 0.0), 1.0)
    if not palette.anchors:
        palette = palette_ramp.shown(palette_ramp.read_ramp(obj), palette)
    colors = palette.array
    return tuple(colors[round(index * (len(colors) - 1))].tolist())


def set_property(obj: bpy.types.Object, parameter: Parameter, value: Value) -> None:
    """Set a parameter's custom property, with range, description and resting value for the interface."""
    name = parameter.name
    obj[name] = value
    limits = {
        "min": parameter.minimum,
        "max": parameter.maximum,
        "soft_min": parameter.soft_minimum,
        "soft_max": parameter.soft_maximum,
    }
    # Blender keeps the soft range inside the hard one, so the hard one comes first.
    ui = obj.id_properties_ui(name)
    ui.update(**{key: min(max(limit, -_LARGEST), _LARGEST) for key, limit in limits.items()})
    ui.update(description=parameter.description, default=parameter.value, precision=4)
    if parameter.subtype != "NONE":
        ui.update(subtype=parameter.subtype)
    obj.property_overridable_library_set(data_path(name), True)


def data_path(name: str) -> str:
    """Return the RNA path of the custom property ``name`` from its object."""
    return f'["{bpy.utils.escape_identifier(name)}"]'


def _text(obj: bpy.types.Object) -> str:
    text = obj.get(STRUCTURE)
    if not isinstance(text, str):
        raise BloomError(
            f"{obj.name} has lost its custom property {STRUCTURE}: undo, or import the .flame file again."
        )
    return text


@lru_cache(maxsize=32)
def _parse(text: str) -> Structure:
    found = parse_flames(text, source=f"the custom property {STRUCTURE}")
    if not found:
        raise BloomError(f"The custom property {STRUCTURE} holds no flame: undo, or import the file again.")
    parameters = parameters_of(found[0])
    return Structure(text, found[0], parameters, {data_path(p.name): p.name for p in parameters})


def _value(given, resting: Value) -> Value:
    """Return ``given`` as the kind of value that ``resting`` is, and ``resting`` where it cannot be."""
    if isinstance(resting, tuple):
        try:
            values = tuple(float(item) for item in given)
        except (TypeError, ValueError):
            return resting
        return values if len(values) == len(resting) and all(map(math.isfinite, values)) else resting
    if not isinstance(given, int | float):
        return resting
    return float(given) if math.isfinite(given) else resting
