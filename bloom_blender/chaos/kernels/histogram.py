"""Loops that fill the histogram of a picture or a volume, the same for all flames.

``chaos/counting.py`` calls `play_batch`, `share_tiles` and `add_tiles`, one after the other for each round.

A bucket holds red, green, blue and hits, four float32. Batches play in parallel and leave *records*: place
of the bucket in the upper half of a 64-bit word, colour and xform in the lower. Each batch sorts its records
by tile (some thousand neighbouring buckets); then tiles add up their records in parallel, batch by batch.
So the order of additions in a bucket is fixed, whatever the number of threads, and a tile's buckets stay in
the cache, however large the picture is.

Rows of a batch are those of ``layout``; ``places`` and ``paints`` have a bucket, and a colour with an xform,
for each point of a round.
"""

from __future__ import annotations

from ...codegen.numba_internals import (
    add_four,
    allocate,
    compiled,
    cos,
    floor,
    inline,
    mixed,
    release,
    sin,
    sqrt,
    to_int,
    uniform,
)  # fmt: skip
from .game import advance, settle, show, start
from .layout import (
    AGE,
    BLUR_SIZE,
    GROUPED_WORD,
    NOWHERE,
    ORBITS,
    SHOWN_COLOR,
    SHOWN_X,
    SHOWN_Y,
    SHOWN_Z,
    XFORM,
    F,
    I,
    U,
)  # fmt: skip

# Numbers of the array ``view``, see ``histogram.view_of``.
CENTER_X, CENTER_Y, ACROSS_X, ACROSS_Y, DOWN_X, DOWN_Y, MIDDLE_X, MIDDLE_Y = 0, 1, 2, 3, 4, 5, 6, 7
WIDTH, HEIGHT, ZPOS, PERSPECTIVE, BLUR = 8, 9, 10, 11, 12
TURN = 13  # 8 numbers: the rotation by yaw and pitch without its one zero
PHASE, COLORS = 21, 22
EVEN, CURVE_X, CURVE_Y = 23, 24, 25  # the depth blur's share everywhere, and with the squares of x and y
FLAT, SHARP, BLURRED, CAMERA, VOLUME = 0, 1, 2, 3, 4
# The numbers of ``view`` for a CAMERA, see ``projection.Projection.numbers``: rows of a matrix first.
COLUMN, ROW, DIVISOR, DEPTH, COLUMNS, ROWS, NEAR, FAR = I(0), I(4), I(8), I(12), 16, 17, 18, 19
BLUR_START, BLUR_SLOPE, BLADES, APERTURE_TURN, APERTURE_WIDTH, CAMERA_PHASE, CAMERA_COLORS = (
    20,
    21,
    22,
    23,
    24,
    25,
    26,
)
DEPTH_ORIGIN, DEPTH_STEP = 27, 28  # a step above 0 paints by depth instead of colour
SOFT = 29
# The numbers of ``view`` for a VOLUME, see ``voxels.Box.numbers``.
LEFT, TOP, BACK, PER_UNIT, ACROSS, DOWN, INTO, EDGE_BITS, VOLUME_PHASE, VOLUME_COLORS = (
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
)  # fmt: skip
PAINT_BITS = 12  # of the lower half of a record; the others are the number of the xform


@inline
def bucket_at(column, row, columns, rows):
    """The number of a bucket, NOWHERE outside of the picture (or where a number is none)."""
    inside = column >= F(0.0) and column < columns and row >= F(0.0) and row < rows
    column = column if inside else F(0.0)
    row = row if inside else F(0.0)
    place = U(U(to_int(row)) * U(to_int(columns)) + U(to_int(column)))
    return place if inside else NOWHERE


@inline
def place_of(x, y, view):
    """The bucket's number of a point of the picture's plane, NOWHERE outside."""
    dx = x - view[CENTER_X]
    dy = y - view[CENTER_Y]
    column = view[ACROSS_X] * dx + view[ACROSS_Y] * dy + view[MIDDLE_X]
    row = view[DOWN_X] * dx + view[DOWN_Y] * dy + view[MIDDLE_Y]
    return bucket_at(column, row, view[WIDTH], view[HEIGHT])


@inline
def paint(f, o, fuse, phase, colors, places, paints):
    """Colour and xform of each orbit's point; takes those out of the picture that are not to be seen yet."""
    last = colors - F(1.0)
    for j in range(I(ORBITS)):
        c = f[SHOWN_COLOR + j] + phase
        c = c - floor(c) if phase != F(0.0) else c
        c = c if c > F(0.0) else F(0.0)
        c = c if c < F(1.0) else F(1.0)
        paints[j] = U(U(to_int(c * last + F(0.5))) | U(U(o[XFORM + j]) << U(PAINT_BITS)))
        places[j] = places[j] if f[AGE + j] >= F(fuse) else NOWHERE


@compiled
def photograph(f, u, o, fuse, view, blockers, places, paints):
    """Bucket and colour of each orbit's point as a camera of ``projection`` sees it.

    Points nearer than the near end, beyond the far end, or behind what ``blockers`` holds (a depth for each
    bucket, or nothing at all) are not in the picture.
    """
    for j in range(I(ORBITS)):
        x = f[SHOWN_X + j]
        y = f[SHOWN_Y + j]
        z = f[SHOWN_Z + j]
        column = view[COLUMN] * x + view[COLUMN + 1] * y + view[COLUMN + 2] * z + view[COLUMN + 3]
        row = view[ROW] * x + view[ROW + 1] * y + view[ROW + 2] * z + view[ROW + 3]
        near = view[DIVISOR] * x + view[DIVISOR + 1] * y + view[DIVISOR + 2] * z + view[DIVISOR + 3]
        depth = view[DEPTH] * x + view[DEPTH + 1] * y + view[DEPTH + 2] * z + view[DEPTH + 3]
        near = F(1.0) / (near if near > F(0.0) else F(1.1920929e-07))
        seen = depth >= view[NEAR] and depth <= view[FAR]
        f[SHOWN_X + j] = column * near if seen else F(-1.0)
        f[SHOWN_Y + j] = row * near
        f[SHOWN_Z + j] = depth
        f[BLUR_SIZE + j] = (view[BLUR_START] + view[BLUR_SLOPE] * depth) * near if seen else F(0.0)
    if view[BLUR_START] != F(0.0) or view[BLUR_SLOPE] != F(0.0):
        # A place on the aperture: on a disc by angle and radius, on a polygon within one of its triangles.
        soft = view[SOFT] > F(0.0)
        blades, turned, wide = view[BLADES], view[APERTURE_TURN], view[APERTURE_WIDTH]
        half = F(3.1415927) / (blades if blades > F(0.0) else F(1.0))
        along = cos(half) if blades > F(0.0) else F(1.0)
        across = sin(half) if blades > F(0.0) else F(0.0)
        for j in range(I(ORBITS)):
            h = mixed(U(u[GROUPED_WORD + j] + U(0x6A09E667)))
            k = mixed(U(h + U(0xBB67AE85)))
            turn = uniform(h)
            turn = (floor(turn * blades) + F(0.5)) * F(2.0) * half if blades > F(0.0) else turn * F(6.2831853)
            size = uniform(k)
            size = (size if soft else sqrt(size)) * f[BLUR_SIZE + j]
            side = across * (F(2.0) * uniform(mixed(U(k + U(0x3C6EF372)))) - F(1.0))
            turn = turn + turned
            f[SHOWN_X + j] += size * (along * cos(turn) - side * sin(turn)) * wide
            f[SHOWN_Y + j] += size * (along * sin(turn) + side * cos(turn))
    columns, rows = view[COLUMNS], view[ROWS]
    for j in range(I(ORBITS)):
        places[j] = bucket_at(f[SHOWN_X + j], f[SHOWN_Y + j], columns, rows)
    if blockers.shape[0] > 0:
        for j in range(I(ORBITS)):
            if places[j] != NOWHERE and f[SHOWN_Z + j] > blockers[I(places[j])]:
                places[j] = NOWHERE
    phase = view[CAMERA_PHASE]
    if view[DEPTH_STEP] > F(0.0):
        phase = F(0.0)
        for j in range(I(ORBITS)):
            f[SHOWN_COLOR + j] = (f[SHOWN_Z + j] - view[DEPTH_ORIGIN]) * view[DEPTH_STEP]
    paint(f, o, fuse, phase, view[CAMERA_COLORS], places, paints)


@compiled
def expose(f, u, o, fuse, lens, view, places, paints):
    """Bucket and colour of each orbit's point, from the packed rows after the final xforms.

    Yaw and pitch turn the point about the origin; perspective divides; the depth blur moves it by a random
    share of a distance that grows with its depth (ember's camera).
    """
    if lens == FLAT:
        for j in range(I(ORBITS)):
            places[j] = place_of(f[SHOWN_X + j], f[SHOWN_Y + j], view)
    else:
        c00, c01 = view[TURN], view[TURN + 1]
        c10, c11, c12 = view[TURN + 2], view[TURN + 3], view[TURN + 4]
        c20, c21, c22 = view[TURN + 5], view[TURN + 6], view[TURN + 7]
        zpos, perspective, blur = view[ZPOS], view[PERSPECTIVE], view[BLUR]
        for j in range(I(ORBITS)):
            x = f[SHOWN_X + j]
            y = f[SHOWN_Y + j]
            z = f[SHOWN_Z + j] - zpos
            nx = c00 * x + c01 * y
            ny = c10 * x + c11 * y + c12 * z
            nz = c20 * x + c21 * y + c22 * z
            f[SHOWN_X + j] = nx
            f[SHOWN_Y + j] = ny
            f[SHOWN_Z + j] = nz
        if lens == BLURRED:
            even, curve_x, curve_y = view[EVEN], view[CURVE_X], view[CURVE_Y]
            for j in range(I(ORBITS)):
                x = f[SHOWN_X + j]
                y = f[SHOWN_Y + j]
                h = mixed(U(u[GROUPED_WORD + j] + U(0x6A09E667)))
                turn = F(6.2831853) * uniform(h)
                size = uniform(mixed(U(h + U(0xBB67AE85)))) * blur * f[SHOWN_Z + j]
                size = size * (even + curve_x * x * x + curve_y * y * y)
                f[SHOWN_X + j] = x + size * cos(turn)
                f[SHOWN_Y + j] = y + size * sin(turn)
        for j in range(I(ORBITS)):
            near = F(1.0) - perspective * f[SHOWN_Z + j]
            near = F(1.0) / (near if near != F(0.0) else F(1.1920929e-07))
            places[j] = place_of(f[SHOWN_X + j] * near, f[SHOWN_Y + j] * near, view)
    paint(f, o, fuse, view[PHASE], view[COLORS], places, paints)


@compiled
def enclose(f, u, o, fuse, view, slots, places, paints):
    """Voxel and colour of each orbit's point.

    A point is moved by up to half a voxel on each axis at random, which spreads the light of many over the
    voxels around them as linear interpolation would: a thin sheet shows no steps.

    A box is divided into blocks, cubes of voxels whose edge is a power of two. ``slots`` has a number for
    each block that is there, and -1 for the others; the voxels of a block lie together.
    """
    bits = U(to_int(view[EDGE_BITS]))
    rest = U(U(U(1) << bits) - U(1))
    spread = F(1.0) if bits > U(0) else F(0.0)
    across, down, into = view[ACROSS], view[DOWN], view[INTO]
    rows, columns = U(U(to_int(down)) >> bits), U(U(to_int(into)) >> bits)
    for j in range(I(ORBITS)):
        h = mixed(U(u[GROUPED_WORD + j] + U(0x510E527F)))
        k = mixed(U(h + U(0x9B05688C)))
        x = (f[SHOWN_X + j] - view[LEFT]) * view[PER_UNIT] + (uniform(h) - F(0.5)) * spread
        y = (f[SHOWN_Y + j] - view[TOP]) * view[PER_UNIT] + (uniform(k) - F(0.5)) * spread
        z = (f[SHOWN_Z + j] - view[BACK]) * view[PER_UNIT]
        z += (uniform(mixed(U(k + U(0x1F83D9AB)))) - F(0.5)) * spread
        inside = x >= F(0.0) and x < across and y >= F(0.0) and y < down and z >= F(0.0) and z < into
        nx = U(to_int(x if inside else F(0.0)))
        ny = U(to_int(y if inside else F(0.0)))
        nz = U(to_int(z if inside else F(0.0)))
        block = U(U(U(U(nx >> bits) * rows) + U(ny >> bits)) * columns + U(nz >> bits))
        slot = slots[I(block)]
        voxel = U(U(U(nx & rest) << U(bits + bits)) | U(U(U(ny & rest) << bits) | U(nz & rest)))
        place = U(U(U(slot) << U(bits + U(bits + bits))) | voxel)
        places[j] = place if inside and slot >= 0 else NOWHERE
    paint(f, o, fuse, view[VOLUME_PHASE], view[VOLUME_COLORS], places, paints)


@compiled
def play_batch(
    batch, floats, words, indices, seed, warm, first, steps, fuse, game, offsets, values, table, opacities,
    lens, view, blockers, slots, shift, all_records, all_begins,
):  # fmt: skip
    """Play one batch for ``steps`` and leave its records, sorted by tile; tile t begins at begins[t].

    What is not in the picture is the last tile's. Where the ``first`` step is below 0, the orbits begin and
    come to the attractor: by ``warm`` steps, see `game.settle`, and then until step 0.
    """
    f, u, o = floats[batch], words[batch], indices[batch]
    records, begins = all_records[batch], all_begins[batch]
    counts = allocate(0, opacities.shape)
    groups = allocate(0, opacities.shape)
    places = allocate(U(0), (steps * ORBITS,))
    paints = allocate(U(0), (steps * ORBITS,))
    if first < 0:
        for k in range(f.shape[0]):
            f[k] = F(0.0)
        start(f, u, o, batch, seed, opacities.shape[0])
        settle(f, u, o, counts, groups, batch, seed, warm, game, offsets, values, table)
    for s in range(first, steps):
        advance(f, u, o, counts, groups, game, offsets, values, table)
        if s < 0:
            continue
        show(f, u, counts, game, offsets, values)
        begin = I(s) * I(ORBITS)
        end = begin + I(ORBITS)
        if lens == CAMERA:
            photograph(f, u, o, fuse, view, blockers, places[begin:end], paints[begin:end])
        elif lens == VOLUME:
            enclose(f, u, o, fuse, view, slots, places[begin:end], paints[begin:end])
        else:
            expose(f, u, o, fuse, lens, view, places[begin:end], paints[begin:end])
    tiles = begins.shape[0] - 1
    total = I(steps) * I(ORBITS)
    for t in range(tiles + 1):
        begins[t] = 0
    for n in range(total):
        begins[min(I(places[n] >> U(shift)), I(tiles - 1)) + I(1)] += 1
    for t in range(tiles):
        begins[t + 1] += begins[t]
    cursors = allocate(0, begins.shape)
    for t in range(tiles):
        cursors[t] = begins[t]
    for n in range(total):
        tile = min(I(places[n] >> U(shift)), I(tiles - 1))
        records[I(cursors[tile])] = (I(places[n]) << I(32)) | I(paints[n])
        cursors[tile] += 1
    release(counts)
    release(groups)
    release(places)
    release(paints)
    release(cursors)


@compiled
def add_records(records, begin, end, palette, opacities, buckets):
    """Add up records in their order."""
    for n in range(I(begin), I(end)):
        record = records[n]
        paint = U(record)
        opacity = opacities[I(paint >> U(PAINT_BITS))]
        color = I(paint & U((1 << PAINT_BITS) - 1))
        add_four(buckets, I(record >> I(32)) << I(2), palette, color << I(2), opacity)


@compiled
def add_tiles(group, owners, records, begins, palette, opacities, buckets):
    """Add up the tiles that belong to a group, batch by batch."""
    for t in range(owners.shape[0]):
        if owners[t] == group:
            for batch in range(records.shape[0]):
                add_records(
                    records[batch], begins[batch, t], begins[batch, t + 1], palette, opacities, buckets
                )


@compiled
def share_tiles(_, begins, owners, groups):
    """Give each tile to the group that has least to do so far."""
    loads = allocate(0, (groups,))
    for g in range(groups):
        loads[g] = 0
    for t in range(owners.shape[0]):
        least = 0
        for g in range(1, groups):
            least = g if loads[g] < loads[least] else least
        owners[t] = least
        for batch in range(begins.shape[0]):
            loads[least] += begins[batch, t + 1] - begins[batch, t]
    release(loads)
