"""The window's 3D viewports and timelines: show a flame as it will look, and all of its film."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from ..engine.render_engine import ENGINE

#: What Blender draws over the picture at first, and a flame is better seen without.
_OVERLAYS = (
    *("show_floor", "show_ortho_grid", "show_axis_x", "show_axis_y"),
    *("show_cursor", "show_object_origins", "show_outline_selected"),
)


def show_flame(context: bpy.types.Context) -> None:
    """Make the 3D viewports of the window look through the scene's camera at glowing points.

    Solid shading draws a flame as grey balls, and the outline of what is selected would cover each
    of them in orange. So they change to Material Preview in the scene's own light, through the
    compositor, which holds the flame's tone, and leave out what Blender draws over it: the outline,
    origins, the grid and its axes. Where the Bloom engine renders the scene they show its picture. The
    camera's frame fills the viewport. Without a window (a render farm, a script) there is nothing to do.
    """
    for area in _areas(context, "VIEW_3D"):
        _show(area.spaces.active, context.scene)
        if context.scene.camera is not None:
            _run_in(context, area, bpy.ops.view3d.view_center_camera)


def show_range(context: bpy.types.Context) -> None:
    """Make the window's timelines show all keys; without a window there is nothing to do."""
    for area in _areas(context, "DOPESHEET_EDITOR"):
        _run_in(context, area, bpy.ops.action.view_all)


def _areas(context: bpy.types.Context, kind: str) -> Iterator[bpy.types.Area]:
    if context.window is not None:
        yield from (area for area in context.window.screen.areas if area.type == kind)


def _run_in(context: bpy.types.Context, area: bpy.types.Area, operator) -> None:
    """Call an operator in the main region of an area, where it can be called there."""
    region = next((region for region in area.regions if region.type == "WINDOW"), None)
    if region is None:
        return
    with context.temp_override(area=area, region=region):
        if operator.poll():
            operator()


def _show(space: bpy.types.SpaceView3D, scene: bpy.types.Scene) -> None:
    if scene.camera is not None:
        space.region_3d.view_perspective = "CAMERA"
    shading = space.shading
    shading.type = "RENDERED" if scene.render.engine == ENGINE else "MATERIAL"
    shading.use_scene_world = True
    shading.use_scene_lights = True
    shading.use_compositor = "ALWAYS"
    for name in _OVERLAYS:
        setattr(space.overlay, name, False)
