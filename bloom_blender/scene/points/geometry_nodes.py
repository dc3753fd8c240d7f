"""From the mesh's loose vertices to renderable points: a Geometry Nodes modifier.

A point is never narrower than some part of a pixel at its distance from the scene's camera, or it would be
met by chance and twinkle, and never wider than some part of the picture, however near it comes. Light that
adds up is dimmed or raised by as much as the area grows or shrinks. What a pixel spans is found by drivers,
which read the camera and the resolution of whatever scene is evaluated.
"""

from __future__ import annotations

import re

import bpy

from .. import versions
from ..flame.parts import POINTS as NAME
from . import materials

_MATERIAL, _SMALLEST, _LARGEST, _ADDS_UP = "Material", "Smallest", "Largest", "Adds Up"
_IN_VIEWPORT = "In Viewport"
#: Smallest radius in pixels; at half a pixel a point always covers a pixel's worth.
SMALLEST = 0.5
#: Largest radius as a share of the picture's longer side. From the flame's own camera no point is as wide.
LARGEST = 0.03
#: Drivers of three values: by name, the expression over `_CAMERA`.
_VALUES = {
    # What a pixel spans at a distance of 1 (perspective), or anywhere (orthographic); 0 for a panorama.
    "Pixel": "((h if f == 2 else w) / max(l, 0.001) if k == 0 else (o if k == 1 else 0))"
    " / max((max(x, y) if f == 0 else (x if f == 1 else y)) * p / 100, 1)",
    "Pixels": "max(x, y) * p / 100",
    "Perspective": "k == 0",
}
_CAMERA = {
    "k": "camera.data.type",
    "l": "camera.data.lens",
    "w": "camera.data.sensor_width",
    "h": "camera.data.sensor_height",
    "f": "camera.data.sensor_fit",
    "o": "camera.data.ortho_scale",
    "x": "render.resolution_x",
    "y": "render.resolution_y",
    "p": "render.resolution_percentage",
}
_NOTHING = "Bloom Nothing"


def flame_modifier(obj: bpy.types.Object, material: bpy.types.Material) -> bpy.types.Modifier:
    """Give ``obj`` the modifier that turns its N vertices into N points with radius and material.

    The node group is made once per file and shared by all flames; the radius comes from the
    attribute ``bloom_radius``, the material from the modifier. An existing modifier of that group is kept.
    """
    modifier = points_modifier(obj)
    if modifier is None:
        modifier = obj.modifiers.new(NAME, "NODES")
        modifier.node_group = bpy.data.node_groups.get(NAME) or _node_group(material)
    _set_input(modifier, material)
    return modifier


def restore_modifier(obj: bpy.types.Object) -> bool:
    """Give a flame object its modifier again where it was deleted; whether it was."""
    if points_modifier(obj) is not None:
        return False
    slots = obj.data.materials
    if not slots or slots[0] is None:
        set_material(obj, materials.flame_material(obj.bloom.style))
    flame_modifier(obj, slots[0])
    obj.update_tag()
    return True


def set_material(obj: bpy.types.Object, material: bpy.types.Material) -> None:
    """Have the points of a flame object rendered with ``material``; the one before it stays in the file."""
    slots = obj.data.materials
    if not slots:
        slots.append(material)
    elif slots[0] != material:
        if slots[0] is not None:
            slots[0].use_fake_user = True
        slots[0] = material
    modifier = points_modifier(obj)
    if modifier is not None:
        _set_input(modifier, material)
    obj.update_tag()


def hide_vertices(obj: bpy.types.Object, hidden: bool) -> None:
    """Have a flame object show nothing, or its points again.

    A mesh whose points modifier is off has vertices left, which the window draws as orange dots.
    """
    there = obj.modifiers.get(_NOTHING)
    if there is not None and not hidden:
        obj.modifiers.remove(there)
    elif there is None and hidden:
        group = bpy.data.node_groups.get(_NOTHING)
        if group is None:
            group = bpy.data.node_groups.new(_NOTHING, "GeometryNodeTree")
            group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
            group.nodes.new("NodeGroupOutput")
        obj.modifiers.new(_NOTHING, "NODES").node_group = group


def mend() -> list[bpy.types.NodeTree]:
    """Give node groups from before points had styles the input for the material; returns those mended.

    All that a user built in such a group stays.
    """
    mended = []
    for group in bpy.data.node_groups:
        if group.library is not None or not _is_ours(group) or _has_input(group):
            continue
        painted = [node for node in group.nodes if node.bl_idname == "GeometryNodeSetMaterial"]
        sources = [node for node in group.nodes if node.bl_idname == "NodeGroupInput"]
        if not painted or not sources:
            continue  # a user has rebuilt it
        chosen = _material_input(group, painted[0].inputs["Material"].default_value)
        for node in painted:
            if not node.inputs["Material"].is_linked:
                group.links.new(sources[0].outputs[chosen.name], node.inputs["Material"])
        mended.append(group)
    return mended


def _has_input(group: bpy.types.NodeTree) -> bool:
    items = group.interface.items_tree
    return any(i.item_type == "SOCKET" and i.in_out == "INPUT" and i.name == _MATERIAL for i in items)


def _material_input(group: bpy.types.NodeTree, material: bpy.types.Material):
    chosen = group.interface.new_socket(_MATERIAL, in_out="INPUT", socket_type="NodeSocketMaterial")
    chosen.default_value = material
    chosen.description = "Material of the points; Style in the object's Bloom panel sets it"
    return chosen


def points_modifier(obj: bpy.types.Object) -> bpy.types.Modifier | None:
    """The modifier that makes the points; its group has a number in its name in a file it was appended to."""
    found = (m for m in obj.modifiers if m.type == "NODES" and _is_ours(m.node_group))
    return next(found, None)


def _is_ours(group: bpy.types.NodeTree | None) -> bool:
    return group is not None and group.name.partition(".")[0] == NAME


def _set_input(modifier: bpy.types.Modifier, material: bpy.types.Material) -> None:
    """Hand the material to the modifier; a user may have taken the group's input away."""
    given: dict[str, object] = {_MATERIAL: material}
    if materials.is_own(material):
        given[_ADDS_UP] = material.name == materials.NAME
    for item in modifier.node_group.interface.items_tree:
        if item.item_type == "SOCKET" and item.in_out == "INPUT" and item.name in given:
            versions.set_modifier_input(modifier, item.identifier, given[item.name])


def _node_group(material: bpy.types.Material) -> bpy.types.NodeTree:
    group = bpy.data.node_groups.new(NAME, "GeometryNodeTree")
    group.is_modifier = True
    group.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    _material_input(group, material)
    for name, value, high, text in (
        (_SMALLEST, SMALLEST, 100.0, "Radius in pixels that no point that adds up is below; 0 for no limit"),
        (_LARGEST, LARGEST, 10.0, "Radius over the longer side of the picture that no point exceeds"),
    ):
        socket = group.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketFloat")
        socket.default_value, socket.min_value, socket.max_value = value, 0.0, high
        socket.description = text
    adds_up = group.interface.new_socket(_ADDS_UP, in_out="INPUT", socket_type="NodeSocketBool")
    adds_up.description = "Whether light adds up, so that a point may be wide and dim; Style sets it"
    window = group.interface.new_socket(_IN_VIEWPORT, in_out="INPUT", socket_type="NodeSocketBool")
    window.description = "Keep to Smallest and Largest in the viewport too, at 15 ms per million points"
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")

    def node(kind: str, x: float, y: float, **properties: object) -> bpy.types.Node:
        made = group.nodes.new(kind)
        made.location = (200 * x, 200 * y)
        for name, value in properties.items():
            setattr(made, name, value)
        return made

    def math_(operation: str, x: float, y: float, *values: object) -> bpy.types.NodeSocket:
        made = node("ShaderNodeMath", x, y, operation=operation)
        for socket, value in zip(made.inputs, values, strict=False):
            if isinstance(value, bpy.types.NodeSocket):
                link(value, socket)
            else:
                socket.default_value = value
        return made.outputs[0]

    link = group.links.new
    source = node("NodeGroupInput", 0, 0)
    given = source.outputs
    radius = node("GeometryNodeInputNamedAttribute", 0, -2, data_type="FLOAT")
    radius.inputs["Name"].default_value = "bloom_radius"
    own = radius.outputs["Attribute"]
    pixel = _pixel(group, node, math_)
    least = math_("MULTIPLY", 4, -3, math_("MULTIPLY", 3, -3, pixel, given[_SMALLEST]), given[_ADDS_UP])
    picture = math_("MULTIPLY", 3, -4, pixel, _driven(group, "Pixels", 1, -5))
    most = math_("MULTIPLY", 4, -4, picture, given[_LARGEST])
    most = math_("ADD", 6, -4, most, math_("MULTIPLY", 5, -4, math_("LESS_THAN", 4, -5, most, 1e-30), 1e30))
    wide = math_(
        "MAXIMUM", 5, -2, own, math_("MULTIPLY", 4, -2, least, math_("GREATER_THAN", 3, -2, own, 0.0))
    )
    shown = math_("MINIMUM", 6, -2, wide, most)
    points = node("GeometryNodeMeshToPoints", 7, 0)
    link(given["Geometry"], points.inputs["Mesh"])
    link(shown, points.inputs["Radius"])
    dimmed = _dimmed(node, math_, link, own, shown)
    link(points.outputs["Points"], dimmed.inputs["Geometry"])
    either = node("GeometryNodeSwitch", 12, 0, input_type="GEOMETRY")
    link(given[_ADDS_UP], either.inputs["Switch"])
    link(points.outputs["Points"], either.inputs["False"])
    link(dimmed.outputs["Geometry"], either.inputs["True"])
    # While a film plays in the window there is no time for that: 18 to 20 ms instead of 4 per million points.
    plain = node("GeometryNodeMeshToPoints", 12, 1)
    link(given["Geometry"], plain.inputs["Mesh"])
    link(own, plain.inputs["Radius"])
    asked = math_("SUBTRACT", 12, 2, node("GeometryNodeIsViewport", 11, 2).outputs[0], given[_IN_VIEWPORT])
    quick = node("GeometryNodeSwitch", 13, 0, input_type="GEOMETRY")
    link(math_("GREATER_THAN", 13, 2, asked, 0.5), quick.inputs["Switch"])
    link(either.outputs["Output"], quick.inputs["False"])
    link(plain.outputs["Points"], quick.inputs["True"])
    painted = node("GeometryNodeSetMaterial", 14, 0)
    result = node("NodeGroupOutput", 15, 0)
    link(given[_MATERIAL], painted.inputs["Material"])
    link(quick.outputs["Output"], painted.inputs["Geometry"])
    link(painted.outputs["Geometry"], result.inputs["Geometry"])
    return group


def _driven(group: bpy.types.NodeTree, name: str, x: float, y: float) -> bpy.types.NodeSocket:
    """A value by one of our expressions over the camera of the scene; 0 where the scene has no camera."""
    made = group.nodes.new("ShaderNodeValue")
    made.name = made.label = name
    made.location = (200 * x, 200 * y)
    value = made.outputs[0]
    value.default_value = 0.0
    driver = value.driver_add("default_value").driver
    driver.type = "SCRIPTED"
    for letter, path in _CAMERA.items():
        if letter not in _letters(_VALUES[name]):
            continue
        variable = driver.variables.new()
        variable.name, variable.type = letter, "CONTEXT_PROP"
        target = variable.targets[0]
        target.context_property, target.data_path = "ACTIVE_SCENE", path
        target.use_fallback_value, target.fallback_value = True, -1.0  # no camera is of kind -1
    driver.expression = _VALUES[name]
    return value


def _letters(expression: str) -> set[str]:
    """The variables of an expression."""
    return set(re.findall(r"\b[a-z]\b", expression))


def _pixel(group: bpy.types.NodeTree, node, math_) -> bpy.types.NodeSocket:
    """What a pixel of the scene's camera spans at a point, in the flame's own units; 0 without a camera."""
    link = group.links.new
    camera = node("GeometryNodeObjectInfo", 1, -3, transform_space="RELATIVE")
    link(node("GeometryNodeInputActiveCamera", 0, -3).outputs[0], camera.inputs["Object"])
    way = node("ShaderNodeVectorMath", 1, -4, operation="DISTANCE")
    link(node("GeometryNodeInputPosition", 0, -4).outputs[0], way.inputs[0])
    link(camera.outputs["Location"], way.inputs[1])
    size = node("ShaderNodeVectorMath", 1, -6, operation="LENGTH")
    link(camera.outputs["Scale"], size.inputs[0])
    unit = math_("MULTIPLY", 2, -6, size.outputs["Value"], 3.0**-0.5)
    perspective = _driven(group, "Perspective", 0, -7)
    parallel = math_("MULTIPLY", 3, -6, unit, math_("SUBTRACT", 2, -7, 1.0, perspective))
    reach = math_("MULTIPLY_ADD", 2, -4, way.outputs["Value"], perspective, parallel)
    return math_("MULTIPLY", 2, -3, reach, _driven(group, "Pixel", 0, -5))


def _dimmed(node, math_, link, own: bpy.types.NodeSocket, shown: bpy.types.NodeSocket) -> bpy.types.Node:
    """Multiply ``bloom_light`` with the area that a point has of its own over that which it is shown with."""
    ratio = math_("DIVIDE", 7, -3, own, math_("MAXIMUM", 7, -2, shown, 1e-30))
    share = math_("MULTIPLY", 8, -3, ratio, ratio)
    light = node("GeometryNodeInputNamedAttribute", 8, -1, data_type="FLOAT_COLOR")
    light.inputs["Name"].default_value = "bloom_light"
    parts = node("FunctionNodeSeparateColor", 9, -1)
    join = node("FunctionNodeCombineColor", 11, -1)
    link(light.outputs["Attribute"], parts.inputs[0])
    for place in range(4):  # alpha holds the light without its colour
        link(math_("MULTIPLY", 10, -1 - place, parts.outputs[place], share), join.inputs[place])
    made = node("GeometryNodeStoreNamedAttribute", 11, 0, data_type="FLOAT_COLOR", domain="POINT")
    made.inputs["Name"].default_value = "bloom_light"
    link(join.outputs[0], made.inputs["Value"])
    return made
