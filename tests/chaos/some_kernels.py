"""Small kernels for tests."""

from __future__ import annotations

from bloom_blender.chaos.kernels.layout import F
from bloom_blender.codegen.numba_internals import compiled, cos, fabs, floor, mixed, sin, sqrt, uniform


@compiled
def double_root(n, x):
    x[n] = F(2.0) * sqrt(x[n])


@compiled
def fails(n, x):
    if x[n] > 1:
        raise ValueError


@compiled
def count(n, x):
    x[n] = x[n] + 1


@compiled
def add_all(n, records, small, whole, factor, half, table, totals):
    """Every kind of argument: records, scalars of each size, arrays of one and two dimensions."""
    total = records[n].share * records[n].number + small + whole + factor + half
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            total += table[row, column]
    totals[n] = total


@compiled
def functions(n, x, h, results):
    results[n, 0] = sin(x[n])
    results[n, 1] = cos(x[n])
    results[n, 2] = floor(x[n])
    results[n, 3] = fabs(x[n])
    results[n, 4] = uniform(mixed(h[n]))


@compiled
def idle(n, turns, results):
    """Take some time."""
    x = 1.0
    for k in range(turns[n]):
        x = x * 0.999 + k
    results[n] = x
