"""What the operators that change the active flame share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import IntProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.flame.editing import Edit
from ...bloom_blender.flame.model import Flame
from ...bloom_blender.scene.editing import edits
from ...bloom_blender.scene.flame.object import structure_of
from ..common import flame_is_active, wait_cursor


def can_edit(cls, context) -> bool:
    """Whether a flame that may be changed is active; says why not (``poll`` of an operator)."""
    if not flame_is_active(cls, context):
        return False
    if context.active_object.library is not None:
        cls.poll_message_set("The flame is linked from another file: make it local first")
        return False
    return True


class EditFlame:
    """Mixin: an operator that changes the structure of the active flame."""

    @classmethod
    def poll(cls, context):
        """A flame of this file has to be active."""
        return can_edit(cls, context)

    def edit(self: Any, context, change: Callable[[Flame], Edit], **options) -> set[str]:
        """Change the active flame, or report why that cannot be done."""
        obj = context.active_object
        try:
            with wait_cursor(context):
                edits.edit(obj, change, **options)
                context.view_layer.update()
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class EditXform(EditFlame):
    """Mixin: an operator that changes one xform of the active flame."""

    xform: IntProperty(
        name="Xform",
        description="Which xform, counted from 0 over the xforms and then the final xforms; -1 for the "
        "active one",
        default=-1,
        min=-1,
        options={"SKIP_SAVE"},
    )

    def place(self, context) -> int:
        """Return the place of the xform that is meant."""
        if self.xform >= 0:
            return self.xform
        return active_place(context.active_object)


def active_place(obj: bpy.types.Object) -> int:
    """Return the place of a flame's active xform, within what it has."""
    flame = structure_of(obj)
    return min(obj.bloom.active_xform, len(flame.xforms) + len(flame.finals) - 1)
