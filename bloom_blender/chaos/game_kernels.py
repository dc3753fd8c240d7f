"""The chaos game: a template, copied into every module that plays it.

Orbits advance in batches of ``M``. In each step every orbit draws an xform, the orbits are grouped by
xform (counting sort), each group runs through its xform's loop, and the results go back to their orbit.
Random numbers are a pure function of (seed, orbit, step): point i of one frame and point i of the next
share their symbolic address and move continuously.

``game`` holds the addresses of the loops of the xforms and then of the final xforms (see ``writing``),
``offsets`` where the numbers of each begin in ``values``. A call by address costs nothing for some hundred
orbits, and so the modules that play, whose parallel loops take seconds to compile, are the same for every
flame.
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
