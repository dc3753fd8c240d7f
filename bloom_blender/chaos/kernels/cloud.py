"""Loops that make a point cloud, the same for all flames.

``chaos/points.py`` calls `count_batch`, `points_batch` and `count_part`, ``chaos/density.py`` `spread_chunk`.

Rows of a batch are those of ``layout``: a step's newest points are in ``SHOWN_X`` and the following rows, the
candidate that is to be the point of the cloud in ``CHOSEN_X`` and the following.
"""

from __future__ import annotations

import numpy as np

from ...codegen.numba_internals import (
    add_one,
    allocate,
    compiled,
    fabs,
    floor,
    inline,
    mixed,
    move_four,
    release,
    scale_four,
    sqrt,
    to_int,
    uniform,
)  # fmt: skip
from .cells import BUCKETS, bucket, cell_of
from .game import advance, settle, show, start
from .layout import (
    AGE,
    CHOSEN_AGE,
    CHOSEN_COLOR,
    CHOSEN_HOME,
    CHOSEN_OPACITY,
    CHOSEN_SHADE,
    CHOSEN_WEIGHT,
    CHOSEN_X,
    CHOSEN_XFORM,
    CHOSEN_Y,
    CHOSEN_Z,
    FLOATS,
    INDICES,
    NOWHERE,
    OPACITY,
    ORBITS,
    SHOWN_COLOR,
    SHOWN_X,
    SHOWN_Y,
    SHOWN_Z,
    WEIGHTS,
    WORD,
    WORDS,
    XFORM,
    F,
    I,
    U,
)  # fmt: skip


@inline
def visible(x, y, z, age, fuse, limit):
    """Whether a point is shown: not escaped, and its orbit on the attractor for ``fuse`` steps."""
    return fabs(x) + fabs(y) + fabs(z) < limit and age >= F(fuse)


@compiled
def count_batch(
    batch, warm, fuse, steps, seed, limit, per_unit, game, offsets, values, table, opacities, cells
):  # fmt: skip
    """Count where the candidates of a batch fall."""
    f = allocate(F(0), (FLOATS,))
    u = allocate(U(0), (WORDS,))
    o = allocate(np.int32(0), (INDICES,))
    counts = allocate(0, opacities.shape)
    places = allocate(0, opacities.shape)
    start(f, u, o, batch, seed, opacities.shape[0])
    settle(f, u, o, counts, places, batch, seed, warm, game, offsets, values, table)
    for s in range(fuse + steps):
        advance(f, u, o, counts, places, game, offsets, values, table)
        if s < fuse:
            continue
        show(f, u, counts, game, offsets, values)
        for j in range(I(ORBITS)):
            x = f[SHOWN_X + j]
            y = f[SHOWN_Y + j]
            z = f[SHOWN_Z + j]
            if visible(x, y, z, f[AGE + j], fuse, limit) and opacities[I(o[XFORM + j])] > F(0.0):
                add_one(cells, cell_of(x, y, z, per_unit))
    release(f)
    release(u)
    release(o)
    release(counts)
    release(places)


@compiled
def look_up(f, o, opacities):
    """Opacities of the newest points: a loop of its own, since reading any place stops vectors."""
    for j in range(I(ORBITS)):
        f[OPACITY + j] = opacities[I(o[XFORM + j])]


@compiled
def take(f, o, fuse, limit):
    """Let each orbit's newest point be the point of the cloud."""
    for j in range(I(ORBITS)):
        x = f[SHOWN_X + j]
        y = f[SHOWN_Y + j]
        z = f[SHOWN_Z + j]
        weight = f[OPACITY + j] if visible(x, y, z, f[AGE + j], fuse, limit) else F(0.0)
        shown = weight > F(0.0)
        f[CHOSEN_X + j] = x if shown else F(0.0)
        f[CHOSEN_Y + j] = y if shown else F(0.0)
        f[CHOSEN_Z + j] = z if shown else F(0.0)
        f[CHOSEN_COLOR + j] = f[SHOWN_COLOR + j] if shown else F(0.0)
        f[CHOSEN_AGE + j] = f[AGE + j] if shown else F(0.0)
        f[CHOSEN_WEIGHT + j] = weight
        f[CHOSEN_OPACITY + j] = weight
        f[WEIGHTS + j] = weight
        o[CHOSEN_XFORM + j] = o[XFORM + j] if shown else 0


@compiled
def forget(f, o):
    """No candidate has been considered yet."""
    for j in range(I(ORBITS)):
        f[WEIGHTS + j] = F(0.0)
        f[CHOSEN_WEIGHT + j] = F(0.0)
        f[CHOSEN_X + j] = F(0.0)
        f[CHOSEN_Y + j] = F(0.0)
        f[CHOSEN_Z + j] = F(0.0)
        f[CHOSEN_COLOR + j] = F(0.0)
        f[CHOSEN_AGE + j] = F(0.0)
        o[CHOSEN_XFORM + j] = 0


@compiled
def consider(f, u, o, fuse, limit, per_unit, cells):
    """Make each orbit's newest point a candidate: one of a group becomes the point of the cloud.

    A reservoir of one, chosen with chances c**-0.75 for a count of c in the point's cell, so that thin
    parts of the flame get a larger part of the points than of the light.
    """
    for j in range(I(ORBITS)):
        x = f[SHOWN_X + j]
        y = f[SHOWN_Y + j]
        z = f[SHOWN_Z + j]
        weight = f[OPACITY + j] if visible(x, y, z, f[AGE + j], fuse, limit) else F(0.0)
        if weight > F(0.0):
            near = F(cells[cell_of(x, y, z, per_unit)]) + F(1.0)
            weight = weight / sqrt(near * sqrt(near))
        total = f[WEIGHTS + j] + weight
        f[WEIGHTS + j] = total
        if uniform(mixed(U(u[WORD + j] + U(0x68E31DA4)))) * total < weight:
            f[CHOSEN_X + j] = x
            f[CHOSEN_Y + j] = y
            f[CHOSEN_Z + j] = z
            f[CHOSEN_COLOR + j] = f[SHOWN_COLOR + j]
            f[CHOSEN_AGE + j] = f[AGE + j]
            f[CHOSEN_WEIGHT + j] = weight
            f[CHOSEN_OPACITY + j] = f[OPACITY + j]
            o[CHOSEN_XFORM + j] = o[XFORM + j]


@compiled
def finish(f, o, group, per_unit, phase, last):
    """What the cloud needs to know of the chosen points, in the rows of those that are shown.

    Their light in ``SHOWN_X``, their opacity in ``SHOWN_Y``; in ``o`` their place in the palette and their
    home.
    """
    for j in range(I(ORBITS)):
        shown = f[CHOSEN_WEIGHT + j] > F(0.0)
        alpha = f[CHOSEN_OPACITY + j] if shown else F(0.0)
        place = U(cell_of(f[CHOSEN_X + j], f[CHOSEN_Y + j], f[CHOSEN_Z + j], per_unit))
        o[CHOSEN_HOME + j] = place if alpha > F(0.0) else NOWHERE
        # Points that the chosen one represents: the sum of the weights over its own chance.
        stands = f[WEIGHTS + j] / (f[CHOSEN_WEIGHT + j] * F(group))
        f[SHOWN_X + j] = stands if shown else F(0.0)
        f[SHOWN_Y + j] = alpha
        c = f[CHOSEN_COLOR + j] + phase
        c = c - floor(c) if phase != F(0.0) else c
        c = c if c > F(0.0) else F(0.0)
        c = c if c < F(1.0) else F(1.0)
        o[CHOSEN_SHADE + j] = to_int(c * last + F(0.5))


@compiled
def points_batch(
    batch, warm, fuse, steps, group, seed, limit, per_unit, phase, game, offsets, values, table, opacities,
    palette, cells, positions, colors, energy, ages, xforms, homes,
):  # fmt: skip
    """Points of one batch: step s of orbit j is point (batch * steps + s) * ORBITS + j.

    ``cells`` holds the candidates' counts where a group has more than one; ``homes`` receives the cell of
    each point.
    """
    f = allocate(F(0), (FLOATS,))
    u = allocate(U(0), (WORDS,))
    o = allocate(np.int32(0), (INDICES,))
    counts = allocate(0, opacities.shape)
    places = allocate(0, opacities.shape)
    last = F(palette.shape[0] // 4 - 1)
    start(f, u, o, batch, seed, opacities.shape[0])
    settle(f, u, o, counts, places, batch, seed, warm, game, offsets, values, table)
    for _ in range(fuse):
        advance(f, u, o, counts, places, game, offsets, values, table)
    total = I(energy.shape[0])
    for s in range(steps):
        first = I((I(batch) * I(steps) + I(s)) * I(ORBITS))
        if first >= total:
            break
        if group == 1:
            advance(f, u, o, counts, places, game, offsets, values, table)
            show(f, u, counts, game, offsets, values)
            look_up(f, o, opacities)
            take(f, o, fuse, limit)
        else:
            forget(f, o)
            for _ in range(group):
                advance(f, u, o, counts, places, game, offsets, values, table)
                show(f, u, counts, game, offsets, values)
                look_up(f, o, opacities)
                consider(f, u, o, fuse, limit, per_unit, cells)
        finish(f, o, group, per_unit, phase, last)
        for j in range(min(I(ORBITS), total - first)):
            at = I(4) * (first + j)
            move_four(colors, at, palette, I(4) * I(o[CHOSEN_SHADE + j]))
            colors[at + I(3)] = f[SHOWN_Y + j]
        for j in range(min(I(ORBITS), total - first)):
            at = I(3) * (first + j)
            positions[at] = f[CHOSEN_X + j]
            positions[at + I(1)] = f[CHOSEN_Y + j]
            positions[at + I(2)] = f[CHOSEN_Z + j]
        for j in range(min(I(ORBITS), total - first)):
            ages[first + j] = f[CHOSEN_AGE + j]
            xforms[first + j] = o[CHOSEN_XFORM + j]
            homes[first + j] = U(o[CHOSEN_HOME + j])
            energy[first + j] = f[SHOWN_X + j]
    release(f)
    release(u)
    release(o)
    release(counts)
    release(places)


CHUNK = 512  # points of a task
# Rows of its floats: the place in cells; how many lie around; the opacity, and later the light.
CELL_X, CELL_Y, CELL_Z, NEAR, LIGHT = I(0), I(CHUNK), I(2 * CHUNK), I(3 * CHUNK), I(4 * CHUNK)


@compiled
def count_part(part, parts, homes, table):
    """Count the points whose home is in one part of the table; no other task writes there.

    Each task reads all homes: cheaper than a lock for each point.
    """
    low = U(part * (BUCKETS // parts))
    high = U((part + 1) * (BUCKETS // parts)) if part < parts - 1 else U(BUCKETS)
    for n in range(I(homes.shape[0])):
        home = homes[n]
        # Adding 0 somewhere in the part costs less than a branch that cannot be foreseen: 1.3 of 3.5 ms.
        inside = home >= low and home < high
        place = home if inside else U(low + U(n & I(63)))
        table[I(place)] += U(1) if inside else U(0)


@compiled
def neighbours(f, u, count, table):
    """Counts around ``count`` points: the eight nearest cells, by nearness (trilinear).

    Rows of ``f``, each CHUNK long: x, y, z in cells, and the sums that come back. The places in the table are
    loops of their own, which vectorise; the counts of one point are read together, for most lie in one or
    two cache lines (reading them corner by corner took twice as long).
    """
    for corner in range(8):
        a = F(corner & 1)
        b = F((corner >> 1) & 1)
        c = F((corner >> 2) & 1)
        row = I(corner) * I(CHUNK)
        for j in range(I(count)):
            u[row + j] = U(
                bucket(floor(f[CELL_X + j]) + a, floor(f[CELL_Y + j]) + b, floor(f[CELL_Z + j]) + c)
            )
    for j in range(I(count)):
        x = f[CELL_X + j] - floor(f[CELL_X + j])
        y = f[CELL_Y + j] - floor(f[CELL_Y + j])
        z = f[CELL_Z + j] - floor(f[CELL_Z + j])
        n0 = F(table[I(u[j])])
        n1 = F(table[I(u[I(CHUNK) + j])])
        n2 = F(table[I(u[I(2 * CHUNK) + j])])
        n3 = F(table[I(u[I(3 * CHUNK) + j])])
        n4 = F(table[I(u[I(4 * CHUNK) + j])])
        n5 = F(table[I(u[I(5 * CHUNK) + j])])
        n6 = F(table[I(u[I(6 * CHUNK) + j])])
        n7 = F(table[I(u[I(7 * CHUNK) + j])])
        low = (n0 + x * (n1 - n0)) * (F(1.0) - y) + (n2 + x * (n3 - n2)) * y
        high = (n4 + x * (n5 - n4)) * (F(1.0) - y) + (n6 + x * (n7 - n6)) * y
        f[NEAR + j] = low + z * (high - low)


@compiled
def spread_chunk(
    chunk, positions, colors, energy, per_unit, table, share, size, smallest, largest, flux, density, radii,
    light,
):  # fmt: skip
    """Neighbours, radius and radiance of ``CHUNK`` points.

    ``share`` brings the table's counts to this cloud's.
    """
    begin = I(chunk * CHUNK)
    count = I(min((chunk + 1) * CHUNK, energy.shape[0])) - begin
    f = allocate(F(0), (5 * CHUNK,))
    u = allocate(U(0), (8 * CHUNK,))
    for j in range(count):
        at = I(3) * (begin + j)
        f[CELL_X + j] = positions[at] * per_unit - F(0.5)
        f[CELL_Y + j] = positions[at + I(1)] * per_unit - F(0.5)
        f[CELL_Z + j] = positions[at + I(2)] * per_unit - F(0.5)
        f[LIGHT + j] = colors[I(4) * (begin + j) + I(3)]
    neighbours(f, u, count, table)
    for j in range(count):
        n = begin + j
        alpha = f[LIGHT + j]
        near = share * f[NEAR + j]
        # Where a point represents many, fewer points share the cell. A point alone counts half itself.
        crowd = near / energy[n]
        crowd = crowd if crowd > F(0.25) else F(0.25)
        radius = size / sqrt(crowd)
        radius = radius if radius > smallest else smallest
        radius = radius if radius < largest else largest
        strength = alpha * energy[n] * flux / (radius * radius)
        density[n] = near if alpha > F(0.0) else F(0.0)
        radii[n] = radius if alpha > F(0.0) else F(0.0)
        f[LIGHT + j] = strength if alpha > F(0.0) else F(0.0)
    for j in range(count):
        at = I(4) * (begin + j)
        scale_four(light, at, colors, at, f[LIGHT + j])
        light[at + I(3)] = f[LIGHT + j]
    release(f)
    release(u)
