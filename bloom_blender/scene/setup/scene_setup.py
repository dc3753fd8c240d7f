"""What a person does with Bloom, as functions: the operators only ask, call and report.

Each function finds out everything that can go wrong before it touches the file: it reads, grows
and computes first and creates data afterwards. A BloomError therefore leaves the scene as it was.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import bpy
from mathutils import Vector

from ...flame.model import Flame
from ..curves import keyframes
from ..engine import picture_settings
from ..engine.render_engine import ENGINE, camera_of
from ..flame import snapshot
from ..flame.object import flame_of, is_flame
from ..flame.parts import shows_volume, volume_of
from ..flame.requests import PointsRequest
from ..flame.settings import POINTS_RENDER, POINTS_VIEWPORT, STYLES
from ..points import baked_points, chaos_game, geometry_nodes, materials
from ..points.cloud import write_cloud
from ..points.new_flame import make_flame_object
from ..volume import volume_object
from . import camera, compositor, flame_over_scene, lights, render_settings, startup_cube, viewport
from .untouched import Settings, is_startup_camera, is_untouched_camera

_STYLES = tuple(identifier for identifier, *_ in STYLES)

_SPACING = 1.1
"""From one flame of a row to the next, in pictures of the largest."""


def add_flame(
    context: bpy.types.Context,
    flame: Flame,
    *,
    points_render: int = POINTS_RENDER,
    points_viewport: int = POINTS_VIEWPORT,
    seed: int = 0,
    with_camera: bool = True,
    with_scene: bool = True,
    with_view: bool = True,
    look: str = "PARTICLES",
    curves=None,
    start_frame: int = 1,
    at_cursor: bool = False,
) -> bpy.types.Object:
    """Add ``flame`` to the context's collection, select it and make it active.

    Parameters
    ----------
    with_camera, with_scene : bool
        Whether to add the flame's camera, and to set up compositor and rendering, whatever the scene had; the
        latter hides the cube of a new file, which would stand in the flame.
    at_cursor : bool
        Whether to put it at the 3D cursor, or beside the flame that stands there; else at the world's origin.
    with_view : bool
        Whether to show the flame in the window's viewports.
    look : str
        What ``with_scene`` sets up, one of ``settings.NEW_LOOKS``.
    curves : growth.curves.Curves, optional
        Animation to give it from ``start_frame`` on.
    """
    if curves is not None:
        keyframes.curve_targets(flame, curves)
    cloud = chaos_game.compute(flame, PointsRequest(points_viewport, seed))
    obj = make_flame_object(
        flame, context.collection, points_render=points_render, points_viewport=points_viewport, seed=seed
    )
    write_cloud(obj.data, cloud, snapshot.read(obj).points_state)
    if curves is not None:
        keyframes.animate(obj, curves, start_frame=start_frame)
    if at_cursor:
        obj.location = _free_place(context.scene, obj, flame)
    if with_camera:
        camera.flame_camera(context.scene, flame, obj)
    if with_scene:
        set_look(obj, look)
        _set_up_look(Settings(context.scene, replace=True), obj, flame, look)
        startup_cube.hide_cube(context)
    if with_view:
        viewport.show_flame(context)
    for other in context.selected_objects:
        other.select_set(False)
    obj.select_set(True)
    context.view_layer.objects.active = obj
    context.view_layer.update()
    return obj


def add_flames(
    context: bpy.types.Context, flames: Sequence[Flame], *, with_camera: bool = True, **options
) -> list[bpy.types.Object]:
    """Add flames side by side, in rows, and select them; see `add_flame` for the options.

    Only one that comes alone gets a camera: none would see all of them.
    """
    columns = math.ceil(math.sqrt(len(flames)))
    first = None
    wide = _SPACING * max((flame.camera.extent[0] for flame in flames), default=0.0)
    high = _SPACING * max((flame.camera.extent[1] for flame in flames), default=0.0)
    added = []
    for number, flame in enumerate(flames):
        obj = add_flame(context, flame, with_camera=with_camera and len(flames) == 1, **options)
        row, column = divmod(number, columns)
        first = obj.location.copy() if first is None else first
        obj.location = first + Vector((column * wide, -row * high, 0.0))
        added.append(obj)
    for obj in added:
        obj.select_set(True)
    return added


def _free_place(scene: bpy.types.Scene, obj: bpy.types.Object, flame: Flame) -> Vector:
    """The 3D cursor, or to the right of the flames that stand there."""
    step = Vector((_SPACING * flame.camera.extent[0], 0.0, 0.0))
    taken = [other.matrix_world.translation for other in scene.objects if is_flame(other) and other != obj]
    place = scene.cursor.location.copy()
    while any((place - other).length < 0.5 * step.x for other in taken):
        place += step
    return place


def set_up_scene(
    context: bpy.types.Context,
    obj: bpy.types.Object,
    *,
    look: str = "PARTICLES",
    with_camera: bool | None = None,
    replace: bool = False,
) -> list[str]:
    """Give the context's scene the camera, compositor and render settings for a look of a flame object.

    What the user has changed since stays: camera, resolution, samples, view transform and so on.

    Parameters
    ----------
    look : str
        One of ``settings.LOOKS``, or ``PARTICLES`` for points in the style that they have.
    with_camera : bool, optional
        Whether to make the flame's own camera the scene's. By default only where the scene has none, or that
        of Blender's start-up file.
    replace : bool
        Whether to set what the user has changed, too.

    Returns
    -------
    list of str
        What was left as the user has it, in words.

    Raises
    ------
    BloomError
        If the true flame is to lie over a scene that has no camera.
    """
    flame, scene = flame_of(obj), context.scene
    settings = Settings(scene, replace=replace)
    if with_camera is None:
        with_camera = scene.camera is None or is_startup_camera(scene.camera)
    if with_camera:
        camera.flame_camera(scene, flame, obj)
    elif not is_untouched_camera(scene.camera):
        settings.kept.append("camera")
    if look == "OVER":
        _lay_over(settings, obj, flame)
    else:
        set_look(obj, look)
        _set_up_look(settings, obj, flame, look)
    viewport.show_flame(context)
    return settings.kept


def set_look(obj: bpy.types.Object, look: str) -> None:
    """Show a flame object as points or as a volume; the true flame's engine needs neither: points."""
    geometry_nodes.restore_modifier(obj)
    if look in _STYLES:
        obj.bloom.style = look
    shown = volume_object.ensure_volume(obj) if look == "VOLUME" else volume_of(obj)
    if shown is not None:
        shown.hide_render = shown.hide_viewport = look != "VOLUME"
    volume_object.show_points(obj, look != "VOLUME")
    baked_points.match(obj)
    obj.update_tag()


def look_of(obj: bpy.types.Object, scene: bpy.types.Scene) -> str:
    """How a flame object is shown in a scene's renders, one of ``settings.LOOKS``."""
    if scene.render.engine == ENGINE:
        return "PICTURE"
    if flame_over_scene.is_over(scene, obj):
        return "OVER"
    return "VOLUME" if shows_volume(obj, render=True) else obj.bloom.style


def follow_style(obj: bpy.types.Object) -> None:
    """Give the points the material of their style, unless it is a user's own, and the scene its tone."""
    geometry_nodes.restore_modifier(obj)
    slots, style = obj.data.materials, obj.bloom.style
    if materials.is_own(slots[0] if slots else None):
        geometry_nodes.set_material(obj, materials.flame_material(style))
    obj.update_tag()
    for scene in bpy.data.scenes:
        if obj.name in scene.objects and scene.objects[obj.name] == obj:
            compositor.match_style(scene, style)


def _set_up_look(settings: Settings, obj: bpy.types.Object, flame: Flame, look: str) -> None:
    """Set engine, tone, light and compositor for a look."""
    scene = settings.scene
    flame_over_scene.take_off(scene, obj)
    look = "PARTICLES" if look in _STYLES else look
    if look == "PICTURE":
        compositor.set_up_finish(scene)
        tone = {name: getattr(flame.tone, name) for name in picture_settings.TONE}
        settings.set(scene.bloom, "tone", **tone)
    elif look == "PARTICLES" and obj.bloom.style != "GLOW":
        compositor.set_up_shine(scene, flame)
        if obj.bloom.style == "DUST":
            lights.add_lights(scene, obj)
    else:
        compositor.set_up(scene, flame, adjust=settings.replace)
    render_settings.set_up(settings, flame, look)
    settings.note()


def _lay_over(settings: Settings, obj: bpy.types.Object, flame: Flame) -> None:
    """Lay the true flame over the scene, which another engine than ours has to render."""
    scene = settings.scene
    camera_of(scene)
    set_look(obj, "PARTICLES")
    if scene.render.engine == ENGINE:
        _set_up_look(settings, obj, flame, "PARTICLES")
    flame_over_scene.lay_over(scene)
