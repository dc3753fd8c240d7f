"""The chaos game and what it leaves behind: a template, compiled once for all flames.

Orbits advance in batches of ``M``. In each step every orbit draws an xform, the orbits are grouped by
xform (counting sort), each group runs through its xform's loop, and the results go back to their orbit.
Random numbers are a pure function of (seed, orbit, step): point i of one frame and point i of the next
share their symbolic address and move continuously.

``game`` holds the addresses of the loops of the xforms and then of the final xforms (see ``writing``),
``offsets`` where the numbers of each begin in ``values``. A call by address costs nothing for some hundred
orbits, and so this module, whose parallel loops take seconds to compile, is the same for every flame.
"""

# The kernel writer puts prelude and layout before this text.
# ruff: noqa: F821


@intrinsic
def call(typing_context, address, f, u, begin, count, values):
    """Call the loop of an xform, a C function, for the packed orbits ``begin … begin + count - 1``."""

    def code(context, builder, signature, given):
        arguments = [
            context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
            for kind, value in zip(signature.args[1:], given[1:], strict=True)
        ]
        function = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments])
        builder.call(builder.inttoptr(given[0], function.as_pointer()), arguments)
        return context.get_dummy_value()

    return types.none(address, f, u, types.int64, types.int64, values), code


@compiled
def start(f, u, o, batch, seed, xforms):
    """Give each orbit of a batch its generator and a random point in [-1, 1] squared."""
    for j in range(I(M)):
        orbit = U(U(batch) * U(M) + U(j))
        a = mixed(U(orbit ^ mixed(U(U(seed) + U(0x9E3779B9)))))
        b = mixed(U(a + U(0x85EBCA6B)))
        u[S0 + j] = a
        u[S1 + j] = U(b | U(1))  # xoroshiro must not start at zero
        f[X + j] = uniform(mixed(U(b + U(1)))) * F(2.0) - F(1.0)
        f[Y + j] = uniform(mixed(U(b + U(2)))) * F(2.0) - F(1.0)
        f[Z + j] = F(0.0)
        f[C + j] = uniform(mixed(U(b + U(3))))
        f[AGE + j] = F(0.0)
        o[K + j] = xforms  # the table's last row: chances of the first step


@compiled
def draw(u):
    """Advance every orbit's generator by one: xoroshiro64** (D. Blackman, S. Vigna, 2018)."""
    for j in range(I(M)):
        a = u[S0 + j]
        b = u[S1 + j]
        word = U(a * U(0x9E3779BB))
        word = U(U(U(word << U(5)) | U(word >> U(27))) * U(5))
        b = U(b ^ a)
        u[S0 + j] = U(U(U(a << U(26)) | U(a >> U(6))) ^ U(b ^ U(b << U(9))))
        u[S1 + j] = U(U(b << U(13)) | U(b >> U(19)))
        u[R + j] = word


@compiled
def choose(u, o, counts, table, xaos):
    """Choose an xform for each orbit by the word it drew."""
    xforms = counts.shape[0]
    for k in range(xforms):
        counts[k] = 0
    if xaos:
        for j in range(I(M)):
            row = I(o[K + j])
            k = 0
            while u[R + j] > table[row, k] and k < xforms - 1:
                k += 1
            o[K + j] = k
    else:
        for j in range(I(M)):
            o[K + j] = 0
        for k in range(xforms - 1):
            limit = table[xforms, k]
            for j in range(I(M)):
                o[K + j] += 1 if u[R + j] > limit else 0
    for j in range(I(M)):
        counts[o[K + j]] += 1


@compiled
def pack(f, u, o, counts, places):
    """Group the orbits by xform: counting sort, then gather their state."""
    total = 0
    for k in range(counts.shape[0]):
        places[k] = total
        total += counts[k]
    for j in range(I(M)):
        k = I(o[K + j])
        o[ORDER + I(places[k])] = j
        places[k] += 1
    for j in range(I(M)):
        i = I(o[ORDER + j])
        f[PX + j] = f[X + i]
        f[PY + j] = f[Y + i]
        f[PZ + j] = f[Z + i]
        f[PC + j] = f[C + i]
        u[PR + j] = u[R + i]


@compiled
def unpack(f, u, o):
    """Give the new points back to their orbits; an orbit that escaped or is not a number starts anew."""
    for j in range(I(M)):
        i = I(o[ORDER + j])
        x = f[PX + j]
        y = f[PY + j]
        z = f[PZ + j]
        c = f[PC + j]
        inside = fabs(x) + fabs(y) + fabs(z) < ESCAPED
        if not inside:
            x = uniform(mixed(U(u[R + i] + U(0x51ED270B)))) * F(2.0) - F(1.0)
            y = uniform(mixed(U(u[R + i] + U(0x2545F491)))) * F(2.0) - F(1.0)
            z = F(0.0)
        f[X + i] = x
        f[Y + i] = y
        f[Z + i] = z
        f[C + i] = c if fabs(c) < ESCAPED else F(0.0)
        f[AGE + i] = f[AGE + i] + F(1.0) if inside else F(0.0)


@compiled
def advance(f, u, o, counts, places, game, offsets, values, table, xaos):
    """One application of a random xform to every orbit of the batch."""
    draw(u)
    choose(u, o, counts, table, xaos)
    pack(f, u, o, counts, places)
    begin = 0
    for k in range(counts.shape[0]):
        if counts[k] > 0:
            call(game[k], f, u, begin, counts[k], values[offsets[k] :])
        begin += counts[k]
    unpack(f, u, o)


@compiled
def show(f, u, counts, game, offsets, values):
    """Copy the orbits to the packed rows, in orbit order, and apply the final xforms there."""
    for j in range(I(M)):
        f[PX + j] = f[X + j]
        f[PY + j] = f[Y + j]
        f[PZ + j] = f[Z + j]
        f[PC + j] = f[C + j]
        u[PR + j] = mixed(U(u[R + j] + U(0x1B56C4E9)))
    for k in range(counts.shape[0], game.shape[0]):
        call(game[k], f, u, 0, M, values[offsets[k] :])


@inline
def visible(x, y, z, age, fuse, limit):
    """Whether a point is shown: not escaped, and its orbit on the attractor for ``fuse`` steps."""
    return fabs(x) + fabs(y) + fabs(z) < limit and age >= F(fuse)


@compiled
def count_batch(
    batch, fuse, steps, seed, limit, per_unit, game, offsets, values, table, xaos, opacities, cells
):
    """Count where the candidates of a batch fall."""
    f = np.empty(FLOATS, np.float32)
    u = np.empty(WORDS, np.uint32)
    o = np.empty(INDICES, np.int32)
    counts = np.zeros(opacities.shape[0], np.int64)
    places = np.zeros(opacities.shape[0], np.int64)
    start(f, u, o, batch, seed, opacities.shape[0])
    for s in range(fuse + steps):
        advance(f, u, o, counts, places, game, offsets, values, table, xaos)
        if s < fuse:
            continue
        show(f, u, counts, game, offsets, values)
        for j in range(I(M)):
            x = f[PX + j]
            y = f[PY + j]
            z = f[PZ + j]
            if visible(x, y, z, f[AGE + j], fuse, limit) and opacities[I(o[K + j])] > F(0.0):
                add_one(cells, cell_of(x, y, z, per_unit))


@numba.njit(fastmath=FLAGS, error_model="numpy", cache=True, parallel=True)
def count_candidates(
    batches, fuse, steps, seed, limit, per_unit, game, offsets, values, table, xaos, opacities, cells
):
    """Count where all candidates of a cloud fall, cell by cell."""
    for batch in numba.prange(batches):
        count_batch(
            np.int64(batch),
            fuse,
            steps,
            seed,
            limit,
            per_unit,
            game,
            offsets,
            values,
            table,
            xaos,
            opacities,
            cells,
        )


@compiled
def consider(f, u, o, fuse, limit, group, per_unit, opacities, cells):
    """Let each orbit's newest point stand for election: one of ``group`` becomes the point of the cloud.

    A reservoir of one, chosen with chances c**-0.75 for a count of c in the point's cell, so that thin
    parts of the flame get a larger part of the points than of the light.
    """
    for j in range(I(M)):
        x = f[PX + j]
        y = f[PY + j]
        z = f[PZ + j]
        weight = opacities[I(o[K + j])] if visible(x, y, z, f[AGE + j], fuse, limit) else F(0.0)
        if group > 1 and weight > F(0.0):
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
            o[BK + j] = o[K + j]


@compiled
def points_batch(
    batch,
    fuse,
    steps,
    group,
    seed,
    limit,
    per_unit,
    phase,
    game,
    offsets,
    values,
    table,
    xaos,
    opacities,
    palette,
    cells,
    positions,
    colors,
    energy,
    ages,
    xforms,
    homes,
):
    """Points of one batch: step s of orbit j is point (batch * steps + s) * M + j.

    ``cells`` holds the candidates' counts where a group has more than one; ``homes`` receives the cell of
    each point.
    """
    f = np.empty(FLOATS, np.float32)
    u = np.empty(WORDS, np.uint32)
    o = np.empty(INDICES, np.int32)
    counts = np.zeros(opacities.shape[0], np.int64)
    places = np.zeros(opacities.shape[0], np.int64)
    last = F(palette.shape[0] - 1)
    start(f, u, o, batch, seed, opacities.shape[0])
    for _ in range(fuse):
        advance(f, u, o, counts, places, game, offsets, values, table, xaos)
    total = I(positions.shape[0])
    for s in range(steps):
        first = I((I(batch) * I(steps) + I(s)) * I(M))
        if first >= total:
            break
        for j in range(I(M)):
            f[SUM + j] = F(0.0)
            f[BW + j] = F(0.0)
            f[BX + j] = F(0.0)
            f[BY + j] = F(0.0)
            f[BZ + j] = F(0.0)
            f[BC + j] = F(0.0)
            f[BAGE + j] = F(0.0)
            o[BK + j] = 0
        for _ in range(group):
            advance(f, u, o, counts, places, game, offsets, values, table, xaos)
            show(f, u, counts, game, offsets, values)
            consider(f, u, o, fuse, limit, group, per_unit, opacities, cells)
        for j in range(min(I(M), total - first)):
            positions[first + j, I(0)] = f[BX + j]
            positions[first + j, I(1)] = f[BY + j]
            positions[first + j, I(2)] = f[BZ + j]
            ages[first + j] = f[BAGE + j]
            xforms[first + j] = o[BK + j]
            shown = f[BW + j] > F(0.0)
            alpha = opacities[I(o[BK + j])] if shown else F(0.0)
            place = cell_of(f[BX + j], f[BY + j], f[BZ + j], per_unit)
            homes[first + j] = U(place) if alpha > F(0.0) else NOWHERE
            # What the chosen point stands for: the sum of the weights over its own chance of being chosen.
            energy[first + j] = f[SUM + j] / (f[BW + j] * F(group)) if shown else F(0.0)
            c = f[BC + j] + phase
            c = c - floor(c) if phase != F(0.0) else c
            t = min(max(c, F(0.0)), F(1.0)) * last
            e = min(floor(t), last - F(1.0))
            t = t - e
            row = I(e)
            colors[first + j, I(0)] = palette[row, I(0)] + t * (
                palette[row + I(1), I(0)] - palette[row, I(0)]
            )
            colors[first + j, I(1)] = palette[row, I(1)] + t * (
                palette[row + I(1), I(1)] - palette[row, I(1)]
            )
            colors[first + j, I(2)] = palette[row, I(2)] + t * (
                palette[row + I(1), I(2)] - palette[row, I(2)]
            )
            colors[first + j, I(3)] = alpha


@numba.njit(fastmath=FLAGS, error_model="numpy", cache=True, parallel=True)
def points(
    batches,
    fuse,
    steps,
    group,
    seed,
    limit,
    per_unit,
    phase,
    game,
    offsets,
    values,
    table,
    xaos,
    opacities,
    palette,
    cells,
    positions,
    colors,
    energy,
    ages,
    xforms,
    homes,
):
    """All points; a batch is one task, so the result does not depend on the number of threads."""
    for batch in numba.prange(batches):
        points_batch(
            np.int64(batch),
            fuse,
            steps,
            group,
            seed,
            limit,
            per_unit,
            phase,
            game,
            offsets,
            values,
            table,
            xaos,
            opacities,
            palette,
            cells,
            positions,
            colors,
            energy,
            ages,
            xforms,
            homes,
        )


NOWHERE = U(0xFFFFFFFF)  # the home of a hidden point
PARTS = 4
CHUNK = 512
N0, N1, N2, N3 = I(0), I(CHUNK), I(2 * CHUNK), I(3 * CHUNK)


@compiled
def count_part(part, homes, table):
    """Count the points whose home lies in one part of the table; no other task writes there."""
    low = U(part * (BUCKETS // PARTS))
    high = U((part + 1) * (BUCKETS // PARTS))
    for n in range(I(homes.shape[0])):
        home = homes[n]
        if home >= low and home < high:
            table[I(home)] += U(1)


@numba.njit(fastmath=FLAGS, error_model="numpy", cache=True, parallel=True)
def count_homes(homes, table):
    """Count the points in each cell. Each task reads all homes: cheaper than a lock for each point."""
    for part in numba.prange(PARTS):
        count_part(np.int64(part), homes, table)


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


@compiled
def spread_chunk(
    begin,
    end,
    positions,
    colors,
    energy,
    per_unit,
    table,
    share,
    size,
    smallest,
    largest,
    flux,
    density,
    radii,
    light,
):
    f = np.empty(4 * CHUNK, np.float32)
    u = np.empty(8 * CHUNK, np.uint32)
    for j in range(I(end - begin)):
        n = I(begin) + j
        f[N0 + j] = positions[n, I(0)] * per_unit - F(0.5)
        f[N1 + j] = positions[n, I(1)] * per_unit - F(0.5)
        f[N2 + j] = positions[n, I(2)] * per_unit - F(0.5)
    neighbours(f, u, end - begin, table)
    for j in range(I(end - begin)):
        n = I(begin) + j
        alpha = colors[n, I(3)]
        near = F(0.0)
        radius = F(0.0)
        strength = F(0.0)
        if alpha > F(0.0):
            near = share * f[N3 + j]
            # Where a point stands for many, fewer points share the cell. A point alone counts half itself.
            radius = min(max(size / sqrt(max(near / energy[n], F(0.25))), smallest), largest)
            strength = alpha * energy[n] * flux / (radius * radius)
        density[n] = near
        radii[n] = radius
        light[n, I(0)] = colors[n, I(0)] * strength
        light[n, I(1)] = colors[n, I(1)] * strength
        light[n, I(2)] = colors[n, I(2)] * strength
        light[n, I(3)] = alpha


@numba.njit(fastmath=FLAGS, error_model="numpy", cache=True, parallel=True)
def spread(
    positions, colors, energy, per_unit, table, share, size, smallest, largest, flux, density, radii, light
):
    """Neighbours, radius and radiance of every point; ``share`` brings the table's counts to this cloud's."""
    total = positions.shape[0]
    for chunk in numba.prange((total + CHUNK - 1) // CHUNK):
        spread_chunk(
            np.int64(chunk * CHUNK),
            np.int64(min((chunk + 1) * CHUNK, total)),
            positions,
            colors,
            energy,
            per_unit,
            table,
            share,
            size,
            smallest,
            largest,
            flux,
            density,
            radii,
            light,
        )
