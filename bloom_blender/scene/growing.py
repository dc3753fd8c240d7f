"""Older name of the part of `api` for growing a flame by a run, kept for scripts."""

from __future__ import annotations

from .api import grow_by, regrow

__all__ = ["grow_by", "regrow"]
