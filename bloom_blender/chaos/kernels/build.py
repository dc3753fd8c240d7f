"""The kernels, compiled or loaded: one for each kind of xform, and modules that all flames share."""

from __future__ import annotations

import functools
import importlib
from types import ModuleType

import numpy as np

from ...codegen import linker, requirements
from ...codegen.kernels import run, version_of
from ...errors import BloomError
from ..structure import Structure, XformStructure
from ..xforms import APPLY, xform_assembly

__all__ = [
    "cloud_kernel", "develop_kernel", "game_of", "histogram_kernel", "mixing_kernel", "occlusion_kernel",
    "run", "version_of", "voxel_kernel", "xform_loop",
]  # fmt: skip

#: Combinations of variations in one flame; each takes some 30 ms to compile.
MOST_KINDS = 1000


@functools.lru_cache(maxsize=4096)
def xform_loop(structure: XformStructure) -> int:
    """Where in memory the loop of an xform lies, compiled or loaded from the cache as needed.

    Xforms of the same variations share it, also between flames: adding a variation to one xform
    compiles that xform only.
    """
    # Two registers at a time hide how long each operation takes. Final xforms always fill both.
    width = linker.lanes() * (2 if structure.final and linker.lanes() == 16 else 1)
    assembly = xform_assembly(structure, width)
    return linker.address_of("xform", assembly, lambda name: assembly.replace(f"@{APPLY}(", f"@{name}("))


def game_of(structure: Structure) -> np.ndarray:
    """Addresses of the loops of all xforms and final xforms, uint64.

    Raises
    ------
    BloomError
        If there is so much to compile that it would take minutes.
    """
    requirements.check()
    kinds = len(set(structure.parts))
    if kinds > MOST_KINDS:
        raise BloomError(
            f"The flame has {kinds} xforms of different variations: use at most {MOST_KINDS} combinations."
        )
    return np.array([xform_loop(part) for part in structure.parts], np.uint64)


def _module(name: str) -> ModuleType:
    """A module of kernels, which imports numba.

    Raises
    ------
    BloomError
        If there is no numba that does.
    """
    requirements.check()
    try:
        return importlib.import_module(f"{__package__}.{name}")
    except ImportError as error:
        raise requirements.failure() or error from error


def cloud_kernel() -> ModuleType:
    """The module that makes point clouds of any flame."""
    return _module("cloud")


def histogram_kernel() -> ModuleType:
    """The module that fills the histogram of any flame."""
    return _module("histogram")


def mixing_kernel() -> ModuleType:
    """The module that follows orbits of any flame."""
    from . import mixing

    return mixing


def develop_kernel() -> ModuleType:
    """The module that spreads the light of a histogram."""
    return _module("develop")


def occlusion_kernel() -> ModuleType:
    """The module that draws what stands in front of a flame."""
    return _module("occlusion")


def voxel_kernel() -> ModuleType:
    """The module that smooths a volume."""
    return _module("voxels")
