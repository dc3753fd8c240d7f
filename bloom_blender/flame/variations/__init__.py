"""The variations: one small pure function each, registered with what a kernel needs to know of it.

The modules of functions are loaded when somebody first asks for a variation (`registry`).
"""

from __future__ import annotations

from .registry import HELPERS, VARIATIONS, Entry, P, lookup, split_attribute

__all__ = ["HELPERS", "VARIATIONS", "Entry", "P", "lookup", "split_attribute"]
