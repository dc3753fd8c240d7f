"""The default mapping: any run moves any flame, from a bud to exactly the base flame. See docs/growth.md."""

from __future__ import annotations

from collections.abc import Sequence

from ..flame.model import Flame
from ..trajectory import Trajectory
from .bindings import Binding
from .curves import Curves
from .mapping import Choices, fit


def robust(
    trajectory: Trajectory,
    flame: Flame,
    *,
    frames: int,
    drive: str = "all",
    source: str | None = None,
    time: str = "learning",
    metric: str | None = None,
    smoothing: float = 1.0,
    bud: float = 1.0,
    wind: float = 1.0,
    gain: float = 1.0,
    loop: bool = False,
    seed: int = 0,
    bindings: Sequence[Binding] = (),
    like: Trajectory | None = None,
) -> Curves:
    """Move everything that `drives_of` names by what the run still has to learn.

    Parameters
    ----------
    trajectory, flame
    frames : int
        N, 2 or more.
    drive : {"all", "layers", "metric", "hand"}
        What moves what: everything by the principal directions of all series together; every xform by
        series of its own; everything by the changes of the metrics; or what `bindings` say.
    source : str, optional
        Name of one series or embedding table, or a pattern of names; by default all update series, or the
        first table of a run without them, or the metrics of a run without either.
    time : {"learning", "step", "log", "loss"}
        How the film goes through the run: slower where much is learned, by steps, by the logarithm of their
        number, or by how far a metric has come.
    metric : str, optional
        The metric of ``time="loss"``; the first loss by default.
    smoothing : float
        How smooth the movement is; 0 leaves the run's own noise in it, 1 is the design.
    bud, wind, gain : float
        Strength of the closing at the start, of the tremble at the end, and of the run's own movement;
        0 turns it off, 1 is the design.
    loop : bool
        Go back to the beginning in the last quarter of the film, so that it can be played in a circle.
    seed : int
        Which direction of the run moves which parameter, and the phases of the wind.
    bindings : sequence of Binding
        For ``drive="hand"``.
    like : Trajectory, optional
        Move the flame as this run would: fit the mapping on it, and apply it to `trajectory`.

    Returns
    -------
    Curves
        In time order; the last row is the base flame, bit by bit (in a loop, the row of the turn). A run
        that diverged does not get there: its flame tears.

    Raises
    ------
    BloomError
        If the run never moves, or lacks what is asked for.
    """
    choices = Choices(drive, source, time, metric, smoothing, bud, wind, gain, loop, seed, tuple(bindings))
    mapping = fit(trajectory if like is None else like, choices)
    return mapping.apply(trajectory, flame, frames=frames)
