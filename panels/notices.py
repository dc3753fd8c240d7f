"""What the panel says of a flame that does not do what one would expect, each with a way out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import bpy

from ..bloom_blender.errors import BloomError
from ..bloom_blender.scene.flame.object import flames, values_of
from ..bloom_blender.scene.growth import following
from ..bloom_blender.scene.work import second_blender
from .common import draw_text

#: Seconds without a new step after which a training that is followed may be over.
QUIET = 60.0


class Notice(NamedTuple):
    """A sentence, and an operator that helps: its name, its label and its properties."""

    text: str
    operator: str = ""
    label: str = ""
    properties: dict = {}


def notices(obj: bpy.types.Object, scene: bpy.types.Scene) -> Iterator[Notice]:
    """What there is to say of a flame object in a scene."""
    if obj.mode == "EDIT":
        yield Notice("Edit Mode: changes of the flame are shown when you leave it (Tab)")
    others = [other.name for other in flames() if other != obj and other.data == obj.data]
    if others:
        yield Notice(
            f"Shares its points with {', '.join(others)}: particles show one flame for all of them",
            "object.make_single_user",
            "Give It Its Own Points",
            {"object": False, "obdata": True},
        )
    if _is_weightless(obj):
        yield Notice("The weight of every xform is 0: raise one, or no xform is ever chosen")
    end = _last_frame(obj)
    if end > scene.frame_end:
        yield Notice(
            f"Its film goes on to frame {end}, and the scene ends at {scene.frame_end}",
            "wm.context_set_int",
            f"End the Scene at {end}",
            {"data_path": "scene.frame_end", "value": end},
        )
    follow = following.following.get(obj.name)
    if follow is not None and follow.quiet_for > QUIET:
        yield Notice(
            f"No new step for {second_blender.duration(follow.quiet_for)}: the training may have ended",
            "bloom.stop_following",
            "Stop Following",
        )


def draw_notices(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw them, each with its button."""
    for notice in notices(context.object, context.scene):
        draw_text(layout, notice.text, "INFO", context.region.width)
        if notice.operator:
            operator = layout.operator(notice.operator, text=notice.label)
            for name, value in notice.properties.items():
                setattr(operator, name, value)


def _is_weightless(obj: bpy.types.Object) -> bool:
    try:
        weights = [
            value
            for name, value in values_of(obj).items()
            if name.startswith("xform") and name.endswith(".weight")
        ]
    except BloomError:
        return False  # the panel says so already
    return bool(weights) and not any(weights)


def _last_frame(obj: bpy.types.Object) -> int:
    """Last frame of the curves that a run has given a flame; 0 without."""
    action = None if obj.animation_data is None else obj.animation_data.action
    if action is None or obj.bloom.growth.run is None:
        return 0
    return math.floor(action.frame_range[1])
