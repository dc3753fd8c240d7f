"""A flame object as it is evaluated at one frame, read once into a frozen value.

This is Blender's edge: `read` is the only place that looks at the evaluated object for a frame. Everything
after it (the chaos game, velocities, states) is a pure function of the snapshot, and what writes to Blender
gets the original mesh or volume beside it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import bpy

from ...flame.model import Flame
from . import parts, requests
from .moments import moments
from .object import Structure, Value, flame_from, read_values, soloed, structure_on
from .palette_ramp import Ramp, read_ramp
from .requests import PointsRequest, VolumeRequest, spelled

_POINTS_VERSION = "2"
"""Raise it when the same values are to give other points, so that old clouds are recomputed."""

_VOLUME_VERSION = "1"
"""The same of volumes."""


@dataclass(frozen=True)
class Look:
    """What of a flame object is shown, and whether it is computed (LIVE) or played from files (BAKED)."""

    points: bool
    points_source: str
    volume: bool
    volume_source: str


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A flame object at a frame.

    Parameters
    ----------
    name
        Of the object.
    render
        Whether it is what a final render needs, or what the window does.
    held
        Whether a render's shutter is open between two frames.
    structure
        The text of the flame at rest, and what is parsed from it.
    values
        Of all its parameters.
    ramp
        The color ramp that its palette follows, None where it has the palette of its file.
    solo
        The xform that is shown alone; "" for all, as in renders.
    points, volume
        What is asked for.
    window
        What the window asks of its points, for bakes.
    look
        What of it is shown.
    around
        Values a little before and after the frame; None where no motion is asked for.
    """

    name: str
    render: bool
    held: bool
    structure: Structure
    values: dict[str, Value]
    ramp: Ramp | None
    solo: str
    points: PointsRequest
    window: PointsRequest
    volume: VolumeRequest
    look: Look
    around: list[dict[str, Value]] | None

    @cached_property
    def flame(self) -> Flame:
        """The flame that is shown."""
        return soloed(flame_from(self.structure, self.values, self.ramp), self.solo)

    @cached_property
    def points_state(self) -> str:
        """A text that is equal exactly where structure, values, request, motion and solo are."""
        digest = hashlib.blake2b(digest_size=16)
        digest.update(_POINTS_VERSION.encode())
        digest.update(self._structure_state.encode())
        digest.update(f"({spelled(self.points)}, {self.values!r}, {self.around!r})".encode())
        digest.update(self.solo.encode())
        return f"{self.points.count}:{digest.hexdigest()}"

    @cached_property
    def volume_state(self) -> str:
        """The same of the volume, fit for a file's name."""
        digest = hashlib.blake2b(digest_size=16)
        request = f"({spelled(self.volume)}, {self.values!r})"
        for part in (_VOLUME_VERSION, self._structure_state, request, *filter(None, [self.solo])):
            digest.update(part.encode() + b"\0")
        return digest.hexdigest()

    @property
    def state(self) -> tuple:
        """Equal exactly where all that is shown is."""
        return self.points_state, self.volume_state if self.look.volume else "", self.look

    @property
    def _structure_state(self) -> str:
        return f"{self.structure.text}{self.ramp.state if self.ramp is not None else ''}"


def read(
    obj: bpy.types.Object,
    source: bpy.types.Object | None = None,
    *,
    render: bool = False,
    velocity: bool = False,
    scene: bpy.types.Scene | None = None,
    depsgraph: bpy.types.Depsgraph | None = None,
) -> Snapshot:
    """Read a flame object.

    Parameters
    ----------
    obj : bpy.types.Object
        The original.
    source : bpy.types.Object, optional
        As it is evaluated; by default the values of the original itself.
    render : bool
        Whether for a final render, or for the window.
    velocity : bool
        Whether motion is wanted even where the object's settings ask for none.
    scene : bpy.types.Scene, optional
        Whose frame ``source`` shows; the context's by default.
    depsgraph : bpy.types.Depsgraph, optional
        Which evaluated ``source``.

    Raises
    ------
    BloomError
        If the object holds no flame.
    """
    source = obj if source is None else source
    scene = scene or bpy.context.scene
    settings, structure = source.bloom, structure_on(source)
    values = read_values(source, structure)
    velocity = velocity or settings.use_velocity
    return Snapshot(
        name=obj.name,
        render=render,
        held=render and scene.render.use_motion_blur and scene.frame_subframe != 0.0,
        structure=structure,
        values=values,
        ramp=read_ramp(source, depsgraph),
        solo="" if render else settings.solo,
        points=requests.points_request(source, render=render, velocity=velocity),
        window=requests.points_request(source, render=False, velocity=velocity),
        volume=requests.volume_request(source, render=render),
        look=Look(
            points=parts.shows_points(obj, render=render),
            points_source=settings.points_source,
            volume=parts.shows_volume(obj, render=render),
            volume_source=settings.volume_source,
        ),
        around=moments(obj, values, structure.paths, scene.frame_current_final) if velocity else None,
    )
