"""Change the active flame by chance."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import FloatProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.editing import mutating
from ..common import Seeded, seed_property, wait_cursor
from .edit_flame import can_edit


def strength_property(default: float):
    """How far a relative is from the flame."""
    return FloatProperty(
        name="Strength",
        description="How far numbers move; from 0.2 on variations, xforms and colours come and go too",
        default=default,
        min=0.01,
        max=1.0,
        subtype="FACTOR",
    )


class Mutates(Seeded):
    """Mixin: an operator that turns the active flame into a relative."""

    @classmethod
    def poll(cls, context):
        """A flame of this file has to be active."""
        return can_edit(cls, context)

    def mutate(self: Any, context, seed: int) -> set[str]:
        """Mutate it, and say where its frame does not hold it any more."""
        obj = context.active_object
        try:
            with wait_cursor(context):
                outside = mutating.mutate(obj, seed, self.strength)
                context.view_layer.update()
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if outside:
            self.report({"INFO"}, "The flame has left its frame: Set Up Scene with New Camera fits it")
        return {"FINISHED"}


class BLOOM_OT_mutate(Mutates, bpy.types.Operator):
    """Turn the active flame into a relative that is worth looking at; what you keyed stays keyed"""

    bl_idname = "bloom.mutate"
    bl_label = "Mutate"
    bl_options = {"REGISTER", "UNDO"}

    seed: seed_property("Another number gives another relative of the flame")
    strength: strength_property(0.3)

    def invoke(self, context, event):
        """Choose a seed, which the redo panel shows."""
        self.draw_seed()
        return self.execute(context)

    def execute(self, context):
        """Turn the flame into the relative of the seed."""
        return self.mutate(context, self.seed)
