"""Where the rows of a batch of orbits lie, for the kernels and for the loops of xforms (``chaos/xforms.py``).

All floats of a batch lie in one array ``f``, all random words in ``u`` and all whole numbers in ``o``, in
rows at constant distances, a number for each orbit. With one base pointer LLVM sees that the rows never
overlap; separate arrays need a run-time test for each pair, and above eight of these it gives up on
vectorising.
"""

from __future__ import annotations

import numpy as np

F = np.float32
U = np.uint32
I = np.uint64  # noqa: E741  indices are unsigned: a signed index costs a test for negative ones in each lane

ORBITS = 512  # of a batch: its state stays in the first-level cache
_ROW = ORBITS

# ------------------------------------------------------------------------------------- f, float32
# x, y, z and color of an orbit lie side by side, so that it moves as one: by orbit, and grouped by xform.
STATE = I(0)
GROUPED = I(4 * _ROW)
# The points that are shown, in rows.
SHOWN_X, SHOWN_Y, SHOWN_Z, SHOWN_COLOR = I(8 * _ROW), I(9 * _ROW), I(10 * _ROW), I(11 * _ROW)
AGE = I(12 * _ROW)  # applications since an orbit began or escaped
# A cloud: the candidate chosen so far, the sum of the weights of all, the opacity of the newest point.
CHOSEN_X, CHOSEN_Y, CHOSEN_Z, CHOSEN_COLOR = I(13 * _ROW), I(14 * _ROW), I(15 * _ROW), I(16 * _ROW)
CHOSEN_AGE, CHOSEN_WEIGHT, WEIGHTS = I(17 * _ROW), I(18 * _ROW), I(19 * _ROW)
OPACITY, CHOSEN_OPACITY = I(20 * _ROW), I(21 * _ROW)
BLUR_SIZE = CHOSEN_X  # a histogram, which has no candidates: how far the lens spreads each point
FLOATS = 22 * _ROW

# -------------------------------------------------------------------------------------- u, uint32
GENERATOR_A, GENERATOR_B = I(0), I(_ROW)  # state of an orbit's generator
WORD = I(2 * _ROW)  # what it drew in this step
GROUPED_WORD = I(3 * _ROW)  # that grouped by xform, and later that of the points that are shown
_SPARE = 64  # a vector may reach beyond the end of the last row
WORDS = 4 * _ROW + _SPARE

# --------------------------------------------------------------------------------------- o, int32
XFORM = I(0)  # that an orbit chose
PLACE = I(_ROW)  # of an orbit among those that are grouped
CHOSEN_XFORM = I(2 * _ROW)  # a cloud: the xform of the candidate chosen so far
CHOSEN_HOME, CHOSEN_SHADE = I(3 * _ROW), I(4 * _ROW)  # a cloud: its cell, its place in the palette
INDICES = 5 * _ROW

SHORTEST_BLOCK = 30  # steps of the last block of those that bring slow orbits to the attractor
ESCAPED = F(1e10)  # an orbit that is farther away restarts; so large a depth says that it does
NOWHERE = U(0xFFFFFFFF)  # no place: the cell of a hidden point, the bucket of one outside the picture
