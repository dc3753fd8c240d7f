"""What Bloom keeps on an object beside the animated parameters: ``object.bloom``."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from . import growth_settings

POINTS_RENDER = 1_000_000
POINTS_VIEWPORT = 100_000
DETAIL = 4
POINT_SIZE = 1.5
SMOOTHNESS = 1.0

LOOKS = (
    ("PARTICLES", "Particles", "Glowing points, rendered by Cycles and toned by the compositor"),
    ("PICTURE", "True Flame", "The picture of a flame renderer, through Blender's camera (the Bloom engine)"),
)


def _refresh(settings: BloomSettings, context) -> None:
    """Have the cloud recomputed: the change reaches it through the dependency graph."""
    settings.id_data.update_tag()


class BloomSettings(bpy.types.PropertyGroup):
    """Settings of a flame object, and where its animation came from."""

    is_flame: BoolProperty(
        name="Flame",
        description="Recompute this object's points from its parameters in every frame",
        default=False,
        update=_refresh,
    )
    points_render: IntProperty(
        name="Render Points",
        description="Number of points in final renders",
        default=POINTS_RENDER,
        min=1,
        soft_min=1_000,
        soft_max=10_000_000,
        max=200_000_000,
        update=_refresh,
    )
    points_viewport: IntProperty(
        name="Viewport Points",
        description="Number of points while you work; also what a saved file holds",
        default=POINTS_VIEWPORT,
        min=1,
        soft_min=1_000,
        soft_max=2_000_000,
        max=200_000_000,
        update=_refresh,
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
    growth: PointerProperty(type=growth_settings.BloomGrowth)
    run_name: StringProperty(name="Run", description="Name of the training run that moves this flame")
    run_curves: StringProperty(
        name="Curves of the Run",
        description="Names of the parameters that the run animates, one per line, with checksums of the keys",
        options={"HIDDEN"},
    )


def register() -> None:
    """Register the settings and attach them to objects."""
    for cls in growth_settings.classes:
        bpy.utils.register_class(cls)
    bpy.utils.register_class(BloomSettings)
    bpy.types.Object.bloom = bpy.props.PointerProperty(
        type=BloomSettings, name="Bloom", override={"LIBRARY_OVERRIDABLE"}
    )


def unregister() -> None:
    """Undo :func:`register`; files keep the values."""
    del bpy.types.Object.bloom
    bpy.utils.unregister_class(BloomSettings)
    for cls in reversed(growth_settings.classes):
        bpy.utils.unregister_class(cls)
