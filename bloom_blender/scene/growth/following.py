"""A flame that grows while the training runs: look at the recorded file now and then, and grow again.

The last frame always shows the training so far. Each look costs one question to the file system; a look
that finds something new costs growing, some tens of milliseconds for a thousand steps.
"""

from __future__ import annotations

import time
from os import PathLike
from typing import TYPE_CHECKING

import bpy

from ...errors import BloomError
from ..flame.object import is_flame
from . import growing

if TYPE_CHECKING:
    from ...trajectory import Trajectory

#: Frames of a run that has hardly begun.
_LEAST = 2

following: dict[str, Follow] = {}
"""What is being followed in the window, by name of the flame; taking one out stops it at its next look."""


def is_following(obj: bpy.types.Object | None) -> bool:
    """Whether a flame follows a run now."""
    return obj is not None and obj.name in following


class Follow:
    """One flame object that follows one file.

    Parameters
    ----------
    obj : bpy.types.Object
        Flame object; it is looked up by its name later, for undo replaces objects.
    path : path
        A .bloom file, which need not exist yet.
    frames_per_step : float
        How many frames each recorded step gets.
    most : int
        Frames that a long run is spread over at most.
    """

    def __init__(
        self,
        obj: bpy.types.Object,
        path: str | PathLike,
        *,
        frames_per_step: float = 1.0,
        most: int = 1_000,
    ) -> None:
        from ...trajectory import Follower  # at first use, for a quick start

        self.name = obj.name
        self.frames_per_step, self.most = frames_per_step, most
        self.steps = 0
        """Recorded steps that the flame shows."""
        self._news = time.monotonic()
        self._follower = Follower(path)

    @property
    def obj(self) -> bpy.types.Object | None:
        """The flame object, None where it was deleted or renamed."""
        obj = bpy.data.objects.get(self.name)
        return obj if is_flame(obj) else None

    @property
    def quiet_for(self) -> float:
        """Seconds since the last new step."""
        return time.monotonic() - self._news

    def look(self, scene: bpy.types.Scene | None = None) -> bool:
        """Grow the flame if there are new steps; whether there were.

        Parameters
        ----------
        scene : bpy.types.Scene, optional
            Whose frame range ends with the run.

        Raises
        ------
        BloomError
            If the file, or what it holds, cannot be used.
        """
        obj = self.obj
        if obj is None:
            raise BloomError(f"The flame {self.name} is gone: stop following, or undo.")
        trajectory = self._follower.poll()
        if trajectory is None:
            return False
        steps = recorded_steps(trajectory)
        if steps <= max(self.steps, 1):
            return False
        frames = min(max(round(steps * self.frames_per_step), _LEAST), self.most)
        growing.grow_by(obj, trajectory, {"frames": frames}, source=str(self._follower.path))
        self.steps, self._news = steps, time.monotonic()
        if scene is not None:
            start = obj.bloom.growth.start_frame
            scene.frame_start, scene.frame_end = start, start + frames - 1
        return True


def recorded_steps(trajectory: Trajectory) -> int:
    """How many steps the longest series of a run has."""
    return max((len(series.steps) for series in trajectory.series), default=0)
