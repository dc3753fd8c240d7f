"""The flame's own camera as a Blender camera."""

from __future__ import annotations

import bpy
from mathutils import Matrix

from ...flame.model import Flame
from ..flame.object import MIRROR
from .untouched import note_camera

#: Sensor width of the cameras that we make, millimetres: Blender's own default.
SENSOR = 36.0


def flame_camera(scene: bpy.types.Scene, flame: Flame, obj: bpy.types.Object) -> bpy.types.Object:
    """Make the camera that frames ``obj`` as the flame's file does, and make it the scene's camera.

    The camera is a child of nothing: it stands where the file has it relative to ``obj`` now.
    Depth of field is on where the file has a depth blur. A scene that looks through just such a camera
    keeps it.
    """
    scene.view_layers[0].update()  # a new object's matrix_world is not made before
    from ...flame.view import pinhole  # at first use, for a quick start

    view = pinhole(flame.camera)
    data = bpy.data.cameras.new(f"{obj.name} Camera")
    data.sensor_fit = "HORIZONTAL"
    data.sensor_width = SENSOR
    data.shift_x, data.shift_y = view.shift
    if view.perspective:
        data.lens = view.focal_length * SENSOR
    else:
        data.type = "ORTHO"
        data.ortho_scale = view.width
    data.clip_start = view.focus_distance * 1e-3
    data.clip_end = view.focus_distance * 1e3
    if view.aperture_radius > 0.0:
        data.dof.use_dof = True
        data.dof.focus_distance = view.focus_distance
        # Blender's aperture radius is lens / (2 fstop), with the lens in thousandths of a unit.
        data.dof.aperture_fstop = data.lens * 1e-3 / (2.0 * view.aperture_radius)
    data.display_size = view.width * 0.1
    camera = bpy.data.objects.new(data.name, data)
    # A flame object carries a mirror in its matrix, a camera must not; the mirror is its own inverse.
    unmirrored = Matrix.Diagonal((*MIRROR, 1.0))
    camera.matrix_world = obj.matrix_world @ unmirrored @ Matrix(view.matrix.tolist())
    if scene.camera is not None and _look_alike(scene.camera, camera):
        bpy.data.cameras.remove(data)  # and the object with it
        return scene.camera
    scene.collection.objects.link(camera)
    note_camera(camera)
    scene.camera = camera
    return camera


def _look_alike(old: bpy.types.Object, new: bpy.types.Object) -> bool:
    """Whether two cameras see the same; one that moves sees the same as none."""
    if old.type != "CAMERA" or old.animation_data or old.data.animation_data or old.constraints:
        return False
    places = zip(sum(map(tuple, old.matrix_world), ()), sum(map(tuple, new.matrix_basis), ()), strict=True)
    names = ("type", "sensor_fit", "sensor_width", "lens", "ortho_scale", "shift_x", "shift_y")
    lenses = ((getattr(old.data, name), getattr(new.data, name)) for name in names)
    blurs = ((getattr(old.data.dof, n), getattr(new.data.dof, n)) for n in ("use_dof", "aperture_fstop"))
    return all(abs(a - b) < 1e-5 for a, b in places) and all(a == b for a, b in (*lenses, *blurs))
