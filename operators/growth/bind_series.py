"""Bind a series of a training run to one value of a flame, by picking."""

from __future__ import annotations

from bpy.props import EnumProperty, FloatProperty, StringProperty

from ...bloom_blender.scene.growth import growing
from .grow_again import OnGrownFlame

_items: list[tuple[str, str, str]] = []


def _series(operator, context) -> list[tuple[str, str, str]]:
    """Return the series of the run; the list is kept alive because Blender does not copy its texts."""
    names = growing.series_names(context.active_object) if context is not None else []
    _items[:] = [(name, name, f"Let {name} move it") for name in names]
    return _items


class BLOOM_OT_bind_series(OnGrownFlame):
    """Choose a series of the training run that moves this value; Drive is By Hand from then on"""

    bl_idname = "bloom.bind_series"
    bl_label = "Bind Training Series"
    bl_property = "series"

    series: EnumProperty(name="Series", description="What moves it", items=_series)
    target: StringProperty(name="Target", description="What is moved", options={"SKIP_SAVE"})
    gain: FloatProperty(
        name="Gain",
        description="How far: 1 is as far as a run may move it, a negative number the other way",
        default=1.0,
        soft_min=-2.0,
        soft_max=2.0,
        min=-10.0,
        max=10.0,
    )

    def invoke(self, context, event):
        """Ask for the series."""
        context.window_manager.invoke_search_popup(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        """Bind it, in place of what the value was bound to."""
        obj = context.active_object
        if self.target not in growing.target_names(obj):
            self.report({"ERROR"}, f"A run cannot move {self.target or 'nothing'}: choose another value")
            return {"CANCELLED"}
        growth = obj.bloom.growth
        if growth.like is not None:
            self.report({"ERROR"}, f"The flame moves like {growth.like.name}: bind it there, or clear Like")
            return {"CANCELLED"}
        by_hand = growth.mapping == "robust" and growth.drive == "hand"
        with growing.quiet():
            item = next((b for b in growth.bindings if b.target == self.target), None)
            item = item or growth.bindings.add()
            item.series, item.target, item.gain = self.series, self.target, self.gain
            growth.active_binding = list(growth.bindings).index(item)
            growth.mapping, growth.drive = "robust", "hand"
        growing.update(obj)
        context.view_layer.update()
        text = f"{self.series} moves {self.target}"
        self.report(
            {"INFO"}, text if by_hand else f"{text}; the run moves only what is bound now (Drive: By Hand)"
        )
        return {"FINISHED"}
