"""What the settings of a flame object ask for: how many points, how fine a volume."""

from __future__ import annotations

from dataclasses import dataclass, fields

import bpy

from .settings import POINT_SIZE, SMOOTHNESS


@dataclass(frozen=True)
class PointsRequest:
    """What of an object's settings its points depend on; see `settings` for the meaning."""

    count: int
    seed: int = 0
    detail: int = 1
    point_size: float = POINT_SIZE
    smoothness: float = SMOOTHNESS
    velocity: bool = False
    style: str = "GLOW"


@dataclass(frozen=True)
class VolumeRequest:
    """What of an object's settings its volume depends on; see `settings` for the meaning."""

    resolution: int
    points: int
    smoothness: float
    seed: int
    bounds: tuple[tuple[float, ...], tuple[float, ...]] | None
    """Corners of the box, None where it is fitted to each frame."""


def points_request(obj: bpy.types.Object, *, render: bool, velocity: bool | None = None) -> PointsRequest:
    """What the (evaluated) object asks of its points, in a final render or in the window.

    ``velocity`` overrides the setting.
    """
    settings = obj.bloom
    return PointsRequest(
        count=settings.points_render if render else settings.points_viewport,
        seed=settings.seed,
        detail=settings.detail if render else 1,
        point_size=settings.point_size,
        smoothness=settings.smoothness,
        velocity=settings.use_velocity if velocity is None else velocity,
        style=settings.style,
    )


def volume_request(obj: bpy.types.Object, *, render: bool) -> VolumeRequest:
    """What the (evaluated) object asks of its volume, in a final render or in the window."""
    settings = obj.bloom
    kind = "render" if render else "viewport"
    fixed = settings.volume_bounds == "FIXED"
    return VolumeRequest(
        resolution=getattr(settings, f"volume_resolution_{kind}"),
        points=max(round(getattr(settings, f"volume_points_{kind}") * 1e6), 1),
        smoothness=settings.volume_smoothness,
        seed=settings.seed,
        bounds=(tuple(settings.volume_low), tuple(settings.volume_high)) if fixed else None,
    )


def spelled(request: PointsRequest | VolumeRequest) -> str:
    """A request as the states of clouds and baked files spell it; another spelling would outdate them all."""
    values = (f"{field.name}={getattr(request, field.name)!r}" for field in fields(request))
    return f"Request({', '.join(values)})"
