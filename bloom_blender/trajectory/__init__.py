"""What a training run left behind: the data model, the `.bloom` file, readers of other forms."""

from .bloom_file import read_bloom, write_bloom
from .description import describe
from .embedding_folder import read_embedding_folder
from .follow import Follower
from .read import read_trajectory
from .trajectory import Embeddings, Series, Trajectory

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
