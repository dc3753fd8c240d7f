"""The compositor's node group: from summed light to a picture.

A flame's light spans four decades. As in every flame renderer the density goes through a logarithm and a
gamma while the hue stays what it was (S. Draves, E. Reckase, The Fractal Flame Algorithm, 2008, section 4):

    alpha = (brightness * ln(1 + density * light))^(1 / gamma)

with ``light`` the summed light without its colour, which the material hands over beside the picture: a dark
colour of the palette stays dark. Where a renderer gives no such sum (EEVEE) it is the largest channel. Where
alpha passes 1 the value is rolled off and the colour fades to white, so that cores glow and do not burn. Then
come contrast, the flame's tone curves, saturation, glow.
"""

from __future__ import annotations

import math

import bpy
import numpy as np

from ...flame.color import linear_light
from ...flame.curves import bezier
from ...flame.model import Curve, Flame
from .. import versions
from ..points.materials import DENSITY

GROUP = "Bloom Tone"
#: The group for points that have their tone already: exposure, colour and glow alone.
SHINE = "Bloom Shine"
#: The same for the true flame, where it changes nothing until it is asked to.
FINISH = "Bloom Finish"
_GROUPS = (GROUP, SHINE, FINISH)
#: Legacy programs scale brightness by 268/256, the sum of their palette's rounding.
_LEGACY = 268.0 / 256.0
_CURVE_POINTS = 9
#: Linear light of the backdrop's middle: enough to tell a dark room from a void.
_DIM = 0.014
#: Blue of the night, which the flame's own mean colour is mixed with.
_NIGHT = (0.05, 0.2, 0.6)


def set_up(scene: bpy.types.Scene, flame: Flame, *, adjust: bool = True) -> bpy.types.Node:
    """Lead the scene's frames through Bloom's tone group, set as the flame's file asks; return its node.

    A tree that already holds the group is left as it is, but with ``adjust`` for the group's settings. Other
    nodes of a user are kept: the group is put between the render layers and what they fed.
    """
    tree = versions.compositor_tree(scene)
    node = tone_node(tree)
    if node is not None and not adjust:
        _show_only(tree, GROUP)
        _connect_density(tree, scene, node)
        versions.use_cpu_compositor(scene)
        return node
    if node is None:
        node = tree.nodes.new("CompositorNodeGroup")
        node.node_tree = _tone_group(flame)
        node.name = node.label = GROUP
        _insert(tree, scene, node)
    _show_only(tree, GROUP)
    height = flame.camera.extent[1]
    _connect_density(tree, scene, node)
    node.inputs["Density"].default_value = 1.0 / (height * height)
    node.inputs["Brightness"].default_value = flame.tone.brightness * _LEGACY
    node.inputs["Gamma"].default_value = flame.tone.gamma
    _set_backdrop(node, backdrop_of(flame))
    versions.use_cpu_compositor(scene)
    return node


def backdrop_of(flame: Flame) -> tuple[float, float, float, float]:
    """A dark colour (linear RGB and alpha 1) to go with those of a flame."""
    mean = linear_light(np.asarray(flame.palette.colors)).mean(0)
    mixed = mean / max(mean.sum(), 1e-6) + np.array(_NIGHT)
    return (*(_DIM * mixed / mixed.max()).tolist(), 1.0)


def set_up_shine(scene: bpy.types.Scene, flame: Flame | None = None) -> bpy.types.Node:
    """Lead the scene's frames through Bloom's group for opaque points; return its node.

    With ``flame`` the backdrop is set for it.
    """
    node = _set_up_grade(scene, SHINE, saturation=1.1, glow=0.4)
    if flame is not None:
        _set_backdrop(node, backdrop_of(flame))
    return node


def set_up_finish(scene: bpy.types.Scene) -> bpy.types.Node:
    """Lead the scene's frames through Bloom's group for the true flame; return its node."""
    return _set_up_grade(scene, FINISH, saturation=1.0, glow=0.0)


def _set_up_grade(scene: bpy.types.Scene, name: str, *, saturation: float, glow: float) -> bpy.types.Node:
    tree = versions.compositor_tree(scene)
    node = tone_node(tree, name)
    if node is None:
        node = tree.nodes.new("CompositorNodeGroup")
        node.node_tree = _grade_group(name, saturation, glow)
        node.name = node.label = name
        _insert(tree, scene, node)
    _show_only(tree, name)
    versions.use_cpu_compositor(scene)
    return node


def match_style(scene: bpy.types.Scene, style: str) -> None:
    """Switch between tone and shine for a style of points, in a scene that was set up for particles."""
    tree = versions.compositor_tree(scene, create=False)
    if tree is None:
        return
    tone, shine = tone_node(tree), tone_node(tree, SHINE)
    if all(node is None or node.mute for node in (tone, shine)):
        return  # it is set up for another look, or not at all
    if style != "GLOW":
        node = set_up_shine(scene)
        if shine is None and tone is not None and "Backdrop" in tone.inputs:
            _set_backdrop(node, tone.inputs["Backdrop"].default_value)
    elif tone is not None:
        _show_only(tree, GROUP)


def tone_node(tree: bpy.types.NodeTree, group: str = GROUP) -> bpy.types.Node | None:
    """The tone group's node in a compositing tree, or that of another of our groups, if there is one."""
    named = (node for node in tree.nodes if getattr(node, "node_tree", None))
    return next((node for node in named if node.node_tree.name.startswith(group)), None)


def rest(scene: bpy.types.Scene) -> None:
    """Let frames pass our groups unchanged, for a picture that has its tone already."""
    tree = versions.compositor_tree(scene, create=False)
    if tree is not None:
        _show_only(tree, "")
    versions.use_cpu_compositor(scene)


def _show_only(tree: bpy.types.NodeTree, name: str) -> None:
    """Let frames pass all of our groups but one unchanged."""
    for group in _GROUPS:
        node = tone_node(tree, group)
        if node is not None:
            node.mute = group != name


def _insert(tree: bpy.types.NodeTree, scene: bpy.types.Scene, node: bpy.types.Node) -> None:
    layers = next((n for n in tree.nodes if n.type == "R_LAYERS"), None)
    if layers is None:
        layers = tree.nodes.new("CompositorNodeRLayers")
    layers.location, node.location = (-300, 0), (0, 0)
    fed = [link.to_socket for link in tree.links if link.from_socket == layers.outputs["Image"]]
    tree.links.new(layers.outputs["Image"], node.inputs["Image"])
    if not fed:
        fed = [versions.compositor_output(tree)]
    for socket in fed:
        tree.links.new(node.outputs["Image"], socket)


def _connect_density(tree: bpy.types.NodeTree, scene: bpy.types.Scene, node: bpy.types.Node) -> None:
    """Have the view layers sum the density, and lead that of the node's own layer into it."""
    for layer in scene.view_layers:
        if DENSITY not in layer.aovs:
            output = layer.aovs.add()
            output.name, output.type = DENSITY, "VALUE"
    source = node.inputs["Image"].links[0].from_node if node.inputs["Image"].links else None
    if source is not None and DENSITY in source.outputs and not node.inputs["Light"].links:
        tree.links.new(source.outputs[DENSITY], node.inputs["Light"])


class Wires:
    """Arithmetic on sockets: each method adds a node and returns its output."""

    def __init__(self, tree: bpy.types.NodeTree) -> None:
        self.tree = tree
        self.count = 0

    def node(self, *kinds: str) -> bpy.types.Node:
        made = versions.new_node(self.tree, *kinds)
        made.location = (180 * (self.count % 12), -200 * (self.count // 12))
        made.hide = True
        self.count += 1
        return made

    def feed(self, socket: bpy.types.NodeSocket, value: object) -> None:
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        else:
            socket.default_value = value

    def math(self, operation: str, *values: object, clamp: bool = False) -> bpy.types.NodeSocket:
        made = self.node("CompositorNodeMath", "ShaderNodeMath")
        made.operation, made.use_clamp = operation, clamp
        for socket, value in zip(made.inputs, values, strict=False):
            self.feed(socket, value)
        return made.outputs[0]


def _tone_group(flame: Flame) -> bpy.types.NodeTree:
    group = bpy.data.node_groups.new(GROUP, "CompositorNodeTree")
    group.interface.new_socket("Image", in_out="INPUT", socket_type="NodeSocketColor")
    light_input = group.interface.new_socket("Light", in_out="INPUT", socket_type="NodeSocketFloat")
    light_input.default_value = 0.0
    light_input.description = "Summed light without colour; left alone it is the largest channel"
    for name, value, low, high, text in (
        ("Density", 1.0, 0.0, 1e6, "Exposure of the summed light before the logarithm"),
        ("Brightness", 4.0, 0.0, 100.0, "Factor after the logarithm"),
        ("Gamma", 4.0, 0.1, 20.0, "Lifts faint parts; the flame file's gamma"),
        ("Contrast", 1.0, 0.1, 5.0, "Darkens what is dark and keeps what is bright"),
        ("Saturation", 1.0, 0.0, 3.0, "Strength of the colours"),
        ("Burn", 0.5, 0.0, 1.0, "How far the brightest cores fade to white"),
        ("Glow", 0.35, 0.0, 4.0, "Light that bright parts spread around them"),
    ):
        socket = group.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketFloat")
        socket.default_value, socket.min_value, socket.max_value = value, low, high
        socket.description = text
    _backdrop_input(group)
    group.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    wires = Wires(group)
    start, end = wires.node("NodeGroupInput"), wires.node("NodeGroupOutput")
    given = start.outputs
    math_ = wires.math

    split = wires.node("CompositorNodeSeparateColor")
    wires.feed(split.inputs[0], given["Image"])
    red, green, blue = split.outputs[0], split.outputs[1], split.outputs[2]
    light = math_("MAXIMUM", math_("MAXIMUM", red, green), math_("MAXIMUM", blue, 1e-12))
    light = math_("MAXIMUM", light, given["Light"])  # never less than a channel, as colours are at most 1
    density = math_("MULTIPLY", light, given["Density"])
    # ln(1 + d); below 1e-4 the sum would lose d to rounding, and d itself is right to 5e-5.
    logarithm = math_("LOGARITHM", math_("ADD", density, 1.0), math.e)
    logarithm = math_("MAXIMUM", logarithm, math_("MINIMUM", density, 1e-4))
    alpha = math_(
        "POWER", math_("MULTIPLY", logarithm, given["Brightness"]), math_("DIVIDE", 1.0, given["Gamma"])
    )
    alpha = math_("POWER", alpha, given["Contrast"])
    hues = [
        math_("POWER", math_("DIVIDE", math_("MAXIMUM", channel, 0.0), light), 1.0 / 2.2)
        for channel in (red, green, blue)
    ]
    brightest = math_("MAXIMUM", math_("MAXIMUM", hues[0], hues[1]), math_("MAXIMUM", hues[2], 1e-6))
    top = math_("MULTIPLY", brightest, alpha)
    # top / (1 + top^4)^(1/4): top itself while small, never above 1.
    rolled = math_("DIVIDE", top, math_("POWER", math_("ADD", math_("POWER", top, 4.0), 1.0), 0.25))
    fade = math_("MULTIPLY", math_("MULTIPLY", math_("SUBTRACT", top, 1.0), 0.5, clamp=True), given["Burn"])
    scale = math_("DIVIDE", rolled, brightest)
    channels = []
    for hue in hues:
        value = math_("MULTIPLY", hue, scale)
        channels.append(math_("MULTIPLY_ADD", math_("SUBTRACT", rolled, value), fade, value))
    join = wires.node("CompositorNodeCombineColor")
    for socket, channel in zip(join.inputs, channels, strict=False):
        wires.feed(socket, channel)
    image = join.outputs[0]
    if any(flame.tone.curves):
        image = _tone_curves(wires, flame.tone.curves, image)
    hue = wires.node("CompositorNodeHueSat")
    wires.feed(hue.inputs["Image"], image)
    wires.feed(hue.inputs["Saturation"], given["Saturation"])
    linear = wires.node("CompositorNodeConvertColorSpace")
    linear.from_color_space, linear.to_color_space = "sRGB", "Linear Rec.709"
    wires.feed(linear.inputs[0], hue.outputs[0])
    glow = wires.node("CompositorNodeGlare")
    versions.set_glare_bloom(glow, threshold=0.35, size=0.6)
    wires.feed(glow.inputs["Image"], linear.outputs[0])
    wires.feed(glow.inputs["Strength"], given["Glow"])
    wires.feed(end.inputs["Image"], _before_backdrop(wires, given, glow.outputs["Image"]))
    return group


def _grade_group(title: str, saturation: float, strength: float) -> bpy.types.NodeTree:
    group = bpy.data.node_groups.new(title, "CompositorNodeTree")
    group.interface.new_socket("Image", in_out="INPUT", socket_type="NodeSocketColor")
    for name, value, low, high, text in (
        ("Exposure", 0.0, -10.0, 10.0, "Brightness in stops"),
        ("Saturation", saturation, 0.0, 3.0, "Strength of the colours"),
        ("Glow", strength, 0.0, 4.0, "Light that bright parts spread around them"),
    ):
        socket = group.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketFloat")
        socket.default_value, socket.min_value, socket.max_value = value, low, high
        socket.description = text
    _backdrop_input(group)
    group.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    wires = Wires(group)
    start, end = wires.node("NodeGroupInput"), wires.node("NodeGroupOutput")
    given = start.outputs
    exposure = wires.node("CompositorNodeExposure")
    wires.feed(exposure.inputs["Image"], given["Image"])
    wires.feed(exposure.inputs["Exposure"], given["Exposure"])
    glow = wires.node("CompositorNodeGlare")
    versions.set_glare_bloom(glow, threshold=0.6, size=0.6)
    wires.feed(glow.inputs["Image"], _saturated(wires, exposure.outputs[0], given["Saturation"]))
    wires.feed(glow.inputs["Strength"], given["Glow"])
    wires.feed(end.inputs["Image"], _before_backdrop(wires, given, glow.outputs["Image"]))
    return group


def _saturated(
    wires: Wires, image: bpy.types.NodeSocket, strength: bpy.types.NodeSocket
) -> bpy.types.NodeSocket:
    """The image with the saturation of its HSV times ``strength``, bit for bit the same where that is 1.

    Blender's own node goes to HSV and back, and loses the last bits on the way.
    """
    math_ = wires.math
    split, joined = wires.node("CompositorNodeSeparateColor"), wires.node("CompositorNodeCombineColor")
    wires.feed(split.inputs[0], image)
    channels = split.outputs[:3]
    value = math_("MAXIMUM", math_("MAXIMUM", channels[0], channels[1]), channels[2])
    more = math_("SUBTRACT", strength, 1.0)
    for channel, socket in zip(channels, joined.inputs, strict=False):
        moved = math_("MULTIPLY_ADD", math_("SUBTRACT", channel, value), more, channel)
        wires.feed(socket, math_("MAXIMUM", moved, 0.0))
    wires.feed(joined.inputs[3], split.outputs[3])
    return joined.outputs[0]


def _set_backdrop(node: bpy.types.Node, color) -> None:
    if "Backdrop" in node.inputs:  # groups of older files have none
        node.inputs["Backdrop"].default_value = color


def _backdrop_input(group: bpy.types.NodeTree) -> None:
    socket = group.interface.new_socket("Backdrop", in_out="INPUT", socket_type="NodeSocketColor")
    socket.default_value = (0.0, 0.0, 0.0, 1.0)
    socket.description = "Dark light behind the flame, brightest in the middle of the picture; black for none"


def _before_backdrop(wires: Wires, given, image: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """The image with the backdrop's light added where the render is opaque: a transparent film stays so."""
    coordinates = wires.node("CompositorNodeImageCoordinates")
    wires.feed(coordinates.inputs[0], given["Image"])
    place = wires.node("ShaderNodeSeparateXYZ")
    wires.feed(place.inputs[0], coordinates.outputs["Normalized"])
    squares = [
        wires.math("POWER", wires.math("SUBTRACT", place.outputs[axis], middle), 2.0)
        for axis, middle in ((0, 0.5), (1, 0.52))
    ]
    # (1 - r²)² with r = 1 just beyond the middle of the picture's edges
    distance = wires.math("MULTIPLY", wires.math("ADD", *squares), 2.6)
    light = wires.math("POWER", wires.math("MAXIMUM", wires.math("SUBTRACT", 1.0, distance), 0.0), 2.0)
    alpha = wires.node("CompositorNodeSeparateColor")
    wires.feed(alpha.inputs[0], given["Image"])
    light = wires.math("MULTIPLY", light, alpha.outputs[3])
    color, shown = (wires.node("CompositorNodeSeparateColor") for _ in range(2))
    wires.feed(color.inputs[0], given["Backdrop"])
    wires.feed(shown.inputs[0], image)
    joined = wires.node("CompositorNodeCombineColor")
    for channel in range(3):
        wires.feed(
            joined.inputs[channel],
            wires.math("MULTIPLY_ADD", color.outputs[channel], light, shown.outputs[channel]),
        )
    wires.feed(joined.inputs[3], shown.outputs[3])
    return joined.outputs[0]


def _tone_curves(
    wires: Wires, curves: tuple[Curve, ...], image: bpy.types.NodeSocket
) -> bpy.types.NodeSocket:
    node = wires.node("CompositorNodeCurveRGB")
    mapping = node.mapping
    # The file lists overall, red, green, blue; Blender's curves are red, green, blue, overall.
    for place, curve in zip((3, 0, 1, 2), curves, strict=True):
        target = mapping.curves[place]
        samples = [
            (k / (_CURVE_POINTS - 1), bezier(curve, k / (_CURVE_POINTS - 1))) for k in range(_CURVE_POINTS)
        ]
        target.points[0].location, target.points[-1].location = samples[0], samples[-1]
        for sample in samples[1:-1]:
            target.points.new(*sample)
    mapping.update()
    wires.feed(node.inputs["Image"], image)
    return node.outputs[0]
