"""The render engine "Bloom": the true flame, histogram and all, through Blender's own camera."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import bpy
import numpy as np

from ...errors import BloomError
from ..flame.object import flames
from ..points import chaos_game
from .picture_settings import tone_of

if TYPE_CHECKING:
    from ...develop.exposure import FrameJob

ENGINE = "BLOOM"
DEPTH, DENSITY, INDEX = "Depth", "Bloom Density", "Bloom Index"
#: Seconds between two looks at an unfinished picture.
_UPDATE = 1.0
#: Seconds that one drawing of the viewport may count points.
_DRAW = 0.03


class BloomRenderEngine(bpy.types.RenderEngine):
    """Renders the flames of a scene as flame renderers do."""

    bl_idname = ENGINE
    bl_label = "Bloom"
    bl_use_preview = False
    bl_use_shading_nodes_custom = False
    bl_use_eevee_viewport = True  # material preview

    # ----------------------------------------------------------------------------- final renders

    def update_render_passes(self, scene, renderlayer):
        """Tell Blender's compositor which passes there are."""
        self.register_pass(scene, renderlayer, "Combined", 4, "RGBA", "COLOR")
        if renderlayer.use_pass_z:
            self.register_pass(scene, renderlayer, DEPTH, 1, "Z", "VALUE")
        if renderlayer.bloom.use_pass_density:
            self.register_pass(scene, renderlayer, DENSITY, 1, "X", "VALUE")
        if renderlayer.bloom.use_pass_index:
            self.register_pass(scene, renderlayer, INDEX, 1, "X", "VALUE")

    def render(self, depsgraph):
        """Render one view layer."""
        try:
            self._render(depsgraph)
        except Exception as error:
            # Blender 4.5 crashes when it saves the passes of an engine that gave no result.
            width, height = frame_of(depsgraph.scene)[1][2:]
            self._hand_over({"Combined": np.zeros((height, width, 4))}, depsgraph.view_layer)
            text = str(error)
            if not isinstance(error, BloomError):
                traceback.print_exc()
                text = f"{type(error).__name__}: {error}"
            self.report({"ERROR"}, text)
            self.error_set(text)

    def _render(self, depsgraph) -> None:
        """Read the frame, have it rendered, and hand it over."""
        from ...develop.exposure import empty_frame, render_frame
        from .shots import background_of

        layer = depsgraph.view_layer
        job = self._read(depsgraph)
        if job is None:
            size = frame_of(depsgraph.scene)[1][2:]
            self._hand_over(empty_frame(size, background_of(depsgraph.scene)), layer)
            return
        shown = time.monotonic()

        def progress(share: float, so_far: Callable[[], np.ndarray]) -> None:
            nonlocal shown
            self.update_progress(share)
            if time.monotonic() - shown > _UPDATE and share < 1.0:
                self._hand_over({"Combined": so_far()}, layer)
                shown = time.monotonic()

        passes = render_frame(
            job,
            should_stop=self.test_break,
            progress=progress,
            say=lambda text: self.update_stats("", text),
            warn=lambda text: self.report({"WARNING"}, text),
        )
        if passes is not None:
            self._hand_over(passes, layer)

    def _read(self, depsgraph) -> FrameJob | None:
        """All that the picture depends on; None where the frame shows no flame.

        Raises
        ------
        BloomError
            If the file has no flame at all, or the picture cannot be made.
        """
        from ...develop.exposure import DENSITY, DEPTH, INDEX, FrameJob, Moment
        from ...develop.picture import check_memory
        from .shots import background_of, shots_of

        scene, layer = depsgraph.scene, depsgraph.view_layer
        settings = scene.bloom
        size, region = frame_of(scene)
        check_memory(region[2:], settings.supersample)
        chaos_game.load()
        shots, problems = shots_of(depsgraph)
        view = self._view(depsgraph, size, region)
        for problem in problems:
            self.report({"WARNING"}, problem)
        if not shots:
            if not flames():
                raise BloomError(f"{scene.name} has no flame to render: add one (Add > Bloom).")
            if not problems:  # as where it is hidden by a key: the film goes on
                self.report({"INFO"}, f"Frame {scene.frame_current} shows no flame, only the background")
            return None
        first = shots[0].flame
        job = FrameJob(
            moments=(Moment(shots, view),),
            supersample=settings.supersample,
            seed=settings.seed,
            points=round(settings.quality * region[2] * region[3]),
            tone=tone_of(settings, first),
            rules=first.rules,
            background=background_of(scene),
            blockers=self._blockers(depsgraph, view, settings),
            device=settings.device.lower(),
            passes=frozenset(
                name
                for name, wanted in (
                    (DEPTH, layer.use_pass_z),
                    (DENSITY, layer.bloom.use_pass_density),
                    (INDEX, layer.bloom.use_pass_index),
                )
                if wanted
            ),
        )
        times = self._moments(scene)
        if not times:
            return job
        now = (scene.frame_current, scene.frame_subframe)
        moments = []
        for moment in times:
            self.frame_set(*moment)
            moments.append(Moment(shots_of(depsgraph)[0], self._view(depsgraph, size, region)))
        self.frame_set(*now)
        return replace(job, moments=tuple(moments))

    def _moments(self, scene) -> list[tuple[int, float]]:
        """Frames and sub-frames of the shutter time; none without motion blur."""
        if not scene.render.use_motion_blur:
            return []
        length = scene.render.motion_blur_shutter
        start = {"START": 0.0, "CENTER": -0.5, "END": -1.0}[scene.render.motion_blur_position]
        count = scene.bloom.motion_samples
        times = [scene.frame_current + length * (start + (k + 0.5) / count) for k in range(count)]
        return [(int(time // 1), time % 1) for time in times]

    def _view(self, depsgraph, size, region):
        from .camera_views import camera_view

        camera = camera_of(depsgraph.scene).evaluated_get(depsgraph)
        return camera_view(depsgraph, camera, size, region)

    def _blockers(self, depsgraph, view, settings):
        if not settings.use_holdout:
            return None
        from .holdout import blockers_of

        return blockers_of(depsgraph, view, settings.supersample)

    def _hand_over(self, passes: dict[str, np.ndarray], layer) -> None:
        """Give Blender the passes of the picture, whose first row is the top one."""
        height, width = passes["Combined"].shape[:2]
        result = self.begin_result(0, 0, width, height, layer=layer.name)
        for name, values in passes.items():
            target = result.layers[0].passes.get(name)
            if target is not None:
                target.rect.foreach_set(np.ascontiguousarray(values[::-1], np.float32).reshape(-1))
        self.end_result(result)

    # --------------------------------------------------------------------------------- the viewport

    def view_update(self, context, depsgraph):
        """Something changed; `view_draw` finds out what."""
        self.tag_redraw()

    def view_draw(self, context, depsgraph):
        """Count points for a moment, and draw what there is."""
        from .viewport_picture import ViewportFilm

        if not hasattr(self, "_film"):
            self._film = ViewportFilm()
        try:
            unfinished = self._film.update(context, depsgraph, seconds=_DRAW)
            self._film.draw(self, depsgraph.scene, context.region)
        except BloomError as error:
            self.update_stats("Bloom", str(error))
            return
        self.update_stats("Bloom", self._film.status)
        if unfinished:
            self.tag_redraw()


def camera_of(scene: bpy.types.Scene) -> bpy.types.Object:
    """The scene's camera; BloomError where there is none."""
    if scene.camera is None:
        raise BloomError(f"{scene.name} has no camera: add one (Add > Camera) and make it the scene's.")
    return scene.camera


def frame_of(scene: bpy.types.Scene) -> tuple[tuple[int, int], tuple[int, int, int, int]]:
    """Size of the whole picture, and left, top, width and height of the part that is rendered; pixels."""
    render = scene.render
    factor = render.resolution_percentage / 100.0
    width, height = int(render.resolution_x * factor), int(render.resolution_y * factor)
    width, height = max(width, 1), max(height, 1)
    if not render.use_border:
        return (width, height), (0, 0, width, height)
    left, right = int(render.border_min_x * width), int(render.border_max_x * width)
    bottom, top = int(render.border_min_y * height), int(render.border_max_y * height)
    return (width, height), (left, height - top, max(right - left, 1), max(top - bottom, 1))


#: Blender's own panels that make no sense for this engine, though they do for others.
_LEFT_OUT = {
    "VIEWLAYER_PT_filter",
    "VIEWLAYER_PT_layer_passes",
    "RENDER_PT_simplify",
    "RENDER_PT_freestyle",
    "VIEWLAYER_PT_freestyle",
}


def _blender_panels():
    """Panels that work with any engine, which Blender's own add-ons name BLENDER_RENDER."""
    for panel in bpy.types.Panel.__subclasses__():
        engines = getattr(panel, "COMPAT_ENGINES", None)
        if engines and "BLENDER_RENDER" in engines and panel.__name__ not in _LEFT_OUT:
            yield panel


def register() -> None:
    """Register the engine, and have Blender's panels for cameras, output and so on show up with it."""
    bpy.utils.register_class(BloomRenderEngine)
    for panel in _blender_panels():
        panel.COMPAT_ENGINES.add(ENGINE)


def unregister() -> None:
    """Undo :func:`register`."""
    for panel in _blender_panels():
        panel.COMPAT_ENGINES.discard(ENGINE)
    bpy.utils.unregister_class(BloomRenderEngine)
