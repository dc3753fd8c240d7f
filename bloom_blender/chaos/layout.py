"""Where the rows of a batch lie: a template, copied into every kernel module.

All floats of a batch lie in one array ``f`` and all random words in ``u``, at constant distances. With one
base pointer LLVM sees that the rows never overlap; separate arrays need a run-time test for each pair,
and above eight of these it gives up on vectorising.
"""

# ruff: noqa: F821

M = 512  # orbits of a batch: 20 KB of state, which stays in the first-level cache
X, Y, Z, C, AGE = I(0), I(M), I(2 * M), I(3 * M), I(4 * M)  # by orbit
PX, PY, PZ, PC = I(5 * M), I(6 * M), I(7 * M), I(8 * M)  # packed, grouped by xform
BX, BY, BZ, BC = I(9 * M), I(10 * M), I(11 * M), I(12 * M)  # the candidate chosen so far
BAGE, BW, SUM = I(13 * M), I(14 * M), I(15 * M)  # its age and weight, the sum of all weights
FLOATS = 16 * M
S0, S1, R, PR = I(0), I(M), I(2 * M), I(3 * M)  # generator's state, its word of this step, the word packed
SPARE = 64  # a vector may reach beyond the end of the last row
WORDS = 4 * M + SPARE
K, ORDER = I(0), I(M)  # the xform of each orbit, orbits in packed order
BK = I(2 * M)  # the xform of the candidate chosen so far
INDICES = 3 * M
ESCAPED = F(1e10)
