"""The material of a flame: light by attribute."""

from __future__ import annotations

import bpy

NAME = "Bloom Flame"


def flame_material() -> bpy.types.Material:
    """Return the material that lights points by their attribute ``bloom_color``; made once per file."""
    material = bpy.data.materials.get(NAME)
    if material is not None:
        return material
    material = bpy.data.materials.new(NAME)
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    color = tree.nodes.new("ShaderNodeAttribute")
    color.attribute_name = "bloom_color"
    emission = tree.nodes.new("ShaderNodeEmission")
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(color.outputs["Color"], emission.inputs["Color"])
    tree.links.new(emission.outputs["Emission"], output.inputs["Surface"])
    return material
