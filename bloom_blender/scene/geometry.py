"""From the mesh's loose vertices to renderable points: a Geometry Nodes modifier."""

from __future__ import annotations

import bpy

NAME = "Bloom Points"


def flame_modifier(obj: bpy.types.Object, material: bpy.types.Material) -> bpy.types.Modifier:
    """Give ``obj`` the modifier that turns its N vertices into N points with radius and material.

    The node group is made once per file and shared by all flames; the radius comes from the
    attribute ``bloom_radius``. An existing modifier of that group is kept.
    """
    group = bpy.data.node_groups.get(NAME) or _node_group(material)
    for modifier in obj.modifiers:
        if modifier.type == "NODES" and modifier.node_group == group:
            return modifier
    modifier = obj.modifiers.new(NAME, "NODES")
    modifier.node_group = group
    return modifier


def _node_group(material: bpy.types.Material) -> bpy.types.NodeTree:
    group = bpy.data.node_groups.new(NAME, "GeometryNodeTree")
    group.is_modifier = True
    group.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    source = group.nodes.new("NodeGroupInput")
    radius = group.nodes.new("GeometryNodeInputNamedAttribute")
    radius.data_type = "FLOAT"
    radius.inputs["Name"].default_value = "bloom_radius"
    points = group.nodes.new("GeometryNodeMeshToPoints")
    painted = group.nodes.new("GeometryNodeSetMaterial")
    painted.inputs["Material"].default_value = material
    result = group.nodes.new("NodeGroupOutput")
    for column, node in enumerate((source, radius, points, painted, result)):
        node.location = (200 * column, 0)
    link = group.links.new
    link(source.outputs["Geometry"], points.inputs["Mesh"])
    link(radius.outputs["Attribute"], points.inputs["Radius"])
    link(points.outputs["Points"], painted.inputs["Geometry"])
    link(painted.outputs["Geometry"], result.inputs["Geometry"])
    return group
