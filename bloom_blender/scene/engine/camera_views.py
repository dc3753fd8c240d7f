"""Blender's cameras and windows as the projection that a histogram looks through."""

from __future__ import annotations

import bpy
import numpy as np

from ...chaos.projection import Lens
from ...develop.exposure import View
from ...errors import BloomError


def camera_view(
    depsgraph: bpy.types.Depsgraph,
    camera: bpy.types.Object,
    size: tuple[int, int],
    region: tuple[int, int, int, int],
) -> View:
    """What a camera sees.

    Parameters
    ----------
    camera
        As evaluated by ``depsgraph``.
    size
        Of the whole picture, pixels.
    region
        Left, top, width and height of the part that is rendered, pixels from the top left corner.

    Raises
    ------
    BloomError
        For a camera that is neither a perspective nor a parallel projection.
    """
    data = camera.data
    if not isinstance(data, bpy.types.Camera) or data.type not in ("PERSP", "ORTHO"):
        raise BloomError(
            f"{camera.name} is neither a perspective nor an orthographic camera: choose one of these for "
            "the Bloom engine."
        )
    render = depsgraph.scene.render
    window = np.array(
        camera.calc_matrix_camera(
            depsgraph,
            x=size[0],
            y=size[1],
            scale_x=render.pixel_aspect_x,
            scale_y=render.pixel_aspect_y,
        )
    )
    to_camera = np.array(camera.matrix_world.normalized().inverted_safe())
    clip = _cropped(window, size, region) @ to_camera
    soft = depsgraph.scene.bloom.use_soft_lens
    lens = _lens(camera, window, to_camera, size, soft) if data.dof.use_dof else None
    return View(region[2:], clip, -to_camera[2], data.clip_start, data.clip_end, lens)


def window_view(region: bpy.types.Region, view: bpy.types.RegionView3D, space: bpy.types.SpaceView3D) -> View:
    """What a 3D viewport shows."""
    near, far = space.clip_start, space.clip_end
    if view.view_perspective == "CAMERA" and space.camera is not None:
        near, far = space.camera.data.clip_start, space.camera.data.clip_end
    to_view = np.array(view.view_matrix)
    if view.view_perspective == "ORTHO":
        near = -far  # Blender shows what lies behind a parallel view, too
    size = (region.width, region.height)
    return View(size, np.array(view.perspective_matrix), -to_view[2], near, far)


def _cropped(window: np.ndarray, size: tuple[int, int], region: tuple[int, int, int, int]) -> np.ndarray:
    """The window matrix for a part of the picture."""
    left, top, width, height = region
    across, down = size[0] / width, size[1] / height
    crop = np.eye(4)
    crop[0, 0], crop[0, 3] = across, across - 1.0 - 2.0 * left / width
    crop[1, 1], crop[1, 3] = down, 1.0 - down + 2.0 * top / height
    return crop @ window


def _lens(
    camera: bpy.types.Object, window: np.ndarray, to_camera: np.ndarray, size: tuple[int, int], soft: bool
) -> Lens:
    """Depth of field by the camera's settings, as a thin lens."""
    data = camera.data
    dof = data.dof
    focus = dof.focus_distance
    if dof.focus_object is not None:
        focus = -float(to_camera[2] @ [*dof.focus_object.matrix_world.translation, 1.0])
    focus = max(focus, 1e-6)
    pixels = 0.5 * size[0] * window[0, 0]
    if data.type == "ORTHO":
        blur = pixels * 0.5 / dof.aperture_fstop  # as in Cycles: no focal length, an aperture of 1 / f-stop
        start, slope = blur, -blur / focus
    else:
        blur = pixels * data.lens * 1e-3 / (2.0 * dof.aperture_fstop)
        start, slope = -blur, blur / focus
    return Lens(start, slope, dof.aperture_blades, dof.aperture_rotation, dof.aperture_ratio, soft)
