"""The command line in Blender: ``blender --command bloom VERB …``.

It is the command `bloom` of the package, with what only Blender can do beside it: ``import`` and ``bake``.
Nothing of it is imported before the command runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

NAME = "bloom"
"""What follows ``--command``."""

_handles: list[Any] = []


def run(argv: Sequence[str]) -> int:
    """Run one command; the exit status, also where the parser of arguments would end the program."""
    from ...cli import main
    from . import bake, import_run

    try:
        return main(list(argv), more=(import_run, bake))
    except SystemExit as end:  # --help, --version, misspelt arguments
        return end.code if isinstance(end.code, int) else int(end.code is not None)


def register() -> None:
    """Register the command with Blender."""
    _handles.append(bpy.utils.register_cli_command(NAME, run))


def unregister() -> None:
    """Undo :func:`register`."""
    while _handles:
        bpy.utils.unregister_cli_command(_handles.pop())
