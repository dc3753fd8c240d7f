"""Loops that count points in a hashed grid: a template, compiled once for all flames."""

# The prelude stands before this text in the compiled module.
# ruff: noqa: F821

CHUNK = 8192


@compiled
def count(positions, colors, per_unit, table):
    """Count the visible points in each cell of edge 1 / per_unit."""
    for n in range(I(positions.shape[0])):
        if colors[n, I(3)] > F(0.0):
            table[cell_of(positions[n, I(0)], positions[n, I(1)], positions[n, I(2)], per_unit)] += U(1)


@compiled
def around(x, y, z, table):
    """Count around a point in units of cells: the eight nearest cells, by nearness (trilinear)."""
    x = x - F(0.5)
    y = y - F(0.5)
    z = z - F(0.5)
    i = floor(x)
    j = floor(y)
    k = floor(z)
    x = x - i
    y = y - j
    z = z - k
    total = F(0.0)
    for corner in range(8):
        a = F(corner & 1)
        b = F((corner >> 1) & 1)
        c = F((corner >> 2) & 1)
        share = (x if a > F(0.0) else F(1.0) - x) * (y if b > F(0.0) else F(1.0) - y)
        share = share * (z if c > F(0.0) else F(1.0) - z)
        total += share * F(table[bucket(i + a, j + b, k + c)])
    return total


@compiled
def spread_chunk(
    begin, end, positions, colors, energy, per_unit, table, share, size, smallest, largest, flux, density, radii, light
):
    for n in range(I(begin), I(end)):
        alpha = colors[n, I(3)]
        near = F(0.0)
        radius = F(0.0)
        strength = F(0.0)
        if alpha > F(0.0):
            near = share * around(
                positions[n, I(0)] * per_unit, positions[n, I(1)] * per_unit, positions[n, I(2)] * per_unit, table
            )
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
            np.int64(chunk * CHUNK), np.int64(min((chunk + 1) * CHUNK, total)), positions, colors, energy, per_unit, table, share,
            size, smallest, largest, flux, density, radii, light,
        )
