"""Markers in the timeline where a run had a milestone.

What was made is noted on the flame by name and frame. A marker that a person has moved or renamed is theirs.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import bpy
import numpy as np

if TYPE_CHECKING:  # growth is loaded at first use, for a quick start
    from ...trajectory import Trajectory


def renew(
    obj: bpy.types.Object,
    run: Trajectory,
    steps: np.ndarray,
    kinds: Collection[str],
    start_frame: int = 1,
) -> int:
    """Make the markers of a flame's run in the scenes that it is in, in place of those made before.

    Parameters
    ----------
    obj : bpy.types.Object
    run : Trajectory
    steps : (N,)
        The step that each frame shows.
    kinds : collection of str
        Of `growth_settings.MARKERS`; none removes the markers.
    start_frame : int

    Returns
    -------
    int
        How many markers the run has now.
    """
    from ...growth.milestones import epochs_of, loss_milestones, rows_of

    milestones = epochs_of(run) if "EPOCHS" in kinds else ()
    milestones += loss_milestones(run) if "LOSS" in kinds else ()
    wanted = {(row + start_frame, name) for row, name in rows_of(milestones, steps).items()}
    before = _noted(obj)
    made: set[tuple[int, str]] = set()
    for scene in obj.users_scene:
        markers = scene.timeline_markers
        for marker in list(markers):
            # One that a camera is bound to has come to mean something else.
            if (marker.frame, marker.name) in before and marker.camera is None:
                markers.remove(marker)
        present = {marker.name for marker in markers}
        for frame, name in sorted(wanted):
            if name not in present:
                markers.new(name, frame=frame)
                made.add((frame, name))
    obj.bloom.run_markers = "\n".join(f"{frame} {name}" for frame, name in sorted(made))
    return len(made)


def _noted(obj: bpy.types.Object) -> set[tuple[int, str]]:
    parts = (line.partition(" ") for line in obj.bloom.run_markers.split("\n") if line)
    return {(int(frame), name) for frame, _, name in parts}
