"""Loops that spread light over its neighbourhood (density estimation).

``develop/light.py`` calls `spread_band` for each band of rows.
"""

from __future__ import annotations

import numpy as np

from ...codegen.numba_internals import compiled, inline, multiply_add
from .layout import F, I

BAND = 16  # rows that one task writes


@inline
def kernel_of(near, most, curve, last):
    """The kernel for a count: one for each up to 100, then ever fewer."""
    if near > most:
        return last
    if near <= F(100.0):
        return min(max(np.int64(np.ceil(near)) - 1, 0), last)
    return min(100 + np.int64(np.floor((float(near) - 100.0) ** curve)), last)


@inline
def count_around(buckets, row, column, rows, columns, box):
    """Sum of the hits in a square about a bucket."""
    total = F(0.0)
    for y in range(max(row - box, 0), min(row + box + 1, rows)):
        for x in range(max(column - box, 0), min(column + box + 1, columns)):
            total += buckets[((I(y) * I(columns) + I(x)) << I(2)) + I(3)]
    return total


@compiled
def spread_band(
    band, buckets, light, rows, columns, box, share, most, curve, scale, density, weights, begins, reaches
):
    """Light of the rows of a band, from all buckets that reach it, in the order of the buckets."""
    first = band * BAND
    end = min(first + BAND, rows)
    last = reaches.shape[0] - 1
    widest = reaches[0]
    for row in range(max(first - widest, 0), min(end + widest, rows)):
        for column in range(columns):
            n = (I(row) * I(columns) + I(column)) << I(2)
            hits = buckets[n + I(3)]
            if not hits > F(0.0):
                continue
            near = hits
            if box > 0:
                near = count_around(buckets, row, column, rows, columns, box) * F(share)
            k = kernel_of(near, F(most), curve, last)
            reach = reaches[k]
            top = max(row - reach, first)
            bottom = min(row + reach + 1, end)
            if top >= bottom:
                continue
            factor = F(scale * np.log1p(float(hits) * density)) / hits
            r = buckets[n] * factor
            g = buckets[n + I(1)] * factor
            b = buckets[n + I(2)] * factor
            a = hits * factor
            left = max(column - reach, 0)
            right = min(column + reach + 1, columns)
            for y in range(top, bottom):
                source = I(begins[k] + (y - row + reach) * (2 * reach + 1) + (left - column + reach))
                target = (I(y) * I(columns) + I(left)) << I(2)
                for _ in range(I(right - left)):
                    w = weights[source]
                    light[target] = multiply_add(w, r, light[target])
                    light[target + I(1)] = multiply_add(w, g, light[target + I(1)])
                    light[target + I(2)] = multiply_add(w, b, light[target + I(2)])
                    light[target + I(3)] = multiply_add(w, a, light[target + I(3)])
                    source += I(1)
                    target += I(4)
