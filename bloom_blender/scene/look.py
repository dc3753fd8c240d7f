"""The materials of a flame's points: light that adds up, opaque light, or dust in the light of the scene."""

from __future__ import annotations

import bpy

#: Identifier, name and description of the styles, for an enumeration.
STYLES = (
    ("GLOW", "Glow", "Light adds up and hides nothing, as in a flame; needs the logarithmic tone"),
    ("SOLID", "Solid", "Opaque points that shine in their colour; fast, and the nearest hides the others"),
    ("DUST", "Dust", "Opaque grains lit by the lights of the scene, with shadows"),
)
NAMES = {"GLOW": "Bloom Glow", "SOLID": "Bloom Solid", "DUST": "Bloom Dust"}

NAME = NAMES["GLOW"]
#: Shader output (AOV) that sums the light of the points without their colour. Cycles goes on adding to it
#: through all layers, as none of them is opaque.
DENSITY = "Bloom Density"
#: Exponent of the fall-off from a point's middle to its rim; 0 would be a hard disc. A hard disc reads as
#: confetti where points are few, a soft one as mist.
SOFTNESS = 1.0
#: log2(1 + neighbours per million) of a point in a petal's thin part, and in the core.
THIN, DENSE = 3.0, 8.0
#: Light of solid points in thin parts and in cores.
DIM, BRIGHT = 0.4, 1.2


def flame_material(style: str = "GLOW") -> bpy.types.Material:
    """Return the material of a style; made once per file, and then the user's to change."""
    material = bpy.data.materials.get(NAMES[style])
    if material is not None:
        return material
    material = bpy.data.materials.new(NAMES[style])
    material.use_nodes = True
    material.node_tree.nodes.clear()
    {"GLOW": _glow, "SOLID": _solid, "DUST": _dust}[style](material)
    return material


def is_own(material: bpy.types.Material | None) -> bool:
    """Whether a material is one of ours, which another style may replace."""
    return material is None or material.name in NAMES.values()


class _Nodes:
    """Nodes of a material by a short call."""

    def __init__(self, tree: bpy.types.NodeTree) -> None:
        self.tree, self.link = tree, tree.links.new

    def node(self, kind: str, x: float, y: float, **properties: object) -> bpy.types.Node:
        made = self.tree.nodes.new(kind)
        made.location = (x, y)
        for name, value in properties.items():
            setattr(made, name, value)
        return made

    def attribute(self, name: str, x: float, y: float) -> bpy.types.Node:
        return self.node("ShaderNodeAttribute", x, y, attribute_name=name)


def _glow(material: bpy.types.Material) -> None:
    """Add up the light ``bloom_light``, as in a flame's histogram: Emission + Transparent.

    The tone of the sum is the compositor's work (see ``compositor``).
    """
    material.surface_render_method = "BLENDED"
    material.use_transparent_shadow = False
    nodes = _Nodes(material.node_tree)
    node, link = nodes.node, nodes.link
    light = nodes.attribute("bloom_light", -400, 200)
    shape = node("ShaderNodeNewGeometry", -800, -100)
    facing = node("ShaderNodeVectorMath", -600, -100, operation="DOT_PRODUCT")
    falloff = node("ShaderNodeMath", -400, -100, operation="POWER")
    falloff.inputs[1].default_value = SOFTNESS
    strength = node("ShaderNodeMath", -200, -100, operation="MULTIPLY", label="Strength")
    strength.inputs[1].default_value = 1.0 + SOFTNESS / 2.0  # the same light in all as from a hard disc
    emission = node("ShaderNodeEmission", 0, 100)
    clear = node("ShaderNodeBsdfTransparent", 0, -50)
    both = node("ShaderNodeAddShader", 200, 50)
    white = node("ShaderNodeMath", 0, -200, operation="MULTIPLY")
    density = node("ShaderNodeOutputAOV", 200, -200, aov_name=DENSITY)
    output = node("ShaderNodeOutputMaterial", 400, 50)
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


def _solid(material: bpy.types.Material) -> None:
    """Shine in ``bloom_color``, the brighter the more points there are around."""
    nodes = _Nodes(material.node_tree)
    node, link = nodes.node, nodes.link
    color = nodes.attribute("bloom_color", -400, 100)
    density = nodes.attribute("bloom_density", -600, -150)
    strength = node("ShaderNodeMapRange", -400, -150, label="Light by Density")
    strength.interpolation_type = "SMOOTHSTEP"
    for name, value in (("From Min", THIN), ("From Max", DENSE), ("To Min", DIM), ("To Max", BRIGHT)):
        strength.inputs[name].default_value = value
    emission = node("ShaderNodeEmission", -150, 50)
    output = node("ShaderNodeOutputMaterial", 50, 50)
    link(density.outputs["Fac"], strength.inputs["Value"])
    link(color.outputs["Color"], emission.inputs["Color"])
    link(strength.outputs["Result"], emission.inputs["Strength"])
    link(emission.outputs[0], output.inputs["Surface"])


def _dust(material: bpy.types.Material) -> None:
    """Scatter the lights of the scene as matte grains of ``bloom_color``."""
    nodes = _Nodes(material.node_tree)
    color = nodes.attribute("bloom_color", -300, 0)
    matte = nodes.node("ShaderNodeBsdfDiffuse", -100, 0)
    output = nodes.node("ShaderNodeOutputMaterial", 100, 0)
    nodes.link(color.outputs["Color"], matte.inputs["Color"])
    nodes.link(matte.outputs[0], output.inputs["Surface"])
