"""How far one can see past solid things: a depth buffer of triangles.

``chaos/occlusion.py`` calls `draw_triangles`. Each triangle is cut off at the near end, projected, and drawn
over the middles of the buckets that it covers.
"""

from __future__ import annotations

import numpy as np

from ...codegen.numba_internals import allocate, compiled, release


@compiled
def cut(corners, near, polygon):
    """The part of a triangle beyond the near end, 0, 3 or 4 corners of (column w, row w, w, depth)."""
    count = 0
    for k in range(3):
        a, b = corners[k], corners[(k + 1) % 3]
        if a[3] >= near:
            for axis in range(4):
                polygon[count, axis] = a[axis]
            count += 1
        if (a[3] >= near) != (b[3] >= near):
            share = (near - a[3]) / (b[3] - a[3])
            for axis in range(4):
                polygon[count, axis] = a[axis] + share * (b[axis] - a[axis])
            count += 1
    return count


@compiled
def draw_triangle(a, b, c, depths):
    """Keep the least depth in each bucket whose middle the triangle covers."""
    rows, columns = depths.shape
    ax, ay, bx, by, cx, cy = a[0] / a[2], a[1] / a[2], b[0] / b[2], b[1] / b[2], c[0] / c[2], c[1] / c[2]
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if not np.abs(area) > 1e-12:
        return
    low, high = min(ax, bx, cx), max(ax, bx, cx)
    top, bottom = min(ay, by, cy), max(ay, by, cy)
    if not (high > 0.0 and low < columns and bottom > 0.0 and top < rows):
        return
    first_column, last_column = int(max(low - 0.5, 0.0)), int(min(high + 0.5, columns - 1.0))
    first_row, last_row = int(max(top - 0.5, 0.0)), int(min(bottom + 0.5, rows - 1.0))
    for i in range(first_row, last_row + 1):
        y = i + 0.5
        for j in range(first_column, last_column + 1):
            x = j + 0.5
            u = ((bx - x) * (cy - y) - (cx - x) * (by - y)) / area
            v = ((cx - x) * (ay - y) - (ax - x) * (cy - y)) / area
            w = 1.0 - u - v
            if u >= 0.0 and v >= 0.0 and w >= 0.0:
                # What is linear in space is linear on the picture after a division by w.
                over = u / a[2] + v / b[2] + w / c[2]
                depth = (u * a[3] / a[2] + v * b[3] / b[2] + w * c[3] / c[2]) / over
                if depth < depths[i, j]:
                    depths[i, j] = depth


@compiled
def draw_triangles(_, points, triangles, near, depths):
    """Draw all triangles (T, 3) of points (N, 4) into ``depths`` (rows, columns)."""
    polygon = allocate(0.0, (4, 4))
    corners = allocate(0.0, (3, 4))
    for t in range(triangles.shape[0]):
        for k in range(3):
            for axis in range(4):
                corners[k, axis] = points[triangles[t, k], axis]
        count = cut(corners, near, polygon)
        for k in range(2, count):
            draw_triangle(polygon[0], polygon[k - 1], polygon[k], depths)
    release(polygon)
    release(corners)
