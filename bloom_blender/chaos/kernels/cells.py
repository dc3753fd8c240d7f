"""Cells in which neighbours are counted, and where their counts lie in a table: called by ``cloud``."""

from __future__ import annotations

from ...codegen.numba_internals import floor, inline, to_int
from .layout import I, U

BUCKETS = 1 << 22  # 16 MB of counts: of a million points some 200,000 cells are in use, so few meet


@inline
def bucket(i, j, k):
    """Place of a cell in the table of counts; blocks of 4 x 2 x 2 cells fill a cache line and are hashed."""
    a = to_int(i)
    b = to_int(j)
    c = to_int(k)
    h = U(U(U(a >> 2) * U(0x9E3779B1)) ^ U(U(b >> 1) * U(0x85EBCA77)) ^ U(U(c >> 1) * U(0xC2B2AE3D)))
    h = U(h ^ U(h >> U(15)))
    h = U(h * U(0x2C1B3C6D))
    h = U(h ^ U(h >> U(13)))
    inner = U(U(a & 3) | U(U(b & 1) << U(2)) | U(U(c & 1) << U(3)))
    return I(U(U(h << U(4)) | inner) & U(BUCKETS - 1))


@inline
def cell_of(x, y, z, per_unit):
    """Place in the table of the cell that holds a point."""
    return bucket(floor(x * per_unit), floor(y * per_unit), floor(z * per_unit))
