"""The true flame over what another engine renders of the same scene.

A second scene with the same objects and the same camera is rendered by the Bloom engine on a transparent
film, and the compositor of the first lays it over its own picture. Objects before a flame hide it
(``use_holdout``). In the first scene the flames are hidden from rays, which keeps them in solid viewports.
"""

from __future__ import annotations

import bpy

from ...errors import BloomError
from .. import versions
from ..engine import picture_settings
from ..engine.render_engine import ENGINE, camera_of
from ..flame.object import is_flame, structure_of
from ..flame.visibility import is_unseen, set_seen
from . import compositor

LAYERS, GROUP = "Bloom Flame", "Bloom Over"
_LINEAR = "Linear Rec.709"
_TO_VIEW, _FROM_VIEW = ("To View", "To Light"), ("From Light", "From View")


def lay_over(scene: bpy.types.Scene) -> bpy.types.Scene:
    """Lay the flames of ``scene`` over its renders; return the scene that renders them.

    Where it has been done before, objects that are new and another camera are taken over, and nothing else
    is touched.

    Raises
    ------
    BloomError
        If the scene has no flame or no camera, or is rendered by Bloom itself. Nothing has changed then.
    """
    found = [obj for obj in scene.objects if is_flame(obj)]
    if not found:
        raise BloomError(f"{scene.name} has no flame to lay over it: add one (Add > Bloom).")
    camera_of(scene)
    if scene.render.engine == ENGINE:
        raise BloomError(f"{scene.name} is rendered by Bloom already: choose Cycles or EEVEE first.")
    tree = versions.compositor_tree(scene)
    layers = tree.nodes.get(LAYERS)
    if layers is None or layers.scene is None:
        flames = _flame_scene(scene, structure_of(found[0]))
        compositor.rest(scene)
        _add_nodes(tree, scene, flames, layers)
    else:
        flames = layers.scene
        _follow(scene, flames)
    node = compositor.tone_node(tree, GROUP)
    if node is not None:
        _match_view(node.node_tree, scene)
        if node.mute:  # taken off for another look
            node.mute = False
            compositor.rest(scene)
    for obj in found:
        set_seen(obj, False)
    return flames


def is_over(scene: bpy.types.Scene, obj: bpy.types.Object) -> bool:
    """Whether a flame is seen by :func:`lay_over` alone."""
    return not obj.visible_camera and _node(scene) is not None


def take_off(scene: bpy.types.Scene, obj: bpy.types.Object) -> None:
    """Show a flame that :func:`lay_over` has hidden from rays by itself, and with it all that were laid over.

    The nodes stay, muted, with what was set in them, for the next time.
    """
    node = _node(scene)
    found = [obj]
    if node is not None and not obj.visible_camera:
        node.mute = True
        found += [other for other in scene.objects if is_flame(other)]
    for other in found:
        if is_unseen(other) or (node is not None and not other.visible_camera):
            set_seen(other, True)


def _node(scene: bpy.types.Scene) -> bpy.types.Node | None:
    """The node that lays the flames over a scene's renders, where it does."""
    tree = versions.compositor_tree(scene, create=False)
    layers = None if tree is None else tree.nodes.get(LAYERS)
    node = None if tree is None else compositor.tone_node(tree, GROUP)
    return None if node is None or node.mute or layers is None or layers.scene is None else node


def _flame_scene(scene: bpy.types.Scene, flame) -> bpy.types.Scene:
    """A copy of ``scene`` with the same objects, for the Bloom engine on a transparent film."""
    flames = scene.copy()
    flames.name = f"{scene.name} Flame"
    versions.drop_compositor(flames)
    for layer in list(flames.view_layers)[1:]:
        flames.view_layers.remove(layer)
    flames.view_layers[0].use = True
    if not flames.bloom.is_property_set("gamma"):
        picture_settings.take_from(flames.bloom, flame)
    flames.bloom.use_holdout = True
    render = flames.render
    render.engine = ENGINE
    render.film_transparent = True
    render.use_sequencer = False
    return flames


def _follow(scene: bpy.types.Scene, flames: bpy.types.Scene) -> None:
    """Take over what was added to the scene itself since; its collections are shared anyway."""
    for obj in scene.collection.objects:
        if obj.name not in flames.collection.objects:
            flames.collection.objects.link(obj)
    for child in scene.collection.children:
        if child.name not in flames.collection.children:
            flames.collection.children.link(child)
    flames.camera = scene.camera


def _add_nodes(tree: bpy.types.NodeTree, scene: bpy.types.Scene, flames: bpy.types.Scene, layers) -> None:
    """Lay the flames' render layers over whatever the compositor's output has been fed with."""
    if layers is None:
        layers = tree.nodes.new("CompositorNodeRLayers")
        layers.name = layers.label = LAYERS
    layers.scene = flames
    output = versions.compositor_output(tree)
    node = compositor.tone_node(tree, GROUP)
    if node is None:
        node = tree.nodes.new("CompositorNodeGroup")
        node.node_tree = _over_group()
        node.name = node.label = GROUP
        if output.links:
            below = output.links[0].from_socket
        else:
            main = next((n for n in tree.nodes if n.type == "R_LAYERS" and n != layers), None)
            main = main or tree.nodes.new("CompositorNodeRLayers")
            main.scene = scene
            below = main.outputs["Image"]
        tree.links.new(below, node.inputs["Image"])
        tree.links.new(node.outputs["Image"], output)
        x, y = output.node.location
        node.location, layers.location = (x, y - 200), (x - 300, y - 350)
    tree.links.new(layers.outputs["Image"], node.inputs["Flame"])
    versions.use_cpu_compositor(scene)


def _over_group() -> bpy.types.NodeTree:
    """Strength times the flame, over the picture or added to it: both have premultiplied alpha."""
    group = bpy.data.node_groups.new(GROUP, "CompositorNodeTree")
    for name, text in (("Image", "What lies below"), ("Flame", "Light with alpha, from the Bloom engine")):
        group.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketColor").description = text
    for name, value, high, text in (
        ("Strength", 1.0, 10.0, "Brightness of the flame; 0 leaves it out"),
        ("Cover", 1.0, 1.0, "How far dense parts hide what is behind them: 0 only adds light"),
    ):
        socket = group.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketFloat")
        socket.default_value, socket.min_value, socket.max_value = value, 0.0, high
        socket.description = text
    group.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    wires = compositor.Wires(group)
    start, end = wires.node("NodeGroupInput"), wires.node("NodeGroupOutput")
    given = start.outputs
    below, above = wires.node("CompositorNodeSeparateColor"), wires.node("CompositorNodeSeparateColor")
    wires.feed(below.inputs[0], _converted(wires, given["Image"], _TO_VIEW))
    wires.feed(above.inputs[0], given["Flame"])
    alpha = wires.math("MULTIPLY", above.outputs[3], given["Strength"], clamp=True)
    left = wires.math("SUBTRACT", 1.0, wires.math("MULTIPLY", alpha, given["Cover"]))
    join = wires.node("CompositorNodeCombineColor")
    any_ = above.outputs[3]
    for place in range(3):
        any_ = wires.math("MAXIMUM", any_, above.outputs[place])
        light = wires.math("MULTIPLY", above.outputs[place], given["Strength"])
        wires.feed(join.inputs[place], wires.math("MULTIPLY_ADD", below.outputs[place], left, light))
    clear = wires.math("MULTIPLY", wires.math("SUBTRACT", 1.0, alpha), below.outputs[3])
    wires.feed(join.inputs[3], wires.math("ADD", alpha, clear))
    # What no flame touches stays as it is, with light that a view cannot show.
    touched = wires.math("GREATER_THAN", wires.math("MULTIPLY", any_, given["Strength"]), 0.0)
    parts = wires.node("CompositorNodeSeparateColor"), wires.node("CompositorNodeSeparateColor")
    wires.feed(parts[0].inputs[0], given["Image"])
    wires.feed(parts[1].inputs[0], _converted(wires, join.outputs[0], _FROM_VIEW))
    whole = wires.node("CompositorNodeCombineColor")
    for place in range(4):
        old, new = (part.outputs[place] for part in parts)
        wires.feed(
            whole.inputs[place], wires.math("MULTIPLY_ADD", wires.math("SUBTRACT", new, old), touched, old)
        )
    wires.feed(end.inputs["Image"], whole.outputs[0])
    return group


def _converted(
    wires: compositor.Wires, image: bpy.types.NodeSocket, names: tuple[str, str]
) -> bpy.types.NodeSocket:
    """Lead an image through two conversions of colour, which :func:`_match_view` sets."""
    for name in names:
        node = wires.node("CompositorNodeConvertColorSpace")
        node.name = node.label = name
        node.from_color_space = node.to_color_space = _LINEAR
        wires.feed(node.inputs[0], image)
        image = node.outputs[0]
    return image


def _match_view(group: bpy.types.NodeTree, scene: bpy.types.Scene) -> None:
    """Lay the flame over what the scene's view transform shows, so that it has its own colours on the screen.

    Both are laid over one another as the screen shows them, and the sum goes back through the inverse of the
    view. With the view *Standard*, or one without an inverse, nothing is converted.
    """
    nodes = [group.nodes.get(name) for name in (*_TO_VIEW, *_FROM_VIEW)]
    if any(node is None for node in nodes):
        return  # of an older Bloom, or rebuilt by a user
    view = scene.view_settings.view_transform
    steps = [(_LINEAR, _LINEAR)] * 4
    for space in (f"{view} Base sRGB", f"{view} sRGB"):
        if space in nodes[0].bl_rna.properties["to_color_space"].enum_items:
            steps = [(_LINEAR, space), ("sRGB", _LINEAR), (_LINEAR, "sRGB"), (space, _LINEAR)]
            break
    for node, (source, target) in zip(nodes, steps, strict=True):
        node.from_color_space, node.to_color_space = source, target
