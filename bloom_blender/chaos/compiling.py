"""Compile kernel modules and keep them on disk, so that a structure is compiled once on a machine.

A kernel is a Python file named by the hash of its text, in a cache folder; numba puts its machine code
beside it. The name changes with the text, so nothing stale is ever loaded, and numba itself checks its own
version and the processor.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
import tempfile
from pathlib import Path
from types import ModuleType

import numpy as np

from . import generated, machine
from .structure import Structure, XformStructure
from .writing import shared_source, template
from .xforms import APPLY, xform_assembly

_folder: Path | None = None


def set_cache_folder(folder: str | Path) -> None:
    """Keep kernels in ``folder`` from now on (inside Blender: the extension's user folder)."""
    global _folder
    _folder = Path(folder)


def cache_folder() -> Path:
    """Where kernels are kept: ``$BLOOM_CACHE_DIR``, what was set, or the user's cache folder.

    Falls back to a temporary folder where none of these can be written to.
    """
    candidates = [os.environ.get("BLOOM_CACHE_DIR"), _folder, _user_cache()]
    for candidate in candidates:
        if not candidate:
            continue
        folder = Path(candidate) / "kernels"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return _temporary_folder()


def _user_cache() -> str | None:
    try:
        from platformdirs import user_cache_dir
    except ImportError:
        return None
    return user_cache_dir("bloom", appauthor=False)


@functools.lru_cache(maxsize=1)
def _temporary_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="bloom-kernels-"))


@functools.lru_cache(maxsize=4096)
def xform_loop(structure: XformStructure) -> int:
    """Where in memory the loop of an xform lies, compiled or loaded from the cache as needed.

    Xforms of the same variations share it, also between flames: adding a variation to one xform
    compiles that xform only.
    """
    return machine.address_of(xform_assembly(structure, machine.lanes()), APPLY, "xform", cache_folder())


def game_of(structure: Structure) -> np.ndarray:
    """Addresses of the loops of all xforms and final xforms, uint64."""
    return np.array([xform_loop(part) for part in structure.parts], np.uint64)


@functools.lru_cache(maxsize=1)
def cloud_kernel() -> ModuleType:
    """The module that makes point clouds of any flame."""
    return load_module(shared_source("cloud_kernels.py"), "cloud")


@functools.lru_cache(maxsize=1)
def histogram_kernel() -> ModuleType:
    """The module that fills the histogram of any flame."""
    return load_module(shared_source("histogram_kernels.py"), "histogram")


@functools.lru_cache(maxsize=1)
def develop_kernel() -> ModuleType:
    """The module that spreads the light of a histogram."""
    return load_module("\n\n".join(map(template, ("prelude.py", "develop_kernels.py"))), "develop")


@functools.lru_cache(maxsize=1)
def occlusion_kernel() -> ModuleType:
    """The module that draws what stands in front of a flame."""
    return load_module("\n\n".join(map(template, ("prelude.py", "occlusion_kernels.py"))), "occlusion")


def load_module(source: str, label: str) -> ModuleType:
    """Import a module from its text, through a file in the cache folder (numba caches by file).

    Its name is made of the hash of its text and of this package's name: numba stores the module's full
    name in the cache, and the same files run as ``bloom_blender`` and inside an extension.
    """
    digest = hashlib.sha256(f"{generated.__name__}\n{source}".encode()).hexdigest()[:24]
    name = f"{label}_{digest}"
    folder = cache_folder()
    path = folder / f"{name}.py"
    if not path.exists() or path.stat().st_size != len(source.encode()):
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(source)
        os.replace(temporary, path)
        importlib.invalidate_caches()
    generated.__path__ = [str(folder)]
    return importlib.import_module(f".{name}", generated.__name__)
