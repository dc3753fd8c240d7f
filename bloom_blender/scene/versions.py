"""Every difference between the supported versions of Blender (4.5, 5.0, 5.2) that Bloom meets.

The rest of the scene's code is written once; where an API was renamed or removed, it calls a
function of this file. Each function says which versions differ and how.
"""

from __future__ import annotations

import bpy


def channelbag(action: bpy.types.Action, slot: bpy.types.ActionSlot, *, create: bool = True):
    """Return the channelbag that holds the F-Curves of ``slot`` in ``action``.

    ``action.fcurves`` is a legacy mirror in 4.5 and gone in 5.0; layers, strips and channelbags are
    in all of them. Without ``create`` the answer is None where there is none.
    """
    if not action.layers:
        if not create:
            return None
        action.layers.new("Layer")
    layer = action.layers[0]
    if not layer.strips:
        if not create:
            return None
        layer.strips.new(type="KEYFRAME")
    return layer.strips[0].channelbag(slot, ensure=create)


def new_fcurve(bag, data_path: str, index: int, group: str) -> bpy.types.FCurve:
    """Make an F-Curve in the named group of a channelbag.

    ``fcurves.new`` takes ``group_name`` from 5.0 on; in 4.5 the group is made and assigned.
    """
    if bpy.app.version >= (5, 0, 0):
        return bag.fcurves.new(data_path, index=index, group_name=group)
    fcurve = bag.fcurves.new(data_path, index=index)
    fcurve.group = bag.groups.get(group) or bag.groups.new(group)
    return fcurve


def positions_changed(mesh: bpy.types.Mesh) -> None:
    """Tell a mesh that its positions were rewritten through the attribute's ``foreach_set``.

    5.2 notices by itself; 4.5 keeps the old bounding box, even after ``mesh.update()``. Setting one
    vertex through its property marks the positions as changed in every version, at no cost.
    (With the Geometry Nodes modifier 4.5 reports an empty box all the same: it looks at meshes only.)
    """
    if len(mesh.vertices):
        mesh.vertices[0].co = mesh.vertices[0].co
    mesh.update_tag()


def compositor_tree(scene: bpy.types.Scene, *, create: bool = True):
    """Return the node tree that composites ``scene``; None without ``create`` where there is none.

    5.0 moved it from ``scene.node_tree`` to a node group of its own, ``scene.compositing_node_group``.
    """
    if bpy.app.version >= (5, 0, 0):
        if scene.compositing_node_group is None and create:
            tree = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
            tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
            scene.compositing_node_group = tree
        return scene.compositing_node_group
    if create:
        scene.use_nodes = True
    return scene.node_tree
