"""The material of a flame: each point glows with its own light and hides nothing behind it."""

from __future__ import annotations

import bpy

NAME = "Bloom Glow"
#: Shader output (AOV) that sums the light of the points without their colour. Cycles goes on adding to it
#: through all layers, as none of them is opaque.
DENSITY = "Bloom Density"
#: Exponent of the fall-off from a point's middle to its rim; 0 would be a hard disc. A hard disc reads as
#: confetti where points are few, a soft one as mist.
SOFTNESS = 1.0


def flame_material() -> bpy.types.Material:
    """Return the additive material that reads the attribute ``bloom_light``; made once per file.

    Light adds up and nothing is opaque, as in a flame's histogram: Emission + Transparent. The tone of
    the sum is the compositor's work (see ``compositor``).
    """
    material = bpy.data.materials.get(NAME)
    if material is not None:
        return material
    material = bpy.data.materials.new(NAME)
    material.use_nodes = True
    material.surface_render_method = "BLENDED"
    material.use_transparent_shadow = False
    tree = material.node_tree
    tree.nodes.clear()

    def node(kind: str, x: float, y: float) -> bpy.types.Node:
        made = tree.nodes.new(kind)
        made.location = (x, y)
        return made

    light = node("ShaderNodeAttribute", -400, 200)
    light.attribute_name = "bloom_light"
    shape = node("ShaderNodeNewGeometry", -800, -100)
    facing = node("ShaderNodeVectorMath", -600, -100)
    facing.operation = "DOT_PRODUCT"
    falloff = node("ShaderNodeMath", -400, -100)
    falloff.operation = "POWER"
    falloff.inputs[1].default_value = SOFTNESS
    strength = node("ShaderNodeMath", -200, -100)
    strength.operation = "MULTIPLY"
    strength.label = "Strength"
    strength.inputs[1].default_value = 1.0 + SOFTNESS / 2.0  # the same light in all as from a hard disc
    emission = node("ShaderNodeEmission", 0, 100)
    clear = node("ShaderNodeBsdfTransparent", 0, -50)
    both = node("ShaderNodeAddShader", 200, 50)
    white = node("ShaderNodeMath", 0, -200)
    white.operation = "MULTIPLY"
    density = node("ShaderNodeOutputAOV", 200, -200)
    density.aov_name = DENSITY
    output = node("ShaderNodeOutputMaterial", 400, 50)
    link = tree.links.new
    link(shape.outputs["Incoming"], facing.inputs[0])
    link(shape.outputs["Normal"], facing.inputs[1])
    link(facing.outputs["Value"], falloff.inputs[0])
    link(falloff.outputs[0], strength.inputs[0])
    link(light.outputs["Color"], emission.inputs["Color"])
    link(strength.outputs[0], emission.inputs["Strength"])
    link(light.outputs["Alpha"], white.inputs[0])
    link(strength.outputs[0], white.inputs[1])
    link(white.outputs[0], density.inputs["Value"])
    link(emission.outputs[0], both.inputs[0])
    link(clear.outputs[0], both.inputs[1])
    link(both.outputs[0], output.inputs["Surface"])
    return material
