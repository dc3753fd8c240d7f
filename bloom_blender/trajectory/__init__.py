"""What a training run left behind: the data model, the `.bloom` file, readers of other forms.

The modules are loaded at first use, because Blender loads this package whenever it starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..later import later

if TYPE_CHECKING:
    from .bloom_file import read_bloom, write_bloom
    from .description import describe
    from .embedding_folder import read_embedding_folder
    from .follow import Follower
    from .read import read_trajectory
    from .trajectory import Embeddings, Series, Trajectory

__getattr__ = later(
    __name__,
    {
        **dict.fromkeys(("Embeddings", "Series", "Trajectory"), "trajectory"),
        **dict.fromkeys(("read_bloom", "write_bloom"), "bloom_file"),
        "Follower": "follow",
        "describe": "description",
        "read_embedding_folder": "embedding_folder",
        "read_trajectory": "read",
    },
)

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
