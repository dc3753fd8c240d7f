"""From evaluated properties to points, whenever a frame or a value changes.

How it works
    ``frame_change_post`` and ``depsgraph_update_post`` read each flame object *as evaluated by the
    dependency graph they are called with* (during a render the original object's values are stale),
    compare the state (values, structure, seed, number of points) with the one noted on the mesh, and
    recompute the cloud where they differ. Writing the mesh makes the graph evaluate once more; then
    the states agree and nothing is left to do, so there is no loop. The note lies on the mesh itself,
    so undo, copies and reloading bring points and note back together. Two windows may show one flame
    at different frames; so an update that is no frame change rewrites the mesh only if the state
    has changed in that very graph, or the windows would answer each other for ever.

Which number of points
    The dependency graph knows what it is for. Every final render (F12, an animation, ``blender -b
    -a`` or ``-f``, sub-frames for motion blur) makes a graph of mode RENDER and sends it through
    ``frame_change_post``; the window and scripts have one of mode VIEWPORT. While a render job runs,
    the window does not touch the points: they are the render's. When it has ended or was cancelled,
    ``render_complete`` or ``render_cancel`` put the viewport's number of points back, which is also
    why a saved file holds no more than those.

Motion blur
    A renderer asks for the cloud at several moments around the frame and smears each point between them.
    At a sub-frame of a render, points that have leapt (see ``motion``) stay where they were.

Handlers never call operators, and never raise: an error is printed and shown in the panel, and the
other flames go on.
"""

from __future__ import annotations

import hashlib
import sys
import traceback

import bpy
from bpy.app.handlers import persistent

from ...errors import BloomError
from ..engine.render_engine import ENGINE
from ..flame import palette_ramp
from ..flame.object import flame_of, flames, soloed, structure_state, values_of
from ..flame.visibility import is_hidden, is_unseen
from ..points import baked_points, chaos_game, motion
from ..points.cloud import read_cloud, shown_state, write_cloud
from ..volume import volume_object

problems: dict[str, str] = {}
"""What keeps an object's points from being computed, by name of the object; for the panel."""

_rendering: set[str] = set()
"""Not empty between the start and the end of a render job. It counts only while Blender runs such a job,
so a render that ends without telling cannot leave the window frozen."""

_last: dict[tuple[str, str, str], str] = {}
"""State of a flame as a scene's view layer last evaluated it; forgetting it costs one comparison."""

_VERSION = "2"
"""Raise it when the same values are to give other points, so that old clouds are recomputed."""

_HELD = ":held"
"""Ends the state of a cloud in which some points stayed where they were."""


def refresh(
    obj: bpy.types.Object,
    source: bpy.types.Object | None = None,
    *,
    render: bool = False,
    scene: bpy.types.Scene | None = None,
) -> bool:
    """Bring the points of ``obj`` up to date, and its volume where it has one.

    Parameters
    ----------
    obj : bpy.types.Object
        Original flame object, whose mesh is written.
    source : bpy.types.Object, optional
        Evaluated object, whose properties are read; defaults to ``obj`` itself.
    render : bool
        Whether to make as many points as a final render has.
    scene : bpy.types.Scene, optional
        The scene whose frame ``source`` shows; defaults to the context's.

    Returns
    -------
    bool
        Whether the mesh was rewritten, or the volume changed.

    Raises
    ------
    BloomError
        If the flame cannot be read or computed; the mesh is as it was.
    """
    source = source or obj
    scene = scene or bpy.context.scene
    if obj.name in volume_object.paused:
        return False
    changed = volume_object.refresh(obj, source, render=render)
    if not volume_object.shows_points(obj, render=render):
        return changed
    if source.bloom.points_source == "BAKED":
        if baked_points.player_of(obj) is None:
            raise BloomError("The points were never baked: bake them, or choose the source Live.")
        return changed
    request = chaos_game.request_of(source, render=render)
    around = motion.moments(obj, source, scene.frame_current_final) if request.velocity else None
    solo = "" if render else source.bloom.solo
    state = state_of(source, request, around, solo)
    mesh = obj.data
    shutter = render and scene.render.use_motion_blur and scene.frame_subframe != 0.0
    if shutter and len(mesh.vertices) == request.count and shown_state(mesh):
        state += _HELD
    else:
        shutter = False
    if shown_state(mesh) == state or mesh.is_editmode:
        return changed
    if mesh.library is not None:
        raise BloomError(
            f"{obj.name} is linked from another file, so Blender keeps its points as they were saved: "
            "press Refresh Points, which gives it points of its own by a library override."
        )
    flame = soloed(flame_of(source), solo)
    cloud = chaos_game.compute(flame, request)
    velocity = None
    if around is not None:
        velocity = motion.velocities(source, around, lambda flame: chaos_game.play(flame, request))
    if shutter:
        cloud = motion.hold(read_cloud(mesh), cloud, flame.camera.extent[1])
    write_cloud(mesh, cloud, state, velocity)
    return True


def state_of(obj: bpy.types.Object, request: chaos_game.Request, around=None, solo: str = "") -> str:
    """Return a text that is equal exactly where structure, values, request, motion and solo are."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(_VERSION.encode())
    digest.update(structure_state(obj).encode())
    digest.update(repr((request, values_of(obj), around)).encode())
    digest.update(solo.encode())
    return f"{request.count}:{digest.hexdigest()}"


def update(depsgraph: bpy.types.Depsgraph, *, edits_only: bool = False) -> None:
    """Bring all flames that ``depsgraph`` evaluates up to date, and tell of problems.

    With ``edits_only``, those whose state is as this graph had it last are left alone.
    """
    render = depsgraph.mode == "RENDER"
    if render and depsgraph.scene.render.engine == ENGINE:
        return  # it plays a game of its own and shows no points
    if not render and _rendering and bpy.app.is_job_running("RENDER"):
        return  # the window must not take the points away from a render in progress
    with palette_ramp.evaluated_by(depsgraph):
        _update(depsgraph, render, edits_only)


def _update(depsgraph: bpy.types.Depsgraph, render: bool, edits_only: bool) -> None:
    seen = set()
    for obj in sorted(flames(), key=lambda obj: not volume_object.shows_points(obj, render=render)):
        evaluated = obj.evaluated_get(depsgraph)
        # Objects that share one mesh show the flame of the first of them, and of those with points.
        if obj.data in seen or not evaluated.is_evaluated or is_hidden(obj, depsgraph):
            continue
        if render and is_unseen(evaluated):
            continue
        seen.add(obj.data)
        if _is_edited(obj, evaluated, depsgraph) or not edits_only:
            _guarded_refresh(obj, evaluated, render=render, scene=depsgraph.scene)


def _is_edited(obj: bpy.types.Object, evaluated: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> bool:
    """Whether the flame differs from what ``depsgraph`` had last, or its mesh is not as it was left."""
    key = (depsgraph.scene.name_full, depsgraph.view_layer.name, obj.name_full)
    try:
        request = chaos_game.request_of(evaluated, render=False)
        frame = depsgraph.scene.frame_current_final
        around = motion.moments(obj, evaluated, frame) if request.velocity else None
        state = state_of(evaluated, request, around, evaluated.bloom.solo) + volume_object.wanted(
            obj, evaluated
        )
        state += evaluated.bloom.points_source
    except BloomError:
        return True
    before = _last.get(key)
    _last[key] = state
    if before != state:
        return True
    return volume_object.shows_points(obj, render=False) and not shown_state(obj.data)


def _guarded_refresh(
    obj: bpy.types.Object, source: bpy.types.Object, *, render: bool, scene: bpy.types.Scene
) -> None:
    try:
        refresh(obj, source, render=render, scene=scene)
        problems.pop(obj.name, None)
    except BloomError as error:
        _tell(obj, str(error), again=render)
    except Exception as error:
        if _tell(obj, f"{type(error).__name__}: {error}", again=render):
            traceback.print_exc()


def _tell(obj: bpy.types.Object, message: str, *, again: bool) -> bool:
    """Print a problem of ``obj``; in the window only once. Returns whether it was printed."""
    known = problems.get(obj.name) == message
    problems[obj.name] = message
    if known and not again:
        return False
    print(f"bloom: {obj.name} keeps its last points. {message}", file=sys.stderr)
    return True


@persistent
def on_frame_change(scene, depsgraph) -> None:
    """Show the frame's flame, in the window and in a render."""
    if depsgraph is not None:
        update(depsgraph)


@persistent
def on_depsgraph_update(scene, depsgraph) -> None:
    """Show a value that was edited."""
    if depsgraph is not None and any(map(depsgraph.id_type_updated, ("OBJECT", "SCENE", "NODETREE"))):
        update(depsgraph, edits_only=True)


@persistent
def on_render_start(scene, depsgraph=None) -> None:
    """Remember that the points are a render's."""
    _rendering.add("job")


@persistent
def on_render_end(scene, depsgraph=None) -> None:
    """Give the window its smaller cloud back after a render was completed or cancelled.

    The values are those of the original objects, which may still be of a rendered frame; the tag
    makes the window evaluate the frame that it shows, and ``update`` then has the last word.
    """
    _rendering.clear()
    _last.clear()
    seen = set()
    for obj in sorted(flames(), key=lambda obj: not volume_object.shows_points(obj, render=False)):
        if obj.data not in seen:
            seen.add(obj.data)
            _guarded_refresh(obj, obj, render=False, scene=scene)
            obj.update_tag(refresh={"OBJECT", "TIME"})


@persistent
def on_load(path, depsgraph=None) -> None:
    """Forget the last file's problems, and mend clouds that another version of Bloom computed."""
    problems.clear()
    motion.notes.clear()
    _last.clear()
    if flames():
        update(bpy.context.evaluated_depsgraph_get())


_HANDLERS = (
    ("frame_change_post", on_frame_change),
    ("depsgraph_update_post", on_depsgraph_update),
    ("render_init", on_render_start),
    ("render_complete", on_render_end),
    ("render_cancel", on_render_end),
    ("load_post", on_load),
)


def register() -> None:
    """Attach the handlers."""
    for name, handler in _HANDLERS:
        getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    """Detach the handlers."""
    for name, handler in _HANDLERS:
        handlers = getattr(bpy.app.handlers, name)
        if handler in handlers:
            handlers.remove(handler)
    problems.clear()
    motion.notes.clear()
    _rendering.clear()
    _last.clear()
