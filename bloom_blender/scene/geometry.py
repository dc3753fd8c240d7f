"""From the mesh's loose vertices to renderable points: a Geometry Nodes modifier."""

from __future__ import annotations

import bpy

from . import versions

NAME = "Bloom Points"
_MATERIAL = "Material"
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
    for item in modifier.node_group.interface.items_tree:
        if item.item_type == "SOCKET" and item.in_out == "INPUT" and item.name == _MATERIAL:
            versions.set_modifier_input(modifier, item.identifier, material)


def _node_group(material: bpy.types.Material) -> bpy.types.NodeTree:
    group = bpy.data.node_groups.new(NAME, "GeometryNodeTree")
    group.is_modifier = True
    group.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    _material_input(group, material)
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    source = group.nodes.new("NodeGroupInput")
    radius = group.nodes.new("GeometryNodeInputNamedAttribute")
    radius.data_type = "FLOAT"
    radius.inputs["Name"].default_value = "bloom_radius"
    points = group.nodes.new("GeometryNodeMeshToPoints")
    painted = group.nodes.new("GeometryNodeSetMaterial")
    result = group.nodes.new("NodeGroupOutput")
    for column, node in enumerate((source, radius, points, painted, result)):
        node.location = (200 * column, 0)
    link = group.links.new
    link(source.outputs["Geometry"], points.inputs["Mesh"])
    link(source.outputs[_MATERIAL], painted.inputs["Material"])
    link(radius.outputs["Attribute"], points.inputs["Radius"])
    link(points.outputs["Points"], painted.inputs["Geometry"])
    link(painted.outputs["Geometry"], result.inputs["Geometry"])
    return group
