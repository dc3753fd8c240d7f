"""Older name of the part of `api` for reading flame objects, kept for scripts."""

from __future__ import annotations

from .api import base_flame, flame_of, flames, is_flame, structure_of

__all__ = ["base_flame", "flame_of", "flames", "is_flame", "structure_of"]
