"""Add a variation to an xform, chosen by searching."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ...bloom_blender.flame import editing
from ...bloom_blender.flame.variations import VARIATIONS
from .edit_flame import EditXform

FORMS = (
    ("regular", "Regular", "Summed with the other regular variations"),
    ("pre", "Pre", "Bends the plane before the sum, in the order of the list"),
    ("post", "Post", "Bends what the sum gave, in the order of the list"),
)

_items: list[tuple[str, str, str]] = []


def _variations(operator, context) -> list[tuple[str, str, str]]:
    """Return all variations; the list is kept alive because Blender does not copy its texts."""
    if not _items:
        for name in sorted(VARIATIONS, key=str.lower):
            lines = (VARIATIONS[name].function.__doc__ or "").strip().splitlines()
            _items.append((name, name, lines[0].rstrip(".") if lines else f"The variation {name}"))
    return _items


class BLOOM_OT_add_variation(EditXform, bpy.types.Operator):
    """Add a variation to the active xform: a function that bends the plane, found by typing its name"""

    bl_idname = "bloom.add_variation"
    bl_label = "Add Variation"
    bl_options = {"REGISTER", "UNDO"}
    bl_property = "variation"

    variation: EnumProperty(name="Variation", description="Function that bends the plane", items=_variations)
    form: EnumProperty(name="Form", description="When the variation is applied", items=FORMS)

    def invoke(self, context, event):
        """Ask for the variation."""
        context.window_manager.invoke_search_popup(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        """Add it with its parameters at their defaults."""
        return self.edit(
            context,
            lambda flame: editing.add_variation(flame, self.place(context), self.variation, self.form),
        )
