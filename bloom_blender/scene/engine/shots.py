"""The flames that a dependency graph shows, read into frozen values for the Bloom engine."""

from __future__ import annotations

import bpy
import numpy as np

from ...chaos.structure import probabilities, structure_of
from ...develop.exposure import Shot
from ...errors import BloomError
from ..flame.object import flame_of, is_flame, soloed


def shots_of(depsgraph: bpy.types.Depsgraph) -> tuple[tuple[Shot, ...], list[str]]:
    """Every flame that a dependency graph shows, instances included, in a lasting order.

    Besides, a sentence for each flame that cannot be shown; the others go on without it.
    """
    found: dict[tuple, Shot] = {}
    problems: dict[str, str] = {}
    for instance in depsgraph.object_instances:
        obj = instance.object
        if not is_flame(obj.original) or not instance.show_self:
            continue
        # One object may give several kinds of geometry; they are one flame.
        matrix = np.array(instance.matrix_world)
        with np.errstate(over="ignore"):
            key = (obj.original.name_full, *matrix.round(9).ravel().tolist())
        if key in found:
            continue
        solo = "" if depsgraph.mode == "RENDER" else obj.bloom.solo
        try:
            flame = soloed(flame_of(obj, depsgraph), solo)
            structure_of(flame), probabilities(flame)  # what the chaos game cannot play, it says here
        except BloomError as error:
            problems[obj.original.name] = f"{obj.original.name} is left out. {error}"
            continue
        found[key] = Shot(flame, tuple(map(tuple, matrix.tolist())), obj.original.bloom.seed)
    return tuple(found[key] for key in sorted(found)), [problems[name] for name in sorted(problems)]


def background_of(scene: bpy.types.Scene) -> np.ndarray | None:
    """Color of the world, linear; None where the film is transparent."""
    if scene.render.film_transparent:
        return None
    world = scene.world
    if world is None:
        return np.zeros(3)
    if world.node_tree is not None:
        for node in world.node_tree.nodes:
            if node.type == "BACKGROUND" and not node.inputs["Color"].is_linked:
                strength = node.inputs["Strength"].default_value
                return np.array(node.inputs["Color"].default_value[:3]) * strength
    return np.array(world.color)
