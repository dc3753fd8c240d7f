"""Dropping a .flame file or a training run into the 3D Viewport."""

from __future__ import annotations

import bpy


def _over_viewport(context: bpy.types.Context) -> bool:
    return context.area is not None and context.area.type in {"VIEW_3D", "OUTLINER"}


class BLOOM_FH_flame(bpy.types.FileHandler):
    """Drop of a .flame file"""

    bl_idname = "BLOOM_FH_flame"
    bl_label = "Fractal Flame"
    bl_import_operator = "bloom.import_flame"
    bl_file_extensions = ".flame;.flam3"

    @classmethod
    def poll_drop(cls, context):
        """Accept drops over the viewport and the outliner."""
        return _over_viewport(context)


class BLOOM_FH_run(bpy.types.FileHandler):
    """Drop of a training run"""

    bl_idname = "BLOOM_FH_run"
    bl_label = "Training Run"
    bl_import_operator = "bloom.import_run"
    bl_file_extensions = (
        ".bloom;.json;.jsonl;.csv;.tsv;.log;.txt;.vec;.npz;.npy;.wandb;.safetensors;.pt;.pth;.ckpt"
    )

    @classmethod
    def poll_drop(cls, context):
        """Accept drops over the viewport and the outliner."""
        return _over_viewport(context)
