"""Loops that make a point cloud: a template, compiled once for all flames."""

# The kernel writer puts prelude, layout and game before this text.
# ruff: noqa: F821

NOWHERE = U(0xFFFFFFFF)  # the home of a hidden point


@inline
def visible(x, y, z, age, fuse, limit):
    """Whether a point is shown: not escaped, and its orbit on the attractor for ``fuse`` steps."""
    return fabs(x) + fabs(y) + fabs(z) < limit and age >= F(fuse)


@compiled
def count_batch(batch, fuse, steps, seed, limit, per_unit, game, offsets, values, table, opacities, cells):
    """Count where the candidates of a batch fall."""
    f = allocate(F(0), (FLOATS,))
    u = allocate(U(0), (WORDS,))
    o = allocate(np.int32(0), (INDICES,))
    counts = allocate(0, opacities.shape)
    places = allocate(0, opacities.shape)
    start(f, u, o, batch, seed, opacities.shape[0])
    for s in range(fuse + steps):
        advance(f, u, o, counts, places, game, offsets, values, table)
        if s < fuse:
            continue
        show(f, u, counts, game, offsets, values)
        for j in range(I(M)):
            x = f[PX + j]
            y = f[PY + j]
            z = f[PZ + j]
            if visible(x, y, z, f[AGE + j], fuse, limit) and opacities[I(o[K + j])] > F(0.0):
                add_one(cells, cell_of(x, y, z, per_unit))
    release(f)
    release(u)
    release(o)
    release(counts)
    release(places)


@compiled
def look_up(f, o, opacities):
    """Opacities of the newest points: a loop of its own, since one that reads any place is no vector loop."""
    for j in range(I(M)):
        f[PO + j] = opacities[I(o[K + j])]


@compiled
def take(f, o, fuse, limit):
    """Let each orbit's newest point be the point of the cloud."""
    for j in range(I(M)):
        x = f[PX + j]
        y = f[PY + j]
        z = f[PZ + j]
        weight = f[PO + j] if visible(x, y, z, f[AGE + j], fuse, limit) else F(0.0)
        shown = weight > F(0.0)
        f[BX + j] = x if shown else F(0.0)
        f[BY + j] = y if shown else F(0.0)
        f[BZ + j] = z if shown else F(0.0)
        f[BC + j] = f[PC + j] if shown else F(0.0)
        f[BAGE + j] = f[AGE + j] if shown else F(0.0)
        f[BW + j] = weight
        f[BO + j] = weight
        f[SUM + j] = weight
        o[BK + j] = o[K + j] if shown else 0


@compiled
def forget(f, o):
    """No candidate has been considered yet."""
    for j in range(I(M)):
        f[SUM + j] = F(0.0)
        f[BW + j] = F(0.0)
        f[BX + j] = F(0.0)
        f[BY + j] = F(0.0)
        f[BZ + j] = F(0.0)
        f[BC + j] = F(0.0)
        f[BAGE + j] = F(0.0)
        o[BK + j] = 0


@compiled
def consider(f, u, o, fuse, limit, per_unit, cells):
    """Let each orbit's newest point stand for election: one of a group becomes the point of the cloud.

    A reservoir of one, chosen with chances c**-0.75 for a count of c in the point's cell, so that thin
    parts of the flame get a larger part of the points than of the light.
    """
    for j in range(I(M)):
        x = f[PX + j]
        y = f[PY + j]
        z = f[PZ + j]
        weight = f[PO + j] if visible(x, y, z, f[AGE + j], fuse, limit) else F(0.0)
        if weight > F(0.0):
            near = F(cells[cell_of(x, y, z, per_unit)]) + F(1.0)
            weight = weight / sqrt(near * sqrt(near))
        total = f[SUM + j] + weight
        f[SUM + j] = total
        if uniform(mixed(U(u[R + j] + U(0x68E31DA4)))) * total < weight:
            f[BX + j] = x
            f[BY + j] = y
            f[BZ + j] = z
            f[BC + j] = f[PC + j]
            f[BAGE + j] = f[AGE + j]
            f[BW + j] = weight
            f[BO + j] = f[PO + j]
            o[BK + j] = o[K + j]


@compiled
def finish(f, o, group, per_unit, phase, last):
    """What the cloud needs to know of the chosen points, in the rows of those that are shown.

    Their light in ``PX``, their opacity in ``PY``; in ``o`` their place in the palette and their home.
    """
    for j in range(I(M)):
        shown = f[BW + j] > F(0.0)
        alpha = f[BO + j] if shown else F(0.0)
        place = U(cell_of(f[BX + j], f[BY + j], f[BZ + j], per_unit))
        o[HOME + j] = place if alpha > F(0.0) else NOWHERE
        # What the chosen point stands for: the sum of the weights over its own chance of being chosen.
        stands = f[SUM + j] / (f[BW + j] * F(group))
        f[PX + j] = stands if shown else F(0.0)
        f[PY + j] = alpha
        c = f[BC + j] + phase
        c = c - floor(c) if phase != F(0.0) else c
        c = c if c > F(0.0) else F(0.0)
        c = c if c < F(1.0) else F(1.0)
        o[PAINT + j] = to_int(c * last + F(0.5))


@compiled
def points_batch(
    batch, fuse, steps, group, seed, limit, per_unit, phase, game, offsets, values, table, opacities, palette,
    cells, positions, colors, energy, ages, xforms, homes,
):  # fmt: skip
    """Points of one batch: step s of orbit j is point (batch * steps + s) * M + j.

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
    for _ in range(fuse):
        advance(f, u, o, counts, places, game, offsets, values, table)
    total = I(energy.shape[0])
    for s in range(steps):
        first = I((I(batch) * I(steps) + I(s)) * I(M))
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
        for j in range(min(I(M), total - first)):
            at = I(4) * (first + j)
            move_four(colors, at, palette, I(4) * I(o[PAINT + j]))
            colors[at + I(3)] = f[PY + j]
        for j in range(min(I(M), total - first)):
            at = I(3) * (first + j)
            positions[at] = f[BX + j]
            positions[at + I(1)] = f[BY + j]
            positions[at + I(2)] = f[BZ + j]
        for j in range(min(I(M), total - first)):
            ages[first + j] = f[BAGE + j]
            xforms[first + j] = o[BK + j]
            homes[first + j] = U(o[HOME + j])
            energy[first + j] = f[PX + j]
    release(f)
    release(u)
    release(o)
    release(counts)
    release(places)


CHUNK = 512
N0, N1, N2, N3, N4 = I(0), I(CHUNK), I(2 * CHUNK), I(3 * CHUNK), I(4 * CHUNK)


@compiled
def count_part(part, parts, homes, table):
    """Count the points whose home lies in one part of the table; no other task writes there.

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
            u[row + j] = U(bucket(floor(f[N0 + j]) + a, floor(f[N1 + j]) + b, floor(f[N2 + j]) + c))
    for j in range(I(count)):
        x = f[N0 + j] - floor(f[N0 + j])
        y = f[N1 + j] - floor(f[N1 + j])
        z = f[N2 + j] - floor(f[N2 + j])
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
        f[N3 + j] = low + z * (high - low)


@intrinsic
def scale_four(typing_context, target, at, source, origin, factor):
    """target[at : at + 4] = factor * source[origin : origin + 4], as one vector."""

    def code(context, builder, signature, given):
        kinds = signature.args
        places = [_four_at(context, builder, kinds[k], given[k], given[k + 1]) for k in (0, 2)]
        scaled = builder.fmul(builder.load(places[1], align=4), _four_of(builder, given[4]))
        builder.store(scaled, places[0], align=4)
        return context.get_dummy_value()

    return types.none(target, at, source, origin, factor), code


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
        f[N0 + j] = positions[at] * per_unit - F(0.5)
        f[N1 + j] = positions[at + I(1)] * per_unit - F(0.5)
        f[N2 + j] = positions[at + I(2)] * per_unit - F(0.5)
        f[N4 + j] = colors[I(4) * (begin + j) + I(3)]
    neighbours(f, u, count, table)
    for j in range(count):
        n = begin + j
        alpha = f[N4 + j]
        near = share * f[N3 + j]
        # Where a point stands for many, fewer points share the cell. A point alone counts half itself.
        crowd = near / energy[n]
        crowd = crowd if crowd > F(0.25) else F(0.25)
        radius = size / sqrt(crowd)
        radius = radius if radius > smallest else smallest
        radius = radius if radius < largest else largest
        strength = alpha * energy[n] * flux / (radius * radius)
        density[n] = near if alpha > F(0.0) else F(0.0)
        radii[n] = radius if alpha > F(0.0) else F(0.0)
        f[N4 + j] = strength if alpha > F(0.0) else F(0.0)
    for j in range(count):
        at = I(4) * (begin + j)
        scale_four(light, at, colors, at, f[N4 + j])
        light[at + I(3)] = f[N4 + j]
    release(f)
    release(u)
