"""Dropping a .flame file or a training run into Blender's window.

Blender asks the handlers whose endings fit the file's last one. Over a file browser it never asks: a drop
there shows the file in that browser. A file dragged out of a file browser is dropped as any other.

Event files of TensorBoard have no ending of their own: what follows the last dot is the number of a
writer, or ``v2``. The first ten writers are taken; ``events.out.tfevents.<time>.<host>`` of old writers,
names without a dot and folders come in by the import's file browser.
"""

from __future__ import annotations

import bpy
from bpy_extras.io_utils import poll_file_object_drop

#: Endings of all that `trajectory.read` reads. Blender holds 511 characters.
RUNS = (
    *("bloom", "json", "jsonl", "ndjson", "csv", "tsv", "log", "out", "txt", "vec", "gz"),
    *("npz", "npy", "wandb", "safetensors", "pt", "pth", "ckpt", "bin"),
    *("v2", *(str(writer) for writer in range(10))),
)


def _takes(context: bpy.types.Context) -> bool:
    """Whether something can be dropped here: the 3D viewport, the outliner, and what shows animation."""
    animation = {"DOPESHEET_EDITOR", "GRAPH_EDITOR", "NLA_EDITOR"}
    return poll_file_object_drop(context) or (context.area is not None and context.area.type in animation)


class BLOOM_FH_flame(bpy.types.FileHandler):
    """Drop of a .flame file"""

    bl_idname = "BLOOM_FH_flame"
    bl_label = "Fractal Flame"
    bl_import_operator = "bloom.import_flame"
    bl_file_extensions = ".flame;.flam3"

    @classmethod
    def poll_drop(cls, context):
        """Accept drops where objects are shown."""
        return poll_file_object_drop(context)


class BLOOM_FH_run(bpy.types.FileHandler):
    """Drop of a training run"""

    bl_idname = "BLOOM_FH_run"
    bl_label = "Training Run"
    bl_import_operator = "bloom.import_run"
    bl_file_extensions = ";".join(f".{ending}" for ending in RUNS)

    @classmethod
    def poll_drop(cls, context):
        """Accept drops where objects or their animation are shown."""
        return _takes(context)
