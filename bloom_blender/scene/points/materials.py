"""The materials of a flame's points: light that adds up, opaque light, or dust in the light of the scene."""

from __future__ import annotations

import math

import bpy

from .. import versions

NAMES = {"GLOW": "Bloom Glow", "SOLID": "Bloom Solid", "DUST": "Bloom Dust"}

NAME = NAMES["GLOW"]
#: Shader output (AOV) that sums the light of the points without their colour. Cycles goes on adding to it
#: through all layers, as none of them is opaque.
DENSITY = "Bloom Density"
#: Exponent of the fall-off from a point's middle to its rim; 0 would be a hard disc. A hard disc reads as
#: confetti where points are few, a soft one as mist.
SOFTNESS = 1.0
#: EEVEE draws a point as half an octahedron: a square within the disc, with normals between those of its
#: corners. The mean of the fall-off over that square, by summing it up on a grid, is 0.482.
_SQUARE = (math.pi / 2.0) / 0.4821 / (1.0 + SOFTNESS / 2.0)
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
    versions.use_nodes(material)
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
    # In EEVEE until 5.0 the normals of a mirrored object, as every flame is, point inwards.
    outward = node("ShaderNodeMath", -500, -200, operation="ABSOLUTE")
    falloff = node("ShaderNodeMath", -400, -100, operation="POWER")
    falloff.inputs[1].default_value = SOFTNESS
    strength = node("ShaderNodeMath", -200, -100, operation="MULTIPLY", label="Strength")
    strength.inputs[1].default_value = 1.0 + SOFTNESS / 2.0  # the same light in all as from a hard disc
    emission = node("ShaderNodeEmission", 0, 100)
    clear = node("ShaderNodeBsdfTransparent", 0, -50)
    both = node("ShaderNodeAddShader", 200, 50)
    white = node("ShaderNodeMath", 0, -200, operation="MULTIPLY")
    density = node("ShaderNodeOutputAOV", 200, -200, aov_name=DENSITY)
    output = node("ShaderNodeOutputMaterial", 400, 50, target="CYCLES")
    raised = node("ShaderNodeMath", 0, -400, operation="MULTIPLY", label="Strength in EEVEE")
    raised.inputs[1].default_value = _SQUARE
    glow = node("ShaderNodeEmission", 200, -400)
    sum_ = node("ShaderNodeAddShader", 400, -400)
    drawn = node("ShaderNodeOutputMaterial", 600, -400, target="EEVEE")
    link(shape.outputs["Incoming"], facing.inputs[0])
    link(shape.outputs["Normal"], facing.inputs[1])
    link(facing.outputs["Value"], outward.inputs[0])
    link(outward.outputs[0], falloff.inputs[0])
    link(falloff.outputs[0], strength.inputs[0])
    link(light.outputs["Color"], emission.inputs["Color"])
    link(strength.outputs[0], emission.inputs["Strength"])
    link(light.outputs["Alpha"], white.inputs[0])
    link(strength.outputs[0], white.inputs[1])
    link(white.outputs[0], density.inputs["Value"])
    link(emission.outputs[0], both.inputs[0])
    link(clear.outputs[0], both.inputs[1])
    link(both.outputs[0], output.inputs["Surface"])
    link(strength.outputs[0], raised.inputs[0])
    link(light.outputs["Color"], glow.inputs["Color"])
    link(raised.outputs[0], glow.inputs["Strength"])
    link(glow.outputs[0], sum_.inputs[0])
    link(clear.outputs[0], sum_.inputs[1])
    link(sum_.outputs[0], drawn.inputs["Surface"])


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
    for target, y in (("CYCLES", 0), ("EEVEE", -300)):
        matte = nodes.node("ShaderNodeBsdfDiffuse", -100, y)
        output = nodes.node("ShaderNodeOutputMaterial", 100, y, target=target)
        nodes.link(color.outputs["Color"], matte.inputs["Color"])
        nodes.link(matte.outputs[0], output.inputs["Surface"])
        if target == "EEVEE":
            nodes.link(_outward(nodes), matte.inputs["Normal"])


def _outward(nodes: _Nodes) -> bpy.types.NodeSocket:
    """The normal of a point in EEVEE, which turns it wrong in a mirrored object, as every flame is.

    It points inwards until 5.0, and has left and right, top and bottom exchanged since. For the eye e, that
    makes of the normal n the right one by 2 max(n·e, 0) e - n.
    """

    def vector(operation: str, x: float, y: float, *values: object) -> bpy.types.Node:
        made = nodes.node("ShaderNodeVectorMath", x, y, operation=operation)
        for socket, value in zip(made.inputs, values, strict=False):
            if isinstance(value, bpy.types.NodeSocket):
                nodes.link(value, socket)
        return made

    def math_(
        operation: str, x: float, y: float, first: bpy.types.NodeSocket, second: float
    ) -> bpy.types.Node:
        made = nodes.node("ShaderNodeMath", x, y, operation=operation)
        nodes.link(first, made.inputs[0])
        made.inputs[1].default_value = second
        return made

    axes = []
    for place in range(3):  # of the object, whose determinant tells whether it is mirrored
        turned = nodes.node("ShaderNodeVectorTransform", -1500, -500 - 200 * place)
        turned.vector_type, turned.convert_from, turned.convert_to = "VECTOR", "OBJECT", "WORLD"
        turned.inputs["Vector"].default_value = [float(place == k) for k in range(3)]
        axes.append(turned.outputs["Vector"])
    plane = vector("CROSS_PRODUCT", -1300, -500, axes[0], axes[1])
    volume = vector("DOT_PRODUCT", -1100, -500, plane.outputs["Vector"], axes[2])
    mirrored = math_("LESS_THAN", -900, -500, volume.outputs["Value"], 0.0)
    shape = nodes.node("ShaderNodeNewGeometry", -1500, -250)
    normal, eye = shape.outputs["Normal"], shape.outputs["Incoming"]
    facing = math_(
        "MAXIMUM", -1100, -250, vector("DOT_PRODUCT", -1300, -250, normal, eye).outputs["Value"], 0.0
    )
    along = vector("SCALE", -900, -250, eye)
    nodes.link(math_("MULTIPLY", -1000, -250, facing.outputs[0], 2.0).outputs[0], along.inputs["Scale"])
    right = vector("SUBTRACT", -700, -250, along.outputs["Vector"], normal)
    choice = nodes.node("ShaderNodeMix", -500, -300, data_type="VECTOR")
    nodes.link(mirrored.outputs[0], choice.inputs[0])
    nodes.link(normal, choice.inputs[4])
    nodes.link(right.outputs["Vector"], choice.inputs[5])
    return choice.outputs[1]
