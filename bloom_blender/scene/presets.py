"""Older name of the part of `api` for the shipped flames, kept for scripts."""

from __future__ import annotations

from .api import presets, read_preset

__all__ = ["presets", "read_preset"]
