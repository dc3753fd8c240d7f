"""Render settings for a flame."""

from __future__ import annotations

import bpy

from ...flame.model import Flame
from .. import versions
from ..engine.render_engine import ENGINE
from .untouched import Settings

#: Longer side of a new scene's picture.
WIDTH = 1280
#: The light is carried by the points and not found by chance, so samples only smooth edges.
SAMPLES = 16
#: Points that one ray may pass. At 8 a flame looks flat, for everything behind the first few is lost.
LAYERS = 512
#: Marching through a volume that only glows leaves little noise; samples hide the steps. 4 do for a draft.
VOLUME_SAMPLES = 8
#: Length of a step in voxels, about: at 4 the thinnest petals show stripes, 1 takes twice as long.
VOLUME_STEP = 2.0
#: Width of EEVEE's cells for volumes, pixels: at its own 8 a flower is a blur, 1 takes four times the memory.
VOLUME_TILE = "2"


#: Colour of the world in Blender's start-up file, each channel.
_GREY = 0.05087608844


def set_up(settings: Settings, flame: Flame, look: str) -> None:
    """Set engine, picture size, background and color management of a scene for a look of ``flame``.

    What the user has changed stays, see `untouched`.
    """
    scene = settings.scene
    render = scene.render
    if look == "PICTURE" or render.engine == ENGINE:
        render.engine = ENGINE if look == "PICTURE" else "CYCLES"  # no other shows the look
    else:
        settings.set(render, "engine", engine="CYCLES")
    render.use_lock_interface = True
    width, height = flame.camera.size
    scale = WIDTH / max(width, height)
    # Even sizes, which video codecs ask for.
    settings.set(
        render,
        "resolution",
        resolution_x=max(2 * round(width * scale / 2), 2),
        resolution_y=max(2 * round(height * scale / 2), 2),
    )
    settings.set(scene.cycles, "samples", samples=VOLUME_SAMPLES if look == "VOLUME" else SAMPLES)
    settings.set(scene.cycles, "adaptive sampling", use_adaptive_sampling=False)
    settings.set(scene.cycles, "denoising", use_denoising=False)
    settings.set(scene.cycles, "bounces", max_bounces=0)
    scene.cycles.transparent_max_bounces = max(LAYERS, scene.cycles.transparent_max_bounces)
    if look == "VOLUME":
        # March through volumes in steps: 5.x would look for light by chance, which leaves grain at any price.
        settings.set(scene.cycles, "volume bounces", volume_bounces=0)
        settings.set(scene.cycles, "volume steps", volume_step_rate=VOLUME_STEP, volume_max_steps=1024)
        versions.use_biased_volumes(scene)
    # What EEVEE wants, should the scene be given to it: otherwise it blurs light that adds up by the depth of
    # what is behind it.
    settings.set(scene.eevee, "jittered depth of field", use_bokeh_jittered=True)
    settings.set(scene.eevee, "volume resolution", volumetric_tile_size=VOLUME_TILE)
    # The compositor hands over display colors as linear light; nothing may bend them again.
    settings.set(scene.view_settings, "view transform", view_transform="Standard", look="None")
    made = scene.world is None
    if made:
        scene.world = bpy.data.worlds.new("Bloom World")
        versions.use_nodes(scene.world)
    background = next((n for n in scene.world.node_tree.nodes if n.type == "BACKGROUND"), None)
    if background is not None:
        color = background.inputs["Color"]
        grey = tuple(color.default_value) if made else (_GREY, _GREY, _GREY, 1.0)
        settings.set_numbers("background", color, (0.0, 0.0, 0.0, 1.0), grey)
