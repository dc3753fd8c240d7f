"""Render settings for a flame."""

from __future__ import annotations

import bpy

from ...flame.model import Flame
from .. import versions
from ..engine.render_engine import ENGINE

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


def _volume(scene: bpy.types.Scene) -> None:
    """March through volumes in steps: 5.x would look for light by chance, which leaves grain at any price."""
    cycles = scene.cycles
    cycles.volume_bounces = 0
    cycles.volume_step_rate = VOLUME_STEP
    cycles.volume_max_steps = 1024
    versions.use_biased_volumes(scene)


def _eevee(scene: bpy.types.Scene) -> None:
    """What EEVEE wants, should the scene be given to it."""
    eevee = scene.eevee
    # Otherwise it blurs light that adds up by the depth of what is behind it.
    eevee.use_bokeh_jittered = True
    eevee.volumetric_tile_size = VOLUME_TILE


def set_up(scene: bpy.types.Scene, flame: Flame, look: str) -> None:
    """Set engine, picture size, background and colour management of ``scene`` for a look of ``flame``."""
    render = scene.render
    render.engine = ENGINE if look == "PICTURE" else "CYCLES"
    render.use_lock_interface = True
    width, height = flame.camera.size
    scale = WIDTH / max(width, height)
    # Even sizes, which video codecs ask for.
    render.resolution_x = max(2 * round(width * scale / 2), 2)
    render.resolution_y = max(2 * round(height * scale / 2), 2)
    cycles = scene.cycles
    cycles.samples = VOLUME_SAMPLES if look == "VOLUME" else SAMPLES
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = False
    cycles.max_bounces = 0
    cycles.transparent_max_bounces = LAYERS
    if look == "VOLUME":
        _volume(scene)
    _eevee(scene)
    # The compositor hands over display colours as linear light; nothing may bend them again.
    scene.view_settings.view_transform = "Standard"
    scene.view_settings.look = "None"
    if scene.world is None:
        scene.world = bpy.data.worlds.new("Bloom World")
        versions.use_nodes(scene.world)
    background = next((n for n in scene.world.node_tree.nodes if n.type == "BACKGROUND"), None)
    if background is not None:
        background.inputs["Color"].default_value = (0.0, 0.0, 0.0, 1.0)
