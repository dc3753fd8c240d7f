"""A flame's points as they are now, in an object that nothing computes again."""

from __future__ import annotations

import bpy

from ...errors import BloomError
from ..flame.visibility import set_seen
from ..playback import handlers
from ..volume import volume_object


def freeze(context: bpy.types.Context, obj: bpy.types.Object) -> bpy.types.Object:
    """Copy a flame object as plain points at the context's frame, and hide the flame; return the copy.

    The copy has as many points as a final render, with their attributes, the material and the modifier
    `Bloom Points`. It keeps the flame's values as custom properties, but no animation.

    Raises
    ------
    BloomError
        If the points are baked or cannot be computed. Nothing is left behind then.
    """
    if obj.bloom.points_source == "BAKED":
        raise BloomError(f"{obj.name} plays baked points: choose the source Live to freeze one frame of it.")
    evaluated = obj.evaluated_get(context.evaluated_depsgraph_get())
    frozen = obj.copy()
    frozen.name = f"{obj.name} Frozen"
    frozen.data = obj.data.copy()
    frozen.animation_data_clear()
    try:
        volume_object.show_points(frozen, True)
        handlers.refresh(frozen, evaluated, render=True, scene=context.scene)
    except BloomError:
        mesh = frozen.data
        bpy.data.objects.remove(frozen)
        bpy.data.meshes.remove(mesh)
        raise
    frozen.matrix_world = evaluated.matrix_world
    frozen.bloom.is_flame = False
    set_seen(frozen, True)
    for collection in obj.users_collection:
        collection.objects.link(frozen)
    obj.select_set(False)
    obj.hide_set(True)
    obj.hide_render = True
    frozen.select_set(True)
    context.view_layer.objects.active = frozen
    return frozen
