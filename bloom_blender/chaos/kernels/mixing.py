"""A loop that follows orbits, the same for all flames; ``chaos/mixing.py`` calls it."""

from __future__ import annotations

from ...codegen.numba_internals import allocate, compiled, release
from .game import advance, start
from .layout import F


@compiled
def follow_batch(
    batch, floats, words, indices, seed, first, steps, game, offsets, values, table, opacities
):  # fmt: skip
    """Play one batch for ``steps``. Where ``first`` is 1, its orbits begin, and without steps stay there."""
    f, u, o = floats[batch], words[batch], indices[batch]
    counts = allocate(0, opacities.shape)
    places = allocate(0, opacities.shape)
    if first > 0:
        for k in range(f.shape[0]):
            f[k] = F(0.0)
        start(f, u, o, batch, seed, opacities.shape[0])
    for _ in range(steps):
        advance(f, u, o, counts, places, game, offsets, values, table)
    release(counts)
    release(places)
