"""A colour ramp that a flame's palette follows: an editor of the palette in Blender's own way.

The ramp is a node in a group of shader nodes, which a material may use as well and several flames may share.
The palette of the file stays in the flame's text. A ramp has few stops and a palette 256 colours, so the
group remembers what the ramp showed when it was fitted: what the ramp shows beyond that is what a person
changed, and the fine detail that its stops cannot hold is added. A ramp that nobody has touched therefore
shows the palette of the file, to the last bit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, eq=False)
class Ramp:
    """A color ramp as it was read at a frame.

    Parameters
    ----------
    light
        (ANCHORED, 3) linear light at equal steps.
    detail
        How much stays of what the file's palette has between the ramp's stops.
    source
        Checksum of the palette that it was fitted to; None where it was fitted to none.
    fitted
        What it showed then, numbers of `light` in a row; None where that is not known.
    state
        A text that changes whenever what is shown does.
    """

    light: np.ndarray
    detail: float
    source: str | None
    fitted: tuple[float, ...] | None
    state: str


def read_ramp(obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph | None = None) -> Ramp | None:
    """Read the ramp that the palette of a flame object follows; None where it has none.

    An evaluated object points to the original node group, whose values are those of the window. With a
    dependency graph the ramp is as that evaluated it, with its frame's keys.
    """
    tree = obj.bloom.palette_ramp
    if tree is None:
        return None
    node = node_of(tree if depsgraph is None else tree.evaluated_get(depsgraph))
    if node is None:
        return None
    ramp = node.color_ramp
    stops = [(element.position, tuple(element.color)) for element in ramp.elements]
    modes = (ramp.color_mode, ramp.interpolation, ramp.hue_interpolation)
    detail, source, fitted = obj.bloom.palette_detail, tree.get(SOURCE), tree.get(FITTED)
    return Ramp(
        _light(ramp),
        detail,
        source,
        None if fitted is None else tuple(fitted),
        repr((stops, modes, detail, source)),
    )


def shown(ramp: Ramp | None, palette: Palette) -> Palette:
    """Return the palette that a flame with a ramp shows in place of its own; its own where there is none."""
    if ramp is None:
        return palette
    colors = ramps.display_of_light(ramp.light)
    if ramp.source == _checksum(palette) and len(ramp.fitted or ()) == ramp.light.size:
        fitted = np.array(ramp.fitted).reshape(ramp.light.shape)
        if np.abs(fitted - ramp.light).max() <= _SAME and ramp.detail == 1.0:
            return palette
        detail = ramps.sampled(palette) - ramps.display_of_light(fitted)
        colors = np.clip(colors + ramp.detail * detail, 0.0, 1.0)
    levels = np.round(colors * _LEVELS) / _LEVELS
    return replace(palette, colors=tuple(map(tuple, levels.tolist())))


def _light(ramp: bpy.types.ColorRamp) -> np.ndarray:
    """(ANCHORED, 3) linear light of a ramp at equal steps."""
    return np.array([ramp.evaluate(place)[:3] for place in np.linspace(0.0, 1.0, ANCHORED).tolist()])


def _checksum(palette: Palette) -> str:
    text = repr((palette.colors, palette.mode))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
