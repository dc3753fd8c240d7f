"""The chaos game: the steps that ``cloud`` and ``histogram`` play with a batch of orbits.

Orbits advance in batches of ``ORBITS``. In each step every orbit draws an xform, the orbits are grouped by
xform (counting sort), each group runs through its xform's loop, and the results go back to their orbit. An
orbit moves as one vector of four; its xform's loop turns it into rows and back (benchmarks/tricks.md).
Random numbers are a pure function of (seed, orbit, step): point i of one frame and point i of the next
share their symbolic address and move continuously.

``f``, ``u`` and ``o`` are a batch's floats, words and whole numbers, whose rows ``layout`` names. ``counts``
and ``places`` have a number for each xform: how many orbits chose it, and where its group begins. ``game``
holds the addresses of the loops of the xforms and then of the final xforms (`build.game_of`), ``offsets``
where the numbers of each begin in ``values``. A call by address costs nothing for some hundred orbits, and so
the kernels that play, which take seconds to compile, are the same for every flame.
"""

from __future__ import annotations

from ...codegen.numba_internals import call_loop, compiled, mixed, move_four, uniform
from .layout import (
    AGE,
    ESCAPED,
    GENERATOR_A,
    GENERATOR_B,
    GROUPED,
    GROUPED_WORD,
    ORBITS,
    PLACE,
    SHORTEST_BLOCK,
    SHOWN_COLOR,
    SHOWN_X,
    SHOWN_Y,
    SHOWN_Z,
    STATE,
    WORD,
    XFORM,
    F,
    I,
    U,
)  # fmt: skip


@compiled
def start(f, u, o, batch, seed, xforms):
    """Give each orbit of a batch its generator and a random point in [-1, 1] squared."""
    for j in range(I(ORBITS)):
        orbit = U(U(batch) * U(ORBITS) + U(j))
        a = mixed(U(orbit ^ mixed(U(U(seed) + U(0x9E3779B9)))))
        b = mixed(U(a + U(0x85EBCA6B)))
        u[GENERATOR_A + j] = a
        u[GENERATOR_B + j] = U(b | U(1))  # xoroshiro must not start at zero
        at = STATE + I(4) * j
        f[at] = uniform(mixed(U(b + U(1)))) * F(2.0) - F(1.0)
        f[at + I(1)] = uniform(mixed(U(b + U(2)))) * F(2.0) - F(1.0)
        f[at + I(2)] = F(0.0)
        f[at + I(3)] = uniform(mixed(U(b + U(3))))
        f[AGE + j] = F(0.0)
        o[XFORM + j] = xforms  # the last row of a table with xaos: chances of the first step


@compiled
def settle(f, u, o, counts, places, batch, seed, warm, game, offsets, values, table):
    """Bring orbits that have just begun to the attractor, for flames that take long.

    ``warm`` steps, `SHORTEST_BLOCK` times a power of two, in blocks that have random numbers of their own:
    half of all steps, half of the rest, and so on. So twice as many steps put a block before the others, and
    the last steps stay what they were (coupling from the past, J. Propp, D. Wilson, 1996): where an orbit
    forgets where it began, its points stay where they are. The orbits end with the age and the generators of
    a start.
    """
    left = warm
    while left > 0:
        last = left <= SHORTEST_BLOCK
        length = left if last else left // 2
        own = U(0) if last else U(length)
        seed_generators(u, batch, U(mixed(U(U(seed) ^ mixed(U(own + U(0x7F4A7C15)))))))
        for _ in range(length):
            advance(f, u, o, counts, places, game, offsets, values, table)
        left -= length
    if warm > 0:
        seed_generators(u, batch, seed)
        for j in range(I(ORBITS)):
            f[AGE + j] = F(0.0)


@compiled
def seed_generators(u, batch, seed):
    """Give each orbit of a batch its generator as it is at the start."""
    for j in range(I(ORBITS)):
        orbit = U(U(batch) * U(ORBITS) + U(j))
        a = mixed(U(orbit ^ mixed(U(U(seed) + U(0x9E3779B9)))))
        u[GENERATOR_A + j] = a
        u[GENERATOR_B + j] = U(mixed(U(a + U(0x85EBCA6B))) | U(1))  # xoroshiro must not start at zero


@compiled
def draw(u):
    """Advance every orbit's generator by one: xoroshiro64** (D. Blackman, S. Vigna, 2018)."""
    for j in range(I(ORBITS)):
        a = u[GENERATOR_A + j]
        b = u[GENERATOR_B + j]
        word = U(a * U(0x9E3779BB))
        word = U(U(U(word << U(5)) | U(word >> U(27))) * U(5))
        b = U(b ^ a)
        u[GENERATOR_A + j] = U(U(U(a << U(26)) | U(a >> U(6))) ^ U(b ^ U(b << U(9))))
        u[GENERATOR_B + j] = U(U(b << U(13)) | U(b >> U(19)))
        u[WORD + j] = word


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
        for j in range(I(ORBITS)):
            o[XFORM + j] = 0
        left = ORBITS
        for k in range(xforms - 1):
            limit = table[0, k]
            above = 0
            for j in range(I(ORBITS)):
                past = 1 if u[WORD + j] > limit else 0
                o[XFORM + j] += past
                above += past
            counts[k] = left - above
            left = above
        counts[xforms - 1] = left
    else:
        for k in range(xforms):
            counts[k] = 0
        for j in range(I(ORBITS)):
            row = I(o[XFORM + j]) if rows > 1 else I(0)
            low = 0
            high = xforms - 1
            while low < high:
                middle = (low + high) >> 1
                if u[WORD + j] > table[row, I(middle)]:
                    low = middle + 1
                else:
                    high = middle
            o[XFORM + j] = low
            counts[low] += 1


@compiled
def pack(f, u, o, counts, places):
    """Group the orbits by xform: a counting sort that moves them."""
    total = 0
    for k in range(counts.shape[0]):
        places[k] = total
        total += counts[k]
    for j in range(I(ORBITS)):
        chosen = I(o[XFORM + j])
        place = I(places[chosen])
        places[chosen] = place + I(1)
        o[PLACE + j] = place
        u[GROUPED_WORD + place] = u[WORD + j]
        move_four(f, GROUPED + I(4) * place, f, STATE + I(4) * j)


@compiled
def unpack(f, o):
    """Give the new points back to their orbits; the loop of the xform has marked those that escaped."""
    for j in range(I(ORBITS)):
        move_four(f, STATE + I(4) * j, f, GROUPED + I(4) * I(o[PLACE + j]))
    for j in range(I(ORBITS)):
        f[AGE + j] = f[AGE + j] + F(1.0) if f[STATE + I(4) * j + I(2)] < ESCAPED else F(0.0)


@compiled
def advance(f, u, o, counts, places, game, offsets, values, table):
    """One application of a random xform to every orbit of the batch."""
    draw(u)
    choose(u, o, counts, table)
    pack(f, u, o, counts, places)
    begin = 0
    for k in range(counts.shape[0]):
        if counts[k] > 0:
            call_loop(game[k], f, u, begin, counts[k], values[offsets[k] :])
        begin += counts[k]
    unpack(f, o)


@compiled
def show(f, u, counts, game, offsets, values):
    """Copy the orbits to the rows of what is shown, and apply the final xforms there."""
    for j in range(I(ORBITS)):
        at = STATE + I(4) * j
        f[SHOWN_X + j] = f[at]
        f[SHOWN_Y + j] = f[at + I(1)]
        f[SHOWN_Z + j] = f[at + I(2)]
        f[SHOWN_COLOR + j] = f[at + I(3)]
        u[GROUPED_WORD + j] = mixed(U(u[WORD + j] + U(0x1B56C4E9)))
    for k in range(counts.shape[0], game.shape[0]):
        call_loop(game[k], f, u, 0, ORBITS, values[offsets[k] :])
