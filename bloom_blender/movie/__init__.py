"""A run and a flame to a movie: pictures of the grown flame, frame by frame, and a video file of them.

Without Blender. `make_movie` does all of it; `Movie` shows itself in a notebook.
"""

from .encoding import FORMATS
from .movie import Movie, make_movie

__all__ = ["FORMATS", "Movie", "make_movie"]
