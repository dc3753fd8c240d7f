"""The metrics of a run as custom properties of its flame, ``training.loss``: to look at, and to drive by."""

from __future__ import annotations

from collections.abc import Mapping

import bpy
import numpy as np

from ..flame.object import data_path

PREFIX = "training."

_LONGEST = 63  # bytes of a custom property's name


def is_one(name: str) -> bool:
    """Whether a custom property of that name shows a metric of a run."""
    return name.startswith(PREFIX)


def give(obj: bpy.types.Object, metrics: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Make the properties of some metrics; returns the values by the properties' names."""
    found: dict[str, np.ndarray] = {}
    for series, values in metrics.items():
        name = _property_name(series, taken=set(found))
        found[name] = values
        if name not in obj:
            obj[name] = float(values[-1])
            obj.id_properties_ui(name).update(
                description=f"{series} of the training run; it moves nothing, and can drive what you like",
                precision=4,
            )
            obj.property_overridable_library_set(data_path(name), True)
    return found


def take(obj: bpy.types.Object, name: str) -> None:
    """Remove the property of a metric that the run no longer has."""
    if name in obj:
        del obj[name]


def _property_name(series: str, taken: set[str]) -> str:
    """``training.`` and the name of a series, without what would be misread, and not too long."""
    plain = "".join("_" if letter.isspace() or letter in "[]" else letter for letter in series)
    name, number = _cut(PREFIX + plain, _LONGEST), 2
    while name in taken:
        name = f"{_cut(PREFIX + plain, _LONGEST - 3)}_{number}"
        number += 1
    return name


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")
