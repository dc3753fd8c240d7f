"""Choose among relatives of the active flame by their pictures."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty

from ...bloom_blender.scene.editing import mutating
from ..choose_by_picture import ChooseByPicture
from ..common import seed_property
from .mutate import Mutates, strength_property

_GRID = (3, 3)
_MIDDLE = 4
_RELATIVES = 8  # on a page, around the flame itself
_STRONGER = {"NUMPAD_PLUS": 0.1, "EQUAL": 0.1, "PLUS": 0.1, "NUMPAD_MINUS": -0.1, "MINUS": -0.1}


class BLOOM_OT_mutate_grid(Mutates, ChooseByPicture, bpy.types.Operator):
    """Show relatives of the active flame around it, and turn it into the one that you click"""

    bl_idname = "bloom.mutate_grid"
    bl_label = "Mutate by Pictures"
    bl_options = {"REGISTER", "UNDO"}

    seed: seed_property("Another number gives other relatives")
    index: IntProperty(
        name="Relative",
        description="Which one, counted from 0 over all sheets; the flame itself is not counted",
        min=0,
        options={"SKIP_SAVE"},
    )
    strength: strength_property(0.4)

    def invoke(self, context, event):
        """Show the relatives; where there is no window, take the one that is asked for."""
        self.draw_seed()
        if bpy.app.background:
            return self.execute(context)
        from ...bloom_blender.scene.editing.sheet import Sheet  # at first use, for a quick start

        self._flame = context.active_object
        self._preview = mutating.preview_of(self._flame)
        width, height = self._preview.flame.camera.size
        return self.show(
            context,
            Sheet(self._picture, None, aspect=width / height, grid=_GRID),
            self._heading(),
            "+ -: Stronger or Weaker",
        )

    def execute(self, context):
        """Turn the flame into the relative."""
        return self.mutate(context, self.seed + self.index)

    def choose(self, context, number):
        """Take a relative; the flame itself stays as it is."""
        index = self._index(number)
        if index is None:
            return {"CANCELLED"}
        self.index = index
        return self.execute(context)

    def pressed(self, context, event):
        """Change the strength."""
        if event.type not in _STRONGER:
            return None
        strength = min(max(round(self.strength + _STRONGER[event.type], 1), 0.1), 1.0)
        if strength != self.strength:
            self.strength = strength
            self._title = self._heading()
            self._entitle()
            self.restart()
        return {"RUNNING_MODAL"}

    def _heading(self) -> str:
        return f"Relatives of {self._flame.name}, Strength {self.strength:.1f}"

    def _picture(self, number: int):
        """Title and flame of a cell of the sheet."""
        index = self._index(number)
        if index is None:
            return "As It Is", self._preview.flame
        return "", self._preview.mutated(self.seed + index, self.strength)

    @staticmethod
    def _index(number: int) -> int | None:
        """Which relative is in a cell; None for the flame itself in the middle."""
        page, place = divmod(number, _GRID[0] * _GRID[1])
        return None if place == _MIDDLE else page * _RELATIVES + place - (place > _MIDDLE)
