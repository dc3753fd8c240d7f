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

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import bpy
from bpy.app.handlers import persistent

from ...errors import BloomError
from ..engine.render_engine import ENGINE
from ..flame import moments, parts, snapshot
from ..flame.object import flames
from ..flame.snapshot import Snapshot
from ..flame.visibility import is_hidden, is_unseen
from ..points import baked_points, chaos_game, motion
from ..points.cloud import read_cloud, shown_state, write_cloud
from ..volume import volume_object

problems: dict[str, str] = {}
"""What keeps an object's points from being computed, by name of the object; for the panel."""

_rendering: set[str] = set()
"""Not empty between the start and the end of a render job. It counts only while Blender runs such a job,
so a render that ends without telling cannot leave the window frozen."""

_last: dict[tuple[str, str, str, bool], tuple] = {}
"""State of a flame as a scene's view layer last evaluated it; forgetting it costs one comparison."""

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
    if obj.name in volume_object.paused:
        return False
    return show(obj, snapshot.read(obj, source, render=render, scene=scene))


def show(obj: bpy.types.Object, now: Snapshot) -> bool:
    """Have a flame object show a snapshot; see `refresh`."""
    if now.name in volume_object.paused:
        return False
    changed = now.look.volume and volume_object.refresh(parts.volume_of(obj), now)
    if not now.look.points:
        return changed
    if now.look.points_source == "BAKED":
        if baked_points.player_of(obj) is None:
            raise BloomError("The points were never baked: bake them, or choose the source Live.")
        return changed
    return _show_points(obj.data, now) or changed


def _show_points(mesh: bpy.types.Mesh, now: Snapshot) -> bool:
    """Rewrite a mesh that does not show a snapshot yet; whether it was."""
    shown, state = shown_state(mesh), now.points_state
    held = now.held and bool(shown) and len(mesh.vertices) == now.points.count
    if held:
        state += _HELD
    if shown == state or mesh.is_editmode:
        return False
    if mesh.library is not None:
        raise BloomError(
            f"{now.name} is linked from another file, so Blender keeps its points as they were saved: "
            "press Refresh Points, which gives it points of its own by a library override."
        )
    cloud, velocity = chaos_game.compute(now.flame, now.points), chaos_game.velocities(now)
    if held:
        cloud = motion.hold(read_cloud(mesh), cloud, now.flame.camera.extent[1])
    write_cloud(mesh, cloud, state, velocity)
    return True


def update(depsgraph: bpy.types.Depsgraph, *, edits_only: bool = False) -> None:
    """Bring all flames that ``depsgraph`` evaluates up to date, and tell of problems.

    With ``edits_only``, those whose state is as this graph had it last are left alone.
    """
    render = depsgraph.mode == "RENDER"
    if render and depsgraph.scene.render.engine == ENGINE:
        return  # it plays a game of its own and shows no points
    if not render and _rendering and bpy.app.is_job_running("RENDER"):
        return  # the window must not take the points away from a render in progress
    seen = set()
    for obj in sorted(flames(), key=lambda obj: not parts.shows_points(obj, render=render)):
        evaluated = obj.evaluated_get(depsgraph)
        # Objects that share one mesh show the flame of the first of them, and of those with points.
        if obj.data in seen or not evaluated.is_evaluated or is_hidden(obj, depsgraph):
            continue
        if render and is_unseen(evaluated):
            continue
        seen.add(obj.data)
        with _guarded(obj, again=render):
            now = snapshot.read(obj, evaluated, render=render, scene=depsgraph.scene, depsgraph=depsgraph)
            if _is_edited(obj, now, depsgraph) or not edits_only:
                show(obj, now)


def _is_edited(obj: bpy.types.Object, now: Snapshot, depsgraph: bpy.types.Depsgraph) -> bool:
    """Whether the flame differs from what ``depsgraph`` had last, or its mesh is not as it was left."""
    key = (depsgraph.scene.name_full, depsgraph.view_layer.name, obj.name_full, now.render)
    before = _last.get(key)
    _last[key] = now.state
    return before != now.state or (now.look.points and not shown_state(obj.data))


@contextmanager
def _guarded(obj: bpy.types.Object, *, again: bool) -> Iterator[None]:
    """Report what prevents the points of a flame from being computed, and continue with the others."""
    try:
        yield
    except BloomError as error:
        _tell(obj, str(error), again=again)
    except Exception as error:
        if _tell(obj, f"{type(error).__name__}: {error}", again=again):
            traceback.print_exc()
    else:
        problems.pop(obj.name, None)


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
    for obj in sorted(flames(), key=lambda obj: not parts.shows_points(obj, render=False)):
        if obj.data not in seen:
            seen.add(obj.data)
            with _guarded(obj, again=False):
                refresh(obj, scene=scene)
            obj.update_tag(refresh={"OBJECT", "TIME"})


@persistent
def on_load(path, depsgraph=None) -> None:
    """Forget the last file's problems, and mend clouds that another version of Bloom computed."""
    problems.clear()
    moments.notes.clear()
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
    moments.notes.clear()
    _rendering.clear()
    _last.clear()
