"""The camera of a flame file: how it turns, where it shows a point, and as a pinhole camera.

ember projects a point (after its rotation by yaw and pitch) to X = x1 / (1 - perspective * z1), and Y alike.
That is a pinhole at z1 = 1 / perspective that looks down the z1 axis, with its picture plane at z1 = 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .model import Camera

#: ember's blur moves a point by at most 0.1 * dof * z1, by a uniform share of that in a random direction.
#: A lens spreads evenly over a disc; this factor gives both the same root mean square.
_DISC = 0.1 * math.sqrt(2.0 / 3.0)
#: Distance of the camera from the plane z1 = 0 where there is no perspective, in picture heights.
_FLAT_DISTANCE = 10.0


def turn_of(camera: Camera) -> np.ndarray:
    """(3, 3) the rotation by yaw and pitch that a point goes through first; its upper right number is 0."""
    cy, sy, cp, sp = (
        math.cos(camera.yaw),
        math.sin(camera.yaw),
        math.cos(camera.pitch),
        math.sin(camera.pitch),
    )
    return np.array([[cy, sy, 0.0], [-cp * sy, cp * cy, -sp], [-sp * sy, sp * cy, cp]])


def roll_of(camera: Camera) -> np.ndarray:
    """(2, 2) the rotation of the plane about the picture's middle."""
    turn = math.radians(camera.rotate)
    return np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])


def on_plane(camera: Camera, points: np.ndarray) -> np.ndarray:
    """(N, 2) places, in flame units, where the camera shows (N, 3) points; depth blur is left out.

    The picture's middle is at `Camera.center`, ``pixels_per_unit`` pixels are a unit.
    """
    x, y, z = points.T
    z = z - camera.zpos
    turn, roll = turn_of(camera), roll_of(camera)
    x1 = turn[0, 0] * x + turn[0, 1] * y
    y1 = turn[1, 0] * x + turn[1, 1] * y + turn[1, 2] * z
    z1 = turn[2, 0] * x + turn[2, 1] * y + turn[2, 2] * z
    with np.errstate(all="ignore"):
        dx, dy = np.stack([x1, y1]) / (1.0 - camera.perspective * z1) - np.array(camera.center)[:, None]
        rolled = [roll[0, 0] * dx + roll[0, 1] * dy, roll[1, 0] * dx + roll[1, 1] * dy]
        return np.stack(rolled, axis=1) + camera.center


@dataclass(frozen=True)
class Pinhole:
    """A camera for points whose y axis has been turned up (y -> -y), in the usual right-handed axes.

    Parameters
    ----------
    matrix
        (4, 4) from the camera's axes (x right, y up, looking along -z) to the mirrored flame space.
    perspective
        False for a parallel projection.
    focal_length
        In picture widths.
    width
        What the picture is wide at the plane of focus, flame units.
    shift
        Of the picture's middle from the camera's axis, in picture widths.
    focus_distance, aperture_radius
        Of the lens, flame units; radius 0 for a sharp picture.
    """

    matrix: np.ndarray
    perspective: bool
    focal_length: float
    width: float
    shift: tuple[float, float]
    focus_distance: float
    aperture_radius: float


def pinhole(camera: Camera) -> Pinhole:
    """The pinhole camera that frames a flame as ``camera`` does.

    Points behind the pinhole do not exist for it; ember draws them upside down. A negative perspective
    has no counterpart and is taken as none.
    """
    mirror = np.diag([1.0, -1.0, 1.0])
    rolled = np.eye(3)
    rolled[:2, :2] = roll_of(camera).T
    rotation = rolled @ mirror @ turn_of(camera) @ mirror
    width = camera.extent[0]
    perspective = camera.perspective > 1e-6
    distance = 1.0 / camera.perspective if perspective else _FLAT_DISTANCE * width
    matrix = np.eye(4)
    matrix[:3, :3] = rotation.T
    matrix[:3, 3] = np.array([0.0, 0.0, camera.zpos]) + rotation.T @ [0.0, 0.0, distance]
    center = rolled @ [camera.center[0], -camera.center[1], 0.0]
    return Pinhole(
        matrix=matrix,
        perspective=perspective,
        focal_length=distance / width,
        width=width,
        shift=(center[0] / width, center[1] / width),
        focus_distance=distance,
        aperture_radius=abs(camera.dof) * _DISC * distance if perspective else 0.0,
    )
