"""What follows a changed setting of a flame object: called by its property, connected by the packages above.

Property definitions are at the bottom of `scene`: everything reads them. So their callbacks cannot import
what has to follow, such as growing the flame again. They call a hook by its name here, and
``scene.register`` connects each hook with the function that does the work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Hook:
    """A function that is connected later; until then a call returns ``default`` and does nothing."""

    def __init__(self, default: Any = None) -> None:
        self._default = default
        self._function: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        return self._default if self._function is None else self._function(*arguments)

    def connect(self, function: Callable[..., Any] | None) -> None:
        """Call ``function`` from now on; None disconnects."""
        self._function = function


growth_changed = Hook()
"""(object): a setting of the growth of a flame has changed."""

style_changed = Hook()
"""(object): the style of the points has changed."""

points_source_changed = Hook()
"""(object): the points are computed from now on, or their baked files are played."""

xform_renamed = Hook()
"""(object, place, name): a new name was typed for the xform at a place."""

series_names = Hook(())
"""(object) -> names of the series and tables of its run."""

target_names = Hook(())
"""(object) -> names of everything in its flame that a series can be bound to."""


def connect(**functions: Callable[..., Any]) -> None:
    """Connect hooks by their names."""
    for name, function in functions.items():
        globals()[name].connect(function)


def disconnect() -> None:
    """Disconnect all hooks."""
    for hook in globals().values():
        if isinstance(hook, Hook):
            hook.connect(None)
