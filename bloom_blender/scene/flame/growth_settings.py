"""How a run moves a flame, as settings: of a flame object, where a change is seen at once, and of the import.

The definitions are written once. `growth_properties` makes them with or without a function to call when
one of them changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from . import hooks
from .object import is_flame

MAPPINGS = (
    ("robust", "Robust", "Open the flame from a bud, move it within bounds, and end on exactly the flame"),
    ("classic", "Classic", "Move the flame exactly as the original Bloom did"),
)
DRIVES = (
    ("all", "Whole Run", "The main directions of the whole run move everything"),
    ("layers", "Layer by Layer", "Each part of the network moves an xform of its own, in the same order"),
    ("metric", "Metrics", "The changes of the loss, or of another metric, move everything"),
    ("hand", "By Hand", "Only what is in the list of bindings moves"),
)
TIMES = (
    ("learning", "Learning", "Slow down where much is learned, so that every moment shows something"),
    ("step", "Steps", "As the run went: the same number of steps in every frame"),
    ("log", "Logarithm", "The first steps take long, the last ones pass quickly"),
    ("loss", "Loss", "As fast as the loss falls"),
)
KEYS = (
    ("all", "All Keys", "A key in every frame, exactly as the run moves the flame"),
    ("few", "Few Keys", "As few keys with handles as stay near that, to be edited"),
)
MARKERS = (
    ("EPOCHS", "Epochs", "Where epochs were complete, ten at most; steps where the run tells of no epochs"),
    ("LOSS", "Loss", "Where the loss had halved and halved again, where it was best held out, and the end"),
)
COLORS = (
    ("flame", "Flame", "The flame's own palette, at rest"),
    ("embeddings", "Embeddings", "A palette that the run's word vectors make, and that changes as they do"),
)

_STRENGTH = {"default": 1.0, "min": 0.0, "soft_max": 2.0, "max": 10.0}

Update = Callable[[Any, Any], None]


def growth_properties(update: Update | None = None, *, by_hand: bool = True) -> dict[str, Any]:
    """Annotations of a class with all settings of a growth.

    Parameters
    ----------
    update : function of the settings and the context, optional
        Called when one of them has changed.
    by_hand : bool
        Whether bindings can be made where these settings are: on a flame, and not while one is imported, when
        markers are made unless they are declined.
    """
    more: dict[str, Any] = {} if update is None else {"update": update}
    named = {} if update is None else {"search": _series, "search_options": {"SUGGESTION"}} | more
    drives = DRIVES if by_hand else DRIVES[:-1]
    return {
        "mapping": EnumProperty(
            name="Mapping", description="How the run moves the flame", items=MAPPINGS, **more
        ),
        "drive": EnumProperty(name="Drive", description="What moves what", items=drives, **more),
        "source": StringProperty(
            name="Source",
            description="Name of one series or embedding table of the run, or a pattern such as "
            "update/encoder.*; empty for all updates, else the embeddings, else the metrics",
            **named,
        ),
        "time": EnumProperty(
            name="Time", description="How the film goes through the run", items=TIMES, **more
        ),
        "metric": StringProperty(
            name="Metric", description="The metric that tells the time; empty for the first loss", **named
        ),
        "frames": IntProperty(
            name="Frames",
            description="Number of frames to spread the run over",
            default=450,
            min=2,
            soft_max=10_000,
            max=1_000_000,
            **more,
        ),
        "start_frame": IntProperty(
            name="Start Frame", description="Frame at which the run begins", default=1, **more
        ),
        "keys": EnumProperty(
            name="Keys",
            description="How many keys the run's curves have. Curves that you have changed stay as they are",
            items=KEYS,
            **more,
        ),
        "key_error": FloatProperty(
            name="Error",
            description="How far the few keys may lead a curve astray in any frame, in percent of its range",
            subtype="PERCENTAGE",
            default=1.0,
            min=0.1,
            soft_max=10.0,
            max=50.0,
            precision=1,
            **more,
        ),
        "markers": EnumProperty(
            name="Markers",
            description="What of the run is marked in the timeline",
            items=MARKERS,
            options={"ENUM_FLAG"},
            default=set() if by_hand else {"EPOCHS", "LOSS"},
            **more,
        ),
        "gain": FloatProperty(
            name="Gain", description="How far the run moves the flame", **_STRENGTH, **more
        ),
        "bud": FloatProperty(
            name="Bud",
            description="How far the flame is closed while all is still to be learned",
            **_STRENGTH,
            **more,
        ),
        "wind": FloatProperty(
            name="Wind",
            description="How much the open flame trembles while the run is still restless",
            **_STRENGTH,
            **more,
        ),
        "smoothing": FloatProperty(
            name="Smoothing",
            description="How smooth the movement is: 0 keeps the run's own noise, 5 lets it float",
            default=1.0,
            min=0.0,
            soft_max=5.0,
            max=10.0,
            **more,
        ),
        "loop": BoolProperty(
            name="Loop",
            description="Close again in the last quarter of the film, so that it can be played in a circle",
            **more,
        ),
        "variant": IntProperty(
            name="Variant",
            description="Another choice of what in the run moves what in the flame",
            default=0,
            min=0,
            **more,
        ),
        "colors": EnumProperty(
            name="Color", description="Where the flame's colours come from", items=COLORS, **more
        ),
        "table": StringProperty(
            name="Table",
            description="Name of the embedding table to colour by; empty for all of them, side by side",
            **named,
        ),
        "hue": FloatProperty(
            name="Hue",
            description="Turn the colours of the embeddings, in degrees",
            soft_min=-180.0,
            soft_max=180.0,
            **more,
        ),
        "epochs": IntProperty(
            name="Epochs",
            description="How many epochs to use, from the first; 0 is the mapping's own choice",
            min=0,
            **more,
        ),
        "skip_words": IntProperty(
            name="Skip Words",
            description="Leave out this many words at the start of the vocabulary, which are markers",
            default=2,
            min=0,
            **more,
        ),
    }


def copy_settings(source: Any, target: Any, names: Any) -> None:
    """Set the named settings of ``target`` to those of ``source``."""
    for name in names:
        setattr(target, name, getattr(source, name))


def _regrow(settings: Any, context: bpy.types.Context) -> None:
    hooks.growth_changed(settings.id_data)


def _has_another_run(settings: Any, obj: bpy.types.Object) -> bool:
    return obj != settings.id_data and is_flame(obj) and obj.bloom.growth.run is not None


def _series(settings: Any, context: bpy.types.Context, text: str) -> list[str]:
    """Names to choose from in a search field."""
    return hooks.series_names(settings.id_data)


def _targets(settings: Any, context: bpy.types.Context, text: str) -> list[str]:
    return hooks.target_names(settings.id_data)


class BloomBinding(bpy.types.PropertyGroup):
    """A series of the run that moves one thing of the flame."""

    series: StringProperty(
        name="Series", description="What moves it", search=_series, search_options=set(), update=_regrow
    )
    target: StringProperty(
        name="Target", description="What is moved", search=_targets, search_options=set(), update=_regrow
    )
    gain: FloatProperty(
        name="Gain",
        description="How far: 1 is as far as a run may move it, a negative number the other way",
        default=1.0,
        min=-10.0,
        max=10.0,
        soft_min=-2.0,
        soft_max=2.0,
        update=_regrow,
    )


class BloomGrowth(bpy.types.PropertyGroup):
    """The run that moves a flame object, and how."""

    run: PointerProperty(
        name="Run",
        description="The text of this file that holds the training run",
        type=bpy.types.Text,
        update=_regrow,
    )
    like: PointerProperty(
        name="Like",
        description="Move this flame by the settings and the mapping of another one, so that their runs can "
        "be compared frame by frame",
        type=bpy.types.Object,
        poll=_has_another_run,
        update=_regrow,
    )
    bindings: CollectionProperty(type=BloomBinding)
    active_binding: IntProperty(name="Active Binding", min=0)


BloomGrowth.__annotations__.update(growth_properties(_regrow))

SETTINGS = tuple(growth_properties())
"""Names of the settings that `growth_properties` makes."""

classes = (BloomBinding, BloomGrowth)
