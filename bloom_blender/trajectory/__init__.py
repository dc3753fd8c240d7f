"""What a training run left behind: the data model, the `.bloom` file, readers of other forms.

The readers are loaded at first use, because Blender loads this package whenever it starts.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .bloom_file import read_bloom, write_bloom
from .follow import Follower
from .trajectory import Embeddings, Series, Trajectory

if TYPE_CHECKING:
    from .description import describe
    from .embedding_folder import read_embedding_folder
    from .read import read_trajectory

_LATER = {"describe": "description", "read_embedding_folder": "embedding_folder", "read_trajectory": "read"}

__all__ = [
    "Embeddings",
    "Follower",
    "Series",
    "Trajectory",
    "describe",
    "read_bloom",
    "read_embedding_folder",
    "read_trajectory",
    "write_bloom",
]


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
