"""A colour ramp that a flame's palette follows: an editor of the palette in Blender's own way.

The ramp is a node in a group of shader nodes, which a material may use as well and several flames may share.
The palette of the file stays in the flame's text. A ramp has few stops and a palette 256 colours, so the
group remembers what the ramp showed when it was fitted: what the ramp shows beyond that is what a person
changed, and the fine detail that its stops cannot hold is added. A ramp that nobody has touched therefore
shows the palette of the file, to the last bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import bpy
import numpy as np

from ...errors import BloomError
from ...flame import ramps
from ...flame.model import ANCHORED, Palette

NODE = "Palette"
FITTED = "bloom_fitted"
"""Property of the node group: linear light that the ramp gave when it was fitted, ANCHORED x 3 numbers."""
SOURCE = "bloom_source"
"""Property of the node group: checksum of the palette that it was fitted to."""
_SAME = 1e-6
_LEVELS = 255.0  # of a colour, as flame files keep them

_graphs: list[bpy.types.Depsgraph] = []


def new_ramp(name: str, palette: Palette) -> bpy.types.NodeTree:
    """Make a node group with a ramp that is fitted to a palette: index in, colour out."""
    tree = bpy.data.node_groups.new(f"{name} Palette", "ShaderNodeTree")
    tree.interface.new_socket("Index", in_out="INPUT", socket_type="NodeSocketFloat")
    tree.interface.new_socket("Color", in_out="OUTPUT", socket_type="NodeSocketColor")
    start, end = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    node = tree.nodes.new("ShaderNodeValToRGB")
    node.name = node.label = NODE
    start.location, node.location, end.location = (-300.0, 0.0), (-50.0, 0.0), (300.0, 0.0)
    tree.links.new(start.outputs[0], node.inputs[0])
    tree.links.new(node.outputs[0], end.inputs[0])
    fit(tree, palette)
    return tree


def fit(tree: bpy.types.NodeTree, palette: Palette) -> None:
    """Give the ramp of a node group the stops that come nearest to a palette."""
    node = node_of(tree)
    if node is None:
        raise BloomError(f"{tree.name} has lost its colour ramp: choose another, or none.")
    ramp = node.color_ramp
    stops = ramps.fitted(palette)
    ramp.color_mode = "RGB"
    ramp.interpolation = "CONSTANT" if stops.jumps else "LINEAR"
    while len(ramp.elements) > 1:
        ramp.elements.remove(ramp.elements[-1])
    for number, (position, light) in enumerate(
        zip(stops.positions, ramps.light_of_stops(stops), strict=True)
    ):
        element = ramp.elements[0] if number == 0 else ramp.elements.new(float(position))
        element.position = float(position)
        element.color = (*light.tolist(), 1.0)
    tree[FITTED] = _light(ramp).ravel().tolist()
    tree[SOURCE] = _checksum(palette)


def node_of(tree: bpy.types.NodeTree | None) -> bpy.types.Node | None:
    """Return the node with the ramp of a node group: the one called Palette, or the first."""
    if tree is None:
        return None
    found = [node for node in tree.nodes if node.type == "VALTORGB"]
    return next((node for node in found if node.name == NODE), found[0] if found else None)


def shown(obj: bpy.types.Object, palette: Palette) -> Palette:
    """Return the palette that a flame object shows in place of its own; its own where it has no ramp."""
    tree = obj.bloom.palette_ramp
    node = node_of(_evaluated(tree))
    if node is None:
        return palette
    light = _light(node.color_ramp)
    colors = ramps.display_of_light(light)
    if tree.get(SOURCE) == _checksum(palette) and len(tree.get(FITTED, ())) == light.size:
        fitted = np.array(tree[FITTED]).reshape(light.shape)
        if np.abs(fitted - light).max() <= _SAME and obj.bloom.palette_detail == 1.0:
            return palette
        detail = ramps.sampled(palette) - ramps.display_of_light(fitted)
        colors = np.clip(colors + obj.bloom.palette_detail * detail, 0.0, 1.0)
    levels = np.round(colors * _LEVELS) / _LEVELS
    return replace(palette, colors=tuple(map(tuple, levels.tolist())))


def state_of(obj: bpy.types.Object) -> str:
    """Return a text that changes whenever `shown` does; "" for a flame without a ramp."""
    tree = obj.bloom.palette_ramp
    node = node_of(_evaluated(tree))
    if node is None:
        return ""
    ramp = node.color_ramp
    stops = [(element.position, tuple(element.color)) for element in ramp.elements]
    modes = (ramp.color_mode, ramp.interpolation, ramp.hue_interpolation)
    return repr((stops, modes, obj.bloom.palette_detail, tree.get(SOURCE)))


@contextmanager
def evaluated_by(depsgraph: bpy.types.Depsgraph) -> Iterator[None]:
    """Within it, ramps are as a dependency graph evaluated them, with its frame's keys.

    An evaluated object points to the original node group, whose values are those of the window.
    """
    _graphs.append(depsgraph)
    try:
        yield
    finally:
        _graphs.pop()


def _evaluated(tree: bpy.types.NodeTree | None) -> bpy.types.NodeTree | None:
    return tree.evaluated_get(_graphs[-1]) if tree is not None and _graphs else tree


def _light(ramp: bpy.types.ColorRamp) -> np.ndarray:
    """(ANCHORED, 3) linear light of a ramp at equal steps."""
    return np.array([ramp.evaluate(place)[:3] for place in np.linspace(0.0, 1.0, ANCHORED).tolist()])


def _checksum(palette: Palette) -> str:
    text = repr((palette.colors, palette.mode))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
