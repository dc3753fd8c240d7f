"""What several operators share: point settings, the wait cursor, and the report of an error."""

from __future__ import annotations

import random
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty

from ..bloom_blender.scene.flame.object import is_flame
from ..bloom_blender.scene.flame.settings import NEW_LOOKS, points_property
from ..bloom_blender.scene.points import chaos_game
from ..bloom_blender.scene.setup import untouched

_FIRST = "Bloom makes itself ready for this computer: some seconds, the first time…"
_SEEDS = 10_000
"""How many seeds are drawn from where none is given: numbers that are easy to write down."""


def in_object_mode(cls, context) -> bool:
    """Whether the context is in Object Mode; says so where it is not (``poll`` of an operator)."""
    if context.mode != "OBJECT":
        cls.poll_message_set("Flames are added in Object Mode")
        return False
    return True


def flame_is_active(cls, context) -> bool:
    """Whether a flame is active; says so where none is (``poll`` of an operator)."""
    if not is_flame(context.active_object):
        cls.poll_message_set("Select a flame first")
        return False
    return True


class Seeded:
    """Mixin: an operator that does something by chance, with a seed that the redo panel shows."""

    def draw_seed(self: Any) -> None:
        """Draw a seed, unless one is given (``invoke``)."""
        if not self.properties.is_property_set("seed"):
            self.seed = random.randrange(_SEEDS)


def seed_property(description: str):
    """The seed of such an operator."""
    return IntProperty(name="Seed", description=description, min=0, options={"SKIP_SAVE"})


class NewFlameOptions:
    """Mixin: the options of every operator that adds a flame."""

    points_render: points_property("RENDER", "Number of points in final renders")
    points_viewport: points_property("VIEWPORT", "Number of points while you work")
    with_camera: BoolProperty(
        name="Camera",
        description="Add the flame's own camera and look through it when rendering",
        default=True,
        options={"SKIP_SAVE"},
    )
    with_scene: BoolProperty(
        name="Scene",
        description="Set render engine, picture size, color management and compositor for the flame",
        default=True,
        options={"SKIP_SAVE"},
    )

    look: EnumProperty(name="Look", description="How the flame is shown", items=NEW_LOOKS)
    with_view: BoolProperty(
        name="Viewport",
        description="Show the flame in the viewport as it will look, through its camera",
        default=True,
        options={"SKIP_SAVE"},
    )

    def decide(self: Any, context) -> None:
        """Set the options that are not given: a scene with a user's work in it stays as it is."""
        prepared = untouched.is_prepared(context.scene)
        for name in ("with_camera", "with_scene", "with_view"):
            if not self.properties.is_property_set(name):
                setattr(self, name, not prepared)

    def new_flame_options(self) -> dict:
        """Return the options as properties of another operator that adds flames."""
        names = ("points_render", "points_viewport", "with_camera", "with_scene", "with_view", "look")
        return {name: getattr(self, name) for name in names}

    def arguments(self, context) -> dict:
        """Return the options as arguments of ``scene_setup.add_flame``."""
        self.decide(context)
        return {**self.new_flame_options(), "at_cursor": True}

    def draw_new_flame_options(self, layout: bpy.types.UILayout) -> None:
        """Draw them in an operator's settings."""
        column = layout.column(align=True)
        column.prop(self, "points_render")
        column.prop(self, "points_viewport")
        column = layout.column(heading="Set Up")
        column.prop(self, "with_camera")
        column.prop(self, "with_scene")
        row = column.row()
        row.active = self.with_scene
        row.prop(self, "look")
        column.prop(self, "with_view")


def ask(operator: bpy.types.Operator, context: bpy.types.Context) -> set[str]:
    """Ask for a file, or only for the options where one was dropped (``invoke`` of an importer)."""
    operator.decide(context)
    manager = context.window_manager
    if operator.properties.is_property_set("filepath"):
        return manager.invoke_props_dialog(
            operator, title=Path(operator.filepath).name, confirm_text=operator.bl_label, width=360
        )
    manager.fileselect_add(operator)
    return {"RUNNING_MODAL"}


def redraw(context: bpy.types.Context) -> None:
    """Have the panels of all windows drawn anew."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in {"PROPERTIES", "VIEW_3D"}:
                area.tag_redraw()


@contextmanager
def wait_cursor(context: bpy.types.Context):
    """Show the wait cursor meanwhile, where there is a window, and the first time say why it takes long."""
    window, workspace = context.window, context.workspace
    if window is not None:
        window.cursor_set("WAIT")
    told = window is not None and workspace is not None and not chaos_game.is_loaded()
    if told:
        workspace.status_text_set(_FIRST)
        if bpy.ops.wm.redraw_timer.poll():  # never in background; without it the text comes after the wait
            bpy.ops.wm.redraw_timer(type="DRAW_WIN_SWAP", iterations=1)
    try:
        yield
    finally:
        if window is not None:
            window.cursor_set("DEFAULT")
        if told:
            workspace.status_text_set(None)
