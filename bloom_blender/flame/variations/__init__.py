"""The variations: one small pure function each, registered with what a kernel needs to know of it."""

from __future__ import annotations

from . import basic, blurs, parametric, three_d  # noqa: F401  (importing registers)
from .registry import HELPERS, VARIATIONS, Entry, P, lookup, split_attribute

__all__ = ["HELPERS", "VARIATIONS", "Entry", "P", "lookup", "split_attribute"]
