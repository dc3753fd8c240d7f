"""What Bloom keeps on an object beside the animated parameters: ``object.bloom``."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from . import growth_settings, hooks, palette_ramp, xform_list

POINTS_RENDER = 1_000_000
POINTS_VIEWPORT = 100_000
DETAIL = 4
POINT_SIZE = 1.5
SMOOTHNESS = 1.0

STYLES = (
    ("GLOW", "Glow", "Light adds up and hides nothing, as in a flame; needs the logarithmic tone"),
    ("SOLID", "Solid", "Opaque points that shine in their colour; fast, and the nearest hides the others"),
    ("DUST", "Dust", "Opaque grains lit by the lights of the scene, with shadows"),
)
LOOKS = (
    *STYLES,
    ("VOLUME", "Volume", "A glowing mist of voxels, rendered by Cycles and toned by the compositor"),
    ("PICTURE", "True Flame", "The picture of a flame renderer, through Blender's camera (the Bloom engine)"),
    ("OVER", "True Flame over Scene", "The true flame, laid over what Cycles or EEVEE renders of the scene"),
)
"""How a flame is shown: the one choice that people make, read from what scene and object have."""

PARTICLES = ("PARTICLES", "Particles", "Points, in the style that they have")
"""What scripts ask for by this name."""

NEW_LOOKS = (("PARTICLES", *STYLES[0][1:]), *(look for look in LOOKS if look[0] not in ("GLOW", "OVER")))
"""Looks that a new flame can have; it glows where nothing else is asked for."""

POINTS_SOURCES = (
    ("LIVE", "Live", "Computed when a frame or a value changes"),
    ("BAKED", "Baked", "The files of the last bake, which need no computing; later edits are not shown"),
)
VOLUME_SOURCES = (
    ("LIVE", "Live", "Computed when a frame or a value changes; nothing is kept on disk"),
    ("BAKED", "Baked", "The files of the last bake, which need no computing; later edits are not shown"),
)
VOLUME_BOUNDS = (
    ("FIXED", "Fixed", "The same box in every frame: voxels keep still and detail does not pump"),
    ("FRAME", "Fitted per Frame", "A box around each frame's flame: the most detail in every frame"),
)


def _refresh(settings: BloomSettings, context) -> None:
    """Have the cloud recomputed: the change reaches it through the dependency graph."""
    settings.id_data.update_tag()


def _choose_source(settings: BloomSettings, context) -> None:
    """Have the points computed, or their files played."""
    hooks.points_source_changed(settings.id_data)
    settings.id_data.update_tag()


def _restyle(settings: BloomSettings, context) -> None:
    """Give the points the material of the style, unless it is a user's own, and the scene its tone."""
    hooks.style_changed(settings.id_data)


def _has_ramp(settings: BloomSettings, tree: bpy.types.NodeTree) -> bool:
    return palette_ramp.node_of(tree) is not None


def points_property(kind: str, description: str, **options):
    """A number of points, of a flame object and of the operators that add one; ``RENDER`` or ``VIEWPORT``."""
    default, most = {
        "RENDER": (POINTS_RENDER, 10_000_000),
        "VIEWPORT": (POINTS_VIEWPORT, 2_000_000),
    }[kind]
    return IntProperty(
        name=f"{kind.title()} Points",
        description=description,
        default=default,
        min=1,
        soft_min=1_000,
        soft_max=most,
        max=200_000_000,
        **options,
    )


class BloomSettings(bpy.types.PropertyGroup):
    """Settings of a flame object, and where its animation came from."""

    schema: IntProperty(
        name="Schema",
        description="Version of these settings, see `migration`; 0 for those from before it was noted",
        default=0,
        options={"HIDDEN"},
    )
    is_flame: BoolProperty(
        name="Flame",
        description="Recompute this object's points from its parameters in every frame",
        default=False,
        update=_refresh,
    )
    points_render: points_property("RENDER", "Number of points in final renders", update=_refresh)
    points_viewport: points_property(
        "VIEWPORT", "Number of points while you work; also what a saved file holds", update=_refresh
    )
    detail: IntProperty(
        name="Detail",
        description="How many candidates compete for each point of a final render: more smooth thin parts, "
        "and take longer to compute",
        default=DETAIL,
        min=1,
        max=64,
        soft_max=16,
        update=_refresh,
    )
    style: EnumProperty(
        name="Style",
        description="What the points are made of; each has a material that is yours to change",
        items=STYLES,
        default="GLOW",
        update=_restyle,
    )
    point_size: FloatProperty(
        name="Point Size",
        description="Radius of the smallest points, in thousandths of the height of the flame's picture",
        default=POINT_SIZE,
        min=0.01,
        soft_min=0.5,
        soft_max=5.0,
        max=100.0,
        update=_refresh,
    )
    smoothness: FloatProperty(
        name="Smoothness",
        description="How far points reach over their neighbours where they are few; more is softer and "
        "takes longer to render",
        default=SMOOTHNESS,
        min=0.0,
        soft_max=3.0,
        max=10.0,
        update=_refresh,
    )
    use_velocity: BoolProperty(
        name="Velocity",
        description="Give each point its motion in units per frame (attribute bloom_velocity), for materials "
        "and Geometry Nodes; the chaos game is played two more times",
        default=False,
        update=_refresh,
    )
    seed: IntProperty(
        name="Seed",
        description="Choose another set of points of the same flame",
        default=0,
        min=0,
        update=_refresh,
    )
    points_source: EnumProperty(
        name="Points",
        description="Where the points come from",
        items=POINTS_SOURCES,
        default="LIVE",
        options=set(),
        update=_choose_source,
    )
    points_folder: StringProperty(
        name="Folder",
        description="Folder of the baked points; // is the folder of the .blend file",
        default="//bloom_points",
        subtype="DIR_PATH",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
    )
    volume_source: EnumProperty(
        name="Volume",
        description="Where the voxels of the volume come from",
        items=VOLUME_SOURCES,
        default="LIVE",
        update=_refresh,
    )
    volume_resolution_render: IntProperty(
        name="Render Resolution",
        description="Voxels along the longest side of the volume in final renders and bakes",
        default=256,
        min=8,
        soft_min=64,
        soft_max=512,
        max=2048,
        update=_refresh,
    )
    volume_resolution_viewport: IntProperty(
        name="Viewport Resolution",
        description="Voxels along the longest side of the volume while you work",
        default=128,
        min=8,
        soft_min=32,
        soft_max=256,
        max=2048,
        update=_refresh,
    )
    volume_points_render: FloatProperty(
        name="Render Points",
        description="Millions of points that are counted in the voxels in final renders and bakes; more show "
        "finer detail where the flame is thin",
        default=20.0,
        min=0.001,
        soft_min=1.0,
        soft_max=200.0,
        max=1e5,
        update=_refresh,
    )
    volume_points_viewport: FloatProperty(
        name="Viewport Points",
        description="Millions of points that are counted in the voxels while you work",
        default=3.0,
        min=0.001,
        soft_min=0.5,
        soft_max=50.0,
        max=1e5,
        update=_refresh,
    )
    volume_smoothness: FloatProperty(
        name="Smoothness",
        description="How far voxels of few points are smoothed; 0 shows the counts as they are",
        default=1.0,
        min=0.0,
        soft_max=4.0,
        max=100.0,
        update=_refresh,
    )
    volume_bounds: EnumProperty(
        name="Bounds",
        description="The box that the voxels fill",
        items=VOLUME_BOUNDS,
        default="FIXED",
        update=_refresh,
    )
    volume_low: FloatVectorProperty(
        name="Low",
        description="Corner of the box with the smallest coordinates, in the flame's own space",
        default=(-1.0, -1.0, -1.0),
        subtype="XYZ",
        update=_refresh,
    )
    volume_high: FloatVectorProperty(
        name="High",
        description="Corner of the box with the largest coordinates, in the flame's own space",
        default=(1.0, 1.0, 1.0),
        subtype="XYZ",
        update=_refresh,
    )
    volume_folder: StringProperty(
        name="Folder",
        description="Folder of the baked files; // is the folder of the .blend file",
        default="//bloom_volumes",
        subtype="DIR_PATH",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
    )
    xforms: CollectionProperty(type=xform_list.BloomXform)
    active_xform: IntProperty(
        name="Active Xform",
        description="Which xform the panel shows, counted from 0 over the xforms and then the final xforms",
        default=0,
        min=0,
    )
    solo: StringProperty(
        name="Solo",
        description="Show the points of this xform alone while you work (as xform2); nothing for all",
        update=_refresh,
    )
    palette_ramp: PointerProperty(
        name="Color Ramp",
        description="Node group with the colour ramp that the palette follows; without one the flame has the "
        "palette of its file. Several flames may share one, and materials may use it",
        type=bpy.types.NodeTree,
        poll=_has_ramp,
        update=_refresh,
    )
    palette_detail: FloatProperty(
        name="Fine Detail",
        description="How much stays of what the file's palette has between the ramp's stops",
        default=1.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        update=_refresh,
    )
    growth: PointerProperty(type=growth_settings.BloomGrowth)
    run_name: StringProperty(name="Run", description="Name of the training run that moves this flame")
    run_curves: StringProperty(
        name="Curves of the Run",
        description="Names of the parameters that the run animates, one per line, with checksums of the keys",
        options={"HIDDEN"},
    )
    all_keys: PointerProperty(
        name="All Keys",
        description="The curves that were given few keys, as they were before",
        type=bpy.types.Action,
    )
    few_curves: StringProperty(
        name="Curves of Few Keys",
        description="Curves that were given few keys and are kept in All Keys, one per line, with checksums",
        options={"HIDDEN"},
    )
    run_markers: StringProperty(
        name="Markers of the Run",
        description="Frames and names of the timeline's markers that the run made, one per line",
        options={"HIDDEN"},
    )


def register() -> None:
    """Register the settings and attach them to objects."""
    for cls in growth_settings.classes:
        bpy.utils.register_class(cls)
    bpy.utils.register_class(xform_list.BloomXform)
    bpy.utils.register_class(BloomSettings)
    bpy.types.Object.bloom = bpy.props.PointerProperty(
        type=BloomSettings, name="Bloom", override={"LIBRARY_OVERRIDABLE"}
    )


def unregister() -> None:
    """Undo :func:`register`; files keep the values."""
    del bpy.types.Object.bloom
    bpy.utils.unregister_class(BloomSettings)
    bpy.utils.unregister_class(xform_list.BloomXform)
    for cls in reversed(growth_settings.classes):
        bpy.utils.unregister_class(cls)
