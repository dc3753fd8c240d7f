"""Bloom's asset library: where it lies, its place in Blender's preferences, and what a drop does to a flame.

Blender reads the scale of an asset that is dropped into the viewport as lengths, so the mirror of a flame
object is lost. Where an object comes from our library it is given back once the drop is over.
"""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

import bpy
from bpy.app.handlers import persistent

from ...flame.presets import FOLDER as PRESETS
from ..flame.object import is_flame

FOLDER = PRESETS / "assets"
NAME = "Bloom"

_SOON = 0.1
"""Seconds after which a drop is over."""


def libraries() -> list[bpy.types.UserAssetLibrary]:
    """The asset libraries of the preferences that are Bloom's."""
    found = bpy.context.preferences.filepaths.asset_libraries
    return [library for library in found if library.path and is_ours(library.path)]


def add() -> bool:
    """Name the library in the preferences; whether that was needed."""
    if libraries():
        return False
    library = bpy.context.preferences.filepaths.asset_libraries.new(name=NAME, directory=str(FOLDER))
    library.import_method = "APPEND"  # a linked flame cannot be edited
    return True


def remove() -> int:
    """Take the library out of the preferences; how many entries there were."""
    ours = libraries()
    for library in ours:
        bpy.context.preferences.filepaths.asset_libraries.remove(library)
    return len(ours)


def is_ours(path: str) -> bool:
    """Whether a path is that of the library, or of something in it."""
    given = Path(bpy.path.abspath(path)).resolve()
    return given.is_relative_to(FOLDER.resolve())


def mend_mirrors(names: list[str]) -> None:
    """Give flame objects of the open file their mirror back where they have none."""
    for name in names:
        obj = bpy.data.objects.get(name)
        # Its scale, as the matrix is not updated before the window is drawn.
        if is_flame(obj) and obj.library is None and math.prod(obj.scale) > 0.0:
            obj.scale.y = -obj.scale.y


@persistent
def on_import(context, *_) -> None:
    """Mend flames of the library after the drop that brings them."""
    names = [
        item.id.name
        for item in context.import_items
        if isinstance(item.id, bpy.types.Object)
        and item.source_library is not None
        and is_ours(item.source_library.filepath)
    ]
    if names and not bpy.app.background:
        bpy.app.timers.register(partial(mend_mirrors, names), first_interval=_SOON)


def register() -> None:
    """Attach the handler."""
    bpy.app.handlers.blend_import_post.append(on_import)


def unregister() -> None:
    """Detach the handler."""
    bpy.app.handlers.blend_import_post.remove(on_import)
