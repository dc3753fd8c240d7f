"""Bloom's panels: Properties editor > Object, and the same in one tab of the 3D viewport's sidebar."""

from __future__ import annotations

import bpy

from .bake import BLOOM_PT_bake
from .editing.palette import BLOOM_PT_palette
from .editing.parameters import BLOOM_PT_parameters, BLOOM_UL_xforms
from .engine import (
    BLOOM_PT_picture_estimation,
    BLOOM_PT_picture_film,
    BLOOM_PT_picture_passes,
    BLOOM_PT_picture_quality,
    BLOOM_PT_picture_tone,
)
from .flame import BLOOM_PT_flame
from .growth import BLOOM_PT_growth, BLOOM_PT_run, BLOOM_UL_bindings
from .sidebar import in_sidebar
from .volume import BLOOM_PT_volume

classes = (
    BLOOM_PT_flame,
    BLOOM_UL_bindings,
    BLOOM_PT_run,
    BLOOM_PT_growth,
    BLOOM_UL_xforms,
    BLOOM_PT_parameters,
    BLOOM_PT_palette,
    BLOOM_PT_volume,
    BLOOM_PT_bake,
    BLOOM_PT_picture_quality,
    BLOOM_PT_picture_tone,
    BLOOM_PT_picture_estimation,
    BLOOM_PT_picture_film,
    BLOOM_PT_picture_passes,
)
_ON_FLAMES = tuple(cls for cls in classes if getattr(cls, "bl_context", "") == "object")

_sidebar = in_sidebar(_ON_FLAMES)


def register() -> None:
    """Register all panels, parents first."""
    for cls in (*classes, *_sidebar):
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Undo :func:`register`."""
    for cls in reversed((*classes, *_sidebar)):
        bpy.utils.unregister_class(cls)
