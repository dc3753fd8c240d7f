"""Bloom as a Blender extension. Outside Blender, import ``bloom_blender`` instead.

Nothing of Blender is imported here until Blender calls `register`, so that tools that merely pass by
this file (pytest, mypy) need no Blender.
"""

from __future__ import annotations

from contextlib import ExitStack
from types import ModuleType


def _parts() -> tuple[ModuleType, ...]:
    """The modules with something to register, in order: what others point to comes first."""
    from . import operators, panels
    from .bloom_blender import scene

    return scene, operators, panels


def register() -> None:
    """Register every part; if one fails, take back those before it and let the error through."""
    with ExitStack() as rollback:
        for part in _parts():
            part.register()
            rollback.callback(part.unregister)
        rollback.pop_all()


def unregister() -> None:
    """Take everything back in reverse order, all of it even if one part fails."""
    with ExitStack() as parts:
        for part in _parts():
            parts.callback(part.unregister)
