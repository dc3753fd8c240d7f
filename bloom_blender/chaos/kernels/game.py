"""The chaos game: a template, copied into every module that plays it.

Orbits advance in batches of ``M``. In each step every orbit draws an xform, the orbits are grouped by
xform (counting sort), each group runs through its xform's loop, and the results go back to their orbit. An
orbit moves as one vector of four; its xform's loop turns it into rows and back (docs/speed.md).
Random numbers are a pure function of (seed, orbit, step): point i of one frame and point i of the next
share their symbolic address and move continuously.

``game`` holds the addresses of the loops of the xforms and then of the final xforms (see ``writing``),
``offsets`` where the numbers of each begin in ``values``. A call by address costs nothing for some hundred
orbits, and so the kernels that play, which take seconds to compile, are the same for every flame.
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


FOUR = ir.VectorType(ir.FloatType(), 4)


def _four_at(context, builder, kind, array, index):
    """Where the vector of four lies that begins at an array's element."""
    view = context.make_array(kind)(context, builder, array)
    return builder.bitcast(builder.gep(view.data, [index]), FOUR.as_pointer())


def _four_of(builder, number):
    """A vector whose four lanes hold one number."""
    vector = ir.Constant(FOUR, ir.Undefined)
    for lane in range(4):
        vector = builder.insert_element(vector, number, ir.Constant(ir.IntType(32), lane))
    return vector


@intrinsic
def move_four(typing_context, target, at, source, origin):
    """target[at : at + 4] = source[origin : origin + 4], as one vector."""

    def code(context, builder, signature, given):
        kinds = signature.args
        places = [_four_at(context, builder, kinds[k], given[k], given[k + 1]) for k in (0, 2)]
        builder.store(builder.load(places[1], align=4), places[0], align=4)
        return context.get_dummy_value()

    return types.none(target, at, source, origin), code


@compiled
def start(f, u, o, batch, seed, xforms):
    """Give each orbit of a batch its generator and a random point in [-1, 1] squared."""
    for j in range(I(M)):
        orbit = U(U(batch) * U(M) + U(j))
        a = mixed(U(orbit ^ mixed(U(U(seed) + U(0x9E3779B9)))))
        b = mixed(U(a + U(0x85EBCA6B)))
        u[S0 + j] = a
        u[S1 + j] = U(b | U(1))  # xoroshiro must not start at zero
        at = S + I(4) * j
        f[at] = uniform(mixed(U(b + U(1)))) * F(2.0) - F(1.0)
        f[at + I(1)] = uniform(mixed(U(b + U(2)))) * F(2.0) - F(1.0)
        f[at + I(2)] = F(0.0)
        f[at + I(3)] = uniform(mixed(U(b + U(3))))
        f[AGE + j] = F(0.0)
        o[K + j] = xforms  # the last row of a table with xaos: chances of the first step


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


FEW = 16  # up to so many xforms, comparing with all of them is faster than searching


@compiled
def choose(u, o, counts, table):
    """Choose an xform for each orbit by the word it drew, and count who chose which.

    ``table`` holds upper limits of the words: one row for all orbits, or with xaos one for each xform that
    the orbit may come from.
    """
    xforms = counts.shape[0]
    rows = table.shape[0]
    if rows == 1 and xforms <= FEW:
        for j in range(I(M)):
            o[K + j] = 0
        left = M
        for k in range(xforms - 1):
            limit = table[0, k]
            above = 0
            for j in range(I(M)):
                past = 1 if u[R + j] > limit else 0
                o[K + j] += past
                above += past
            counts[k] = left - above
            left = above
        counts[xforms - 1] = left
    else:
        for k in range(xforms):
            counts[k] = 0
        for j in range(I(M)):
            row = I(o[K + j]) if rows > 1 else I(0)
            low = 0
            high = xforms - 1
            while low < high:
                middle = (low + high) >> 1
                if u[R + j] > table[row, I(middle)]:
                    low = middle + 1
                else:
                    high = middle
            o[K + j] = low
            counts[low] += 1


@compiled
def pack(f, u, o, counts, places):
    """Group the orbits by xform: a counting sort that moves them."""
    total = 0
    for k in range(counts.shape[0]):
        places[k] = total
        total += counts[k]
    for j in range(I(M)):
        k = I(o[K + j])
        place = I(places[k])
        places[k] = place + I(1)
        o[POS + j] = place
        u[PR + place] = u[R + j]
        move_four(f, P + I(4) * place, f, S + I(4) * j)


@compiled
def unpack(f, o):
    """Give the new points back to their orbits; the loop of the xform has marked those that escaped."""
    for j in range(I(M)):
        move_four(f, S + I(4) * j, f, P + I(4) * I(o[POS + j]))
    for j in range(I(M)):
        f[AGE + j] = f[AGE + j] + F(1.0) if f[S + I(4) * j + I(2)] < ESCAPED else F(0.0)


@compiled
def advance(f, u, o, counts, places, game, offsets, values, table):
    """One application of a random xform to every orbit of the batch."""
    draw(u)
    choose(u, o, counts, table)
    pack(f, u, o, counts, places)
    begin = 0
    for k in range(counts.shape[0]):
        if counts[k] > 0:
            call(game[k], f, u, begin, counts[k], values[offsets[k] :])
        begin += counts[k]
    unpack(f, o)


@compiled
def show(f, u, counts, game, offsets, values):
    """Copy the orbits to the rows of what is shown, and apply the final xforms there."""
    for j in range(I(M)):
        at = S + I(4) * j
        f[PX + j] = f[at]
        f[PY + j] = f[at + I(1)]
        f[PZ + j] = f[at + I(2)]
        f[PC + j] = f[at + I(3)]
        u[PR + j] = mixed(U(u[R + j] + U(0x1B56C4E9)))
    for k in range(counts.shape[0], game.shape[0]):
        call(game[k], f, u, 0, M, values[offsets[k] :])
