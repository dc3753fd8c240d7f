"""Choose among new flowers by their pictures."""

from __future__ import annotations

import bpy

from ...bloom_blender.scene.editing.sheet import Sheet
from ...bloom_blender.scene.points import chaos_game
from ..choose_by_picture import ChooseByPicture
from .random_flower import AddsRandom

_GRID = (4, 3)
_ASPECT = 4.0 / 3.0  # of the pictures of new flames


class BLOOM_OT_random_grid(AddsRandom, ChooseByPicture, bpy.types.Operator):
    """Show new flowers, as many as you like, and add the one that you click"""

    bl_idname = "bloom.random_grid"
    bl_label = "Random Flowers"
    bl_options = {"REGISTER", "UNDO"}

    def invoke(self, context, event):
        """Show flowers of seeds in a row; where there is no window, add the first."""
        self.draw_seed()
        if bpy.app.background:
            return self.execute(context)
        chaos_game.load()
        sheet = Sheet(self._picture, None, aspect=_ASPECT, grid=_GRID)
        return self.show(context, sheet, "New Flowers")

    def execute(self, context):
        """Add the flower of the seed."""
        return self.add(context, self.seed)

    def choose(self, context, number):
        """Add the flower that was clicked, whose seed the redo panel shows."""
        self.seed += number
        return self.execute(context)

    def _picture(self, number: int):
        from ...bloom_blender.garden import random_flame

        return f"{self.seed + number}", random_flame(self.seed + number, kind=self.kind)
