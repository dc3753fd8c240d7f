"""Baked points without Bloom: a Geometry Nodes modifier that reads the PLY file of the frame.

It comes before `geometry`'s modifier and puts the file's points in the place of the mesh. Renders read the
files of all points, the window those with fewer. At a sub-frame each point is moved on by its velocity, if
the files have it, so motion blur is as it was.
"""

from __future__ import annotations

from collections.abc import Callable

import bpy

from .. import versions
from ..work.baked_files import DIGITS
from . import cloud, geometry_nodes, ply

NAME = "Bloom Baked Points"
ENDINGS = (".ply", ".window.ply")
"""Of the file of a frame's points in renders, and of that in the window."""

_INPUTS = (
    ("Prefix", "NodeSocketString", "What the names of the files begin with, before the frame's number"),
    ("Start", "NodeSocketInt", "First frame that was baked; before it the points stand still"),
    ("End", "NodeSocketInt", "Last frame that was baked; after it the points stand still"),
)


def player_of(obj: bpy.types.Object) -> bpy.types.Modifier | None:
    """The modifier of a flame object that plays its baked points."""
    groups = ((m, m.node_group) for m in obj.modifiers if m.type == "NODES")
    return next((m for m, group in groups if group and group.name.partition(".")[0] == NAME), None)


def play(obj: bpy.types.Object, prefix: str, start: int, end: int) -> None:
    """Have a flame object play files, first of all its modifiers."""
    modifier = player_of(obj)
    if modifier is None:
        modifier = obj.modifiers.new(NAME, "NODES")
        modifier.node_group = bpy.data.node_groups.get(NAME) or _node_group()
        obj.modifiers.move(len(obj.modifiers) - 1, 0)
    values = dict(zip((name for name, *_ in _INPUTS), (prefix, start, end), strict=True))
    for item in modifier.node_group.interface.items_tree:
        if item.item_type == "SOCKET" and item.in_out == "INPUT" and item.name in values:
            versions.set_modifier_input(modifier, item.identifier, values[item.name])
    obj.update_tag()


def relocate(obj: bpy.types.Object, absolute: Callable[[str], str]) -> None:
    """Change the prefix of the files that a flame object plays, if it plays any."""
    modifier = player_of(obj)
    for item in modifier.node_group.interface.items_tree if modifier is not None else ():
        if item.item_type == "SOCKET" and item.in_out == "INPUT" and item.name == _INPUTS[0][0]:
            before = versions.modifier_input(modifier, item.identifier)
            versions.set_modifier_input(modifier, item.identifier, absolute(before))


def match(obj: bpy.types.Object) -> None:
    """Have the modifier of a flame object rest unless its points are baked and shown."""
    modifier, points = player_of(obj), geometry_nodes.points_modifier(obj)
    if modifier is not None:
        baked = obj.bloom.points_source == "BAKED"
        modifier.show_viewport = baked and (points is None or points.show_viewport)
        modifier.show_render = baked and (points is None or points.show_render)


class _Builder:
    """Nodes of a group, wired as they are made."""

    def __init__(self, group: bpy.types.NodeTree) -> None:
        self.group = group
        self.column = 0

    def node(self, kind: str, *inputs, **settings) -> bpy.types.Node:
        """Make a node; an input is a socket to link, a value, or None to leave it."""
        node = self.group.nodes.new(kind)
        node.location = (180 * self.column, 0)
        self.column += 1
        for name, value in settings.items():
            setattr(node, name, value)
        sockets = [socket for socket in node.inputs if socket.enabled]
        for socket, value in zip(sockets, inputs, strict=False):
            if isinstance(value, bpy.types.NodeSocket):
                self.group.links.new(value, socket)
            elif value is not None:
                socket.default_value = value
        return node

    def out(self, kind: str, *inputs, **settings) -> bpy.types.NodeSocket:
        """Make a node and return its first output that is in use."""
        return _first(self.node(kind, *inputs, **settings))

    def math(self, operation: str, *inputs) -> bpy.types.NodeSocket:
        return self.out("ShaderNodeMath", *inputs, operation=operation)

    def string(self, text: str) -> bpy.types.NodeSocket:
        return self.out("FunctionNodeInputString", string=text)

    def join(self, *strings) -> bpy.types.NodeSocket:
        node = self.node("GeometryNodeStringJoin")
        for string in reversed(strings):  # the last link of such a socket comes first
            self.group.links.new(string, node.inputs["Strings"])
        return node.outputs[0]

    def attribute(self, name: str) -> bpy.types.NodeSocket:
        return self.out("GeometryNodeInputNamedAttribute", name, data_type="FLOAT")

    def store(self, geometry, name: str, kind: str, value) -> bpy.types.NodeSocket:
        """Give points an attribute."""
        arguments = {"data_type": kind, "domain": "POINT"}
        return self.out("GeometryNodeStoreNamedAttribute", geometry, None, name, value, **arguments)


def _first(node: bpy.types.Node) -> bpy.types.NodeSocket:
    return next(socket for socket in node.outputs if socket.enabled)


def _node_group() -> bpy.types.NodeTree:
    group = bpy.data.node_groups.new(NAME, "GeometryNodeTree")
    group.is_modifier = True
    group.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    for name, kind, description in _INPUTS:
        group.interface.new_socket(name, in_out="INPUT", socket_type=kind).description = description
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    build = _Builder(group)
    source = build.node("NodeGroupInput")
    now = build.out("GeometryNodeInputSceneTime")
    if now.name != "Frame":
        now = now.node.outputs["Frame"]
    nearest = build.math("CEIL", build.math("SUBTRACT", now, 0.5))
    started = build.math("MAXIMUM", nearest, source.outputs["Start"])
    frame = build.math("MINIMUM", started, source.outputs["End"])
    points = build.out("GeometryNodeImportPLY", _path(build, source.outputs["Prefix"], frame))
    within = build.math("COMPARE", frame, nearest, 0.1)
    rest = build.math("MULTIPLY", build.math("SUBTRACT", now, nearest), within)
    speed = [build.attribute(f"{cloud.VELOCITY}_{part}") for part in ply.PARTS["FLOAT_VECTOR"]]
    velocity = build.out("ShaderNodeCombineXYZ", *speed)
    moved = build.out("ShaderNodeVectorMath", velocity, operation="SCALE")
    group.links.new(rest, moved.node.inputs["Scale"])
    points = build.out("GeometryNodeSetPosition", points, None, None, moved)
    for name, kind in cloud.ATTRIBUTES.items():
        if kind in ply.PARTS:
            numbers = [build.attribute(f"{name}_{part}") for part in ply.PARTS[kind]]
            points = build.store(points, name, kind, build.out("FunctionNodeCombineColor", *numbers))
        elif kind == "INT":
            value = build.out("GeometryNodeInputIndex") if name == "bloom_id" else build.attribute(name)
            points = build.store(points, name, kind, value)
    points = build.store(points, cloud.VELOCITY, "FLOAT_VECTOR", velocity)
    for name, kind in (*cloud.ATTRIBUTES.items(), (cloud.VELOCITY, "FLOAT_VECTOR")):
        if kind in ply.PARTS:
            node = build.node("GeometryNodeRemoveAttribute", points)
            versions.set_node_option(node, "pattern_mode", "Pattern Mode", "WILDCARD")
            node.inputs["Name"].default_value = f"{name}_*"
            points = node.outputs[0]
    build.node("NodeGroupOutput", points)
    return group


def _path(build: _Builder, prefix, frame) -> bpy.types.NodeSocket:
    """The file's name: the frame's number gets zeros in front, at least `DIGITS` digits."""
    number = build.node("FunctionNodeValueToString", data_type="INT")
    build.group.links.new(frame, next(s for s in number.inputs if s.enabled))
    padded = build.join(build.string("0" * DIGITS), number.outputs[0])
    length = build.out("FunctionNodeStringLength", padded)
    start = build.math("MINIMUM", build.math("SUBTRACT", length, float(DIGITS)), float(DIGITS))
    digits = build.out("FunctionNodeSliceString", padded, start, 32)
    ending = build.out(
        "GeometryNodeSwitch",
        build.out("GeometryNodeIsViewport"),
        build.string(ENDINGS[0]),
        build.string(ENDINGS[1]),
        input_type="STRING",
    )
    return build.join(prefix, digits, ending)
