"""Older name of the part of `api` for setting up flames and scenes, kept for scripts."""

from __future__ import annotations

from .api import add_flame, add_flames, set_look, set_up_scene

__all__ = ["add_flame", "add_flames", "set_look", "set_up_scene"]
