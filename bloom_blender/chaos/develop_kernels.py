"""Loops that spread light over its neighbourhood (density estimation): a template, see ``develop``."""

# The kernel writer puts prelude before this text.
# ruff: noqa: F821

BAND = 32  # rows that one task writes


@inline
def spread_row(light, at, kernel, origin, width, factor, r, g, b, a):
    for k in range(I(width)):
        w = kernel[origin + k] * factor
        n = (at + k) << I(2)
        light[n] += w * r
        light[n + I(1)] += w * g
        light[n + I(2)] += w * b
        light[n + I(3)] += w * a


@compiled
def spread_band(band, buckets, light, rows, columns, box, share, most, scale, density, kernels, reaches, curve):
    """Light of the rows of a band, from all buckets that reach it, in the order of the buckets."""
    first = band * BAND
    end = min(first + BAND, rows)
    widest = reaches[0]
    stride = 2 * widest + 1
    for row in range(max(first - widest, 0), min(end + widest, rows)):
        for column in range(columns):
            n = (I(row) * I(columns) + I(column)) << I(2)
            hits = buckets[n + I(3)]
            if not hits > F(0.0):
                continue
            near = hits
            if box > 0:
                near = F(0.0)
                for y in range(max(row - box, 0), min(row + box + 1, rows)):
                    for x in range(max(column - box, 0), min(column + box + 1, columns)):
                        near += buckets[((I(y) * I(columns) + I(x)) << I(2)) + I(3)]
                near *= F(share)
            last = reaches.shape[0] - 1
            if near > F(most):
                kernel = last
            elif near <= F(100.0):
                kernel = int(np.ceil(near)) - 1
            else:
                kernel = 100 + int(np.floor((float(near) - 100.0) ** curve))
            kernel = min(max(kernel, 0), last)
            reach = reaches[kernel]
            factor = F(scale) * F(np.log1p(float(hits) * density)) / hits
            r = buckets[n] * factor
            g = buckets[n + I(1)] * factor
            b = buckets[n + I(2)] * factor
            a = hits * factor
            left = max(column - reach, 0)
            right = min(column + reach, columns - 1)
            for y in range(max(row - reach, first), min(row + reach + 1, end)):
                origin = (kernel * stride + (y - row + widest)) * stride + (left - column + widest)
                spread_row(
                    light, I(y) * I(columns) + I(left), kernels, I(origin), right - left + 1, F(1.0), r, g, b, a
                )


@numba.njit(fastmath=FLAGS, error_model="numpy", cache=True, parallel=True)
def spread(buckets, light, rows, columns, box, share, most, scale, density, kernels, reaches, curve):
    """Spread the logarithmic light of all buckets, each by the kernel that its count selects."""
    for band in numba.prange((rows + BAND - 1) // BAND):
        spread_band(
            np.int64(band), buckets, light, rows, columns, box, share, most, scale, density, kernels, reaches,
            curve,
        )  # fmt: skip
