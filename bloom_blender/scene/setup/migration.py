"""Flames of older files: brought up to date when a file is opened, appended or linked.

Each version of what an object carries has a number, `flame_object.SCHEMA`, which new flames note in
``object.bloom.schema``. A step here brings a flame from one number to the next. Steps only add: the values
that they read stay in the file, so that the older version can still open it.

Versions
    0: before numbers were noted. At first ``bloom.mapping``, ``run_frames`` and ``run_start`` told how a run
       was read, and the points' material was inside the node group; later flames have no need of this step.
    1: a run's settings are in ``bloom.growth``; the material is an input of the node group.
"""

from __future__ import annotations

import sys

import bpy
from bpy.app.handlers import persistent

from .. import versions
from ..flame.growth_settings import MAPPINGS
from ..flame.object import SCHEMA, flames, list_parts
from ..growth.growing import quiet
from ..points import geometry_nodes

_MOVED = {"mapping": "mapping", "run_frames": "frames", "run_start": "start_frame"}
"""Settings of version 0 and their names in ``bloom.growth``."""


def upgrade() -> list[str]:
    """Bring all flames of the open file up to date; returns the names of those that were older.

    Flames that are linked from another file are left alone: they belong to that file.
    """
    mended = geometry_nodes.mend()
    older = []
    for obj in flames():
        if obj.library is not None or obj.override_library is not None:
            continue
        if not obj.bloom.xforms:  # flames made before there was a list
            list_parts(obj)
        modifier = geometry_nodes.points_modifier(obj)
        if modifier is not None and modifier.node_group in mended and obj.data.materials:
            geometry_nodes.set_material(obj, obj.data.materials[0])
        if obj.bloom.schema > SCHEMA:
            print(
                f"bloom: {obj.name} was made with a newer Bloom: update the extension before you save.",
                file=sys.stderr,
            )
        elif obj.bloom.schema < SCHEMA:
            _from_0(obj)
            obj.bloom.schema = SCHEMA
            older.append(obj.name)
    return older


def _from_0(obj: bpy.types.Object) -> None:
    stored = versions.stored_settings(obj, "bloom")
    growth = obj.bloom.growth
    with quiet():
        for before, name in _MOVED.items():
            value = stored.get(before)
            if not isinstance(value, int) or growth.is_property_set(name):
                continue
            if name == "mapping":
                if 0 <= value < len(MAPPINGS):  # an enumeration is kept as its number
                    growth.mapping = MAPPINGS[value][0]
            elif name != "frames" or value > 0:  # 0 stood for no run
                setattr(growth, name, value)


@persistent
def on_load(*_) -> None:
    """Upgrade the flames of a file; errors are reported and stop nobody from working."""
    try:
        upgrade()
    except Exception:
        import traceback

        traceback.print_exc()


def register() -> None:
    """Attach the handlers."""
    bpy.app.handlers.load_post.append(on_load)
    bpy.app.handlers.blend_import_post.append(on_load)


def unregister() -> None:
    """Detach the handlers."""
    bpy.app.handlers.blend_import_post.remove(on_load)
    bpy.app.handlers.load_post.remove(on_load)
