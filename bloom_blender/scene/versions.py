"""Every difference between the supported versions of Blender (4.5 to 5.3) that Bloom meets.

The rest of the scene's code is written once; where an API was renamed or removed, it calls a
function of this file. Each function says which versions differ and how.
"""

from __future__ import annotations

import bpy

from ..errors import BloomError

#: How the names of our own nodes in compositing trees begin.
_OWN_NODES = "Bloom "


def use_nodes(owner: bpy.types.Material | bpy.types.World) -> None:
    """Give a material or world its node tree: an option in 4.5, always there and no option since 5.0."""
    if owner.node_tree is None:
        owner.use_nodes = True


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
    """Make an F-Curve in the named group of a channelbag, or in none.

    ``fcurves.new`` takes ``group_name`` from 5.0 on; in 4.5 the group is made and assigned.
    """
    if bpy.app.version >= (5, 0, 0):
        return bag.fcurves.new(data_path, index=index, group_name=group)
    fcurve = bag.fcurves.new(data_path, index=index)
    if not group:
        return fcurve
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

    4.5 has ``scene.node_tree``, 5.0 a node group that is the scene's, and 5.3 a list of effects with a node
    group each. Of several effects it is the one with our nodes, or else the active one, or else the first.
    """
    if bpy.app.version < (5, 0, 0):
        if create:
            scene.use_nodes = True
        return scene.node_tree
    effects = getattr(scene, "compositor_effects", None)
    if effects is None:
        tree = scene.compositing_node_group
    else:
        trees = [effect.node_group for effect in (effects.active, *effects) if effect and effect.node_group]
        own = (t for t in trees if any(node.name.startswith(_OWN_NODES) for node in t.nodes))
        tree = next(own, trees[0] if trees else None)
    if tree is None and create:
        tree = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        if effects is None:
            scene.compositing_node_group = tree
        else:
            empty = next((effect for effect in effects if effect.node_group is None), None)
            (empty or effects.new(name=tree.name)).node_group = tree
    return tree


def compositor_output(tree: bpy.types.NodeTree) -> bpy.types.NodeSocket:
    """Return the socket that ends the compositing tree.

    A Composite node until 4.5, the output of the node group since.
    """
    kind = "NodeGroupOutput" if bpy.app.version >= (5, 0, 0) else "CompositorNodeComposite"
    node = next((n for n in tree.nodes if n.bl_idname == kind), None)
    if node is None:
        node = tree.nodes.new(kind)
        node.location = (300, 0)
    return node.inputs["Image"]


def new_node(tree: bpy.types.NodeTree, *kinds: str) -> bpy.types.Node:
    """Make a node of the first kind that this Blender has.

    5.0 replaced several compositor nodes (Math, Gamma) by the shader nodes of the same work.
    """
    for kind in kinds:
        try:
            return tree.nodes.new(kind)
        except RuntimeError:
            continue
    raise RuntimeError(f"this Blender has none of the nodes {', '.join(kinds)}")


def set_glare_bloom(node: bpy.types.Node, *, threshold: float, size: float) -> None:
    """Have a Glare node bloom: the type is a property in 4.5 and an input since 5.0."""
    if "Type" in node.inputs:
        node.inputs["Type"].default_value = "Bloom"
    else:
        node.glare_type = "BLOOM"
    node.inputs["Threshold"].default_value = threshold
    node.inputs["Size"].default_value = size


def use_cpu_compositor(scene: bpy.types.Scene) -> None:
    """Composite on the CPU, which gives the same pixels on every machine; 5.2 would take the GPU."""
    scene.render.compositor_device = "CPU"


def sequencer_strips(scene: bpy.types.Scene):
    """Return the scene's strips: called ``sequences`` until 4.3, and ``strips`` since."""
    editor = scene.sequence_editor_create()
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def set_strip_duration(strip: bpy.types.Strip, frames: int) -> None:
    """Have a strip last this many frames: called ``frame_final_duration`` until 5.0, ``duration`` since."""
    if hasattr(strip, "duration"):
        strip.duration = frames
    else:
        strip.frame_final_duration = frames


def set_video_format(settings: bpy.types.ImageFormatSettings) -> None:
    """Have a render write a video: 5.0 asks for the kind of media before the format."""
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"


def set_image_format(settings: bpy.types.ImageFormatSettings, file_format: str) -> None:
    """Have a render write images of one layer: 5.0 asks for the kind of media before the format."""
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = file_format


def use_biased_volumes(scene: bpy.types.Scene) -> None:
    """Have Cycles march through volumes, as 4.5 always does; 5.0 made it an option."""
    if hasattr(scene.cycles, "volume_biased"):
        scene.cycles.volume_biased = True


def openvdb():
    """Return the OpenVDB library that Blender ships.

    The application can import it at once. Blender as a Python module keeps such libraries aside until it is
    asked for them. Version 12 in 4.5 and 5.0, 13 in 5.2; what we use of it is the same.
    """
    try:
        import openvdb
    except ImportError:
        bpy.utils.expose_bundled_modules()
        try:
            import openvdb
        except ImportError as error:
            raise BloomError(
                "This Blender came without OpenVDB, so it cannot show flames as volumes: use a build of "
                "blender.org, or another look."
            ) from error
    return openvdb


def set_modifier_input(modifier: bpy.types.Modifier, identifier: str, value: object) -> None:
    """Set an input of a Geometry Nodes modifier: a custom property until 5.1, a property of its own since."""
    properties = getattr(modifier, "properties", None)
    if properties is not None:
        getattr(properties.inputs, identifier).value = value
    else:
        modifier[identifier] = value


def modifier_input(modifier: bpy.types.Modifier, identifier: str):
    """Return an input of a Geometry Nodes modifier, see :func:`set_modifier_input`."""
    properties = getattr(modifier, "properties", None)
    if properties is not None:
        return getattr(properties.inputs, identifier).value
    return modifier[identifier]


def drop_compositor(scene: bpy.types.Scene) -> None:
    """Have a scene's renders not composited: trees are shared since 5.0, and were the scene's own before."""
    if hasattr(scene, "compositor_effects"):
        scene.compositor_effects.clear()
    elif bpy.app.version >= (5, 0, 0):
        scene.compositing_node_group = None
    else:
        scene.use_nodes = False
    scene.render.use_compositing = False


def stored_settings(owner: bpy.types.ID, name: str) -> dict[str, object]:
    """Return what a file holds of a registered group of settings, names that are registered no more included.

    Such values lie among the custom properties in 4.5 and in a place of their own since 5.0.
    """
    if bpy.app.version >= (5, 0, 0):
        stored = owner.bl_system_properties_get()
    else:
        stored = owner
    group = stored.get(name) if stored is not None else None
    return {} if group is None else group.to_dict()


def set_node_option(node: bpy.types.Node, attribute: str, menu: str, value: str) -> None:
    """Set a node's option: a property of the node until 4.5, a menu among its inputs for some since 5.0."""
    if hasattr(node, attribute):
        setattr(node, attribute, value)
    else:
        node.inputs[menu].default_value = value.title()
