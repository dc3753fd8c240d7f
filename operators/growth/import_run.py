"""File > Import > Training Run."""

from __future__ import annotations

import functools
import textwrap
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from ...bloom_blender.errors import BloomError
from ...bloom_blender.flame.presets import label, presets, read_preset
from ...bloom_blender.scene.flame.growth_settings import SETTINGS, copy_settings, growth_properties
from ...bloom_blender.scene.flame.object import base_flame, is_flame
from ...bloom_blender.scene.growth import growing
from ...bloom_blender.scene.growth.growth_layout import draw_frames, draw_keys, draw_mapping
from ...bloom_blender.scene.setup import scene_setup, viewport
from ..common import NewFlameOptions, ask, wait_cursor

ACTIVE = "ACTIVE"

WRAP = 38  # characters of a sentence in a line of the file browser's settings

# What the file browser shows; names without a suffix, such as those of MLflow, by switching the filter off.
FILES = (
    "*.bloom;*.json;*.jsonl;*.ndjson;*.csv;*.tsv;*.log;*.out;*.txt;*.vec;*.npz;*.npy;*.wandb;*tfevents*;*.gz;"
    "*.safetensors;*.pt;*.pth;*.ckpt;*.bin"
)

_base_items: list[tuple[str, str, str]] = []


def _bases(operator, context) -> list[tuple[str, str, str]]:
    """Return the flames a run can move; the list is kept alive because Blender does not copy its texts."""
    shipped = [(name, label(name), f"Add the shipped flame {label(name)}") for name in presets()]
    active = (ACTIVE, "Active Flame", "Animate the active object")
    ready = context is not None and is_flame(context.active_object)
    _base_items[:] = [active, *shipped] if ready or not shipped else [*shipped, active]
    return _base_items


class GrowthOptions:
    """Mixin: how the run moves the flame."""


GrowthOptions.__annotations__ = growth_properties(by_hand=False)


class BLOOM_OT_import_run(NewFlameOptions, GrowthOptions, bpy.types.Operator, ImportHelper):
    """Animate a flame with the course of a training run"""

    bl_idname = "bloom.import_run"
    bl_label = "Import Training Run"
    bl_options = {"REGISTER", "UNDO", "PRESET"}

    filename_ext = ".bloom"
    filepath: StringProperty(
        name="File",
        description="A .bloom file, another program's log, one of a series of checkpoints, or a folder",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )
    filter_glob: StringProperty(default=FILES, options={"HIDDEN"})
    series: StringProperty(
        name="Series",
        description="Which series and embeddings to import, such as train/* or update/*; empty for all",
        options={"SKIP_SAVE"},
    )
    steps: StringProperty(
        name="Steps",
        description="Range of steps to import, such as 0:1000; empty for all",
        options={"SKIP_SAVE"},
    )
    run: StringProperty(
        name="Run",
        description="Which run of a folder or table that holds several",
        options={"SKIP_SAVE"},
    )
    partial: BoolProperty(
        name="Damaged Files",
        description="Import what is readable of damaged files",
        default=False,
    )
    base: EnumProperty(name="Flame", description="The flame that the run moves", items=_bases)
    like: StringProperty(
        name="Like",
        description="Move the flame by the settings and the mapping of this flame, so that the two runs can "
        "be compared frame by frame; empty for settings of its own",
    )
    set_range: BoolProperty(
        name="Set Frame Range",
        description="Make the scene's frame range that of the run",
        default=True,
    )
    side: EnumProperty(
        name="Language",
        description="Which embeddings to read from a folder that has two",
        items=(
            ("auto", "Automatic", "Language translated to, where the folder has it"),
            ("src", "Source", "Language translated from"),
            ("tgt", "Target", "Language translated to"),
            ("both", "Both", "Both, so that they can colour the flame side by side"),
        ),
        default="auto",
    )

    @classmethod
    def poll(cls, context):
        """Flames are added in Object Mode."""
        if context.mode != "OBJECT":
            cls.poll_message_set("Training runs are imported in Object Mode")
            return False
        return True

    def invoke(self, context, event):
        """Ask for a file, or only for the options where one was dropped; they begin as the flame's growth."""
        obj = context.active_object
        if is_flame(obj) and obj.bloom.growth.run is not None and obj.bloom.growth.drive != "hand":
            given = self.properties.is_property_set
            copy_settings(obj.bloom.growth, self, [name for name in SETTINGS if not given(name)])
        return ask(self, context)

    def check(self, context):
        """Show what another file holds once it is chosen."""
        return True

    def execute(self, context):
        """Read the run, grow its curves, then animate."""
        try:
            with wait_cursor(context):
                obj, curves, kept = self._import(context)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        frames, count = curves.values.shape
        text = f"{obj.name} follows {obj.bloom.run_name}: {count} curves over {frames} frames"
        self.report({"INFO"}, f"{text}, {len(kept)} kept as you made them" if kept else text)
        return {"FINISHED"}

    def _import(self, context):
        from ...bloom_blender.trajectory import read_trajectory  # at first use, for a quick start

        trajectory = read_trajectory(
            self.filepath,
            series=self.series,
            steps=self.steps,
            run=self.run or None,
            side=self.side,
            partial=self.partial,
        )
        # Whatever is wrong is found before anything is added.
        settings = self._settings()
        if self.base == ACTIVE:
            obj = context.active_object
            if not is_flame(obj):
                raise BloomError("The active object is not a flame: select one, or choose a shipped flame.")
            plan = growing.plan(base_flame(obj), trajectory, settings, obj.bloom.growth)
        else:
            plan = growing.plan(read_preset(self.base), trajectory, settings)
            obj = scene_setup.add_flame(context, plan.flame, **self.arguments(context))
        curves, kept = growing.carry_out(obj, plan, source=self.filepath)
        if self.set_range:
            context.scene.frame_start = self.start_frame
            context.scene.frame_end = self.start_frame + len(curves.values) - 1
            viewport.show_range(context)
        context.view_layer.update()
        return obj, curves, kept

    def _settings(self) -> dict:
        like = bpy.data.objects.get(self.like) if self.like else None
        if self.like and not (like is not None and is_flame(like) and like.bloom.growth.run):
            raise BloomError(f"{self.like} is not a flame with a training run: choose another, or none.")
        return {name: getattr(self, name) for name in SETTINGS} | {"like": like}

    def draw(self, context):
        """Draw the flame and its frames, and the rest in panels that fold."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column(align=True)
        column.prop(self, "base")
        draw_frames(layout, self)
        layout.prop(self, "set_range")
        # Who browses wants to see what a file holds; who dropped one knows.
        browses = context.area is not None and context.area.type == "FILE_BROWSER"
        self._draw_content(layout, closed=not browses)
        if panel := _panel(layout, "growth", "Growth"):
            draw_keys(panel, self)
            panel.prop_search(self, "like", bpy.data, "objects")
            if not self.like:
                draw_mapping(panel, self)
        if self.base != ACTIVE and (panel := _panel(layout, "new", "New Flame")):
            self.draw_new_flame_options(panel)

    def _draw_content(self, layout, *, closed: bool):
        """Draw what the chosen file holds, and the choice among it."""
        lines = content(self.filepath, self.series, self.steps, self.run, self.side)
        for text in (name for name, facts in lines if not facts):
            column = layout.column(align=True)
            for line in textwrap.wrap(text, WRAP):
                column.label(text=line)
        panel = _panel(layout, "series", "Series", closed=closed)
        if panel is None:
            return
        if rows := [(name, facts) for name, facts in lines if facts]:
            column = panel.box().column(align=True)
            for name, facts in rows:
                row = column.split(factor=0.45)
                row.label(text=name)
                row.label(text=facts)
        column = panel.column(align=True)
        for name in ("series", "steps", "run", "side", "partial"):
            column.prop(self, name)


def _panel(layout: bpy.types.UILayout, name: str, title: str, *, closed: bool = True):
    """A column in a panel that folds, or None while it is folded."""
    header, body = layout.panel(f"bloom_import_run_{name}{'' if closed else '_open'}", default_closed=closed)
    header.label(text=title)
    return body.column(align=True) if body is not None else None


def content(filepath: str, series: str, steps: str, run: str, side: str) -> list[tuple[str, str]]:
    """Return what is chosen, see `preview`; nothing while no file is."""
    try:
        path = Path(filepath)
        state = path.stat()
    except (OSError, ValueError):
        return []
    if not path.name:
        return []
    return _content(path, state.st_mtime_ns, state.st_size, series, steps, run, side)


@functools.lru_cache(maxsize=8)
def _content(
    path: Path, _changed: int, _size: int, series: str, steps: str, run: str, side: str
) -> list[tuple[str, str]]:
    from ...bloom_blender.trajectory.description import preview  # at first use, for a quick start

    return preview(path, series=series, steps=steps, run=run or None, side=side)
