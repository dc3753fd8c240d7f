"""The error that a user can meet."""

from __future__ import annotations


class BloomError(ValueError):
    """Something the user can fix; the message names the thing and the remedy in a sentence or two.

    The command line prints it and exits with 2, Blender shows it as a report, and in both cases
    nothing that was there before is changed.
    """
