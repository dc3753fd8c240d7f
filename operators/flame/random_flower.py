"""Add a flower that nobody has seen before."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.scene.points import chaos_game
from ...bloom_blender.scene.setup import scene_setup
from ..common import NewFlameOptions, Seeded, in_object_mode, seed_property, wait_cursor


class AddsRandom(Seeded, NewFlameOptions):
    """Mixin: an operator that adds a flame by chance."""

    seed: seed_property("Another number gives another flower, and the same number the same one")
    kind: EnumProperty(
        name="Kind",
        description="What is grown",
        items=(
            ("flower", "Flower", "Petals around a middle"),
            ("general", "Flame", "Anything but a flower"),
            ("any", "Either", "A flower or something else"),
        ),
    )

    @classmethod
    def poll(cls, context):
        """Flames are added in Object Mode."""
        return in_object_mode(cls, context)

    def add(self: Any, context, seed: int) -> set[str]:
        """Draw the flame of a seed, then add it."""
        from ...bloom_blender.garden import random_flame

        try:
            with wait_cursor(context):
                chaos_game.load()
                scene_setup.add_flame(context, random_flame(seed, kind=self.kind), **self.arguments(context))
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}

    def draw(self: Any, context):
        """Draw the options."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "seed")
        layout.prop(self, "kind")
        self.draw_new_flame_options(layout)


class BLOOM_OT_random_flower(AddsRandom, bpy.types.Operator):
    """Add a new flower by chance: of many that are drawn, one that is worth looking at"""

    bl_idname = "bloom.random_flower"
    bl_label = "Random Flower"
    bl_options = {"REGISTER", "UNDO"}

    def invoke(self, context, event):
        """Choose a seed, which the redo panel shows."""
        self.draw_seed()
        return self.execute(context)

    def execute(self, context):
        """Add the flower of the seed."""
        return self.add(context, self.seed)
