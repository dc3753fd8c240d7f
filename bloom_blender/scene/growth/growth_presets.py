"""Named settings of a growth: a start that can be changed afterwards."""

from __future__ import annotations

from typing import Any

#: What every preset sets, and how it is where a preset does not name it.
USUAL: dict[str, Any] = {
    "mapping": "robust",
    "drive": "all",
    "time": "learning",
    "bud": 1.0,
    "gain": 1.0,
    "wind": 1.0,
    "smoothing": 1.0,
    "loop": False,
}

#: Identifier, name, description, and what differs from `USUAL`.
GROWTH_PRESETS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("BUD", "Bud to Flower", "The usual growth: a closed bud opens and comes to rest", {}),
    (
        "STORM",
        "Storm",
        "The run shakes the flame hard, with all of its own noise",
        {"gain": 1.7, "wind": 2.0, "smoothing": 0.3},
    ),
    (
        "BREEZE",
        "Breeze",
        "A flower that is nearly open from the start and floats",
        {"bud": 0.4, "gain": 0.5, "wind": 0.7, "smoothing": 4.0},
    ),
    (
        "LAYERS",
        "Layers",
        "Each part of the network moves an xform of its own",
        {"drive": "layers", "gain": 1.2},
    ),
    (
        "LOSS",
        "Loss",
        "The loss alone moves the flame, which opens as fast as the loss falls; the run has to have one",
        {"drive": "metric", "time": "loss"},
    ),
    (
        "LOOP",
        "Loop",
        "The flower opens and closes again, for a film that is played in a circle",
        {"loop": True, "wind": 0.6, "smoothing": 2.0},
    ),
)


def settings_of(identifier: str) -> dict[str, Any]:
    """Return all settings of a preset, name to value; KeyError where there is none of that name."""
    changes = {preset[0]: preset[3] for preset in GROWTH_PRESETS}
    return USUAL | changes[identifier]
