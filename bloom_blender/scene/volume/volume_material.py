"""The material of a flame's volume: it glows and hides nothing."""

from __future__ import annotations

import bpy

from .. import versions
from . import vdb

NAME = "Bloom Volume"
NODE = "Bloom Volume"
"""Name of the group's node in the material; its inputs are what a person sets."""

_INPUTS = (
    ("Strength", 1.0, 0.0, 1e6, "Light of the volume"),
    ("Contrast", 1.0, 0.1, 8.0, "More shows the dense parts, less the thin ones"),
    (
        "Logarithm", 0.0, 0.0, 1.0,
        "0 shines with the true light, which spans decades and is for Bloom Tone in the compositor; 1 with "
        "its logarithm, which looks right without",
    ),
    ("Saturation", 1.0, 0.0, 4.0, "Strength of the colours"),
    ("Smoke", 0.0, 0.0, 1e6, "How much the volume scatters and hides what is behind; 0 renders fastest"),
)  # fmt: skip


def volume_material(height: float) -> bpy.types.Material:
    """Make a material that turns density and colour into light.

    Parameters
    ----------
    height : float
        Of the flame's picture, in its units: the same light comes from a flame of any size.
    """
    material = bpy.data.materials.new(NAME)
    versions.use_nodes(material)
    tree = material.node_tree
    tree.nodes.clear()
    group = tree.nodes.new("ShaderNodeGroup")
    group.node_tree = bpy.data.node_groups.get(NAME) or _group()
    group.name = group.label = NODE
    group.width = 200
    # Light adds up along a ray: over the height of the picture, a density of 1 gives 1.
    group.inputs["Strength"].default_value = 1.0 / max(height, 1e-6)
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    output.location = (300, 0)
    tree.links.new(group.outputs["Volume"], output.inputs["Volume"])
    return material


def material_node(material: bpy.types.Material | None) -> bpy.types.Node | None:
    """The node whose inputs are the settings of a volume's material, if it still has it."""
    if material is None or material.node_tree is None:
        return None
    return material.node_tree.nodes.get(NODE)


def _group() -> bpy.types.NodeTree:
    group = bpy.data.node_groups.new(NAME, "ShaderNodeTree")
    for name, value, low, high, text in _INPUTS:
        socket = group.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketFloat")
        socket.default_value, socket.min_value, socket.max_value = value, low, high
        socket.description = text
    group.interface.new_socket("Volume", in_out="OUTPUT", socket_type="NodeSocketShader")

    def node(kind: str, x: float, y: float) -> bpy.types.Node:
        made = group.nodes.new(kind)
        made.location = (x, y)
        return made

    def math(operation: str, x: float, y: float, *values: object) -> bpy.types.NodeSocket:
        made = node("ShaderNodeMath", x, y)
        made.operation = operation
        for socket, value in zip(made.inputs, values, strict=False):
            if isinstance(value, bpy.types.NodeSocket):
                group.links.new(value, socket)
            else:
                socket.default_value = value
        return made.outputs[0]

    given = node("NodeGroupInput", -1200, 0)
    density = node("ShaderNodeAttribute", -1200, 300)
    density.attribute_name = vdb.DENSITY
    color = node("ShaderNodeAttribute", -1200, -300)
    color.attribute_name = vdb.COLOR
    logarithm, inputs = density.outputs["Fac"], given.outputs
    light = math("SUBTRACT", -800, 300, math("POWER", -1000, 300, 2.0, logarithm), 1.0)
    way = math("MULTIPLY", -600, 200, math("SUBTRACT", -800, 100, logarithm, light), inputs["Logarithm"])
    shown = math("MAXIMUM", -300, 300, math("ADD", -400, 300, light, way), 0.0)
    bent = math("POWER", -200, 300, shown, inputs["Contrast"])
    strength = math("MULTIPLY", -100, 300, bent, inputs["Strength"])
    smoke = math("MULTIPLY", -100, 100, shown, inputs["Smoke"])
    hue = node("ShaderNodeHueSaturation", -300, -200)
    shader = node("ShaderNodeVolumePrincipled", 0, 0)
    shader.inputs["Density Attribute"].default_value = ""
    shader.inputs["Anisotropy"].default_value = 0.0
    output = node("NodeGroupOutput", 300, 0)
    link = group.links.new
    link(color.outputs["Color"], hue.inputs["Color"])
    link(given.outputs["Saturation"], hue.inputs["Saturation"])
    link(hue.outputs["Color"], shader.inputs["Emission Color"])
    link(hue.outputs["Color"], shader.inputs["Color"])
    link(strength, shader.inputs["Emission Strength"])
    link(smoke, shader.inputs["Density"])
    link(shader.outputs[0], output.inputs["Volume"])
    return group
