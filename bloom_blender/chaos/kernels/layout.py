"""Where the rows of a batch lie: a template, copied into every kernel module.

All floats of a batch lie in one array ``f`` and all random words in ``u``, at constant distances. With one
base pointer LLVM sees that the rows never overlap; separate arrays need a run-time test for each pair,
and above eight of these it gives up on vectorising.
"""

# ruff: noqa: F821

M = 512  # orbits of a batch: its state stays in the first-level cache
# x, y, z and color of an orbit lie side by side, so that it moves as one: by orbit, and grouped by xform.
S, P = I(0), I(4 * M)
PX, PY, PZ, PC = I(8 * M), I(9 * M), I(10 * M), I(11 * M)  # the points that are shown, by orbit, in rows
AGE = I(12 * M)  # applications since an orbit began or escaped
BX, BY, BZ, BC = I(13 * M), I(14 * M), I(15 * M), I(16 * M)  # the candidate chosen so far
BAGE, BW, SUM = I(17 * M), I(18 * M), I(19 * M)  # its age and weight, the sum of all weights
PO, BO = I(20 * M), I(21 * M)  # opacity of the newest point, of the chosen candidate
FLOATS = 22 * M
S0, S1, R = I(0), I(M), I(2 * M)  # generator's state, its word of this step
PR = I(3 * M)  # words grouped by xform; of the points that are shown
SPARE = 64  # a vector may reach beyond the end of the last row
WORDS = 4 * M + SPARE
K, POS = I(0), I(M)  # the xform of each orbit, its place in the groups
BK = I(2 * M)  # the xform of the candidate chosen so far
HOME, PAINT = I(3 * M), I(4 * M)  # of the candidate chosen: its cell, its place in the palette
INDICES = 5 * M
ESCAPED = F(1e10)  # an orbit that is farther away begins anew; so large a depth says that it does
