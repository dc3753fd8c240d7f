"""File > Import > Training Run."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from ..bloom_blender.errors import BloomError
from ..bloom_blender.growth.grow import grow
from ..bloom_blender.scene import actions, keyframes
from ..bloom_blender.scene.flame_object import base_flame, is_flame
from ..bloom_blender.scene.presets import label, presets, read_preset
from ..bloom_blender.scene.settings import MAPPINGS
from ..bloom_blender.trajectory.read import read_trajectory
from .support import NewFlameOptions, ask, wait_cursor

ACTIVE = "ACTIVE"

_STRENGTH = {"default": 1.0, "min": 0.0, "soft_max": 2.0, "max": 10.0}

_base_items: list[tuple[str, str, str]] = []


def _bases(operator, context) -> list[tuple[str, str, str]]:
    """Return the flames a run can move; the list is kept alive because Blender does not copy its texts."""
    shipped = [(name, label(name), f"Add the shipped flame {label(name)}") for name in presets()]
    active = (ACTIVE, "Active Flame", "Animate the active object")
    ready = context is not None and is_flame(context.active_object)
    _base_items[:] = [active, *shipped] if ready or not shipped else [*shipped, active]
    return _base_items


class BLOOM_OT_import_run(NewFlameOptions, bpy.types.Operator, ImportHelper):
    """Animate a flame with the course of a training run"""

    bl_idname = "bloom.import_run"
    bl_label = "Import Training Run"
    bl_options = {"REGISTER", "UNDO", "PRESET"}

    filename_ext = ".bloom"
    filepath: StringProperty(
        name="File",
        description="A .bloom file, or a folder of word embeddings per epoch (or any file in it)",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )
    filter_glob: StringProperty(default="*.bloom;*.txt", options={"HIDDEN"})
    base: EnumProperty(name="Flame", description="The flame that the run moves", items=_bases)
    mapping: EnumProperty(
        name="Mapping", description="How the run moves the flame", items=MAPPINGS, default="robust"
    )
    frames: IntProperty(
        name="Frames",
        description="Number of frames to spread the run over",
        default=450,
        min=2,
        soft_max=10_000,
        max=1_000_000,
    )
    start_frame: IntProperty(name="Start Frame", description="Frame at which the run begins", default=1)
    gain: FloatProperty(name="Gain", description="How far the run moves the flame", **_STRENGTH)
    bud: FloatProperty(
        name="Bud", description="How far the flame is closed while all is still to be learned", **_STRENGTH
    )
    wind: FloatProperty(
        name="Wind", description="How much the open flame trembles while the run still moves", **_STRENGTH
    )
    variant: IntProperty(
        name="Variant",
        description="Another choice of what in the run moves what in the flame",
        default=0,
        min=0,
    )
    epochs: IntProperty(
        name="Epochs",
        description="How many epochs to use, from the first; 0 is the mapping's own choice",
        min=0,
    )
    skip_words: IntProperty(
        name="Skip Words",
        description="Leave out this many words at the start of the vocabulary, which are markers",
        default=2,
        min=0,
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
        """Ask for a file, or only for the options where one was dropped."""
        return ask(self, context)

    def execute(self, context):
        """Read the run, grow its curves, then animate."""
        try:
            with wait_cursor(context):
                obj, curves = self._import(context)
        except BloomError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        frames, count = curves.values.shape
        self.report({"INFO"}, f"{obj.name} follows {obj.bloom.run_name}: {count} curves over {frames} frames")
        return {"FINISHED"}

    def _import(self, context):
        trajectory = read_trajectory(_run_path(self.filepath), side=self.side)
        if self.base == ACTIVE:
            obj = context.active_object
            if not is_flame(obj):
                raise BloomError("The active object is no flame: select one, or choose a shipped flame.")
            flame = base_flame(obj)
        else:
            flame = read_preset(self.base)
        curves = grow(trajectory, flame, mapping=self.mapping, frames=self.frames, **self._mapping_options())
        if self.base == ACTIVE:
            keyframes.animate(obj, curves, start_frame=self.start_frame)
        else:
            obj = actions.add_flame(
                context, flame, curves=curves, start_frame=self.start_frame, **self.new_flame_options()
            )
        actions.note_run(
            obj,
            name=trajectory.name,
            mapping=self.mapping,
            frames=len(curves.values),
            start_frame=self.start_frame,
        )
        if self.set_range:
            context.scene.frame_start = self.start_frame
            context.scene.frame_end = self.start_frame + len(curves.values) - 1
        context.view_layer.update()
        return obj, curves

    def _mapping_options(self) -> dict:
        if self.mapping == "robust":
            return {"gain": self.gain, "bud": self.bud, "wind": self.wind, "seed": self.variant}
        return {"epochs": self.epochs or None, "skip_words": self.skip_words, "seed": self.variant}

    def draw(self, context):
        """Draw the options; those of a new flame only where one is added."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "base")
        column = layout.column(align=True)
        column.prop(self, "mapping")
        for name in ("gain", "bud", "wind") if self.mapping == "robust" else ("epochs", "skip_words"):
            column.prop(self, name)
        column.prop(self, "variant")
        column = layout.column(align=True)
        column.prop(self, "frames")
        column.prop(self, "start_frame")
        layout.prop(self, "set_range")
        layout.prop(self, "side")
        if self.base != ACTIVE:
            self.draw_new_flame_options(layout)


def _run_path(filepath: str) -> Path:
    """Return what to read: a folder of embeddings is often chosen by one of its files."""
    path = Path(filepath)
    if path.suffix.lower() == ".txt" and path.is_file():
        return path.parent
    return path
