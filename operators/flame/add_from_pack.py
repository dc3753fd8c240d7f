"""What the operators share that add flames from a file or a text, which may hold many."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty

from ...bloom_blender.errors import BloomError
from ...bloom_blender.flame.xml import Pack, report_unknown
from ...bloom_blender.scene.points import chaos_game
from ...bloom_blender.scene.setup import scene_setup
from ..choose_by_picture import ChooseByPicture
from ..common import NewFlameOptions, in_object_mode, wait_cursor


class AddFromPack(NewFlameOptions, ChooseByPicture):
    """Mixin: an operator that adds one flame of several, chosen by its picture, or all of them.

    It has a method ``pack()``, which reads them and may raise BloomError.
    """

    number: IntProperty(
        name="Flame",
        description="Which flame to add where there are several, counted from 1",
        default=1,
        min=1,
        options={"SKIP_SAVE"},
    )
    use_all: BoolProperty(
        name="All Flames",
        description="Add all flames where there are several, side by side in rows",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        """Flames are added in Object Mode."""
        return in_object_mode(cls, context)

    def choose_or_add(self: Any, context) -> set[str]:
        """Show the pictures of several flames, or add the one that is asked for or that there is alone."""
        asked = self.use_all or self.properties.is_property_set("number")
        try:
            pack = self.pack()
            if asked or len(pack) < 2 or bpy.app.background:
                return self.add(context, pack)
            chaos_game.load()
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}

        from ...bloom_blender.scene.editing.sheet import Sheet, grid_for  # at first use, for a quick start

        def picture(number: int):
            flame = pack.flame(number)
            return f"{number + 1}  {flame.name}", flame

        return self.show(
            context,
            Sheet(picture, len(pack), aspect=4.0 / 3.0, grid=grid_for(len(pack))),
            f"{len(pack)} Flames of {pack.source}",
            "A: Add All",
        )

    def add(self: Any, context, pack: Pack) -> set[str]:
        """Add what is chosen, and report what Bloom does not know in it."""
        broken: list[str] = []
        try:
            flames = _all(pack, broken) if self.use_all else [pack.flame(self.number - 1)]
            with wait_cursor(context):
                added = scene_setup.add_flames(context, flames, **self.arguments(context))
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        unknown = [sentence for flame in flames for sentence in report_unknown(flame)]
        text = f"Added {added[0].name}" if len(added) == 1 else f"Added {len(added)} flames"
        if broken or unknown:
            self.report({"WARNING"}, f"{text}. {' '.join((broken + unknown)[:3])}")
        else:
            self.report({"INFO"}, text)
        return {"FINISHED"}

    def choose(self: Any, context, number):
        """Add a flame."""
        self.number = number + 1
        return self.execute(context)

    def pressed(self, context, event):
        """Add all of them."""
        if event.type != "A":
            return None
        self.use_all = True
        return self.finish(context)

    def draw(self: Any, context):
        """Draw the options."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        if context.area is None or context.area.type != "FILE_BROWSER":
            row = layout.row()
            row.active = not self.use_all
            row.prop(self, "number")
        layout.prop(self, "use_all")
        self.draw_new_flame_options(layout)


def _all(pack: Pack, broken: list[str]) -> list:
    """The flames that can be read; what is wrong with others is added to ``broken``."""
    flames = []
    for index in range(len(pack)):
        try:
            flames.append(pack.flame(index))
        except BloomError as error:
            broken.append(str(error))
    if not flames:
        raise BloomError(broken[0] if broken else f"{pack.source} has no flame: choose another file.")
    return flames
