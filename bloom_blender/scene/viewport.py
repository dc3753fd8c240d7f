"""The window's 3D viewports: show a flame as it will look."""

from __future__ import annotations

import bpy

from .render_engine import ENGINE


def show_flame(context: bpy.types.Context) -> None:
    """Make the 3D viewports of the window look through the scene's camera at glowing points.

    Solid shading draws a flame as grey balls, and the outline of what is selected would cover each
    of them in orange. So they change to Material Preview in the scene's own light, through the
    compositor, which holds the flame's tone, and leave the outline out. Where the Bloom engine renders
    the scene they show its picture. Without a window (a render farm, a script) there is nothing to do.
    """
    if context.window is None:
        return
    for area in context.window.screen.areas:
        if area.type == "VIEW_3D":
            _show(area.spaces.active, context.scene)


def _show(space: bpy.types.SpaceView3D, scene: bpy.types.Scene) -> None:
    if scene.camera is not None:
        space.region_3d.view_perspective = "CAMERA"
    shading = space.shading
    shading.type = "RENDERED" if scene.render.engine == ENGINE else "MATERIAL"
    shading.use_scene_world = True
    shading.use_scene_lights = True
    shading.use_compositor = "ALWAYS"
    space.overlay.show_outline_selected = False
