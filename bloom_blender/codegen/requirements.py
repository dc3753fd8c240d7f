"""Whether the numba of this process is one that kernels can be compiled with, and what to do if not.

Inside Blender all extensions share one Python: another one may have loaded its own numba or llvmlite first.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import BloomError

#: The oldest numba that CI runs, and the first version that it does not (``pyproject.toml`` has the same).
OLDEST, BEYOND = (0, 62), (0, 69)


def check() -> None:
    """See that kernels can be compiled.

    Raises
    ------
    BloomError
        Where numba or llvmlite are missing, broken, of another version, or switched off: which and where, and
        what to do.
    """
    try:
        import llvmlite.binding
        import numba
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "numba" and not _found("numba"):
            raise BloomError(
                "Bloom cannot compute points, as numba is missing: reinstall the extension, or outside of "
                "Blender install bloom-blender[render] with pip."
            ) from None
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise BloomError(
            f"Bloom cannot load {_named('numba')} with {_named('llvmlite')} ({reason}): {_ADVICE}."
        ) from error
    version = _version(numba)
    if version is None or not hasattr(numba, "njit") or not hasattr(llvmlite.binding, "parse_assembly"):
        raise BloomError(
            f"Bloom cannot use {_named('numba')} with {_named('llvmlite')}, as parts are missing: {_ADVICE}."
        )
    if version < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise BloomError(f"Bloom needs numba {needed} or newer and found {_named('numba')}: {_ADVICE}.")
    if getattr(numba.config, "DISABLE_JIT", 0):
        raise BloomError(
            "Bloom cannot compute points, as NUMBA_DISABLE_JIT switches numba off: unset this variable and "
            "start again."
        )


def failure() -> BloomError | None:
    """What to say when numba cannot compile a kernel; None where that is Bloom's own mistake."""
    import numba

    version = _version(numba)
    if version is not None and OLDEST <= version < BEYOND:
        return None
    return BloomError(
        f"Bloom cannot compile its kernels with {_named('numba')}, a version that it was not "
        f"tested with: {_ADVICE}."
    )


_ADVICE = "disable the add-on that brought it, or update or remove it there, and start again"


def _found(name: str) -> bool:
    """Whether there is anything of that name."""
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return True


def _version(module: ModuleType) -> tuple[int, int] | None:
    """The first two numbers of a module's version."""
    numbers = re.match(r"(\d+)\.(\d+)", str(getattr(module, "__version__", "")))
    return (int(numbers[1]), int(numbers[2])) if numbers else None


def _named(name: str) -> str:
    """A package as it is found: name, version and folder."""
    module: Any = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    if file is None:
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            spec = None
        file = spec.origin if spec is not None else None
        if file is None and spec is not None and spec.submodule_search_locations:
            file = str(Path(next(iter(spec.submodule_search_locations))) / "__init__.py")
    folder = Path(file).parent.parent if file else None
    version = str(getattr(module, "__version__", "") or "") or _installed(name, folder)
    place = f" in {folder}" if folder else " without a file"
    return f"{name} {version or 'of no version'}{place}"


def _installed(name: str, folder: Path | None) -> str | None:
    """The version that is noted beside a package."""
    notes = sorted(folder.glob(f"{name}-*.dist-info")) if folder else []
    return notes[0].name.removesuffix(".dist-info").partition("-")[2] if notes else None
