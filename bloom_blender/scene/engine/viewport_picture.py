"""The true flame in a 3D viewport: a picture that gets finer while nothing moves."""

from __future__ import annotations

import time

import bpy
import numpy as np

from ...develop.exposure import Exposure, View, picture
from ..points import chaos_game
from .camera_views import window_view
from .picture_settings import TONE, tone_of
from .shots import background_of, shots_of

#: The picture is developed again when its points have grown by this factor.
_GROWTH = 1.5
#: Points per pixel of the first look.
_FIRST = 0.5
#: Pixels above which the window is rendered at half its resolution.
_MANY = 1_500_000


class ViewportFilm:
    """Counts, picture and texture of one viewport."""

    def __init__(self) -> None:
        self.status = ""
        self._key: tuple = ()
        self._film: Exposure | None = None
        self._wanted = 0
        self._warnings: list[str] = []
        self._developed = 0
        self._tone_key: tuple = ()
        self._pixels: np.ndarray | None = None
        self._texture = None

    def update(self, context: bpy.types.Context, depsgraph: bpy.types.Depsgraph, *, seconds: float) -> bool:
        """Count points for some ``seconds`` and develop the picture; whether there is more to do."""
        scene = depsgraph.scene
        settings = scene.bloom
        shots, problems = shots_of(depsgraph)
        if not shots:
            self.__init__()  # type: ignore[misc]
            self.status = " ".join(problems) or "No flame to be seen"
            return False
        first = shots[0].flame
        view = window_view(context.region, context.region_data, context.space_data)
        step = 2 if view.size[0] * view.size[1] > _MANY else 1
        view = View(
            (max(view.size[0] // step, 1), max(view.size[1] // step, 1)),
            view.clip,
            view.depth,
            view.near,
            view.far,
        )
        key = (settings.device, view.size, view.clip.tobytes(), repr(shots), settings.seed)
        if key != self._key:
            chaos_game.load()
            self._key = key
            self._warnings.clear()
            self._film = Exposure(
                view.size, 1, seed=settings.seed, device=settings.device.lower(), warn=self._warnings.append
            )
            self._film.aim(shots, view)
            self._film.start()
            self._developed = 0
        film = self._film
        assert film is not None
        self._wanted = round(settings.quality_viewport * film.pixels)
        end = time.monotonic() + seconds
        portion = max(round(_FIRST * film.pixels), 1)
        while film.points < self._wanted:
            film.add(min(portion, self._wanted - film.points))
            if time.monotonic() > end:
                break
        tone, rules = tone_of(settings, first), first.rules
        background = background_of(scene)
        done = film.points >= self._wanted
        tone_key = (tuple(getattr(settings, name) for name in TONE), settings.use_curves, repr(background))
        if (
            self._pixels is None
            or tone_key != self._tone_key
            or film.points >= _GROWTH * self._developed
            or (done and film.points > self._developed)
        ):
            self._pixels = picture(film.light(tone, rules), tone, rules, background)
            self._texture = None
            self._developed, self._tone_key = film.points, tone_key
        self.status = f"{film.points / film.pixels:.0f} of {settings.quality_viewport:g} points per pixel"
        self.status = " ".join((self.status, *problems, *dict.fromkeys(self._warnings)))
        return not done

    def draw(self, engine: bpy.types.RenderEngine, scene: bpy.types.Scene, region: bpy.types.Region) -> None:
        """Draw the picture over the whole region."""
        if self._pixels is None:
            return
        import gpu
        from gpu_extras.presets import draw_texture_2d

        if self._texture is None:
            height, width = self._pixels.shape[:2]
            flat = np.ascontiguousarray(self._pixels[::-1], np.float32).reshape(-1)
            data = gpu.types.Buffer("FLOAT", flat.size, flat)
            self._texture = gpu.types.GPUTexture((width, height), format="RGBA16F", data=data)
        gpu.state.blend_set("ALPHA_PREMULT")
        engine.bind_display_space_shader(scene)
        draw_texture_2d(self._texture, (0, 0), region.width, region.height)
        engine.unbind_display_space_shader()
        gpu.state.blend_set("NONE")
