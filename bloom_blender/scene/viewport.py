"""The window's 3D viewports: show a flame as it will look."""

from __future__ import annotations

import bpy


def show_flame(context: bpy.types.Context) -> None:
    """Make the 3D viewports of the window look through the scene's camera at glowing points.

    Solid shading draws a flame as grey balls, and the outline of what is selected would cover each
    of them in orange. So they change to Material Preview in the scene's own light, through the
    compositor, which holds the flame's tone, and leave the outline out. Without a window (a render
    farm, a script) there is nothing to do.
    """
    if context.window is None:
        return
    for area in context.window.screen.areas:
        if area.type == "VIEW_3D":
            _show(area.spaces.active, has_camera=context.scene.camera is not None)


def _show(space: bpy.types.SpaceView3D, *, has_camera: bool) -> None:
    if has_camera:
        space.region_3d.view_perspective = "CAMERA"
    shading = space.shading
    shading.type = "MATERIAL"
    shading.use_scene_world = True
    shading.use_scene_lights = True
    shading.use_compositor = "ALWAYS"
    space.overlay.show_outline_selected = False
